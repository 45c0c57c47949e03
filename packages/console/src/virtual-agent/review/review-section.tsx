import { Link } from '@tanstack/react-router'
import { useQuery } from '@tanstack/react-query'
import type { VirtualAgentOverview } from '@candor/protocol/virtual-agent-api.ts'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import { Icon } from '../../design/icons.tsx'
import { Section } from '../../design/page.tsx'
import { useMayEdit } from '../authoring-roles.ts'
import { reviewQuery } from '../authoring-queries.ts'
import { useDefinition, useEdited } from '../draft-context.ts'
import { weakRecall } from '../intents/intents-section.tsx'
import { nameOfIntentId } from '../intents/intent-names.ts'
import { Bones, Nothing, Problem } from '../../design/say.tsx'
import { Share } from '../../design/share.tsx'
import parts from '../../design/parts.module.css'
import { ConfusionMatrix } from './confusion-matrix.tsx'
import { Coverage } from './coverage.tsx'
import { NearDuplicates } from './near-duplicates.tsx'
import { ProposeForm } from './propose-form.tsx'
import type { Review } from '@candor/virtual-agent/review.ts'
import { ReviewFindings } from './review-findings.tsx'
import css from './review-section.module.css'

export function ReviewSection({ overview }: { overview: VirtualAgentOverview<Definition> }) {
  const { saved, dirty } = useEdited()
  const mayEdit = useMayEdit()
  const { data, error } = useQuery({ ...reviewQuery, enabled: saved.trained })
  if (!saved.trained)
    return (
      <Nothing>
        {mayEdit
          ? 'The saved draft is not trained yet. Train it with the button on top: examples are held back in turn, and this page shows how many of them it would have understood.'
          : 'The saved draft is not trained yet. The review is here once somebody trained it.'}
      </Nothing>
    )
  if (error) return <Problem>{error.message}</Problem>
  if (!data) return <Bones />
  const { report } = data
  return (
    <>
      {dirty && (
        <p className={css.stale}>
          <Icon name="warning" size={16} /> This is the review of the draft as it was saved. What you changed
          since is not in it.
        </p>
      )}
      <div className={css.coverage}>
        <Coverage report={report} />
      </div>
      <PerIntent report={report} />
      <Section
        title="What is taken for something else"
        lead="The deeper the colour, the more of an intent’s examples. Choose a number to read them."
      >
        <ConfusionMatrix report={report} />
      </Section>
      <NearDuplicates report={report} />
      <ReviewFindings report={report} />
      <ProposeForm overview={overview} />
    </>
  )
}

function PerIntent({ report }: { report: Review }) {
  const definition = useDefinition()
  const rows = report.perIntent.toSorted((a, b) => a.recall - b.recall || a.precision - b.precision)
  return (
    <Section title="Intent by intent" lead="The weakest first. More examples, and different ones, help most.">
      {rows.length === 0 ? (
        <p className={parts.soft}>There are no intents yet.</p>
      ) : (
        <div className={css.scroll} tabIndex={0} role="region" aria-label="Table of intents">
          <table className={css.table}>
            <thead>
              <tr>
                <th scope="col">Intent</th>
                <th scope="col">Examples</th>
                <th scope="col">Of its own, understood</th>
                <th scope="col">Of what is taken for it, right</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.intent}>
                  <th scope="row" dir="auto">
                    <Link
                      to="/virtual-agent/$section"
                      params={{ section: 'intents' }}
                      search={(before) => ({ ...before, item: row.intent })}
                    >
                      {nameOfIntentId(definition, row.intent)}
                    </Link>
                  </th>
                  <td className={css.count}>{row.examples}</td>
                  <td>
                    <Share
                      of={row.recall}
                      label="understood"
                      {...(row.recall < weakRecall && { tone: 'warm' })}
                    />
                  </td>
                  <td>
                    <Share
                      of={row.precision}
                      label="right"
                      {...(row.precision < weakRecall && { tone: 'warm' })}
                    />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Section>
  )
}

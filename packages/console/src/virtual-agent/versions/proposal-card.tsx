/** What waits for a second person: read, then approved or refused. Never by who proposed it. */
import { useId, useState } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { VersionSummary, VirtualAgentOverview } from '@candor/protocol/virtual-agent-api.ts'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import { Avatar } from '../../design/avatar.tsx'
import { Button } from '../../design/controls.tsx'
import { Icon } from '../../design/icons.tsx'
import { TextField } from '../../design/text-field.tsx'
import { fullTime } from '../../design/times.tsx'
import { api } from '../../live/api-client.ts'
import { useDesk } from '../../live/desk-context.ts'
import { showToast } from '../../shell/toasts.tsx'
import { mayApprove } from '../authoring-roles.ts'
import { versionQuery } from '../authoring-queries.ts'
import { names } from '../overview/next-step.ts'
import { counted } from '../../design/counted.ts'
import { Bones, Problem } from '../../design/say.tsx'
import { Coverage } from '../review/coverage.tsx'
import parts from '../../design/parts.module.css'
import { ChangesList } from './changes-list.tsx'
import { diffDefinitions } from './diff-definitions.ts'
import css from './proposal-card.module.css'

/** As the server takes it. */
export const noteCharactersMax = 500

export function ProposalCard({
  proposal,
  overview,
}: {
  proposal: VersionSummary
  overview: VirtualAgentOverview<Definition>
}) {
  const { person } = useDesk().me
  const client = useQueryClient()
  const title = useId()
  const [refusing, setRefusing] = useState(false)
  const [note, setNote] = useState('')
  const own = proposal.proposedBy.id === person.id
  const { data: proposed, error } = useQuery(versionQuery(proposal.version))
  const { data: current } = useQuery({
    ...versionQuery(overview.current?.version ?? 0),
    enabled: overview.current !== null,
  })
  const decide = useMutation({
    mutationFn: (what: 'approve' | 'refuse' | 'withdraw') =>
      api.post<VersionSummary>(
        `/virtual-agent/proposals/${proposal.version}/${what}`,
        what === 'refuse' ? { note } : {},
      ),
    onSuccess: (_, what) => {
      showToast(
        what === 'approve'
          ? `Version ${proposal.version} is in force.`
          : what === 'refuse'
            ? 'Refused. Your note goes with it.'
            : 'Withdrawn.',
      )
      return client.invalidateQueries({ queryKey: ['virtual-agent'] })
    },
  })
  return (
    <section className={css.card} aria-labelledby={title}>
      <div className={css.head}>
        <Avatar name={proposal.proposedBy.name} kind="agent" />
        <div className={css.who}>
          <h2 id={title} className={css.title}>
            {own ? 'You propose' : `${proposal.proposedBy.name} proposes`} version {proposal.version}
          </h2>
          <p className={parts.soft}>
            {fullTime(proposal.proposedAt)} · {counted(proposal.intents, 'intent')},{' '}
            {counted(proposal.flows, 'flow')}, {counted(proposal.articles, 'article')}
          </p>
        </div>
      </div>
      {proposal.note !== '' && (
        <blockquote className={css.note} dir="auto">
          {proposal.note}
        </blockquote>
      )}
      {error && <Problem>{error.message}</Problem>}
      {!proposed ? (
        !error && <Bones />
      ) : (
        <>
          {proposed.report && <Coverage report={proposed.report} />}
          <div className={css.diff}>
            <h3 className={css.part}>
              {overview.current
                ? `What differs from version ${overview.current.version}, which is in force`
                : 'What it says and does'}
            </h3>
            {overview.current === null ? (
              <ChangesList changes={diffDefinitions(emptied(proposed.definition), proposed.definition)} />
            ) : current ? (
              <ChangesList changes={diffDefinitions(current.definition, proposed.definition)} />
            ) : (
              <Bones />
            )}
          </div>
        </>
      )}
      {decide.error && <Problem>{decide.error.message}</Problem>}
      {own ? (
        <div className={css.decide}>
          <p className={css.cannot}>
            <Icon name="people" size={18} /> Nobody approves their own.{' '}
            {overview.approvers.length === 0
              ? 'And nobody else could: a second supervisor or administrator is needed.'
              : `These can: ${names(overview.approvers)}.`}
          </p>
          <span className={parts.end} />
          <Button isDisabled={decide.isPending} onPress={() => decide.mutate('withdraw')}>
            Withdraw it
          </Button>
        </div>
      ) : !mayApprove(person.role) ? (
        <p className={css.cannot}>
          <Icon name="people" size={18} /> Supervisors, administrators and privacy officers decide about it.
        </p>
      ) : refusing ? (
        <form
          className={css.refusal}
          onSubmit={(event) => {
            event.preventDefault()
            decide.mutate('refuse')
          }}
        >
          <TextField
            label="Why not"
            value={note}
            onChange={setNote}
            multiline
            rows={2}
            isRequired
            autoFocus
            maxLength={noteCharactersMax}
            hint={`${proposal.proposedBy.name} reads it, and it stays in the history.`}
          />
          <div className={css.decide}>
            <span className={parts.end} />
            <Button tone="quiet" onPress={() => setRefusing(false)}>
              Cancel
            </Button>
            <Button type="submit" tone="danger" isDisabled={note.trim() === '' || decide.isPending}>
              Refuse it
            </Button>
          </div>
        </form>
      ) : (
        <div className={css.decide}>
          <p className={parts.soft}>Approved, it answers within seconds, in every conversation.</p>
          <span className={parts.end} />
          <Button tone="danger" onPress={() => setRefusing(true)}>
            Refuse…
          </Button>
          <Button
            tone="main"
            icon="check"
            isDisabled={!proposed || decide.isPending}
            onPress={() => decide.mutate('approve')}
          >
            Approve and publish
          </Button>
        </div>
      )}
    </section>
  )
}

/** What a first version is compared with: the same settings, and nothing in them. */
function emptied(definition: Definition): Definition {
  return { ...definition, intents: [], flows: [], tools: [] }
}

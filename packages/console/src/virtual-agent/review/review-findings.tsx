/** What the engine noticed besides: texts that are missing in a language, and what nothing leads to. */
import { Section } from '../../design/page.tsx'
import { useDefinition } from '../draft-context.ts'
import { counted } from '../../design/counted.ts'
import { placeOfFault } from '../fault-place.ts'
import { languageNames } from '../languages.ts'
import { Icon } from '../../design/icons.tsx'
import type { Review } from '@candor/virtual-agent/review.ts'
import css from './review-findings.module.css'

/** The engine tells the weightiest first. */
const warningsShown = 5

export function ReviewFindings({ report }: { report: Review }) {
  const definition = useDefinition()
  const { warnings, unreachable, missingTranslations } = report
  const byLanguage = Map.groupBy(missingTranslations, ({ language }) => language)
  if (warnings.length + unreachable.length + missingTranslations.length === 0) return null
  return (
    <Section title="Also noticed" lead="Nothing of it stands in the way of a proposal.">
      <ul className={css.findings}>
        {warnings.slice(0, warningsShown).map((text) => (
          <Warning key={text} text={text} />
        ))}
        {warnings.length > warningsShown && (
          <li>
            <details>
              <summary className={css.summary}>
                {counted(warnings.length - warningsShown, 'more remark')}
              </summary>
              <ul className={css.rest}>
                {warnings.slice(warningsShown).map((text) => (
                  <Warning key={text} text={text} />
                ))}
              </ul>
            </details>
          </li>
        )}
        {unreachable.map(({ kind, id, why }) => (
          <li key={`${kind} ${id}`} className={css.finding}>
            <Icon name="branch" size={16} />
            <span>
              The {kind} <code>{id}</code>: {why}
            </span>
          </li>
        ))}
        {[...byLanguage].map(([language, texts]) => (
          <li key={language}>
            <details>
              <summary className={css.summary}>
                {texts.length} {texts.length === 1 ? 'text is' : 'texts are'} not in {languageNames[language]}
                : {languageNames[definition.language]} stands in
              </summary>
              <ul className={css.texts}>
                {texts.map(({ field }) => (
                  <li key={field}>{placeOfFault({ field, message: '' }, definition)}</li>
                ))}
              </ul>
            </details>
          </li>
        ))}
      </ul>
    </Section>
  )
}

function Warning({ text }: { text: string }) {
  return (
    <li className={css.finding}>
      <Icon name="warning" size={16} /> <span dir="auto">{text}</span>
    </li>
  )
}

/** Examples of two intents that say nearly the same: one of them is in the wrong place. */
import { Button } from '../../design/controls.tsx'
import { Section } from '../../design/page.tsx'
import { useMayEdit } from '../authoring-roles.ts'
import { useDefinition, useDraft } from '../draft-context.ts'
import { moveExample, removeExample } from '../intents/change-intents.ts'
import { nameOfIntentId } from '../intents/intent-names.ts'
import { showToast } from '../../shell/toasts.tsx'
import parts from '../../design/parts.module.css'
import { percent } from './coverage.tsx'
import type { Review } from '@candor/virtual-agent/review.ts'
import css from './near-duplicates.module.css'

/** The nearest ones; the next training brings the next ones. */
const shownMax = 30

export function NearDuplicates({ report }: { report: Review }) {
  const definition = useDefinition()
  const draft = useDraft()
  const mayEdit = useMayEdit()
  const holds = (text: string, id: string): boolean =>
    Object.values(definition.intents.find((one) => one.id === id)?.examples ?? {}).some((texts) =>
      texts.includes(text),
    )
  // What was moved or removed since the training is settled.
  const pairs = report.nearDuplicates
    .filter(({ text, intent, other }) => holds(text, intent) && holds(other.text, other.intent))
    .slice(0, shownMax)
  const name = (id: string): string => nameOfIntentId(definition, id)
  const change = (said: string, edit: (before: typeof definition) => typeof definition): void => {
    const before = draft.state.get().definition!
    draft.change(edit)
    showToast(said, { undo: () => draft.change(() => before) })
  }
  return (
    <Section
      title="Examples that clash"
      lead="Two intents have nearly the same example. Leave each where it belongs; the other goes."
    >
      {pairs.length === 0 ? (
        <p className={parts.soft}>None. No two intents have examples that are nearly the same.</p>
      ) : (
        <ul className={css.pairs}>
          {pairs.map(({ text, intent, other, similarity }) => (
            <li key={`${intent} ${text} ${other.intent} ${other.text}`} className={css.pair}>
              <p className={css.alike}>{percent(similarity)} alike</p>
              {(
                [
                  [text, intent, other.intent],
                  [other.text, other.intent, intent],
                ] as const
              ).map(([said, from, to]) => (
                <div key={from} className={css.side}>
                  <p dir="auto" className={css.text}>
                    “{said}”
                  </p>
                  <p className={parts.soft} dir="auto">
                    {name(from)}
                  </p>
                  {mayEdit && (
                    <p className={css.acts}>
                      <Button
                        tone="quiet"
                        icon="transfer"
                        aria-label={`Move to ${name(to)}: “${said}”`}
                        onPress={() =>
                          change(`Moved to ${name(to)}.`, (before) => moveExample(before, said, from, to))
                        }
                      >
                        Move to {name(to)}
                      </Button>
                      <Button
                        tone="quiet"
                        icon="trash"
                        aria-label={`Remove “${said}” from ${name(from)}`}
                        onPress={() =>
                          change(`Removed from ${name(from)}.`, (before) => removeExample(before, said, from))
                        }
                      >
                        Remove
                      </Button>
                    </p>
                  )}
                </div>
              ))}
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}

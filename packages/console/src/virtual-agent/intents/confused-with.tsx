/** What the review says of one intent: which other one its examples are taken for. */
import { Link } from '@tanstack/react-router'
import { useDefinition } from '../draft-context.ts'
import { useReview } from '../review/use-review.ts'
import parts from '../../design/parts.module.css'
import { Share } from '../../design/share.tsx'
import { nameOfIntentId } from './intent-names.ts'
import css from './confused-with.module.css'

/** The rest stands in the review. */
const shownMax = 3

export function ConfusedWith({ intent }: { intent: string }) {
  const definition = useDefinition()
  const review = useReview()
  const own = review?.perIntent.find((one) => one.intent === intent)
  if (!review || !own) return null
  const confusions = review.confusions.filter((one) => one.intent === intent).slice(0, shownMax)
  return (
    <section className={css.confused} aria-label="How well it is understood">
      <h3 className={css.title}>How well it is understood</h3>
      <dl className={css.shares}>
        <dt>Of its examples, understood</dt>
        <dd>
          <Share of={own.recall} label="understood" />
        </dd>
        <dt>Of what is taken for it, right</dt>
        <dd>
          <Share of={own.precision} label="right" />
        </dd>
      </dl>
      {confusions.length === 0 ? (
        <p className={parts.soft}>None of its examples is taken for another intent.</p>
      ) : (
        <ul className={css.list}>
          {confusions.map((one) => (
            <li key={one.takenFor}>
              <p>
                {one.count} taken for{' '}
                <Link
                  to="/virtual-agent/$section"
                  params={{ section: 'intents' }}
                  search={(before) => ({ ...before, item: one.takenFor })}
                >
                  {nameOfIntentId(definition, one.takenFor)}
                </Link>
              </p>
              <p className={parts.soft} dir="auto">
                “{one.examples[0]}”
              </p>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

/** Turn by turn, the old answer beside the new one; what got worse comes first. */
import { useState } from 'react'
import type { ReplayAnswer } from '@candor/protocol/virtual-agent-api.ts'
import { classes } from '../../design/classes.ts'
import { visitorName } from '../../inbox/visitor-name.ts'
import { useDesk } from '../../live/desk-context.ts'
import { Badge, Nothing } from '../../design/say.tsx'
import { useTraceNames } from '../try/use-trace-names.ts'
import type { TraceNames } from '../try/trace-words.ts'
import type { ReplayChange, ReplayDiff, ReplayedTurn } from '@candor/virtual-agent/replay.ts'
import css from './replay-result.module.css'

const changes: Record<ReplayChange, { name: string; plural: string; tone?: 'good' | 'warn' | 'bad' }> = {
  'no-longer-understood': { name: 'Not understood any more', plural: 'not understood any more', tone: 'bad' },
  'understood-now': { name: 'Understood now', plural: 'understood now', tone: 'good' },
  otherwise: { name: 'Something else', plural: 'something else', tone: 'warn' },
  'other-words': { name: 'Other words', plural: 'in other words' },
}
const order = Object.keys(changes) as ReplayChange[]

export function ReplayResult({ answer }: { answer: ReplayAnswer<ReplayDiff> }) {
  const [only, setOnly] = useState<ReplayChange | null>(null)
  const same = answer.turns - answer.diffs.length
  const shown = answer.diffs
    .filter(({ change }) => only === null || change === only)
    .toSorted((a, b) => order.indexOf(a.change) - order.indexOf(b.change))
  return (
    <div className={css.result}>
      <p className={css.sum}>
        <strong className={css.big}>{answer.diffs.length}</strong> of {answer.turns} turns in{' '}
        {answer.conversations} {answer.conversations === 1 ? 'conversation' : 'conversations'} would be
        different. {same} stay as they are.
      </p>
      {answer.diffs.length === 0 ? (
        <Nothing>The draft says the same as what is in force, word for word, in all of them.</Nothing>
      ) : (
        <>
          <fieldset className={css.filters}>
            <legend className="visually-hidden">Which differences</legend>
            {[null, ...order].map((change) => {
              const count =
                change === null
                  ? answer.diffs.length
                  : answer.diffs.filter((diff) => diff.change === change).length
              return (
                <button
                  key={change ?? 'all'}
                  type="button"
                  className={css.filter}
                  aria-pressed={only === change}
                  disabled={count === 0}
                  onClick={() => setOnly(change)}
                >
                  <b>{count}</b> {change === null ? 'in all' : changes[change].plural}
                </button>
              )
            })}
          </fieldset>
          <ol className={css.diffs}>
            {shown.map((diff) => (
              <Diff key={`${diff.conversation} ${diff.turn}`} diff={diff} />
            ))}
          </ol>
        </>
      )}
    </div>
  )
}

function Diff({ diff: { conversation, turn, said, change, before, after } }: { diff: ReplayDiff }) {
  const { rows } = useDesk()
  const names = useTraceNames()
  const row = rows.row(conversation)
  const { name, tone } = changes[change]
  return (
    <li className={css.diff}>
      <p className={css.meta}>
        <Badge {...(tone && { tone })}>{name}</Badge>
        <span>
          {row ? visitorName(row) : `Conversation ${conversation.slice(-6)}`}, turn {turn + 1}
        </span>
      </p>
      <p className={css.said} dir="auto">
        {said === '' ? 'At the beginning' : `“${said}”`}
      </p>
      <div className={css.sides}>
        <Side title="In force" turn={before} names={names} />
        <Side title="Draft" turn={after} names={names} fresh />
      </div>
    </li>
  )
}

function Side({
  title,
  turn,
  names,
  fresh,
}: {
  title: string
  turn: ReplayedTurn
  names: TraceNames
  fresh?: boolean
}) {
  return (
    <div className={classes(css.side, fresh && css.fresh)}>
      <p className={css.sideTitle}>
        {title}: <span className={css.what}>{whatOf(turn, names)}</span>
      </p>
      {turn.text !== '' && (
        <p className={css.text} dir="auto">
          {turn.text}
        </p>
      )}
      {turn.options.length > 0 && (
        <p className={css.options} dir="auto">
          {turn.options.join(' · ')}
        </p>
      )}
    </div>
  )
}

function whatOf(turn: ReplayedTurn, names: TraceNames): string {
  if (turn.kind === 'handOver') return `a person comes${turn.reason === null ? '' : ` (${turn.reason})`}`
  if (turn.flow !== null) return `flow “${names.flow(turn.flow)}”`
  if (turn.article !== null) return `passage of “${names.article(turn.article)}”`
  if (turn.outcome === 'fallback') return 'not understood'
  if (turn.outcome === 'clarified') return 'asks which one'
  if (turn.intent !== null) return names.intent(turn.intent)
  return turn.outcome.replaceAll('-', ' ')
}

import type { InventoryScript, ScriptHash } from '@candor/protocol/integrity-api.ts'
import { classes } from '../../design/classes.ts'
import { Button } from '../../design/controls.tsx'
import { counted } from '../../design/counted.ts'
import { Badge } from '../../design/say.tsx'
import { fullTime } from '../../design/times.tsx'
import { Hash } from '../parts/hash.tsx'
import { percent } from '../percent.ts'
import { stateTones, stateWords } from './script-words.ts'
import css from './hash-timeline.module.css'

/** Narrower than this a bar could not be seen. */
const percentMin = 1.5

/** When each content was seen, from the first report to the last, and its share of the last hour's page views. */
export function HashTimeline({
  script,
  onDecide,
}: {
  script: InventoryScript
  onDecide?: (hash: ScriptHash, state: 'approved' | 'refused') => void
}) {
  const begin = Math.min(...script.hashes.map(({ firstSeenAt }) => Date.parse(firstSeenAt)))
  const end = Math.max(...script.hashes.map(({ lastSeenAt }) => Date.parse(lastSeenAt)))
  const span = Math.max(1, end - begin)
  const at = (time: string): number => (100 * (Date.parse(time) - begin)) / span
  return (
    <div className={css.timeline}>
      <ol className={css.list} aria-label="Contents, the newest first">
        {script.hashes.toReversed().map((one) => {
          const start = Math.min(at(one.firstSeenAt), 100 - percentMin)
          return (
            <li key={one.hash ?? 'address'} className={css.row}>
              <div className={css.name}>
                <Hash hash={one.hash} />
                <Badge tone={stateTones[one.state]}>{stateWords[one.state]}</Badge>
              </div>
              <div className={css.track} aria-hidden="true">
                <span
                  className={classes(css.bar, css[one.state])}
                  style={{
                    insetInlineStart: `${start}%`,
                    inlineSize: `${Math.max(percentMin, at(one.lastSeenAt) - start)}%`,
                  }}
                />
              </div>
              <p className={css.says}>
                {fullTime(one.firstSeenAt)} to {fullTime(one.lastSeenAt)} · {counted(one.views, 'page view')}
                {one.share > 0 && <strong>, {percent(one.share)} of the last hour</strong>}
                {one.approvedBy !== null && ` · approved by ${one.approvedBy}`}
                {one.hash !== null && !one.bodyKept && ' · content not kept'}
              </p>
              {onDecide && one.hash !== null && (
                <div className={css.decide}>
                  {one.state !== 'approved' && (
                    <Button icon="check" onPress={() => onDecide(one, 'approved')}>
                      Approve…
                    </Button>
                  )}
                  {one.state === 'new' && (
                    <Button tone="danger" onPress={() => onDecide(one, 'refused')}>
                      Refuse…
                    </Button>
                  )}
                </div>
              )}
            </li>
          )
        })}
      </ol>
      <p className={css.axis} aria-hidden="true">
        <span>{fullTime(new Date(begin).toISOString())}</span>
        <span>{fullTime(new Date(end).toISOString())}</span>
      </p>
    </div>
  )
}

/** The way of one entry to the root that was signed: on each step the sibling's hash, and what both give. */
import type { pathOf } from './check-bundle.ts'
import css from './merkle-diagram.module.css'

const width = 340
const stepHeight = 44
const boxWidth = 96
const boxHeight = 22
const middle = width / 2
const aside = boxWidth / 2 + 70

export function MerkleDiagram({
  path,
  index,
  broken,
}: {
  path: NonNullable<ReturnType<typeof pathOf>>
  index: number
  broken: boolean
}) {
  const { leaf, steps, size } = path
  const height = stepHeight * steps.length + boxHeight + 26
  // The entry stands at the foot, the root on top.
  const at = (level: number): number => height - 22 - boxHeight / 2 - level * stepHeight
  const root = steps.at(-1)?.parent ?? leaf
  return (
    <figure className={css.figure} dir="ltr">
      <svg
        className={css.tree}
        viewBox={`0 0 ${width} ${height}`}
        width={width}
        height={height}
        role="img"
        aria-label={`Merkle path: ${steps.length} ${steps.length === 1 ? 'step' : 'steps'} from entry ${index} to the root of ${size} entries`}
      >
        {steps.map(({ side, sibling, parent }, i) => {
          const x = side === 'left' ? middle - aside : middle + aside
          const top = at(i + 1) + boxHeight / 2
          const foot = at(i) - boxHeight / 2
          const bend = (top + foot) / 2
          return (
            <g key={parent}>
              <path className={css.own} d={`M${middle} ${foot}V${top}`} />
              <path className={css.line} d={`M${x} ${foot}V${bend}H${middle}`} />
              <Box x={x} y={at(i)} text={sibling} className={css.sibling} />
            </g>
          )
        })}
        {[leaf, ...steps.map(({ parent }) => parent)].map((hash, level) => (
          <Box
            key={`${level} ${hash}`}
            x={middle}
            y={at(level)}
            text={hash}
            className={
              level === 0
                ? css.leaf
                : hash === root && !broken
                  ? css.root
                  : broken && level > 0
                    ? css.broken
                    : css.node
            }
          />
        ))}
        <text className={css.label} x={middle} y={height - 4}>
          entry {index.toLocaleString('en')}
        </text>
      </svg>
      <figcaption className={css.caption}>
        <span className={css.key}>
          <i className={css.keySibling} /> from the proof
        </span>
        <span className={css.key}>
          <i className={css.keyNode} /> worked out here
        </span>
      </figcaption>
      <details className={css.hashes}>
        <summary>All hashes</summary>
        <ol>
          <li>
            <span>Leaf</span> <code>{leaf}</code>
          </li>
          {steps.map(({ sibling, side }) => (
            <li key={sibling}>
              <span>{side === 'left' ? 'Left' : 'Right'}</span> <code>{sibling}</code>
            </li>
          ))}
          <li>
            <span>Root</span> <code>{root}</code>
          </li>
        </ol>
      </details>
    </figure>
  )
}

function Box({
  x,
  y,
  text,
  className,
}: {
  x: number
  y: number
  text: string
  className: string | undefined
}) {
  return (
    <g className={className}>
      <rect x={x - boxWidth / 2} y={y - boxHeight / 2} width={boxWidth} height={boxHeight} rx={5} />
      <text x={x} y={y + 4}>
        {text.slice(0, 10)}…
      </text>
    </g>
  )
}

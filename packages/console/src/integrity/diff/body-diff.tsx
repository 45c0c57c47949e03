/** What differs between two bodies, side by side or one below the other, down to the word. Text only. */
import { Fragment, useMemo, useRef, useState, useSyncExternalStore, type ReactNode } from 'react'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { keysOf } from '../../actions/actions.ts'
import { useAction } from '../../actions/run-actions.ts'
import { classes } from '../../design/classes.ts'
import { Button, Tip } from '../../design/controls.tsx'
import { counted } from '../../design/counted.ts'
import { Nothing, Problem } from '../../design/say.tsx'
import type { IntegritySearch } from '../integrity-search.ts'
import { bodyQuery } from '../integrity-queries.ts'
import { ByStatement } from './by-statement.tsx'
import { diffLines, type Block } from './diff-lines.ts'
import { diffWords, type Part } from './diff-words.ts'
import { readBodies } from './readable-body.ts'
import { rowsOf, type DiffRow } from './diff-rows.ts'
import { useSliced } from './use-sliced.ts'
import css from './body-diff.module.css'

/** Rows that are drawn at first; more come on demand, so that a wholly other script does not freeze the page. */
const rowsStep = 400

interface Compared {
  blocks: Block[]
  byStatement: boolean
}

function* compare(left: string, right: string): Generator<void, Compared> {
  const { sides, byStatement } = yield* readBodies([left, right])
  return { blocks: yield* diffLines(sides[0]!, sides[1]!), byStatement }
}

export function BodyDiff({ left, right }: { left: string; right: string }) {
  const before = useQuery(bodyQuery(left))
  const after = useQuery(bodyQuery(right))
  const work = useMemo(
    () =>
      before.data === undefined || after.data === undefined ? null : () => compare(before.data, after.data),
    [before.data, after.data],
  )
  const compared = useSliced(work)
  const fault = before.error ?? after.error
  if (fault) return <Problem>{fault.message}</Problem>
  if (!compared)
    return (
      <div className={css.busy} role="status">
        Comparing…
      </div>
    )
  return <Difference {...compared} />
}

function Difference({ blocks, byStatement }: Compared) {
  const { layout } = useSearch({ from: '/signed-in/integrity/$section' })
  const navigate = useNavigate({ from: '/integrity/$section' })
  const [unfolded, setUnfolded] = useState<ReadonlySet<number>>(new Set())
  const [most, setMost] = useState(rowsStep)
  const [at, setAt] = useState(-1)
  const place = useRef<HTMLDivElement>(null)
  const narrow = useNarrow()
  const unified = narrow || layout === 'unified'
  const rows = useMemo(() => rowsOf(blocks, unfolded), [blocks, unfolded])
  const changes = blocks.filter(({ kind }) => kind === 'change')
  const gone = changes.reduce((sum, block) => sum + (block.kind === 'change' ? block.gone.length : 0), 0)
  const come = changes.reduce((sum, block) => sum + (block.kind === 'change' ? block.come.length : 0), 0)

  const go = (to: number): void => {
    const marks = place.current?.querySelectorAll<HTMLElement>('[data-change]') ?? []
    const mark = marks[to]
    if (!mark) return
    setAt(to)
    mark.focus({ preventScroll: true })
    mark.scrollIntoView({ block: 'center' })
  }
  useAction('alarm-next', () => go(at + 1), at + 1 < changes.length)
  useAction('alarm-previous', () => go(at - 1), at > 0)

  if (changes.length === 0)
    return <Nothing>They read the same{byStatement && ' by statement'}: only white space differs.</Nothing>
  const Row = unified ? UnifiedRow : SplitRow
  return (
    <div className={css.diff}>
      <div className={css.head}>
        <p className={css.count} role="status">
          {at === -1 ? counted(changes.length, 'change') : `Change ${at + 1} of ${changes.length}`}
          <span className={css.soft}>
            {' '}
            · {counted(come, 'line')} added, {gone.toLocaleString()} removed
          </span>
        </p>
        <div className={css.tools}>
          <Tip label="Next change" keys={keysOf('alarm-next')}>
            <Button icon="down" isDisabled={at + 1 >= changes.length} onPress={() => go(at + 1)}>
              Next
            </Button>
          </Tip>
          <Tip label="Change before" keys={keysOf('alarm-previous')}>
            <Button icon="up" isDisabled={at <= 0} onPress={() => go(at - 1)}>
              Before
            </Button>
          </Tip>
          {!narrow && (
            <Button
              onPress={() =>
                void navigate({
                  replace: true,
                  search: (before) => withLayout(before, !unified),
                })
              }
            >
              {unified ? 'Side by side' : 'In one column'}
            </Button>
          )}
        </div>
      </div>
      {byStatement && <ByStatement />}
      <div ref={place} className={css.scroll} tabIndex={0} role="region" aria-label="Both contents" dir="ltr">
        <table className={css.table}>
          <colgroup>
            <col className={css.numbers} />
            {!unified && <col />}
            <col className={css.numbers} />
            <col />
          </colgroup>
          <thead className="visually-hidden">
            <tr>
              {unified ? (
                <>
                  <th>Line before</th>
                  <th>Line after</th>
                  <th>Content</th>
                </>
              ) : (
                <>
                  <th>Line</th>
                  <th>Before</th>
                  <th>Line</th>
                  <th>After</th>
                </>
              )}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, most).map((row) =>
              row.kind === 'fold' ? (
                <tr key={row.key} className={css.fold}>
                  <td colSpan={unified ? 3 : 4}>
                    <button
                      type="button"
                      className={css.unfold}
                      onClick={() => setUnfolded(new Set([...unfolded, row.block]))}
                    >
                      Show {counted(row.count, 'line')} that {row.count === 1 ? 'is' : 'are'} the same
                    </button>
                  </td>
                </tr>
              ) : (
                <Row key={row.key} row={row} />
              ),
            )}
          </tbody>
        </table>
        {rows.length > most && (
          <p className={css.more}>
            <Button tone="quiet" onPress={() => setMost(most + rowsStep * 2)}>
              {(rows.length - most).toLocaleString()} more lines
            </Button>
          </p>
        )}
      </div>
    </div>
  )
}

/** Two columns of code need more than a phone is wide. */
const phone = matchMedia('(width < 48rem)')

function useNarrow(): boolean {
  return useSyncExternalStore(
    (listener) => {
      phone.addEventListener('change', listener)
      return () => phone.removeEventListener('change', listener)
    },
    () => phone.matches,
  )
}

function withLayout(before: IntegritySearch, unified: boolean): IntegritySearch {
  const { layout: _, ...kept } = before
  return unified ? { ...kept, layout: 'unified' } : kept
}

type LineRow = Exclude<DiffRow, { kind: 'fold' }>

function useMarked({ left, right, changed }: LineRow): { left: ReactNode; right: ReactNode } {
  return useMemo(() => {
    const words =
      changed && left !== undefined && right !== undefined ? diffWords(left.text, right.text) : null
    return {
      left: words ? <Words parts={words.left} as="del" /> : left?.text,
      right: words ? <Words parts={words.right} as="ins" /> : right?.text,
    }
  }, [left, right, changed])
}

function Words({ parts, as: As }: { parts: readonly Part[]; as: 'del' | 'ins' }) {
  return parts.map(({ text, changed }, i) =>
    changed ? (
      <As key={i} className={css.word}>
        {text}
      </As>
    ) : (
      <Fragment key={i}>{text}</Fragment>
    ),
  )
}

/** The first row of a change can be gone to. */
const markOf = ({ first }: LineRow) => (first ? { 'data-change': '', tabIndex: -1 } : {})

function SplitRow({ row }: { row: LineRow }) {
  const { left, right, changed } = row
  const marked = useMarked(row)
  return (
    <tr {...markOf(row)} className={css.row}>
      <td className={classes(css.number, changed && left && css.goneNumber)}>{left?.number}</td>
      <td className={classes(css.text, changed && (left ? css.gone : css.none))}>
        {changed && left && <Sign gone />}
        {marked.left}
      </td>
      <td className={classes(css.number, changed && right && css.comeNumber)}>{right?.number}</td>
      <td className={classes(css.text, changed && (right ? css.come : css.none))}>
        {changed && right && <Sign />}
        {marked.right}
      </td>
    </tr>
  )
}

function UnifiedRow({ row }: { row: LineRow }) {
  const { left, right, changed } = row
  const marked = useMarked(row)
  if (!changed)
    return (
      <tr className={css.row}>
        <td className={css.number}>{left?.number}</td>
        <td className={css.number}>{right?.number}</td>
        <td className={css.text}>{left?.text}</td>
      </tr>
    )
  return (
    <>
      {left && (
        <tr {...markOf(row)} className={css.row}>
          <td className={classes(css.number, css.goneNumber)}>{left.number}</td>
          <td className={classes(css.number, css.goneNumber)}>
            <span className="visually-hidden">none</span>
          </td>
          <td className={classes(css.text, css.gone)}>
            <Sign gone />
            {marked.left}
          </td>
        </tr>
      )}
      {right && (
        <tr {...(!left && markOf(row))} className={css.row}>
          <td className={classes(css.number, css.comeNumber)}>
            <span className="visually-hidden">none</span>
          </td>
          <td className={classes(css.number, css.comeNumber)}>{right.number}</td>
          <td className={classes(css.text, css.come)}>
            <Sign />
            {marked.right}
          </td>
        </tr>
      )}
    </>
  )
}

/** Not by its colour alone. */
function Sign({ gone }: { gone?: boolean }) {
  return (
    <>
      <span className={css.sign} aria-hidden="true">
        {gone ? '−' : '+'}
      </span>
      <span className="visually-hidden">{gone ? 'Removed: ' : 'Added: '}</span>
    </>
  )
}

import { useCallback, useEffect, useRef, useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import type { Queue } from '@candor/protocol/api.ts'
import { keysOf, type ActionId } from '../actions/actions.ts'
import { useAction } from '../actions/run-actions.ts'
import { Tip } from '../design/controls.tsx'
import { classes } from '../design/classes.ts'
import { Icon } from '../design/icons.tsx'
import { useDesk } from '../live/desk-context.ts'
import { useObservable } from '../live/observable.ts'
import { Button as AriaButton } from 'react-aria-components'
import { queuesQuery } from '../session/session.ts'
import { InboxRow, rowHeightPx } from './inbox-row.tsx'
import { views, type View } from './inbox-rows.ts'
import css from './inbox-pane.module.css'

const names: Record<View, string> = { waiting: 'Waiting', mine: 'Mine', all: 'All', closed: 'Closed' }

const empty: Record<View, [title: string, text: string]> = {
  waiting: ['Nobody is waiting', 'New conversations appear here.'],
  mine: ['No conversation is yours', 'Take one over from Waiting, or let a colleague assign you one.'],
  all: [
    'No open conversations',
    'Visitors who write to you appear here, also while the virtual agent answers.',
  ],
  closed: ['Nothing closed yet', 'Closed conversations stay here and can be reopened.'],
}

export function InboxPane({
  view,
  onView,
  onOpen,
}: {
  view: View
  onView(view: View): void
  onOpen(id: string): void
}) {
  const desk = useDesk()
  const loaded = useObservable(desk.loaded)
  const [closedLoaded, setClosedLoaded] = useState(false)
  useEffect(() => {
    if (view !== 'closed') return
    let here = true
    // What cannot be loaded now is asked for again with the next visit to the view.
    desk.loadClosed().then(
      () => here && setClosedLoaded(true),
      () => here && setClosedLoaded(true),
    )
    return () => void (here = false)
  }, [desk, view])

  return (
    <section className={css.pane} aria-label="Inbox">
      <header className={css.head}>
        <h1 className={css.title}>Inbox</h1>
        <Tip label="Rows show no text of the conversation. Reading a conversation leaves an entry in the access log; looking at the list does not.">
          <AriaButton className={css.why ?? ''} aria-label="Why rows show no message text">
            <Icon name="shield" size={16} />
          </AriaButton>
        </Tip>
      </header>
      <Views view={view} onView={onView} />
      {loaded && (view !== 'closed' || closedLoaded) ? (
        <Rows key={view} view={view} onOpen={onOpen} />
      ) : (
        <Skeletons />
      )}
    </section>
  )
}

function Views({ view, onView }: { view: View; onView(view: View): void }) {
  const { rows, counts } = useDesk()
  const served = useObservable(counts)
  const sizes = {
    waiting: useObservable(rows.order.waiting).length,
    mine: useObservable(rows.order.mine).length,
    all: useObservable(rows.order.all).length,
  }
  return (
    <div className={css.views} role="group" aria-label="View">
      {views.map((one) => {
        const size = one === 'closed' ? null : Math.max(sizes[one], served?.[one] ?? 0)
        return (
          <Tip
            key={one}
            label={`${names[one]} conversations`}
            keys={keysOf(`view-${one}` satisfies ActionId)}
          >
            <AriaButton
              className={classes(css.view, one === view && css.current)}
              aria-pressed={one === view}
              onPress={() => onView(one)}
            >
              {names[one]}
              {size !== null && size > 0 && <span className={css.count}>{size.toLocaleString()}</span>}
            </AriaButton>
          </Tip>
        )
      })}
    </div>
  )
}

function Rows({ view, onOpen }: { view: View; onOpen(id: string): void }) {
  const { rows, conversations } = useDesk()
  const ids = useObservable(rows.order[view])
  const { data: queueNames = noNames } = useQuery({ ...queuesQuery, select: namesById })
  const open = useObservable(conversations.open)
  const scroller = useRef<HTMLDivElement>(null)
  /** The row that Tab reaches; arrows and j/k move it. */
  const [reach, setReach] = useState<string | null>(null)
  const wantsFocus = useRef(false)

  // Another function would make the list measure its ten thousand rows again.
  const keyAt = useCallback((index: number) => ids[index]!, [ids])
  const virtual = useVirtualizer({
    count: ids.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeightPx,
    getItemKey: keyAt,
    overscan: 6,
  })

  const at = Math.max(0, ids.indexOf(reach ?? open ?? ''))
  const reachable = ids[at]

  /** Scrolls only where a row is out of sight: asking the list to scroll makes it measure itself. */
  const reveal = (index: number): void => {
    const top = virtual.scrollOffset ?? 0
    const height = virtual.scrollRect?.height ?? 0
    if (index * rowHeightPx < top || (index + 1) * rowHeightPx > top + height) virtual.scrollToIndex(index)
  }
  const moveTo = (index: number): void => {
    const id = ids[Math.max(0, Math.min(ids.length - 1, index))]
    if (id === undefined) return
    wantsFocus.current = true
    setReach(id)
    reveal(ids.indexOf(id))
    focusRow(id)
  }
  const focusRow = (id: string): void => {
    const row = scroller.current?.querySelector<HTMLElement>(`[data-row="${id}"]`)
    if (!row) return
    wantsFocus.current = false
    row.focus()
  }
  useEffect(() => {
    // The row to focus may only be rendered after the list has scrolled to it.
    if (wantsFocus.current && reach !== null) focusRow(reach)
  })

  // Whatever key opens next is signed for by now.
  const openAt = open === null ? -1 : ids.indexOf(open)
  const below = ids[openAt === -1 ? at : openAt + 1]
  const above = ids[openAt - 1]
  useEffect(() => {
    if (below !== undefined) conversations.expect(below)
    if (above !== undefined) conversations.expect(above)
  }, [conversations, below, above])

  /** The row beside the one that is open, or beside the one in reach when none is. */
  const beside = (step: number): void => {
    const from = open === null ? -1 : ids.indexOf(open)
    const next = from === -1 ? (step > 0 ? at : at - 1) : from + step
    const id = ids[next]
    if (id === undefined) return
    setReach(id)
    reveal(next)
    onOpen(id)
  }
  const inList = (): boolean => scroller.current?.contains(document.activeElement) ?? false
  useAction('row-next', () => moveTo(inList() ? at + 1 : at))
  useAction('row-previous', () => moveTo(inList() ? at - 1 : at))
  useAction('focus-inbox', () => moveTo(at))
  useAction('open-next', () => beside(1))
  useAction('open-previous', () => beside(-1))

  const pick = useCallback(
    (id: string) => {
      setReach(id)
      onOpen(id)
    },
    [onOpen],
  )

  if (ids.length === 0) {
    const [title, text] = empty[view]
    return (
      <div className={css.empty}>
        <span className={css.emptyIcon}>
          <Icon name={view === 'closed' ? 'done' : 'inbox'} size={24} />
        </span>
        <p className={css.emptyTitle}>{title}.</p>
        <p>{text}</p>
      </div>
    )
  }
  return (
    <div
      ref={scroller}
      className={css.scroller}
      onKeyDown={(event) => {
        const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / rowHeightPx) - 1)
        const to = {
          ArrowDown: at + 1,
          ArrowUp: at - 1,
          Home: 0,
          End: ids.length - 1,
          PageDown: at + page,
          PageUp: at - page,
        }[event.key]
        if (to === undefined) return
        event.preventDefault()
        moveTo(to)
      }}
    >
      <ul className={css.rows} style={{ blockSize: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => (
          <InboxRow
            key={item.key}
            id={ids[item.index]!}
            index={item.index}
            size={ids.length}
            top={item.start}
            view={view}
            open={ids[item.index] === open}
            reachable={ids[item.index] === reachable}
            queueNames={queueNames}
            onOpen={pick}
          />
        ))}
      </ul>
    </div>
  )
}

const noNames: ReadonlyMap<string, string> = new Map()
const namesById = (queues: readonly Queue[]): ReadonlyMap<string, string> =>
  new Map(queues.map((queue) => [queue.id, queue.name]))

function Skeletons() {
  return (
    <div className={css.skeletons} role="status" aria-label="Conversations are loading">
      {[64, 48, 56, 40, 60, 52].map((width, i) => (
        <div key={i} className={css.skeleton} aria-hidden="true">
          <span className={css.bone} />
          <span className={css.bones}>
            <span style={{ inlineSize: `${width}%` }} />
            <span style={{ inlineSize: `${100 - width}%` }} />
          </span>
        </div>
      ))}
    </div>
  )
}

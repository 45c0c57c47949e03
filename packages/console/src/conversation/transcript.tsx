/**
 * The messages of one conversation. The scroller stands on its head (column-reverse), so the newest message is
 * at scroll position 0 without measuring. Only the newest `windowItems` are rendered, more as one scrolls up, and
 * few again when one is back at the newest.
 */
import {
  Fragment,
  lazy,
  memo,
  Suspense,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
} from 'react'
import { markOf, type MessageItem, type TranscriptItem, type TurnItem } from '@candor/protocol/fold-events.ts'
import { useAction } from '../actions/run-actions.ts'
import { dayName, sameDay } from '../design/times.tsx'
import { Icon } from '../design/icons.tsx'
import { useDesk } from '../live/desk-context.ts'
import { useObserved, type Observable } from '../live/observable.ts'
import { showToast } from '../shell/toasts.tsx'
import type { Thread } from './conversation-store.ts'
import { Line } from './line.tsx'
import { Message, OutgoingMessage } from './message.tsx'
import { turnsBeside } from './turns-beside.ts'
import css from './transcript.module.css'

// Most conversations at a desk have no virtual agent in them, and its reasons are read now and then.
const TurnWhy = lazy(() => import('./turn-why.tsx').then(({ TurnWhy }) => ({ default: TurnWhy })))

/** Fills any screen; a conversation of any length paints as fast as a short one. */
const windowItems = 28
const windowShrinkMs = 1_000
/** Messages of one author closer than this stand together. */
const groupMs = 4 * 60_000

export const Transcript = memo(function Transcript({
  id,
  onEdit,
}: {
  id: string
  onEdit(item: MessageItem): void
}) {
  const { conversations, me } = useDesk()
  const held = conversations.thread(id)
  // Not the thread as a whole: what is being sent and who types would render five hundred messages again.
  const transcript = useObserved(held, (thread) => thread.transcript)
  const state = useObserved(held, (thread) => thread.state)
  const firstSeq = useObserved(held, (thread) => thread.firstSeq)
  const loadingEarlier = useObserved(held, (thread) => thread.loadingEarlier)
  const pastAway = useObserved(held, (thread) => thread.pastAway)
  const changes = useObserved(held, (thread) => thread.changes)
  const scroller = useRef<HTMLDivElement>(null)
  const top = useRef<HTMLDivElement>(null)
  const [count, setCount] = useState(windowItems)
  const [away, setAway] = useState(false)
  const { items, turns } = transcript
  const all = useMemo(() => turnsBeside(items, turns), [items, turns])
  const shown = useMemo(() => all.slice(-count), [all, count])
  const hasMore = all.length > shown.length || firstSeq > 1
  const ready = state !== null

  const lastOwn = items.findLast((item) => isReply(item) && item.actor.kind !== 'visitor')?.seq
  const visitor = state && {
    deliveredTo: state.deliveredTo.visitor,
    readBy: Math.max(transcript.readBy.visitor, state.readBy.visitor),
  }
  const readLine = useReadLine(held, me.person.id)

  const more = useCallback(() => {
    if (all.length > count) setCount(count + windowItems)
    else conversations.earlier(id)
  }, [all.length, count, conversations, id])
  useEffect(() => {
    const mark = top.current
    if (!mark || !hasMore) return
    const watch = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && more(),
      {
        root: scroller.current,
        rootMargin: '300px 0px 0px 0px',
      },
    )
    watch.observe(mark)
    return () => watch.disconnect()
  }, [hasMore, more])
  useSeen(scroller, id, shown)
  useEffect(() => {
    if (away || count === windowItems) return
    // Back at the newest for a while: what was rendered on the way up is let go.
    const timer = setTimeout(() => setCount(windowItems), windowShrinkMs)
    return () => clearTimeout(timer)
  }, [away, count])

  const down = useCallback(() => scroller.current?.scrollTo({ top: 0 }), [])
  const focusItem = (step: number): void => {
    const all = [...(scroller.current?.querySelectorAll<HTMLElement>('[data-item]') ?? [])]
    const at = all.indexOf(document.activeElement?.closest<HTMLElement>('[data-item]') as HTMLElement)
    all[at === -1 ? all.length - 1 : Math.max(0, Math.min(all.length - 1, at + step))]?.focus()
  }
  useAction('focus-transcript', () => focusItem(0))

  const remove = useCallback(
    (item: MessageItem) =>
      void conversations
        .remove(id, item.seq)
        .then((problem) => problem !== null && showToast(problem, { tone: 'danger' })),
    [conversations, id],
  )

  return (
    <div
      ref={scroller}
      className={css.scroller}
      role="region"
      aria-label="Messages"
      aria-busy={!ready}
      tabIndex={0}
      onScroll={(event) => {
        const far = event.currentTarget.scrollTop < -240
        if (far !== away) setAway(far)
      }}
      onKeyDown={(event: KeyboardEvent) => {
        if (event.altKey || event.ctrlKey || event.metaKey) return
        if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return
        // A report is written within the transcript: there the arrow keys move the caret.
        if (event.target instanceof HTMLElement && event.target.closest('button, textarea')) return
        event.preventDefault()
        focusItem(event.key === 'ArrowUp' ? -1 : 1)
      }}
    >
      <Typing id={id} />
      <ol className={css.list}>
        {!ready && <Bones />}
        {ready && !hasMore && items.length > 0 && <li className={css.begin}>The conversation began here.</li>}
        {hasMore && ready && (
          <li className={css.begin}>{loadingEarlier && !pastAway ? 'Earlier messages are coming…' : ' '}</li>
        )}
        {shown.map(({ item, turn }, i) => {
          const before = shown[i - 1]
          const { at } = item ?? turn
          const newDay = !before || !sameDay((before.item ?? before.turn).at, at)
          return item === null ? (
            <Fragment key={turn.id}>
              {newDay && <Day name={dayName(at)} />}
              <li className={css.alone}>
                <Why conversation={id} turn={turn} />
              </li>
            </Fragment>
          ) : (
            <Entry
              key={item.id}
              conversation={id}
              item={item}
              turn={turn}
              day={newDay ? dayName(item.at) : null}
              unreadAbove={item.seq === readLine}
              joined={!newDay && together(before.item, item) && item.seq !== readLine}
              mark={visitor && item.seq === lastOwn ? markOf(item.seq, visitor) : null}
              change={changes.get(item.seq)}
              own={isReply(item) && item.actor.id === me.person.id}
              onEdit={onEdit}
              onRemove={remove}
            />
          )
        })}
        <Unstored id={id} onWritten={down} />
      </ol>
      <div ref={top} />
      {away && (
        <button type="button" className={css.down} onClick={down}>
          <Icon name="down" size={16} />
          Newest
        </button>
      )}
    </div>
  )
})

/** What was written here and is not stored yet. */
function Unstored({ id, onWritten }: { id: string; onWritten(): void }) {
  const outgoing = useObserved(useDesk().conversations.thread(id), (thread) => thread.outgoing)
  const { length } = outgoing
  useLayoutEffect(() => {
    // What one writes oneself is always in view.
    if (length > 0) onWritten()
  }, [length, onWritten])
  return outgoing.map((one) => <OutgoingMessage key={one.id} conversation={id} outgoing={one} />)
}

function Typing({ id }: { id: string }) {
  const typing = useObserved(useDesk().conversations.thread(id), (thread) => thread.typing)
  return (
    <div className={css.foot}>
      {typing.length > 0 && (
        <p className={css.typing}>
          <span className={css.dots} aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {typing.map((actor) => actor.name || 'The visitor').join(', ')} {typing.length === 1 ? 'is' : 'are'}{' '}
          writing
        </p>
      )}
    </div>
  )
}

interface EntryProps {
  conversation: string
  item: TranscriptItem
  turn: TurnItem | null
  day: string | null
  unreadAbove: boolean
  joined: boolean
  mark: 'sent' | 'delivered' | 'read' | null
  change: string | null | undefined
  own: boolean
  onEdit(item: MessageItem): void
  onRemove(item: MessageItem): void
}

const Entry = memo(function Entry({ conversation, item, turn, day, unreadAbove, ...rest }: EntryProps) {
  return (
    <>
      {day !== null && <Day name={day} />}
      {unreadAbove && (
        <li className={css.unread}>
          <span>New</span>
        </li>
      )}
      {item.kind === 'message' ? (
        <Message item={item} why={turn && <Why conversation={conversation} turn={turn} />} {...rest} />
      ) : (
        <Line item={item} />
      )}
    </>
  )
})

function Day({ name }: { name: string }) {
  return (
    <li className={css.day}>
      <span>{name}</span>
    </li>
  )
}

function Why({ conversation, turn }: { conversation: string; turn: TurnItem }) {
  return (
    <Suspense fallback={<p className={css.why} />}>
      <TurnWhy conversation={conversation} turn={turn} />
    </Suspense>
  )
}

function isReply(item: TranscriptItem): item is MessageItem {
  return item.kind === 'message' && !item.note
}

function together(before: TranscriptItem | null, item: TranscriptItem): boolean {
  return (
    before?.kind === 'message' &&
    item.kind === 'message' &&
    before.actor.id === item.actor.id &&
    before.note === item.note &&
    Date.parse(item.at) - Date.parse(before.at) < groupMs
  )
}

/** The first message that nobody of the staff had seen when the conversation was opened. */
function useReadLine(held: Observable<Thread>, me: string): number | null {
  const ready = useObserved(held, (thread) => thread.loading === 'done' && thread.state !== null)
  return useMemo(() => {
    const { state, transcript } = held.get()
    if (!ready || !state) return null
    const upTo = state.readBy.staff
    const first = transcript.items.find(
      (item) => item.seq > upTo && isReply(item) && item.actor.kind === 'visitor',
    )
    return first && first.actor.id !== me ? first.seq : null
  }, [held, ready, me])
}

/** Tells the store how far messages were on screen, in a window that somebody can see. */
function useSeen(
  scroller: React.RefObject<HTMLDivElement | null>,
  id: string,
  shown: readonly unknown[],
): void {
  const { conversations } = useDesk()
  useEffect(() => {
    let highest = 0
    const tell = (): void => {
      if (document.visibilityState === 'visible' && highest > 0) conversations.seen(id, highest)
    }
    const watch = new IntersectionObserver(
      (entries) => {
        for (const entry of entries)
          if (entry.isIntersecting)
            highest = Math.max(highest, Number((entry.target as HTMLElement).dataset['item']))
        tell()
      },
      { root: scroller.current, threshold: 0.5 },
    )
    for (const element of scroller.current?.querySelectorAll('[data-from="visitor"]') ?? [])
      watch.observe(element)
    document.addEventListener('visibilitychange', tell)
    return () => {
      watch.disconnect()
      document.removeEventListener('visibilitychange', tell)
    }
  }, [scroller, conversations, id, shown])
}

function Bones() {
  return (
    <li className={css.bones} aria-label="Messages are loading">
      {['42%', '58%', '36%', '50%'].map((width, i) => (
        <span
          key={i}
          className={i % 2 ? css.boneEnd : css.bone}
          style={{ inlineSize: width }}
          aria-hidden="true"
        />
      ))}
    </li>
  )
}

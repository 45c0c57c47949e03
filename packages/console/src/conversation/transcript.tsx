/**
 * The messages of one conversation. The scroller stands on its head (column-reverse), so the newest message is
 * at scroll position 0 without measuring; only the newest `windowItems` are rendered, and more as one scrolls up.
 */
import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent } from 'react'
import { markOf, type MessageItem, type TranscriptItem } from '@candor/protocol/fold-events.ts'
import { useAction } from '../actions/run-actions.ts'
import { dayName, sameDay } from '../design/times.tsx'
import { Icon } from '../design/icons.tsx'
import { useDesk } from '../live/desk-context.ts'
import { showToast } from '../shell/toasts.tsx'
import type { Thread } from './conversation-store.ts'
import { Line } from './line.tsx'
import { Message, OutgoingMessage } from './message.tsx'
import css from './transcript.module.css'

/** Fills any screen; a conversation of any length paints as fast as a short one. */
const windowItems = 36
/** Messages of one author closer than this stand together. */
const groupMs = 4 * 60_000

export function Transcript({ thread, onEdit }: { thread: Thread; onEdit(item: MessageItem): void }) {
  const { conversations, me } = useDesk()
  const scroller = useRef<HTMLDivElement>(null)
  const top = useRef<HTMLDivElement>(null)
  const [count, setCount] = useState(windowItems)
  const [away, setAway] = useState(false)
  const { items } = thread.transcript
  const shown = useMemo(() => items.slice(-count), [items, count])
  const hasMore = items.length > shown.length || thread.firstSeq > 1
  const ready = thread.state !== null

  const lastOwn = items.findLast((item) => isReply(item) && item.actor.kind !== 'visitor')?.seq
  const visitor = thread.state && {
    deliveredTo: thread.state.deliveredTo.visitor,
    readBy: Math.max(thread.transcript.readBy.visitor, thread.state.readBy.visitor),
  }
  const readLine = useReadLine(thread, me.person.id)

  const more = useCallback(() => {
    if (items.length > count) setCount(count + windowItems)
    else conversations.earlier(thread.id)
  }, [items.length, count, conversations, thread.id])
  useEffect(() => {
    const mark = top.current
    if (!mark || !hasMore) return
    const watch = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && more(),
      {
        root: scroller.current,
        rootMargin: '600px 0px 0px 0px',
      },
    )
    watch.observe(mark)
    return () => watch.disconnect()
  }, [hasMore, more])
  useSeen(scroller, thread.id, shown)

  const down = (): void => scroller.current?.scrollTo({ top: 0 })
  // What one writes oneself is always seen.
  useEffect(() => {
    if (thread.outgoing.length > 0) scroller.current?.scrollTo({ top: 0 })
  }, [thread.outgoing.length])

  const focusItem = (step: number): void => {
    const all = [...(scroller.current?.querySelectorAll<HTMLElement>('[data-item]') ?? [])]
    const at = all.indexOf(document.activeElement?.closest<HTMLElement>('[data-item]') as HTMLElement)
    all[at === -1 ? all.length - 1 : Math.max(0, Math.min(all.length - 1, at + step))]?.focus()
  }
  useAction('focus-transcript', () => focusItem(0))

  const remove = useCallback(
    async (item: MessageItem) => {
      const problem = await conversations.remove(thread.id, item.seq)
      if (problem) showToast(problem, { tone: 'danger' })
    },
    [conversations, thread.id],
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
        if (event.target instanceof HTMLElement && event.target.closest('button')) return
        event.preventDefault()
        focusItem(event.key === 'ArrowUp' ? -1 : 1)
      }}
    >
      <div className={css.foot}>
        {thread.typing.length > 0 && (
          <p className={css.typing}>
            <span className={css.dots} aria-hidden="true">
              <i />
              <i />
              <i />
            </span>
            {thread.typing.map((actor) => actor.name || 'The visitor').join(', ')}{' '}
            {thread.typing.length === 1 ? 'is' : 'are'} writing
          </p>
        )}
      </div>
      <ol className={css.list}>
        {!ready && <Bones />}
        {ready && !hasMore && items.length > 0 && <li className={css.begin}>The conversation began here.</li>}
        {hasMore && ready && (
          <li className={css.begin}>{thread.loadingEarlier ? 'Earlier messages are coming…' : ' '}</li>
        )}
        {shown.map((item, i) => {
          const before = shown[i - 1]
          const newDay = !before || !sameDay(before.at, item.at)
          return (
            <Entry
              key={item.id}
              item={item}
              day={newDay ? dayName(item.at) : null}
              unreadAbove={item.seq === readLine}
              joined={!newDay && together(before, item) && item.seq !== readLine}
              mark={visitor && item.seq === lastOwn ? markOf(item.seq, visitor) : null}
              change={thread.changes.get(item.seq)}
              own={isReply(item) && item.actor.id === me.person.id}
              onEdit={onEdit}
              onRemove={remove}
            />
          )
        })}
        {thread.outgoing.map((one) => (
          <OutgoingMessage key={one.id} conversation={thread.id} outgoing={one} />
        ))}
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
}

interface EntryProps {
  item: TranscriptItem
  day: string | null
  unreadAbove: boolean
  joined: boolean
  mark: 'sent' | 'delivered' | 'read' | null
  change: string | null | undefined
  own: boolean
  onEdit(item: MessageItem): void
  onRemove(item: MessageItem): void
}

function Entry({ item, day, unreadAbove, ...rest }: EntryProps) {
  return (
    <>
      {day !== null && (
        <li className={css.day}>
          <span>{day}</span>
        </li>
      )}
      {unreadAbove && (
        <li className={css.unread}>
          <span>New</span>
        </li>
      )}
      {item.kind === 'message' ? <Message item={item} {...rest} /> : <Line item={item} />}
    </>
  )
}

function isReply(item: TranscriptItem): item is MessageItem {
  return item.kind === 'message' && !item.note
}

function together(before: TranscriptItem | undefined, item: TranscriptItem): boolean {
  return (
    before?.kind === 'message' &&
    item.kind === 'message' &&
    before.actor.id === item.actor.id &&
    before.note === item.note &&
    Date.parse(item.at) - Date.parse(before.at) < groupMs
  )
}

/** The first message that nobody of the staff had seen when the conversation was opened. */
function useReadLine(thread: Thread, me: string): number | null {
  const [line, setLine] = useState<number | null>(null)
  const decided = useRef(false)
  useEffect(() => {
    if (decided.current || thread.loading !== 'done' || !thread.state) return
    decided.current = true
    const upTo = thread.state.readBy.staff
    const first = thread.transcript.items.find(
      (item) => item.seq > upTo && isReply(item) && item.actor.kind === 'visitor',
    )
    setLine(first && first.actor.id !== me ? first.seq : null)
  }, [thread, me])
  return line
}

/** Tells the store how far messages were on screen, in a window that somebody can see. */
function useSeen(
  scroller: React.RefObject<HTMLDivElement | null>,
  id: string,
  shown: readonly TranscriptItem[],
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

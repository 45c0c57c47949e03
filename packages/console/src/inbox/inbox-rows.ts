/**
 * The rows of the inbox and their order in each view. Ten thousand rows change twice a second, so a change
 * moves its own row (binary search) and nothing is sorted again.
 */
import type { ConversationRow } from '@candor/protocol/events.ts'
import { observable, type Observable } from '../live/observable.ts'

export type View = 'waiting' | 'mine' | 'all' | 'closed'
export const views: readonly View[] = ['waiting', 'mine', 'all', 'closed']

export interface InboxRows {
  row(id: string): ConversationRow | undefined
  /** Conversations of one visitor that are here. */
  ofVisitor(visitor: string): string[]
  /** Ids in the order they stand; a new array whenever the order or the members changed. */
  readonly order: Record<View, Observable<readonly string[]>>
  /** Follows one row. */
  subscribeRow(id: string, listener: () => void): () => void
  /** Rows with unread messages among mine. */
  readonly unread: Observable<number>
  /** From a live connection: newer than anything held. */
  applyLive(rows: readonly ConversationRow[]): void
  /** From a page that was asked for at `askedAt`: it must not undo what came live since. */
  applyPage(rows: readonly ConversationRow[], askedAt: number): void
  /** After a walk through all open pages begun at `since`: open rows that were in none of them are not open. */
  settle(seen: ReadonlySet<string>, since: number): void
  change(id: string, change: Partial<ConversationRow>): void
}

/** A batch larger than this is sorted as a whole. */
const movesMax = 64

export function openInboxRows(me: string, now: () => number = Date.now): InboxRows {
  const held = new Map<string, { row: ConversationRow; touchedAt: number }>()
  const listeners = new Map<string, Set<() => void>>()
  const order: InboxRows['order'] = {
    waiting: observable<readonly string[]>([]),
    mine: observable<readonly string[]>([]),
    all: observable<readonly string[]>([]),
    closed: observable<readonly string[]>([]),
  }
  const unread = observable(0)

  function put(rows: readonly ConversationRow[]): void {
    if (rows.length === 0) return
    const before = new Map<string, ConversationRow | undefined>()
    const at = now()
    for (const row of rows) {
      if (!before.has(row.id)) before.set(row.id, held.get(row.id)?.row)
      held.set(row.id, { row, touchedAt: at })
    }
    for (const view of views) place(view, before)
    let count = 0
    for (const id of order.mine.get()) if (held.get(id)!.row.unread > 0) count++
    unread.set(count)
    for (const id of before.keys()) for (const listener of listeners.get(id) ?? []) listener()
  }

  function place(view: View, before: Map<string, ConversationRow | undefined>): void {
    const moves = [...before].filter(([id, old]) => {
      const row = held.get(id)!.row
      const was = old !== undefined && belongs(old, view, me)
      const is = belongs(row, view, me)
      return was !== is || (is && keyOf(row, view) !== keyOf(old!, view))
    })
    if (moves.length === 0) return
    if (moves.length > movesMax) {
      const ids = [...held.values()].filter(({ row }) => belongs(row, view, me)).map(({ row }) => row)
      ids.sort((a, b) => compare(keyOf(a, view), a.id, keyOf(b, view), b.id, view))
      order[view].set(ids.map((row) => row.id))
      return
    }
    const moving = new Set(moves.map(([id]) => id))
    const ids = order[view].get().filter((id) => !moving.has(id))
    for (const id of moving) {
      const row = held.get(id)!.row
      if (!belongs(row, view, me)) continue
      ids.splice(position(ids, row, view), 0, id)
    }
    order[view].set(ids)
  }

  function position(ids: readonly string[], row: ConversationRow, view: View): number {
    const key = keyOf(row, view)
    let low = 0
    let high = ids.length
    while (low < high) {
      const middle = (low + high) >> 1
      const other = held.get(ids[middle]!)!.row
      if (compare(keyOf(other, view), other.id, key, row.id, view) < 0) low = middle + 1
      else high = middle
    }
    return low
  }

  return {
    row: (id) => held.get(id)?.row,
    ofVisitor: (visitor) =>
      [...held.values()].flatMap(({ row }) => (row.visitor.id === visitor ? [row.id] : [])),
    order,
    unread,
    subscribeRow(id, listener) {
      const set = listeners.get(id) ?? new Set()
      listeners.set(id, set.add(listener))
      return () => {
        set.delete(listener)
        if (set.size === 0) listeners.delete(id)
      }
    },
    applyLive: (rows) => put(rows.filter((row) => row.seq >= (held.get(row.id)?.row.seq ?? 0))),
    applyPage: (rows, askedAt) =>
      put(
        rows.filter((row) => {
          const one = held.get(row.id)
          return !one || row.seq > one.row.seq || (row.seq === one.row.seq && one.touchedAt < askedAt)
        }),
      ),
    settle(seen, since) {
      const gone = order.all.get().filter((id) => !seen.has(id) && held.get(id)!.touchedAt < since)
      put(gone.map((id) => ({ ...held.get(id)!.row, status: 'closed' as const })))
    },
    change(id, change) {
      const one = held.get(id)
      if (one) put([{ ...one.row, ...change }])
    },
  }
}

export function belongs(row: ConversationRow, view: View, me: string): boolean {
  if (view === 'closed') return row.status === 'closed'
  if (row.status !== 'open') return false
  if (view === 'all') return true
  if (view === 'waiting') return row.handler.kind === 'queue'
  return row.handler.kind === 'agent' && row.handler.id === me
}

/** Who waits longest stands first; elsewhere what moved last. ISO 8601 in UTC sorts as text. */
function keyOf(row: ConversationRow, view: View): string {
  return view === 'waiting' ? (row.waitingSince ?? row.startedAt) : row.lastEventAt
}

function compare(keyA: string, a: string, keyB: string, b: string, view: View): number {
  if (keyA !== keyB) return keyA < keyB === (view === 'waiting') ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}

import type { Committed } from '../conversations/conversation.ts'
import type { Clock } from '../clock.ts'
import type { Actor } from '../tenants/actor.ts'
import { describeEvent, describeReceipt, describeRefusedPage, type TourLine } from './describe-event.ts'

/** A line with its place and time. */
export type FeedLine = TourLine & { n: number; at: string; tenant: string; conversation: string | null }

/** The parts of the rooms that the feed hears through; whoever is given the answer uses them as before. */
export interface WatchedRooms {
  access: {
    receipt(actor: Actor, conversation: string, purpose: never, how?: never): Promise<{ index: number }>
  }
  conversations: { send(actor: Actor, message: { id: string }): Promise<unknown> }
  routing: { sendAsStaff(actor: Actor, message: { id: string }): Promise<unknown> }
  visits: {
    cardFieldsSeen(actor: Actor, url: string): void
  }
}

export interface TourFeed {
  /** Only these tenants are told of, by id, with the name that is shown. */
  tellOf(tenants: ReadonlyMap<string, string>): void
  announced(announcements: readonly Committed[]): void
  /** Something that is no event of a conversation. */
  note(tenant: string, line: TourLine): void
  recent(): readonly FeedLine[]
  /** Answers how to stop listening, or null when there are too many listeners already. */
  listen(listener: (line: FeedLine) => void): (() => void) | null
}

/** What a newcomer scrolls back at most. */
const linesKept = 60
/** A tour is looked at by a handful of people; each costs one open response. */
const listenersMax = 200
/** Messages under way whose time is taken. */
const timedMax = 10_000
/** Receipts told of; the same one covers a session for ten minutes and is told once. */
const receiptsToldMax = 1_000

export function openTourFeed(options: {
  clock: Clock
}): TourFeed & { watch<R extends WatchedRooms>(rooms: R): R } {
  const { clock } = options
  const lines: FeedLine[] = []
  const listeners = new Set<(line: FeedLine) => void>()
  const begun = new Map<string, { actor: string; at: number }>()
  const receiptsTold = new Set<number>()
  let names: ReadonlyMap<string, string> = new Map()
  let n = 0

  function tell(tenant: string, conversation: string | null, told: TourLine): void {
    const name = names.get(tenant)
    if (name === undefined) return
    const line = { ...told, n: ++n, at: new Date(clock.now()).toISOString(), tenant: name, conversation }
    lines.push(line)
    if (lines.length > linesKept) lines.shift()
    for (const listener of listeners) listener(line)
  }

  async function timed<T>(actor: Actor, id: string, act: () => Promise<T>): Promise<T> {
    if (!names.has(actor.tenant) || begun.size >= timedMax) return act()
    begun.set(id, { actor: actor.id, at: performance.now() })
    try {
      return await act()
    } finally {
      begun.delete(id)
    }
  }

  return {
    tellOf: (tenants) => void (names = tenants),

    announced(announcements) {
      for (const committed of announcements) {
        if (!names.has(committed.tenant)) continue
        const { event } = committed
        // Who writes where nobody answers takes over first: that is an event of its own and not the message's time.
        if (event.type === 'takeover')
          for (const message of begun.values())
            if (message.actor === event.actor.id) message.at = performance.now()
        const since = begun.get(event.id)
        const storedMs = since === undefined ? null : performance.now() - since.at
        for (const line of describeEvent(committed, storedMs))
          tell(committed.tenant, event.conversation, line)
      }
    },

    note: (tenant, line) => tell(tenant, null, line),

    recent: () => lines,

    listen(listener) {
      if (listeners.size >= listenersMax) return null
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },

    watch(rooms) {
      const { access, conversations, routing, visits } = rooms
      const watched: WatchedRooms = {
        access: {
          ...access,
          async receipt(actor, conversation, purpose, how) {
            const receipt = await access.receipt(actor, conversation, purpose, how)
            const line = describeReceipt(actor)
            if (line !== null && !receiptsTold.has(receipt.index)) {
              receiptsTold.add(receipt.index)
              if (receiptsTold.size > receiptsToldMax)
                receiptsTold.delete(receiptsTold.values().next().value!)
              tell(actor.tenant, conversation, line)
            }
            return receipt
          },
        },
        conversations: {
          ...conversations,
          send: (actor, message) => timed(actor, message.id, () => conversations.send(actor, message)),
        },
        routing: {
          ...routing,
          sendAsStaff: (actor, message) =>
            timed(actor, message.id, () => routing.sendAsStaff(actor, message)),
        },
        visits: {
          ...visits,
          cardFieldsSeen(actor, url) {
            visits.cardFieldsSeen(actor, url)
            if (URL.canParse(url)) tell(actor.tenant, null, describeRefusedPage(url))
          },
        },
      }
      return { ...rooms, ...watched }
    },
  }
}

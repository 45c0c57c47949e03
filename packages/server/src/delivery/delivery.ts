import {
  isStaffOnly,
  type ConversationEvent,
  type ConversationRow,
  type ConversationState,
  type EventActor,
  type WireEvent,
} from '@candor/protocol/events.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { AccessReceipt } from '../access/access.ts'
import type { ServerFrame } from '@candor/protocol/frames.ts'
import { encode, type Audience, type Connection } from './connection.ts'
import { openPresence, type PresenceBoard } from './presence.ts'

/** Where a conversation's past is read; the room `conversations` answers it. */
export interface History {
  /** Events after `after` with the top of the same moment; null when they are more than `replayEventsMax`. */
  since(receipt: AccessReceipt, after: number): Promise<{ events: ConversationEvent[]; top: number } | null>
  snapshot(receipt: AccessReceipt): Promise<{ state: ConversationState; events: ConversationEvent[] }>
  rows(tenant: string, conversations: readonly string[]): Promise<ConversationRow[]>
  markDelivered(marks: readonly DeliveryMark[]): Promise<void>
}

export interface DeliveryMark {
  tenant: string
  conversation: string
  visitor: number
  staff: number
}

export interface Announcement {
  tenant: string
  visitor: string
  event: ConversationEvent
}

export interface Delivery {
  readonly presence: PresenceBoard
  connect(connection: Connection): void
  disconnect(connection: Connection): void
  /**
   * Follows a conversation from a position on. Sends what the client misses (events, or a snapshot), then
   * everything new, each number once and in order. Following again from another position starts over.
   */
  follow(
    connection: Connection,
    receipt: AccessReceipt,
    position: { epoch: string; seq: number } | null,
  ): Promise<void>
  unfollow(connection: Connection, conversation: string): void
  /** Everything that an actor follows, on every connection: nothing more reaches them. Each is told why. */
  cutOff(tenant: string, actor: string, why: Refusal): void
  follows(connection: Connection, conversation: string): boolean
  /** After commit, in the order of commits. */
  publish(announcements: readonly Announcement[]): void
  delivered(connection: Connection, conversation: string, seq: number): void
  typing(connection: Connection, conversation: string, on: boolean): void
  /** For those who write without a connection: virtual agents. */
  tellTyping(tenant: string, conversation: string, actor: EventActor, on: boolean): void
  /** To everybody who is connected, visitors and staff. */
  tellTenant(tenant: string, frame: ServerFrame): void
  /** To the staff of the tenant, wherever they are connected. */
  tellStaff(tenant: string, frame: ServerFrame): void
  /** Top seq sent to this connection, by conversation. */
  tops(connection: Connection): Record<string, number>
  /** What changed since the last call is told to inboxes and stored. Called by a timer. */
  flush(): Promise<void>
  close(): Promise<void>
}

/** Live events held back for a connection that is still reading its past. More: it starts over with a snapshot. */
const heldEventsMax = 1_000
/** Conversations whose rows go out at once; the rest follow half a second later. */
const rowsPerFlushMax = 500
/** Inbox rows and delivery marks are gathered for this long. */
const flushMs = 500
/** Attempts to catch up before a connection is told that it is too slow. */
const catchUpAttemptsMax = 5

interface Follow {
  connection: Connection
  topic: Topic
  /** Highest seq this connection was sent. Staff-only numbers above it go out as blanks before the next event. */
  sent: number
  /** Events that came while the past is being read; null when live. */
  held: ConversationEvent[] | null
  overflowed: boolean
  delivered: number
}

/** What connections of one audience that hold everything up to `after` are sent. */
interface Share {
  audience: Audience
  after: number
  /** Null: nothing of it is for them. */
  frame: string | null
  last: number
}

interface Topic {
  key: string
  tenant: string
  conversation: string
  follows: Set<Follow>
  delivered: { visitor: number; staff: number }
}

export function openDelivery(options: {
  history: History
  epoch: () => string
  log: (event: Record<string, unknown>) => void
}): Delivery {
  const { history, epoch, log } = options
  const topics = new Map<string, Topic>()
  const connections = new Map<Connection, Map<string, Follow>>()
  const changedRows = new Map<string, Set<string>>()
  const changedMarks = new Set<Topic>()
  const presence = openPresence({ viewersOf, tellTopic, connections: () => connections.keys() })
  let flushing: Promise<void> | null = null
  const timer = setInterval(() => {
    flushing ??= flush()
      .catch((caught: unknown) =>
        log({ level: 'warn', event: 'delivery flush failed', message: String(caught) }),
      )
      .finally(() => (flushing = null))
  }, flushMs)

  function topicOf(tenant: string, conversation: string): Topic {
    const key = `${tenant}/${conversation}`
    let topic = topics.get(key)
    if (topic === undefined)
      topics.set(
        key,
        (topic = { key, tenant, conversation, follows: new Set(), delivered: { visitor: 0, staff: 0 } }),
      )
    return topic
  }

  function viewersOf(tenant: string, conversation: string): Connection[] {
    return [...(topics.get(`${tenant}/${conversation}`)?.follows ?? [])].map((follow) => follow.connection)
  }

  function tellTopic(
    tenant: string,
    conversation: string,
    to: Audience | null,
    frame: string,
    except?: Connection,
  ): void {
    for (const { connection } of topics.get(`${tenant}/${conversation}`)?.follows ?? [])
      if (connection !== except && (to === null || connection.audience === to)) connection.send(frame)
  }

  function tellTyping(
    tenant: string,
    conversation: string,
    actor: EventActor,
    on: boolean,
    except?: Connection,
  ): void {
    const { kind, id, name } = actor
    tellTopic(
      tenant,
      conversation,
      null,
      encode({ type: 'typing', conversation, actor: { kind, id, name }, on }),
      except,
    )
  }

  function drop(follow: Follow): void {
    follow.topic.follows.delete(follow)
    if (follow.topic.follows.size === 0 && !changedMarks.has(follow.topic)) topics.delete(follow.topic.key)
  }

  function sendEvents(follow: Follow, events: readonly ConversationEvent[]): void {
    const wire = wireFor(follow.connection.audience, follow.sent, events)
    const last = wire.at(-1)
    if (last === undefined) return
    follow.sent = last.seq
    follow.connection.send(encode({ type: 'events', conversation: follow.topic.conversation, events: wire }))
  }

  async function catchUp(follow: Follow, receipt: AccessReceipt, from: number | null): Promise<void> {
    let after = from
    for (let attempt = 0; attempt < catchUpAttemptsMax; attempt++) {
      follow.held = []
      follow.overflowed = false
      const missed = after === null ? null : await history.since(receipt, after)
      // A client that knows more than the database holds another history.
      if (missed !== null && after !== null && missed.top >= after) {
        follow.sent = after
        sendEvents(follow, missed.events)
        if (goLive(follow, missed.top)) return
      } else {
        const { state, events } = await history.snapshot(receipt)
        const wire = wireFor(follow.connection.audience, (events[0]?.seq ?? 1) - 1, events)
        follow.sent = wire.at(-1)?.seq ?? state.seq
        const shown =
          follow.connection.audience === 'visitor' ? { ...state, tags: [], seq: follow.sent } : state
        follow.connection.send(
          encode({ type: 'snapshot', conversation: state.id, epoch: epoch(), state: shown, events: wire }),
        )
        if (goLive(follow, state.seq)) return
      }
      after = null
    }
    throw new Refusal('slow_reader', undefined, { retryAfterMs: 1_000 })
  }

  /** Sends what was held and is newer than `top`. False when too much was held: begin again. */
  function goLive(follow: Follow, top: number): boolean {
    if (follow.overflowed) return false
    const held = follow.held!.filter((event) => event.seq > top)
    follow.held = null
    sendEvents(follow, held)
    return true
  }

  async function flush(): Promise<void> {
    const inboxes = Map.groupBy(
      [...connections.keys()].filter((connection) => connection.inbox),
      (connection) => connection.actor.tenant,
    )
    for (const [tenant, changed] of changedRows) {
      const listeners = inboxes.get(tenant)
      if (listeners === undefined) {
        changedRows.delete(tenant)
        continue
      }
      const ids = [...changed].slice(0, rowsPerFlushMax)
      for (const id of ids) changed.delete(id)
      if (changed.size === 0) changedRows.delete(tenant)
      const frame = encode({ type: 'rows', rows: await history.rows(tenant, ids) })
      for (const connection of listeners) connection.send(frame)
    }
    if (changedMarks.size > 0) {
      const marked = [...changedMarks]
      changedMarks.clear()
      await history.markDelivered(
        marked.map(({ tenant, conversation, delivered }) => ({ tenant, conversation, ...delivered })),
      )
      for (const topic of marked) if (topic.follows.size === 0) topics.delete(topic.key)
    }
  }

  function rowChanged(tenant: string, conversation: string): void {
    let changed = changedRows.get(tenant)
    if (changed === undefined) changedRows.set(tenant, (changed = new Set()))
    changed.add(conversation)
  }

  return {
    presence,

    connect(connection) {
      connections.set(connection, new Map())
      presence.connected(connection)
    },

    disconnect(connection) {
      const follows = connections.get(connection)
      if (follows === undefined) return
      connections.delete(connection)
      for (const follow of follows.values()) {
        drop(follow)
        presence.left(connection, follow.topic.conversation)
        rowChanged(follow.topic.tenant, follow.topic.conversation)
      }
      presence.disconnected(connection)
    },

    async follow(connection, receipt, position) {
      const follows = connections.get(connection)
      if (follows === undefined) return
      const former = follows.get(receipt.conversation)
      if (former !== undefined) drop(former)
      const topic = topicOf(receipt.tenant, receipt.conversation)
      const follow: Follow = { connection, topic, sent: 0, held: [], overflowed: false, delivered: 0 }
      topic.follows.add(follow)
      follows.set(receipt.conversation, follow)
      try {
        await catchUp(follow, receipt, position !== null && position.epoch === epoch() ? position.seq : null)
      } catch (caught) {
        drop(follow)
        if (follows.get(receipt.conversation) === follow) follows.delete(receipt.conversation)
        throw caught
      }
      if (former === undefined) {
        presence.joined(connection, receipt.conversation)
        if (connection.audience === 'visitor') rowChanged(receipt.tenant, receipt.conversation)
      }
    },

    unfollow(connection, conversation) {
      const follow = connections.get(connection)?.get(conversation)
      if (follow === undefined) return
      connections.get(connection)!.delete(conversation)
      drop(follow)
      presence.left(connection, conversation)
    },

    cutOff(tenant, actor, why) {
      for (const [connection, follows] of connections) {
        if (connection.actor.tenant !== tenant || connection.actor.id !== actor) continue
        for (const follow of follows.values()) {
          const { conversation } = follow.topic
          drop(follow)
          presence.left(connection, conversation)
          connection.send(encode({ type: 'refused', conversation, code: why.code, message: why.message }))
        }
        follows.clear()
      }
    },

    follows: (connection, conversation) => connections.get(connection)?.has(conversation) ?? false,

    publish(announcements) {
      for (let i = 0; i < announcements.length;) {
        const { tenant, event: first } = announcements[i]!
        const events: ConversationEvent[] = []
        while (
          i < announcements.length &&
          announcements[i]!.event.conversation === first.conversation &&
          announcements[i]!.tenant === tenant
        )
          events.push(announcements[i++]!.event)
        rowChanged(tenant, first.conversation)
        const topic = topics.get(`${tenant}/${first.conversation}`)
        if (topic === undefined) continue
        // Connections that stand at the same number get the same bytes: encoded once. There are few such numbers.
        const shares: Share[] = []
        for (const follow of topic.follows) {
          if (follow.held !== null) {
            if (follow.held.length + events.length > heldEventsMax) follow.overflowed = true
            else follow.held.push(...events)
            continue
          }
          const { audience } = follow.connection
          let same = shares.find((share) => share.after === follow.sent && share.audience === audience)
          if (same === undefined) {
            const wire = wireFor(audience, follow.sent, events)
            const last = wire.at(-1)?.seq
            const frame =
              last === undefined
                ? null
                : encode({ type: 'events', conversation: topic.conversation, events: wire })
            shares.push((same = { audience, after: follow.sent, frame, last: last ?? follow.sent }))
          }
          if (same.frame === null) continue
          follow.sent = same.last
          follow.connection.send(same.frame)
        }
      }
    },

    delivered(connection, conversation, seq) {
      const follow = connections.get(connection)?.get(conversation)
      // A client cannot have what it was not sent.
      if (follow === undefined || seq > follow.sent || seq <= follow.delivered) return
      follow.delivered = seq
      const { topic } = follow
      const to = connection.audience
      if (seq <= topic.delivered[to]) return
      topic.delivered[to] = seq
      changedMarks.add(topic)
      tellTopic(
        topic.tenant,
        conversation,
        to === 'visitor' ? 'staff' : 'visitor',
        encode({ type: 'delivered', conversation, to, seq }),
      )
    },

    typing(connection, conversation, on) {
      if (!(connections.get(connection)?.has(conversation) ?? false)) return
      tellTyping(connection.actor.tenant, conversation, connection.actor, on, connection)
    },

    tellTyping,

    tellTenant(tenant, frame) {
      const encoded = encode(frame)
      for (const connection of connections.keys())
        if (connection.actor.tenant === tenant) connection.send(encoded)
    },

    tellStaff(tenant, frame) {
      const encoded = encode(frame)
      for (const connection of connections.keys())
        if (connection.audience === 'staff' && connection.actor.tenant === tenant) connection.send(encoded)
    },

    tops(connection) {
      const tops: Record<string, number> = {}
      for (const [conversation, follow] of connections.get(connection) ?? [])
        if (follow.held === null) tops[conversation] = follow.sent
      return tops
    },

    flush,

    async close() {
      clearInterval(timer)
      presence.close()
      await flushing
      await flush().catch(() => undefined)
    },
  }
}

/**
 * What this audience is sent of these events, contiguous from `sent` + 1. For a visitor staff-only events become
 * blanks, and only those before an event that the visitor may see: a trailing note leaves no trace in time.
 */
export function wireFor(audience: Audience, sent: number, events: readonly ConversationEvent[]): WireEvent[] {
  if (audience === 'staff') return events.filter((event) => event.seq > sent)
  const wire: WireEvent[] = []
  let next = sent + 1
  for (const event of events) {
    if (event.seq < next || isStaffOnly(event)) continue
    while (next < event.seq) wire.push({ seq: next++, type: 'private' })
    wire.push(event)
    next++
  }
  return wire
}

/**
 * The client's half of the delivery contract (docs/architecture.md, "Delivery contract"). It knows nothing of
 * screens and nothing of sockets: a `Transport` carries frames, a `Clock` carries time, and what reaches
 * `onFrame` may be shown as it is. Visitors' widgets, desks and test clients all run this file.
 */
import type { ConversationState } from './events.ts'
import { silenceMsMax, type ClientFrame, type Position, type ServerFrame, type WireEvent } from './frames.ts'
import type { OpenProof } from './open-statement.ts'
import { positionsMax } from './parse-client-frame.ts'
import type { RefusalCode } from './refusals.ts'

/** Frames that are kept until they are answered, and sent again under the same id after every reconnect. */
export type Command = Extract<ClientFrame, { id: string }>
/** Frames that are worth sending only now. */
export type Remark = Extract<ClientFrame, { type: 'typing' | 'page' | 'presence' }>
export type Hello = Extract<ClientFrame, { type: 'hello' }>
/** What ends a command. `refused` is an ordinary outcome: its code says what the caller can do. */
export type Answer = Extract<
  ServerFrame,
  { type: 'ack' | 'earlier' | 'identified' | 'logged-out' | 'refused' }
>
export type RefusedFrame = Extract<ServerFrame, { type: 'refused' }>

/** Carries frames in order, or loses them all at once. */
export interface Transport {
  /**
   * Opens a connection and says `hello` first. MUST NOT call the listener before it has returned, MUST call
   * `lost` at most once, and nothing after it or after `drop`.
   */
  connect(hello: Hello, listener: TransportListener): Wire
}

export interface TransportListener {
  heard(frame: ServerFrame): void
  lost(): void
}

export interface Wire {
  send(frames: readonly ClientFrame[]): void
  drop(): void
}

export interface Clock {
  /** Milliseconds; only differences count. */
  now(): number
  /** Calls once after `ms`; the returned function calls it off. */
  after(ms: number, run: () => void): () => void
}

export type ConnectionState =
  | { kind: 'connecting' }
  | { kind: 'online' }
  /** The next try comes by itself after `retryMs`, or at once with `reconnect()`. */
  | { kind: 'waiting'; retryMs: number }
  /** The server does not want this hello. Nothing happens until `reconnect()`. */
  | { kind: 'refused'; refusal: { code: RefusalCode; message: string } }
  | { kind: 'closed' }

export interface ConnectionParts {
  /** In order of preference. After two failures before a welcome the next one is tried. */
  transports: readonly Transport[]
  /** Asked at every connect, so a renewed token or page is in it. */
  hello(positions: Position[]): Hello
  clock: Clock
  /** In [0, 1). */
  random(): number
  /** Frames that may be shown: events in order without gap or repetition, snapshots, and all unsequenced ones. */
  onFrame(frame: ServerFrame): void
  onState(state: ConnectionState): void
  /** Whether to follow a conversation the server speaks of unasked. A desk does not, a visitor's tab does. */
  followUnasked?(conversation: string): boolean
  /**
   * A person's signature for opening this conversation, asked whenever that is said anew. It MUST answer at once: sign
   * before you follow, and again before a signature is too old.
   */
  proof?(conversation: string): OpenProof | undefined
}

export interface Connection {
  /**
   * Takes a command into the outbox. Commands about one conversation are answered one after the other, in the
   * order of this call, so that a message refused for now cannot be overtaken by the next one.
   */
  command(frame: Command): Promise<Answer>
  /** Says something that is void a moment later; dropped when there is no connection. */
  remark(frame: Remark): void
  /** Follows a conversation: its snapshot and events come by `onFrame`, over all reconnects. */
  follow(conversation: string): void
  /** Stops following. Late frames about it are not shown. */
  leave(conversation: string): void
  /** Highest contiguous seq that was given to `onFrame`; 0 when nothing was. */
  seqOf(conversation: string): number
  /** Commands without an answer, in order. */
  pending(): readonly Command[]
  /** Drops what there is and connects now: the network came back, the token changed, the person asks for it. */
  reconnect(): void
  /** Forgets all positions and answers what is pending with a refusal: the next hello is somebody else's. */
  forget(): void
  close(): void
}

/** A person who writes this many messages without an answer has a problem that more memory does not solve. */
export const outboxFramesMax = 500
/** Slowest of the 30 s that a lost network may take; beyond, people reload. */
export const reconnectMsMax = 30_000
/** From the connect to the welcome. A captive portal accepts the socket and never speaks. */
export const welcomeMsMax = 10_000
/** An answer that is this late was lost; the command is said again, under the same id. */
export const answerMsMax = 10_000
/** Positions are acknowledged this long after the first new event: one frame for a burst. */
export const deliveredDelayMs = 50
/** Failures before a welcome after which the next transport is tried: one is bad luck, two is a proxy. */
export const transportFailuresMax = 2
/** What worked before fails because the server is away, more likely than because of a new proxy. */
const provenFailuresMax = 8
/** The server ends a connection that it contains as soon as it has heard that this was understood. */
const stoppedMsMax = 1_000
/** Where the server asks for a pause and does not say how long. */
const pauseMs = 1_000

/** Refusals after which the same thing may succeed later, without anybody doing anything. */
const passing: ReadonlySet<RefusalCode> = new Set<RefusalCode>([
  'busy',
  'too_many',
  'slow_reader',
  'history_unavailable',
])
/** Goodbyes to who should not come back as they are. After any other one a new try is right. */
const final: ReadonlySet<RefusalCode | 'restart'> = new Set<RefusalCode | 'restart'>([
  'not_signed_in',
  'second_factor_required',
  'credentials_wrong',
  'token_invalid',
  'token_expired',
  'token_replayed',
  'not_allowed',
  'origin_not_allowed',
  'card_fields_page',
  'contained',
  'not_found',
  'protocol_unsupported',
])

interface Outgoing {
  frame: Command
  resolve(answer: Answer): void
  /** Said on this connection and not answered. */
  inFlight: boolean
  /** Calls off the timer that says it again. */
  calm: () => void
  /** Refused for now: not before this time. */
  notBefore: number
}

interface Followed {
  /** Absent until the first event or snapshot. */
  epoch?: string
  seq: number
  /** Highest seq that was heard of, shown or not. */
  heardOf: number
  /** When the `open` was said whose answer will settle the gap; `never` when none is on its way. */
  askedAt: number
}

export function openConnection(parts: ConnectionParts): Connection {
  const { transports, clock, onFrame, onState } = parts
  const followed = new Map<string, Followed>()
  const undelivered = new Set<string>()
  let outbox: Outgoing[] = []
  let wire: Wire | undefined
  /** Counts connections, so that what an old one says late is not heard. */
  let generation = 0
  let welcomed = false
  let epoch: string | undefined
  let failures = 0
  let transport = 0
  let transportFailures = 0
  /** Transports that brought a welcome. */
  const proven = new Set<number>()
  let heardAt = 0
  let calmDelivered: (() => void) | undefined
  let calmWatch: (() => void) | undefined
  let calmRetry: (() => void) | undefined
  /** The chat was switched off here, and the server is being told that this was heard. */
  let stop: (() => void) | undefined

  function connect(): void {
    drop()
    const mine = generation
    const positions: Position[] = []
    for (const [conversation, at] of followed) {
      at.askedAt = never
      if (at.epoch && positions.length < positionsMax)
        positions.push({ conversation, epoch: at.epoch, seq: at.seq, ...proofFor(conversation) })
    }
    onState({ kind: 'connecting' })
    if (mine !== generation) return
    wire = transports[transport]!.connect(parts.hello(positions), {
      heard: (frame) => mine === generation && hear(frame),
      lost: () => mine === generation && (stop ? stop() : retry()),
    })
    watch(welcomeMsMax)
  }

  function proofFor(conversation: string): { proof?: OpenProof } {
    const proof = parts.proof?.(conversation)
    return proof === undefined ? {} : { proof }
  }

  function drop(): void {
    generation++
    welcomed = false
    calmWatch?.()
    calmRetry?.()
    calmDelivered?.()
    calmDelivered = undefined
    stop = undefined
    wire?.drop()
    wire = undefined
    for (const entry of outbox) {
      entry.calm()
      entry.inFlight = false
      entry.notBefore = 0
    }
  }

  function retry(afterMs = 0): void {
    const failuresMax = proven.has(transport) ? provenFailuresMax : transportFailuresMax
    if (!welcomed && ++transportFailures >= failuresMax) {
      transportFailures = 0
      transport = (transport + 1) % transports.length
    }
    drop()
    const retryMs = afterMs + parts.random() * Math.min(reconnectMsMax, 1_000 * 2 ** failures++)
    calmRetry = clock.after(retryMs, connect)
    onState({ kind: 'waiting', retryMs })
  }

  /** A half-open socket says nothing and never ends: silence is the only sign. */
  function watch(ms: number): void {
    calmWatch?.()
    heardAt = clock.now()
    const look = (): void => {
      const leftMs = heardAt + ms - clock.now()
      if (leftMs <= 0) retry()
      else calmWatch = clock.after(leftMs, look)
    }
    calmWatch = clock.after(ms, look)
  }

  function hear(frame: ServerFrame): void {
    if (stop) return
    heardAt = clock.now()
    if (frame.type === 'welcome') return welcome(frame)
    if (!welcomed && frame.type !== 'refused' && frame.type !== 'goodbye') return
    switch (frame.type) {
      case 'events':
        return hearEvents(frame.conversation, frame.events)
      case 'snapshot':
        return hearSnapshot(frame)
      case 'heartbeat':
        wire?.send([{ type: 'beat' }])
        return compareTops(frame.tops)
      case 'goodbye':
        if (frame.code === 'contained') return confirmStop(frame.message)
        if (frame.code === 'restart' || !final.has(frame.code)) return retry(frame.retryAfterMs)
        return refuse(frame.code, frame.message)
      case 'refused':
        return hearRefusal(frame)
      case 'identified':
        refollow(frame.conversations)
        onFrame(frame)
        return settle(frame.id, frame)
      case 'ack':
      case 'earlier':
      case 'logged-out':
        onFrame(frame)
        return settle(frame.id, frame)
      default:
        onFrame(frame)
    }
  }

  /** Says that nothing more comes from here; refused once the server has ended the connection, or soon anyway. */
  function confirmStop(message: string): void {
    welcomed = false
    stop = () => refuse('contained', message)
    wire?.send([{ type: 'stopped' }])
    calmWatch?.()
    calmWatch = clock.after(stoppedMsMax, stop)
  }

  /** To the server an identified visitor is another listener, who follows nothing yet. */
  function refollow(conversations: readonly ConversationState[]): void {
    for (const [conversation, at] of followed)
      if (conversations.some(({ id }) => id === conversation)) ask(conversation, at)
      else followed.delete(conversation)
  }

  function compareTops(tops: Record<string, number>): void {
    for (const conversation of Object.keys(tops)) known(conversation)
    for (const [conversation, at] of followed) {
      at.heardOf = Math.max(at.heardOf, tops[conversation] ?? 0)
      // An answer that is this late will not come; and what the server does not count it does not follow.
      if (clock.now() - at.askedAt < answerMsMax) continue
      at.askedAt = never
      if (tops[conversation] === undefined) ask(conversation, at)
      else catchUp(conversation, at)
    }
  }

  function welcome(frame: Extract<ServerFrame, { type: 'welcome' }>): void {
    welcomed = true
    proven.add(transport)
    failures = transportFailures = 0
    watch(silenceMsMax)
    if (epoch !== undefined && epoch !== frame.epoch)
      for (const conversation of followed.keys()) followed.set(conversation, nothingYet())
    epoch = frame.epoch
    onState({ kind: 'online' })
    onFrame(frame)
    for (const [conversation, at] of followed) if (!at.epoch && at.askedAt === never) ask(conversation, at)
    pump()
  }

  function hearEvents(conversation: string, events: WireEvent[]): void {
    const at = known(conversation)
    if (!at) return
    const fresh: WireEvent[] = []
    for (const event of events) {
      at.heardOf = Math.max(at.heardOf, event.seq)
      if (event.seq !== at.seq + 1) continue
      at.seq = event.seq
      fresh.push(event)
    }
    if (fresh.length > 0) {
      at.epoch ??= epoch!
      at.askedAt = never
      deliver(conversation)
      onFrame({ type: 'events', conversation, events: fresh })
      // An event is stored, so it answers its command even if the acknowledgement was lost.
      for (const event of fresh)
        if (event.type !== 'private')
          settle(event.id, { type: 'ack', id: event.id, conversation, seq: event.seq, at: event.at })
    }
    catchUp(conversation, at)
  }

  function hearSnapshot(frame: Extract<ServerFrame, { type: 'snapshot' }>): void {
    const { conversation, state } = frame
    const at = known(conversation)
    // Overtaken by newer events of the same history: it would take them off the screen again.
    if (!at || (at.epoch === frame.epoch && state.seq < at.seq)) return
    at.epoch = frame.epoch
    at.seq = state.seq
    at.heardOf = Math.max(at.heardOf, state.seq)
    at.askedAt = never
    deliver(conversation)
    onFrame(frame)
    for (const event of frame.events)
      if (event.type !== 'private')
        settle(event.id, { type: 'ack', id: event.id, conversation, seq: event.seq, at: event.at })
    catchUp(conversation, at)
  }

  function known(conversation: string): Followed | undefined {
    if (!followed.has(conversation) && parts.followUnasked?.(conversation))
      followed.set(conversation, nothingYet())
    return followed.get(conversation)
  }

  /** A gap is never shown: what is missing is asked for, once, and all until then is left aside. */
  function catchUp(conversation: string, at: Followed): void {
    if (at.heardOf > at.seq && at.askedAt === never) ask(conversation, at)
  }

  function ask(conversation: string, at: Followed): void {
    if (!welcomed) return
    at.askedAt = clock.now()
    wire?.send([
      {
        type: 'open',
        conversation,
        ...(at.epoch ? { epoch: at.epoch, seq: at.seq } : {}),
        ...proofFor(conversation),
      },
    ])
  }

  function deliver(conversation: string): void {
    undelivered.add(conversation)
    calmDelivered ??= clock.after(deliveredDelayMs, () => {
      calmDelivered = undefined
      const said = [...undelivered].map((conversation): ClientFrame => {
        return { type: 'delivered', conversation, seq: followed.get(conversation)?.seq ?? 0 }
      })
      undelivered.clear()
      if (said.length > 0) wire?.send(said)
    })
  }

  function hearRefusal(frame: RefusedFrame): void {
    const waits = passing.has(frame.code)
    if (!welcomed && frame.id === undefined)
      return !final.has(frame.code) ? retry(frame.retryAfterMs ?? pauseMs) : refuse(frame.code, frame.message)
    const entry = outbox.find(({ frame: { id } }) => id === frame.id)
    if (entry && waits) {
      const ms = frame.retryAfterMs ?? pauseMs
      entry.calm()
      entry.inFlight = false
      entry.notBefore = clock.now() + ms
      entry.calm = clock.after(ms, pump)
      // The command waits; whoever shows the past says meanwhile that it is not there.
      if (frame.code === 'history_unavailable') onFrame(frame)
      return
    }
    if (frame.id === undefined && frame.conversation !== undefined) {
      const at = followed.get(frame.conversation)
      if (at && waits) {
        const mine = generation
        clock.after(frame.retryAfterMs ?? pauseMs, () => {
          if (mine === generation && followed.get(frame.conversation!) === at) ask(frame.conversation!, at)
        })
      } else followed.delete(frame.conversation)
    }
    onFrame(frame)
    if (entry) settle(frame.id!, frame)
  }

  function refuse(code: RefusalCode, message: string): void {
    drop()
    onState({ kind: 'refused', refusal: { code, message } })
  }

  function settle(id: string, answer: Answer): void {
    const entry = outbox.find(({ frame }) => frame.id === id)
    if (!entry) return
    entry.calm()
    outbox = outbox.filter((other) => other !== entry)
    entry.resolve(answer)
    pump()
  }

  /** Says the first unanswered command of every lane. */
  function pump(): void {
    if (!welcomed) return
    const busy = new Set<string>()
    for (const entry of [...outbox]) {
      const lane = laneOf(entry.frame)
      if (busy.has(lane)) continue
      busy.add(lane)
      if (entry.inFlight || entry.notBefore > clock.now()) continue
      entry.inFlight = true
      entry.calm = clock.after(answerMsMax, () => {
        entry.inFlight = false
        pump()
      })
      const { frame } = entry
      wire?.send([frame.type === 'earlier' ? { ...frame, ...proofFor(frame.conversation) } : frame])
    }
  }

  function forget(): void {
    followed.clear()
    undelivered.clear()
    const unanswered = outbox
    outbox = []
    for (const { frame, resolve, calm } of unanswered) {
      calm()
      resolve(localRefusal(frame, 'The conversation was left.'))
    }
  }

  connect()

  return {
    command(frame) {
      return new Promise((resolve) => {
        if (outbox.length >= outboxFramesMax)
          return resolve(localRefusal(frame, 'Too many messages are waiting for the connection.'))
        outbox.push({ frame, resolve, inFlight: false, calm: () => {}, notBefore: 0 })
        pump()
      })
    },
    remark(frame) {
      if (welcomed) wire?.send([frame])
    },
    follow(conversation) {
      if (followed.has(conversation)) return
      const at = nothingYet()
      followed.set(conversation, at)
      ask(conversation, at)
    },
    leave(conversation) {
      if (followed.delete(conversation) && welcomed) wire?.send([{ type: 'leave', conversation }])
      undelivered.delete(conversation)
    },
    seqOf: (conversation) => followed.get(conversation)?.seq ?? 0,
    pending: () => outbox.map(({ frame }) => frame),
    reconnect() {
      failures = 0
      connect()
    },
    forget,
    close() {
      drop()
      forget()
      onState({ kind: 'closed' })
    },
  }
}

const never = -Infinity
const nothingYet = (): Followed => ({ seq: 0, heardOf: 0, askedAt: never })

/** Commands in one lane keep their order. Marks and reports wait for nobody and nobody waits for them. */
function laneOf(frame: Command): string {
  switch (frame.type) {
    case 'read':
    case 'earlier':
    case 'track':
    case 'set':
      return frame.id
    default:
      return 'conversation' in frame ? frame.conversation : ''
  }
}

function localRefusal({ id }: Command, message: string): RefusedFrame {
  return { type: 'refused', id, code: 'busy', message }
}

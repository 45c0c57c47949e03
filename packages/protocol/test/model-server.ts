/**
 * A small true model of the server's half of the delivery contract, on simulated time, behind a network that
 * loses, repeats and reorders frames and cuts connections, all from one seed.
 */
import type { Clock, Transport } from '../src/connection.ts'
import {
  heartbeatMs,
  replayEventsMax,
  snapshotEventsMax,
  type ClientFrame,
  type ServerFrame,
} from '../src/frames.ts'
import type { ConversationEvent, ConversationState, WireEvent } from '../src/events.ts'

export interface SimulatedClock extends Clock {
  /** Runs everything that is due until `ms` have passed. */
  pass(ms: number): void
}

export function simulatedClock(): SimulatedClock {
  let now = 0
  let made = 0
  let due: { at: number; order: number; run: () => void }[] = []
  return {
    now: () => now,
    after(ms, run) {
      const timer = { at: now + ms, order: made++, run }
      // Kept sorted by insertion from the end: most timers are the latest.
      let i = due.length
      while (i > 0 && due[i - 1]!.at > timer.at) i--
      due.splice(i, 0, timer)
      return () => {
        due = due.filter((other) => other !== timer)
      }
    },
    pass(ms) {
      const until = now + ms
      while (due.length > 0 && due[0]!.at <= until) {
        const timer = due.shift()!
        now = timer.at
        timer.run()
      }
      now = until
    },
  }
}

/** Mulberry32: the same seed, the same disasters. */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** Chances per frame, 0 to 1. */
export interface Weather {
  lost: number
  repeated: number
  reordered: number
  cut: number
  /** The connection goes silent and nobody is told. */
  halfOpen: number
  busy: number
}

export const calm: Weather = { lost: 0, repeated: 0, reordered: 0, cut: 0, halfOpen: 0, busy: 0 }

export interface ModelServer {
  transport(actor: string): Transport
  weather: Weather
  epoch: string
  log(conversation: string): readonly WireEvent[]
  /** Appends without any client, as another person would. */
  append(
    conversation: string,
    event: Partial<ConversationEvent> & Pick<ConversationEvent, 'type' | 'data'>,
  ): void
  /** Everything the clients said, in order. */
  readonly heard: ClientFrame[]
  connections(): number
  goodbye(retryAfterMs: number): void
}

interface Line {
  actor: string
  follows: Set<string>
  say(frame: ServerFrame): void
}

export function modelServer(clock: Clock, random: () => number): ModelServer {
  const logs = new Map<string, WireEvent[]>()
  const bodies = new Map<string, string>()
  const lines = new Set<Line>()
  const heard: ClientFrame[] = []

  const logOf = (conversation: string): WireEvent[] => {
    if (!logs.has(conversation)) logs.set(conversation, [])
    return logs.get(conversation)!
  }
  const publish = (conversation: string, event: WireEvent): void => {
    logOf(conversation).push(event)
    for (const line of lines)
      if (line.follows.has(conversation)) line.say({ type: 'events', conversation, events: [event] })
  }
  const catchUp = (line: Line, conversation: string, epoch?: string, seq?: number): void => {
    line.follows.add(conversation)
    const log = logOf(conversation)
    if (epoch === server.epoch && seq !== undefined && log.length - seq <= replayEventsMax) {
      if (seq < log.length) line.say({ type: 'events', conversation, events: log.slice(seq) })
      return
    }
    const events = log.slice(-snapshotEventsMax)
    line.say({
      type: 'snapshot',
      conversation,
      epoch: server.epoch,
      state: stateOf(conversation, log.length),
      events,
    })
  }

  const answer = (line: Line, frame: ClientFrame): void => {
    heard.push(frame)
    if ('id' in frame && random() < server.weather.busy)
      return line.say({ type: 'refused', id: frame.id, code: 'busy', message: '', retryAfterMs: 200 })
    switch (frame.type) {
      case 'hello':
        line.say(welcomeFrame(server.epoch, line.actor))
        for (const at of frame.positions ?? []) catchUp(line, at.conversation, at.epoch, at.seq)
        return
      case 'open':
        return catchUp(line, frame.conversation, frame.epoch, frame.seq)
      case 'leave':
        line.follows.delete(frame.conversation)
        return
      case 'send': {
        const { id, conversation, text } = frame
        const log = logOf(conversation)
        const stored = log.find((event) => event.type !== 'private' && event.id === id)
        if (stored && bodies.get(id) !== text)
          return line.say({ type: 'refused', id, code: 'idempotency_conflict', message: '' })
        if (stored) return line.say({ type: 'ack', id, conversation, seq: stored.seq, replayed: true })
        bodies.set(id, text)
        const seq = log.length + 1
        publish(conversation, messageEvent(id, conversation, seq, line.actor, text))
        return line.say({ type: 'ack', id, conversation, seq })
      }
      default:
        if ('id' in frame) line.say({ type: 'ack', id: frame.id })
    }
  }

  const server: ModelServer = {
    weather: calm,
    epoch: '00000000-0000-4000-8000-000000000001',
    heard,
    log: logOf,
    connections: () => lines.size,
    append(conversation, event) {
      const seq = logOf(conversation).length + 1
      publish(conversation, {
        id: `event-${conversation}-${seq}`,
        conversation,
        seq,
        at: new Date(clock.now()).toISOString(),
        actor: { kind: 'agent', id: 'agent', name: 'Ada' },
        ...event,
      })
    },
    goodbye(retryAfterMs) {
      for (const line of lines) line.say({ type: 'goodbye', code: 'restart', message: '', retryAfterMs })
    },
    transport: (actor) => ({
      connect(hello, { heard: hear, lost }) {
        let alive = true
        let silent = false
        /** When the last frame arrives in each direction, for those that keep their order. */
        const last = { up: 0, down: 0 }
        const end = (): void => {
          alive = false
          lines.delete(line)
        }
        const carry = (direction: 'up' | 'down', arrive: () => void): void => {
          const { lost: lose, repeated, reordered, cut, halfOpen } = server.weather
          if (random() < halfOpen) silent = true
          if (random() < cut) {
            end()
            clock.after(5, lost)
            return
          }
          if (random() < lose) return
          const inOrder = Math.max(clock.now() + 1 + random() * 10, last[direction])
          const at = random() < reordered ? clock.now() + random() * 40 : (last[direction] = inOrder)
          const run = (): void => {
            if (alive && !silent) arrive()
          }
          clock.after(at - clock.now(), run)
          if (random() < repeated) clock.after(at - clock.now() + random() * 30, run)
        }
        const line: Line = {
          actor,
          follows: new Set(),
          say: (frame) => carry('down', () => hear(structuredClone(frame))),
        }
        const beat = (): void => {
          if (!alive) return
          const tops = Object.fromEntries([...line.follows].map((each) => [each, logOf(each).length]))
          line.say({ type: 'heartbeat', tops })
          clock.after(heartbeatMs, beat)
        }
        clock.after(heartbeatMs, beat)
        lines.add(line)
        carry('up', () => answer(line, hello))
        return {
          send: (frames) => frames.forEach((frame) => carry('up', () => answer(line, frame))),
          drop: end,
        }
      },
    }),
  }
  return server
}

export function messageEvent(
  id: string,
  conversation: string,
  seq: number,
  name: string,
  text: string,
): ConversationEvent {
  const at = new Date(seq).toISOString()
  const actor = { kind: 'visitor', id: name, name } as const
  return { id, conversation, seq, at, type: 'message', actor, data: { text } }
}

export function stateOf(id: string, seq: number): ConversationState {
  return {
    id,
    seq,
    status: 'open',
    handler: { kind: 'queue' },
    handlerEpoch: 0,
    queue: null,
    assignee: null,
    tags: [],
    readBy: { visitor: 0, staff: 0 },
    deliveredTo: { visitor: 0, staff: 0 },
    startedAt: '1970-01-01T00:00:00.000Z',
    lastEventAt: '1970-01-01T00:00:00.000Z',
  }
}

export function welcomeFrame(epoch: string, actor: string): ServerFrame {
  return {
    type: 'welcome',
    protocol: 1,
    epoch,
    you: { kind: 'visitor', id: actor, name: actor, tenant: 'aurora-air' },
    conversations: [],
    heartbeatMs,
    agentsOnline: true,
  }
}

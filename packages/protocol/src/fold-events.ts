/**
 * Events → what stands on the screen. Pure: the same events give the same transcript, in a visitor's frame, at a
 * desk and in a test.
 */
import type {
  ConversationEvent,
  ConversationState,
  EventActor,
  EventData,
  FormField,
  Handler,
  WireEvent,
} from './events.ts'

export interface MessageItem {
  kind: 'message'
  id: string
  seq: number
  at: string
  actor: EventActor
  /** Null when it was deleted, or cannot be opened any more. */
  text: string | null
  edited: boolean
  deleted: boolean
  /** The card guard changed this text, now or when a later message completed a number. */
  masked: boolean
  /** Staff only: not part of what the visitor reads. */
  note: boolean
  options: readonly string[]
  form: {
    id: string
    fields: readonly FormField[]
    answers: Record<string, string> | null
    answered: boolean
  } | null
}

type LineType = 'assignment' | 'takeover' | 'handback' | 'handover' | 'status' | 'tag'

/** What is told between the messages: `{ kind: 'takeover', data: { agent, handlerEpoch }, … }`. */
export type LineItem = {
  [T in LineType]: { kind: T; id: string; seq: number; at: string; actor: EventActor; data: EventData[T] }
}[LineType]

export type TranscriptItem = MessageItem | LineItem

/** What a virtual agent decided and why, for staff. No line of the transcript: it stands beside what it led to. */
export interface TurnItem {
  id: string
  seq: number
  at: string
  data: EventData['turn']
}

type Change =
  | { kind: 'text'; text: string | null; masked: boolean; edited: boolean }
  | { kind: 'deleted' }
  | { kind: 'answered'; answers: Record<string, string> | null }

export interface Transcript {
  /** In order of `seq`. An item that did not change is the same object as before. */
  readonly items: readonly TranscriptItem[]
  /** In order of `seq`; none on a visitor's wire. */
  readonly turns: readonly TurnItem[]
  /** Highest message seq seen on screen, by side. */
  readonly readBy: { readonly visitor: number; readonly staff: number }
  /** Changes to messages that are not loaded: they apply when the page that holds them comes. */
  readonly loose: ReadonlyMap<number | string, readonly Change[]>
}

export const emptyTranscript: Transcript = {
  items: [],
  turns: [],
  readBy: { visitor: 0, staff: 0 },
  loose: new Map(),
}

/** Adds events that follow what the transcript holds. */
export function foldEvents(transcript: Transcript, events: readonly WireEvent[]): Transcript {
  const items = [...transcript.items]
  const loose = new Map(transcript.loose)
  let { turns, readBy } = transcript

  const change = (target: number | string, made: Change): void => {
    // From the end: people change what they wrote last.
    for (let i = items.length - 1; i >= 0; i--) {
      const item = items[i]!
      if (item.kind !== 'message' || (item.seq !== target && item.form?.id !== target)) continue
      items[i] = changed(item, made)
      return
    }
    loose.set(target, [...(loose.get(target) ?? []), made])
  }

  /** What a virtual agent made of a text goes with the text, as in the store. */
  const forget = (target: number): void => {
    if (turns.some(({ data }) => data.read >= target))
      turns = turns.map((turn) =>
        turn.data.read >= target ? { ...turn, data: { ...turn.data, record: null } } : turn,
      )
  }

  for (const event of events) {
    switch (event.type) {
      case 'private':
        break
      case 'turn': {
        const { id, seq, at, data } = event
        turns = [...turns, { id, seq, at, data }]
        break
      }
      case 'message':
      case 'note':
        items.push(messageItem(event))
        break
      case 'edit': {
        const { target, text, masked } = event.data
        change(target, { kind: 'text', text, masked: (masked ?? 0) > 0, edited: true })
        break
      }
      case 'masking':
        change(event.data.target, { kind: 'text', text: event.data.text, masked: true, edited: false })
        forget(event.data.target)
        break
      case 'deletion':
        change(event.data.target, { kind: 'deleted' })
        forget(event.data.target)
        break
      case 'form':
        change(event.data.form, { kind: 'answered', answers: event.data.answers })
        break
      case 'read': {
        const side = event.actor.kind === 'visitor' ? 'visitor' : 'staff'
        readBy = { ...readBy, [side]: Math.max(readBy[side], event.data.upTo) }
        break
      }
      default: {
        const { type, id, seq, at, actor, data } = event
        items.push({ kind: type, id, seq, at, actor, data } as LineItem)
      }
    }
  }
  return { items, turns, readBy, loose }
}

/** Adds an earlier page in front, and applies to it what is known to have changed since. */
export function foldEarlier(transcript: Transcript, events: readonly WireEvent[]): Transcript {
  const page = foldEvents(emptyTranscript, events)
  const loose = new Map(page.loose)
  const items = page.items.map((item) => {
    if (item.kind !== 'message') return item
    const changes = [
      ...(transcript.loose.get(item.seq) ?? []),
      ...(transcript.loose.get(item.form?.id ?? '') ?? []),
    ]
    return changes.reduce(changed, item)
  })
  const found = new Set<number | string>(
    items.flatMap((item) => (item.kind === 'message' ? [item.seq, item.form?.id ?? item.seq] : [])),
  )
  for (const [target, changes] of transcript.loose)
    if (!found.has(target)) loose.set(target, [...(loose.get(target) ?? []), ...changes])
  return {
    items: [...items, ...transcript.items],
    turns: [...page.turns, ...transcript.turns],
    readBy: {
      visitor: Math.max(page.readBy.visitor, transcript.readBy.visitor),
      staff: Math.max(page.readBy.staff, transcript.readBy.staff),
    },
    loose,
  }
}

/** The state after these events; the same rules as the server's, so that both sides show the same handler. */
export function foldState(state: ConversationState, events: readonly WireEvent[]): ConversationState {
  return events.reduce(stateAfter, state)
}

export type DeliveryMark = 'sent' | 'delivered' | 'read'

/** How far a stored message came, given the marks of the side it was written to. */
export function markOf(seq: number, other: { deliveredTo: number; readBy: number }): DeliveryMark {
  if (seq <= other.readBy) return 'read'
  return seq <= other.deliveredTo ? 'delivered' : 'sent'
}

function messageItem(event: Extract<ConversationEvent, { type: 'message' | 'note' }>): MessageItem {
  const { id, seq, at, actor, data } = event
  const { options, form }: Partial<EventData['message']> = event.type === 'message' ? event.data : {}
  return {
    kind: 'message',
    id,
    seq,
    at,
    actor,
    text: data.text,
    edited: false,
    // The text of a deleted message is gone at once; its deletion is an event that comes later.
    deleted: data.text === null,
    masked: (data.masked ?? 0) > 0,
    note: event.type === 'note',
    options: options ?? [],
    form: form ? { ...form, answers: null, answered: false } : null,
  }
}

function changed(item: MessageItem, change: Change): MessageItem {
  switch (change.kind) {
    case 'deleted':
      return { ...item, text: null, deleted: true }
    case 'answered':
      return item.form ? { ...item, form: { ...item.form, answers: change.answers, answered: true } } : item
    case 'text':
      // A deletion is final.
      if (item.deleted) return item
      return {
        ...item,
        text: change.text,
        edited: item.edited || change.edited,
        masked: item.masked || change.masked,
      }
  }
}

function stateAfter(state: ConversationState, event: WireEvent): ConversationState {
  if (event.type === 'private') return { ...state, seq: event.seq }
  const next = { ...state, seq: event.seq, lastEventAt: event.at }
  switch (event.type) {
    case 'takeover':
      return { ...next, ...handledBy(agent(event.data.agent)), handlerEpoch: event.data.handlerEpoch }
    case 'handback':
      return { ...next, ...handledBy({ kind: 'virtual-agent' }), handlerEpoch: event.data.handlerEpoch }
    case 'handover': {
      const { handlerEpoch, queue } = event.data
      return { ...next, ...handledBy({ kind: 'queue' }), handlerEpoch, queue }
    }
    case 'assignment': {
      const handler: Handler = event.data.agent ? agent(event.data.agent) : { kind: 'queue' }
      return { ...next, ...handledBy(handler), handlerEpoch: state.handlerEpoch + 1, queue: event.data.queue }
    }
    case 'status': {
      const { status } = event.data
      if (event.seq === 1) return { ...next, status }
      // A visitor who writes again waits for anybody: whom it was handled by may not be there.
      const reopened = status === 'open' && event.actor.kind === 'visitor' && state.handler.kind === 'agent'
      const handler = reopened ? handledBy({ kind: 'queue' }) : {}
      return { ...next, ...handler, status, handlerEpoch: state.handlerEpoch + 1 }
    }
    case 'tag': {
      const { added, removed } = event.data
      const tags = [...new Set([...state.tags, ...added])].filter((tag) => !removed.includes(tag))
      return { ...next, tags }
    }
    case 'read': {
      const side = event.actor.kind === 'visitor' ? 'visitor' : 'staff'
      return { ...next, readBy: { ...state.readBy, [side]: Math.max(state.readBy[side], event.data.upTo) } }
    }
    default:
      return next
  }
}

const agent = ({ id, name }: { id: string; name: string }): Handler => ({ kind: 'agent', id, name })

function handledBy(handler: Handler): Pick<ConversationState, 'handler' | 'assignee'> {
  return { handler, assignee: handler.kind === 'agent' ? { id: handler.id, name: handler.name } : null }
}

/**
 * Everything that changes a conversation is an event. `seq` comes from the conversation's own counter: 1..n
 * without gaps. Events with text are sealed at rest; this is their opened form on a wire.
 */

export type ActorKind = 'visitor' | 'agent' | 'virtual-agent' | 'api' | 'system'

/** Who did it, as others may see it. */
export interface EventActor {
  kind: ActorKind
  id: string
  name: string
}

export type ConversationStatus = 'open' | 'closed'

/** Who answers the visitor now. `queue`: nobody yet, the conversation waits for a person. */
export type Handler =
  { kind: 'virtual-agent' } | { kind: 'queue' } | { kind: 'agent'; id: string; name: string }

export interface FormField {
  name: string
  label: string
  input: 'text' | 'email' | 'tel'
  required: boolean
}

/** What each event type carries besides the envelope. */
export interface EventData {
  /** `text` is null when the message was deleted. `options` are quick replies, `form` asks for fields. */
  message: {
    text: string | null
    options?: string[]
    form?: { id: string; fields: FormField[] }
    /** How many numbers the card guard masked in this text. */
    masked?: number
    /** Handler epoch under which a virtual agent computed this answer. */
    handlerEpoch?: number
  }
  edit: { target: number; text: string | null; masked?: number }
  deletion: { target: number }
  /** The card guard masked an earlier message after a later one completed a card number. */
  masking: { target: number; text: string | null; ofNote?: true }
  form: { form: string; answers: Record<string, string> | null }
  assignment: { agent: { id: string; name: string } | null; queue: string | null }
  takeover: { handlerEpoch: number; agent: { id: string; name: string } }
  /** From a person back to the virtual agent. */
  handback: { handlerEpoch: number }
  /** From the virtual agent to the people of a queue. */
  handover: { handlerEpoch: number; queue: string | null; reason: string }
  status: { status: ConversationStatus }
  read: { upTo: number }
  /** Staff only. */
  note: { text: string | null; masked?: number }
  /** Staff only. */
  tag: { added: string[]; removed: string[] }
  /**
   * Staff only. What a virtual agent decided and why, stored before it acts: after a crash it is carried out, never
   * decided again.
   */
  turn: {
    /** Id of the event that it answers. */
    answers: string
    /** The published version that decided. */
    version: number
    /** Under which it was decided and is carried out. */
    handlerEpoch: number
    /** Number of the newest event that it had read. */
    read: number
    /** Calls of tools in this conversation so far, this one among them. */
    calls: number
    /** `TurnRecord` of the package virtual-agent. Null when text that it was made from was masked or deleted. */
    record: Readonly<Record<string, unknown>> | null
  }
}

export type EventType = keyof EventData

export type ConversationEvent = {
  [T in EventType]: {
    id: string
    conversation: string
    seq: number
    /** ISO 8601, milliseconds, UTC: the server's clock at commit. */
    at: string
    type: T
    actor: EventActor
    data: EventData[T]
  }
}[EventType]

/**
 * What stands on a visitor's wire in place of a staff-only event: its number and nothing else. It is sent
 * together with the next event the visitor may see, so not even the moment of a note is visible.
 */
export interface PrivateEvent {
  seq: number
  type: 'private'
}

export type WireEvent = ConversationEvent | PrivateEvent

/** What never reaches a visitor: notes, tags, what is changed in a note, and why a virtual agent did what it did. */
export function isStaffOnly(event: ConversationEvent): boolean {
  switch (event.type) {
    case 'note':
    case 'tag':
    case 'turn':
      return true
    case 'masking':
      return event.data.ofNote === true
    default:
      return false
  }
}

/** What is true of a conversation after its event number `seq`. */
export interface ConversationState {
  id: string
  seq: number
  status: ConversationStatus
  handler: Handler
  handlerEpoch: number
  queue: string | null
  assignee: { id: string; name: string } | null
  /** Staff only: empty on a visitor's wire. */
  tags: string[]
  /** Highest message seq seen on screen by the visitor and by any agent. */
  readBy: { visitor: number; staff: number }
  /** Highest contiguous seq acknowledged by a client of the visitor and of any agent. */
  deliveredTo: { visitor: number; staff: number }
  startedAt: string
  lastEventAt: string
}

/** A row of the inbox. It holds no conversation text: opening text leaves an entry, a list does not. */
export interface ConversationRow extends ConversationState {
  visitor: { id: string; name: string; identified: boolean; online: boolean }
  /** Page on which the conversation began. */
  page: { url: string; title: string } | null
  site: string | null
  /** When the visitor began to wait for a person; null when nobody waits. */
  waitingSince: string | null
  /** Visitor messages with a seq above `readBy.staff`. */
  unread: number
  lastMessageBy: ActorKind | null
}

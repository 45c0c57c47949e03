import type { ScreenedText } from '@candor/card-guard'
import type {
  ConversationEvent,
  ConversationState,
  EventData,
  EventType,
  Handler,
} from '@candor/protocol/events.ts'

/** What never changes about a conversation, kept in memory while it is in use. */
export interface ConversationFacts {
  id: string
  tenant: string
  visitor: string
}

/** One committed event, its text opened in memory because this process has just sealed it. */
export interface Committed {
  tenant: string
  visitor: string
  event: ConversationEvent
}

/** A row of `conversations` as SQL answers it. */
export interface ConversationRecord {
  id: string
  visitor_id: string
  site: string | null
  page: { url: string; title: string } | null
  started_at: Date
  seq: number
  status: 'open' | 'closed'
  handler_kind: 'virtual-agent' | 'queue' | 'agent'
  handler_id: string | null
  handler_name: string | null
  handler_epoch: number
  queue_id: string | null
  tags: string[]
  read_visitor: number
  read_staff: number
  delivered_visitor: number
  delivered_staff: number
  unread: number
  waiting_since: Date | null
  last_event_at: Date
  last_message_by: ConversationEvent['actor']['kind'] | null
}

/** A row of `events` as SQL answers it, its text still sealed. */
export interface EventRecord {
  conversation_id: string
  seq: number
  id: string
  type: EventType
  actor_kind: ConversationEvent['actor']['kind']
  actor_id: string
  actor_name: string | null
  at: Date
  data: Record<string, unknown>
  segment: string | null
  body: Buffer | null
}

/** Event types whose text is sealed, and the field of their data that it becomes when opened. */
export const sealedField: { readonly [T in EventType]?: keyof EventData[T] & string } = {
  message: 'text',
  edit: 'text',
  masking: 'text',
  note: 'text',
  form: 'answers',
  turn: 'record',
}

/** Screened text in the form in which it is sealed; a form's answers and a turn's record are sealed as JSON. */
export type EventText = ScreenedText

/** What the text of an event is in its data once it is opened. */
export function openedField(type: EventType, text: string | null): Record<string, unknown> {
  const field = sealedField[type]
  if (field === undefined) return {}
  const isJson = type === 'form' || type === 'turn'
  return { [field]: text !== null && isJson ? JSON.parse(text) : text }
}

export function eventOf(record: EventRecord, text: string | null, visitorName: string): ConversationEvent {
  return {
    id: record.id,
    conversation: record.conversation_id,
    seq: record.seq,
    at: record.at.toISOString(),
    type: record.type,
    actor: {
      kind: record.actor_kind,
      id: record.actor_id,
      name: record.actor_kind === 'visitor' ? visitorName : (record.actor_name ?? ''),
    },
    data: { ...record.data, ...openedField(record.type, text) },
  } as ConversationEvent
}

export function handlerOf(record: ConversationRecord): Handler {
  return record.handler_kind === 'agent'
    ? { kind: 'agent', id: record.handler_id!, name: record.handler_name ?? '' }
    : { kind: record.handler_kind }
}

export function stateOf(record: ConversationRecord): ConversationState {
  const handler = handlerOf(record)
  return {
    id: record.id,
    seq: record.seq,
    status: record.status,
    handler,
    handlerEpoch: record.handler_epoch,
    queue: record.queue_id,
    assignee: handler.kind === 'agent' ? { id: handler.id, name: handler.name } : null,
    tags: record.tags,
    readBy: { visitor: record.read_visitor, staff: record.read_staff },
    deliveredTo: { visitor: record.delivered_visitor, staff: record.delivered_staff },
    startedAt: record.started_at.toISOString(),
    lastEventAt: record.last_event_at.toISOString(),
  }
}

export const conversationColumns = `id, visitor_id, site, page, started_at, seq, status, handler_kind, handler_id,
  handler_name, handler_epoch, queue_id, tags, read_visitor, read_staff, delivered_visitor, delivered_staff, unread,
  waiting_since, last_event_at, last_message_by`

export const eventColumns =
  'conversation_id, seq, id, type, actor_kind, actor_id, actor_name, at, data, segment, body'

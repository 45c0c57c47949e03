import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConversationEvent, EventActor, EventData, EventType, WireEvent } from './events.ts'
import {
  emptyTranscript,
  foldEarlier,
  foldEvents,
  foldState,
  markOf,
  type MessageItem,
} from './fold-events.ts'
import { stateOf } from '../test/model-server.ts'

const visitor: EventActor = { kind: 'visitor', id: 'v', name: 'Visitor' }
const ada: EventActor = { kind: 'agent', id: 'ada', name: 'Ada' }

function event<T extends EventType>(
  seq: number,
  type: T,
  data: EventData[T],
  actor = visitor,
): ConversationEvent {
  const at = new Date(seq * 1_000).toISOString()
  return { id: `e${seq}`, conversation: 'c', seq, at, type, actor, data } as ConversationEvent
}

const fold = (...events: WireEvent[]) => foldEvents(emptyTranscript, events)
const messages = (transcript: { items: readonly { kind: string }[] }): MessageItem[] =>
  transcript.items.filter((item): item is MessageItem => item.kind === 'message')

test('an edit shows in its message, and a deletion after it leaves no text', () => {
  const [edited] = messages(
    fold(event(1, 'message', { text: 'helo' }), event(2, 'edit', { target: 1, text: 'hello' })),
  )
  assert.equal(edited!.text, 'hello')
  assert.equal(edited!.edited, true)
  const [deleted] = messages(
    fold(
      event(1, 'message', { text: 'helo' }),
      event(2, 'deletion', { target: 1 }),
      event(3, 'edit', { target: 1, text: 'hello' }),
    ),
  )
  assert.deepEqual([deleted!.text, deleted!.deleted], [null, true])
})

test('a number completed later masks the earlier message without calling it edited', () => {
  const [first] = messages(
    fold(
      event(1, 'message', { text: '4111 1111' }),
      event(2, 'message', { text: '[card number removed]', masked: 1 }),
      event(3, 'masking', { target: 1, text: '[card number removed]' }),
    ),
  )
  assert.equal(first!.text, '[card number removed]')
  assert.deepEqual([first!.masked, first!.edited], [true, false])
})

test('form answers stand in the message that asked', () => {
  const form = {
    id: 'f1',
    fields: [{ name: 'email', label: 'E-mail', input: 'email' as const, required: true }],
  }
  const [asked] = messages(
    fold(
      event(1, 'message', { text: 'How do we reach you?', form }),
      event(2, 'form', { form: 'f1', answers: { email: 'a@b.example' } }),
    ),
  )
  assert.deepEqual(asked!.form!.answers, { email: 'a@b.example' })
  assert.equal(asked!.form!.answered, true)
})

test('an item that did not change is the same object after new events', () => {
  const before = fold(event(1, 'message', { text: 'a' }), event(2, 'message', { text: 'b' }))
  const after = foldEvents(before, [
    event(3, 'edit', { target: 2, text: 'c' }),
    event(4, 'message', { text: 'd' }),
  ])
  assert.equal(after.items[0], before.items[0])
  assert.notEqual(after.items[1], before.items[1])
  assert.equal(messages(before)[1]!.text, 'b')
})

test('an earlier page arrives as it is now: edited, deleted and answered in the meantime', () => {
  const form = { id: 'f', fields: [] }
  const all = [
    event(1, 'message', { text: 'one' }),
    event(2, 'message', { text: 'two', form }),
    event(3, 'message', { text: 'three' }),
    event(4, 'edit', { target: 1, text: 'ONE' }),
    event(5, 'message', { text: 'five' }),
    event(6, 'form', { form: 'f', answers: { a: 'b' } }),
    event(7, 'deletion', { target: 3 }),
    event(8, 'edit', { target: 1, text: 'One.' }),
    event(9, 'read', { upTo: 5 }, ada),
  ]
  const whole = fold(...all)
  for (let cut = 0; cut <= all.length; cut++) {
    const paged = foldEarlier(fold(...all.slice(cut)), all.slice(0, cut))
    assert.deepEqual(paged.items, whole.items, `cut before event ${cut + 1}`)
    assert.deepEqual(paged.readBy, whole.readBy)
    assert.equal(paged.loose.size, 0)
  }
  const twice = foldEarlier(foldEarlier(fold(...all.slice(6)), all.slice(2, 6)), all.slice(0, 2))
  assert.deepEqual(twice.items, whole.items)
})

test('staff-only numbers leave nothing on the screen', () => {
  assert.equal(fold({ seq: 1, type: 'private' }, { seq: 2, type: 'private' }).items.length, 0)
})

test('read marks are kept for each side, and never go back', () => {
  const { readBy } = fold(
    event(1, 'read', { upTo: 7 }, ada),
    event(2, 'read', { upTo: 5 }, ada),
    event(3, 'read', { upTo: 2 }),
  )
  assert.deepEqual(readBy, { visitor: 2, staff: 7 })
  assert.equal(markOf(7, { deliveredTo: 9, readBy: 7 }), 'read')
  assert.equal(markOf(8, { deliveredTo: 9, readBy: 7 }), 'delivered')
  assert.equal(markOf(10, { deliveredTo: 9, readBy: 7 }), 'sent')
})

test('who answers follows from the events', () => {
  const start = stateOf('c', 1)
  const after = (...events: WireEvent[]) => foldState(start, events)
  const taken = after(event(2, 'takeover', { handlerEpoch: 1, agent: { id: 'ada', name: 'Ada' } }, ada))
  assert.deepEqual(taken.handler, { kind: 'agent', id: 'ada', name: 'Ada' })
  assert.deepEqual(taken.assignee, { id: 'ada', name: 'Ada' })
  assert.equal(taken.seq, 2)
  const back = foldState(taken, [event(3, 'handback', { handlerEpoch: 2 }, ada)])
  assert.deepEqual([back.handler.kind, back.assignee, back.handlerEpoch], ['virtual-agent', null, 2])
  const waits = foldState(back, [event(4, 'handover', { handlerEpoch: 3, queue: 'q', reason: 'asked' })])
  assert.deepEqual([waits.handler.kind, waits.queue], ['queue', 'q'])
  const closed = foldState(taken, [event(3, 'status', { status: 'closed' }, ada)])
  assert.equal(closed.status, 'closed')
  const again = foldState(closed, [event(4, 'status', { status: 'open' })])
  assert.deepEqual([again.status, again.handler.kind], ['open', 'queue'])
})

test('what a virtual agent decided is no line of the transcript, and moves the number alone', () => {
  const bot: EventActor = { kind: 'virtual-agent', id: 'skye', name: 'Skye' }
  const data = { answers: 'e1', version: 3, handlerEpoch: 0, read: 1, calls: 0, record: { version: 1 } }
  const events = [event(1, 'message', { text: 'Hello' }), event(2, 'turn', data, bot)]
  assert.deepEqual(
    fold(...events).items.map(({ kind }) => kind),
    ['message'],
  )
  assert.equal(foldState(stateOf('c', 0), events).seq, 2)
})

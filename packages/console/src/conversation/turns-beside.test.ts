import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConversationEvent, EventActor, EventData, EventType } from '@candor/protocol/events.ts'
import { emptyTranscript, foldEarlier, foldEvents } from '@candor/protocol/fold-events.ts'
import { turnsBeside } from './turns-beside.ts'

const visitor: EventActor = { kind: 'visitor', id: 'v', name: 'Ada' }
const bot: EventActor = { kind: 'virtual-agent', id: 'b', name: 'Assistant' }
let seq = 0

function event<T extends EventType>(type: T, actor: EventActor, data: EventData[T]): ConversationEvent {
  seq++
  return {
    id: `e${seq}`,
    conversation: 'c',
    seq,
    at: '2026-01-01T00:00:00.000Z',
    type,
    actor,
    data,
  } as ConversationEvent
}

const turn = (read: number): ConversationEvent =>
  event('turn', bot, { answers: 'e1', version: 3, handlerEpoch: 1, read, calls: 0, record: { version: 1 } })

function shownOf(events: ConversationEvent[]): string[] {
  const { items, turns } = foldEvents(emptyTranscript, events)
  return turnsBeside(items, turns).map(({ item, turn }) =>
    item === null ? turn.id : turn === null ? item.kind : `${item.kind} with ${turn.id}`,
  )
}

test('a turn stands below the message that it decided, also when the visitor wrote in between', () => {
  seq = 0
  assert.deepEqual(
    shownOf([
      event('message', visitor, { text: 'Hello' }),
      turn(1),
      event('message', visitor, { text: 'Are you there?' }),
      event('message', bot, { text: 'Yes' }),
    ]),
    ['message', 'message', 'message with e2'],
  )
})

test('a turn that says nothing stands by itself, and none is lost', () => {
  seq = 0
  assert.deepEqual(
    shownOf([
      event('message', visitor, { text: 'Where is my order?' }),
      turn(1),
      turn(1),
      event('handover', bot, { handlerEpoch: 2, queue: null, reason: 'order' }),
      turn(1),
    ]),
    ['message', 'e2', 'e3', 'handover', 'e5'],
  )
})

test('what was made of a text goes when the text is masked or deleted', () => {
  seq = 0
  const events = [
    event('message', visitor, { text: '4111' }),
    turn(1),
    event('message', visitor, { text: 'more' }),
    turn(3),
    event('masking', bot, { target: 3, text: 'm•••' }),
  ]
  assert.deepEqual(
    foldEvents(emptyTranscript, events).turns.map(({ data }) => data.record),
    [{ version: 1 }, null],
  )
})

test('turns of an earlier page stand before those that were heard', () => {
  seq = 0
  const early = [event('message', visitor, { text: 'Hello' }), turn(1), event('message', bot, { text: 'Hi' })]
  const late = [event('message', visitor, { text: 'Bye' }), turn(4), event('message', bot, { text: 'Bye' })]
  const { items, turns } = foldEarlier(foldEvents(emptyTranscript, late), early)
  assert.deepEqual(
    turnsBeside(items, turns).map((shown) => shown.turn?.id ?? null),
    [null, 'e2', null, 'e5'],
  )
})

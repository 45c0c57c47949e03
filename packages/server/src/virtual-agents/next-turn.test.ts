import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConversationEvent } from '@candor/protocol/events.ts'
import { endOfTurn, nextTurn } from './next-turn.ts'

const conversation = 'c'

type Told = [
  by: 'visitor' | 'virtual-agent' | 'agent',
  type: ConversationEvent['type'],
  data: object,
  id?: string,
]

/** Events numbered from 1; the first is the start. */
function events(...told: Told[]): ConversationEvent[] {
  const start: Told = ['visitor', 'status', { status: 'open' }]
  return [start, ...told].map(
    ([kind, type, data, id], i) =>
      ({
        id: id ?? `e${i + 1}`,
        conversation,
        seq: i + 1,
        at: '',
        type,
        actor: { kind, id: kind, name: '' },
        data,
      }) as ConversationEvent,
  )
}
const wrote = (text: string): Told => ['visitor', 'message', { text }]
const answered = (id: string, text = 'answer'): Told => [
  'virtual-agent',
  'message',
  { text },
  endOfTurn(conversation, id),
]
const greeted = answered('e1', 'Hello!')

test('a new conversation is greeted, once', () => {
  const turn = nextTurn(conversation, events())
  assert.deepEqual([turn?.occasion, turn?.answers], [{ kind: 'started' }, 'e1'])
  assert.equal(nextTurn(conversation, events(greeted)), null)
})

test('who wrote before the greeting is greeted first', () => {
  assert.equal(nextTurn(conversation, events(wrote('hi')))?.occasion.kind, 'started')
})

test('messages not answered yet are one turn, and what was said before is its history', () => {
  const turn = nextTurn(
    conversation,
    events(greeted, wrote('one'), answered('e3'), wrote('two'), wrote('three')),
  )
  assert.deepEqual(turn, {
    occasion: { kind: 'said', text: 'two\nthree' },
    answers: 'e6',
    history: [
      { by: 'virtual-agent', text: 'Hello!' },
      { by: 'visitor', text: 'one' },
      { by: 'virtual-agent', text: 'answer' },
    ],
  })
})

test('a message that came while the one before was being answered is not lost', () => {
  const turn = nextTurn(conversation, events(greeted, wrote('one'), wrote('two'), answered('e3')))
  assert.deepEqual([turn?.occasion, turn?.answers], [{ kind: 'said', text: 'two' }, 'e4'])
  assert.equal(nextTurn(conversation, events(greeted, wrote('one'), wrote('two'), answered('e4'))), null)
})

test('a hand-over that was said and not done is taken again', () => {
  const said: Told = ['virtual-agent', 'message', { text: 'A person comes.' }, 'something else']
  assert.equal(nextTurn(conversation, events(greeted, wrote('human'), said))?.answers, 'e3')
})

test('messages count as they stand now: edited, masked, deleted', () => {
  const turn = nextTurn(
    conversation,
    events(
      greeted,
      wrote('frist'),
      ['visitor', 'edit', { target: 3, text: 'first' }],
      wrote('4111'),
      ['visitor', 'masking', { target: 5, text: '[removed]' }],
      wrote('gone'),
      ['visitor', 'deletion', { target: 7 }],
      ['visitor', 'edit', { target: 7, text: 'still here?' }],
    ),
  )
  assert.deepEqual(turn?.occasion, { kind: 'said', text: 'first\n[removed]' })
})

test('a filled in form is a turn of its own kind', () => {
  const turn = nextTurn(conversation, events(greeted, ['visitor', 'form', { form: 'topic-x', answers: {} }]))
  assert.deepEqual([turn?.occasion, turn?.answers], [{ kind: 'form', form: 'topic-x' }, 'e3'])
})

test('after a hand-back it says a word, and leaves alone what was said to the person', () => {
  const withPerson: Told[] = [
    greeted,
    ['agent', 'takeover', { handlerEpoch: 1 }],
    wrote('to the person'),
    ['agent', 'message', { text: 'Done.' }],
    ['agent', 'handback', { handlerEpoch: 2 }],
  ]
  const turn = nextTurn(conversation, events(...withPerson))
  assert.deepEqual([turn?.occasion, turn?.answers], [{ kind: 'back' }, 'e6'])
  assert.deepEqual(turn?.history.at(-1), { by: 'person', text: 'Done.' })
  assert.equal(nextTurn(conversation, events(...withPerson, answered('e6'))), null)
  const more = nextTurn(conversation, events(...withPerson, answered('e6'), wrote('and now?')))
  assert.deepEqual(more?.occasion, { kind: 'said', text: 'and now?' })
})

test('the greeting does not wait for messages, and does not answer them', () => {
  assert.equal(nextTurn(conversation, events(wrote('hi')), true)?.occasion.kind, 'started')
  assert.equal(nextTurn(conversation, events(greeted, wrote('hi')), true), null)
})

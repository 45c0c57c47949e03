import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConversationEvent } from '@candor/protocol/events.ts'
import {
  decisionOfTurn,
  endOfTurn,
  nextTurn,
  standing,
  stepsOf,
  wasOvertaken,
  type PendingTurn,
  type TurnEvent,
} from './next-turn.ts'

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

/** What is to be decided next. */
function pendingIn(told: ConversationEvent[], openingOnly = false): PendingTurn | null {
  const due = nextTurn(conversation, told, 0, openingOnly)
  if (due === null) return null
  assert.equal(due.kind, 'decide')
  return due.kind === 'decide' ? due.turn : null
}

test('a new conversation is greeted, once', () => {
  const turn = pendingIn(events())
  assert.deepEqual([turn?.occasion, turn?.answers], [{ kind: 'started' }, 'e1'])
  assert.equal(pendingIn(events(greeted)), null)
})

test('who wrote before the greeting is greeted first', () => {
  assert.equal(pendingIn(events(wrote('hi')))?.occasion.kind, 'started')
})

test('messages not answered yet are one turn, and what was said before is its history', () => {
  const turn = pendingIn(events(greeted, wrote('one'), answered('e3'), wrote('two'), wrote('three')))
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
  const turn = pendingIn(events(greeted, wrote('one'), wrote('two'), answered('e3')))
  assert.deepEqual([turn?.occasion, turn?.answers], [{ kind: 'said', text: 'two' }, 'e4'])
  assert.equal(pendingIn(events(greeted, wrote('one'), wrote('two'), answered('e4'))), null)
})

test('a hand-over that was said and not done is taken again', () => {
  const said: Told = ['virtual-agent', 'message', { text: 'A person comes.' }, 'something else']
  assert.equal(pendingIn(events(greeted, wrote('human'), said))?.answers, 'e3')
})

test('messages count as they stand now: edited, masked, deleted', () => {
  const turn = pendingIn(
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
  const turn = pendingIn(events(greeted, ['visitor', 'form', { form: 'topic-x', answers: {} }]))
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
  const turn = pendingIn(events(...withPerson))
  assert.deepEqual([turn?.occasion, turn?.answers], [{ kind: 'back' }, 'e6'])
  assert.deepEqual(turn?.history.at(-1), { by: 'person', text: 'Done.' })
  assert.equal(pendingIn(events(...withPerson, answered('e6'))), null)
  const more = pendingIn(events(...withPerson, answered('e6'), wrote('and now?')))
  assert.deepEqual(more?.occasion, { kind: 'said', text: 'and now?' })
})

test('the greeting does not wait for messages, and does not answer them', () => {
  assert.equal(pendingIn(events(wrote('hi')), true)?.occasion.kind, 'started')
  assert.equal(pendingIn(events(greeted, wrote('hi')), true), null)
})

const decided = (answers: string, data: object = {}, step = 0): Told => [
  'virtual-agent',
  'turn',
  {
    answers,
    version: 3,
    handlerEpoch: 0,
    read: 3,
    calls: 0,
    record: { version: 1, state: 'state' },
    ...data,
  },
  decisionOfTurn(conversation, answers, 0, step),
]

test('what was decided and not done is carried out, not decided again', () => {
  const told = events(greeted, wrote('one'), decided('e3'), wrote('two'))
  const due = nextTurn(conversation, told, 0)
  assert.equal(due?.kind === 'carryOut' && due.event.data.answers, 'e3')
  assert.deepEqual(due?.kind === 'carryOut' && due.history, [
    { by: 'virtual-agent', text: 'Hello!' },
    { by: 'visitor', text: 'one' },
  ])
  // Of several decisions of one turn the newest counts.
  const more = nextTurn(conversation, events(greeted, wrote('one'), decided('e3'), decided('e3', {}, 1)), 0)
  assert.equal(more?.kind === 'carryOut' && more.event.seq, 5)
})

test('what was decided before somebody took over is not carried out after the hand-back', () => {
  const told = events(
    greeted,
    wrote('one'),
    decided('e3'),
    ['agent', 'takeover', { handlerEpoch: 1 }],
    ['agent', 'handback', { handlerEpoch: 2 }],
  )
  const due = nextTurn(conversation, told, 2)
  assert.deepEqual(due?.kind === 'decide' && due.turn.occasion, { kind: 'back' })
})

test('the newest decision says where the conversation stands, and a turn counts its decisions', () => {
  assert.deepEqual(standing(events(greeted)), { state: null, calls: 0 })
  const told = events(greeted, wrote('one'), decided('e3', { calls: 2 }), decided('e3', { calls: 3 }, 1))
  assert.deepEqual(standing(told), { state: 'state', calls: 3 })
  assert.deepEqual([stepsOf(told, 'e3', 0), stepsOf(told, 'e3', 1), stepsOf(told, 'e1', 0)], [2, 0, 0])
  // Emptied, because what it was made from was masked: the conversation begins anew, the calls are still counted.
  assert.deepEqual(standing(events(greeted, wrote('one'), decided('e3', { calls: 2, record: null }))), {
    state: null,
    calls: 2,
  })
})

test('a decision that was read before a masking and stored after it was overtaken', () => {
  const masking: Told = ['visitor', 'masking', { target: 3, text: '[removed]' }]
  const overtaken = (...told: Told[]): boolean => {
    const all = events(greeted, wrote('4111 1111'), ...told)
    return wasOvertaken(
      all,
      all.findLast((event): event is TurnEvent => event.type === 'turn')!,
    )
  }
  assert.equal(overtaken(masking, decided('e3')), true)
  assert.equal(overtaken(['visitor', 'deletion', { target: 3 }], decided('e3')), true)
  assert.equal(overtaken(decided('e3'), masking), false)
  assert.equal(overtaken(wrote('more'), decided('e3')), false)
  assert.equal(overtaken(['agent', 'masking', { target: 2, text: '', ofNote: true }], decided('e3')), false)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EventPage } from '@candor/protocol/api.ts'
import type { ConversationEvent, EventActor } from '@candor/protocol/events.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import { linesOf, readConversations } from './read-conversations.ts'

const visitor: EventActor = { kind: 'visitor', id: 'v', name: 'Ana' }
const bot: EventActor = { kind: 'virtual-agent', id: 'b', name: 'Aurelia' }
const said = (id: string, actor: EventActor, text: string | null): ConversationEvent =>
  ({ id, type: 'message', actor, data: { text } }) as unknown as ConversationEvent

const turn = (id: string, answers: string): ConversationEvent =>
  ({ id, type: 'turn', actor: bot, data: { answers } }) as unknown as ConversationEvent

test('of a conversation only what was said remains: no notes, nothing deleted, nobody’s private words', () => {
  const note = {
    id: 'n',
    type: 'note',
    actor: visitor,
    data: { text: 'VIP' },
  } as unknown as ConversationEvent
  assert.deepEqual(
    linesOf(
      [said('a', visitor, 'My bag?'), note, said('b', visitor, null), said('c', bot, 'Which?')],
      new Map(),
    ),
    [
      { id: 'a', by: 'visitor', text: 'My bag?', unanswered: false },
      { id: 'c', by: 'virtual-agent', text: 'Which?', unanswered: false },
    ],
  )
})

test('what was not understood is marked where it was said, by the record of the turn', () => {
  const events = [said('a', visitor, 'Seat?'), turn('t', 'a'), said('b', visitor, 'Bag?'), turn('u', 'b')]
  assert.deepEqual(
    linesOf(events, new Map([['t', 'fallback']])).map(({ id, unanswered }) => [id, unanswered]),
    [
      ['a', true],
      ['b', false],
    ],
  )
})

test('where an answer did not help, the question is marked and not the quick reply that says so', () => {
  const events = [
    said('a', visitor, 'Can I bring a harp?'),
    said('b', bot, 'Bags have 8 kg.'),
    said('c', visitor, 'That did not help'),
    turn('t', 'c'),
  ]
  assert.deepEqual(
    linesOf(events, new Map([['t', 'not-helped']]))
      .filter(({ unanswered }) => unanswered)
      .map(({ text }) => text),
    ['Can I bring a harp?'],
  )
})

function setUp(refuse: Record<string, Refusal>) {
  const prepared: string[] = []
  const asked: { path: string; proof: string | undefined }[] = []
  return {
    prepared,
    asked,
    parts: {
      prepare(id: string) {
        prepared.push(id)
        return Promise.resolve()
      },
      proof: (id: string) => ({ key: 'k', at: '2026-03-01T10:00:00Z', signature: `signed ${id}` }),
      get(path: string, headers: Record<string, string> | undefined): Promise<EventPage> {
        const id = path.split('/')[2]!
        asked.push({ path, proof: headers?.['candor-proof'] })
        return refuse[id]
          ? Promise.reject(refuse[id])
          : Promise.resolve({ events: [said(id, visitor, `Text of ${id}`)], more: false })
      },
    },
  }
}

test('each conversation is opened by itself, under a signature of its own', async () => {
  const { parts, asked, prepared } = setUp({})
  const progress: number[] = []
  const { read, refused } = await readConversations(parts, ['a', 'b'], new Map(), (done) =>
    progress.push(done),
  )
  assert.deepEqual(prepared, ['a', 'b'])
  assert.deepEqual(
    asked.map(({ proof }) => proof),
    ['k 2026-03-01T10:00:00Z signed a', 'k 2026-03-01T10:00:00Z signed b'],
  )
  assert.deepEqual(
    read.map(({ id }) => id),
    ['a', 'b'],
  )
  assert.deepEqual(refused, [])
  assert.deepEqual(progress, [0, 1, 2])
})

test('one that was erased is passed over; a suspension ends the reading and tells what was not read', async () => {
  const { parts, asked } = setUp({ b: new Refusal('erased'), c: new Refusal('suspended') })
  const { read, refused } = await readConversations(parts, ['a', 'b', 'c', 'd'], new Map(), () => undefined)
  assert.deepEqual(
    read.map(({ id }) => id),
    ['a'],
  )
  assert.deepEqual(
    refused.map(({ id }) => id),
    ['b', 'c', 'd'],
  )
  assert.equal(asked.length, 3)
})

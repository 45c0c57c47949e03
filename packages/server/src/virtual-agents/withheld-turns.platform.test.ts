/** What a virtual agent would keep or say and must not: nothing of it is stored, and a person goes on. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, afterEach, before, test } from 'node:test'
import type { ConversationEvent } from '@candor/protocol/events.ts'
import type { Agent } from '@candor/virtual-agent/agent.ts'
import { refundAgent, refundEngine } from '../../test/refund-desk.ts'
import { openTestRooms, type TestRooms } from '../../test/test-rooms.ts'
import { systemClock } from '../clock.ts'
import type { Conversations } from '../conversations/conversations.ts'
import { wireFor } from '../delivery/delivery.ts'
import type { Actor } from '../tenants/actor.ts'
import type { Engine } from './engine.ts'
import { readRecord } from './turn-record.ts'
import { openVirtualAgents, type VirtualAgents } from './virtual-agents.ts'

let rooms: TestRooms
let virtualAgents: VirtualAgents
let agent: Agent = refundAgent()
let engine: Engine = refundEngine
/** Runs between the look at a conversation and what is stored of it. */
let meanwhile: () => Promise<unknown> = async () => undefined
let online = true
let called = 0

before(async () => {
  rooms = await openTestRooms()
  const log = (event: Record<string, unknown>): void => void rooms.logged.push(event)
  const { conversations } = rooms
  const overtaken: Conversations = {
    ...conversations,
    async decided(...what) {
      await meanwhile()
      return conversations.decided(...what)
    },
  }
  virtualAgents = openVirtualAgents({
    ...rooms,
    conversations: overtaken,
    agents: { currentAgent: async () => agent },
    tools: {
      async call() {
        called++
        return { kind: 'answer', body: { id: 'R1' } }
      },
    },
    engine: {
      decide: (...given) => engine.decide(...given),
      isApproved: (...given) => engine.isApproved(...given),
    },
    clock: systemClock,
    log,
    agentsOnline: () => online,
    typing: () => undefined,
    localeOf: async () => 'en',
  })
})
afterEach(async () => {
  await virtualAgents.settled()
  agent = refundAgent()
  engine = refundEngine
  meanwhile = async () => undefined
  online = true
  rooms.logged.splice(0)
})
after(async () => {
  await virtualAgents.close()
  await rooms.close()
})

async function begin(visitor: Actor): Promise<string> {
  const conversation = randomUUID()
  const start = { id: randomUUID(), conversation, site: null, page: null, queue: null }
  await rooms.conversations.start(visitor, { ...start, handler: 'virtual-agent' })
  await virtualAgents.settled()
  return conversation
}

async function write(visitor: Actor, conversation: string, text: string): Promise<void> {
  await rooms.conversations.send(visitor, { id: randomUUID(), conversation, text })
}

async function eventsOf(conversation: string): Promise<ConversationEvent[]> {
  await virtualAgents.settled()
  const receipt = await rooms.access.receipt(rooms.staff('Reader'), conversation, 'desk')
  return (await rooms.conversations.snapshot(receipt)).events
}

const textsOf = (events: ConversationEvent[]): (string | null)[] =>
  events.flatMap((event) =>
    event.type === 'message' && event.actor.kind === 'virtual-agent' ? [event.data.text] : [],
  )
const recordsOf = (events: ConversationEvent[]) =>
  events.flatMap((event) => (event.type === 'turn' ? [readRecord(event)] : []))
const reasonOf = (events: ConversationEvent[]): string | undefined =>
  events.flatMap((event) => (event.type === 'handover' ? [event.data.reason] : []))[0]
const logged = (event: string) => rooms.logged.filter((line) => line['event'] === event)

/** An engine that keeps these in the state of what it answers. */
function keeping(...values: string[]): Engine {
  return {
    ...refundEngine,
    decide(given, turn) {
      const decision = refundEngine.decide(given, turn)
      if (turn.occasion.kind !== 'said') return decision
      return { ...decision, state: { ...decision.state, others: values } }
    },
  }
}

test('a decision is kept sealed, with its state and its reason, and read by staff alone', async () => {
  const visitor = rooms.visitor()
  const conversation = await begin(visitor)
  await write(visitor, conversation, 'keep AB12CD')
  const events = await eventsOf(conversation)
  const record = recordsOf(events).at(-1)!
  assert.deepEqual(record.state?.others, ['keep AB12CD'])
  assert.equal(record.trace?.rule, 'example')
  const turn = events.findLast((event) => event.type === 'turn')!
  const { record: _, ...data } = turn.data
  assert.deepEqual(data, { answers: events[3]!.id, version: 7, handlerEpoch: 0, read: 4, calls: 0 })
  const [row] = await rooms.store.read(rooms.tenant, (q) =>
    q<{ data: object; body: Buffer }>(
      'select data, body from events where tenant_id = $1 and conversation_id = $2 and id = $3',
      [rooms.tenant, conversation, turn.id],
    ),
  )
  assert.deepEqual(row!.data, data)
  assert.ok(!row!.body.includes('AB12CD'))
  const wire = wireFor('visitor', 0, events)
  assert.deepEqual(
    wire.filter(({ seq }) => seq === turn.seq),
    [{ seq: turn.seq, type: 'private' }],
  )
  assert.deepEqual(
    wire.map(({ seq }) => seq),
    events.map(({ seq }) => seq),
  )
  assert.doesNotMatch(JSON.stringify(wire), /"record"|"answers"/)
})

test('a card number in a text of the record is masked; one spread over its fields hands over with nothing kept', async () => {
  const visitor = rooms.visitor()
  engine = keeping('order 4111 1111 1111 1111')
  const masked = await begin(visitor)
  await write(visitor, masked, 'hello')
  const record = recordsOf(await eventsOf(masked)).at(-1)!
  assert.deepEqual(record.state?.others, ['order [card number removed]'])

  engine = keeping('41111111', '11111111')
  const spread = await begin(visitor)
  await write(visitor, spread, 'hello')
  const events = await eventsOf(spread)
  assert.deepEqual(textsOf(events), ['Welcome.', 'Somebody else goes on.'])
  assert.equal(reasonOf(events), 'card-data')
  assert.deepEqual([recordsOf(events).at(-1)!.state, recordsOf(events).at(-1)!.trace], [null, null])
  assert.doesNotMatch(JSON.stringify(events), /11111111/)
  const note = events.find((event) => event.type === 'note')
  assert.equal(note?.data.text, 'Skye (version 7) handed over: card data.')
})

test('when a later message completes a card number, what was decided from the first piece is emptied', async () => {
  const visitor = rooms.visitor()
  const conversation = await begin(visitor)
  await write(visitor, conversation, 'keep 4111 1111')
  assert.deepEqual(recordsOf(await eventsOf(conversation)).at(-1)?.state?.others, ['keep 4111 1111'])
  const sealedUnder = (id: string) =>
    rooms.store.read(rooms.tenant, (q) =>
      q<{ segment: string; n: number }>(
        `select e.segment, (select count(*)::int from events o where o.segment = e.segment) as n
         from events e where e.tenant_id = $1 and e.conversation_id = $2 and e.id = $3`,
        [rooms.tenant, conversation, id],
      ),
    )
  const turn = (await eventsOf(conversation)).findLast((event) => event.type === 'turn')!
  const [before] = await sealedUnder(turn.id)
  // A piece of a number has a key of its own, so that it can be destroyed alone.
  assert.equal(before!.n, 1)
  await write(visitor, conversation, '1111 1111')
  const events = await eventsOf(conversation)
  const emptied = events.find((event) => event.id === turn.id)
  assert.equal(emptied?.type === 'turn' && emptied.data.record, null)
  const keys = await rooms.store.read(rooms.tenant, (q) =>
    q('select 1 from data_keys where tenant_id = $1 and segment = $2', [rooms.tenant, before!.segment]),
  )
  assert.equal(keys.length, 0)
  assert.doesNotMatch(JSON.stringify(events), /4111|1111 1111/)
  // The conversation goes on.
  assert.equal(textsOf(events).length, 3)
  assert.equal(reasonOf(events), undefined)
})

test('a decision that was overtaken by a masking is not carried out, and nothing of it is kept', async () => {
  const visitor = rooms.visitor()
  const conversation = await begin(visitor)
  let first = true
  meanwhile = async () => {
    if (!first) return
    first = false
    await write(visitor, conversation, '1111 1111')
  }
  await write(visitor, conversation, 'keep 4111 1111')
  const events = await eventsOf(conversation)
  assert.equal(first, false)
  assert.ok(events.some(({ type }) => type === 'masking'))
  assert.doesNotMatch(JSON.stringify(events), /4111|1111 1111/)
  assert.deepEqual(textsOf(events), ['Welcome.', 'Somebody else goes on.'])
  assert.equal(reasonOf(events), 'record-gone')
})

test('what a visitor deletes goes from what was decided too', async () => {
  const visitor = rooms.visitor()
  const conversation = await begin(visitor)
  await write(visitor, conversation, 'keep secretword')
  const [, , , message] = await eventsOf(conversation)
  await rooms.conversations.delete(visitor, { id: randomUUID(), conversation, target: message!.seq })
  const events = await eventsOf(conversation)
  assert.doesNotMatch(JSON.stringify(events), /secretword/)
  assert.equal(recordsOf(events).at(-1), null)
  await write(visitor, conversation, 'hello')
  assert.deepEqual(textsOf(await eventsOf(conversation)).at(-1), 'You said hello.')
})

test('where only approved texts are sent, another one is not sent, and is told loudly', async () => {
  const visitor = rooms.visitor()
  agent = refundAgent({}, { approvedOnly: true })
  const conversation = await begin(visitor)
  await write(visitor, conversation, 'hello')
  const events = await eventsOf(conversation)
  assert.deepEqual(textsOf(events), ['Welcome.', 'Somebody else goes on.'])
  assert.equal(reasonOf(events), 'text-not-approved')
  assert.deepEqual(
    logged('text not approved').map(({ level, version }) => [level, version]),
    [['error', 7]],
  )
  // Not even the farewell, where that is not approved either.
  engine = { ...refundEngine, isApproved: () => false }
  const told = await eventsOf(await begin(visitor))
  assert.deepEqual(textsOf(told), [])
  assert.equal(reasonOf(told), 'text-not-approved')
})

test('a call that the rules in force do not allow is not made, whatever was decided', async () => {
  const visitor = rooms.visitor()
  for (const forbidding of [{ policy: "order = 'WXYZ'" }, { id: 'another' }]) {
    agent = refundAgent(forbidding)
    const conversation = await begin(visitor)
    called = 0
    await write(visitor, conversation, 'refund')
    assert.deepEqual(textsOf(await eventsOf(conversation)).slice(1), [
      'One moment.',
      'I cannot tell whether that worked.',
    ])
    assert.equal(called, 0)
  }
  assert.deepEqual(
    logged('tool not called').map(({ why }) => why),
    ['policy', 'no such tool'],
  )
})

test('a fault of the engine leaves nobody waiting, and not a word of theirs in the log', async () => {
  const visitor = rooms.visitor()
  online = false
  const conversation = await begin(visitor)
  await write(visitor, conversation, 'fault secretword')
  const events = await eventsOf(conversation)
  assert.deepEqual(textsOf(events), ['Welcome.', 'Nobody is here.'])
  assert.equal(reasonOf(events), 'fault')
  const asked = events.findLast((event) => event.type === 'message')
  assert.deepEqual(
    asked?.data.form?.fields.map(({ input }) => input),
    ['email'],
  )
  assert.equal(logged('virtual agent fault').length, 1)
  assert.doesNotMatch(JSON.stringify(rooms.logged), /secretword/)
})

test('a flow that calls tools without an end is ended, and the next one may call again', async () => {
  const visitor = rooms.visitor()
  engine = {
    ...refundEngine,
    decide: (given, turn) =>
      refundEngine.decide(
        given,
        turn.occasion.kind === 'tool' ? { ...turn, occasion: { kind: 'said', text: 'refund' } } : turn,
      ),
  }
  const conversation = await begin(visitor)
  await write(visitor, conversation, 'refund')
  const events = await eventsOf(conversation)
  assert.equal(reasonOf(events), 'too-many-steps')
  const calls = events.flatMap((event) => (event.type === 'turn' ? [event.data.calls] : []))
  assert.deepEqual(calls, [0, 1, 2, 3, 4, 5, 6, 7, 7])
})

/** A server that ends in the middle of a turn: whatever was done is done once, and the rest is done after the start. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { ConversationEvent } from '@candor/protocol/events.ts'
import type { Agent } from '@candor/virtual-agent/agent.ts'
import { systemClock } from '../clock.ts'
import type { Committed } from '../conversations/conversation.ts'
import { openOutbox, type Outbox } from '../store/outbox.ts'
import type { Actor } from '../tenants/actor.ts'
import { openRefundDesk, refundAgent, refundEngine, type RefundDesk } from '../../test/refund-desk.ts'
import { openTestRooms, type TestRooms } from '../../test/test-rooms.ts'
import { openTools, type Tools } from './call-tool.ts'
import { endOfTurn } from './next-turn.ts'
import { openVirtualAgents, type VirtualAgents } from './virtual-agents.ts'

let rooms: TestRooms

before(async () => {
  rooms = await openTestRooms()
})
after(() => rooms.close())

/** The process ends at one of its steps: before the step is made, or when it was made and nobody has heard of it. */
class Ended extends Error {}

interface Step {
  at: number
  made: boolean
}

/** Runs each step through here; from its end on, the process makes no step any more. */
function openProcess(end: Step | null): { step<T>(act: () => Promise<T>): Promise<T>; ended(): boolean } {
  let n = 0
  let ended = false
  return {
    async step(act) {
      if (ended) throw new Ended()
      const last = end?.at === n++
      if (last) ended = true
      if (last && !end.made) throw new Ended()
      const result = await act()
      if (last) throw new Ended()
      return result
    },
    ended: () => ended,
  }
}

function open(
  outbox: Outbox<Committed>,
  desk: RefundDesk,
  agent: Agent,
  end: Step | null = null,
): { agents: VirtualAgents; ended(): boolean } {
  const process = openProcess(end)
  const log = (event: Record<string, unknown>): void => void rooms.logged.push(event)
  const tools = openTools({
    outbound: desk.outbound,
    secretFor: async () => null,
    clock: systemClock,
    random: () => 0,
    pause: async () => undefined,
    log,
  })
  const { conversations, routing } = rooms
  const called: Tools = { call: (what) => process.step(() => tools.call(what)) }
  const agents = openVirtualAgents({
    ...rooms,
    conversations: {
      ...conversations,
      decided: (...what) => process.step(() => conversations.decided(...what)),
      send: (...what) => process.step(() => conversations.send(...what)),
    },
    routing: { ...routing, handOver: (...what) => process.step(() => routing.handOver(...what)) },
    agents: { currentAgent: async () => agent },
    tools: called,
    engine: refundEngine,
    outbox,
    clock: systemClock,
    log,
    agentsOnline: () => true,
    typing: () => undefined,
    localeOf: async () => 'en',
  })
  return { agents, ended: process.ended }
}

async function begun(said: string): Promise<{ visitor: Actor; conversation: string; message: string }> {
  const visitor = rooms.visitor()
  const [conversation, message] = [randomUUID(), randomUUID()]
  const start = { id: randomUUID(), conversation, site: null, page: null, queue: null }
  await rooms.conversations.start(visitor, { ...start, handler: 'virtual-agent' })
  await rooms.conversations.send(visitor, { id: message, conversation, text: said })
  return { visitor, conversation, message }
}

async function eventsOf(conversation: string): Promise<ConversationEvent[]> {
  const receipt = await rooms.access.receipt(rooms.staff('Reader'), conversation, 'desk')
  return (await rooms.conversations.snapshot(receipt)).events
}

/** What a new process is told of: rows that the former one has not finished with. */
async function announce(outbox: Outbox<Committed>, conversation: string, visitor: Actor): Promise<void> {
  const { tenant } = rooms
  const events = await eventsOf(conversation)
  outbox.committed(
    [],
    events.map((event) => ({ tenant, visitor: visitor.id, event })),
  )
}

interface Left {
  events: ConversationEvent[]
  message: string
  conversation: string
  desk: RefundDesk
}

/** A conversation whose process ends at this step, and the next process. Answers null when there is no such step. */
async function interrupted(said: string, end: Step, agent: Agent): Promise<Left | null> {
  const desk = openRefundDesk()
  const { visitor, conversation, message } = await begun(said)
  const first = openOutbox<Committed>(() => undefined)
  const former = open(first, desk, agent, end)
  await announce(first, conversation, visitor)
  await former.agents.settled()
  await former.agents.close()
  if (!former.ended()) return null
  const second = openOutbox<Committed>(() => undefined)
  const next = open(second, desk, agent)
  await announce(second, conversation, visitor)
  await next.agents.settled()
  await next.agents.close()
  return { events: await eventsOf(conversation), message, conversation, desk }
}

/** More than any of these turns has. */
const stepsTried = 12

async function atEachStep(said: string, made: boolean, agent = refundAgent()): Promise<Left[]> {
  const steps = Array.from({ length: stepsTried }, (_, at) => interrupted(said, { at, made }, agent))
  return (await Promise.all(steps)).flatMap((left) => left ?? [])
}

const textsOf = (events: ConversationEvent[]): (string | null)[] =>
  events.flatMap((event) =>
    event.type === 'message' && event.actor.kind === 'virtual-agent' ? [event.data.text] : [],
  )

interface Told {
  said: string
  texts: string[]
  types: string[]
  effects: number
}

/** What stands in the conversation when nothing is interrupted. */
const turns: Record<string, Told> = {
  'an answer': {
    said: 'hello',
    texts: ['Welcome.', 'You said hello.'],
    types: ['status', 'message', 'turn', 'message', 'turn', 'message'],
    effects: 0,
  },
  'a hand-over': {
    said: 'human',
    texts: ['Welcome.', 'A person comes.'],
    types: ['status', 'message', 'turn', 'message', 'turn', 'message', 'handover', 'note'],
    effects: 0,
  },
  'a call that changes something': {
    said: 'refund',
    texts: ['Welcome.', 'One moment.', 'Refund R1 is on its way.'],
    types: ['status', 'message', 'turn', 'message', 'turn', 'message', 'turn', 'message'],
    effects: 1,
  },
  'two calls in one turn': {
    said: 'refund twice',
    texts: ['Welcome.', 'One moment.', 'Refunds R1 and R2 are on their way.'],
    types: ['status', 'message', 'turn', 'message', 'turn', 'message', 'turn', 'turn', 'message'],
    effects: 2,
  },
}

for (const [what, told] of Object.entries(turns))
  for (const made of [false, true])
    test(`${what}, interrupted at each step ${made ? 'after it was made' : 'before it is made'}, is done once`, async (t) => {
      const ends = await atEachStep(told.said, made)
      for (const [step, left] of ends.entries()) {
        const at = `step ${step}: ${left.events.map(({ type }) => type).join(' ')}`
        assert.deepEqual(textsOf(left.events), told.texts, at)
        assert.deepEqual(
          left.events.map(({ type }) => type),
          told.types,
          at,
        )
        const end = endOfTurn(left.conversation, left.message)
        assert.equal(left.events.filter(({ id }) => id === end).length, 1, at)
        assert.equal(left.desk.effects(), told.effects, at)
      }
      t.diagnostic(`${ends.length} steps`)
      assert.ok(ends.length >= 4 && ends.length < stepsTried, `${ends.length} steps`)
    })

test('a call that may not be made twice is in doubt after a crash, and is not made again', async () => {
  const once = refundAgent({ retries: 0 })
  const doubtful: string[] = []
  const ends = [...(await atEachStep('refund', false, once)), ...(await atEachStep('refund', true, once))]
  for (const left of ends) {
    assert.ok(left.desk.effects() <= 1)
    const texts = textsOf(left.events)
    if (texts.includes('Refund R1 is on its way.')) assert.equal(left.desk.effects(), 1)
    else doubtful.push(texts.at(-1)!)
  }
  // From the stored decision on until its outcome is stored, nobody can say whether it took place.
  assert.ok(doubtful.length >= 4)
  assert.deepEqual([...new Set(doubtful)], ['I cannot tell whether that worked.'])
})

test('two processes that take the same turn at the same time do it once', async () => {
  for (let i = 0; i < 10; i++) {
    const desk = openRefundDesk()
    const { visitor, conversation } = await begun('refund twice')
    const outboxes = [openOutbox<Committed>(() => undefined), openOutbox<Committed>(() => undefined)] as const
    // They share one session of the database, to which both hold the lease: as when it was lost.
    const both = outboxes.map((outbox) => open(outbox, desk, refundAgent()))
    await Promise.all(outboxes.map((outbox) => announce(outbox, conversation, visitor)))
    await Promise.all(both.map(({ agents }) => agents.settled()))
    await Promise.all(both.map(({ agents }) => agents.close()))
    const events = await eventsOf(conversation)
    const told = turns['two calls in one turn']!
    assert.deepEqual(textsOf(events), told.texts)
    assert.deepEqual(
      events.map(({ type }) => type),
      told.types,
    )
    assert.equal(desk.effects(), 2)
  }
})

test('while another server has the lease of a conversation, its turn waits, and others are taken', async () => {
  const desk = openRefundDesk()
  const [held, free] = [await begun('hello'), await begun('hello')]
  const elsewhere = await rooms.otherSession()
  await elsewhere(`select pg_advisory_lock(hashtextextended($1, 0))`, [
    `virtual agent ${rooms.tenant}/${held.conversation}`,
  ])
  const outbox = openOutbox<Committed>(() => undefined)
  const { agents } = open(outbox, desk, refundAgent())
  await announce(outbox, held.conversation, held.visitor)
  await announce(outbox, free.conversation, free.visitor)
  await until(
    async () => textsOf(await eventsOf(free.conversation)).length === 2,
    'the other one is answered',
  )
  await new Promise((resolve) => setTimeout(resolve, 500))
  assert.deepEqual(textsOf(await eventsOf(held.conversation)), [])
  await elsewhere('select pg_advisory_unlock_all()')
  await agents.settled()
  await agents.close()
  assert.equal(textsOf(await eventsOf(held.conversation)).length, 2)
})

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  for (
    const end = Date.now() + 10_000;
    !(await holds());
    await new Promise((resolve) => setTimeout(resolve, 20))
  )
    assert.ok(Date.now() < end, what)
}

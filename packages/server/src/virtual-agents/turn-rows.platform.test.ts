/** What is kept of turns, and what a turn costs. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, afterEach, before, test } from 'node:test'
import pg from 'pg'
import { refundAgent, refundEngine } from '../../test/refund-desk.ts'
import { openTestRooms, type TestRooms } from '../../test/test-rooms.ts'
import { systemClock } from '../clock.ts'
import type { Committed } from '../conversations/conversation.ts'
import { openOutbox } from '../store/outbox.ts'
import type { Actor } from '../tenants/actor.ts'
import { openTurnRows, type TurnRows } from './turn-rows.ts'
import { openVirtualAgents, type VirtualAgents } from './virtual-agents.ts'

let rooms: TestRooms
let virtualAgents: VirtualAgents
let rows: TurnRows
/** Runs when a decision is stored, and before it is said. */
let beforeSaid: () => Promise<unknown> = async () => undefined

before(async () => {
  rooms = await openTestRooms()
  rows = openTurnRows(rooms)
  const { conversations } = rooms
  virtualAgents = openVirtualAgents({
    ...rooms,
    conversations: {
      ...conversations,
      async send(...what) {
        await beforeSaid()
        return conversations.send(...what)
      },
    },
    agents: { currentAgent: async () => refundAgent() },
    tools: { call: async () => ({ kind: 'answer', body: { id: 'R1' } }) },
    engine: refundEngine,
    clock: systemClock,
    log: (event) => void rooms.logged.push(event),
    agentsOnline: () => true,
    typing: () => undefined,
    localeOf: async () => 'en',
  })
})
afterEach(() => settled())
after(async () => {
  await virtualAgents.close()
  await rows.close()
  await rooms.close()
})

async function settled(): Promise<void> {
  await virtualAgents.settled()
  await rows.settled()
}

async function begin(visitor: Actor): Promise<string> {
  const conversation = randomUUID()
  const start = { id: randomUUID(), conversation, site: null, page: null, queue: null }
  await rooms.conversations.start(visitor, { ...start, handler: 'virtual-agent' })
  await settled()
  return conversation
}

async function write(visitor: Actor, conversation: string, text: string): Promise<void> {
  await rooms.conversations.send(visitor, { id: randomUUID(), conversation, text })
}

interface Row {
  outcome: string
  reason: string | null
  done: boolean
}

function rowsOf(conversation: string): Promise<Row[]> {
  return rooms.store.read(rooms.tenant, (q) =>
    q<Row>(
      `select outcome, reason, done_at is not null as done from virtual_agent_turns
       where tenant_id = $1 and conversation_id = $2 order by at`,
      [rooms.tenant, conversation],
    ),
  )
}

test('each turn has one row, whatever it called, and the row says whether it was said', async () => {
  const visitor = rooms.visitor()
  const conversation = await begin(visitor)
  for (const text of ['hello secretword', 'refund', 'human']) {
    await write(visitor, conversation, text)
    await settled()
  }
  await rooms.routing.takeOver(rooms.staff('Ada'), { id: randomUUID(), conversation })
  await settled()
  const done = { reason: null, done: true }
  assert.deepEqual(await rowsOf(conversation), [
    { outcome: 'opening', ...done },
    { outcome: 'answered', ...done },
    { outcome: 'flow', ...done },
    { outcome: 'handed-over', reason: 'asked-for-a-person', done: true },
    { outcome: 'person', ...done },
  ])
  const all = await rooms.store.read(rooms.tenant, (q) =>
    q('select * from virtual_agent_turns where tenant_id = $1', [rooms.tenant]),
  )
  assert.doesNotMatch(JSON.stringify(all), /secretword/)
})

test('what is announced again is kept once', async () => {
  const visitor = rooms.visitor()
  const conversation = await begin(visitor)
  await write(visitor, conversation, 'hello')
  await settled()
  const before = await rowsOf(conversation)
  const receipt = await rooms.access.receipt(rooms.staff('Reader'), conversation, 'desk')
  const { events } = await rooms.conversations.snapshot(receipt)
  const again = openOutbox<Committed>(() => undefined)
  const second = openTurnRows({ ...rooms, outbox: again })
  const { tenant } = rooms
  for (let i = 0; i < 2; i++)
    again.committed(
      [],
      events.map((event) => ({ tenant, visitor: visitor.id, event })),
    )
  await second.close()
  assert.deepEqual(await rowsOf(conversation), before)
})

test('an answer that somebody was faster than is decided and not said', async () => {
  const visitor = rooms.visitor()
  const conversation = await begin(visitor)
  await write(visitor, conversation, 'hello')
  beforeSaid = () => rooms.routing.takeOver(rooms.staff('Ada'), { id: randomUUID(), conversation })
  await settled()
  beforeSaid = async () => undefined
  assert.deepEqual(await rowsOf(conversation), [
    { outcome: 'opening', reason: null, done: true },
    { outcome: 'answered', reason: null, done: false },
    { outcome: 'person', reason: null, done: true },
  ])
})

test('an answer costs a dozen statements: two for the lease, four to read, two to write, four for its row', async (t) => {
  const visitor = rooms.visitor()
  const conversation = await begin(visitor)
  await write(visitor, conversation, 'hello')
  await settled()
  const { query } = pg.Client.prototype
  const statements: string[] = []
  pg.Client.prototype.query = function (this: pg.Client, ...given: unknown[]) {
    const [what] = given as [string | { name?: string; text: string }]
    statements.push(typeof what === 'string' ? what : (what.name ?? what.text))
    return (query as (...given: unknown[]) => unknown).apply(this, given)
  } as typeof query
  const turns = 8
  try {
    for (let i = 0; i < turns; i++) {
      await write(visitor, conversation, 'hello')
      await settled()
    }
  } finally {
    pg.Client.prototype.query = query
  }
  const counts = new Map<string, number>()
  for (const statement of statements) {
    const name = statement.trim().split(/\s+/).slice(0, 3).join(' ')
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  t.diagnostic(JSON.stringify(Object.fromEntries(counts)))
  // The visitor's own message is one of them; once in two seconds the outbox is swept.
  const each = (statements.length - turns) / turns
  t.diagnostic(`${each} statements a turn`)
  assert.ok(each <= 13, `${each} statements a turn`)
  assert.equal(counts.get('take-lease'), turns)
  assert.equal(counts.get('release-lease'), turns)
})

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '../clock.ts'
import { openConversations, type Conversations, type SendOutcome } from '../conversations/conversations.ts'
import { openRouting, type Routing } from '../routing/routing.ts'
import { openOutbox } from '../store/outbox.ts'
import { systemActor, virtualAgentActor, type Actor } from '../tenants/actor.ts'
import { openTestRooms, type TestRooms } from '../../test/test-rooms.ts'

/*
 * People and the virtual agent write through lanes of their own, as several servers would: nothing but the
 * database stands between an answer and a takeover.
 */
let rooms: TestRooms
let virtualAgentSide: Conversations
let peopleSides: { conversations: Conversations; routing: Routing }[]

before(async () => {
  rooms = await openTestRooms()
  virtualAgentSide = openLane()
  peopleSides = Array.from({ length: 4 }, () => {
    const conversations = openLane()
    const people = { person: async () => null }
    return { conversations, routing: openRouting({ ...rooms, clock: systemClock, conversations, people }) }
  })
})
after(async () => {
  await Promise.all(
    [virtualAgentSide, ...peopleSides.map((side) => side.conversations)].map((lane) => lane.close()),
  )
  await rooms.close()
})

function openLane(): Conversations {
  return openConversations({
    ...rooms,
    outbox: openOutbox(() => undefined),
    clock: systemClock,
    guardFormats: () => [],
    names: { visitorName: () => 'Visitor', loadVisitors: async () => new Map() },
    visitorOnline: () => true,
  })
}

/** Races under way at once: enough that batches of one side and transactions of the other overlap in every way. */
const atOnce = 24

interface Races {
  answeredFirst: number
  takenOverFirst: number
  stored: number
  /** Messages whose number is above that of the takeover, read back from the database. */
  messagesAfterTakeover: number
}

async function race(count: number, speaker: Actor, epoch: { handlerEpoch?: number }): Promise<Races> {
  const ada = rooms.staff('Ada')
  const conversations = await virtualAgentConversations(count)
  const told = { answeredFirst: 0, takenOverFirst: 0, stored: 0 }
  let takeoverMs = 5
  /** How much later the answer (below 0: the takeover) starts, moved until either comes first about as often. */
  let offsetMs = 0
  let next = 0

  async function takeOver(conversation: string, i: number): Promise<{ seq: number }> {
    await sleep(Math.max(0, -offsetMs))
    const startedAt = performance.now()
    const { routing } = peopleSides[i % peopleSides.length]!
    const stored = await routing.takeOver(ada, { id: randomUUID(), conversation })
    takeoverMs += 0.05 * (performance.now() - startedAt - takeoverMs)
    return stored
  }

  async function answer(conversation: string): Promise<SendOutcome> {
    await sleep(Math.random() * takeoverMs + Math.max(0, offsetMs))
    const text = 'Let me look that up.'
    return virtualAgentSide.send(speaker, { id: randomUUID(), conversation, text, ...epoch })
  }

  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < count) {
        const i = next++
        const conversation = conversations[i]!
        const [takeover, outcome] = await Promise.all([takeOver(conversation, i), answer(conversation)])
        if (outcome.kind === 'stored') told.stored++
        else assert.equal(outcome.kind, 'stale')
        const answeredFirst = outcome.kind === 'stored' && outcome.seq < takeover.seq
        if (answeredFirst) told.answeredFirst++
        else told.takenOverFirst++
        offsetMs += (answeredFirst ? 0.03 : -0.03) * takeoverMs
      }
    }),
  )
  const [late] = await rooms.store.read(rooms.tenant, (q) =>
    q<{ n: number }>(
      `select count(*)::int as n from events t join events m using (tenant_id, conversation_id)
       where t.type = 'takeover' and m.type = 'message' and m.seq > t.seq and conversation_id = any($1)`,
      [conversations],
    ),
  )
  return { ...told, messagesAfterTakeover: late!.n }
}

/** Open conversations in the hands of the virtual agent, at epoch 0. */
async function virtualAgentConversations(count: number): Promise<string[]> {
  const conversations = Array.from({ length: count }, () => randomUUID())
  await rooms.store.write(rooms.tenant, (q) =>
    q(
      `insert into conversations (tenant_id, id, visitor_id, started_at, handler_kind, last_event_at)
       select $1, id, gen_random_uuid(), now(), 'virtual-agent', now() from unnest($2::uuid[]) as id`,
      [rooms.tenant, conversations],
    ),
  )
  return conversations
}

test('10,000 races between a virtual agent’s answer and a takeover leave no message of its after the takeover', async (t) => {
  const bot = virtualAgentActor(rooms.tenant, randomUUID(), 'Skye')
  const races = await race(10_000, bot, { handlerEpoch: 0 })
  t.diagnostic(JSON.stringify(races))
  assert.equal(races.messagesAfterTakeover, 0)
  // An answer that was not first was not stored at all.
  assert.equal(races.stored, races.answeredFirst)
  // Both orders occurred, in numbers.
  assert.ok(races.answeredFirst >= 1_000, `${races.answeredFirst} answers came first`)
  assert.ok(races.takenOverFirst >= 1_000, `${races.takenOverFirst} takeovers came first`)
})

test('the races bite: a speaker whose epoch is not checked is found speaking after the takeover', async (t) => {
  const unchecked = systemActor(rooms.tenant, 'A virtual agent in disguise')
  const races = await race(500, unchecked, {})
  t.diagnostic(JSON.stringify(races))
  assert.equal(races.stored, 500)
  assert.ok(races.messagesAfterTakeover >= 50, `${races.messagesAfterTakeover} came after the takeover`)
})

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { Refusal, type RefusalCode } from '@candor/protocol/refusals.ts'
import { openTestRooms, type TestRooms } from '../../test/test-rooms.ts'
import { virtualAgentActor, type Actor } from '../tenants/actor.ts'

let rooms: TestRooms
before(async () => (rooms = await openTestRooms()))
after(() => rooms.close())

const refused = (code: RefusalCode) => (caught: unknown) => caught instanceof Refusal && caught.code === code

async function begin(
  handler: 'virtual-agent' | 'queue' = 'queue',
  visitor = rooms.visitor(),
): Promise<string> {
  const conversation = randomUUID()
  const { queue } = await rooms.routing.firstHandler(visitor.tenant)
  await rooms.conversations.start(visitor, {
    id: randomUUID(),
    conversation,
    site: null,
    page: null,
    handler,
    queue,
  })
  return conversation
}

async function typesIn(actor: Actor, conversation: string): Promise<string[]> {
  const receipt = await rooms.access.receipt(actor, conversation, 'desk')
  const { events } = await rooms.conversations.snapshot(receipt)
  assert.deepEqual(
    events.map((event) => event.seq),
    events.map((_, i) => i + 1),
  )
  return events.map((event) => event.type)
}

test('a tenant has one queue from the first question on, however many ask at once', async () => {
  const tenant = randomUUID()
  const answers = await Promise.all(Array.from({ length: 8 }, () => rooms.routing.firstHandler(tenant)))
  const queues = await rooms.routing.queues(tenant)
  assert.deepEqual(
    queues.map((queue) => queue.name),
    ['General'],
  )
  for (const answer of answers) assert.deepEqual(answer, { handler: 'queue', queue: queues[0]!.id })
})

test('a queue is made once under its id, by administrators, under a name of its own', async () => {
  const { routing } = rooms
  const admin = rooms.staff('Ada', 'administrator')
  const id = randomUUID()
  const made = await routing.createQueue(admin, { id, name: ' Refunds ' })
  assert.deepEqual(made, { id, name: 'Refunds', isDefault: false, archivedAt: null })
  assert.deepEqual(await routing.createQueue(admin, { id, name: 'Refunds' }), made)
  await assert.rejects(routing.createQueue(admin, { id, name: 'Other' }), refused('idempotency_conflict'))
  await assert.rejects(
    routing.createQueue(admin, { id: randomUUID(), name: 'REFUNDS' }),
    refused('invalid_field'),
  )
  await assert.rejects(
    routing.createQueue(rooms.staff('Ana'), { id: randomUUID(), name: 'Mine' }),
    refused('not_allowed'),
  )
  assert.deepEqual(
    (await routing.queues(admin.tenant)).map((queue) => queue.name),
    ['General', 'Refunds'],
  )
})

test('queues of one tenant do not exist for another', async () => {
  const admin = rooms.staff('Ada', 'administrator')
  const { id } = await rooms.routing.createQueue(admin, { id: randomUUID(), name: 'Ours' })
  const stranger: Actor = { ...rooms.staff('Sid', 'administrator'), tenant: randomUUID() }
  assert.ok((await rooms.routing.queues(stranger.tenant)).every((queue) => queue.id !== id))
  const conversation = await begin('queue', { ...rooms.visitor(), tenant: stranger.tenant })
  await assert.rejects(
    rooms.routing.transfer(stranger, { id: randomUUID(), conversation, to: { queue: id } }),
    refused('not_found'),
  )
})

test('a takeover told twice is one event; under a colleague’s hands it is refused', async () => {
  const ana = rooms.staff('Ana')
  const ben = rooms.staff('Ben')
  const conversation = await begin()
  const change = { id: randomUUID(), conversation }
  const first = await rooms.routing.takeOver(ana, change)
  const second = await rooms.routing.takeOver(ana, change)
  assert.deepEqual(second, { ...first, replayed: true })
  await assert.rejects(
    rooms.routing.takeOver(ben, { id: randomUUID(), conversation }),
    refused('handler_changed'),
  )
  await rooms.routing.takeOver(rooms.staff('Sam', 'supervisor'), { id: randomUUID(), conversation })
  assert.deepEqual(await typesIn(ana, conversation), ['status', 'takeover', 'takeover'])
})

test('of two agents who take over at once, one has it and the other is told', async () => {
  const conversation = await begin('virtual-agent')
  const attempts = await Promise.allSettled(
    ['Ana', 'Ben'].map((name) =>
      rooms.routing.takeOver(rooms.staff(name), { id: randomUUID(), conversation }),
    ),
  )
  assert.deepEqual(attempts.map((attempt) => attempt.status).sort(), ['fulfilled', 'rejected'])
  const rejected = attempts.find((attempt) => attempt.status === 'rejected')
  assert.ok(refused('handler_changed')(rejected?.reason))
})

test('a transfer and its note are stored together, once', async () => {
  const ana = rooms.staff('Ana')
  const ben = rooms.staff('Ben')
  const conversation = await begin()
  await rooms.routing.takeOver(ana, { id: randomUUID(), conversation })
  const change = { id: randomUUID(), conversation, to: { agent: ben.id }, note: 'She wants a refund.' }
  await rooms.routing.transfer(ana, change)
  assert.equal((await rooms.routing.transfer(ana, change)).replayed, true)
  assert.deepEqual(await typesIn(ana, conversation), ['status', 'takeover', 'assignment', 'note'])
  const state = await rooms.conversations.state(ana, conversation)
  assert.deepEqual(state.assignee, { id: ben.id, name: 'Ben' })
  await assert.rejects(
    rooms.routing.transfer(ben, { id: randomUUID(), conversation, to: { agent: randomUUID() } }),
    refused('not_found'),
  )
})

test('assigned to nobody, the visitor waits again', async () => {
  const ana = rooms.staff('Ana')
  const conversation = await begin()
  await rooms.routing.takeOver(ana, { id: randomUUID(), conversation })
  assert.equal((await rooms.conversations.row(ana, conversation)).waitingSince, null)
  await rooms.routing.assign(ana, { id: randomUUID(), conversation, agent: null })
  const row = await rooms.conversations.row(ana, conversation)
  assert.equal(row.handler.kind, 'queue')
  assert.notEqual(row.waitingSince, null)
})

test('the virtual agent hands over under the epoch it decided under, and not under a former one', async () => {
  const ana = rooms.staff('Ana')
  const bot = virtualAgentActor(rooms.tenant, randomUUID(), 'Skye')
  const conversation = await begin('virtual-agent')
  const over = { id: randomUUID(), conversation, handlerEpoch: 0, queue: null, reason: 'anger' }
  await rooms.routing.handOver(bot, over)
  const { queue } = await rooms.routing.firstHandler(rooms.tenant)
  const state = await rooms.conversations.state(ana, conversation)
  assert.deepEqual([state.handler, state.handlerEpoch, state.queue], [{ kind: 'queue' }, 1, queue])
  await assert.rejects(rooms.routing.handOver(bot, { ...over, id: randomUUID() }), refused('handler_changed'))
  await assert.rejects(rooms.routing.handOver(ana, { ...over, id: randomUUID() }), refused('not_allowed'))
})

test('nothing is handed back where there is no virtual agent', async () => {
  const ana = rooms.staff('Ana')
  const conversation = await begin()
  await rooms.routing.takeOver(ana, { id: randomUUID(), conversation })
  const back = { id: randomUUID(), conversation }
  await assert.rejects(rooms.routing.handBack(ana, back), refused('state_conflict'))
  await rooms.routing.setVirtualAgent(rooms.tenant, true)
  try {
    await rooms.routing.handBack(ana, back)
    const state = await rooms.conversations.state(ana, conversation)
    assert.deepEqual([state.handler.kind, state.handlerEpoch], ['virtual-agent', 2])
    assert.equal((await rooms.routing.firstHandler(rooms.tenant)).handler, 'virtual-agent')
  } finally {
    await rooms.routing.setVirtualAgent(rooms.tenant, false)
  }
})

test('a person who writes where nobody answers takes over first', async () => {
  const ana = rooms.staff('Ana')
  for (const handler of ['virtual-agent', 'queue'] as const) {
    const conversation = await begin(handler)
    const outcome = await rooms.routing.sendAsStaff(ana, { id: randomUUID(), conversation, text: 'Hello' })
    assert.equal(outcome.kind, 'stored')
    assert.deepEqual(await typesIn(ana, conversation), ['status', 'takeover', 'message'])
  }
})

test('a person who writes in a closed conversation reopens it, and sent again nothing is doubled', async () => {
  const ana = rooms.staff('Ana')
  const conversation = await begin('virtual-agent')
  await rooms.conversations.setStatus(ana, { id: randomUUID(), conversation, status: 'closed' })
  const message = { id: randomUUID(), conversation, text: 'One more thing' }
  const first = await rooms.routing.sendAsStaff(ana, message)
  const second = await rooms.routing.sendAsStaff(ana, message)
  assert.equal(first.kind === 'stored' && second.kind === 'stored' && second.replayed, true)
  assert.deepEqual(await typesIn(ana, conversation), ['status', 'status', 'status', 'takeover', 'message'])
})

test('ten copies of one message sent at once reopen, take over and store once', async () => {
  const ana = rooms.staff('Ana')
  const conversation = await begin('virtual-agent')
  await rooms.conversations.setStatus(ana, { id: randomUUID(), conversation, status: 'closed' })
  const message = { id: randomUUID(), conversation, text: 'Hello again' }
  const outcomes = await Promise.all(
    Array.from({ length: 10 }, () => rooms.routing.sendAsStaff(ana, message)),
  )
  assert.ok(outcomes.every((outcome) => outcome.kind === 'stored'))
  assert.deepEqual(await typesIn(ana, conversation), ['status', 'status', 'status', 'takeover', 'message'])
})

test('a privacy officer neither answers nor is given a conversation', async () => {
  const officer = rooms.staff('Pia', 'privacy-officer')
  const conversation = await begin()
  const id = randomUUID()
  await assert.rejects(
    rooms.routing.sendAsStaff(officer, { id, conversation, text: 'Hi' }),
    refused('not_allowed'),
  )
  await assert.rejects(rooms.routing.takeOver(officer, { id, conversation }), refused('not_allowed'))
  await assert.rejects(
    rooms.routing.assign(rooms.staff('Ana'), { id, conversation, agent: officer.id }),
    refused('invalid_field'),
  )
})

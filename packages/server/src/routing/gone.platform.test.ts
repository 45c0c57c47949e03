/** People who leave and queues that are archived, while conversations are with them. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, afterEach, before, test } from 'node:test'
import type { ConversationState } from '@candor/protocol/events.ts'
import { foldState } from '@candor/protocol/fold-events.ts'
import { Refusal, type RefusalCode } from '@candor/protocol/refusals.ts'
import { openTestRooms, type TestRooms } from '../../test/test-rooms.ts'
import { virtualAgentActor, type Actor } from '../tenants/actor.ts'

let rooms: TestRooms
before(async () => (rooms = await openTestRooms()))
afterEach(() => rooms.gone.clear())
after(() => rooms.close())

const refused = (code: RefusalCode, field?: string) => (caught: unknown) =>
  caught instanceof Refusal && caught.code === code && (field === undefined || caught.field === field)

/** A company of its own, with two queues more than the first one. */
async function company() {
  const tenant = randomUUID()
  const staff = (name: string, role: Actor['role'] = 'agent') => {
    const actor: Actor = { ...rooms.staff(name, role), tenant }
    rooms.people.set(actor.id, actor)
    return actor
  }
  const admin = staff('Ada', 'administrator')
  const queues = []
  for (const name of ['Refunds', 'Baggage'])
    queues.push(await rooms.routing.createQueue(admin, { id: randomUUID(), name }))
  const [general] = await rooms.routing.queues(tenant)
  const visitor: Actor = { ...rooms.visitor(), tenant }

  async function begin(queue = general!.id, handler: 'queue' | 'virtual-agent' = 'queue'): Promise<string> {
    const conversation = randomUUID()
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
  return { tenant, staff, admin, visitor, begin, general: general!, refunds: queues[0]!, baggage: queues[1]! }
}

/** The state, after whatever had to be mended is; the same as a client makes of the events. */
async function stateOf(actor: Actor, conversation: string): Promise<ConversationState> {
  for (let tries = 0; rooms.outbox.pending() > 0; tries++) {
    assert.ok(tries < 500, 'the outbox is handled')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  const state = await rooms.conversations.state(actor, conversation)
  const receipt = await rooms.access.receipt(actor, conversation, 'desk')
  const { events } = await rooms.conversations.snapshot(receipt)
  const first: ConversationState = {
    ...state,
    seq: 0,
    handler: { kind: 'queue' },
    assignee: null,
    handlerEpoch: 0,
    status: 'open',
  }
  const folded = foldState(first, events)
  assert.deepEqual(
    [folded.seq, folded.status, folded.handler, folded.handlerEpoch],
    [state.seq, state.status, state.handler, state.handlerEpoch],
  )
  return state
}

const takeOver = (actor: Actor, conversation: string) =>
  rooms.routing.takeOver(actor, { id: randomUUID(), conversation })
const setStatus = (actor: Actor, conversation: string, status: 'open' | 'closed') =>
  rooms.conversations.setStatus(actor, { id: randomUUID(), conversation, status })

test('what is open in the hands of somebody who is gone waits again, and nothing else does', async () => {
  const { staff, admin, begin, general } = await company()
  const [ben, ana] = [staff('Ben'), staff('Ana')]
  const [first, second, closed, others] = [await begin(), await begin(), await begin(), await begin()]
  for (const conversation of [first, second, closed]) await takeOver(ben, conversation)
  await takeOver(ana, others)
  await setStatus(ben, closed, 'closed')
  rooms.gone.add(ben.id)
  await rooms.routing.returnConversations(admin, ben.id)
  for (const conversation of [first, second]) {
    const state = await stateOf(admin, conversation)
    assert.deepEqual([state.handler, state.queue], [{ kind: 'queue' }, general.id])
    assert.ok((await rooms.conversations.row(admin, conversation)).waitingSince)
  }
  assert.equal((await stateOf(admin, closed)).handler.kind, 'agent', 'history is as it was')
  assert.deepEqual((await stateOf(admin, others)).assignee, { id: ana.id, name: 'Ana' })
  const before = (await stateOf(admin, first)).seq
  await rooms.routing.returnConversations(admin, ben.id)
  assert.equal((await stateOf(admin, first)).seq, before, 'again it does nothing')
})

test('nothing is given to somebody who is gone', async () => {
  const { staff, admin, begin } = await company()
  const ben = staff('Ben')
  const conversation = await begin()
  rooms.gone.add(ben.id)
  await assert.rejects(
    rooms.routing.assign(admin, { id: randomUUID(), conversation, agent: ben.id }),
    refused('invalid_field', 'agent'),
  )
  await assert.rejects(
    rooms.routing.transfer(admin, { id: randomUUID(), conversation, to: { agent: ben.id } }),
    refused('invalid_field', 'agent'),
  )
})

test('what was taken in the moment of the leaving waits again', async () => {
  const { staff, admin, begin } = await company()
  const ben = staff('Ben')
  const conversation = await begin()
  // The request was let in before; it is stored after their conversations were returned.
  rooms.gone.add(ben.id)
  await rooms.routing.returnConversations(admin, ben.id)
  await takeOver(ben, conversation)
  assert.deepEqual((await stateOf(admin, conversation)).handler, { kind: 'queue' })
})

test('a conversation that is opened again does not go back to who is gone', async () => {
  const { staff, admin, begin } = await company()
  const [ben, ana] = [staff('Ben'), staff('Ana')]
  const conversation = await begin()
  await takeOver(ben, conversation)
  await setStatus(ben, conversation, 'closed')
  rooms.gone.add(ben.id)
  await setStatus(ana, conversation, 'open')
  assert.deepEqual((await stateOf(admin, conversation)).handler, { kind: 'queue' })
})

test('a queue has another name, which no other queue in use has', async () => {
  const { admin, staff, refunds, tenant } = await company()
  const { routing } = rooms
  assert.equal((await routing.changeQueue(admin, refunds.id, { name: ' Money back ' })).name, 'Money back')
  await assert.rejects(
    routing.changeQueue(admin, refunds.id, { name: 'BAGGAGE' }),
    refused('invalid_field', 'name'),
  )
  await assert.rejects(
    routing.changeQueue(staff('Ana'), refunds.id, { name: 'Mine' }),
    refused('not_allowed'),
  )
  await assert.rejects(
    routing.changeQueue({ ...admin, tenant: randomUUID() }, refunds.id, { name: 'Theirs' }),
    refused('not_found'),
  )
  await routing.changeQueue(admin, refunds.id, { isDefault: true })
  assert.equal((await routing.firstHandler(tenant)).queue, refunds.id)
  assert.deepEqual(
    (await routing.queues(tenant)).map(({ name, isDefault }) => [name, isDefault]),
    [
      ['General', false],
      ['Money back', true],
      ['Baggage', false],
    ],
  )
})

test('what is open in an archived queue moves to the other one, in the hands in which it is', async () => {
  const { admin, staff, begin, refunds, baggage, general, tenant } = await company()
  const ben = staff('Ben')
  const [waiting, held, elsewhere] = [await begin(refunds.id), await begin(refunds.id), await begin()]
  const withAgent = await begin(refunds.id, 'virtual-agent')
  await takeOver(ben, held)
  const archived = await rooms.routing.archiveQueue(admin, refunds.id, baggage.id)
  assert.ok(archived.archivedAt)
  const moved = await stateOf(admin, waiting)
  assert.deepEqual([moved.handler, moved.queue], [{ kind: 'queue' }, baggage.id])
  const stays = await stateOf(admin, held)
  assert.deepEqual([stays.assignee, stays.queue], [{ id: ben.id, name: 'Ben' }, baggage.id])
  assert.equal((await stateOf(admin, elsewhere)).queue, general.id)

  // The virtual agent goes on undisturbed; when it hands over, the people of the other queue get it.
  const state = await rooms.conversations.state(admin, withAgent)
  assert.deepEqual([state.handler.kind, state.handlerEpoch], ['virtual-agent', 0])
  await rooms.routing.handOver(virtualAgentActor(tenant, randomUUID(), 'Skye'), {
    id: randomUUID(),
    conversation: withAgent,
    handlerEpoch: 0,
    queue: null,
    reason: 'anger',
  })
  assert.equal((await rooms.conversations.state(admin, withAgent)).queue, baggage.id)

  const { seq } = await stateOf(admin, waiting)
  assert.deepEqual(await rooms.routing.archiveQueue(admin, refunds.id, baggage.id), archived)
  assert.equal((await stateOf(admin, waiting)).seq, seq, 'again it moves nothing')
  await assert.rejects(
    rooms.routing.archiveQueue(admin, refunds.id, general.id),
    refused('state_conflict', 'id'),
  )
})

test('what comes back to an archived queue goes where its conversations went, through several archives', async () => {
  const { admin, visitor, begin, refunds, baggage, general, tenant } = await company()
  const { routing, conversations } = rooms
  const conversation = await begin(refunds.id)
  await setStatus(admin, conversation, 'closed')
  await routing.archiveQueue(admin, refunds.id, baggage.id)
  await routing.archiveQueue(admin, baggage.id, general.id)
  await conversations.send(visitor, { id: randomUUID(), conversation, text: 'One more question' })
  assert.equal((await stateOf(admin, conversation)).queue, general.id)
  await routing.transfer(admin, { id: randomUUID(), conversation, to: { queue: refunds.id } }).then(
    () => assert.fail('it waits there already'),
    (caught: unknown) => assert.ok(refused('state_conflict')(caught)),
  )
  assert.equal((await routing.createQueue(admin, { id: randomUUID(), name: 'Refunds' })).name, 'Refunds')
  assert.deepEqual(
    (await routing.queues(tenant)).map(({ name, archivedAt }) => [name, archivedAt === null]),
    [
      ['General', true],
      ['Refunds', true],
      ['Refunds', false],
      ['Baggage', false],
    ],
  )
})

test('the last queue stays, and an archived default names another one, also when two are archived at once', async () => {
  const { admin, staff, refunds, baggage, general, tenant } = await company()
  const { routing } = rooms
  await assert.rejects(routing.archiveQueue(staff('Ana'), refunds.id, general.id), refused('not_allowed'))
  await assert.rejects(
    routing.archiveQueue(admin, refunds.id, refunds.id),
    refused('invalid_field', 'moveTo'),
  )
  await assert.rejects(routing.archiveQueue(admin, refunds.id, randomUUID()), refused('not_found', 'moveTo'))
  await assert.rejects(routing.archiveQueue(admin, randomUUID(), general.id), refused('not_found'))
  await routing.archiveQueue(admin, general.id, baggage.id)
  assert.equal((await routing.firstHandler(tenant)).queue, baggage.id)
  const outcomes = await Promise.allSettled([
    routing.archiveQueue(admin, refunds.id, baggage.id),
    routing.archiveQueue(admin, baggage.id, refunds.id),
  ])
  assert.equal(outcomes.filter((one) => one.status === 'fulfilled').length, 1)
  const left = (await routing.queues(tenant)).filter((one) => one.archivedAt === null)
  assert.equal(left.length, 1)
  assert.equal((await routing.firstHandler(tenant)).queue, left[0]!.id)
})

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, afterEach, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ConversationEvent } from '@candor/protocol/events.ts'
import type { Script } from '@candor/virtual-agent/script.ts'
import { systemClock } from '../clock.ts'
import type { Committed } from '../conversations/conversation.ts'
import { airlineScript } from '../demo/airline-script.ts'
import { derivedId } from '../routing/derived-id.ts'
import { openOutbox } from '../store/outbox.ts'
import { virtualAgentActor, type Actor } from '../tenants/actor.ts'
import type { AuthoringRooms } from './open-authoring.ts'
import { openTestAuthoring } from '../../test/test-authoring.ts'
import { openTestRooms, type TestRooms } from '../../test/test-rooms.ts'
import { engine } from './engine.ts'
import { decisionOfTurn, endOfTurn, saidInTurn } from './next-turn.ts'
import { recordOf } from './turn-record.ts'
import { openVirtualAgents, type VirtualAgents } from './virtual-agents.ts'

let rooms: TestRooms
let virtualAgents: VirtualAgents
let authoring: AuthoringRooms
let online = true
let locale: string | null = 'en-GB'
let typing: boolean[] = []

before(async () => {
  rooms = await openTestRooms()
  authoring = openTestAuthoring(rooms)
  virtualAgents = open(rooms.outbox)
  await publish(rooms.tenant, airlineScript)
})
afterEach(async () => {
  await virtualAgents.settled()
  online = true
  locale = 'en-GB'
  typing = []
})
after(async () => {
  await virtualAgents.close()
  await rooms.close()
})

function open(outbox: TestRooms['outbox']): VirtualAgents {
  const log = (event: Record<string, unknown>): void => void rooms.logged.push(event)
  return openVirtualAgents({
    ...rooms,
    agents: authoring.agents,
    tools: { call: () => assert.fail('a script calls no tools') },
    engine,
    outbox,
    clock: systemClock,
    log,
    agentsOnline: () => online,
    typing: (_tenant, _conversation, _actor, on) => typing.push(on),
    localeOf: async () => locale,
  })
}

const publish = (tenant: string, script: Script): Promise<unknown> =>
  authoring.authoring.publishAsInstallation(tenant, script, '')

const phrase = (name: keyof Script['phrases']): string => airlineScript.phrases[name].en!
const answerTo = (topic: string): string => airlineScript.topics.find(({ id }) => id === topic)!.answer.en!

async function begin(visitor: Actor): Promise<string> {
  const conversation = randomUUID()
  const first = await rooms.routing.firstHandler(rooms.tenant)
  await rooms.conversations.start(visitor, {
    id: randomUUID(),
    conversation,
    site: null,
    page: null,
    ...first,
  })
  return conversation
}

function write(visitor: Actor, conversation: string, text: string): Promise<unknown> {
  return rooms.conversations.send(visitor, { id: randomUUID(), conversation, text })
}

async function eventsOf(conversation: string): Promise<ConversationEvent[]> {
  const receipt = await rooms.access.receipt(rooms.staff('Reader'), conversation, 'desk')
  return (await rooms.conversations.snapshot(receipt)).events
}

/** What it said, in order. */
async function saidIn(conversation: string): Promise<ConversationEvent[]> {
  await virtualAgents.settled()
  return (await eventsOf(conversation)).filter(
    ({ actor, type }) => actor.kind === 'virtual-agent' && type !== 'turn' && type !== 'note',
  )
}

function textsOf(events: ConversationEvent[]): (string | null)[] {
  return events.flatMap((event) => (event.type === 'message' ? [event.data.text] : []))
}

test('a new conversation is greeted under the virtual agent’s own name, in the visitor’s language', async () => {
  locale = 'de-CH'
  const conversation = await begin(rooms.visitor())
  const said = await saidIn(conversation)
  assert.deepEqual(textsOf(said), [airlineScript.phrases.greeting.de])
  const [greeting] = said
  assert.ok(greeting?.type === 'message')
  assert.equal(greeting.actor.name, 'Skye')
  assert.equal(greeting.data.options?.at(-1), 'Mit einem Menschen sprechen')
})

test('a question is answered, with typing shown until the answer', async () => {
  const visitor = rooms.visitor()
  const conversation = await begin(visitor)
  await virtualAgents.settled()
  await write(visitor, conversation, 'how many suitcases can I bring?')
  assert.deepEqual(textsOf(await saidIn(conversation)), [phrase('greeting'), answerTo('baggage')])
  assert.deepEqual(typing, [true, false])
})

test('three quick messages are one turn; a later one is another', async () => {
  const visitor = rooms.visitor()
  const conversation = await begin(visitor)
  await virtualAgents.settled()
  for (const text of ['hi', 'I need to know', 'how heavy can my suitcase be'])
    await write(visitor, conversation, text)
  assert.deepEqual(textsOf(await saidIn(conversation)), [phrase('greeting'), answerTo('baggage')])
  await write(visitor, conversation, 'and where is my boarding pass?')
  assert.deepEqual(textsOf(await saidIn(conversation)).slice(2), [answerTo('check-in')])
})

test('a message written together with the start is answered after the greeting', async () => {
  const visitor = rooms.visitor()
  const conversation = await begin(visitor)
  await write(visitor, conversation, 'can I move my flight to another day?')
  assert.deepEqual(textsOf(await saidIn(conversation)), [phrase('greeting'), answerTo('change-flight')])
})

test('who asks for a person is told so, and the conversation waits in the queue', async () => {
  const visitor = rooms.visitor()
  const conversation = await begin(visitor)
  await write(visitor, conversation, 'I want to talk to a person please')
  const said = await saidIn(conversation)
  assert.deepEqual(textsOf(said), [phrase('greeting'), phrase('handOver')])
  assert.deepEqual(said.at(-1)!.type === 'handover' && said.at(-1)!.data, {
    handlerEpoch: 1,
    queue: (await rooms.routing.firstHandler(rooms.tenant)).queue,
    reason: 'asked-for-a-person',
  })
  const row = await rooms.conversations.row(rooms.staff('Ada'), conversation)
  assert.equal(row.handler.kind, 'queue')
  assert.notEqual(row.waitingSince, null)
  await write(visitor, conversation, 'how heavy can my suitcase be')
  assert.equal((await saidIn(conversation)).length, said.length)
})

test('when nobody is here it says so, asks for an e-mail address, and the conversation waits', async () => {
  online = false
  const visitor = rooms.visitor()
  const conversation = await begin(visitor)
  await write(visitor, conversation, 'human please')
  const said = await saidIn(conversation)
  const asked = said.at(-2)!
  assert.ok(asked.type === 'message')
  assert.equal(asked.data.text, phrase('nobodyHere'))
  assert.deepEqual(
    asked.data.form?.fields.map((field) => field.input),
    ['email'],
  )
  assert.equal(said.at(-1)!.type, 'handover')
  assert.equal((await rooms.conversations.row(rooms.staff('Ada'), conversation)).handler.kind, 'queue')
})

test('it leaves a receipt before it reads, and none where people handle the conversation', async () => {
  const visitor = rooms.visitor()
  const conversation = await begin(visitor)
  await virtualAgents.settled()
  const receipts = await rooms.openings(conversation)
  assert.deepEqual(
    receipts.map(({ detail, purpose }) => [detail?.actor?.name, purpose]),
    [['Skye v1', 'virtual-agent']],
  )
  const queued = randomUUID()
  await rooms.conversations.start(visitor, {
    id: randomUUID(),
    conversation: queued,
    site: null,
    page: null,
    handler: 'queue',
    queue: null,
  })
  await write(visitor, queued, 'hello?')
  await virtualAgents.settled()
  assert.deepEqual(await rooms.openings(queued), [])
})

test('it is silent while a person handles the conversation, and has a word when it is handed back', async () => {
  const visitor = rooms.visitor()
  const ada = rooms.staff('Ada')
  const conversation = await begin(visitor)
  await virtualAgents.settled()
  await rooms.routing.takeOver(ada, { id: randomUUID(), conversation })
  await write(visitor, conversation, 'how heavy can my suitcase be')
  assert.deepEqual(textsOf(await saidIn(conversation)), [phrase('greeting')])
  await rooms.routing.handBack(ada, { id: randomUUID(), conversation })
  assert.deepEqual(textsOf(await saidIn(conversation)), [phrase('greeting'), phrase('back')])
  await write(visitor, conversation, 'where is my boarding pass?')
  assert.deepEqual(textsOf(await saidIn(conversation)).at(-1), answerTo('check-in'))
})

test('taken over within its turn, it drops the answer', async () => {
  const visitor = rooms.visitor()
  const conversation = await begin(visitor)
  await virtualAgents.settled()
  await write(visitor, conversation, 'how heavy can my suitcase be')
  await rooms.routing.takeOver(rooms.staff('Ada'), { id: randomUUID(), conversation })
  assert.deepEqual(textsOf(await saidIn(conversation)), [phrase('greeting')])
})

test('a turn announced again, and taken by a second virtual agent at the same time, is answered once', async () => {
  const visitor = rooms.visitor()
  const conversation = await begin(visitor)
  await write(visitor, conversation, 'how heavy can my suitcase be')
  const again = openOutbox<Committed>(() => undefined)
  const second = open(again)
  const announced = (await eventsOf(conversation)).map((event) => ({
    tenant: rooms.tenant,
    visitor: visitor.id,
    event,
  }))
  again.committed([], announced)
  await Promise.all([second.settled(), virtualAgents.settled()])
  again.committed([], announced)
  await second.settled()
  await second.close()
  assert.deepEqual(textsOf(await saidIn(conversation)), [phrase('greeting'), answerTo('baggage')])
})

test('a hand-over that a crash cut in two is finished, and not said again in other words', async () => {
  const tenant = randomUUID()
  const admin: Actor = { ...rooms.staff('Ada', 'administrator'), tenant }
  // Nobody answers this tenant's visitors until something is published.
  const visitor: Actor = { ...rooms.visitor(), tenant }
  const queue = (await rooms.routing.firstHandler(tenant)).queue
  const conversation = randomUUID()
  const start = { id: randomUUID(), conversation, site: null, page: null, queue }
  await rooms.conversations.start(visitor, { ...start, handler: 'virtual-agent' })
  const message = { id: randomUUID(), conversation, text: 'human please' }
  await rooms.conversations.send(visitor, message)
  await virtualAgents.settled()

  const skye = virtualAgentActor(tenant, derivedId(tenant, 'virtual agent'), 'Skye')
  const said = { conversation, text: 'Said before the crash.', handlerEpoch: 0 }
  await rooms.conversations.send(skye, { ...said, id: endOfTurn(conversation, start.id) })
  const id = decisionOfTurn(conversation, message.id, 0, 0)
  const reason = 'asked-for-a-person'
  const record = recordOf('said', {
    kind: 'handOver',
    reason,
    say: { text: said.text, options: [], parts: [] },
    summary: {
      wish: 'A new seat',
      slots: [{ name: 'booking', label: 'Booking', value: 'AB12CD' }],
      done: ['Bags'],
      reason,
    },
    state: null as never,
    trace: null as never,
  })
  const screened = await rooms.conversations.screenRecord(tenant, { ...record })
  assert.ok(screened.kind === 'clean')
  await rooms.conversations.decided(skye, {
    id,
    conversation,
    handlerEpoch: 0,
    answers: message.id,
    version: 1,
    read: 3,
    calls: 0,
    record: screened,
  })
  await rooms.conversations.send(skye, { ...said, id: saidInTurn(id) })
  const receipt = await rooms.access.receipt(admin, conversation, 'desk')
  const { events } = await rooms.conversations.snapshot(receipt)
  const announcing = openOutbox<Committed>(() => undefined)
  const restarted = open(announcing)
  await publish(tenant, airlineScript)
  announcing.committed(
    [],
    events.map((event) => ({ tenant, visitor: visitor.id, event })),
  )
  await restarted.settled()
  await restarted.close()

  const { events: all } = await rooms.conversations.snapshot(receipt)
  assert.deepEqual(all.slice(0, events.length), events)
  const added = all.slice(events.length)
  assert.deepEqual(
    added.map(({ type }) => type),
    ['handover', 'note'],
  )
  const note = added[1]!
  assert.equal(
    note.type === 'note' && note.data.text,
    'Skye (version 1) handed over: asked for a person.\nWants: A new seat\nBooking: AB12CD\nDone: Bags',
  )
})

test('the row that announced a message is held until its turn was taken', async () => {
  const visitor = rooms.visitor()
  const conversation = await begin(visitor)
  await virtualAgents.settled()
  await write(visitor, conversation, 'where is my boarding pass?')
  await sleep(20)
  assert.ok(rooms.outbox.pending() > 0)
  await virtualAgents.settled()
  await sleep(20)
  assert.equal(rooms.outbox.pending(), 0)
})

test('conversations do not wait for each other’s quiet', async () => {
  const visitors = Array.from({ length: 40 }, () => rooms.visitor())
  const conversations = await Promise.all(visitors.map((visitor) => begin(visitor)))
  await Promise.all(visitors.map((visitor, i) => write(visitor, conversations[i]!, 'can I bring skis?')))
  for (const conversation of conversations)
    assert.deepEqual(textsOf(await saidIn(conversation)), [phrase('greeting'), answerTo('baggage')])
})

test('a form of a topic that was filled in is thanked for and goes to a person', async () => {
  const tenant = randomUUID()
  const script = structuredClone(airlineScript)
  const baggage = script.topics.find(({ id }) => id === 'baggage')!
  baggage.form = [{ name: 'booking', label: { en: 'Booking' }, input: 'text', required: true }]
  const admin: Actor = { ...rooms.staff('Ada', 'administrator'), tenant }
  await publish(tenant, script)
  const visitor: Actor = { ...rooms.visitor(), tenant }
  const conversation = randomUUID()
  const first = await rooms.routing.firstHandler(tenant)
  await rooms.conversations.start(visitor, {
    id: randomUUID(),
    conversation,
    site: null,
    page: null,
    ...first,
  })
  await write(visitor, conversation, 'my suitcase is too heavy')
  await virtualAgents.settled()
  await rooms.conversations.answerForm(visitor, {
    id: randomUUID(),
    conversation,
    form: 'topic-baggage',
    answers: { booking: 'AB12CD' },
  })
  await virtualAgents.settled()
  const receipt = await rooms.access.receipt(admin, conversation, 'desk')
  const { events } = await rooms.conversations.snapshot(receipt)
  assert.deepEqual(
    events.slice(-5).map((event) => event.type),
    ['form', 'turn', 'message', 'handover', 'note'],
  )
  assert.deepEqual(textsOf(events).at(-1), phrase('formThanks'))
})

test('a script of an older installation answers until something is published', async () => {
  const tenant = randomUUID()
  assert.equal(await authoring.agents.currentAgent(tenant), null)
  for (const [version, name] of [
    [1, 'Skye'],
    [2, 'Luna'],
  ])
    await rooms.store.write(tenant, (q) =>
      q(
        `insert into virtual_agent_scripts (tenant_id, version, script, saved_by, saved_at)
         values ($1, $2, $3, $4, now())`,
        [tenant, version, JSON.stringify({ ...airlineScript, name }), randomUUID()],
      ),
    )
  const named = async (): Promise<unknown[]> => {
    const agent = await authoring.agents.currentAgent(tenant)
    return [agent?.definition.name, agent?.version]
  }
  assert.deepEqual(await named(), ['Luna', 2])
  await publish(tenant, { ...airlineScript, name: 'Stella' })
  assert.deepEqual(await named(), ['Stella', 3])
})

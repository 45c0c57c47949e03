import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import type { AccessEntry } from '@candor/protocol/api.ts'
import type { ConversationEvent } from '@candor/protocol/events.ts'
import type { Actor } from '../src/tenants/actor.ts'
import { TestPlatform, type TestTenant } from './test-platform.ts'

let platform: TestPlatform
let tenant: TestTenant
before(async () => {
  platform = await TestPlatform.start()
  tenant = await platform.tenant()
})
afterEach(() => platform.check())
after(async () => {
  await platform.stop()
  await TestPlatform.end()
})

const id = (): string => platform.ids.next()

/** A number in letters: counting is not what this suite is about. */
const words = (n: number): string => n.toString(26).replace(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)]!)

async function started(): Promise<{
  visitor: Awaited<ReturnType<TestPlatform['visitor']>>
  conversation: string
}> {
  const visitor = await platform.visitor(tenant)
  const conversation = id()
  const ack = await visitor.ask({ type: 'start', id: id(), conversation })
  assert.equal(ack.type, 'ack')
  // Followed from here on: what is written next comes as events, not within a first snapshot.
  await visitor.until('events', (frame) => frame.conversation === conversation)
  return { visitor, conversation }
}

test('a visitor writes, an agent reads and answers, both hold the same numbered events', async () => {
  const { visitor, conversation } = await started()
  const sent = await visitor.ask({ type: 'send', id: id(), conversation, text: 'Where is my suitcase?' })
  assert.equal(sent.type, 'ack')
  const staff = await platform.staff(tenant)
  staff.send({ type: 'open', conversation })
  const snapshot = await staff.until('snapshot')
  assert.ok(
    snapshot.events.some((event) => event.type === 'message' && event.data.text === 'Where is my suitcase?'),
  )
  const answered = await staff.ask({ type: 'send', id: id(), conversation, text: 'I am looking for it.' })
  assert.equal(answered.type, 'ack')
  const heard = await visitor.until('events', ({ events }) =>
    events.some((event) => event.type === 'message' && event.data.text === 'I am looking for it.'),
  )
  assert.equal(heard.conversation, conversation)
  const seqs = visitor.events(conversation).map((event) => event.seq)
  assert.deepEqual(
    seqs,
    seqs.map((_, i) => i + 1),
  )
})

test('a private note is never on a visitor\u2019s wire, nor is the moment at which it was written', async () => {
  const { visitor, conversation } = await started()
  const staff = await platform.staff(tenant)
  staff.send({ type: 'open', conversation })
  await staff.until('snapshot')
  const framesBefore = visitor.frames.length
  assert.equal(
    (await staff.ask({ type: 'note', id: id(), conversation, text: 'Sounds like fraud, careful.' })).type,
    'ack',
  )
  await new Promise((resolve) => setTimeout(resolve, 300))
  assert.deepEqual(
    visitor.frames.slice(framesBefore).filter((frame) => frame.type === 'events'),
    [],
  )
  await staff.ask({ type: 'send', id: id(), conversation, text: 'Hello' })
  const heard = await visitor.until('events', ({ events }) =>
    events.some((event) => event.type === 'message'),
  )
  assert.equal(heard.conversation, conversation)
  assert.deepEqual(
    visitor.events(conversation).map((event) => event.type),
    ['status', 'private', 'takeover', 'message'],
  )
  const resumed = await platform.visitor(tenant, {
    token: visitor.welcome.token,
    positions: [{ conversation, epoch: visitor.welcome.epoch, seq: 0 }],
  })
  await resumed.until('events')
  for (const client of [visitor, resumed]) assert.doesNotMatch(JSON.stringify(client.frames), /fraud|"note"/)
})

test('the same id again answers what is stored; another text under it is refused', async () => {
  const { visitor, conversation } = await started()
  const message = { type: 'send', id: id(), conversation, text: 'Once' } as const
  const first = await visitor.ask(message)
  const again = await visitor.ask(message)
  assert.ok(first.type === 'ack' && again.type === 'ack')
  assert.equal(again.seq, first.seq)
  assert.equal(again.replayed, true)
  const other = await visitor.ask({ ...message, text: 'Twice' })
  assert.ok(other.type === 'refused')
  assert.equal(other.code, 'idempotency_conflict')
})

test('one visitor cannot see, follow or write in another visitor\u2019s conversation', async () => {
  const { conversation } = await started()
  const stranger = await platform.visitor(tenant)
  const written = await stranger.ask({ type: 'send', id: id(), conversation, text: 'Hello?' })
  assert.ok(written.type === 'refused' && written.code === 'not_found')
  stranger.send({ type: 'open', conversation })
  const refused = await stranger.until(
    'refused',
    (frame) => frame.conversation === conversation && frame.id === undefined,
  )
  assert.equal(refused.code, 'not_found')
  const taken = await stranger.ask({ type: 'start', id: id(), conversation })
  assert.ok(taken.type === 'refused')
})

test('edits, deletions, takeover and status made while a client is away are there after it comes back', async () => {
  const { visitor, conversation } = await started()
  const staff = await platform.staff(tenant)
  staff.send({ type: 'open', conversation })
  await staff.until('snapshot')
  const first = await staff.ask({ type: 'send', id: id(), conversation, text: 'First' })
  const second = await staff.ask({ type: 'send', id: id(), conversation, text: 'Second' })
  assert.ok(first.type === 'ack' && second.type === 'ack')
  await visitor.until('events', ({ events }) => events.some((event) => event.seq === second.seq))
  visitor.drop()
  await staff.ask({ type: 'edit', id: id(), conversation, target: first.seq!, text: 'First, corrected' })
  await staff.ask({ type: 'delete', id: id(), conversation, target: second.seq! })
  const closed = await platform.request(tenant, 'POST', `/v1/conversations/${conversation}/status`, {
    status: 'closed',
  })
  assert.equal(closed.status, 201)
  const back = await platform.visitor(tenant, {
    token: visitor.welcome.token,
    positions: [{ conversation, epoch: visitor.welcome.epoch, seq: second.seq }],
  })
  await back.until('events')
  const types = back.events(conversation).map((event) => event.type)
  assert.deepEqual(types, ['edit', 'deletion', 'status'])
  const [stored] = await platform.sql<{ body: Buffer | null }>(
    'select body from events where conversation_id = $1 and seq = $2',
    [conversation, second.seq],
  )
  assert.equal(stored!.body, null)
})

test('a client that is more than a replay behind gets one snapshot that ends at its watermark', async () => {
  const { visitor, conversation } = await started()
  for (let i = 0; i < 350; i++)
    visitor.send({ type: 'send', id: id(), conversation, text: `Message ${words(i)}` })
  await visitor.until('ack', ({ seq }) => seq === 351)
  const back = await platform.visitor(tenant, {
    token: visitor.welcome.token,
    positions: [{ conversation, epoch: visitor.welcome.epoch, seq: 10 }],
  })
  const snapshot = await back.until('snapshot')
  assert.equal(snapshot.state.seq, 351)
  assert.equal(snapshot.events.at(-1)!.seq, 351)
  assert.equal(snapshot.events.length, 100)
  const earlier = await back.ask({ type: 'earlier', id: id(), conversation, before: snapshot.events[0]!.seq })
  assert.ok(earlier.type === 'earlier')
  assert.equal(earlier.events.at(-1)!.seq, snapshot.events[0]!.seq - 1)
})

test('a position under another epoch counts for nothing', async () => {
  const { visitor, conversation } = await started()
  const back = await platform.visitor(tenant, {
    token: visitor.welcome.token,
    positions: [{ conversation, epoch: id(), seq: 1 }],
  })
  assert.equal((await back.until('snapshot')).epoch, visitor.welcome.epoch)
})

test('every opening of text has an entry that was durable before the first text', async () => {
  const { visitor, conversation } = await started()
  await visitor.ask({ type: 'send', id: id(), conversation, text: 'Private matter' })
  const opened = async (): Promise<AccessEntry[]> => {
    const { body } = await platform.request(tenant, 'GET', `/v1/access/entries?conversation=${conversation}`)
    return (body['items'] as AccessEntry[]).filter(({ purpose }) => purpose === 'api')
  }
  assert.deepEqual(await opened(), [])
  const asked = Date.now()
  const page = await platform.request(tenant, 'GET', `/v1/conversations/${conversation}/events`)
  assert.ok(
    (page.body['events'] as ConversationEvent[]).some(
      (event) => event.type === 'message' && event.data.text === 'Private matter',
    ),
  )
  const [entry, ...more] = await opened()
  assert.deepEqual(more, [])
  assert.deepEqual([entry!.type, entry!.outcome, entry!.actor?.kind], ['open', 'granted', 'api'])
  assert.ok(Date.parse(entry!.at) >= asked - 5 && Date.parse(entry!.at) <= Date.now())
})

test('a card number split over messages is not in the store, and its pieces are masked on every wire', async () => {
  const { visitor, conversation } = await started()
  for (const text of ['my number is 4111', '1111 1111', 'are you there?', '1111'])
    await visitor.ask({ type: 'send', id: id(), conversation, text })
  const masking = await visitor.until('events', ({ events }) =>
    events.some((event) => event.type === 'masking'),
  )
  assert.equal(masking.conversation, conversation)
  const page = await platform.request(tenant, 'GET', `/v1/conversations/${conversation}/events`)
  const texts = (page.body['events'] as ConversationEvent[]).flatMap((event) =>
    event.type === 'message' ? [event.data.text] : [],
  )
  assert.equal(texts.length, 4)
  assert.doesNotMatch(texts.join(' '), /1111/)
  assert.equal(texts[2], 'are you there?')
})

test('unread marks, read marks and waiting rows follow the conversation', async () => {
  const { visitor, conversation } = await started()
  await visitor.ask({ type: 'send', id: id(), conversation, text: 'One' })
  const two = await visitor.ask({ type: 'send', id: id(), conversation, text: 'Two' })
  assert.ok(two.type === 'ack')
  const row = async (): Promise<Record<string, unknown>> =>
    (await platform.request(tenant, 'GET', `/v1/conversations/${conversation}`)).body['row'] as Record<
      string,
      unknown
    >
  assert.equal((await row())['unread'], 2)
  const read = await platform.request(tenant, 'POST', `/v1/conversations/${conversation}/reads`, {
    upTo: two.seq,
  })
  assert.equal(read.status, 201)
  assert.equal((await row())['unread'], 0)
  const still = await platform.request(tenant, 'POST', `/v1/conversations/${conversation}/reads`, {
    upTo: two.seq,
  })
  assert.equal(still.status, 204)
})

test('a card number split over private notes is masked, and visitors hear nothing of it', async () => {
  const { visitor, conversation } = await started()
  const staff = await platform.staff(tenant)
  staff.send({ type: 'open', conversation })
  await staff.until('snapshot')
  for (const text of ['4111 1111', '1111 1111'])
    await staff.ask({ type: 'note', id: id(), conversation, text })
  await staff.until('events', ({ events }) => events.some((event) => event.type === 'masking'))
  await staff.ask({ type: 'send', id: id(), conversation, text: 'Hello' })
  await visitor.until('events', ({ events }) => events.some((event) => event.type === 'message'))
  assert.doesNotMatch(JSON.stringify(visitor.frames), /masking|1111/)
  const page = await platform.request(tenant, 'GET', `/v1/conversations/${conversation}/events`)
  assert.doesNotMatch(JSON.stringify(page.body), /1111/)
})

test('a virtual agent that names no handler epoch, or a passed one, is not stored', async () => {
  const { conversation } = await started()
  await platform.candor.routing.setVirtualAgent(tenant.id, true)
  const other = await started()
  const bot = { tenant: tenant.id, kind: 'virtual-agent', id: id(), name: 'Bot' } as const
  const { conversations } = platform.candor
  const say = (where: string, handlerEpoch?: number): Promise<{ kind: string }> =>
    conversations.send(bot, {
      id: id(),
      conversation: where,
      text: 'Hi',
      ...(handlerEpoch === undefined ? {} : { handlerEpoch }),
    })
  assert.equal((await say(conversation)).kind, 'stale')
  assert.equal((await say(other.conversation)).kind, 'stale')
  assert.equal((await say(other.conversation, 7)).kind, 'stale')
  assert.equal((await say(other.conversation, 0)).kind, 'stored')
  await platform.candor.routing.setVirtualAgent(tenant.id, false)
})

test('a transcript says what was said in the end, without notes, and counts as an export', async () => {
  const { visitor, conversation } = await started()
  await visitor.ask({ type: 'send', id: id(), conversation, text: 'My bag is bleu' })
  const sent = await visitor.ask({ type: 'send', id: id(), conversation, text: 'And heavy' })
  assert.ok(sent.type === 'ack')
  await visitor.ask({ type: 'edit', id: id(), conversation, target: sent.seq! - 1, text: 'My bag is blue' })
  await visitor.ask({ type: 'delete', id: id(), conversation, target: sent.seq! })
  await platform.request(tenant, 'POST', `/v1/conversations/${conversation}/notes`, { text: 'Sounds tired' })
  const answer = await fetch(`${platform.url}/v1/conversations/${conversation}/transcript`, {
    headers: { authorization: `Bearer ${tenant.key}` },
  })
  assert.equal(answer.status, 200)
  assert.match(answer.headers.get('content-disposition')!, /attachment/)
  const text = await answer.text()
  assert.match(text, /: My bag is blue\n[^\n]*: \(deleted\)\n/)
  assert.doesNotMatch(text, /bleu|heavy|tired/)
  const { body } = await platform.request(tenant, 'GET', `/v1/access/entries?conversation=${conversation}`)
  assert.equal((body['items'] as AccessEntry[])[0]!.purpose, 'export')
})

test('a crowd of messages of two tenants, with a takeover between, is stored whole: each once and in order', async () => {
  const other = await platform.tenant()
  const started = async (of: TestTenant): Promise<Crowd> => {
    const visitor = await platform.visitor(of)
    const conversation = id()
    await visitor.ask({ type: 'start', id: id(), conversation })
    const { id: visitorId, name } = visitor.welcome.you
    return { visitor, conversation, actor: { tenant: of.id, kind: 'visitor', id: visitorId, name } }
  }
  const crowds = [await started(tenant), await started(other), await started(tenant)]
  const sent = crowds.flatMap(({ actor, conversation }) =>
    Array.from({ length: 150 }, async (_, i) => {
      // Several batches: what comes while the first is written waits for company.
      if (i >= 100) await new Promise((resolve) => setTimeout(resolve, i % 7))
      return platform.candor.conversations.send(actor, { id: id(), conversation, text: `Crowd ${words(i)}` })
    }),
  )
  const takeover = platform.candor.routing.takeOver(tenant.people.agent.actor, {
    id: id(),
    conversation: crowds[0]!.conversation,
  })
  for (const outcome of await Promise.all(sent)) assert.equal(outcome.kind, 'stored')
  await takeover
  for (const { visitor, conversation } of crowds) {
    const rows = await platform.sql<{ seq: number }>(
      'select seq from events where conversation_id = $1 order by seq',
      [conversation],
    )
    const seqs = rows.map((row) => row.seq)
    assert.equal(seqs.length, 151 + (conversation === crowds[0]!.conversation ? 1 : 0))
    // The last may come as an event or at the end of what the visitor is caught up with.
    for (let tries = 0; tries < 200 && visitor.events(conversation).length < seqs.length; tries++)
      await new Promise((resolve) => setTimeout(resolve, 50))
    assert.deepEqual(
      visitor.events(conversation).map((event) => event.seq),
      seqs,
    )
  }
})

interface Crowd {
  visitor: Awaited<ReturnType<TestPlatform['visitor']>>
  conversation: string
  actor: Actor
}

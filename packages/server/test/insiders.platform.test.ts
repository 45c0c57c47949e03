/** Reading has bounds: a bulk reader is told of, cut off and listed exactly; what was erased stays erased. */
import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import type { AccessEntries, AccessPolicy, AccessReview, Erasure } from '@candor/protocol/api.ts'
import { staffClient, type TestClient } from './test-client.ts'
import { TestPlatform, type TestTenant } from './test-platform.ts'

let platform: TestPlatform
let tenant: TestTenant
before(async () => {
  platform = await TestPlatform.start()
})
afterEach(() => platform.check())
after(async () => {
  await platform.stop()
  await TestPlatform.end()
})

const id = (): string => platform.ids.next()

async function conversationOf(visitor: TestClient, text: string): Promise<string> {
  const conversation = id()
  await visitor.ask({ type: 'start', id: id(), conversation })
  await visitor.ask({ type: 'send', id: id(), conversation, text })
  return conversation
}

async function desk(role: 'agent' | 'supervisor'): Promise<TestClient> {
  const response = await fetch(`${platform.url}/v1/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: tenant.people[role].email, password: tenant.password }),
  })
  const cookie = response.headers.getSetCookie().map((line) => line.split(';')[0])
  return staffClient(platform.url, { inbox: true }, { cookie: cookie.join('; '), origin: platform.url })
}

async function get<Body>(path: string): Promise<Body> {
  const answer = await platform.request(tenant, 'GET', path)
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return answer.body as Body
}

const post = (path: string, body: unknown) => platform.request(tenant, 'POST', path, body)

async function setPolicy(change: (policy: AccessPolicy) => void): Promise<void> {
  const policy = await get<AccessPolicy>('/v1/access/policy')
  change(policy)
  const answer = await platform.request(tenant, 'PUT', '/v1/access/policy', policy)
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
}

test('a bulk reader is alarmed, suspended at the budget and cut off live; the list of what was read is exact', async () => {
  tenant = await platform.tenant()
  await setPolicy((policy) => (policy.budgets.agent.conversationsPerHour = 6))
  const visitor = await platform.visitor(tenant)
  const conversations: string[] = []
  for (let i = 0; i < 8; i++) conversations.push(await conversationOf(visitor, `Question ${'abcdefgh'[i]}`))
  const reader = await desk('agent')
  for (const conversation of conversations.slice(0, 6)) {
    reader.send({ type: 'open', conversation })
    await reader.until('snapshot', ({ state }) => state.id === conversation)
  }
  const early = await get<AccessReview>('/v1/access/review?days=1')
  assert.deepEqual(
    early.alarms.map(({ kind }) => kind),
    ['bulk-reading'],
  )
  assert.equal(early.alarms[0]!.actor?.name, 'Ada')

  reader.send({ type: 'open', conversation: conversations[6]! })
  for (const conversation of [conversations[6]!, conversations[0]!])
    await reader.until(
      'refused',
      (frame) => frame.conversation === conversation && frame.code === 'suspended',
    )
  // Live text of what was open before reaches them no more.
  await visitor.ask({ type: 'send', id: id(), conversation: conversations[0]!, text: 'Not for their eyes' })
  reader.send({ type: 'open', conversation: conversations[1]! })
  await reader.until(
    'refused',
    (frame) => frame.conversation === conversations[1] && frame.code === 'suspended',
  )
  assert.doesNotMatch(JSON.stringify(reader.frames), /Not for their eyes/)

  const review = await get<AccessReview>('/v1/access/review?days=1')
  assert.deepEqual(review.alarms.map(({ kind }) => kind).sort(), ['bulk-reading', 'suspended'])
  assert.deepEqual(
    review.suspensions.map(({ actor }) => actor.name),
    ['Ada'],
  )
  const reader0 = `agent:${tenant.people.agent.id}`
  const opened = await get<AccessEntries>(`/v1/access/entries?actor=${reader0}&limit=200`)
  const read = opened.items.filter(({ type }) => type === 'open' || type === 'join')
  assert.deepEqual(
    [...new Set(read.map(({ conversation }) => conversation!))].sort((a, b) => a.localeCompare(b)),
    conversations.slice(0, 6).sort((a, b) => a.localeCompare(b)),
  )
  assert.ok(read.every(({ signed }) => signed))

  const own = await post('/v1/access/reinstatements', { kind: 'agent', id: tenant.people.agent.id })
  assert.equal(own.status, 200)
  reader.send({ type: 'open', conversation: conversations[7]! })
  await reader.until('snapshot', ({ state }) => state.id === conversations[7])
})

test('who slowly reads what others handle stands in the review list', async () => {
  tenant = await platform.tenant()
  const visitor = await platform.visitor(tenant)
  const conversation = await conversationOf(visitor, 'Mine alone')
  const supervisor = await desk('supervisor')
  supervisor.send({ type: 'open', conversation })
  await supervisor.until('snapshot')
  await supervisor.ask({ type: 'send', id: id(), conversation, text: 'I take this' })
  const agent = await desk('agent')
  agent.send({ type: 'open', conversation })
  await agent.until('snapshot')
  const review = await get<AccessReview>('/v1/access/review?days=7')
  assert.deepEqual(
    review.rows.map(({ actor, offAssignment, opened }) => [actor.name, offAssignment, opened]),
    [['Ada', 1, 1]],
  )
})

test('an erased conversation opens for nobody, its receipt stands in the log, and its words are nowhere', async () => {
  tenant = await platform.tenant()
  const visitor = await platform.visitor(tenant)
  const [gone, kept] = [
    await conversationOf(visitor, 'Forget this'),
    await conversationOf(visitor, 'Keep this'),
  ]
  const agent = await desk('agent')
  agent.send({ type: 'open', conversation: gone })
  await agent.until('snapshot')

  const hold = { scope: 'conversation', subject: gone, reason: 'Case 12' }
  assert.equal((await post('/v1/access/holds', hold)).status, 200)
  const refused = await post('/v1/erasures', { scope: 'conversation', subject: gone })
  assert.deepEqual([refused.status, refused.body['code']], [409, 'on_hold'])
  assert.equal((await post('/v1/access/holds/lift', hold)).status, 200)
  const erased = await post('/v1/erasures', { scope: 'conversation', subject: gone })
  assert.equal(erased.status, 200, JSON.stringify(erased.body))

  const opened = await platform.request(tenant, 'GET', `/v1/conversations/${gone}/events`)
  assert.deepEqual([opened.status, opened.body['code']], [410, 'erased'])
  agent.send({ type: 'open', conversation: gone })
  await agent.until('refused', (frame) => frame.conversation === gone && frame.code === 'erased')
  assert.equal((await platform.request(tenant, 'GET', `/v1/conversations/${kept}/events`)).status, 200)
  const { items } = await get<AccessEntries>(`/v1/access/entries?conversation=${gone}&limit=100`)
  const receipt = items.find(({ type }) => type === 'erasure')
  assert.ok(receipt && receipt.index <= (erased.body as unknown as Erasure).index)
  assert.ok(
    items.filter(({ type }) => type === 'join').every((entry) => entry.erased && entry.actor === null),
  )
  const rows = await platform.sql('select 1 from data_keys where conversation_id = $1', [gone])
  assert.deepEqual(rows, [])
  const events = await platform.sql('select 1 from events where conversation_id = $1 and body is not null', [
    gone,
  ])
  assert.deepEqual(events, [])
})

test('a customer is erased with all conversations, pages and traits; retention erases what was closed long ago', async () => {
  tenant = await platform.tenant()
  const visitor = await platform.visitor(tenant, {
    page: { url: 'https://shop.example/a', title: 'A page', cardFields: false },
  })
  await visitor.ask({ type: 'set', id: id(), traits: { name: 'Zoe Quill' } })
  const conversation = await conversationOf(visitor, 'Who am I')
  const customer = visitor.welcome.you.id
  const erased = await post('/v1/erasures', { scope: 'customer', subject: customer })
  assert.deepEqual([erased.status, erased.body['conversations']], [200, 1])
  const opened = await platform.request(tenant, 'GET', `/v1/conversations/${conversation}/events`)
  assert.equal(opened.body['code'], 'erased')
  const detail = await platform.request(tenant, 'GET', `/v1/conversations/${conversation}`)
  assert.doesNotMatch(JSON.stringify(detail.body), /Zoe|A page/)

  const other = await platform.visitor(tenant)
  const [old, fresh] = [await conversationOf(other, 'Long ago'), await conversationOf(other, 'Just now')]
  for (const each of [old, fresh])
    assert.equal((await post(`/v1/conversations/${each}/status`, { status: 'closed' })).status, 201)
  await platform.sql(`update conversations set last_event_at = now() - interval '40 days' where id = $1`, [
    old,
  ])
  await platform.candor.erasure.retain()
  assert.equal((await platform.request(tenant, 'GET', `/v1/conversations/${old}/events`)).status, 200)
  await setPolicy((policy) => (policy.retentionDays = 30))
  await platform.candor.erasure.retain()
  assert.equal(
    (await platform.request(tenant, 'GET', `/v1/conversations/${old}/events`)).body['code'],
    'erased',
  )
  assert.equal((await platform.request(tenant, 'GET', `/v1/conversations/${fresh}/events`)).status, 200)
})

/** A tenant's own kinds of numbers: saved, shown with their overlap, and let through where they are introduced. */
import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import type { TestClient } from '../../test/test-client.ts'
import { TestPlatform, type TestTenant } from '../../test/test-platform.ts'

let platform: TestPlatform
let retailer: TestTenant
let airline: TestTenant
before(async () => {
  platform = await TestPlatform.start()
  retailer = await platform.tenant()
  airline = await platform.tenant()
})
afterEach(() => platform.check())
after(async () => {
  await platform.stop()
  await TestPlatform.end()
})

/** An order number of the retailer's that is a Visa number by all three signs. */
const orderNumber = '4012888888881881'
const cardNumber = '4111111111111111'
const orders = { name: 'Order number', pattern: '################', prefix: 'order' }
const path = '/v1/identifier-formats'
const id = (): string => platform.ids.next()

async function conversationOf(tenant: TestTenant): Promise<{ visitor: TestClient; conversation: string }> {
  const visitor = await platform.visitor(tenant)
  const conversation = id()
  await visitor.ask({ type: 'start', id: id(), conversation })
  return { visitor, conversation }
}

/** What is stored of a text that is sent. */
async function stored(visitor: TestClient, conversation: string, text: string): Promise<string> {
  const answer = await visitor.ask({ type: 'send', id: id(), conversation, text })
  assert.equal(answer.type, 'ack', JSON.stringify(answer))
  return answer.type === 'ack' ? (answer.text ?? text) : ''
}

async function add(tenant: TestTenant, given: object = orders): Promise<Record<string, unknown>> {
  const made = await platform.request(tenant, 'POST', path, given)
  assert.equal(made.status, 201, JSON.stringify(made.body))
  return made.body
}

async function removeAll(tenant: TestTenant): Promise<void> {
  const { body } = await platform.request(tenant, 'GET', path)
  for (const { id } of body['items'] as { id: string }[])
    assert.equal((await platform.request(tenant, 'DELETE', `${path}/${id}`)).status, 204)
}

test('an order number that is a card number passes from the moment its format is saved, and a card beside it does not', async () => {
  const { visitor, conversation } = await conversationOf(retailer)
  const text = `my order ${orderNumber} is late`
  assert.equal(await stored(visitor, conversation, text), 'my order [card number removed] is late')

  await add(retailer)
  assert.equal(await stored(visitor, conversation, text), text, 'in the conversation that was open')
  assert.equal(
    await stored(visitor, conversation, `then refund ${cardNumber}`),
    'then refund [card number removed]',
  )
  assert.equal(await stored(visitor, conversation, cardNumber), '[card number removed]')
  const staff = await platform.staff(retailer)
  staff.send({ type: 'open', conversation })
  assert.equal(await stored(staff, conversation, `I see order ${orderNumber}`), `I see order ${orderNumber}`)

  const other = await conversationOf(airline)
  assert.equal(
    await stored(other.visitor, other.conversation, text),
    'my order [card number removed] is late',
    'another tenant',
  )

  await removeAll(retailer)
  assert.equal(await stored(visitor, conversation, text), 'my order [card number removed] is late')
})

test('pieces of a card number over messages are masked though a format lets order numbers through', async () => {
  await add(retailer)
  const { visitor, conversation } = await conversationOf(retailer)
  await stored(visitor, conversation, `order ${orderNumber}`)
  for (const piece of ['4111', '1111', '1111']) await stored(visitor, conversation, piece)
  assert.equal(await stored(visitor, conversation, '1111'), '[card number removed]')
  const { body } = await platform.request(retailer, 'GET', `/v1/conversations/${conversation}/events`)
  assert.doesNotMatch(JSON.stringify(body['events']), /"text":"1111"/)
  assert.match(JSON.stringify(body['events']), new RegExp(orderNumber))
  await removeAll(retailer)
})

test('forms, tags, traits, notes, page titles and canned replies keep an order number that is introduced', async () => {
  await add(retailer)
  const visitor = await platform.visitor(retailer)
  const conversation = id()
  visitor.send({
    type: 'page',
    page: {
      url: `https://shop.example/orders/${orderNumber}`,
      title: `Order ${orderNumber}`,
      cardFields: false,
    },
  })
  await visitor.ask({ type: 'start', id: id(), conversation })
  await visitor.ask({ type: 'set', id: id(), traits: { order: orderNumber, other: cardNumber } })
  await visitor.ask({
    type: 'form',
    id: id(),
    conversation,
    form: 'claim',
    answers: { order: orderNumber, reason: 'broken', phone: '5500005555555559' },
  })
  const c = `/v1/conversations/${conversation}`
  await platform.request(retailer, 'POST', `${c}/tags`, { add: [`order ${orderNumber}`], remove: [] })
  await platform.request(retailer, 'POST', `${c}/notes`, { text: `see order ${orderNumber}` })
  const canned = await platform.request(retailer, 'POST', '/v1/canned-replies', {
    shortcut: 'example',
    title: 'Example',
    text: `An order number looks like order ${orderNumber}, a card like ${cardNumber}`,
  })
  // The sentence speaks of cards, so it introduces nothing.
  assert.doesNotMatch(JSON.stringify(canned.body), /4012|4111/)

  const detail = JSON.stringify((await platform.request(retailer, 'GET', c)).body)
  const events = JSON.stringify((await platform.request(retailer, 'GET', `${c}/events`)).body)
  assert.match(events, new RegExp(`see order ${orderNumber}`))
  assert.match(events, new RegExp(`\\\\?"order\\\\?":\\\\?"${orderNumber}`))
  assert.match(detail, new RegExp(`"tags":\\["order ${orderNumber}"\\]`))
  assert.match(detail, new RegExp(`"order":"${orderNumber}"`))
  assert.match(detail, new RegExp(`Order ${orderNumber}`))
  for (const all of [detail, events]) assert.doesNotMatch(all, /4111|5500/)
  await removeAll(retailer)
})

test('a visitor and the staff are told the formats when they come, and when they change', async () => {
  const visitor = await platform.visitor(retailer)
  const staff = await platform.staff(retailer)
  const stranger = await platform.visitor(airline)
  for (const { welcome } of [visitor, staff]) assert.deepEqual(welcome.identifierFormats, [])
  const made = await add(retailer)
  for (const client of [visitor, staff])
    assert.deepEqual((await client.until('identifier-formats')).formats, [orders])
  assert.deepEqual((await platform.visitor(retailer)).welcome.identifierFormats, [orders])
  assert.equal(
    stranger.frames.some(({ type }) => type === 'identifier-formats'),
    false,
  )
  const one = `${path}/${String(made['id'])}`
  await platform.request(retailer, 'PUT', one, { ...orders, prefix: null })
  assert.deepEqual((await platform.visitor(retailer)).welcome.identifierFormats, [
    { name: orders.name, pattern: orders.pattern },
  ])
  await removeAll(retailer)
})

test('a format is answered with its overlap, replayed by its key, changed by its id, and refused by field', async () => {
  const key = { 'idempotency-key': id() }
  const made = await platform.request(retailer, 'POST', path, orders, key)
  assert.deepEqual(
    { ...made.body, overlap: null, savedAt: '' },
    {
      id: key['idempotency-key'],
      ...orders,
      example: '1234567891234567',
      overlap: null,
      savedBy: 'test',
      savedAt: '',
    },
  )
  const overlap = made.body['overlap'] as { summary: string; oneIn: number; networks: { network: string }[] }
  assert.equal(
    overlap.summary,
    `One in ${overlap.oneIn} numbers of this format is a valid card number. ` +
      'Such a number is let through behind “order”, and masked everywhere else.',
  )
  assert.ok(overlap.networks.some(({ network }) => network === 'visa'))
  assert.deepEqual((await platform.request(retailer, 'POST', path, orders, key)).body, made.body)
  const other = await platform.request(retailer, 'POST', path, { ...orders, pattern: '####' }, key)
  assert.deepEqual([other.status, other.body['code']], [409, 'idempotency_conflict'])
  const taken = await platform.request(retailer, 'POST', path, { ...orders, pattern: '####' })
  assert.deepEqual([taken.status, taken.body['field']], [422, 'name'])
  for (const [change, field] of [
    [{ prefix: 'card' }, 'prefix'],
    [{ prefix: 'the' }, 'prefix'],
    [{ pattern: 'visa ############' }, 'pattern'],
    [{ pattern: 'no digits' }, 'pattern'],
    [{ name: `Like ${cardNumber}` }, 'name'],
    [{ pattern: 7 }, 'pattern'],
    [{ pattern: 'C-###', kind: 'x' }, 'kind'],
  ] as const) {
    const answer = await platform.request(retailer, 'POST', path, { ...orders, name: 'Another', ...change })
    assert.deepEqual([answer.status, answer.body['field']], [422, field], JSON.stringify(answer.body))
    assert.doesNotMatch(JSON.stringify(answer.body), /4111/)
  }
  const one = `${path}/${key['idempotency-key']}`
  const changed = await platform.request(retailer, 'PUT', one, { name: 'Case', pattern: 'C-######' })
  assert.equal(changed.status, 200)
  assert.equal((changed.body['overlap'] as { oneIn: unknown }).oneIn, null)
  assert.equal((await platform.request(airline, 'PUT', one, orders)).status, 404)
  assert.equal((await platform.request(airline, 'DELETE', one)).status, 404)
  await removeAll(retailer)
  assert.equal((await platform.request(retailer, 'DELETE', one)).status, 404)
})

test('agents see the formats and do not change them; there is room for twelve', async () => {
  const { key } = await platform.candor.tenants.createApiKey(retailer.people.administrator.actor, id(), {
    name: 'agent',
    role: 'agent',
  })
  const agent = { ...retailer, key: String(key) }
  assert.equal((await platform.request(agent, 'GET', path)).status, 200)
  for (const [method, url] of [
    ['POST', path],
    ['PUT', `${path}/${id()}`],
    ['DELETE', `${path}/${id()}`],
  ] as const) {
    const answer = await platform.request(agent, method, url, method === 'DELETE' ? undefined : orders)
    assert.equal(answer.status, 403, method)
  }
  const answers = await Promise.all(
    Array.from({ length: 14 }, (_, i) =>
      platform.request(retailer, 'POST', path, { name: `Format ${i}`, pattern: 'C-####' }),
    ),
  )
  assert.equal(answers.filter(({ status }) => status === 201).length, 12)
  assert.equal(answers.filter(({ body }) => body['code'] === 'too_many').length, 2)
  await removeAll(retailer)
})

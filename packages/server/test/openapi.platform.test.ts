/** The OpenAPI document is true: what the server answers is what the document says. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { newDefinition } from '@candor/virtual-agent/upgrade-script.ts'
import { TestPlatform, type TestTenant } from './test-platform.ts'

interface Operation {
  operationId?: string
  responses: Record<string, { content?: Record<string, { schema: object }> }>
}
let platform: TestPlatform
let tenant: TestTenant
let document: {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, object> }
}
let conversation: string
before(async () => {
  platform = await TestPlatform.start()
  tenant = await platform.tenant()
  await platform.candor.routing.setVirtualAgent(tenant.id, true)
  document = (await (await fetch(`${platform.url}/v1/openapi.json`)).json()) as typeof document
  const visitor = await platform.visitor(tenant, {
    page: { url: 'https://shop.example/a', title: 'A', cardFields: false },
  })
  conversation = platform.ids.next()
  await visitor.ask({ type: 'start', id: platform.ids.next(), conversation })
  await visitor.ask({ type: 'send', id: platform.ids.next(), conversation, text: 'Hello' })
})
after(async () => {
  await platform.stop()
  await TestPlatform.end()
})

function validatorOf(schema: object): (value: unknown) => void {
  // The document's own references are resolved against its own components.
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  const validate = ajv.compile({ ...schema, components: document.components })
  return (value) => assert.ok(validate(value), JSON.stringify(validate.errors))
}

async function checked(
  method: string,
  path: string,
  url: string,
  body?: unknown,
  headers?: Record<string, string>,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const operation = document.paths[path]?.[method.toLowerCase()]
  assert.ok(operation, `${method} ${path} is in the document`)
  const answer = await platform.request(tenant, method, url, body, headers)
  const described =
    operation.responses[String(answer.status)] ??
    operation.responses[`${Math.floor(answer.status / 100)}XX`] ??
    operation.responses['default']
  assert.ok(
    described,
    `${method} ${path} documents ${answer.status}: ${Object.keys(operation.responses).join(' ')}`,
  )
  const schema = described.content?.['application/json']?.schema
  if (schema !== undefined) validatorOf(schema)(answer.body)
  return answer
}

test('it is OpenAPI 3.1, each operation has a name of its own', () => {
  assert.equal(document.openapi, '3.1.0')
  const names = Object.values(document.paths).flatMap((operations) =>
    Object.values(operations).map((operation) => operation.operationId),
  )
  assert.equal(names.length, new Set(names).size)
  assert.ok(
    names.every((name) => name !== undefined),
    'every operation has an operationId',
  )
  assert.ok(names.length >= 30, `${names.length} operations`)
})

test('what the desk does in a working day answers as documented', async () => {
  await platform.request(tenant, 'POST', `/v1/conversations/${conversation}/takeover`, {})
  const c = `/v1/conversations/${conversation}`
  const p = '/v1/conversations/{id}'
  for (const [path, url] of [
    ['/v1/conversations', '/v1/conversations?view=all&limit=10'],
    [p, c],
    [`${p}/events`, `${c}/events`],
    ['/v1/people', '/v1/people'],
    ['/v1/queues', '/v1/queues'],
    ['/v1/canned-replies', '/v1/canned-replies'],
    ['/v1/approved-pages', '/v1/approved-pages'],
    ['/v1/page-reports', '/v1/page-reports'],
    ['/v1/api-keys', '/v1/api-keys'],
    ['/v1/identity-keys', '/v1/identity-keys'],
    ['/v1/widget-config', '/v1/widget-config'],
    ['/v1/identifier-formats', '/v1/identifier-formats'],
    ['/v1/integrity/playbook', '/v1/integrity/playbook'],
  ] as const)
    assert.equal((await checked('GET', path, url)).status, 200, url)
  const sent = await checked('POST', `${p}/messages`, `${c}/messages`, { text: 'Good morning' })
  assert.equal(sent.status, 201)
  for (const [what, body] of [
    ['notes', { text: 'A note' }],
    ['edits', { target: sent.body['seq'], text: 'Good afternoon' }],
    ['tags', { add: ['vip'], remove: [] }],
    ['assignment', { agent: tenant.people.agent.id }],
    ['transfer', { agent: tenant.people.supervisor.id, note: 'Please' }],
    ['handback', {}],
    ['takeover', {}],
    ['deletions', { target: sent.body['seq'] }],
    ['status', { status: 'closed' }],
    ['status', { status: 'open' }],
  ] as const)
    assert.equal((await checked('POST', `${p}/${what}`, `${c}/${what}`, body)).status, 201, what)
  const contained = await checked('POST', '/v1/integrity/containments', '/v1/integrity/containments', {
    scope: { kind: 'tenant' },
    reason: 'A skimmer',
  })
  assert.equal(contained.status, 201)
  const undo = `/v1/integrity/containments/${String(contained.body['id'])}/undo`
  const undone = await checked('POST', '/v1/integrity/containments/{id}/undo', undo, { reason: 'Gone' })
  assert.equal(undone.status, 200)
  const listed = await checked('GET', '/v1/integrity/containments', '/v1/integrity/containments')
  assert.deepEqual(listed.body['items'], [undone.body])
  const playbook = {
    rules: [{ kind: 'unknown-script', scope: 'site', sharePercentMin: 5 }],
    webhook: 'https://shop.example/hook',
  }
  const saved = await checked('PUT', '/v1/integrity/playbook', '/v1/integrity/playbook', playbook)
  assert.equal(saved.status, 200)
  const rotated = await checked('POST', '/v1/integrity/playbook/secret', '/v1/integrity/playbook/secret')
  assert.equal(rotated.status, 201)
  const made = await checked('POST', '/v1/canned-replies', '/v1/canned-replies', {
    shortcut: 'bye',
    title: 'Bye',
    text: 'Goodbye',
  })
  assert.equal(made.status, 201)
  const one = `/v1/canned-replies/${String(made.body['id'])}`
  await checked('PUT', '/v1/canned-replies/{id}', one, { shortcut: 'bye', title: 'Bye', text: 'So long' })
  assert.equal((await checked('DELETE', '/v1/canned-replies/{id}', one)).status, 204)
})

test('what an administrator does to people and queues answers as documented', async () => {
  const made = await checked('POST', '/v1/people', '/v1/people', {
    name: 'Bo',
    email: 'bo@openapi.example',
    role: 'agent',
  })
  assert.equal(made.status, 201)
  assert.equal(typeof made.body['temporaryPassword'], 'string')
  const one = `/v1/people/${String(made.body['id'])}`
  const changed = await checked('PATCH', '/v1/people/{id}', one, { name: 'Bo B', role: 'supervisor' })
  assert.deepEqual([changed.status, changed.body['name'], changed.body['role']], [200, 'Bo B', 'supervisor'])
  for (const deed of ['reset-second-factor', 'reset-password', 'deactivate', 'reactivate'])
    assert.equal((await checked('POST', `/v1/people/{id}/${deed}`, `${one}/${deed}`)).status, 200, deed)
  const nothing = await checked('PATCH', '/v1/people/{id}', one, {})
  assert.deepEqual([nothing.status, nothing.body['code']], [422, 'invalid_field'])

  const queue = await checked('POST', '/v1/queues', '/v1/queues', { name: 'Refunds' })
  const refunds = `/v1/queues/${String(queue.body['id'])}`
  const renamed = await checked('PATCH', '/v1/queues/{id}', refunds, { name: 'Money back', isDefault: true })
  assert.deepEqual(
    [renamed.status, renamed.body['name'], renamed.body['isDefault']],
    [200, 'Money back', true],
  )
  const { items } = (await platform.request(tenant, 'GET', '/v1/queues')).body as { items: { id: string }[] }
  const moveTo = items.find(({ id }) => id !== queue.body['id'])!.id
  const archived = await checked('POST', '/v1/queues/{id}/archive', `${refunds}/archive`, { moveTo })
  assert.equal(archived.status, 200)
  assert.ok(archived.body['archivedAt'])
  const last = await checked('POST', '/v1/queues/{id}/archive', `/v1/queues/${moveTo}/archive`, {
    moveTo: queue.body['id'],
  })
  assert.deepEqual([last.status, last.body['code']], [409, 'state_conflict'])
})

test('identifier formats answer as documented, with the overlap', async () => {
  const path = '/v1/identifier-formats'
  const given = { name: 'Order number', pattern: '################', prefix: 'order' }
  const made = await checked('POST', path, path, given)
  assert.equal(made.status, 201)
  const one = `${path}/${String(made.body['id'])}`
  const changed = await checked('PUT', `${path}/{id}`, one, { name: 'Meter', pattern: '9-######' })
  assert.equal(changed.status, 200)
  assert.equal(changed.body['prefix'], null)
  assert.equal((await checked('GET', path, path)).status, 200)
  assert.equal((await checked('DELETE', `${path}/{id}`, one)).status, 204)
})

test('integrity answers as documented', async () => {
  const site = 'https://pages.example'
  await platform.candor.tenants.addSite(tenant.id, site)
  const view = (script: string) =>
    platform.candor.observations.pageView(
      { tenant: tenant.id, address: '203.0.113.7', userAgent: 'x' },
      {
        t: tenant.slug, v: platform.ids.next(), n: platform.ids.next(), u: `${site}/pay`, c: false, i: true, m: '', e: '',
        l: `${platform.url}/w/loader.js`, s: [site + script],
      }, // prettier-ignore
    )
  view('/a.js')
  await platform.candor.observations.flush()
  const base = '/v1/integrity'
  const [page] = (await platform.request(tenant, 'GET', `${base}/pages`)).body['items'] as { id: string }[]
  const approving = { template: page!.id, justification: 'as built' }
  const approve = `${base}/scripts/approve-template`
  assert.equal((await checked('POST', approve, approve, approving)).status, 200)
  view('/b.js')
  await platform.candor.observations.flush()
  for (const path of ['', '/pages', '/scripts', '/alarms', '/evidence/scripts'])
    assert.equal((await checked('GET', base + path, base + path)).status, 200, path)
  const scripts = (await platform.request(tenant, 'GET', `${base}/scripts`)).body['items'] as { id: string }[]
  const decide = `${base}/scripts/${scripts[0]!.id}/decide`
  const decision = { state: 'refused', justification: 'no use' }
  assert.equal((await checked('POST', `${base}/scripts/{id}/decide`, decide, decision)).status, 200)
  const alarms = (await platform.request(tenant, 'GET', `${base}/alarms`)).body['items'] as { id: string }[]
  assert.ok(alarms.length > 0)
  const one = `${base}/alarms/${alarms[0]!.id}`
  for (const [deed, status] of [
    ['incident', 200],
    ['dismiss', 200],
    ['approve', 422],
  ] as const)
    assert.equal(
      (await checked('POST', `${base}/alarms/{id}/{decision}`, `${one}/${deed}`)).status,
      status,
      deed,
    )
  const span = 'from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z'
  const changes = `${base}/evidence/changes`
  assert.equal((await checked('GET', changes, `${changes}?${span}`)).status, 200)
  const body = `${base}/bodies/sha256-${'A'.repeat(43)}%3D`
  assert.equal((await checked('GET', `${base}/bodies/{hash}`, body)).status, 404)
})

test('authoring a virtual agent answers as documented', async () => {
  const base = '/v1/virtual-agent'
  const definition = {
    ...newDefinition('Aurora', 'en'),
    intents: ['bags', 'refunds'].map((id) => ({
      id,
      title: { en: id },
      examples: {
        en: [`Tell me about ${id}`, `What about my ${id}?`, `${id} please`, `I have lost my ${id}`],
      },
      answer: { en: `All about ${id}.` },
      followUps: [],
    })),
  }
  const draft = `${base}/draft`
  const ask = async (method: string, path: string, status: number, body?: unknown, url = path) =>
    assert.equal((await checked(method, path, url, body)).status, status, `${method} ${path}`)
  await ask('GET', base, 200)
  await ask('PUT', draft, 200, { revision: 0, definition })
  await ask('PUT', draft, 409, { revision: 7, definition })
  await ask('PUT', draft, 422, { revision: 1, definition: { version: 2 } })
  await ask('POST', `${draft}/check`, 200, { definition: {} })
  await ask('GET', `${draft}/review`, 409)
  await ask('POST', `${draft}/train`, 202)
  await ask('GET', `${base}/training`, 200)
  await platform.candor.authoring.training.settled()
  await ask('POST', `${draft}/train/stop`, 200)
  await ask('GET', `${draft}/review`, 200)
  const turn = { history: [], state: null, locale: null, today: null, agentsOnline: false }
  await ask('POST', `${draft}/try`, 200, { of: 'draft', occasion: { kind: 'started' }, ...turn })
  await ask('POST', `${draft}/try`, 422, { of: 'draft', occasion: { kind: 'said' }, ...turn })
  await ask('POST', `${draft}/replay`, 404, { conversations: [] })
  await ask('POST', `${base}/suggestions`, 200, {
    texts: ['where is my dog', 'where is the dog', 'hello'].map((text) => ({ conversation: 'c', text })),
  })
  await ask('GET', `${base}/unanswered`, 200)
  await ask('GET', `${base}/versions`, 200)
  const articles = `${base}/articles`
  const article = {
    title: 'Dogs',
    language: 'en',
    address: null,
    questions: [],
    markdown: 'A dog travels in the cabin.',
  }
  const made = await checked('POST', articles, articles, article)
  const one = `${articles}/${String(made.body['id'])}`
  await ask('GET', articles, 200)
  await ask('GET', `${articles}/{id}`, 200, undefined, one)
  await ask('PUT', `${articles}/{id}`, 200, { version: 1, ...article, title: 'Hounds' }, one)
  await ask('POST', `${articles}/search`, 200, { text: 'dogs' })
  await ask('GET', `${articles}/crawl`, 200)
  await ask('POST', `${articles}/crawl`, 422, { site: 'https://x.example', language: 'en' })
  await ask('POST', `${articles}/import`, 201, {
    format: 'html',
    language: 'en',
    content: page,
    title: 'Cats',
  })
  await ask('DELETE', `${articles}/{id}`, 204, undefined, one)
  await ask('DELETE', draft, 200, undefined, `${draft}?revision=1`)
})

const page = `<html><body><main><h1>Cats</h1><p>A cat travels in the cabin, in a carrier.</p></main></body></html>`

test('a POST without an Idempotency-Key, with an unknown field, or that is not JSON, is refused by name', async () => {
  const url = `/v1/conversations/${conversation}/notes`
  const missing = await platform.request(tenant, 'POST', url, { text: 'x' }, { 'idempotency-key': '' })
  assert.equal(missing.status, 428)
  assert.equal(missing.body['code'], 'idempotency_key_missing')
  assert.match(missing.headers.get('content-type')!, /^application\/problem\+json/)
  const extra = await platform.request(tenant, 'POST', url, { text: 'x', seq: 4 })
  assert.deepEqual([extra.status, extra.body['code'], extra.body['field']], [422, 'invalid_field', 'seq'])
  const number = await platform.request(tenant, 'POST', url, { text: 7 })
  assert.deepEqual([number.status, number.body['field']], [422, 'text'])
  const broken = await fetch(platform.url + url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${tenant.key}`,
      'content-type': 'application/json',
      'idempotency-key': platform.ids.next(),
    },
    body: '{',
  })
  assert.equal(broken.status, 400)
})

test('the same Idempotency-Key makes one thing; another body under it is refused', async () => {
  const url = `/v1/conversations/${conversation}/messages`
  const key = { 'idempotency-key': platform.ids.next() }
  const first = await platform.request(tenant, 'POST', url, { text: 'Once' }, key)
  const again = await platform.request(tenant, 'POST', url, { text: 'Once' }, key)
  assert.equal(again.body['seq'], first.body['seq'])
  assert.equal(again.body['replayed'], true)
  const other = await platform.request(tenant, 'POST', url, { text: 'Twice' }, key)
  assert.deepEqual([other.status, other.body['code']], [409, 'idempotency_conflict'])
})

test('pages follow one another without a gap or a double, and a foreign cursor is refused', async () => {
  const visitor = await platform.visitor(tenant)
  for (let i = 0; i < 25; i++)
    await visitor.ask({ type: 'start', id: platform.ids.next(), conversation: platform.ids.next() })
  const seen: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const page = await platform.request(
      tenant,
      'GET',
      `/v1/conversations?limit=7${cursor === '' ? '' : `&cursor=${cursor}`}`,
    )
    const body = page.body as { items: { id: string }[]; next: string | null }
    seen.push(...body.items.map(({ id }) => id))
    cursor = body.next
  }
  assert.equal(seen.length, new Set(seen).size)
  assert.ok(seen.length >= 26)
  assert.equal((await platform.request(tenant, 'GET', '/v1/conversations?cursor=nonsense')).status, 422)
})

test('limits are announced in headers; health, readiness and metrics answer', async () => {
  const answer = await platform.request(tenant, 'GET', '/v1/queues')
  assert.ok(Number(answer.headers.get('ratelimit-limit')) > 0)
  assert.ok(answer.headers.get('ratelimit-remaining') !== null)
  for (const path of ['/healthz', '/readyz']) assert.equal((await fetch(platform.url + path)).status, 200)
  const metrics = await (await fetch(`${platform.url}/metrics`)).text()
  assert.match(metrics, /candor_http_requests_total\{/)
  assert.match(metrics, /candor_sockets \d/)
})

test('a log line of a request holds no body', async () => {
  const word = 'rhododendron'
  await platform.request(tenant, 'POST', `/v1/conversations/${conversation}/messages`, { text: word })
  await platform.request(tenant, 'POST', `/v1/conversations/${conversation}/messages`, {
    text: word,
    [word]: 1,
  })
  assert.ok(platform.logged.some((event) => event['event'] === 'request'))
  assert.doesNotMatch(JSON.stringify(platform.logged), new RegExp(word))
})

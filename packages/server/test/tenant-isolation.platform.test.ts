/** Another tenant's ids, at every HTTP call and every frame: nothing of it comes back, nothing of it changes. */
import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import type { ClientFrame } from '@candor/protocol/frames.ts'
import { newDefinition } from '@candor/virtual-agent/upgrade-script.ts'
import { signIn } from './signed-in.ts'
import { TestPlatform, type TestTenant } from './test-platform.ts'

let platform: TestPlatform
let victim: TestTenant
let thief: TestTenant
let conversation: string
const secret = 'zebra-crossing'
before(async () => {
  platform = await TestPlatform.start()
  victim = await platform.tenant()
  thief = await platform.tenant()
  const visitor = await platform.visitor(victim)
  conversation = platform.ids.next()
  await visitor.ask({ type: 'start', id: platform.ids.next(), conversation })
  await visitor.ask({ type: 'send', id: platform.ids.next(), conversation, text: `My password is ${secret}` })
  await visitor.ask({
    type: 'set',
    id: platform.ids.next(),
    traits: { name: `Zora ${secret}`, plan: secret },
  })
  await platform.request(victim, 'POST', '/v1/canned-replies', {
    shortcut: 'hi',
    title: secret,
    text: secret,
  })
  await platform.request(victim, 'POST', '/v1/approved-pages', {
    pattern: 'https://victim.example/pay',
    reason: secret,
  })
  const format = { name: secret, pattern: '################', prefix: secret }
  assert.equal((await platform.request(victim, 'POST', '/v1/identifier-formats', format)).status, 201)
  await virtualAgentOf(victim)
  await clocksOf(victim)
  await integrityOf(victim)
  const contained = await platform.request(victim, 'POST', '/v1/integrity/containments', {
    scope: { kind: 'tenant' },
    reason: secret,
  })
  assert.equal(contained.status, 201)
  const undone = `/v1/integrity/containments/${String(contained.body['id'])}/undo`
  assert.equal((await platform.request(victim, 'POST', undone, { reason: secret })).status, 200)
  const playbook = { rules: [], webhook: `https://victim.example/${secret}` }
  assert.equal((await platform.request(victim, 'PUT', '/v1/integrity/playbook', playbook)).status, 200)
})
afterEach(() => platform.check())
after(async () => {
  await platform.stop()
  await TestPlatform.end()
})

/** A draft, a version in force and an article, each with the secret in it. */
async function virtualAgentOf(tenant: TestTenant): Promise<void> {
  const definition = newDefinition(`Zora ${secret}`, 'en')
  const saved = await platform.request(tenant, 'PUT', '/v1/virtual-agent/draft', { revision: 0, definition })
  assert.equal(saved.status, 200, JSON.stringify(saved.body))
  const article = {
    title: secret,
    language: 'en',
    address: null,
    questions: [secret],
    markdown: `The ${secret} is black and white, and it is crossed on foot.`,
  }
  const made = await platform.request(tenant, 'POST', '/v1/virtual-agent/articles', article)
  assert.equal(made.status, 201, JSON.stringify(made.body))
  const what = { definition, modelHash: null, indexHash: null, report: { secret }, note: secret }
  await platform.candor.authoring.versions.publishAsInstallation(tenant.id, what)
}

/** An incident whose clocks stand still for a reason with the secret in it. */
async function clocksOf(tenant: TestTenant): Promise<void> {
  const clocks = `/v1/incidents/${platform.ids.next()}/clocks`
  const affected = [{ jurisdiction: 'US-TX', persons: 3, categories: ['health'], protection: null }]
  const determinedAt = '2026-03-01T00:00:00Z'
  const facts = { revision: 0, facts: { role: 'owner', determinedAt, affected } }
  const begun = await platform.request(tenant, 'POST', `${clocks}/facts`, facts)
  assert.equal(begun.status, 200, JSON.stringify(begun.body))
  const paused = await platform.request(tenant, 'POST', `${clocks}/pauses`, {
    by: 'law-enforcement',
    reason: secret,
    document: secret,
    written: true,
    jurisdictions: null,
    from: '2026-03-02T00:00:00Z',
  })
  assert.equal(paused.status, 201, JSON.stringify(paused.body))
}

let victimsTemplate: string

/** A page with a script, a baseline and an open alarm, each with the secret in it. */
async function integrityOf(tenant: TestTenant): Promise<void> {
  const site = 'https://victim.example'
  await platform.candor.tenants.addSite(tenant.id, site)
  const told = {
    t: tenant.slug, v: platform.ids.next(), n: platform.ids.next(), u: `${site}/${secret}`, c: true, i: true,
    l: 'https://chat.example/w/loader.js', m: '', s: [`${site}/${secret}.js`], e: '',
  } // prettier-ignore
  const beacon = (script: string) =>
    fetch(`${platform.url}/v1/page-views`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain', origin: site },
      body: JSON.stringify({ ...told, n: platform.ids.next(), s: [script] }),
    })
  assert.equal((await beacon(`${site}/${secret}.js`)).status, 204)
  await platform.candor.observations.flush()
  const [page] = await platform.candor.integrity.pages(tenant.id)
  victimsTemplate = page!.id
  const approved = { template: victimsTemplate, justification: secret, owner: secret }
  const path = '/v1/integrity/scripts/approve-template'
  assert.equal((await platform.request(tenant, 'POST', path, approved)).status, 200)
  assert.equal((await beacon(`${site}/${secret}/skimmer.js`)).status, 204)
  await platform.candor.observations.flush()
  const alarms = await platform.candor.integrity.alarms.list(tenant.id, { limit: 10 })
  assert.ok(alarms.some(({ kind }) => kind === 'unknown-script'))
}

/** Everything of the victim as the owner sees it; what a thief does must leave it as it is. */
async function victimsRows(): Promise<unknown> {
  const tables = await platform.sql<{ name: string }>(
    `select table_name as name from information_schema.columns
     where table_schema = 'public' and column_name = 'tenant_id' order by 1`,
  )
  const rows: Record<string, unknown> = {}
  for (const { name } of tables)
    if (name !== 'outbox')
      rows[name] = await platform.sql(`select * from ${name} where tenant_id = $1 order by 1, 2`, [victim.id])
  // Tried again by itself: nobody answers at the victim's webhook.
  for (const delivery of rows['webhook_deliveries'] as Record<string, unknown>[]) {
    delete delivery['attempts']
    delete delivery['next_at']
  }
  return rows
}

async function victimsIds(): Promise<string[]> {
  const rows = (await victimsRows()) as Record<string, Record<string, unknown>[]>
  const ids = new Set<string>()
  for (const list of Object.values(rows))
    for (const row of list)
      for (const value of Object.values(row))
        if (typeof value === 'string' && /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(value)) ids.add(value)
  return [...ids]
}

test('every HTTP operation with every id of another tenant answers nothing of it and changes nothing of it', async () => {
  const openapi = (await (await fetch(`${platform.url}/v1/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { requestBody?: { content: Record<string, { schema: Schema }> } }>>
  }
  const ids = await victimsIds()
  const before = await victimsRows()
  let asked = 0
  const operations = new Set<string>()
  // Below an id first: later the thief makes things of their own under the victim's ids, which they may well change.
  const paths = Object.entries(openapi.paths).sort(
    ([a], [b]) => Number(b.includes('{')) - Number(a.includes('{')),
  )
  for (const [path, methods] of paths)
    for (const [method, operation] of Object.entries(methods)) {
      if (path.startsWith('/v1/streams') || path.startsWith('/v1/sign-in') || path.startsWith('/v1/me'))
        continue
      operations.add(`${method} ${path}`)
      const schema = operation.requestBody?.content['application/json']?.schema
      for (const id of path.includes('{') ? ids : [victim.id, conversation]) {
        const url = path.replaceAll(/\{[^}]+\}/g, id)
        const query = method === 'get' ? `?conversation=${id}&tenant=${victim.id}&tenant_id=${victim.id}` : ''
        const answer = await platform.request(
          thief,
          method.toUpperCase(),
          url + query,
          schema === undefined ? undefined : sample(schema, id),
          method === 'post' ? { 'idempotency-key': asked % 2 === 0 ? id : platform.ids.next() } : {},
        )
        asked++
        assert.ok(answer.status < 500, `${method} ${url}: ${answer.status}`)
        const text = JSON.stringify(answer.body)
        assert.doesNotMatch(text, new RegExp(secret), `${method} ${url}`)
        assert.doesNotMatch(text, new RegExp(`"tenant(_id)?":"${victim.id}"`), `${method} ${url}`)
        if (/\/(conversations|people|queues)\/\{/.test(path))
          assert.ok(answer.status >= 400, `${method} ${url}: ${answer.status}`)
      }
    }
  assert.ok(asked > 100, `${asked} requests`)
  // The path of a change is asked with each of the victim's ids, so these are where a foreign id would bite.
  for (const one of [
    'patch /v1/people/{id}',
    'post /v1/people/{id}/deactivate',
    'post /v1/people/{id}/reactivate',
    'post /v1/people/{id}/reset-second-factor',
    'post /v1/people/{id}/reset-password',
    'patch /v1/queues/{id}',
    'post /v1/queues/{id}/archive',
    'get /v1/virtual-agent/articles/{id}',
    'put /v1/virtual-agent/articles/{id}',
    'delete /v1/virtual-agent/articles/{id}',
    'post /v1/virtual-agent/articles/{id}/approve',
    'post /v1/integrity/containments/{id}/undo',
    'post /v1/integrity/scripts/{id}/decide',
    'post /v1/integrity/alarms/{id}/{decision}',
  ])
    assert.ok(operations.has(one), one)
  assert.deepEqual(await victimsRows(), before)
})

test('numbers and words that name something of a virtual agent name nothing of another tenant', async () => {
  const before = await victimsRows()
  const { items } = (await platform.request(victim, 'GET', '/v1/virtual-agent/versions')).body as {
    items: { version: number }[]
  }
  const at = `/v1/virtual-agent/versions/${items[0]!.version}`
  assert.equal((await platform.request(victim, 'GET', at)).status, 200)
  for (const [method, path, body] of [
    ['GET', at],
    ['DELETE', '/v1/virtual-agent/tools/sample/secret'],
    ['GET', '/v1/virtual-agent'],
    ['GET', '/v1/virtual-agent/versions'],
    ['GET', '/v1/virtual-agent/articles'],
    ['POST', '/v1/virtual-agent/articles/search', { text: secret }],
    ['GET', '/v1/integrity'],
    ['GET', '/v1/integrity/pages'],
    ['GET', `/v1/integrity/scripts?template=${victimsTemplate}`],
    ['GET', '/v1/integrity/evidence/scripts'],
    ['GET', `/v1/integrity/evidence/changes?from=2020-01-01T00:00:00Z&to=2020-02-01T00:00:00Z`],
    ['POST', '/v1/integrity/scripts/approve-template', { template: victimsTemplate, justification: 'x' }],
  ] as const) {
    const answer = await platform.request(thief, method, path, body)
    assert.ok(answer.status < 500, `${method} ${path}: ${answer.status}`)
    assert.doesNotMatch(JSON.stringify(answer.body), new RegExp(secret), `${method} ${path}`)
  }
  const person = await signIn(platform, thief, 'supervisor')
  assert.equal((await person.send('POST', `${at}/restore`, { note: '' })).status, 404)
  assert.equal((await person.send('POST', `${at.replace('versions', 'proposals')}/approve`)).status, 404)
  assert.deepEqual(await victimsRows(), before)
})

test('every frame with every id of another tenant is refused, of a visitor and of staff', async () => {
  const before = await victimsRows()
  const visitor = await platform.visitor(thief)
  const staff = await platform.staff(thief)
  for (const client of [visitor, staff]) {
    const framesBefore = client.frames.length
    const frames: (ClientFrame & { id: string })[] = [
      { type: 'send', id: platform.ids.next(), conversation, text: 'Hello' },
      { type: 'edit', id: platform.ids.next(), conversation, target: 2, text: 'Changed' },
      { type: 'delete', id: platform.ids.next(), conversation, target: 2 },
      { type: 'form', id: platform.ids.next(), conversation, form: 'x', answers: { a: 'b' } },
      { type: 'note', id: platform.ids.next(), conversation, text: 'Hello' },
      { type: 'read', id: platform.ids.next(), conversation, upTo: 2 },
      { type: 'earlier', id: platform.ids.next(), conversation, before: 100 },
    ]
    for (const frame of frames) {
      const answer = await client.ask(frame)
      assert.equal(answer.type, 'refused', `${frame.type}: ${JSON.stringify(answer)}`)
    }
    client.send({ type: 'open', conversation })
    client.send({ type: 'open', conversation, epoch: client.welcome.epoch, seq: 0 })
    client.send({ type: 'delivered', conversation, seq: 2 })
    client.send({ type: 'typing', conversation, on: true })
    client.send({ type: 'leave', conversation })
    await new Promise((resolve) => setTimeout(resolve, 300))
    const heard = JSON.stringify(client.frames.slice(framesBefore))
    assert.doesNotMatch(heard, new RegExp(secret))
    assert.ok(
      client.frames.slice(framesBefore).every((frame) => frame.type === 'refused'),
      heard,
    )
  }
  assert.deepEqual(await victimsRows(), before)
})

test('the same conversation id under two tenants is two conversations under two keys', async () => {
  const own = await platform.visitor(thief)
  const started = await own.ask({ type: 'start', id: platform.ids.next(), conversation })
  assert.equal(started.type, 'ack')
  await own.ask({ type: 'send', id: platform.ids.next(), conversation, text: 'Mine' })
  const page = await platform.request(thief, 'GET', `/v1/conversations/${conversation}/events`)
  assert.doesNotMatch(JSON.stringify(page.body), new RegExp(secret))
  assert.match(JSON.stringify(page.body), /Mine/)
  const keys = await platform.sql(
    'select distinct tenant_id, epoch_key from data_keys where conversation_id = $1',
    [conversation],
  )
  assert.equal(keys.length, 2)
})

test('a visitor token of one tenant is nobody at another', async () => {
  const token = (await platform.visitor(victim)).welcome
  const client = await platform.visitor(thief, { token: token.token })
  assert.notEqual(client.welcome.you.id, token.you.id)
})

test('the application role sees no row without a tenant, and owns and bypasses nothing', async () => {
  const role = `${new URL(platform.databaseUrl).pathname.slice(1)}_app`
  const [attributes] = await platform.sql<Record<string, boolean>>(
    'select rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication from pg_roles where rolname = $1',
    [role],
  )
  assert.deepEqual(Object.values(attributes!), [false, false, false, false, false])
  const open = await platform.sql<{ relname: string }>(
    `select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'public' and c.relkind = 'r' and not (c.relrowsecurity and c.relforcerowsecurity)
       and has_table_privilege($1, c.oid, 'select') and c.relname <> 'installation'`,
    [role],
  )
  assert.deepEqual(open, [])
  await assert.rejects(
    platform.candor.store.single({ name: 'bare', text: 'select * from events', values: [] }),
    /app\.tenants|malformed array/,
  )
})

interface Schema {
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  properties?: Record<string, Schema>
  items?: Schema
  format?: string
  minimum?: number
}

/** A value that the schema accepts, with the victim's id wherever a UUID goes. */
function sample(schema: Schema, id: string): unknown {
  if (schema.enum !== undefined) return schema.enum[0]
  if (schema.const !== undefined) return schema.const
  if (schema.anyOf !== undefined) return sample(schema.anyOf[0]!, id)
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, field]) => [name, sample(field, id)]),
      )
    case 'array':
      return []
    case 'integer':
    case 'number':
      return Math.max(2, schema.minimum ?? 2)
    case 'boolean':
      return true
    default:
      return schema.format === 'uuid' ? id : 'sample'
  }
}

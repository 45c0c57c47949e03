/** The playbook and the webhook, against a real server and a receiver that fails as receivers do. */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import * as http from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, afterEach, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Containment, IntegrityAlarm, Playbook } from '@candor/protocol/integrity-api.ts'
import { signIn } from '../../../test/signed-in.ts'
import { TestPlatform, type TestTenant } from '../../../test/test-platform.ts'

const site = 'https://shop.example'

interface Delivered {
  signature: string
  body: string
  parsed: {
    id: string
    type: 'alarm' | 'containment'
    tenant: string
    step?: string
    alarm?: IntegrityAlarm
    containment?: Containment
  }
}

/** What comes to the tenant's own system; `answers` says with which status the next ones are answered. */
const delivered: Delivered[] = []
const answers: number[] = []
const receiver = http.createServer((request, response) => {
  let body = ''
  request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
  request.on('end', () => {
    const signature = String(request.headers['candor-signature'])
    delivered.push({ signature, body, parsed: JSON.parse(body) as Delivered['parsed'] })
    response.writeHead(answers.shift() ?? 204).end()
  })
})

let platform: TestPlatform
let tenant: TestTenant
let url: string
before(async () => {
  receiver.listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  const origin = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`
  url = `${origin}/hook`
  platform = await TestPlatform.start({ config: { privateOrigins: [origin] } })
})
afterEach(async () => {
  delivered.length = 0
  answers.length = 0
  await platform.check()
})
after(async () => {
  await platform.stop()
  await TestPlatform.end()
  receiver.closeAllConnections()
  receiver.close()
})

async function newTenant(): Promise<TestTenant> {
  tenant = await platform.tenant()
  await platform.candor.tenants.addSite(tenant.id, site)
  return tenant
}

async function until(holds: () => boolean | Promise<boolean>, what: string, msMax = 15_000): Promise<void> {
  const end = Date.now() + msMax
  while (!(await holds())) {
    assert.ok(Date.now() < end, `${what}: not within ${msMax} ms`)
    await sleep(20)
  }
}

const save = (playbook: Playbook) =>
  platform.request(tenant, 'PUT', '/v1/integrity/playbook', playbook) as unknown as Promise<{
    status: number
    body: Playbook & { field?: string }
  }>
const containments = async (): Promise<Containment[]> =>
  (await platform.request(tenant, 'GET', '/v1/integrity/containments')).body['items'] as Containment[]

function alarm(of: Partial<IntegrityAlarm> = {}): IntegrityAlarm {
  const at = new Date().toISOString()
  return {
    id: platform.ids.next(),
    kind: 'unknown-script',
    weight: 'finding',
    template: `${site}/pay/:id`,
    page: `${site}/pay/4711`,
    script: 'https://evil.example/s.js',
    hash: null,
    what: 'A script that nobody knows.',
    firstSeenAt: at,
    lastSeenAt: at,
    raisedAt: at,
    views: 10,
    share: 0.1,
    sources: 3,
    state: 'open',
    by: null,
    at: null,
    containment: null,
    bodyKept: false,
    ...of,
  }
}

/** As the docs tell a receiver to do it. */
function isGenuine({ signature, body }: Delivered, secret: string): boolean {
  const [, t, v1] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(signature)!
  return v1 === createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')
}

test('an alarm is contained by the playbook, once, in its own name, and the webhook hears of both in order', async () => {
  await newTenant()
  const saved = await save({
    rules: [{ kind: 'unknown-script', scope: 'template', sharePercentMin: 5 }],
    webhook: url,
  })
  const secret = saved.body.secret!
  assert.match(secret, /^candor_whsec_[\w-]{43}$/)
  const raised = alarm()
  const containment = await platform.candor.playbooks.onAlarm(tenant.id, raised)
  assert.ok(containment)
  assert.equal(await platform.candor.playbooks.onAlarm(tenant.id, raised), null, 'told again')
  const all = await containments()
  assert.deepEqual(
    all.map(({ id, scope, by, alarm: of, reason }) => ({ id, scope, by, alarm: of, reason })),
    [
      {
        id: containment,
        scope: { kind: 'template', template: `${site}/pay/:id` },
        by: 'Playbook',
        alarm: raised.id,
        reason: 'unknown-script: A script that nobody knows.',
      },
    ],
  )
  assert.ok(all[0]!.entry > 0)
  await platform.request(tenant, 'POST', `/v1/integrity/containments/${containment}/undo`, { reason: 'Ours' })
  assert.equal(await platform.candor.playbooks.onAlarm(tenant.id, raised), null, 'undoing it was a decision')

  await until(() => delivered.length >= 5, 'the webhook hears of it')
  assert.deepEqual(
    delivered.map(({ parsed }) => parsed.step ?? parsed.type),
    ['alarm', 'begun', 'alarm', 'undone', 'alarm'],
  )
  assert.ok(delivered.every((each) => isGenuine(each, secret)))
  assert.ok(
    delivered.every((each) => !isGenuine({ ...each, body: each.body.replace('alarm', 'alert') }, secret)),
  )
  assert.deepEqual(delivered[0]!.parsed.alarm, raised)
  assert.equal(delivered[1]!.parsed.containment!.id, containment)
  assert.equal(new Set(delivered.map(({ parsed }) => parsed.id)).size, delivered.length)
})

test('an alarm below the share is told of and not contained', async () => {
  await newTenant()
  await save({ rules: [{ kind: 'unknown-script', scope: 'site', sharePercentMin: 50 }], webhook: url })
  assert.equal(await platform.candor.playbooks.onAlarm(tenant.id, alarm({ share: 0.49 })), null)
  await until(() => delivered.length === 1, 'the webhook hears of it')
  assert.deepEqual(await containments(), [])
  assert.ok(await platform.candor.playbooks.onAlarm(tenant.id, alarm({ share: 0.5 })))
})

test('an alarm about a page that is no site of the tenant is not contained, and nothing breaks', async () => {
  await newTenant()
  await save({ rules: [{ kind: 'unknown-script', scope: 'site', sharePercentMin: 0 }], webhook: null })
  const elsewhere = alarm({ page: 'https://other.example/', template: 'https://other.example/' })
  assert.equal(await platform.candor.playbooks.onAlarm(tenant.id, elsewhere), null)
})

test('many alarms at once about one page are one containment', async () => {
  await newTenant()
  await save({ rules: [{ kind: 'unknown-script', scope: 'site', sharePercentMin: 0 }], webhook: null })
  const answered = await Promise.all(
    Array.from({ length: 8 }, () => platform.candor.playbooks.onAlarm(tenant.id, alarm())),
  )
  assert.equal(answered.filter((id) => id !== null).length, 1)
  assert.equal((await containments()).length, 1)
})

test('a delivery that was not confirmed comes again under the same id, and nothing overtakes it', async () => {
  await newTenant()
  await save({ rules: [], webhook: url })
  answers.push(500, 500)
  await platform.candor.playbooks.onAlarm(tenant.id, alarm({ what: 'first' }))
  await platform.candor.playbooks.onAlarm(tenant.id, alarm({ what: 'second' }))
  await until(() => delivered.length === 4, 'both arrive')
  assert.deepEqual(
    delivered.map(({ parsed }) => parsed.alarm!.what),
    ['first', 'first', 'first', 'second'],
  )
  assert.equal(new Set(delivered.map(({ parsed }) => parsed.id)).size, 2)
  await until(async () => (await waiting()) === 0, 'what was confirmed is deleted')
})

async function waiting(): Promise<number> {
  const [row] = await platform.sql<{ n: number }>(
    'select count(*)::int as n from webhook_deliveries where tenant_id = $1',
    [tenant.id],
  )
  return row!.n
}

test('what was not delivered when the server ended is delivered by the next one', async () => {
  await newTenant()
  await save({ rules: [], webhook: url })
  answers.push(...Array.from({ length: 5 }, () => 503))
  await platform.candor.playbooks.onAlarm(tenant.id, alarm())
  await until(() => delivered.length === 1, 'it was tried')
  await platform.stopServer()
  answers.length = 0
  await platform.startServer()
  await until(async () => (await waiting()) === 0, 'it is delivered')
  assert.equal(new Set(delivered.map(({ parsed }) => parsed.id)).size, 1)
})

test('a queue that nobody empties keeps the newest and forgets the oldest', async () => {
  await newTenant()
  await save({ rules: [], webhook: url })
  await platform.sql(
    `insert into webhook_deliveries (tenant_id, id, made_at, body, next_at)
     select $1, ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, now(), '{}', now() + interval '1 hour'
     from generate_series(1, 1000) n`,
    [tenant.id],
  )
  await platform.candor.playbooks.onAlarm(tenant.id, alarm())
  assert.equal(await waiting(), 1_000)
  const [oldest] = await platform.sql<{ id: string }>(
    'select min(id::text) as id from webhook_deliveries where tenant_id = $1',
    [tenant.id],
  )
  assert.equal(oldest!.id, '00000000-0000-7000-8000-000000000002')
  assert.equal((await save({ rules: [], webhook: null })).status, 200)
  await until(async () => (await waiting()) === 0, 'without a webhook nothing waits')
})

test('a new secret signs what comes from then on; the secret is shown once and is not in the database', async () => {
  await newTenant()
  const first = (await save({ rules: [], webhook: url })).body.secret!
  const again = await save({ rules: [], webhook: url })
  assert.equal(again.status, 200)
  assert.equal(again.body.secret, undefined)
  const read = await platform.request(tenant, 'GET', '/v1/integrity/playbook')
  assert.deepEqual(read.body, { rules: [], webhook: url })
  const rotated = await platform.request(tenant, 'POST', '/v1/integrity/playbook/secret')
  const second = String(rotated.body['secret'])
  assert.equal(rotated.status, 201)
  assert.notEqual(second, first)
  await platform.candor.playbooks.onAlarm(tenant.id, alarm())
  await until(() => delivered.length === 1, 'it is delivered')
  assert.ok(isGenuine(delivered[0]!, second) && !isGenuine(delivered[0]!, first))
  const rows = JSON.stringify(await platform.sql('select * from playbooks where tenant_id = $1', [tenant.id]))
  for (const secret of [first, second])
    assert.ok(!rows.includes(secret) && !rows.includes(Buffer.from(secret).toString('hex')))
})

test('a secret that does not open stops no containment, and a new one delivers what waited', async () => {
  await newTenant()
  await save({ rules: [], webhook: url })
  await platform.sql(`update playbooks set sealed_secret = '\\x00' where tenant_id = $1`, [tenant.id])
  const body = { scope: { kind: 'tenant' }, reason: 'A skimmer' }
  const begun = await platform.request(tenant, 'POST', '/v1/integrity/containments', body)
  assert.equal(begun.status, 201)
  const { body: rotated } = await platform.request(tenant, 'POST', '/v1/integrity/playbook/secret')
  await until(() => delivered.length === 1, 'it is delivered')
  assert.ok(isGenuine(delivered[0]!, String(rotated['secret'])))
})

test('a change of the playbook is in the log, and agents and supervisors do not make one', async () => {
  await newTenant()
  await save({ rules: [{ kind: 'canary-seen', scope: 'tenant', sharePercentMin: 0 }], webhook: null })
  const { items } = await platform.candor.accessLog.entries(
    tenant.id,
    { type: 'access-widened' },
    { cursor: null, limit: 1 },
  )
  assert.match(items[0]!.what!, /playbook-changed: .*rules canary-seen tenant 0 %, webhook none/)
  for (const role of ['agent', 'supervisor'] as const) {
    const person = await signIn(platform, tenant, role)
    const answer = await person.send('PUT', '/v1/integrity/playbook', { rules: [], webhook: null })
    assert.equal(answer.status, 403, role)
    assert.equal((await person.send('POST', '/v1/integrity/playbook/secret')).status, 403, role)
  }
})

test('what is no rule and no address is refused by its field', async () => {
  await newTenant()
  const rule = { kind: 'unknown-script', scope: 'site', sharePercentMin: 5 } as const
  for (const [playbook, field] of [
    [{ rules: [{ ...rule, sharePercentMin: 101 }], webhook: null }, /rules\.0\.sharePercentMin/],
    [{ rules: [{ ...rule, kind: 'noise' as never }], webhook: null }, /rules\.0\.kind/],
    [{ rules: [rule, rule], webhook: null }, /rules\.1/],
    [{ rules: [], webhook: 'http://shop.example/hook' }, /webhook/],
    [{ rules: [], webhook: 'https://user:word@shop.example/hook' }, /webhook/],
    [{ rules: [], webhook: 'hook' }, /webhook/],
  ] as const) {
    const { status, body } = await save(playbook as unknown as Playbook)
    assert.equal(status, 422)
    assert.match(body.field!, field)
  }
  const none = await platform.request(tenant, 'POST', '/v1/integrity/playbook/secret')
  assert.equal(none.status, 404, 'there is no webhook that a secret would be for')
})

test('a canary that the watcher saw leave a page is contained, and the alarm says by what', async () => {
  await newTenant()
  await save({ rules: [{ kind: 'canary-seen', scope: 'template', sharePercentMin: 20 }], webhook: url })
  const visitor = await platform.visitor(tenant, {
    origin: site,
    page: { url: `${site}/pay/4711`, title: 'Pay', cardFields: false },
  })
  const { integrity } = platform.candor
  const raised = await integrity.alarms.raise(tenant.id, {
    kind: 'canary-seen',
    page: `${site}/pay/:id`,
    script: 'https://evil.example/s.js',
    what: 'The card of the watcher left the page for evil.example.',
    at: Date.now(),
  })
  assert.equal((await visitor.until('goodbye')).code, 'contained')
  await integrity.settled()
  const [held] = await containments()
  const found = (await integrity.alarms.list(tenant.id, { limit: 10 })).find(({ id }) => id === raised.id)!
  assert.deepEqual(
    [found.state, found.by, found.containment, held!.alarm],
    ['contained', 'Playbook', held!.id, raised.id],
  )
  await until(() => delivered.length === 2, 'the webhook hears of both')
  assert.deepEqual(
    delivered.map(({ parsed }) => parsed.type),
    ['alarm', 'containment'],
  )
})

test('a supervisor contains an alarm’s page with one decision, under their own name, and no more than the page', async () => {
  await newTenant()
  const { integrity } = platform.candor
  const page = `${site}/pay/:id`
  const raised = await integrity.alarms.raise(tenant.id, {
    kind: 'canary-seen',
    page,
    what: 'The card of the watcher left the page.',
    at: Date.now(),
  })
  await integrity.settled()
  const supervisor = await signIn(platform, tenant, 'supervisor')
  const at = `/v1/integrity/alarms/${raised.id}`
  assert.equal((await supervisor.send('POST', `${at}/contain`, { scope: { kind: 'tenant' } })).status, 403)
  assert.equal((await supervisor.send('POST', `${at}/dismiss`, {})).status, 403)
  const decided = await supervisor.send('POST', `${at}/contain`, {})
  assert.equal(decided.status, 200, JSON.stringify(decided.body))
  const [held] = await containments()
  assert.equal(decided.body['containment'], held!.id)
  assert.deepEqual(
    [held!.scope, held!.by, held!.alarm, held!.reason],
    [
      { kind: 'template', template: page },
      supervisor.name,
      raised.id,
      'The card of the watcher left the page.',
    ],
  )
})

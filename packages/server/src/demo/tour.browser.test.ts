import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, test } from 'node:test'
import type { Browser, BrowserContextOptions, FrameLocator, Page } from 'playwright-core'
import { launchBrowser } from '../../test/chromium.ts'
import { TestPlatform } from '../../test/test-platform.ts'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const testCard = '4111 1111 1111 1111'
/** A start from nothing, a desk and a widget on two shared cores. */
const slowMs = 30_000

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

interface Tour {
  page: Page
  chat: FrameLocator
  desk: FrameLocator
  /** Everything that left the browser. */
  sent: string[]
  /** What a policy refused, and what broke. */
  faults: string[]
  close(): Promise<void>
}

async function openTour(options: BrowserContextOptions = {}): Promise<Tour> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(slowMs)
  const sent: string[] = []
  const faults: string[] = []
  page.on('request', (request) => sent.push(`${request.url()} ${request.postData() ?? ''}`))
  page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => sent.push(payload.toString())))
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted(HTML|Script)/.test(message.text())) faults.push(message.text())
  })
  await page.goto(`${platform.url}/`)
  return {
    page,
    chat: page.frameLocator('#site iframe').frameLocator('iframe'),
    desk: page.frameLocator('[data-desk]'),
    sent,
    faults,
    close: () => context.close(),
  }
}

async function sitesUrl(): Promise<string> {
  const html = await (await fetch(`${platform.url}/`)).text()
  return new URL(/<iframe\s+src="([^"]+)"/.exec(html)![1]!).origin
}

/** Rule and element of everything that axe objects to, in the page itself. */
async function axeFaults(page: Page): Promise<string[]> {
  await page.evaluate(axeSource)
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(
          context: Document,
          options: object,
        ): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>
      }
    }
    const { violations } = await axe.run(document, { iframes: false })
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`))
  })
}

test('a newcomer asks, tries to leak a card and answers as Ada; the tour tells each and ticks it off', async () => {
  const { page, chat, desk, sent, faults, close } = await openTour()
  const happened = page.locator('[data-lines]')
  await page.frameLocator('#site iframe').getByRole('button', { name: 'Chat' }).click()
  await chat.getByRole('textbox').fill('How much baggage is included?')
  await chat.getByRole('textbox').press('Enter')
  await page.locator('[data-step="1"].is-done').waitFor()
  await happened.getByText('Skye, the virtual agent, answered.').first().waitFor()
  await chat.getByRole('log').getByText('Classic and Flex include one checked bag').waitFor()

  await chat.getByRole('textbox').fill(`my card is ${testCard}`)
  await chat.getByRole('textbox').press('Enter')
  await page.locator('[data-step="2"].is-done').waitFor()
  await happened.getByText('A card number was stopped.').waitFor()
  await happened.getByText('The server never saw it.').waitFor()
  assert.deepEqual(
    sent.filter((each) => each.replaceAll(/\D/g, '').includes(testCard.replaceAll(' ', ''))),
    [],
    'the number did not leave the browser',
  )

  await desk
    .getByText(/^Visitor/)
    .first()
    .click()
  await happened.getByText('Ada Lindqvist opened the conversation.').waitFor()
  const answer = 'Ada here. One suitcase of 23 kg.'
  await desk.getByPlaceholder(/^Write a reply/).fill(answer)
  await desk.getByPlaceholder(/^Write a reply/).press('Enter')
  await chat.getByRole('log').getByText(answer).waitFor()
  await page.locator('[data-step="3"].is-done').waitFor()
  await happened.getByText('Ada Lindqvist took over.').waitFor()
  const told = await happened.innerText()
  assert.doesNotMatch(told, /baggage|suitcase/, 'no word of the conversation is told')
  // What a person sees is the newest first: the answer stands above the takeover that it needed.
  assert.ok(told.indexOf('Ada Lindqvist answered.') < told.indexOf('Ada Lindqvist took over.'))
  assert.deepEqual(faults, [])
  await close()
  await platform.check()
})

test('a reload keeps the ticks and shows what was', async () => {
  const { page, close } = await openTour()
  await page.evaluate(() => sessionStorage.setItem('candor-tour-done', '[1,2]'))
  await page.reload()
  await page.locator('[data-step="2"].is-done').waitFor()
  assert.equal(await page.locator('[data-step="3"].is-done').count(), 0)
  await page.locator('[data-lines] li').first().waitFor()
  await close()
})

test('on a page with card fields that nobody approved, the chat stays closed, says so and reports it', async () => {
  const { page, faults, close } = await openTour()
  const shop = await page.context().newPage()
  await shop.goto(`${await sitesUrl()}/maple-main/pay`)
  await shop.getByRole('button', { name: 'Chat' }).click()
  await shop.getByText('chat stays closed on pages where card details are entered').waitFor()
  assert.equal(await shop.locator('iframe:visible').count(), 0)
  await page.locator('[data-lines]').getByText('/maple-main/pay is not approved by the tenant.').waitFor()
  assert.deepEqual(faults, [])
  await close()
})

test('a click signs in as somebody else of the demo, and leads to the desk', async () => {
  const { page, close } = await openTour()
  await page.getByRole('button', { name: 'Sign in as…' }).click()
  await page.getByRole('button', { name: /^Grace/ }).click()
  await page.waitForURL(`${platform.url}/desk/**`)
  const me = await page.evaluate(async () => (await fetch('/v1/me')).json())
  assert.equal(me.person.name, 'Grace Adeyemi')
  assert.equal(me.tenant.name, 'Maple & Main')
  await close()
})

for (const [how, options] of Object.entries({
  'on a large screen': { viewport: { width: 1440, height: 900 } },
  'in the dark': { viewport: { width: 1280, height: 800 }, colorScheme: 'dark' },
  'on a phone': { viewport: { width: 320, height: 640 } },
} satisfies Record<string, BrowserContextOptions>)) {
  test(`the tour and every demo page have no fault that axe knows, and fit, ${how}`, async () => {
    const { page, close } = await openTour({ reducedMotion: 'reduce', ...options })
    await page.locator('[data-live].is-on').waitFor({ state: 'attached' })
    assert.deepEqual(await axeFaults(page), [])
    for (const tab of await page.getByRole('tab').all()) {
      await tab.click()
      assert.deepEqual(await axeFaults(page), [], await tab.innerText())
    }
    await page.getByRole('button', { name: 'Sign in as…' }).click()
    assert.deepEqual(await axeFaults(page), [], 'with the list of people open')
    const sites = await sitesUrl()
    for (const path of [
      '/aurora-air/',
      '/aurora-air/booking',
      '/aurora-air/checkout',
      '/aurora-air/pay',
      '/maple-main/',
      '/maple-main/stores',
      '/maple-main/cart',
      '/maple-main/pay',
    ]) {
      await page.goto(sites + path)
      await page.getByRole('button', { name: 'Chat' }).waitFor()
      assert.deepEqual(await axeFaults(page), [], path)
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      assert.ok(overflow <= 0, `${path} is ${overflow} px too wide`)
    }
    await close()
  })
}

test('on a phone the four sides are tabs, reached by the arrow keys', async () => {
  const { page, close } = await openTour({ viewport: { width: 390, height: 844 } })
  await page.getByRole('tab', { name: 'Web site' }).focus()
  await page.keyboard.press('ArrowRight')
  assert.equal(await page.getByRole('tab', { name: 'Ada’s desk' }).getAttribute('aria-selected'), 'true')
  await page.getByRole('tabpanel', { name: 'The desk, signed in as Ada' }).waitFor()
  await page.keyboard.press('End')
  await page.getByRole('tabpanel', { name: 'Who read it' }).waitFor()
  assert.equal(await page.getByRole('tabpanel').count(), 1)
  await page.keyboard.press('ArrowRight')
  await page.getByRole('tabpanel', { name: 'The airline’s checkout page' }).waitFor()
  await close()
})

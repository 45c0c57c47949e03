import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { launchBrowser } from '../../../test/chromium.ts'
import { exampleSite } from './example-site.ts'
import { openResponseSites, type ResponseSites } from './open-response-sites.ts'
import { renderSite } from './render-site.ts'
import { publishToFolder } from './site-folder.ts'
import { drainSpool, type Inquiry } from './spool.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const folder = mkdtempSync(path.join(tmpdir(), 'candor-response-'))
let browser: Browser
let server: Server
let sites: ResponseSites
let at = ''

before(async () => {
  publishToFolder(
    path.join(folder, 'sites'),
    'aurora-air',
    renderSite(exampleSite('https://aurora.example/response'), { en: 'signed\n', es: 'firmado\n' }),
  )
  sites = await openResponseSites({ folder, now: () => Date.now(), addressOf: () => '192.0.2.1' })
  server = createServer((request, response) => void sites.handle(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  at = `http://127.0.0.1:${(server.address() as AddressInfo).port}/response/aurora-air/`
  browser = await launchBrowser()
})
after(async () => {
  await browser.close()
  server.closeAllConnections()
  server.close()
  await sites.close()
  rmSync(folder, { recursive: true, force: true })
})

async function withPage(options: BrowserContextOptions, act: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext(options)
  try {
    const page = await context.newPage()
    const faults: string[] = []
    page.on('console', (message) => faults.push(message.text()))
    await act(page)
    assert.deepEqual(faults, [])
  } finally {
    await context.close()
  }
}

/** Its policy allows no script; axe comes in by the debugger, which a policy does not concern. */
async function axeFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> }
    }
    const { violations } = await axe.run()
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
  })
}

const looks: [string, BrowserContextOptions][] = [
  ['on a large screen', { viewport: { width: 1100, height: 900 } }],
  ['in the dark', { viewport: { width: 1100, height: 900 }, colorScheme: 'dark' }],
  ['at 320 pixels', { viewport: { width: 320, height: 640 } }],
]

for (const [how, options] of looks)
  test(`every page in every language has no fault that axe knows, and fits, ${how}`, () =>
    withPage(options, async (page) => {
      for (const name of [
        '',
        'asked.html',
        'subscribed.html',
        'too-many.html',
        'unreadable.html',
        'away.html',
      ])
        for (const language of ['', 'es/']) {
          await page.goto(at + language + name)
          assert.deepEqual(await axeFaults(page), [])
          assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth))
        }
    }))

test('by keyboard alone and without a script: to the form, an answer asked for, and back', () =>
  withPage({ javaScriptEnabled: false }, async (page) => {
    await page.goto(at)
    await page.keyboard.press('Tab')
    assert.equal(await page.locator(':focus').textContent(), 'Go to what you can do')
    const email = page.getByRole('textbox', { name: 'E-mail address' }).first()
    for (let n = 0; n < 20 && !(await email.evaluate((field) => field === document.activeElement)); n++)
      await page.keyboard.press('Tab')
    await page.keyboard.type('somebody@example.com')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'The answer is on its way' }).waitFor()
    await page.getByRole('link', { name: 'Back to the page' }).press('Enter')
    await page.getByRole('heading', { name: 'What you can do now' }).waitFor()
    const taken: Inquiry[] = []
    for (let n = 0; n < 100 && taken.length === 0; n++) {
      await drainSpool(sites.spoolFolder, async (some) => void taken.push(...some))
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    assert.deepEqual(
      taken.map(({ email, kind }) => ({ email, kind })),
      [{ email: 'somebody@example.com', kind: 'affected' }],
    )
  }))

test('the other language is one click away, on the same page', () =>
  withPage({}, async (page) => {
    await page.goto(at + 'asked.html')
    await page.getByRole('link', { name: 'Español' }).click()
    await page.getByRole('heading', { name: 'La respuesta está en camino' }).waitFor()
    await page.getByRole('link', { name: 'English' }).click()
    await page.getByRole('heading', { name: 'The answer is on its way' }).waitFor()
  }))

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import * as path from 'node:path'
import { after, before, test } from 'node:test'
import fastify, { type FastifyInstance } from 'fastify'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { openFakeLog, type FakeLog } from '../../../console/test/fake-log.ts'
import { launchBrowser } from '../../test/chromium.ts'
import { deskRoutes } from '../edge/desk-files.ts'
import type { FeedLine } from './tour-feed.ts'
import { tourRoutes } from './tour-routes.ts'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const conversation = '018f0000-0000-7000-8000-000000000001'
const ada = { kind: 'agent', id: 'ada', name: 'Ada Lindqvist', role: 'agent' } as const

let browser: Browser
let app: FastifyInstance
let log: FakeLog
let url = ''
let tell: (line: FeedLine) => void = () => {}

before(async () => {
  browser = await launchBrowser()
  log = await openFakeLog(Date.now)
  log.append({ type: 'start', what: 'The keyholder has started.' })
  log.append({
    type: 'join',
    purpose: 'participant',
    outcome: 'granted',
    range: [1, 0],
    actor: { kind: 'visitor', id: 'v', name: 'Noah Hidden' },
    conversation,
  })
  for (let i = 0; i < 300; i++) log.append({ type: 'session-key', actor: ada, what: `Key ${i}` })
  app = fastify({ forceCloseConnections: true })
  await app.register(
    tourRoutes({
      publicUrl: () => url,
      sitesUrl: () => url,
      people: ['ada'],
      feed: {
        recent: () => [line(1)],
        listen(listener) {
          tell = listener
          return () => {}
        },
      },
      signInAs: () => Promise.resolve([]),
      tampering: { now: () => null, set: () => Promise.resolve() },
      tenants: () => ['aurora'],
      access: {
        entries: (_, filter) => Promise.resolve({ items: log.entries(filter) }),
        bundle: (_, filter) => log.bundle(filter),
      },
    }),
  )
  await app.register(deskRoutes(path.resolve(import.meta.dirname, '../../../console/dist'), () => url))
  app.get<{ Params: { '*': string } }>('/log/*', async (request, reply) => {
    const bytes = await log.file(request.params['*'])
    return bytes === null
      ? reply.code(404).send()
      : reply.type('application/octet-stream').send(Buffer.from(bytes))
  })
  url = await app.listen({ host: '127.0.0.1', port: 0 })
})
after(async () => {
  await browser?.close()
  await app?.close()
})

function line(n: number): FeedLine {
  const at = new Date().toISOString()
  return {
    n,
    at,
    tenant: 'Aurora Air',
    conversation,
    kind: 'receipt',
    title: 'Something happened.',
    detail: '',
  }
}

async function openTour(options: BrowserContextOptions = {}): Promise<{ page: Page; faults: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted(HTML|Script)/.test(message.text())) faults.push(message.text())
  })
  await page.goto(url)
  return { page, faults }
}

test('the tour shows who read its conversation, checked against the log, and one flipped byte turns it red', async () => {
  const { page, faults } = await openTour()
  const verdict = page.locator('[data-verdict]')
  const entries = page.locator('[data-entries] li')
  await verdict.filter({ hasText: 'The entry is in the log' }).waitFor()
  assert.match(await entries.innerText(), /The visitor took part/)
  assert.doesNotMatch(await page.locator('#access').innerText(), /Noah/, 'nobody says who the visitor is')

  log.append({ type: 'join', purpose: 'desk', outcome: 'granted', range: [1, 0], actor: ada, conversation })
  tell(line(2))
  await verdict.filter({ hasText: 'All 2 are in the log' }).waitFor()
  await entries.first().filter({ hasText: 'Ada Lindqvist opened it at the desk, live' }).waitFor()

  await page.getByRole('button', { name: 'Change one byte' }).click()
  await page.locator('[data-verdict].is-bad').waitFor()
  assert.equal(await page.locator('[data-entries] .is-broken').count(), 1)
  await page.getByText('in this browser’s memory: the entry is not in the tree that was signed').waitFor()
  // It stays red while new entries come.
  await page.waitForResponse(/tour\/access/)
  assert.equal(await page.locator('[data-verdict].is-bad').count(), 1)
  await page.getByRole('button', { name: 'Put it back' }).click()
  await page.locator('[data-verdict].is-good').waitFor()
  assert.deepEqual(faults, [])
  await page.context().close()
})

test('a log whose files say something else than its bundles is found out', async () => {
  const { page } = await openTour()
  await page.locator('[data-verdict].is-good').waitFor()
  await page.route(/\/log\/tile\/entries\//, async (route) => {
    const answer = await route.fetch()
    const body = await answer.body()
    // A letter in every entry: `granted` becomes another outcome, as long as before.
    await route.fulfill({
      response: answer,
      body: Buffer.from(body.toString('latin1').replaceAll('granted', 'refused'), 'latin1'),
    })
  })
  await page.locator('[data-verdict].is-bad').waitFor()
  await page.locator('[data-why]', { hasText: 'the log holds another entry there' }).waitFor()
  await page.context().close()
})

for (const [how, options] of Object.entries({
  'side by side': {},
  'in the dark': { colorScheme: 'dark' },
  'on a phone': { viewport: { width: 390, height: 844 } },
} satisfies Record<string, BrowserContextOptions>))
  test(`axe objects to nothing in the pane, green and red, ${how}`, async () => {
    const { page } = await openTour({ reducedMotion: 'reduce', ...options })
    await page.locator('[data-verdict].is-good').waitFor({ state: 'attached' })
    const tab = page.getByRole('tab', { name: 'Who read it' })
    if (await tab.isVisible()) await tab.click()
    await page.evaluate(axeSource)
    const axe = (): Promise<string[]> =>
      page.evaluate(async () => {
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
    assert.deepEqual(await axe(), [])
    await page.getByRole('button', { name: 'Change one byte' }).click()
    await page.locator('[data-verdict].is-bad').waitFor()
    assert.deepEqual(await axe(), [])
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0)
    await page.context().close()
  })

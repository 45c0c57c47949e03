import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { openBrowser, openDesk, type OpenDesk } from './open-desk.ts'
import type { FakeOptions } from './fake-server.ts'

let browser: Browser
before(async () => {
  browser = await openBrowser()
})
after(() => browser.close())

interface State {
  name: string
  path: string
  options?: FakeOptions
  reach(desk: OpenDesk): Promise<void>
}

const checkout = '018f0000-0000-7000-8000-000000009a01'
const scriptPage = `pages?item=${checkout}&script=018f0000-0000-7000-8000-000000005c01`
const firstAlarm = 'alarms?item=018f0000-0000-7000-8000-00000000a1a1'

const states: State[] = [
  {
    name: 'home with alarms, its table open',
    path: 'overview',
    async reach({ page }) {
      await page.getByText('The same as a table').click()
      await page.getByRole('columnheader', { name: 'Minute' }).waitFor()
    },
  },
  {
    name: 'home where all is well',
    path: 'overview',
    options: { integrity: 'quiet' },
    reach: ({ page }) => page.getByText('All 6 pages run only what was approved').waitFor(),
  },
  {
    name: 'home of a tenant that begins',
    path: 'overview',
    options: { integrity: 'new' },
    reach: ({ page }) => page.getByRole('button', { name: 'Copy' }).waitFor(),
  },
  {
    name: 'home of a tenant whose browsers do not report',
    path: 'overview',
    options: { integrity: 'blind' },
    reach: ({ page }) => page.getByText('Let browsers report').waitFor(),
  },
  {
    name: 'the alarms',
    path: 'alarms',
    reach: ({ page }) => page.getByText('Canary card number seen leaving').first().waitFor(),
  },
  {
    name: 'no alarm',
    path: 'alarms',
    options: { integrity: 'quiet' },
    reach: ({ page }) => page.getByText('No alarm is open.').waitFor(),
  },
  {
    name: 'an alarm that is proof, with what was captured',
    path: firstAlarm,
    reach: ({ page }) => page.getByRole('region', { name: 'Captured content' }).waitFor(),
  },
  {
    name: 'an alarm that was dismissed, for a supervisor',
    path: 'alarms?state=dismissed&item=018f0000-0000-7000-8000-00000000a1a4',
    options: { role: 'supervisor' },
    reach: ({ page }) => page.getByText('Dismissed by Ingrid Solberg').first().waitFor(),
  },
  {
    name: 'approving',
    path: firstAlarm,
    async reach({ page }) {
      await page.getByRole('button', { name: 'Approve' }).first().waitFor()
      await page.keyboard.press('a')
      await page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'containing',
    path: firstAlarm,
    async reach({ page }) {
      await page.getByRole('button', { name: 'Contain C' }).waitFor()
      await page.keyboard.press('c')
      await page.getByText('This stops the chat, not the script').waitFor()
    },
  },
  {
    name: 'the pages',
    path: 'pages',
    reach: ({ page }) => page.getByText('Card fields, not approved').waitFor(),
  },
  {
    name: 'the scripts of a page, asked to approve all',
    path: `pages?item=${checkout}`,
    async reach({ page }) {
      await page.getByRole('button', { name: 'Approve all of them…' }).click()
      await page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'the scripts of a page',
    path: `pages?item=${checkout}`,
    reach: ({ page }) => page.getByText('New content').waitFor(),
  },
  {
    name: 'a script with its difference',
    path: scriptPage,
    async reach({ page }) {
      await page.getByRole('button', { name: 'Next' }).click()
      await page.getByText('Change 1 of 2').waitFor()
    },
  },
  {
    name: 'a difference in one column',
    path: `${scriptPage}&layout=unified`,
    reach: ({ page }) => page.getByText('2 changes').waitFor(),
  },
  {
    name: 'the watcher with proof',
    path: 'watcher',
    reach: ({ page }) => page.getByText('Card number ending in 4242').waitFor(),
  },
  {
    name: 'the watcher that goes nowhere',
    path: 'watcher',
    options: { integrity: 'new' },
    reach: ({ page }) => page.getByRole('button', { name: 'Add your payment page' }).waitFor(),
  },
  {
    name: 'a page to watch, with a wrong host',
    path: 'watcher',
    async reach({ page }) {
      await page.getByRole('button', { name: 'Add a page' }).click()
      await page.getByRole('textbox', { name: 'Hosts that may be sent card numbers' }).fill('*')
      await page.getByText('is no host name').waitFor()
    },
  },
  {
    name: 'the kill switch, asked',
    path: 'containment',
    async reach({ page }) {
      await page.getByRole('button', { name: 'Stop the chat…' }).click()
      await page.getByRole('textbox', { name: 'Why' }).waitFor()
    },
  },
  {
    name: 'a containment that runs, with the playbook',
    path: 'containment',
    async reach({ page }) {
      await page.getByRole('button', { name: 'Stop the chat…' }).click()
      await page.getByRole('textbox', { name: 'Why' }).fill('A skimmer.')
      await page.getByRole('textbox', { name: 'Type “stop” to confirm' }).fill('stop')
      await page.keyboard.press('Enter')
      await page.getByText('212 of 212 open chats').waitFor()
    },
  },
  {
    name: 'the releases, one revoked and still served',
    path: 'releases',
    reach: ({ page }) => page.getByText('Pages still show it').waitFor(),
  },
  {
    name: 'evidence of a period that is none',
    path: 'evidence?from=2026-10-01&to=2026-09-01',
    reach: ({ page }) => page.getByText('It ends before it begins.').waitFor(),
  },
  {
    name: 'the desk under its banners',
    path: '/desk/',
    reach: ({ page }) => page.getByText('Proof:').waitFor(),
  },
]

for (const { name, path, options, reach } of states)
  test(`axe objects to nothing: ${name}`, async () => {
    for (const [scheme, dir, width] of [
      ['light', 'ltr', 1440],
      ['dark', 'rtl', 1440],
      ['light', 'ltr', 390],
    ] as const) {
      const desk = await openDesk(browser, {
        integrity: 'alarms',
        ...options,
        path: path.startsWith('/') ? path : `/desk/integrity/${path}`,
        context: { colorScheme: scheme, viewport: { width, height: 844 } },
      })
      try {
        await desk.page.evaluate((dir) => (document.documentElement.dir = dir), dir)
        await reach(desk)
        assert.deepEqual(await desk.axe(), [], `${scheme}, ${dir}, ${width} px`)
        assert.deepEqual(desk.violations, [])
        assert.deepEqual(desk.faults, [])
        const sideways = await desk.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
        assert.ok(sideways <= 0, `${scheme}, ${dir}, ${width} px: scrolls ${sideways} px sideways`)
      } finally {
        await desk.close()
      }
    }
  })

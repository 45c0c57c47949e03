import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { openBrowser, openDesk, type OpenDesk } from './open-desk.ts'
import type { FakeOptions } from './fake-server.ts'

let browser: Browser
before(async () => {
  browser = await openBrowser()
})
after(() => browser.close())

interface State {
  name: string
  options?: FakeOptions & { path?: string }
  reach(desk: OpenDesk): Promise<void>
}

const open = async ({ page }: { page: Page }): Promise<void> => {
  await page.locator('[data-row]').first().waitFor()
  await page.keyboard.press(']')
  await page.locator('[data-item]').first().waitFor()
  await page.getByText('Who opened this text').waitFor()
}

const choose = async ({ page }: OpenDesk, who: string, deed: string): Promise<void> => {
  await page.getByRole('button', { name: `Change ${who}` }).click()
  await page.getByRole('menuitem', { name: deed }).click()
  await page.getByRole('dialog').waitFor()
}

/** The first of my conversations. */
const conversation = '018f0000-0000-7000-8000-000000100001'

const states: State[] = [
  {
    name: 'sign-in',
    options: { signedIn: false },
    reach: ({ page }) => page.getByLabel('Password').waitFor(),
  },
  {
    name: 'a wrong password',
    options: { signedIn: false },
    async reach({ page }) {
      await page.getByLabel('E-mail address').fill('maya@aurelia.example')
      await page.getByLabel('Password').fill('wrong')
      await page.keyboard.press('Enter')
      await page.getByRole('alert').waitFor()
    },
  },
  {
    name: 'an empty inbox',
    options: { conversations: 0 },
    reach: ({ page }) => page.getByText('Nobody is waiting.').waitFor(),
  },
  { name: 'an open conversation', reach: open },
  {
    name: 'my conversation with a note, a failed message, a deletion and the card notice',
    options: { path: '/desk/?view=mine' },
    async reach(desk) {
      const { page, server } = desk
      await open(desk)
      await page.keyboard.press('r')
      for (const text of ['To be deleted', 'Fails']) {
        if (text === 'Fails') server.refuseNext('handler_changed')
        await page.keyboard.type(text)
        await page.keyboard.press('Enter')
        await page.getByText(text).first().waitFor()
      }
      await page.locator('[data-outgoing="failed"]').waitFor()
      // Only a message that is stored can be deleted.
      await page.locator('[data-item]', { hasText: 'To be deleted' }).waitFor()
      await page.keyboard.press('Escape')
      await page.keyboard.press('Shift+D')
      await page.getByText('This message was deleted.').waitFor()
      await page.keyboard.press('n')
      await page.keyboard.type('Only for us')
      await page.keyboard.press('Enter')
      await page.keyboard.type('4111 1111 1111 1111')
      await page.keyboard.press('Enter')
      await page.getByText('Nothing was sent').waitFor()
    },
  },
  {
    name: 'the palette',
    async reach({ page }) {
      await page.locator('[data-row]').first().waitFor()
      await page.keyboard.press('Control+k')
      await page.keyboard.type('go')
      await page.getByRole('option').first().waitFor()
    },
  },
  {
    name: 'all keys',
    async reach({ page }) {
      await page.locator('[data-row]').first().waitFor()
      await page.keyboard.press('?')
      await page.getByRole('dialog', { name: 'All keys' }).waitFor()
    },
  },
  {
    name: 'a transfer',
    async reach(desk) {
      await open(desk)
      await desk.page.keyboard.press('x')
      await desk.page.getByRole('option', { name: 'Refunds' }).waitFor()
      await desk.page.keyboard.press('Enter')
      await desk.page.getByLabel('Note for whoever takes it').waitFor()
    },
  },
  {
    name: 'the menu of a conversation',
    async reach(desk) {
      await open(desk)
      await desk.page.getByRole('button', { name: 'More actions' }).click()
      await desk.page.getByRole('menuitem').first().waitFor()
    },
  },
  {
    name: 'no connection',
    async reach(desk) {
      await open(desk)
      desk.server.cut(true)
      await desk.page.getByText('No connection.').waitFor()
    },
  },
  ...['people', 'canned-replies', 'widget', 'pages', 'identifier-formats', 'identity-keys', 'api-keys'].map(
    (section): State => ({
      name: `settings: ${section}`,
      options: { path: `/desk/settings/${section}` },
      reach: ({ page }) => page.locator('main form, main li').first().waitFor(),
    }),
  ),
  {
    name: 'settings: no identifier format',
    options: { path: '/desk/settings/identifier-formats', formats: [] },
    reach: ({ page }) => page.getByText('None. Order, booking').waitFor(),
  },
  {
    name: 'settings: a format that is tried and one that is edited',
    options: { path: '/desk/settings/identifier-formats' },
    async reach({ page }) {
      await page.getByRole('button', { name: 'Edit' }).first().click()
      await page.getByRole('form', { name: 'Edit Order number' }).waitFor()
      await page.getByLabel('Pattern').last().fill('#### #### #### ####')
      await page.getByLabel('Word before it').last().fill('my card')
      await page.getByText('This names cards').waitFor()
      await page.getByText('With this format').last().waitFor()
    },
  },
  {
    name: 'settings: what happens to somebody who is deactivated',
    options: { path: '/desk/settings/people' },
    reach: (desk) => choose(desk, 'Jonas Weber', 'Deactivate'),
  },
  {
    name: 'settings: a person’s name and role',
    options: { path: '/desk/settings/people' },
    reach: (desk) => choose(desk, 'Jonas Weber', 'Name and role'),
  },
  {
    name: 'settings: a temporary password, shown once',
    options: { path: '/desk/settings/people' },
    async reach(desk) {
      await choose(desk, 'Priya Raman', 'Temporary password')
      await desk.page.getByRole('button', { name: 'Make it' }).click()
      await desk.page.getByText('It is not shown again').waitFor()
    },
  },
  {
    name: 'settings: where the conversations of an archived queue go',
    options: { path: '/desk/settings/people' },
    reach: (desk) => choose(desk, 'Bookings', 'Archive'),
  },
  {
    name: 'sign-in with a temporary password',
    options: { signedIn: false },
    async reach({ page }) {
      await page.getByLabel('E-mail address').fill('jonas@aurelia.example')
      await page.getByLabel('Password').fill('k7mq-x2fd-w9ra-c4th')
      await page.keyboard.press('Enter')
      await page.getByLabel('New password').waitFor()
    },
  },
  {
    name: 'a past that cannot be opened now',
    async reach(desk) {
      desk.server.keyholderAway('live')
      await desk.page.locator('[data-row]').first().waitFor()
      await desk.page.keyboard.press(']')
      await desk.page.getByText('can’t be opened right now').waitFor()
    },
  },
  {
    name: 'a suspended account',
    async reach(desk) {
      desk.server.suspended(true)
      await desk.page.locator('[data-row]').first().waitFor()
      await desk.page.keyboard.press(']')
      await desk.page.getByText('Ingrid Solberg can lift it').waitFor()
    },
  },
  {
    name: 'erasure, asked',
    async reach(desk) {
      await open(desk)
      await desk.page.keyboard.press('Shift+X')
      await desk.page.getByLabel(/to confirm/).waitFor()
    },
  },
  {
    name: 'erasure, done',
    async reach(desk) {
      await open(desk)
      await desk.page.keyboard.press('Shift+X')
      await desk.page.getByLabel(/to confirm/).fill('erase')
      await desk.page.keyboard.press('Enter')
      await desk.page.getByText('is the receipt').waitFor()
    },
  },
  {
    name: 'page: who read this conversation, one entry open',
    options: { path: `/desk/access/conversation/${conversation}` },
    async reach({ page }) {
      await page.getByText('entries are in the log').waitFor()
      await page
        .getByRole('button', { name: /Proof$/ })
        .nth(1)
        .click()
      await page.getByText('As it stands in the log').waitFor()
    },
  },
  {
    name: 'page: a byte was changed',
    options: { path: `/desk/access/conversation/${conversation}` },
    async reach({ page }) {
      await page.getByRole('button', { name: 'Change one byte' }).click()
      await page.getByRole('alert').filter({ hasText: 'does not hold' }).waitFor()
    },
  },
  {
    name: 'page: the access log, checked',
    options: { path: '/desk/access' },
    async reach({ page }) {
      await page.getByRole('button', { name: 'Check in this browser' }).click()
      await page.getByText('entries are in the log').waitFor()
    },
  },
  {
    name: 'page: insiders, a reader open',
    options: { path: '/desk/access/review' },
    async reach({ page }) {
      await page.getByText('Legal holds').waitFor()
      await page.getByRole('button', { name: 'Reinstate…' }).click()
      await page.getByRole('button', { name: /^Jonas Weber/ }).click()
      await page.getByText('entries are in the log').waitFor()
    },
  },
  {
    name: 'enrolment of a second factor',
    options: { path: '/desk/profile' },
    async reach({ page }) {
      await page.getByLabel('Your password').fill('candor-demo')
      await page.keyboard.press('Enter')
      await page.getByLabel('3. Code shown by the app').waitFor()
    },
  },
]

for (const { name, options, reach } of states)
  test(`axe objects to nothing: ${name}`, async () => {
    for (const [scheme, dir, width] of [
      ['light', 'ltr', 1440],
      ['dark', 'rtl', 1440],
      ['light', 'ltr', 390],
    ] as const) {
      const desk = await openDesk(browser, {
        ...options,
        context: { colorScheme: scheme, viewport: { width, height: 844 } },
      })
      try {
        await desk.page.evaluate((dir) => (document.documentElement.dir = dir), dir)
        // On a phone the details are closed, and not every state has a way there.
        if (
          width === 390 &&
          !['an empty inbox', 'all keys', 'the palette'].includes(name) &&
          !/^(sign-in|settings|page:)/.test(name)
        )
          continue
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

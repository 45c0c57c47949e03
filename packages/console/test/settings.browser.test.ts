import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { openBrowser, openDesk, type OpenDesk } from './open-desk.ts'

let browser: Browser
before(async () => {
  browser = await openBrowser()
})
after(() => browser.close())

async function atSettings(
  options: Parameters<typeof openDesk>[1],
  run: (desk: OpenDesk) => Promise<void>,
): Promise<void> {
  const desk = await openDesk(browser, { path: '/desk/settings/people', ...options })
  try {
    await run(desk)
    assert.deepEqual(desk.violations, [], 'the content security policy refused nothing')
    assert.deepEqual(desk.faults, [], 'nothing was thrown')
  } finally {
    await desk.close()
  }
}

const rowOf = (page: Page, text: string) => page.locator('main li', { hasText: text })

/** Opens the menu of a person or queue and chooses in it, with the keyboard alone. */
async function chooseByKeys(page: Page, who: string, deed: string): Promise<void> {
  await page.getByRole('button', { name: `Change ${who}` }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem').first().waitFor()
  for (let i = 0; i < 10; i++) {
    if ((await page.locator(':focus').innerText()) === deed) break
    await page.keyboard.press('ArrowDown')
  }
  assert.equal(await page.locator(':focus').innerText(), deed)
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').waitFor()
}

/** Tabs to a button of the dialog and presses it. */
async function pressInDialog(page: Page, name: string): Promise<void> {
  const button = page.getByRole('dialog').getByRole('button', { name, exact: true })
  for (let i = 0; i < 10; i++) {
    if (await button.evaluate((element) => element === document.activeElement)) break
    await page.keyboard.press('Tab')
  }
  assert.ok(await button.evaluate((element) => element === document.activeElement), `Tab reaches ${name}`)
  await page.keyboard.press('Enter')
}

async function focusIsBackAt(page: Page, who: string): Promise<void> {
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.locator(`button[aria-label="Change ${who}"]:focus`).waitFor()
}

test('a person is deactivated and reactivated from the keyboard, told before what happens', () =>
  atSettings({}, async ({ page, server }) => {
    await rowOf(page, 'Jonas Weber').waitFor()
    await chooseByKeys(page, 'Jonas Weber', 'Deactivate')
    await page.getByText('go back to the queues').waitFor()
    await page.keyboard.press('Escape')
    await focusIsBackAt(page, 'Jonas Weber')
    assert.ok(!server.log.some(({ path }) => path.endsWith('/deactivate')), 'asked first')

    await chooseByKeys(page, 'Jonas Weber', 'Deactivate')
    await pressInDialog(page, 'Deactivate')
    await rowOf(page, 'Jonas Weber').filter({ hasText: 'Deactivated' }).waitFor()
    await focusIsBackAt(page, 'Jonas Weber')
    await chooseByKeys(page, 'Jonas Weber', 'Reactivate')
    await pressInDialog(page, 'Reactivate')
    await rowOf(page, 'Jonas Weber').filter({ hasText: 'here now' }).waitFor()
  }))

test('who was deactivated is not offered a conversation, nor is a queue that was archived', () =>
  atSettings({ path: '/desk/' }, async ({ page }) => {
    await page.locator('[data-row]').first().waitFor()
    await page.keyboard.press(']')
    await page.locator('[data-item]').first().waitFor()
    await page.keyboard.press('x')
    await page.getByRole('option', { name: 'Refunds' }).waitFor()
    await page.getByRole('option', { name: 'Jonas Weber' }).waitFor()
    assert.equal(await page.getByRole('option', { name: 'Freya Nilsen' }).count(), 0)
    assert.equal(await page.getByRole('option', { name: 'Vouchers' }).count(), 0)
  }))

test('a changed name is there at once; a refusal stands in the dialog with what was typed', () =>
  atSettings({}, async ({ page }) => {
    await chooseByKeys(page, 'Jonas Weber', 'Name and role')
    await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('Jonas Weber-Lang')
    await page.keyboard.press('Enter')
    await rowOf(page, 'Jonas Weber-Lang').waitFor()

    // Maya is the only administrator.
    await page.getByRole('button', { name: 'Change Maya Lindqvist' }).click()
    await page.getByRole('menuitem', { name: 'Name and role' }).click()
    await page.getByRole('dialog').getByRole('button', { name: /Role/ }).click()
    await page.getByRole('option', { name: 'Agent' }).click()
    await page.getByText('Counts at once').waitFor()
    await pressInDialog(page, 'Save')
    await page.getByRole('alert').filter({ hasText: 'last active administrator' }).waitFor()
    await page.keyboard.press('Escape')
    await rowOf(page, 'Maya Lindqvist').filter({ hasText: 'Administrator' }).waitFor()
  }))

test('a temporary password is shown once and gone when it is done', () =>
  atSettings({}, async ({ page }) => {
    await chooseByKeys(page, 'Priya Raman', 'Temporary password')
    await pressInDialog(page, 'Make it')
    await page.getByText('p3vn-8hsk-j6we-2qzb').waitFor()
    await pressInDialog(page, 'Done')
    await focusIsBackAt(page, 'Priya Raman')
    assert.equal(await page.getByText('p3vn-8hsk-j6we-2qzb').count(), 0)

    const form = page.getByRole('region', { name: 'Add a person' })
    await form.getByRole('textbox', { name: 'Name' }).fill('Lena Berg')
    await form.getByRole('textbox', { name: 'E-mail address' }).fill('lena@aurelia.example')
    await page.keyboard.press('Enter')
    await page.getByText('k7mq-x2fd-w9ra-c4th').waitFor()
    await rowOf(page, 'Lena Berg').filter({ hasText: 'never signed in' }).waitFor()
  }))

test('who lost the phone gets the second factor taken off', () =>
  atSettings({}, async ({ page }) => {
    await rowOf(page, 'Priya Raman').filter({ hasText: 'second factor' }).waitFor()
    await chooseByKeys(page, 'Priya Raman', 'Take the second factor off')
    await pressInDialog(page, 'Take it off')
    await rowOf(page, 'Priya Raman').filter({ hasNotText: 'second factor' }).waitFor()
  }))

test('a queue is renamed, made the first one, and archived into another', () =>
  atSettings({}, async ({ page, server }) => {
    await chooseByKeys(page, 'Refunds', 'Rename')
    await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('Baggage')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').getByText('Another queue has this name.').waitFor()
    await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('Money back')
    await page.keyboard.press('Enter')
    await rowOf(page, 'Money back').waitFor()
    await chooseByKeys(page, 'Money back', 'New conversations come here')
    await pressInDialog(page, 'Send them here')
    await rowOf(page, 'Money back').filter({ hasText: 'New conversations' }).waitFor()
    await chooseByKeys(page, 'Money back', 'Archive')
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /Move conversations to/ })
      .click()
    await page.getByRole('option', { name: 'Baggage' }).click()
    await pressInDialog(page, 'Archive')
    await rowOf(page, 'Money back').filter({ hasText: 'Archived' }).waitFor()
    await rowOf(page, 'Baggage').filter({ hasText: 'New conversations' }).waitFor()
    assert.ok(server.log.some(({ path }) => path.endsWith('/archive')))
  }))

test('a key says who made it, also when they have left', () =>
  atSettings({ path: '/desk/settings/api-keys' }, async ({ page }) => {
    await rowOf(page, 'Nightly export').filter({ hasText: 'by Freya Nilsen (deactivated)' }).waitFor()
  }))

test('a role that changes while the desk is open changes the desk, without a reload', () =>
  atSettings({}, async ({ page, server }) => {
    await rowOf(page, 'Jonas Weber').waitFor()
    server.changeMyRole('supervisor')
    await page.getByRole('heading', { name: 'Canned replies', level: 1 }).waitFor()
    assert.equal(await page.getByRole('link', { name: 'People and queues' }).count(), 0)
  }))

test('a temporary password asks for another one, and who was deactivated is told so', () =>
  atSettings({ path: '/desk/', signedIn: false }, async ({ page }) => {
    const signIn = async (email: string, password: string) => {
      await page.getByLabel('E-mail address').fill(email)
      await page.getByLabel('Password').fill(password)
      await page.keyboard.press('Enter')
    }
    await signIn('freya@aurelia.example', 'candor-demo')
    await page.getByRole('alert').filter({ hasText: 'You were deactivated' }).waitFor()
    await signIn('jonas@aurelia.example', 'k7mq-x2fd-w9ra-c4th')
    await page.getByLabel('New password').fill('correct horse battery')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Inbox' }).waitFor()
  }))

test('one’s own password is changed with the one of now', () =>
  atSettings({ path: '/desk/profile' }, async ({ page }) => {
    await page.getByLabel('Password of now').fill('not mine')
    await page.getByLabel('New password').fill('correct horse battery')
    await page.keyboard.press('Enter')
    await page.getByText('This is not your password.').waitFor()
    await page.getByLabel('Password of now').fill('candor-demo')
    await page.keyboard.press('Enter')
    await page.getByRole('status').filter({ hasText: 'Your password is changed' }).waitFor()
    assert.equal(await page.getByLabel('New password').inputValue(), '')
  }))

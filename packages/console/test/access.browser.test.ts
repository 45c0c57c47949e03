import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { verifyBundle } from '@candor/ledger/bundle.ts'
import { nodeCrypto } from '@candor/ledger/node-crypto.ts'
import { openBrowser, openDesk, type OpenDesk } from './open-desk.ts'

/** The first of Maya's conversations, and the visitor who wrote it. */
const conversation = '018f0000-0000-7000-8000-000000100001'
const customer = '018f0000-0000-7000-8000-000000200001'
const jonas = '018f0000-0000-7000-8000-0000000000a2'
const proofPage = `/desk/access/conversation/${conversation}`

let browser: Browser
before(async () => {
  browser = await openBrowser()
})
after(() => browser.close())

async function atDesk(
  options: Parameters<typeof openDesk>[1],
  run: (desk: OpenDesk) => Promise<void>,
): Promise<void> {
  const desk = await openDesk(browser, options)
  try {
    await run(desk)
    assert.deepEqual(desk.violations, [], 'the content security policy refused nothing')
    assert.deepEqual(desk.faults, [], 'nothing was thrown')
  } finally {
    await desk.close()
  }
}

test('the desk shows under which entry one reads, and leads to who else did, with the proof open', () =>
  atDesk({ path: `/desk/?view=mine&c=${conversation}` }, async ({ page, server }) => {
    const chip = page.getByRole('link', { name: /^Entry #/ })
    await chip.waitFor()
    const own = server.accessLog.entries({ conversation, actor: `agent:${server.me.person.id}` })[0]!
    assert.equal(await chip.innerText(), `Entry #${own.index}`)
    await chip.click()
    await page.getByRole('heading', { name: 'Who read this conversation' }).waitFor()
    await page.getByText('As it stands in the log').waitFor()
    await page.getByRole('img', { name: new RegExp(`from entry ${own.index} to the root`) }).waitFor()
  }))

test('every line is checked in the browser, and a new reader comes to stand on top', () =>
  atDesk({ path: proofPage }, async ({ page, server }) => {
    const before = server.accessLog.entries({ conversation }).length
    await page.getByText(`All ${before} entries are in the log.`).waitFor()
    await page.getByText('2 of 2 cosigned the tree').waitFor()
    await page.getByText('was refused: not signed by the person’s browser').waitFor()
    server.accessLog.append({
      type: 'open',
      purpose: 'supervisor',
      outcome: 'granted',
      range: [1, 9],
      actor: { kind: 'agent', id: 'x', name: 'Somebody New', role: 'supervisor' },
      conversation,
      customer,
    })
    await page.getByText(`All ${before + 1} entries are in the log.`).waitFor({ timeout: 25_000 })
    assert.match(await page.locator('ol > li').nth(1).innerText(), /Somebody New/)
  }))

test('one byte changed anywhere turns the page red with the entry that does not hold, and back', () =>
  atDesk({ path: proofPage }, async ({ page }) => {
    const verdict = page.getByRole('status', { name: 'Verdict' })
    await verdict.filter({ hasText: 'are in the log' }).waitFor()
    for (const place of [
      'In an entry',
      'In the name of who read',
      'In the path to the root',
      'In the root that was signed',
      'In a witness’s signature',
    ]) {
      await page.getByRole('button', { name: /Where/ }).click()
      await page.getByRole('option', { name: place }).click()
      await page.getByRole('button', { name: 'Change one byte' }).click()
      const red = page.getByRole('alert', { name: 'Verdict' })
      await red.filter({ hasText: /Entry #\d+ does not hold/ }).waitFor()
      const index = /#(\d+)/.exec(await red.innerText())![1]
      await page.getByText(`Red: entry #${index} does not hold`).waitFor()
      assert.equal(await page.getByText('does not hold', { exact: true }).count(), 1, place)
      await page.getByRole('button', { name: 'Put it back' }).click()
      await verdict.filter({ hasText: 'are in the log' }).waitFor()
    }
  }))

test('a server that shows another list than it logged is found out', async () => {
  const desk = await openDesk(browser, { path: '/desk/profile' })
  try {
    await desk.page.route('**/v1/access/entries?*', async (route) => {
      const answer = await route.fetch()
      const { items, next } = (await answer.json()) as { items: { actor: { name: string } }[]; next: null }
      items[2]!.actor.name = 'Nobody Special'
      await route.fulfill({ response: answer, json: { items, next } })
    })
    await desk.page.goto(desk.server.origin + proofPage)
    await desk.page
      .getByRole('alert', { name: 'Verdict' })
      .filter({ hasText: 'says something else' })
      .waitFor()
  } finally {
    await desk.close()
  }
})

test('a log that was begun anew under another key is an alarm, until a person takes it for true', () =>
  atDesk({ path: proofPage }, async ({ page, server }) => {
    await page.getByText('Seen by this browser for the first time').waitFor()
    await page.reload()
    await page.getByText('The same since this browser saw it first').waitFor()
    server.accessLog.changeKey()
    await page.reload()
    await page.getByRole('alert').filter({ hasText: 'The keys of the log have changed.' }).waitFor()
    assert.equal(await page.getByText('are in the log').count(), 0)
    await page.getByRole('button', { name: /trust the new keys/ }).click()
    await page.getByText(/All \d+ entries are in the log/).waitFor()
  }))

test('the bundle that is handed out is checked by a third person without this server', () =>
  atDesk({ path: proofPage }, async ({ page, server }) => {
    await page.getByText('entries are in the log').waitFor()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Hand out proof bundle' }).click(),
    ])
    const name = download.suggestedFilename()
    await page.getByText(`npx candor verify --bundle ${name}`).waitFor()
    const text = readFileSync(await download.path(), 'utf8')
    const checked = verifyBundle(nodeCrypto, text)
    assert.equal(checked.kind, 'checked')
    const entries = checked.kind === 'checked' ? checked.entries : []
    assert.equal(entries.length, server.accessLog.entries({ conversation }).length)
    assert.ok(entries.every(({ kind }) => kind === 'valid'))
  }))

test('an entry that is newer than the checkpoint waits, and is proven when the next one comes', () =>
  atDesk({ path: '/desk/profile' }, async ({ page, server }) => {
    await server.accessLog.bundle({ conversation })
    server.accessLog.stopCheckpoints(true)
    server.accessLog.append({
      type: 'open',
      purpose: 'desk',
      outcome: 'granted',
      actor: { kind: 'agent', id: jonas, name: 'Jonas Weber', role: 'agent' },
      conversation,
    })
    await page.goto(server.origin + proofPage)
    await page.getByText('One newer entry waits').waitFor()
    server.accessLog.stopCheckpoints(false)
    await page.getByText('One newer entry waits').waitFor({ state: 'detached', timeout: 15_000 })
    await page.getByText('are in the log').waitFor()
  }))

test('the log is asked by person, day and hour, and the address says so', () =>
  atDesk({ path: '/desk/access' }, async ({ page, server }) => {
    await page.getByRole('button', { name: /Who read/ }).click()
    await page.getByRole('option', { name: 'Jonas Weber' }).click()
    await page.waitForURL((url) => url.searchParams.get('actor') === `agent:${jonas}`)
    const all = server.accessLog.entries({ actor: `agent:${jonas}` })
    await page.getByText(`#${all[0]!.index}`).waitFor()
    await page.getByRole('button', { name: 'Check in this browser' }).click()
    await page.getByText(`All ${all.length} entries are in the log.`).waitFor()
    const at = new Date(all.at(-1)!.at)
    const day = at.toLocaleDateString('sv')
    await page.goto(`${server.origin}/desk/access?actor=agent%3A${jonas}&day=${day}&hour=${at.getHours()}`)
    await page.getByText(`#${all.at(-1)!.index}`).waitFor()
    assert.equal(await page.getByRole('button', { name: /Proof$/ }).count(), 1)
    await page.getByRole('button', { name: 'Clear' }).click()
    await page.getByText(`#${server.accessLog.entries()[0]!.index}`).waitFor()
  }))

test('an agent sees who read a conversation, and neither the whole log nor the insiders', () =>
  atDesk({ path: proofPage, role: 'agent' }, async ({ page, server }) => {
    await page.getByText('entries are in the log').waitFor()
    assert.equal(await page.getByRole('link', { name: 'Access log' }).count(), 0)
    assert.equal(await page.getByRole('link', { name: 'Everything about this customer' }).count(), 0)
    // Who types the address in is told whose it is, and shown no form that fails.
    await page.goto(`${server.origin}/desk/access/review`)
    await page.getByText('privacy officers and administrators do').waitFor()
    assert.equal(await page.getByRole('button', { name: 'Place the hold' }).count(), 0)
  }))

test('insiders: a slow reader shows up with every entry proven, and a suspended one is reinstated by somebody else', () =>
  atDesk({ path: '/desk/access/review' }, async ({ page, server }) => {
    await page.getByText('Bulk reading').waitFor()
    await page.getByRole('button', { name: '90 days' }).click()
    const slow = page.getByRole('button', { name: /^Jonas Weber/ })
    const read = server.accessLog
      .entries({ actor: `agent:${jonas}` })
      .filter(({ offAssignment }) => offAssignment).length
    await slow.filter({ hasText: `${read} of ${read} off assignment` }).waitFor()
    await slow.click()
    await page.getByText(`All ${read} entries are in the log.`).waitFor()
    await page.getByRole('button', { name: 'Reinstate…' }).click()
    await page.getByRole('button', { name: 'Reinstate', exact: true }).click()
    await page.getByText(/^Tomás Oliveira may read again\. Entry #/).waitFor()
    await page.getByText('They open no conversation').waitFor({ state: 'detached' })
    assert.equal(server.accessLog.entries({ type: 'reinstatement' }).length, 1)
  }))

test('budgets, hours and retention are saved as a whole; an empty field is no limit', () =>
  atDesk({ path: '/desk/access/review' }, async ({ page }) => {
    await page.getByLabel('Agent: Conversations an hour').fill('80')
    await page.getByLabel('Agent: Exports a day').fill('')
    await page.getByLabel('Saturday').check()
    await page.getByLabel('Erase conversations this many days').fill('')
    const [request] = await Promise.all([
      page.waitForRequest((one) => one.method() === 'PUT'),
      page.getByRole('button', { name: /^Save budgets/ }).click(),
    ])
    const sent = request.postDataJSON()
    assert.deepEqual(sent.budgets.agent, {
      conversationsPerHour: 80,
      offAssignmentPerDay: 300,
      afterHoursPerDay: null,
      exportsPerDay: null,
    })
    assert.deepEqual(sent.hours, {
      timeZone: 'Europe/Oslo',
      days: [1, 2, 3, 4, 5, 6],
      from: '07:00',
      to: '20:00',
    })
    assert.equal(sent.retentionDays, null)
    await page.getByText(/Saved\. Entry #\d+ keeps/).waitFor()
    assert.equal(await page.getByLabel('Agent: Conversations an hour').inputValue(), '80')
  }))

test('what is on hold is not erased; lifted, it is, with a receipt that is proven, and the text is gone', () =>
  atDesk({ path: '/desk/access/review' }, async (desk) => {
    const { page, server } = desk
    await page.getByLabel('Id of the conversation').fill(conversation)
    await page.getByLabel('Reason').fill('Case 17')
    await page.getByRole('button', { name: 'Place the hold' }).click()
    await page.getByText('Case 17').waitFor()

    await page.goto(`${server.origin}/desk/?view=mine&c=${conversation}`)
    await page.locator('[data-item]').first().waitFor()
    const erase = async (): Promise<void> => {
      // The key works once it is known whose conversation it is.
      await page.locator(`[data-row="${conversation}"]`).first().waitFor()
      await page.keyboard.press('Shift+X')
      const button = page.getByRole('dialog').getByRole('button', { name: 'Erase for ever' })
      assert.equal(await button.isDisabled(), true)
      await page.getByLabel(/to confirm/).fill('erase')
      await button.click()
    }
    await erase()
    await page.getByRole('alert').filter({ hasText: 'legal hold' }).waitFor()
    assert.equal(server.accessLog.entries({ type: 'erasure' }).length, 0)
    await page.getByRole('link', { name: 'See the legal holds' }).click()
    await page.getByRole('button', { name: 'Lift…' }).click()
    await page.getByRole('button', { name: 'Lift the hold' }).click()
    await page.getByText('Nothing is on hold.').waitFor()

    await page.goto(`${server.origin}/desk/?view=mine&c=${conversation}`)
    await page.locator('[data-item]').first().waitFor()
    await erase()
    await page.getByText('is the receipt').waitFor()
    const [receipt] = server.accessLog.entries({ type: 'erasure' })
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByText('This conversation was erased').waitFor()
    assert.equal(await page.locator('[data-item]').count(), 0)
    await page.getByRole('link', { name: `Receipt: entry #${receipt!.index}` }).click()
    await page.getByText('As it stands in the log').waitFor()
    await page.getByText('Name erased').first().waitFor()
    await page.getByText('entries are in the log').waitFor()
  }))

test('a past that cannot be opened is said calmly, new messages come, and the past follows by itself', () =>
  atDesk({ path: '/desk/?view=mine' }, async ({ page, server }) => {
    server.keyholderAway('live')
    await page.locator('[data-row]').first().waitFor()
    await page.keyboard.press(']')
    await page.getByText('Earlier messages can’t be opened right now.').waitFor()
    server.visitorSays(conversation, 'Are you there?')
    await page.locator('[data-item]', { hasText: 'Are you there?' }).waitFor()
    await page.keyboard.press('r')
    await page.keyboard.type('I am')
    await page.keyboard.press('Enter')
    await page.locator('[data-item]', { hasText: 'I am' }).filter({ hasText: 'Sent' }).waitFor()
    server.keyholderAway(false)
    await page.getByText('Earlier messages can’t be opened right now.').waitFor({ state: 'detached' })
    assert.ok((await page.locator('[data-item]').count()) > 10)
  }))

test('a conversation that cannot be opened at all opens by itself when it can', () =>
  atDesk({ path: '/desk/?view=mine' }, async ({ page, server }) => {
    server.keyholderAway(true)
    await page.locator('[data-row]').first().waitFor()
    await page.keyboard.press(']')
    await page.getByText('It opens by itself when it can').waitFor()
    assert.equal(await page.locator('[data-item]').count(), 0)
    server.keyholderAway(false)
    await page.locator('[data-item]').first().waitFor()
    assert.equal(await page.getByText('It opens by itself').count(), 0)
  }))

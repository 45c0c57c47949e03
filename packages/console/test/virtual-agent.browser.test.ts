import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { Browser, Locator, Page } from 'playwright-core'
import { openBrowser, openDesk, type OpenDesk } from './open-desk.ts'

let browser: Browser
before(async () => {
  browser = await openBrowser()
})
after(() => browser.close())

async function atAuthoring(
  section: string,
  options: Parameters<typeof openDesk>[1],
  run: (desk: OpenDesk) => Promise<void>,
): Promise<void> {
  const desk = await openDesk(browser, { path: `/desk/virtual-agent/${section}`, ...options })
  try {
    await run(desk)
    assert.deepEqual(desk.violations, [], 'the content security policy refused nothing')
    assert.deepEqual(desk.faults, [], 'nothing was thrown')
  } finally {
    await desk.close()
  }
}

/** Tab, until it has the focus: what cannot be reached so cannot be used without a mouse. */
async function tabTo(page: Page, target: Locator, most = 60): Promise<void> {
  await target.waitFor()
  for (let i = 0; i < most; i++) {
    if (await target.evaluate((element) => element === document.activeElement)) return
    await page.keyboard.press('Tab')
  }
  assert.fail(`Tab does not reach ${target.toString()}`)
}

const intentOf = (desk: OpenDesk, id: string) =>
  desk.server.virtualAgent.draft().definition!.intents.find((intent) => intent.id === id)

async function saved({ page }: { page: Page }): Promise<void> {
  await page.keyboard.press('Control+s')
  await page.getByText('Saved by Maya Lindqvist').waitFor()
}

const pane = (page: Page) => page.getByRole('complementary', { name: 'Test pane' })

async function say(page: Page, text: string): Promise<void> {
  const field = pane(page).getByLabel('What a visitor writes')
  const turns = await pane(page).locator('details summary', { hasText: 'Why?' }).count()
  await field.fill(text)
  await field.press('Enter')
  await pane(page).locator('details summary', { hasText: 'Why?' }).nth(turns).waitFor()
}

test('with the keyboard alone an intent is made, given examples and an answer, trained, tried and proposed', () =>
  atAuthoring('overview', { authoring: 'draft' }, async (desk) => {
    const { page } = desk
    await page.getByText('Train the draft').waitFor()
    await tabTo(page, page.getByRole('link', { name: 'Intents' }))
    await page.keyboard.press('Enter')
    await tabTo(page, page.getByRole('textbox', { name: 'New intent' }))
    await page.keyboard.type('Lost and found')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Lost and found', level: 2 }).waitFor()
    await page.getByText('Unsaved changes').waitFor()

    await tabTo(page, page.getByRole('textbox', { name: 'New example' }))
    for (const example of ['I left my jacket on the plane', 'forgot my tablet in the seat pocket']) {
      await page.keyboard.type(example)
      await page.keyboard.press('Enter')
    }
    await page.getByRole('textbox', { name: 'Example 2' }).waitFor()
    await tabTo(page, page.getByRole('textbox', { name: 'Answer' }))
    await page.keyboard.type('Things that were found wait for you at the counter for four weeks.')
    await page.getByRole('complementary', { name: 'Preview' }).getByText('four weeks').waitFor()

    await page.keyboard.press('Control+s')
    await page.getByText('Saved by Maya Lindqvist').waitFor()
    assert.deepEqual(intentOf(desk, 'lost-and-found')?.examples.en, [
      'I left my jacket on the plane',
      'forgot my tablet in the seat pocket',
    ])

    await page.keyboard.press('Control+b')
    await pane(page).getByText('this is the virtual agent of Aurelia Air').waitFor()
    await page.keyboard.type('my jacket is still on the plane')
    await page.keyboard.press('Enter')
    await pane(page).getByText('wait for you at the counter').waitFor()
    await pane(page).getByText('These examples are not trained yet').first().waitFor()
    await page.keyboard.press('Control+b')
    await pane(page).waitFor({ state: 'detached' })

    await page.getByRole('region', { name: 'Draft' }).getByRole('button', { name: 'Train' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('progressbar', { name: /^Training/ }).waitFor()
    await page.getByRole('button', { name: 'Trained' }).waitFor()
    await tabTo(page, page.getByRole('link', { name: 'Review' }))
    await page.keyboard.press('Enter')
    await page.getByText('titles among them, are understood').waitFor()
    await tabTo(page, page.getByRole('textbox', { name: 'What is different, and why' }), 120)
    await page.keyboard.type('Lost things are new.')
    await tabTo(page, page.getByRole('button', { name: 'Propose it' }))
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'You propose version 4' }).waitFor()
    await page.getByText('Nobody approves their own.').waitFor()
    assert.equal(await page.getByRole('button', { name: 'Approve and publish' }).count(), 0)
  }))

test('many pasted lines become examples, and what is there already is not added twice', () =>
  atAuthoring('intents?item=pets', {}, async (desk) => {
    const { page } = desk
    const field = page.getByRole('textbox', { name: 'New example' })
    await field.focus()
    await page.evaluate(() => {
      const data = new DataTransfer()
      data.setData('text', 'my rabbit flies too\nPET ON BOARD!\n\nis there a fee for a dog')
      document.activeElement!.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
      )
    })
    await page.getByText('2 added. One was there already.').waitFor()
    await page.getByRole('textbox', { name: 'Example 1', exact: true }).fill('can I bring my dog')
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'Remove example 2' }).click()
    await saved(desk)
    assert.deepEqual(intentOf(desk, 'pets')?.examples.en, [
      'can I bring my dog',
      'pet on board',
      'my rabbit flies too',
      'is there a fee for a dog',
    ])
  }))

test('an example of two intents is told where it stands, and goes with one press in the review', () =>
  atAuthoring('review', { authoring: 'trained' }, async (desk) => {
    const { page } = desk
    await page.getByRole('button', { name: 'Remove “Where is my refund” from Use a voucher' }).click()
    await page.getByText('None. No two intents').waitFor()
    await page.getByRole('button', { name: /^Undo/ }).click()
    await page.getByText('100 % alike').waitFor()
    await page.getByRole('button', { name: 'Move to Where is my refund: “Where is my refund”' }).click()
    await page.getByText('None. No two intents').waitFor()
    await saved(desk)
    assert.ok(!intentOf(desk, 'voucher')!.examples.en!.includes('Where is my refund'))
  }))

test('the heat map opens the examples behind a number', () =>
  atAuthoring('review', { authoring: 'trained' }, async ({ page }) => {
    const cell = page.getByRole('button', { name: /of How much baggage taken for My bag did not arrive/ })
    await cell.focus()
    await page.keyboard.press('Enter')
    await page.getByText('“weight limit for luggage”').first().waitFor()
    assert.equal(await cell.getAttribute('aria-expanded'), 'true')
  }))

test('a renamed intent is offered under its new id, and a removed one no more', () =>
  atAuthoring('intents?item=voucher', {}, async (desk) => {
    const { page } = desk
    await page.getByRole('button', { name: 'Rename the id' }).click()
    const id = page.getByRole('dialog').getByRole('textbox', { name: 'Id' })
    await id.fill('Not an id')
    await page.getByText('Lower-case words joined by hyphens').waitFor()
    await id.fill('pets')
    await page.getByText('Another intent has this id.').waitFor()
    await id.fill('gift-card')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Use a voucher', level: 2 }).waitFor()
    await saved(desk)
    assert.deepEqual(intentOf(desk, 'refund-status')!.followUps, ['change-booking', 'gift-card'])
    await page.getByRole('button', { name: 'Remove', exact: true }).click()
    await page.getByText('one intent offers it no more').waitFor()
    await page.getByRole('button', { name: 'Remove it' }).click()
    await page.getByText('7 intents').waitFor()
    await saved(desk)
    assert.deepEqual(intentOf(desk, 'refund-status')!.followUps, ['change-booking'])
  }))

test('what is wrong stands at its field, is counted at its page, and the bar leads there', () =>
  atAuthoring('intents?item=pets', {}, async ({ page, server }) => {
    await page.getByRole('textbox', { name: 'Title' }).fill('')
    await page.getByRole('button', { name: '1 to put right' }).waitFor()
    await page.getByRole('link', { name: 'Intents 1 to put right' }).waitFor()
    const revision = server.virtualAgent.draft().revision
    await page.keyboard.press('Control+s')
    await page.getByRole('link', { name: 'Phrases' }).click()
    await page.getByRole('button', { name: '1 to put right' }).click()
    await page.getByRole('menuitem', { name: /^Pets, title/ }).click()
    const title = page.getByRole('textbox', { name: 'Title' })
    await title.waitFor()
    assert.equal(await title.getAttribute('aria-invalid'), 'true')
    assert.equal(server.virtualAgent.draft().revision, revision, 'and was not saved')
    await title.fill('Animals')
    await page.getByRole('button', { name: '1 to put right' }).waitFor({ state: 'detached' })
  }))

test('leaving with unsaved changes asks; what is saved on the way out is saved', () =>
  atAuthoring('phrases', {}, async (desk) => {
    const { page, server } = desk
    const greeting = page.getByRole('textbox', { name: 'Greeting' })
    await greeting.fill('Good day!')
    await page.getByRole('link', { name: 'Intents' }).click()
    await page.getByText('8 intents').waitFor()
    await page.getByRole('link', { name: 'Settings' }).click()
    await page.getByRole('dialog', { name: 'The draft is not saved' }).waitFor()
    await page.getByRole('button', { name: 'Stay here' }).click()
    await page.getByText('8 intents').waitFor()
    await page.getByRole('link', { name: 'Settings' }).click()
    await page.getByRole('button', { name: 'Save and leave' }).click()
    await page.getByRole('heading', { name: 'People and queues', level: 1 }).waitFor()
    assert.equal(server.virtualAgent.draft().definition!.phrases.greeting.en, 'Good day!')
  }))

test('who saves over somebody else keeps their own as text and takes the other one', () =>
  atAuthoring('phrases', {}, async (desk) => {
    const { page, server } = desk
    await page.getByRole('textbox', { name: 'Greeting' }).fill('My greeting')
    server.virtualAgent.somebodySaves((definition) => ({ ...definition, name: 'Aurelia Helper' }))
    await page.keyboard.press('Control+s')
    const dialog = page.getByRole('dialog', { name: 'Priya Raman saved in between' })
    await dialog.getByText('You changed Greeting.').waitFor()
    await dialog.getByText(': Settings.').waitFor()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('button', { name: 'Keep mine as text' }).click(),
    ])
    const kept = JSON.parse(readFileSync(await download.path(), 'utf8'))
    assert.equal(kept.phrases.greeting.en, 'My greeting')
    await dialog.getByRole('button', { name: 'Take theirs' }).click()
    assert.match(
      await page.getByRole('textbox', { name: 'Greeting' }).inputValue(),
      /virtual agent of Aurelia/,
    )
    await page.getByRole('textbox', { name: 'Greeting' }).fill('After theirs')
    await saved(desk)
    assert.equal(server.virtualAgent.draft().definition!.name, 'Aurelia Helper')
  }))

test('the test pane says why: the share that was reached, what spoke for it, and what was not let through', () =>
  atAuthoring('overview', { authoring: 'trained' }, async ({ page }) => {
    await page.getByRole('button', { name: 'Try it' }).click()
    await say(page, 'when will the money be on my account again')
    await pane(page).getByText('Why? “Where is my refund” is the likeliest intent, and sure enough.').click()
    await pane(page)
      .getByText(/It is sure enough: \d+ %, and \d+ % are asked for\./)
      .waitFor()
    await pane(page).getByText('money', { exact: true }).first().waitFor()
    await pane(page).getByRole('button', { name: 'That did not help' }).click()
    await pane(page).getByText('The visitor says that it did not help.').waitFor()
    await say(page, 'I want to talk to a person')
    await pane(page).getByText('A person has it now.').waitFor()
    await pane(page).getByRole('button', { name: 'They hand it back' }).click()
    await pane(page).getByText('A person handed the conversation back.').first().waitFor()
  }))

test('in the test pane a system is answered for by hand, and no request leaves', () =>
  atAuthoring('overview', { authoring: 'trained' }, async ({ page }) => {
    await page.getByRole('button', { name: 'Try it' }).waitFor()
    await page.keyboard.press('Control+b')
    await pane(page).getByText('What can I do for you?').waitFor()
    await say(page, 'Change my booking')
    await say(page, 'QX1234')
    await say(page, 'tomorrow')
    const form = pane(page).getByRole('form', { name: 'Answer of Free seats' })
    await form.getByText('QX1234').waitFor()
    await form.getByRole('button', { name: 'Answer this' }).click()
    await form.getByText('seats has to be there.').waitFor()
    await form.getByRole('textbox', { name: 'seats' }).fill('4')
    await form.getByRole('textbox', { name: 'fee' }).fill('35')
    await page.keyboard.press('Enter')
    await pane(page)
      .getByText(/The change costs/)
      .waitFor()
    await pane(page).getByText('rebooking', { exact: true }).waitFor()
    await pane(page).getByRole('button', { name: 'Start again' }).click()
    await pane(page)
      .getByText(/The change costs/)
      .waitFor({ state: 'detached' })
  }))

test('what is tried is what stands on screen, saved or not', () =>
  atAuthoring('phrases', {}, async ({ page }) => {
    await page.getByRole('textbox', { name: 'Greeting' }).fill('Not saved, and said all the same.')
    await page.keyboard.press('Control+b')
    await pane(page).getByText('Not saved, and said all the same.').waitFor()
    await pane(page).getByText('the draft, not saved yet').waitFor()
  }))

test('past conversations are opened under one’s own signature, as many entries as were announced', () =>
  atAuthoring('past', {}, async (desk) => {
    const { page, server } = desk
    const entries = () => server.accessLog.entries({ actor: `agent:${server.me.person.id}` }).length
    await page.getByRole('list', { name: 'Conversations' }).getByRole('checkbox').first().waitFor()
    const before = entries()
    await page.getByRole('button', { name: 'Choose the newest 9' }).click()
    await page.getByText('Opening them writes 9 entries to the access log').waitFor()
    assert.equal(entries(), before, 'a list and a choice write nothing')
    await page.getByRole('button', { name: 'Open 9 conversations' }).click()
    await page.getByText('9 opened and logged.').waitFor()
    assert.equal(entries(), before + 9)
    assert.equal(server.opened.length, 9, 'each with a signature that holds')

    await page.getByRole('checkbox', { name: 'Only what was not understood' }).waitFor()
    const lines = page.getByRole('region', { name: 'Line by line' })
    const count = await lines.locator('li').filter({ hasText: 'not understood' }).count()
    assert.ok(count > 0)
    await lines.getByRole('textbox', { name: 'Its title' }).fill('Hello there')
    await lines.getByRole('button', { name: 'Make an intent of it' }).click()
    await lines.getByText('in Hello there').first().waitFor()
    // It has no answer yet, and the bar says so and leads there.
    await page.getByRole('button', { name: '1 to put right' }).click()
    await page.getByRole('menuitem', { name: /^Hello there, answer/ }).click()
    await page.getByRole('textbox', { name: 'Answer' }).fill('Good day to you, too.')
    await saved(desk)
    assert.equal(intentOf(desk, 'hello-there')!.examples.en!.length, count)
  }))

test('what is asked alike is grouped, and a group goes to an intent that is there', () =>
  atAuthoring('past', {}, async (desk) => {
    const { page } = desk
    await page.getByRole('button', { name: 'Choose the newest 9' }).click()
    await page.getByRole('button', { name: 'Open 9 conversations' }).click()
    await page.getByRole('checkbox', { name: 'Only what was not understood' }).uncheck()
    await page.getByRole('button', { name: /^Group these/ }).click()
    const group = page.getByRole('region', { name: 'What is alike' }).getByRole('listitem').first()
    await group.getByText(/\d+ alike/).waitFor()
    await group.getByRole('button', { name: /Give to/ }).click()
    await page.getByRole('option', { name: 'Where is my refund' }).click()
    const before = intentOf(desk, 'refund-status')!.examples.en!.length
    await group.getByRole('button', { name: /^Add / }).click()
    await group.getByText('Taken').waitFor()
    await saved(desk)
    assert.ok(intentOf(desk, 'refund-status')!.examples.en!.length > before)
  }))

test('who may not read is told why, and no text comes', () =>
  atAuthoring('past', {}, async ({ page, server }) => {
    server.suspended(true)
    await page.getByRole('button', { name: 'Choose the newest 9' }).click()
    await page.getByRole('button', { name: 'Open 9 conversations' }).click()
    await page.getByRole('alert').filter({ hasText: '9 were not opened' }).waitFor()
    assert.equal(server.opened.length, 0)
    assert.equal(await page.getByRole('region', { name: 'Line by line' }).count(), 0)
  }))

test('a replay opens what it replays, and shows turn by turn what would be different', () =>
  atAuthoring('replay', { authoring: 'trained' }, async ({ page, server }) => {
    await page.getByText('There are no closed conversations.').waitFor()
    await page.getByRole('button', { name: /Look among/ }).click()
    await page.getByRole('option', { name: 'Open conversations' }).click()
    await page.getByRole('button', { name: 'Choose the newest 20' }).click()
    await page.getByRole('button', { name: 'Open and replay 20 conversations' }).click()
    await page.getByText(/of \d+ turns in 20 conversations would be different/).waitFor()
    assert.equal(server.opened.length, 20)
    await page.getByText('Refunds take about two weeks.').first().waitFor()
    const all = await page.locator('main ol > li').count()
    await page.getByRole('button', { name: /in other words$/ }).click()
    const some = await page.locator('main ol > li').count()
    assert.ok(some > 0 && some < all, `${some} of ${all}`)
  }))

test('a proposal of somebody else is read and approved, and is in force', () =>
  atAuthoring('overview', { authoring: 'proposed-to-me' }, async ({ page, server }) => {
    await page.getByText('Priya Raman proposes version 4. Read what is different').waitFor()
    await page.getByRole('link', { name: 'Read the proposal' }).click()
    await page.getByRole('heading', { name: 'Priya Raman proposes version 4' }).waitFor()
    const change = page.getByText('Where is my refund')
    await change.first().click()
    await page.getByText('Refunds take about two weeks.').waitFor()
    await page.getByRole('button', { name: 'Approve and publish' }).click()
    await page.getByRole('heading', { name: /proposes version 4/ }).waitFor({ state: 'detached' })
    const four = page.getByRole('listitem').filter({ hasText: 'Pets are new' })
    await four.filter({ hasText: 'approved by Maya Lindqvist' }).filter({ hasText: 'In force' }).waitFor()
    assert.ok(server.log.some(({ path }) => path === '/v1/virtual-agent/proposals/4/approve'))

    await page.getByRole('button', { name: 'Bring back version 3' }).click()
    await page.getByRole('dialog').getByText('in place of version 4').waitFor()
    await page.getByRole('button', { name: 'Bring it back' }).click()
    await page.getByText('Version 3 is in force again.').waitFor()
    await page.getByRole('button', { name: 'Bring back version 4' }).waitFor()
  }))

test('a refusal takes a word why, which stays in the history', () =>
  atAuthoring('versions', { authoring: 'proposed-to-me' }, async ({ page }) => {
    await page.getByRole('button', { name: 'Refuse…' }).click()
    assert.ok(await page.getByRole('button', { name: 'Refuse it' }).isDisabled())
    await page.getByRole('textbox', { name: 'Why not' }).fill('Pets need the fee in the answer.')
    await page.getByRole('button', { name: 'Refuse it' }).click()
    await page.getByRole('heading', { name: /proposes version 4/ }).waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'Aurelia Assistant, version 4' }).click()
    await page.getByText('“Pets need the fee in the answer.”').waitFor()
  }))

test('only approved texts can be chosen, and is in the draft', () =>
  atAuthoring('overview', {}, async (desk) => {
    const { page, server } = desk
    await page.getByRole('switch', { name: /^Only approved texts/ }).focus()
    await page.keyboard.press('Space')
    await saved(desk)
    assert.equal(server.virtualAgent.draft().definition!.approvedOnly, true)
  }))

test('an article is written, cut into passages, and not approved by who wrote it', () =>
  atAuthoring('knowledge', {}, async ({ page }) => {
    await page.getByRole('button', { name: 'Write one' }).click()
    await page.getByRole('textbox', { name: 'Title' }).fill('Musical instruments')
    await page
      .getByRole('textbox', { name: 'Text' })
      .fill('## Guitars\n\nA guitar flies on a seat of its own.')
    await page.getByRole('button', { name: 'Save the article' }).click()
    const passages = page.getByRole('complementary', { name: 'Passages' })
    await passages.getByText('A guitar flies on a seat of its own.').waitFor()
    await page.getByText('Somebody else approves what you changed.').waitFor()
    assert.ok(await page.getByRole('button', { name: 'Approve' }).isDisabled())

    await page.getByRole('button', { name: 'All articles' }).click()
    await page.getByRole('link', { name: 'Delays and your rights' }).click()
    await page.getByRole('button', { name: 'Approve' }).click()
    await page.getByText('Approved by Maya Lindqvist').waitFor()
    await page.getByRole('button', { name: 'All articles' }).click()
    await page.getByRole('textbox', { name: 'A question' }).fill('delay of more than five hours')
    await page.keyboard.press('Enter')
    await page.getByText('You may leave the journey').waitFor()
    await page
      .getByText(/What makes it near:/)
      .first()
      .waitFor()
  }))

test('several articles that somebody else changed are approved together, once they are ticked', () =>
  atAuthoring('knowledge', {}, async ({ page, server }) => {
    await page.getByRole('button', { name: 'Approve several…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Approve articles you have read' })
    assert.equal(
      await dialog.getByRole('checkbox', { name: 'Flying while pregnant' }).count(),
      0,
      'one’s own',
    )
    assert.ok(await dialog.getByRole('button', { name: 'Approve' }).isDisabled())
    await dialog.getByRole('checkbox', { name: /^Delays and your rights/ }).check()
    await dialog.getByRole('checkbox', { name: /^Travelling with a musical/ }).check()
    await dialog.getByRole('button', { name: 'Approve 2 articles' }).click()
    await dialog.waitFor({ state: 'detached' })
    await page.getByText('One article waits for a second person.').waitFor()
    assert.ok(server.log.some(({ path }) => path === '/v1/virtual-agent/articles/approve'))
  }))

test('a file becomes an article; one that cannot be read is told before it is sent', () =>
  atAuthoring('knowledge', {}, async ({ page, server }) => {
    await page.getByRole('button', { name: 'Import a file' }).click()
    const file = (name: string, text: string) => ({ name, mimeType: 'text/plain', buffer: Buffer.from(text) })
    await page.getByLabel('File', { exact: true }).setInputFiles(file('fees.xlsx', 'PK'))
    await page.getByText('Only .md, .txt, .html and .pdf files can be read.').waitFor()
    await page.getByLabel('File', { exact: true }).setInputFiles(file('fees.md', 'A change costs 35 EUR.'))
    await page.getByRole('dialog').getByRole('textbox', { name: 'Title' }).fill('Fees')
    await page.getByRole('button', { name: 'Import it' }).click()
    await page.getByRole('complementary', { name: 'Passages' }).getByText('A change costs 35 EUR.').waitFor()
    assert.equal(server.log.filter(({ path }) => path.endsWith('/import')).length, 1)
  }))

test('a site is read from its sitemap, with progress, and what was not read says why', () =>
  atAuthoring('knowledge', {}, async ({ page }) => {
    await page.getByText('2 pages were not read').click()
    await page.getByText('The site asks robots to stay away from it.').waitFor()
    await page.getByRole('textbox', { name: 'One of your sites' }).fill('help.aurelia.example/start')
    await page.getByRole('button', { name: 'Read it again' }).click()
    await page.getByText('Reading https://help.aurelia.example:').waitFor()
    await page.getByRole('progressbar', { name: 'Pages read' }).waitFor()
    await page.getByRole('button', { name: 'Stop reading' }).click()
    await page.getByText('Stopped after 5 of 14 pages. What was read is kept.').waitFor()
  }))

test('an agent looks and tries, and is offered nothing that would be refused', () =>
  atAuthoring('intents?item=pets', { role: 'agent' }, async ({ page }) => {
    await page.getByRole('textbox', { name: 'Title' }).waitFor()
    assert.equal(await page.getByRole('textbox', { name: 'Title' }).getAttribute('readonly'), '')
    for (const name of ['Save', 'Train', 'Remove', 'Add'])
      assert.equal(await page.getByRole('button', { name, exact: true }).count(), 0, name)
    await page.getByRole('button', { name: 'Try it' }).click()
    await say(page, 'is a cat allowed in the cabin')
    await pane(page).getByText('Small pets up to 8 kg').waitFor()
  }))

test('a tenant without a virtual agent begins one with a name and a language', () =>
  atAuthoring('overview', { authoring: 'nothing' }, async (desk) => {
    const { page } = desk
    await page.getByRole('textbox', { name: 'Name it speaks under' }).fill('Aurelia')
    await page.keyboard.press('Enter')
    await page.getByText('You have unsaved changes').waitFor()
    await saved(desk)
    await page.getByText('Write the first intents').waitFor()
    await page.getByRole('link', { name: 'Write intents' }).click()
    await page.getByText('No intent yet.').waitFor()
  }))

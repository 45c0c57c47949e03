/** Flows, tools, results and the reasons of turns in the console, by keyboard and as axe sees them. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import type { FakeOptions } from './fake-server.ts'
import { fakeAgent, fakeTurn } from './fake-turn.ts'
import { openBrowser, openDesk, type OpenDesk } from './open-desk.ts'

let browser: Browser
before(async () => {
  browser = await openBrowser()
})
after(() => browser.close())

type Options = FakeOptions & { path?: string }

async function at(
  path: string,
  run: (desk: OpenDesk) => Promise<void>,
  options: Options = {},
): Promise<void> {
  const desk = await openDesk(browser, { path: `/desk/virtual-agent/${path}`, ...options })
  try {
    await run(desk)
    assert.deepEqual(desk.violations, [], 'the content security policy refused nothing')
    assert.deepEqual(desk.faults, [], 'nothing was thrown')
  } finally {
    await desk.close()
  }
}

const node = (page: Page, id: string) => page.locator(`[data-node="${id}"]`)
const card = (page: Page, id: string) => page.locator(`[data-step="${id}"]`)
const drawn = (page: Page): Promise<string[]> =>
  page.locator('[data-node]').evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset['node']!))

/** Presses Tab until this has the focus: what cannot be reached so is not there for a keyboard. */
async function tabTo(page: Page, role: 'button' | 'textbox' | 'radio', name: string | RegExp): Promise<void> {
  const wanted = page.getByRole(role, { name, ...(typeof name === 'string' && { exact: true }) })
  await wanted.first().waitFor()
  for (let i = 0; i < 120; i++) {
    if (await wanted.evaluateAll((all) => all.includes(document.activeElement as HTMLElement))) return
    await page.keyboard.press('Tab')
  }
  assert.fail(`Tab does not reach ${String(name)}`)
}

/** Chooses in the menu or list that has just opened. */
async function chooseByArrows(page: Page, role: 'menuitem' | 'option', name: string): Promise<void> {
  const wanted = page.getByRole(role, { name }).first()
  await wanted.waitFor()
  for (let i = 0; i < 20; i++) {
    if (await wanted.evaluate((element) => element === document.activeElement)) break
    await page.keyboard.press('ArrowDown')
  }
  assert.ok(await wanted.evaluate((element) => element === document.activeElement), name)
  await page.keyboard.press('Enter')
}

test('a flow of three steps is made by keyboard alone, and stands in the drawing and in the text', () =>
  at('flows', async ({ page, server }) => {
    await tabTo(page, 'textbox', 'New flow')
    await page.keyboard.type('Find a voucher')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Find a voucher' }).waitFor()

    // Asks: the value that it fills in is made on the way.
    await tabTo(page, 'button', 'Add a step')
    await page.keyboard.press('Enter')
    await chooseByArrows(page, 'menuitem', 'Ask')
    await page.locator('[data-step="ask"] button:focus').waitFor()
    await tabTo(page, 'button', /Keeps the answer as/)
    await page.keyboard.press('Enter')
    await chooseByArrows(page, 'option', 'A new value…')
    await page.getByRole('dialog').getByRole('textbox', { name: 'Title' }).waitFor()
    await page.keyboard.type('Voucher code')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await tabTo(page, 'textbox', 'Asks')
    await page.keyboard.type('Which voucher?')

    // Says, behind it.
    await tabTo(page, 'button', 'Add a step after it')
    await page.keyboard.press('Enter')
    await chooseByArrows(page, 'menuitem', 'Say')
    await page.locator('[data-step="say"] button:focus').waitFor()
    await tabTo(page, 'textbox', 'Says')
    await page.keyboard.type('{voucher_code} can be used.')

    assert.deepEqual(await drawn(page), ['ask', 'say', 'end'])
    assert.equal(
      await node(page, 'ask')
        .innerText()
        .then((text) => text.split('\n')[0]),
      'Start: Ask voucher code, then say',
    )
    await page.getByRole('button', { name: /^Say “{voucher_code} can be used.”, then end$/ }).waitFor()

    await page.keyboard.press('Control+s')
    await page.getByText('Saved by Maya Lindqvist').waitFor()
    const flow = server.virtualAgent.draft().definition!.flows.at(-1)!
    assert.deepEqual(
      flow.steps.map((step) => [step.id, 'next' in step ? step.next : null]),
      [
        ['ask', 'say'],
        ['say', 'end'],
        ['end', null],
      ],
    )
    assert.deepEqual(flow.slots, [
      { name: 'voucher_code', title: { en: 'Voucher code' }, type: { kind: 'text' } },
    ])

    await tabTo(page, 'radio', 'Form')
    await page.keyboard.press('ArrowRight')
    const text = page.getByLabel('The flow as JSON')
    await text.waitFor()
    assert.deepEqual(JSON.parse(await text.inputValue()), flow)
  }))

test('a step is found from the drawing, and the drawing from a step', () =>
  at('flows?item=rebook', async ({ page }) => {
    await node(page, 'ask-booking').focus()
    // Two layers down.
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.locator('[data-step="look"] button[aria-expanded="true"]:focus').waitFor()
    assert.equal(await node(page, 'look').getAttribute('aria-pressed'), 'true')

    await card(page, 'full').getByRole('button').first().click()
    await page.locator('[data-node="full"][aria-pressed="true"]').waitFor()
    assert.equal(await node(page, 'look').getAttribute('aria-pressed'), 'false')
    assert.equal(await page.locator('[data-node][tabindex="0"]').count(), 1, 'one stop for the Tab key')

    const width = () =>
      page.locator('[data-node="look"]').evaluate((one) => one.getBoundingClientRect().width)
    const before = await width()
    await page.getByRole('button', { name: 'Larger' }).focus()
    await page.keyboard.press('Enter')
    assert.ok((await width()) > before)
    await node(page, 'look').focus()
    await page.keyboard.press('0')
    assert.equal(await width(), before)
  }))

test('a fault stands at its field, at its card and in the drawing, and is gone when it is put right', () =>
  at('flows?item=rebook', async ({ page }) => {
    await node(page, 'look').click()
    const condition = card(page, 'look').getByRole('textbox', { name: 'If' })
    await condition.fill('seats >')
    await page.getByRole('button', { name: /^Free seats, .*\(to put right\)$/ }).waitFor()
    await card(page, 'look').getByText('1 to put right').waitFor()
    assert.equal(await condition.getAttribute('aria-invalid'), 'true')
    await condition.fill('seats > 2')
    await page.getByRole('button', { name: 'Free seats, if seats > 2 tell, else full' }).waitFor()
    await card(page, 'look').getByText('1 to put right').waitFor({ state: 'detached' })
  }))

test('text that is no flow is told with its line, drawn as far as it is one, and taken over when it is', () =>
  at('flows?item=rebook', async ({ page, server }) => {
    await page.locator('label', { hasText: /^Text/ }).click()
    const area = page.getByLabel('The flow as JSON')
    const text = await area.inputValue()
    await area.fill(text.replace('"start": "ask-booking",', '"start": "ask-booking"'))
    await page.getByRole('button', { name: /^Line \d+ A comma or } is expected/ }).waitFor()
    assert.ok(await page.getByRole('button', { name: 'Take it over' }).isDisabled())

    await area.fill(text.replaceAll('"tell"', '"inform"'))
    await node(page, 'inform').waitFor()
    assert.ok(
      server.virtualAgent.draft().definition!.flows[0]!.steps.some(({ id }) => id === 'tell'),
      'nothing is taken over yet',
    )
    await area.fill(text.replace('"to": "tell"', '"to": "nowhere"'))
    const fault = page.getByRole('button', { name: /is no step of this flow/i })
    await fault.click()
    const line = await area.evaluate((one) => {
      const { value, selectionStart, selectionEnd } = one as HTMLTextAreaElement
      return value.slice(selectionStart, selectionEnd)
    })
    assert.match(line, /"to": "nowhere"/)

    await area.fill(text.replaceAll('"tell"', '"inform"'))
    // What was typed is still there after a look at the form.
    await page.getByText('Form', { exact: true }).click()
    await card(page, 'tell').waitFor()
    await page.locator('label', { hasText: /^Text/ }).click()
    await page.getByRole('button', { name: 'Take it over' }).click()
    await page.getByText('The same as in the form.').waitFor()
    await page.getByText('Form', { exact: true }).click()
    await card(page, 'inform').waitFor()
  }))

test('a flow is duplicated and removed, told before what leads to it', () =>
  at('flows', async ({ page }) => {
    await page.getByRole('button', { name: 'More about Change a booking' }).click()
    await page.getByRole('menuitem', { name: 'Duplicate' }).click()
    await page.getByRole('list', { name: 'Flows' }).getByRole('listitem').nth(1).waitFor()
    await page.getByText('Nothing starts it yet').waitFor()
    await page.getByRole('button', { name: 'More about Change a booking' }).first().click()
    await page.getByRole('menuitem', { name: 'Remove' }).click()
    await page.getByRole('dialog').getByText('1 intent leads here').waitFor()
    await page.getByRole('button', { name: 'Remove it' }).click()
    await page.getByText('Nothing starts it yet').waitFor()
    assert.equal(await page.getByRole('list', { name: 'Flows' }).getByRole('listitem').count(), 1)
  }))

test('who only answers chats reads flows and changes none', () =>
  at(
    'flows?item=rebook',
    async ({ page }) => {
      await node(page, 'look').click()
      await card(page, 'look').getByText('It is given').waitFor()
      const changes = /Add a step|Another branch|Branch|Duplicate|Move|New value|Remove|Rename/
      assert.equal(await page.getByRole('button', { name: changes, disabled: false }).count(), 0)
      assert.ok(await card(page, 'look').getByRole('textbox', { name: 'If' }).isDisabled())
    },
    { role: 'agent' },
  ))

test('a tool is described, its secret is written and never shown, and a policy is checked as it is typed', () =>
  at('tools?item=free-seats', async ({ page, server }) => {
    await page.getByText('Called only if a condition holds').click()
    const policy = page.getByRole('textbox', { name: 'Condition' })
    await policy.fill('day >= tomorow')
    assert.equal(await policy.getAttribute('aria-invalid'), 'true')
    await policy.fill('day >= today')
    assert.notEqual(await policy.getAttribute('aria-invalid'), 'true')

    await page.getByRole('button', { name: 'New output' }).click()
    await page.getByRole('dialog').getByRole('textbox', { name: 'Name' }).fill('cabin')
    await page.getByRole('button', { name: 'Add', exact: true }).click()
    await page.getByRole('rowheader', { name: 'cabin' }).waitFor()

    await page.getByRole('textbox', { name: /Header that carries/ }).fill('X-Api-Key')
    await page.getByText('No secret is kept').waitFor()
    await page.keyboard.press('Control+s')
    await page.getByText('Saved by Maya Lindqvist').waitFor()
    await page.getByRole('textbox', { name: 'Secret', exact: true }).fill('very secret')
    await page.keyboard.press('Enter')
    await page
      .getByText(/Set by Maya Lindqvist on .*, for https:\/\/flights\.aurelia\.example and no other place/)
      .waitFor()
    assert.equal(await page.getByLabel('New secret').inputValue(), '')
    assert.ok(
      server.log.some(({ method, path }) => method === 'PUT' && path.endsWith('/tools/free-seats/secret')),
    )
    assert.ok(!JSON.stringify(server.virtualAgent.draft()).includes('very secret'))
    const { policy: saved, output } = server.virtualAgent.draft().definition!.tools[0]!
    assert.equal(saved, 'day >= today')
    assert.deepEqual(output.at(-1), { name: 'cabin', type: { kind: 'text' }, required: true })

    await page.getByRole('textbox', { name: 'Address' }).fill('https://elsewhere.example/v1')
    await page.getByText('leads to another place now').waitFor()
  }))

test('every number of the results opens to as many conversations as it says, and one of them to the desk', () =>
  at('results', async ({ page }) => {
    await page.getByRole('heading', { name: 'Self-service' }).waitFor()
    const links = page.getByRole('link', { name: /open the conversations$/ })
    const count = await links.count()
    assert.ok(count > 20, `${count} numbers`)
    for (let i = 0; i < count; i++) {
      const link = links.nth(i)
      const name = await link.innerText()
      await link.click()
      await page.getByRole('list', { name: 'Conversations' }).waitFor()
      while (await page.getByRole('button', { name: 'Older ones' }).count())
        await page.getByRole('button', { name: 'Older ones' }).click()
      const rows = await page.getByRole('list', { name: 'Conversations' }).getByRole('listitem').count()
      assert.equal(rows, parseInt(name, 10), name)
      await page.getByRole('button', { name: 'All results' }).click()
      await page.getByRole('heading', { name: 'Self-service' }).waitFor()
    }
    await links.first().click()
    const first = page.getByRole('list', { name: 'Conversations' }).getByRole('link').first()
    await first.click()
    await page.locator('[data-item]').first().waitFor()
  }))

test('a period is chosen by its days, stays in the address, and is refused with what to do', () =>
  at('results', async ({ page, server }) => {
    await page.getByText('7 days', { exact: true }).click()
    await page.waitForURL(/from=\d{4}-\d\d-\d\d&to=/)
    const from = page.getByLabel('From')
    await from.fill('2020-01-01')
    await page.getByRole('alert').filter({ hasText: 'at most 367 days' }).waitFor()
    assert.ok(await page.getByRole('button', { name: 'Show' }).isDisabled())
    await page.getByLabel('to', { exact: true }).fill('2020-01-31')
    await page.keyboard.press('Enter')
    await page.getByText('Nobody asked it anything in these 31 days').waitFor()
    assert.ok(server.log.some(({ path }) => path.endsWith('/virtual-agent/results')))
    await page.getByRole('link', { name: 'Look at the whole year' }).click()
    await page.getByRole('heading', { name: 'Self-service' }).waitFor()
  }))

const conversation = '018f0000-0000-7000-8000-000000100001'

/** The virtual agent answers in the open conversation. */
async function answered({ page, server }: OpenDesk): Promise<void> {
  await page.locator('[data-item]').first().waitFor()
  const { turn, said } = fakeTurn('When will I get my money back?', server.events(conversation).at(-1)!.seq)
  server.append(conversation, 'turn', fakeAgent, turn)
  server.append(conversation, 'message', fakeAgent, said)
  await page.locator('details', { hasText: 'Why?' }).waitFor()
}

const inDesk: Options = { path: `/desk/?view=mine&c=${conversation}` }

test('below what the virtual agent said stands why, and a wrong answer is reported there by keyboard', () =>
  at(
    '',
    async (desk) => {
      const { page, server } = desk
      await answered(desk)
      const why = page.locator('[data-item] details')
      assert.match(
        await why.locator('summary').innerText(),
        /Why\? Word for word an example of “refund status”/,
      )
      await why.locator('summary').focus()
      await page.keyboard.press('Enter')
      // What this version calls it.
      await why.getByText('an example of “Where is my refund”').waitFor()
      await tabTo(page, 'button', 'Report a wrong answer')
      await page.keyboard.press('Enter')
      await page.getByRole('textbox', { name: /What was wrong/ }).waitFor()
      await page.keyboard.type('It is ten days for cheques.')
      await page.keyboard.press('ArrowUp')
      assert.ok(await page.locator('textarea:focus').count(), 'an arrow key stays in what is written')
      await tabTo(page, 'button', 'Report')
      await page.keyboard.press('Enter')
      await page.getByRole('status').filter({ hasText: 'Reported as wrong' }).waitFor()
      await page.locator('[data-item]', { hasText: 'It is ten days for cheques.' }).waitFor()
      const { id } = server.events(conversation).findLast(({ type }) => type === 'turn')!
      assert.ok(server.log.some(({ path }) => path.endsWith(`/turns/${id}/report`)))
    },
    inDesk,
  ))

test('what a masked text made the virtual agent do is not told any more', () =>
  at(
    '',
    async (desk) => {
      const { page, server } = desk
      await answered(desk)
      const said = server.events(conversation).findLast(({ actor }) => actor.kind === 'visitor')!
      server.append(conversation, 'masking', fakeAgent, { target: said.seq, text: '••••' })
      await page.getByText('This cannot be told any more').waitFor()
    },
    inDesk,
  ))

interface State {
  name: string
  path: string
  options?: Options
  reach(desk: OpenDesk): Promise<void>
}

const states: State[] = [
  { name: 'the list of flows', path: 'flows', reach: ({ page }) => page.getByText('6 steps').waitFor() },
  {
    name: 'a flow, its tool step open and with a fault',
    path: 'flows?item=rebook',
    async reach({ page }) {
      await node(page, 'look').click()
      await card(page, 'look').getByRole('textbox', { name: 'If' }).fill('seats >')
      await card(page, 'look').getByText('1 to put right').waitFor()
      await page.getByText('The same in words').click()
    },
  },
  {
    name: 'a flow, a step that asks with all that it may have',
    path: 'flows?item=rebook',
    async reach({ page }) {
      await node(page, 'ask-day').click()
      await page.getByText('When the answer cannot be read').click()
      await page.getByRole('button', { name: 'Add a quick reply' }).click()
      await page.getByRole('button', { name: 'Add what is not taken' }).click()
      await page.getByRole('textbox', { name: 'If' }).waitFor()
    },
  },
  {
    name: 'a flow, a new value that is one of several',
    path: 'flows?item=rebook',
    async reach({ page }) {
      await page.getByRole('button', { name: 'New value' }).click()
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /Kind of value/ })
        .click()
      await page.getByRole('option', { name: 'One of several' }).click()
      await page.getByRole('dialog').getByText('Another choice').waitFor()
    },
  },
  {
    name: 'a flow as text with a fault',
    path: 'flows?item=rebook',
    async reach({ page }) {
      await page.locator('label', { hasText: /^Text/ }).click()
      const area = page.getByLabel('The flow as JSON')
      await area.fill((await area.inputValue()).replace('"to": "tell"', '"to": "nowhere"'))
      await page.getByRole('button', { name: /is no step of this flow/i }).waitFor()
    },
  },
  {
    name: 'a flow that an agent reads',
    path: 'flows?item=rebook',
    options: { role: 'agent' },
    async reach({ page }) {
      await node(page, 'look').click()
      await card(page, 'look').getByText('It is given').waitFor()
    },
  },
  { name: 'the list of tools', path: 'tools', reach: ({ page }) => page.getByText('in 1 flow').waitFor() },
  {
    name: 'a tool with a policy, a fault and a secret',
    path: 'tools?item=free-seats',
    async reach({ page }) {
      await page.getByText('Called only if a condition holds').click()
      await page.getByRole('textbox', { name: 'Condition' }).fill('day >= today')
      await page.getByRole('textbox', { name: 'Address' }).fill('flights')
      await page.getByText('Is https://host/path').waitFor()
      await page.getByRole('textbox', { name: /Header that carries/ }).fill('X-Api-Key')
      await page.getByText('No secret is kept').waitFor()
    },
  },
  {
    name: 'the results',
    path: 'results',
    reach: ({ page }) => page.getByRole('heading', { name: 'Intent by intent' }).waitFor(),
  },
  {
    name: 'results of days without any',
    path: 'results?from=2020-01-01&to=2020-01-31',
    reach: ({ page }) => page.getByText('Nobody asked it anything').waitFor(),
  },
  {
    name: 'the conversations of a number',
    path: 'results?item=handed-over&reason=rebooking',
    reach: ({ page }) => page.getByText('Open', { exact: true }).first().waitFor(),
  },
  {
    name: 'why the virtual agent said it, and a report of it',
    path: '',
    options: inDesk,
    async reach(desk) {
      await answered(desk)
      await desk.page.locator('[data-item] details summary').click()
      await desk.page.getByRole('button', { name: 'Report a wrong answer' }).click()
      await desk.page.getByRole('textbox', { name: /What was wrong/ }).waitFor()
    },
  },
]

for (const { name, path, options, reach } of states)
  test(`axe objects to nothing: ${name}`, async () => {
    for (const [scheme, dir, width] of [
      ['light', 'ltr', 1440],
      ['dark', 'rtl', 1440],
      ['dark', 'ltr', 390],
    ] as const) {
      const desk = await openDesk(browser, {
        path: `/desk/virtual-agent/${path}`,
        ...options,
        context: { colorScheme: scheme, viewport: { width, height: 844 } },
      })
      try {
        await desk.page.evaluate((dir) => (document.documentElement.dir = dir), dir)
        // The desk’s own tests say how it is on a phone.
        if (width === 390 && path === '') continue
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

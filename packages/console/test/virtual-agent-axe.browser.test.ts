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
  section: string
  options?: FakeOptions
  reach(desk: OpenDesk): Promise<void>
}

const trained: FakeOptions = { authoring: 'trained' }

/** A pane on a wide screen, a sheet on a phone. */
const openPane = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Try it' }).click()
  await page.getByText('What can I do for you?').waitFor()
}

const say = async (page: Page, text: string): Promise<void> => {
  const why = page.locator('details summary', { hasText: 'Why?' })
  const turns = await why.count()
  await page.getByLabel('What a visitor writes').fill(text)
  await page.getByLabel('What a visitor writes').press('Enter')
  await why.nth(turns).waitFor()
}

const readPast = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: /^Choose the newest/ }).click()
  await page.getByRole('button', { name: /^Open \d+ conversations/ }).click()
  await page.getByText('opened and logged').waitFor()
}

const states: State[] = [
  {
    name: 'nothing written yet',
    section: 'overview',
    options: { authoring: 'nothing' },
    reach: ({ page }) => page.getByRole('button', { name: 'Begin' }).waitFor(),
  },
  {
    name: 'overview, trained',
    section: 'overview',
    options: trained,
    reach: ({ page }) => page.getByText('Read how well the draft understands').waitFor(),
  },
  {
    name: 'overview, asked whether to give up the draft',
    section: 'overview',
    async reach({ page }) {
      await page.getByRole('button', { name: 'Start again from what is in force' }).click()
      await page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'overview for an agent',
    section: 'overview',
    options: { role: 'agent' },
    reach: ({ page }) => page.getByText('You can look at everything and try it.').waitFor(),
  },
  {
    name: 'training',
    section: 'overview',
    async reach({ page, server }) {
      server.virtualAgent.trainingMs(60_000)
      await page.getByRole('button', { name: 'Train' }).click()
      await page.getByRole('progressbar', { name: /^Training/ }).waitFor()
    },
  },
  {
    name: 'intents with their shares',
    section: 'intents',
    options: trained,
    reach: ({ page }) => page.getByText('82 %').first().waitFor(),
  },
  {
    name: 'intents, none found',
    section: 'intents',
    async reach({ page }) {
      await page.getByRole('searchbox', { name: 'Find' }).fill('zzz')
      await page.getByText('No title and no example matches').waitFor()
    },
  },
  {
    name: 'an intent with a clash, a fault and unsaved changes',
    section: 'intents?item=refund-status',
    options: trained,
    async reach({ page }) {
      await page.getByText('it teaches neither').waitFor()
      await page.getByRole('textbox', { name: 'Title' }).fill('')
      await page.getByRole('button', { name: '1 to put right' }).waitFor()
    },
  },
  {
    name: 'an intent in Arabic, with a form',
    section: 'intents?item=delayed-baggage&language=ar',
    reach: ({ page }) => page.getByRole('textbox', { name: 'Title (العربية)' }).waitFor(),
  },
  {
    name: 'an intent that starts a flow',
    section: 'intents?item=change-booking',
    reach: ({ page }) => page.getByText('begins. Try it in').waitFor(),
  },
  {
    name: 'renaming an intent to what is taken',
    section: 'intents?item=voucher',
    async reach({ page }) {
      await page.getByRole('button', { name: 'Rename the id' }).click()
      await page.getByRole('textbox', { name: 'Id' }).fill('pets')
      await page.getByText('Another intent has this id.').waitFor()
    },
  },
  {
    name: 'phrases in a language that lacks some',
    section: 'phrases?language=es',
    reach: ({ page }) => page.getByRole('textbox', { name: 'Greeting (Español)' }).waitFor(),
  },
  {
    name: 'leaving with unsaved changes',
    section: 'phrases',
    async reach({ page }) {
      await page.getByRole('textbox', { name: 'Greeting' }).fill('Changed')
      await page.getByRole('link', { name: 'Settings' }).click()
      await page.getByRole('dialog', { name: 'The draft is not saved' }).waitFor()
    },
  },
  {
    name: 'somebody saved in between',
    section: 'phrases',
    async reach({ page, server }) {
      await page.getByRole('textbox', { name: 'Greeting' }).fill('Mine')
      server.virtualAgent.somebodySaves((definition) => ({ ...definition, name: 'Theirs' }))
      await page.keyboard.press('Control+s')
      await page.getByRole('dialog', { name: 'Priya Raman saved in between' }).waitFor()
    },
  },
  {
    name: 'the test pane with a why-trace open',
    section: 'intents',
    options: trained,
    async reach({ page }) {
      await openPane(page)
      await say(page, 'when do I get my money back')
      await page.locator('details summary', { hasText: 'Why?' }).nth(1).click()
      await page.getByText('What spoke for it').waitFor()
    },
  },
  {
    name: 'the test pane with its settings, in words of a passage',
    section: 'intents',
    options: trained,
    async reach({ page }) {
      await openPane(page)
      await say(page, 'how many power banks are allowed in the cabin')
      await page.locator('details summary', { hasText: 'Why?' }).nth(1).click()
      await page.locator('details summary', { hasText: 'people are here' }).click()
      await page.getByText('Language of the visitor').waitFor()
    },
  },
  {
    name: 'the test pane asked to answer for a system, then handed over',
    section: 'intents',
    options: trained,
    async reach({ page }) {
      await openPane(page)
      for (const text of ['Change my booking', 'QX1234', 'tomorrow']) await say(page, text)
      await page.getByRole('button', { name: 'Answer this' }).click()
      await page.getByText('seats has to be there.').waitFor()
      await page.getByRole('button', { name: 'It cannot be reached' }).click()
      await page.getByText('A person has it now.').waitFor()
    },
  },
  {
    name: 'conversations to choose from',
    section: 'past',
    async reach({ page }) {
      await page.getByRole('button', { name: /^Choose the newest/ }).click()
      await page.getByText('Opening them writes').waitFor()
    },
  },
  {
    name: 'lines and groups of past conversations',
    section: 'past',
    async reach({ page }) {
      await readPast(page)
      await page.getByRole('checkbox', { name: 'Only what was not understood' }).uncheck()
      await page.getByRole('button', { name: /^Group these/ }).click()
      await page
        .getByText(/\d+ alike/)
        .first()
        .waitFor()
    },
  },
  {
    name: 'past conversations that may not be opened',
    section: 'past',
    async reach({ page, server }) {
      server.suspended(true)
      await page.getByRole('button', { name: /^Choose the newest/ }).click()
      await page.getByRole('button', { name: /^Open \d+ conversations/ }).click()
      await page.getByRole('alert').waitFor()
    },
  },
  {
    name: 'review, not trained',
    section: 'review',
    reach: ({ page }) => page.getByText('The saved draft is not trained yet.').waitFor(),
  },
  {
    name: 'review with a cell open',
    section: 'review',
    options: trained,
    async reach({ page }) {
      await page
        .getByRole('button', { name: /taken for/ })
        .first()
        .click()
      await page.getByText('“weight limit for luggage”').first().waitFor()
    },
  },
  {
    name: 'replay with differences',
    section: 'replay',
    options: trained,
    async reach({ page }) {
      await page.getByRole('button', { name: /Look among/ }).click()
      await page.getByRole('option', { name: 'Open conversations' }).click()
      await page.getByRole('button', { name: /^Choose the newest/ }).click()
      await page.getByRole('button', { name: /^Open and replay/ }).click()
      await page.getByText(/of \d+ turns in \d+ conversations/).waitFor()
    },
  },
  {
    name: 'a proposal of somebody else, a change open, being refused',
    section: 'versions',
    options: { authoring: 'proposed-to-me' },
    async reach({ page }) {
      await page.getByText('Where is my refund').first().click()
      await page.getByText('Refunds take about two weeks.').waitFor()
      await page.getByRole('button', { name: 'Refuse…' }).click()
      await page.getByRole('textbox', { name: 'Why not' }).waitFor()
    },
  },
  {
    name: 'a proposal of one’s own',
    section: 'versions',
    options: { authoring: 'proposed-by-me' },
    reach: ({ page }) => page.getByText('Nobody approves their own.').waitFor(),
  },
  {
    name: 'a former version, asked whether to bring it back',
    section: 'versions?item=1',
    async reach({ page }) {
      await page.getByText('What bringing it back would change.').waitFor()
      await page.getByRole('button', { name: 'Bring back version 1' }).click()
      await page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'no version yet',
    section: 'versions',
    options: { authoring: 'nothing' },
    async reach({ page }) {
      await page.getByRole('button', { name: 'Begin' }).click()
      await page.getByText('Nothing was ever proposed.').waitFor()
    },
  },
  {
    name: 'knowledge, asked, with pages that were not read',
    section: 'knowledge',
    async reach({ page }) {
      await page.getByText('2 pages were not read').click()
      await page.getByRole('textbox', { name: 'A question' }).fill('how big may my cabin bag be')
      await page.keyboard.press('Enter')
      await page.getByText('What makes it near:').waitFor()
    },
  },
  {
    name: 'a file to import that cannot be read',
    section: 'knowledge',
    async reach({ page }) {
      await page.getByRole('button', { name: 'Import a file' }).click()
      await page
        .getByLabel('File', { exact: true })
        .setInputFiles({ name: 'a.xlsx', mimeType: 'text/plain', buffer: Buffer.from('x') })
      await page.getByText('Only .md').waitFor()
    },
  },
  {
    name: 'several articles to approve',
    section: 'knowledge',
    async reach({ page }) {
      await page.getByRole('button', { name: 'Approve several…' }).click()
      await page.getByRole('dialog').getByRole('checkbox').first().check()
    },
  },
  {
    name: 'an article with its passages, unsaved',
    section: 'knowledge?item=a2',
    async reach({ page }) {
      await page.getByRole('textbox', { name: 'Title' }).fill('Flying with a baby')
      await page.getByText('As it was saved.').waitFor()
    },
  },
]

for (const { name, section, options, reach } of states)
  test(`axe objects to nothing: ${name}`, async () => {
    for (const [scheme, dir, width] of [
      ['light', 'ltr', 1440],
      ['dark', 'rtl', 1440],
      ['light', 'ltr', 390],
    ] as const) {
      const desk = await openDesk(browser, {
        ...options,
        path: `/desk/virtual-agent/${section}`,
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

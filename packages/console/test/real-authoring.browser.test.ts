/** Authoring before the real server: one person writes, trains, tries and proposes; a second one approves; visitors are answered. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { build } from 'vite'
import { launchBrowser } from '../../server/test/chromium.ts'
import { TestPlatform, type TestTenant } from '../../server/test/test-platform.ts'

let browser: Browser
let platform: TestPlatform
before(async () => {
  // The server serves what `npm start` and `npm test` have built. Never built anew beside other tests that read it.
  const root = resolve(import.meta.dirname, '..')
  if (!existsSync(resolve(root, 'dist/index.html'))) await build({ root, logLevel: 'error' })
  platform = await TestPlatform.start()
  browser = await launchBrowser()
})
after(async () => {
  await browser?.close()
  await platform?.stop()
  await TestPlatform.end()
})

async function signInAs(
  tenant: TestTenant,
  role: 'supervisor' | 'administrator',
  path: string,
): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  page.on('pageerror', (error) => assert.fail(error.message))
  await page.goto(platform.url + path)
  await page.getByLabel('E-mail address').fill(tenant.people[role].email)
  await page.getByLabel('Password').fill(tenant.password)
  await page.keyboard.press('Enter')
  return page
}

async function writeIntent(
  page: Page,
  title: string,
  examples: readonly string[],
  answer: string,
): Promise<void> {
  await page.getByRole('link', { name: /^Intents/ }).click()
  await page.getByRole('textbox', { name: 'New intent' }).fill(title)
  await page.keyboard.press('Enter')
  const field = page.getByRole('textbox', { name: 'New example' })
  for (const example of examples) {
    await field.fill(example)
    await field.press('Enter')
  }
  await page.getByRole('textbox', { name: 'Answer' }).fill(answer)
}

test('one person writes, trains, tries and proposes in the console, a second one approves, and visitors are answered', async () => {
  const tenant = await platform.tenant()
  const page = await signInAs(tenant, 'supervisor', '/desk/virtual-agent/overview')

  // In Spanish: the sentence encoder knows English only, and training without it takes half a second.
  await page.getByRole('textbox', { name: 'Name it speaks under' }).fill('Aurora')
  await page.getByRole('button', { name: /Language you write in first/ }).click()
  await page.getByRole('option', { name: 'Español' }).click()
  await page.getByRole('button', { name: 'Begin' }).click()
  await writeIntent(
    page,
    'Reembolsos',
    ['¿Cómo puedo pedir un reembolso?', 'Quiero que me devuelvan el dinero', '¿Cuánto tarda la devolución?'],
    'El reembolso llega a su cuenta en cinco días.',
  )
  await writeIntent(
    page,
    'Equipaje',
    [
      '¿Cuántas maletas puedo llevar?',
      '¿Cuánto puede pesar mi equipaje?',
      '¿Puedo subir otra maleta a bordo?',
    ],
    'Puede llevar una maleta de 23 kg.',
  )
  await page.getByRole('button', { name: 'Save and train' }).click()
  await page.getByRole('button', { name: 'Trained' }).waitFor({ timeout: 60_000 })

  await page.getByRole('button', { name: 'Try it' }).click()
  const pane = page.getByRole('complementary', { name: 'Test pane' })
  await pane.getByLabel('What a visitor writes').fill('¿Cuánto tarda la devolución del dinero?')
  await page.keyboard.press('Enter')
  await pane.getByText('El reembolso llega a su cuenta').waitFor()
  await pane.getByText('Why?').last().click()
  await pane.getByText('What it may have meant').waitFor()
  await page.keyboard.press('Control+b')

  await page.getByRole('link', { name: 'Knowledge' }).click()
  await page.getByRole('button', { name: 'Write one' }).click()
  await page.getByRole('textbox', { name: 'Title' }).fill('Instrumentos de música')
  await page
    .getByRole('textbox', { name: 'Text' })
    .fill('## Guitarras\n\nUna guitarra viaja en la cabina si cabe encima del asiento.')
  await page.getByRole('button', { name: 'Save the article' }).click()
  await page.getByRole('complementary', { name: 'Passages' }).getByText('Una guitarra viaja').waitFor()
  await page.getByText('Somebody else approves what you changed.').waitFor()

  await page.getByRole('link', { name: 'Review' }).click()
  await page.getByText('titles among them, are understood').waitFor()
  await page.getByRole('textbox', { name: 'What is different, and why' }).fill('La primera.')
  await page.getByRole('button', { name: 'Propose it' }).click()
  await page.getByText('Nobody approves their own.').waitFor()

  const second = await signInAs(tenant, 'administrator', '/desk/virtual-agent/knowledge')
  await second.getByRole('link', { name: 'Instrumentos de música' }).click()
  await second.getByRole('button', { name: 'Approve' }).click()
  await second.getByText(/^Approved by /).waitFor()
  await second.getByRole('link', { name: 'Versions' }).click()
  await second.getByText('La primera.').first().waitFor()
  await second.getByText('Reembolsos').first().click()
  await second.getByText('El reembolso llega a su cuenta').first().waitFor()
  await second.getByRole('button', { name: 'Approve and publish' }).click()
  await second.getByText('Version 1 is in force.').waitFor()

  const visitor = await platform.visitor(tenant)
  const conversation = platform.ids.next()
  await visitor.ask({ type: 'start', id: platform.ids.next(), conversation })
  const text = '¿Cómo puedo pedir un reembolso?'
  await visitor.ask({ type: 'send', id: platform.ids.next(), conversation, text })
  await visitor.until('events', ({ events }) =>
    events.some((event) => event.type === 'message' && event.data.text?.startsWith('El reembolso llega')),
  )

  // What it did not understand leads back to where one writes.
  await visitor.ask({
    type: 'send',
    id: platform.ids.next(),
    conversation,
    text: 'Los hipopótamos no saben volar',
  })
  await visitor.until('events', ({ events }) =>
    events.some(
      (event) => event.type === 'message' && /no lo he entendido|A cuál de estas/.test(event.data.text ?? ''),
    ),
  )
  await page.goto(`${platform.url}/desk/virtual-agent/past`)
  await page.getByRole('list', { name: 'Conversations' }).getByRole('checkbox').check()
  await page.getByRole('button', { name: 'Open 1 conversation' }).click()
  const line = page.getByRole('listitem').filter({ hasText: 'Los hipopótamos no saben volar' })
  await line.getByText('not understood').waitFor()
  assert.equal(await page.getByRole('listitem').filter({ hasText: 'pedir un reembolso' }).count(), 0)

  await page.getByRole('link', { name: 'Replay' }).click()
  await page.getByRole('button', { name: /Look among/ }).click()
  await page.getByRole('option', { name: 'Open conversations' }).click()
  await page.getByRole('list', { name: 'Conversations' }).getByRole('checkbox').check()
  await page.getByRole('button', { name: 'Open and replay 1 conversation' }).click()
  await page.getByText('The draft says the same as what is in force').waitFor()
  await page.context().close()
  await second.context().close()
  await platform.check()
})

test('what visitors wrote is opened under the author’s own entry, and becomes examples', async () => {
  const tenant = await platform.tenant()
  const visitor = await platform.visitor(tenant)
  const conversation = platform.ids.next()
  await visitor.ask({ type: 'start', id: platform.ids.next(), conversation })
  const text = 'Can I bring a harp on board?'
  await visitor.ask({ type: 'send', id: platform.ids.next(), conversation, text })

  const page = await signInAs(tenant, 'supervisor', '/desk/virtual-agent/overview')
  await page.getByRole('button', { name: 'Begin' }).click()
  await page.getByRole('link', { name: 'From conversations' }).click()
  await page.getByRole('button', { name: /Look among/ }).click()
  await page.getByRole('option', { name: 'Open conversations' }).click()
  await page.getByRole('list', { name: 'Conversations' }).getByRole('checkbox').check()
  await page.getByText('Opening it writes one entry to the access log').waitFor()
  await page.getByRole('button', { name: 'Open 1 conversation' }).click()
  await page.getByText('1 opened and logged.').waitFor()
  await page.getByRole('checkbox', { name: text }).check()
  await page.getByRole('textbox', { name: 'Its title' }).fill('Instruments')
  await page.getByRole('button', { name: 'Make an intent of it' }).click()
  await page.getByText('in Instruments').waitFor()

  const { body } = await platform.request(tenant, 'GET', `/v1/conversations/${conversation}`)
  const { receipts } = body as unknown as { receipts: { actor: { id: string } }[] }
  assert.ok(
    receipts.some(({ actor }) => actor.id === tenant.people.supervisor.id),
    'the reading is in the log',
  )
  await page.context().close()
  await platform.check()
})

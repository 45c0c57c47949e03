/** The desk before the real server: a visitor's words reach it, an answer goes back, and what it did is stored. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, test } from 'node:test'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Browser } from 'playwright-core'
import { build } from 'vite'
import type { ConversationDetail } from '@candor/protocol/api.ts'
import { launchBrowser } from '../../server/test/chromium.ts'
import type { Definition, Intent } from '@candor/virtual-agent/definition.ts'
import { newDefinition } from '@candor/virtual-agent/upgrade-script.ts'
import { signIn, type Answer, type SignedIn } from '../../server/test/signed-in.ts'
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

test('a person signs in, takes a conversation over, answers, notes, tags and closes it; the visitor reads the answer and no note', async () => {
  const tenant = await platform.tenant()
  const visitor = await platform.visitor(tenant)
  const conversation = platform.ids.next()
  await visitor.ask({ type: 'start', id: platform.ids.next(), conversation })
  await visitor.ask({
    type: 'send',
    id: platform.ids.next(),
    conversation,
    text: 'My suitcase did not arrive.',
  })

  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  const violations: string[] = []
  page.on('console', (message) => {
    if (/Content Security Policy|Trusted/.test(message.text())) violations.push(message.text())
  })
  await page.goto(`${platform.url}/desk/`)
  await page.getByLabel('E-mail address').fill(tenant.people.administrator.email)
  await page.getByLabel('Password').fill(tenant.password)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Inbox' }).waitFor()
  await page.locator('body').click({ position: { x: 700, y: 200 } })
  await page.keyboard.press('g')
  await page.keyboard.press('a')
  await page.locator(`[data-row="${conversation}"]`).waitFor()
  await page.keyboard.press(']')
  await page.locator('[data-item]', { hasText: 'My suitcase did not arrive.' }).waitFor()
  await page.getByText('Who opened this text').waitFor()

  await page.keyboard.press('t')
  await page.getByText('You answer').waitFor()
  await page.keyboard.press('r')
  await page.keyboard.type('I am looking for it.')
  await page.keyboard.press('Enter')
  const answer = page.locator('[data-item]', { hasText: 'I am looking for it.' })
  await answer.waitFor()
  const heard = await visitor.until('events', ({ events }) =>
    events.some((event) => event.type === 'message' && event.data.text === 'I am looking for it.'),
  )
  const { seq } = heard.events.findLast((event) => event.type === 'message')!
  visitor.send({ type: 'delivered', conversation, seq })
  await answer.filter({ hasText: 'Delivered' }).waitFor()
  await visitor.ask({ type: 'read', id: platform.ids.next(), conversation, upTo: seq })
  await answer.filter({ hasText: 'Read' }).waitFor()

  await page.keyboard.press('Control+j')
  await page.keyboard.type('Called Oslo, they have it.')
  await page.keyboard.press('Enter')
  await page.locator('[data-item]', { hasText: 'Called Oslo' }).filter({ hasText: 'private note' }).waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.press('l')
  await page.getByRole('combobox', { name: 'Tags' }).waitFor()
  await page.keyboard.type('baggage')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  await page.getByText(/added baggage/).waitFor()

  visitor.send({ type: 'typing', conversation, on: true })
  await page.getByText('is writing').waitFor()
  await visitor.ask({ type: 'send', id: platform.ids.next(), conversation, text: 'Thank you!' })
  await page.locator('[data-item]', { hasText: 'Thank you!' }).waitFor()

  const unread = async (): Promise<number> => {
    const { body } = await platform.request(tenant, 'GET', `/v1/conversations/${conversation}`)
    return (body as unknown as ConversationDetail).row.unread
  }
  for (let tries = 0; (await unread()) > 0; tries++) {
    assert.ok(tries < 50, 'what was on screen is read')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }

  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Shift+e')])
  const transcript = await readFile(await download.path(), 'utf8')
  assert.match(transcript, /: My suitcase did not arrive\.\n[^]*Mateo: I am looking for it\.\n/)
  assert.doesNotMatch(transcript, /Oslo/)

  await page.keyboard.press('e')
  await page.getByRole('status').filter({ hasText: 'Closed the conversation' }).waitFor()
  await page.keyboard.press('z')
  await page.locator(`[data-row="${conversation}"]`).waitFor()

  const { body } = await platform.request(tenant, 'GET', `/v1/conversations/${conversation}`)
  const { row, receipts } = body as unknown as ConversationDetail
  assert.deepEqual(row.tags, ['baggage'])
  assert.ok(
    receipts!.some((receipt) => receipt.actor.id === tenant.people.administrator.id),
    'opening left a receipt',
  )
  const wire = JSON.stringify(visitor.frames)
  assert.doesNotMatch(wire, /Called Oslo|baggage"/, 'no note and no tag on the visitor’s wire')
  assert.deepEqual(violations, [])
  await context.close()
  await platform.check()
})

test('the settings of a new tenant can be filled in from the desk', async () => {
  const tenant = await platform.tenant()
  const context = await browser.newContext({ reducedMotion: 'reduce' })
  const page = await context.newPage()
  await page.goto(`${platform.url}/desk/settings/canned-replies`)
  await page.getByRole('textbox', { name: 'E-mail address' }).fill(tenant.people.administrator.email)
  await page.getByLabel('Password').fill(tenant.password)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Canned replies', level: 1 }).waitFor()
  await page.getByRole('textbox', { name: 'Title' }).fill('Greeting')
  await page.getByRole('textbox', { name: 'Shortcut' }).fill('hello')
  await page.getByRole('textbox', { name: 'Text' }).fill('Hello, how can I help?')
  await page.getByRole('button', { name: 'Add the reply' }).click()
  await page.getByText('/hello').waitFor()

  await page.getByRole('link', { name: 'Approved pages' }).click()
  await page.getByRole('textbox', { name: 'Page' }).fill('https://www.example.com/checkout*')
  await page.getByRole('textbox', { name: 'Why it is safe' }).fill('The fields are in our provider’s frame.')
  await page.getByRole('button', { name: 'Approve the page' }).click()
  await page.locator('li', { hasText: 'https://www.example.com/checkout*' }).waitFor()

  await page.getByRole('link', { name: 'API keys' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill('Nightly export')
  await page.getByRole('button', { name: 'Make the key' }).click()
  await page.getByText('It is not shown again').waitFor()

  await page.getByRole('link', { name: 'Widget' }).click()
  await page.getByRole('textbox', { name: 'Greeting' }).fill('Good morning!')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('status').filter({ hasText: 'Saved' }).waitFor()

  await page.getByRole('link', { name: 'People and queues' }).click()
  const form = page.getByRole('region', { name: 'Add a person' })
  await form.getByRole('textbox', { name: 'Name' }).fill('Lena Berg')
  await form.getByRole('textbox', { name: 'E-mail address' }).fill('lena@example.com')
  await form.getByRole('button', { name: 'Add the person' }).click()
  await page.locator('li', { hasText: 'lena@example.com' }).waitFor()
  const password = await form.locator('code').innerText()

  // The new person comes in with it, chooses a password, and is out again in the moment that she is deactivated.
  const lena = await (await browser.newContext({ reducedMotion: 'reduce' })).newPage()
  await lena.goto(`${platform.url}/desk/`)
  await lena.getByRole('textbox', { name: 'E-mail address' }).fill('lena@example.com')
  await lena.getByLabel('Password').fill(password)
  await lena.keyboard.press('Enter')
  await lena.getByLabel('New password').fill('correct horse battery staple')
  await lena.keyboard.press('Enter')
  await lena.getByRole('heading', { name: 'Inbox' }).waitFor()
  await page.getByRole('button', { name: 'Change Lena Berg' }).click()
  await page.getByRole('menuitem', { name: 'Deactivate' }).click()
  await page.getByRole('button', { name: 'Deactivate' }).click()
  await page.locator('li', { hasText: 'lena@example.com' }).filter({ hasText: 'Deactivated' }).waitFor()
  await lena.getByRole('heading', { name: 'Sign in to the desk' }).waitFor()
  await lena.getByRole('textbox', { name: 'E-mail address' }).fill('lena@example.com')
  await lena.getByLabel('Password').fill('correct horse battery staple')
  await lena.keyboard.press('Enter')
  await lena.getByRole('alert').filter({ hasText: 'You were deactivated' }).waitFor()
  await lena.context().close()
  await context.close()
})

test('what the virtual agent said has its reason below it, a wrong answer is reported there, and the results open to it', async () => {
  const tenant = await platform.tenant()
  await publish(tenant)
  const visitor = await platform.visitor(tenant)
  const conversation = platform.ids.next()
  await visitor.ask({ type: 'start', id: platform.ids.next(), conversation })
  const text = '¿Cómo puedo pedir un reembolso?'
  await visitor.ask({ type: 'send', id: platform.ids.next(), conversation, text })
  const said = 'El reembolso llega a su cuenta en cinco días.'
  await visitor.until('events', ({ events }) =>
    events.some((event) => event.type === 'message' && event.data.text === said),
  )

  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  await page.goto(`${platform.url}/desk/?view=all&c=${conversation}`)
  await page.getByLabel('E-mail address').fill(tenant.people.administrator.email)
  await page.getByLabel('Password').fill(tenant.password)
  await page.keyboard.press('Enter')
  const message = page.locator('[data-item]', { hasText: said })
  await message.getByText('Word for word an example of “refund”').click()
  // What the version that decided calls it.
  await message.getByText('Word for word an example of “Reembolsos”').waitFor()
  await message.getByRole('button', { name: 'Report a wrong answer' }).click()
  await page.keyboard.type('It takes ten days.')
  await message.getByRole('button', { name: 'Report', exact: true }).click()
  await message.getByText('Reported as wrong').waitFor()
  await page.locator('[data-item]', { hasText: 'It takes ten days.' }).waitFor()

  await page.goto(`${platform.url}/desk/virtual-agent/results`)
  const wrong = page.getByRole('link', { name: '1 An answer was reported as wrong, open the conversations' })
  await wrong.click()
  await page.getByRole('list', { name: 'Conversations' }).getByRole('link').click()
  await message.waitFor()
  assert.equal(new URL(page.url()).searchParams.get('c'), conversation)
  await context.close()
})

/** One person writes and proposes it, another one approves it. */
async function publish(tenant: TestTenant): Promise<void> {
  const [supervisor, administrator] = await Promise.all([
    signIn(platform, tenant, 'supervisor'),
    signIn(platform, tenant, 'administrator'),
  ])
  const intent = (id: string, title: string, examples: string[], answer: string): Intent => ({
    id,
    title: { es: title },
    examples: { es: examples },
    answer: { es: answer },
    followUps: [],
  })
  const base = '/v1/virtual-agent'
  const send = async (by: SignedIn, method: 'PUT' | 'POST', path: string, body: object): Promise<Answer> => {
    const answer = await by.send(method, `${base}/${path}`, body)
    assert.ok(answer.status < 300, JSON.stringify(answer.body))
    return answer
  }
  // In Spanish: the sentence encoder knows English only, and training without it takes half a second.
  const definition: Definition = {
    ...newDefinition('Aurora', 'es'),
    intents: [
      intent(
        'refund',
        'Reembolsos',
        [
          '¿Cómo puedo pedir un reembolso?',
          'Quiero que me devuelvan el dinero',
          '¿Cuánto tarda la devolución?',
        ],
        'El reembolso llega a su cuenta en cinco días.',
      ),
      intent(
        'baggage',
        'Equipaje',
        [
          '¿Cuántas maletas puedo llevar?',
          '¿Cuánto puede pesar mi equipaje?',
          '¿Puedo subir otra maleta a bordo?',
        ],
        'Puede llevar una maleta de 23 kg.',
      ),
    ],
  }
  await send(supervisor, 'PUT', 'draft', { revision: 0, definition })
  await send(supervisor, 'POST', 'draft/train', {})
  await platform.candor.authoring.training.settled()
  const { body } = await send(supervisor, 'POST', 'proposals', { revision: 1, note: '' })
  await send(administrator, 'POST', `proposals/${String(body['version'])}/approve`, {})
}

import assert from 'node:assert/strict'
import * as path from 'node:path'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { build } from 'esbuild'
import type { loadCandor } from '../src/sdk/candor-widget.ts'
import { ada, robot } from './fake-server.ts'
import { openStage, openVisitor, type Visitor, type WidgetStage } from './widget-page.ts'

let stage: WidgetStage
let visitor: Visitor

before(async () => {
  stage = await openStage()
})
after(() => stage.close())
beforeEach(async () => {
  Object.assign(stage.chat, {
    away: false,
    noSockets: false,
    refuseHello: null,
    handler: { kind: 'virtual-agent' },
  })
  stage.chat.approved.clear()
  stage.chat.raw.length = stage.chat.frames.length = stage.chat.requests.length = 0
  Object.assign(stage.host, { attributes: '', html: 'lang="en"' })
  visitor = await stage.visitor()
})
afterEach(async () => {
  assert.deepEqual(visitor.faults, [], 'no policy violation, no error, no warning')
  await visitor.context.close()
})

const say = (text: string): number => stage.chat.say('message', { text })

test('a visitor writes, a person answers, and nothing breaks the strictest policy', async () => {
  await visitor.goto()
  const frame = await visitor.open()
  await frame.locator('textarea').fill('Hello')
  await frame.locator('textarea').press('Enter')
  await frame.getByText('Sent').waitFor()
  say('How can I help?')
  await frame.locator('.other').getByText('How can I help?').waitFor()
  const types = (await visitor.events()).map(([type]) => type)
  assert.deepEqual(types.slice(0, 2), ['open', 'ready'])
  assert.ok(types.includes('message'))
})

test('two files and a report before the click, six files until it can be used, none to anybody else, no cookie', async () => {
  const requests: string[] = []
  visitor.page.on('request', (request) => requests.push(request.url()))
  visitor.page.on('websocket', (socket) => requests.push(socket.url()))
  await visitor.goto()
  await visitor.page.waitForTimeout(3_000)
  const ours = (): string[] => requests.filter((url) => url.includes(new URL(stage.chat.origin).host))
  const { origin, loader, manifest } = stage.chat
  assert.deepEqual(ours(), [
    `${origin}/w/${loader.name}`,
    `${origin}/w/${manifest.launcher.file}`,
    `${origin}/v1/page-views`,
  ])
  await visitor.open()
  const later = ours().slice(3)
  assert.equal(later.filter((url) => !url.endsWith('/v1/page-views')).length, 4, later.join('\n'))
  assert.equal(requests.length, ours().length + 1, 'and the page itself')
  assert.deepEqual(await visitor.context.cookies(), [])
})

test('the frame and the page cannot reach into each other', async () => {
  await visitor.goto()
  const frame = await visitor.open()
  const fromFrame = await frame.evaluate(() => {
    const reach = (what: () => unknown): string => {
      try {
        return String(what())
      } catch (caught) {
        return (caught as Error).name
      }
    }
    return [
      self.origin,
      reach(() => parent.document),
      reach(() => (parent as Window & { candor?: unknown }).candor),
      reach(() => localStorage),
      reach(() => document.cookie),
      reach(() => open('https://example.com')),
    ]
  })
  assert.deepEqual(fromFrame, [
    'null',
    'SecurityError',
    'SecurityError',
    'SecurityError',
    'SecurityError',
    'null',
  ])
  visitor.faults.length = 0 // The blocked popup is reported, as it should be.
  const fromPage = await visitor.page.evaluate(() => {
    const host = [...document.documentElement.children].find((each) => each.shadowRoot)!
    const frame = host.shadowRoot!.querySelector('iframe')!
    let reached: string
    try {
      reached = String(frame.contentWindow!.document)
    } catch (caught) {
      reached = (caught as Error).name
    }
    return { reached, document: frame.contentDocument, sandbox: frame.getAttribute('sandbox') }
  })
  assert.deepEqual(fromPage, {
    reached: 'SecurityError',
    document: null,
    sandbox: 'allow-scripts allow-forms',
  })
})

test('a script of the page that plays loader after the loader is not listened to', async () => {
  await visitor.goto()
  const frame = await visitor.open()
  await visitor.page.evaluate(() => {
    const host = [...document.documentElement.children].find((each) => each.shadowRoot)!
    const frame = host.shadowRoot!.querySelector('iframe')!
    const { port1, port2 } = new MessageChannel()
    frame.contentWindow!.postMessage({ tenant: 'foreign', kept: 'stolen' }, '*', [port2])
    port1.postMessage({ type: 'shutdown' })
  })
  await visitor.page.waitForTimeout(300)
  assert.equal(stage.chat.frames.filter(({ type }) => type === 'hello').length, 1)
  assert.ok(await frame.locator('textarea').isVisible())
})

test('by keyboard alone: reach, open, write, send, close, and be where one was', async () => {
  await visitor.goto()
  const { page } = visitor
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  const focused = (): Promise<string | null | undefined> =>
    page.evaluate(() => {
      const host = document.activeElement
      return (host?.shadowRoot?.activeElement ?? host)?.ariaLabel
    })
  assert.equal(await focused(), 'Chat')
  assert.equal(await visitor.launcher.getAttribute('aria-expanded'), 'false')
  await page.keyboard.press('Enter')
  await page.waitForFunction(() => document.activeElement?.shadowRoot?.activeElement?.tagName === 'IFRAME')
  await page.waitForTimeout(500)
  assert.equal(await visitor.launcher.getAttribute('aria-expanded'), 'true')
  await page.keyboard.type('Hello there')
  await page.keyboard.press('Shift+Enter')
  await page.keyboard.type('again')
  await page.keyboard.press('Enter')
  await stage.chat.until(({ frames }) => frames.some((frame) => frame.type === 'send'))
  const sent = stage.chat.frames.find((frame) => frame.type === 'send')
  assert.equal(sent?.text, 'Hello there\nagain')
  await page.keyboard.press('Escape')
  await page.waitForFunction(() => document.activeElement?.shadowRoot?.activeElement?.tagName === 'BUTTON')
  assert.equal(await visitor.launcher.getAttribute('aria-expanded'), 'false')
  // Everything that can be pressed in the panel is reached with Tab.
  await page.keyboard.press('Enter')
  await page.waitForTimeout(200)
  const reached = new Set<string>()
  for (let i = 0; i < 8; i++) {
    reached.add(
      await visitor
        .frame()
        .evaluate(() => document.activeElement?.ariaLabel || document.activeElement?.textContent || ''),
    )
    await page.keyboard.press('Tab')
  }
  for (const name of ['Write a message', 'Send', 'Talk to a person', 'Privacy'])
    assert.ok(reached.has(name), name)
})

test('each new message is announced exactly once, and marks and history are not', async () => {
  await visitor.goto()
  const frame = await visitor.open()
  await frame.locator('textarea').fill('Hello')
  await frame.locator('textarea').press('Enter')
  await frame.getByText('Sent').waitFor()
  await frame.evaluate(() => {
    const said: string[] = []
    Object.assign(self, { said })
    for (const region of document.querySelectorAll('[aria-live],[role=log],[role=status],[role=alert]'))
      if (region.getAttribute('aria-live') !== 'off')
        new MutationObserver((changes) => {
          for (const { addedNodes } of changes)
            for (const node of addedNodes) said.push(node.textContent ?? '')
        }).observe(region, { subtree: true, childList: true, characterData: true })
  })
  say('First answer')
  say('Second answer')
  const { conversation } = stage.chat.frames.find((each) => each.type === 'send')!
  stage.chat.broadcast({ type: 'delivered', conversation, to: 'staff', seq: 2 })
  stage.chat.cut()
  await frame.getByText('Second answer').first().waitFor()
  await frame.locator('.banner').waitFor({ state: 'detached' })
  say('Third answer')
  await frame.locator('.other').getByText('Third answer').waitFor()
  const said = await frame.evaluate(() => (self as unknown as { said: string[] }).said)
  const answers = said.filter((text) => text.includes('answer'))
  assert.deepEqual(
    answers.map((text) => text.trim()),
    ['Ada Okafor: First answer', 'Ada Okafor: Second answer', 'Ada Okafor: Third answer'],
  )
})

test('a card number typed into the composer never leaves the browser', async () => {
  await visitor.goto()
  const frame = await visitor.open()
  const everything: string[] = []
  visitor.page.on('request', (request) => everything.push(request.url() + (request.postData() ?? '')))
  await frame.locator('textarea').pressSequentially('my card is 4111 1111 1111 1111 ok?', { delay: 5 })
  await frame.getByRole('alert').waitFor()
  assert.match(await frame.getByRole('alert').innerText(), /never leave this window/)
  await frame.locator('textarea').press('Enter')
  await frame.locator('.own').getByText('[card number removed]').waitFor()
  // Split over two messages: the piece that went before is masked by the server, the rest does not go.
  await frame.locator('textarea').fill('5555 5555')
  await frame.locator('textarea').press('Enter')
  await frame.locator('textarea').fill('5555 4444')
  await frame.locator('textarea').press('Enter')
  await stage.chat.until(({ frames }) => frames.filter(({ type }) => type === 'send').length === 3)
  const all = [...everything, ...stage.chat.raw].join('\n')
  assert.doesNotMatch(all.replace(/[^0-9]/g, ''), /4111111111111111|5555555555554444/)
  assert.doesNotMatch(all, /1111 1111/)
})

test('the number can be taken out of the draft, and the way to pay opens in a new tab', async () => {
  await visitor.goto()
  const frame = await visitor.open()
  await frame.locator('textarea').fill('charge 4111111111111111 please')
  const popup = visitor.page.waitForEvent('popup')
  await frame.getByRole('button', { name: 'Pay securely' }).click()
  assert.equal(await (await popup).evaluate(() => opener), null)
  assert.match((await popup).url(), /^https:\/\/pay\.aurora\.example\/secure|chrome-error:/)
  await frame.getByRole('button', { name: 'Remove the number' }).click()
  assert.equal(await frame.locator('textarea').inputValue(), 'charge please')
  await frame.getByRole('alert').waitFor({ state: 'detached' })
})

test('what is written without a connection is kept, shown as such, and sent once when it is back', async () => {
  await visitor.goto()
  const frame = await visitor.open()
  await frame.locator('textarea').fill('one')
  await frame.locator('textarea').press('Enter')
  await frame.getByText('Sent').waitFor()
  stage.chat.away = true
  stage.chat.cut()
  await frame.locator('.banner').waitFor()
  for (const text of ['two', 'three']) {
    await frame.locator('textarea').fill(text)
    await frame.locator('textarea').press('Enter')
  }
  await frame.getByText('Sending').first().waitFor()
  stage.chat.away = false
  await frame.getByRole('button', { name: 'Try now' }).click()
  await frame.getByText('Sending').first().waitFor({ state: 'detached' })
  const { events } = stage.chat.latest()
  assert.deepEqual(
    events.flatMap((event) => (event.type === 'message' ? [event.data.text] : [])),
    ['one', 'two', 'three'],
  )
})

test('where WebSocket is blocked the same conversation goes over an event stream', async () => {
  stage.chat.noSockets = true
  await visitor.goto()
  await visitor.launcher.click()
  await visitor.page.waitForTimeout(500)
  const frame = visitor.frame()
  await frame.locator('.log').waitFor({ timeout: 20_000 })
  await frame.locator('textarea').fill('over SSE')
  await frame.locator('textarea').press('Enter')
  await frame.getByText('Sent').waitFor()
  say('and back')
  await frame.locator('.other').getByText('and back').waitFor()
  assert.ok(stage.chat.requests.some(({ method, path }) => method === 'POST' && /streams\/./.test(path)))
})

test('two tabs are one visitor, and a message sent in one is seen in both', async () => {
  await visitor.goto()
  const second = openVisitor(visitor.context, stage.host, await visitor.context.newPage())
  await second.goto()
  const [one, two] = await Promise.all([visitor.open(), second.open()])
  await stage.chat.until(({ frames }) => {
    const tokens = new Set(
      frames.flatMap((each) => (each.type === 'hello' && each.role === 'visitor' ? [each.token] : [])),
    )
    return tokens.size >= 1
  })
  await visitor.page.waitForTimeout(500)
  await one.locator('textarea').fill('from the first tab')
  await one.locator('textarea').press('Enter')
  await two.locator('.own').getByText('from the first tab').waitFor()
  say('to both')
  await one.locator('.other').getByText('to both').waitFor()
  await two.locator('.other').getByText('to both').waitFor()
  assert.equal(
    new Set(
      stage.chat
        .talks()
        .slice(-1)
        .map((talk) => talk.visitor),
    ).size,
    1,
  )
  assert.deepEqual(second.faults, [])
})

test('logging out in one tab leaves nothing in any', async () => {
  await visitor.goto()
  const second = openVisitor(visitor.context, stage.host, await visitor.context.newPage())
  const frame = await visitor.open()
  await frame.locator('textarea').fill('private matter')
  await frame.locator('textarea').press('Enter')
  await frame.getByText('Sent').waitFor()
  await second.goto()
  const other = await second.open()
  await other.locator('.own').getByText('private matter').waitFor()
  const [, kept] = await visitor.page.evaluate(() => Object.entries(localStorage)[0]!)
  const token = kept.split(' ')[0]!
  assert.ok(stage.chat.tokens.has(token))
  await visitor.page.evaluate(() => window.candor!('shutdown'))
  await stage.chat.until(({ tokens }) => !tokens.has(token))
  await other.locator('.own').waitFor({ state: 'detached' })
  assert.deepEqual(await visitor.page.evaluate(() => Object.keys(localStorage)), [])
  await visitor.page.waitForFunction(
    () => ![...document.documentElement.children].some((each) => each.shadowRoot),
  )
  await second.page.reload()
  const fresh = await (await second.goto(), second.open())
  assert.equal(await fresh.locator('.own').count(), 0)
})

test('a returning visitor gets new messages on the badge before any click', async () => {
  await visitor.goto()
  const frame = await visitor.open()
  await frame.locator('textarea').fill('Hello')
  await frame.locator('textarea').press('Enter')
  await frame.getByText('Sent').waitFor()
  await visitor.goto('/fares')
  say('one')
  say('two')
  await visitor.page.waitForFunction(() =>
    [...document.documentElement.children].some(
      (each) => each.shadowRoot?.querySelector('b')?.textContent === '2',
    ),
  )
  assert.equal(await visitor.launcher.getAttribute('aria-label'), 'Chat, 2 new messages')
  await visitor.open()
  await stage.chat.until(({ frames }) => frames.some(({ type }) => type === 'read'))
  await visitor.page.waitForFunction(() =>
    [...document.documentElement.children].some(
      (each) => each.shadowRoot?.querySelector('b')?.textContent === '',
    ),
  )
  assert.deepEqual((await visitor.events()).filter(([type]) => type === 'unread').at(-1), ['unread', 0])
})

test('on a page with card fields the panel stays closed, says why, and is reported', async () => {
  await visitor.goto('/checkout')
  await visitor.launcher.click()
  await visitor.page.getByRole('status').getByText('For your safety').waitFor()
  assert.ok(!(await visitor.page.locator('iframe').isVisible()))
  assert.deepEqual(
    (await visitor.events()).filter(([type]) => type === 'refused'),
    [['refused', 'card_fields_page']],
  )
  const hello = stage.chat.frames.find((frame) => frame.type === 'hello')
  assert.ok(hello?.role === 'visitor' && hello.page?.cardFields)
  assert.ok(!(await visitor.events()).some(([type]) => type === 'open'), 'not even for a moment')
})

test('a page with card fields that the tenant approved opens as any other', async () => {
  stage.chat.approved.add(stage.host.origin + '/checkout')
  await visitor.goto('/checkout')
  await visitor.open()
})

test('where cards are typed there is no frame while the page has the focus, and the chat goes on with the next click', async () => {
  stage.chat.approved.add(stage.host.origin + '/checkout')
  await visitor.goto('/checkout')
  const frame = await visitor.open()
  await frame.locator('textarea').fill('Which number do you mean?')
  await frame.locator('textarea').press('Enter')
  await frame.getByText('Sent').waitFor()
  await visitor.page.locator('input[name=name]').click()
  await visitor.page.locator('iframe').waitFor({ state: 'detached' })
  await visitor.page.keyboard.type('Grace')
  assert.equal(await visitor.page.locator('input[name=name]').inputValue(), 'Grace')
  const again = await visitor.open()
  await again.locator('.own').getByText('Which number do you mean?').waitFor()
  // By keyboard as well: from the panel back into the page.
  await visitor.page.locator('input[name=card]').focus()
  await visitor.page.locator('iframe').waitFor({ state: 'detached' })
})

test('where cards are typed no frame comes by itself, for a returning visitor or to identify one', async () => {
  await visitor.goto()
  await visitor.open()
  await visitor.goto('/checkout')
  await visitor.page.locator('input[name=card]').focus()
  await visitor.page.evaluate(() => window.candor!('identify', 'jwt' as never))
  await visitor.page.waitForTimeout(2_500)
  assert.equal(await visitor.page.locator('iframe').count(), 0)
})

test('card fields that appear while the panel is open close it', async () => {
  await visitor.goto()
  await visitor.open()
  await visitor.page.evaluate(() => {
    const input = document.createElement('input')
    input.autocomplete = 'cc-number'
    document.body.append(input)
  })
  await visitor.page.getByRole('status').getByText('For your safety').waitFor()
  assert.ok(!(await visitor.page.locator('iframe').isVisible()))
  await visitor.page.evaluate(() => document.querySelector('input')!.remove())
  await visitor.page.waitForTimeout(500)
  await visitor.open()
})

test('the page is told without query and hash, again after it changed, and nothing of its fields', async () => {
  await visitor.goto('/?booking=AB12CD&email=grace@example.com#token=1')
  await visitor.page.evaluate(() => {
    const input = document.createElement('input')
    input.value = 'secret value'
    document.body.append(input)
  })
  await visitor.open()
  await visitor.page.evaluate(() => {
    history.pushState(null, '', '/offers?utm=1')
    document.title = 'Offers'
  })
  await stage.chat.until(({ frames }) => frames.some(({ type }) => type === 'page'))
  const pages = stage.chat.frames.flatMap((frame) => ('page' in frame && frame.page ? [frame.page] : []))
  assert.deepEqual(pages[0], { url: stage.host.origin + '/', title: 'Aurora Air', cardFields: false })
  assert.deepEqual(pages.at(-1), { url: stage.host.origin + '/offers', title: 'Offers', cardFields: false })
  assert.doesNotMatch(stage.chat.raw.join(), /AB12CD|grace@|utm=|secret value/)
})

test('identify, track and set reach the server as plain data, and the token is renewed', async () => {
  await visitor.goto()
  await visitor.page.evaluate(() => {
    const call = window.candor as (...args: unknown[]) => void
    call('track', 'Fare viewed', { price: 49, direct: true, nested: { no: 1 }, long: 'x'.repeat(5_000) })
    call('set', { tier: 'gold' })
    call('identify', 'jwt-1')
    call('nonsense', 1)
    call('identify')
  })
  await stage.chat.until(({ frames }) => frames.some(({ type }) => type === 'set'))
  await stage.chat.until(({ frames }) => frames.some(({ type }) => type === 'identify'))
  const track = stage.chat.frames.find((frame) => frame.type === 'track')
  assert.deepEqual(track?.properties, { price: 49, direct: true, long: 'x'.repeat(1_000) })
  await visitor.page.waitForFunction(() => Object.keys(localStorage).length === 1)
})

test('quick replies, forms, delivery marks and the hand-over to a person show', async () => {
  await visitor.goto()
  const frame = await visitor.open()
  await frame.getByRole('button', { name: 'Talk to a person' }).click()
  await frame.getByText('I would like to talk to a person.').waitFor()
  await stage.chat.until(() => stage.chat.latest().events.length > 1)
  stage.chat.say('message', { text: 'About what?', options: ['Baggage', 'Refund'] }, robot)
  await frame.getByRole('button', { name: 'Baggage' }).click()
  await frame.locator('.own').getByText('Baggage').waitFor()
  assert.equal(
    await frame.getByRole('button', { name: 'Refund' }).count(),
    0,
    'an answered question is answered',
  )
  stage.chat.say('takeover', { handlerEpoch: 1, agent: { id: ada.id, name: ada.name } })
  await frame.getByText('Ada Okafor joined the conversation').waitFor()
  await frame.getByText('Ada Okafor is answering you').waitFor()
  const fields = [{ name: 'email', label: 'E-mail', input: 'email' as const, required: true }]
  stage.chat.say('message', { text: 'How do we reach you?', form: { id: 'f1', fields } })
  await frame.getByLabel('E-mail').fill('grace@example.com')
  await frame.locator('.bubble').getByRole('button', { name: 'Send' }).click()
  await frame.locator('dd').getByText('grace@example.com').waitFor()
  const { id, seq } = stage.chat.latest().state
  stage.chat.broadcast({ type: 'delivered', conversation: id, to: 'staff', seq })
  await frame.getByText('Delivered').waitFor()
  stage.chat.say('read', { upTo: seq })
  await frame.getByText('Seen').waitFor()
  stage.chat.broadcast({ type: 'typing', conversation: id, actor: ada, on: true })
  await frame.locator('.typing').getByText('Ada Okafor is writing').waitFor()
  stage.chat.say('status', { status: 'closed' })
  await frame.getByRole('button', { name: 'Start a new conversation' }).click()
  await frame.locator('textarea').waitFor()
  assert.equal(await frame.locator('.own').count(), 0)
})

test('edits, deletions and masking change what stands there', async () => {
  await visitor.goto()
  const frame = await visitor.open()
  await frame.locator('textarea').fill('Hello')
  await frame.locator('textarea').press('Enter')
  await frame.getByText('Sent').waitFor()
  const [first, second, third] = [say('helo'), say('wrong chat'), say('4111')]
  stage.chat.say('edit', { target: first, text: 'hello' })
  stage.chat.say('deletion', { target: second })
  stage.chat.say('masking', { target: third, text: '[card number removed]' })
  await frame.locator('.other').getByText('hello').waitFor()
  await frame.getByText('This message was deleted.').waitFor()
  await frame.getByText('[card number removed]').waitFor()
  assert.equal(await frame.locator('.log').getByText('wrong chat').count(), 0)
})

test('only https addresses become links, and they open outside without an opener', async () => {
  await visitor.goto()
  const frame = await visitor.open()
  await frame.locator('textarea').fill('Hello')
  await frame.locator('textarea').press('Enter')
  await frame.getByText('Sent').waitFor()
  say('see https://example.com/a, javascript:alert(1) http://plain.example <a href="https://b.example">b</a>')
  await frame.locator('.other a').first().waitFor()
  assert.deepEqual(
    await frame.locator('.other a').evaluateAll((all) => all.map((a) => (a as HTMLAnchorElement).href)),
    ['https://example.com/a', 'https://b.example/'],
  )
  const popup = visitor.page.waitForEvent('popup')
  await frame.locator('.other a').first().click()
  assert.equal(await (await popup).evaluate(() => opener), null)
})

test('a hundred earlier messages are paged in without losing the place', async () => {
  await visitor.goto()
  let frame = await visitor.open()
  await frame.locator('textarea').fill('Hello')
  await frame.locator('textarea').press('Enter')
  await frame.getByText('Sent').waitFor()
  for (let i = 1; i <= 180; i++) say('message ' + i)
  await frame.locator('.other').getByText('message 180', { exact: true }).waitFor()
  await visitor.goto('/fares')
  frame = await visitor.open()
  await frame.locator('.other').getByText('message 180', { exact: true }).waitFor()
  assert.equal(await frame.getByText('message 20', { exact: true }).count(), 0)
  await frame.locator('.log').evaluate((log) => (log.scrollTop = 0))
  await frame.getByRole('button', { name: 'Show earlier messages' }).click()
  await frame.getByText('message 20', { exact: true }).waitFor()
  assert.ok(
    (await frame.locator('.log').evaluate((log) => log.scrollTop)) > 500,
    'what was read stays in view',
  )
  say('message 181')
  await frame.getByRole('button', { name: 'New messages' }).click()
  await frame.locator('.other').getByText('message 181', { exact: true }).waitFor()
  await frame.getByRole('button', { name: 'New messages' }).waitFor({ state: 'detached' })
})

test('blocked storage costs the memory of the next page, and nothing else', async () => {
  await visitor.context.addInitScript(() => {
    Object.defineProperty(window, 'localStorage', {
      get() {
        throw new DOMException('blocked', 'SecurityError')
      },
    })
  })
  await visitor.goto()
  const frame = await visitor.open()
  await frame.locator('textarea').fill('Hello')
  await frame.locator('textarea').press('Enter')
  await frame.getByText('Sent').waitFor()
})

test('calls made before the loader came are carried out when it comes', async () => {
  await visitor.context.addInitScript(() => {
    const queue: unknown[][] = []
    Object.assign(window, { candor: Object.assign((...args: unknown[]) => queue.push(args), { q: queue }) })
    ;(window as unknown as { candor(command: string): void }).candor('show')
  })
  await visitor.page.goto(stage.host.origin + '/')
  await visitor.page.waitForSelector('iframe')
  await visitor.page.waitForTimeout(500)
  await visitor.frame().locator('textarea').waitFor()
})

test('a server that is away is said so beside the button, and to the page', async () => {
  stage.chat.away = true
  await visitor.page.route(/\.html$/, (route) => route.abort())
  await visitor.goto()
  await visitor.launcher.click()
  await visitor.page.getByRole('status').getByText('Chat offline').waitFor({ timeout: 15_000 })
  assert.deepEqual((await visitor.events()).at(-1), ['error', 'unavailable'])
  visitor.faults.length = 0
})

test('the typed surface loads the pinned loader under Trusted Types, and no other file', async () => {
  const { outputFiles } = await build({
    entryPoints: [path.join(import.meta.dirname, '../src/sdk/candor-widget.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'sdk',
  })
  await visitor.page.goto(stage.host.origin + '/without-tag')
  // As the page's own bundle would have it.
  await visitor.page.evaluate(outputFiles[0]!.text + ';window.sdk = sdk')
  const { name, integrity } = stage.chat.loader
  const unread = await visitor.page.evaluate(
    async ({ src, integrity }) => {
      const { loadCandor: load } = (window as unknown as { sdk: { loadCandor: typeof loadCandor } }).sdk
      const chat = await load({ src, integrity, tenant: 'aurora-air', locale: 'de', accent: '#0b5fff' })
      const heard: string[] = []
      const off = chat.on('open', () => heard.push('open'))
      chat.on('ready', () => heard.push('ready'))
      chat.show()
      off()
      chat.hide()
      chat.show()
      await new Promise<void>((resolve) => chat.on('ready', resolve))
      return heard
    },
    { src: `${stage.chat.origin}/w/${name}`, integrity },
  )
  assert.deepEqual(unread, ['open', 'ready'])
  assert.equal(await visitor.frame().evaluate(() => document.documentElement.lang), 'de')
  await visitor.page.goto(stage.host.origin + '/without-tag')
  await visitor.page.evaluate(outputFiles[0]!.text + ';window.sdk = sdk')
  const refused = await visitor.page.evaluate(
    async ({ src }) => {
      const { loadCandor: load } = (window as unknown as { sdk: { loadCandor: typeof loadCandor } }).sdk
      return load({ src, integrity: 'sha384-' + 'A'.repeat(64), tenant: 'aurora-air' }).then(
        () => 'loaded',
        (caught: Error) => caught.message,
      )
    },
    { src: `${stage.chat.origin}/w/${name}` },
  )
  assert.match(refused, /is not the pinned one/)
  visitor.faults.length = 0 // The browser reports the wrong digest, as it should.
})

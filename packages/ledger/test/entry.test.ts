import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeCrypto } from '../src/node-crypto.ts'
import { browserCrypto } from '../src/browser-crypto.ts'
import {
  commitDetail,
  encodeEntry,
  entryTypes,
  openDetail,
  parseEntry,
  pseudonymOf,
  type Entry,
} from '../src/entry.ts'

const pseudonym = (n: number): string => pseudonymOf(new Uint8Array(16).fill(n))
const digest = Buffer.alloc(32, 7).toString('base64url')
const full: Entry = {
  v: 1,
  at: '2026-11-25T00:34:04.123Z',
  type: 'open',
  tenant: pseudonym(1),
  actor: pseudonym(2),
  conversation: pseudonym(3),
  customer: pseudonym(4),
  range: [1, 12],
  purpose: 'desk',
  outcome: 'released',
  request: digest,
  detail: digest,
}
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

test('an entry is written in one way and read back the same', () => {
  const text = JSON.stringify(full)
  assert.equal(Buffer.from(encodeEntry(full)).toString(), text)
  assert.deepEqual(parseEntry(bytes(text)), full)
  for (const type of entryTypes) {
    const short: Entry = { v: 1, at: full.at, type }
    assert.deepEqual(parseEntry(encodeEntry(short)), short)
  }
  // Keys given in another order are written in the one order.
  const { v, at, type, ...rest } = full
  assert.deepEqual(encodeEntry({ ...rest, type, at, v }), encodeEntry(full))
  const live: Entry = { ...full, range: [4, 0] }
  assert.deepEqual(parseEntry(encodeEntry(live)), live)
})

test('whatever JSON would let pass for the same entry is refused', () => {
  const text = JSON.stringify(full)
  const others = [
    text.replace('"v":1,', '"v":1, '),
    ` ${text}`,
    `${text}\n`,
    text.replace('"v":1', '"v":1.0'),
    text.replace('"v":1', '"v":2'),
    text.replace('desk', 'd\\u0065sk'),
    text.replace('"open"', '"opening"'),
    text.replace('"purpose":"desk",', '"purpose":"desk","purpose":"desk",'),
    text.replace('"v":1,', '"v":1,"more":1,'),
    text.replace('"purpose":"desk","outcome":"released"', '"outcome":"released","purpose":"desk"'),
    text.replace('[1,12]', '[1,12.0]'),
    text.replace('[1,12]', '[01,12]'),
    text.replace('[1,12]', '[12,1]'),
    text.replace('[1,12]', '[1]'),
    text.replace('[1,12]', '[-1,12]'),
    text.replace('[1,12]', '[1,9999999999999999]'),
    text.replace('released', 'Released'),
    text.replace('released', 'a'.repeat(41)),
    text.replace('released', 'released-'),
    text.replace('2026-11-25', '2026-02-30'),
    text.replace('2026-11-25', '2026-13-01'),
    text.replace('T00:34', 'T24:34'),
    text.replace('04.123Z', '60.123Z'),
    text.replace('04.123Z', '04.12Z'),
    text.replace('04.123Z', '04.123+00:00'),
    // The last character of a pseudonym or a digest carries spare bits; only zeros are canonical.
    text.replace(pseudonym(1), `${pseudonym(1).slice(0, -1)}R`),
    text.replace(digest, `${digest.slice(0, -1)}d`),
    text.replace(pseudonym(1), pseudonym(1).slice(0, -1)),
    text.slice(0, -1),
    '',
    'null',
    '[]',
  ]
  for (const other of others) {
    assert.notEqual(other, text)
    assert.equal(parseEntry(bytes(other)), null, other)
  }
  assert.equal(parseEntry(Uint8Array.of(0xff, 0xfe)), null)
  assert.equal(parseEntry(new Uint8Array(2_049).fill(0x20)), null)
})

test('what is not an entry cannot be written', () => {
  assert.throws(() => encodeEntry({ ...full, outcome: 'has "quotes"' }), RangeError)
  assert.throws(() => encodeEntry({ ...full, tenant: 'Northwind' }), RangeError)
  assert.throws(() => encodeEntry({ ...full, at: '2026-11-25' }), RangeError)
})

test('a detail opens with its salt and its text, and with nothing else', () => {
  const salt = new Uint8Array(16).map((_, at) => at)
  const text = '{"agent":"Ada","conversation":"c_1"}'
  const detail = commitDetail(nodeCrypto, salt, text)
  const entry: Entry = { ...full, detail }
  // The formula, by hand.
  assert.equal(
    detail,
    Buffer.from(
      nodeCrypto.sha256(Buffer.concat([Buffer.from('candor detail 1\n'), salt, Buffer.from(text)])),
    ).toString('base64url'),
  )
  assert.equal(detail, commitDetail(browserCrypto, salt, text))
  assert.equal(openDetail(nodeCrypto, entry, salt, text), true)
  assert.equal(openDetail(nodeCrypto, entry, salt, text.replace('Ada', 'Eve')), false)
  assert.equal(openDetail(nodeCrypto, entry, salt.toReversed(), text), false)
  assert.equal(openDetail(nodeCrypto, entry, salt.slice(1), text), false)
  const { detail: _, ...without } = entry
  assert.equal(openDetail(nodeCrypto, without, salt, text), false)
})

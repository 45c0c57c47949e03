import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { derivedKey } from './derived-key.ts'
import { issueVisitorToken, readVisitorToken, visitorTokenMsMax, type VisitorToken } from './visitor-token.ts'

const key = derivedKey('one secret', 'visitor token')
const now = Date.UTC(2026, 0, 1)

function token(): VisitorToken {
  return { tenant: randomUUID(), visitor: randomUUID(), id: randomUUID(), version: 3, issuedAt: now }
}

test('a token says who the visitor is, and nothing that is longer than the wire takes', () => {
  const given = token()
  const text = issueVisitorToken(key, given)
  assert(text.length <= 512)
  assert.deepEqual(readVisitorToken(key, text, now), given)
})

test('not one bit of a token can be changed', () => {
  const text = issueVisitorToken(key, token())
  for (let at = 0; at < text.length; at++)
    for (const letter of ['A', 'B', 'x', '_', '.', '']) {
      const changed = text.slice(0, at) + letter + text.slice(at + 1)
      // The last letter of the signature has two bits that carry nothing.
      if (changed === text || at === text.length - 1) continue
      assert.throws(() => readVisitorToken(key, changed, now), { code: 'token_invalid' }, `${at} ${letter}`)
    }
})

test('a token of another installation, or made under a key for something else, counts for nothing', () => {
  for (const other of [derivedKey('another secret', 'visitor token'), derivedKey('one secret', 'sign-in')])
    assert.throws(() => readVisitorToken(key, issueVisitorToken(other, token()), now), {
      code: 'token_invalid',
    })
})

test('what is not a token at all is refused as one', () => {
  for (const text of [
    '',
    '.',
    'null',
    'A'.repeat(512),
    `${'A'.repeat(79)}.${'A'.repeat(43)}`,
    '\u0000',
    'é.é',
  ])
    assert.throws(() => readVisitorToken(key, text, now), { code: 'token_invalid' })
})

test('a token is forgotten after half a year', () => {
  const text = issueVisitorToken(key, token())
  readVisitorToken(key, text, now + visitorTokenMsMax)
  assert.throws(() => readVisitorToken(key, text, now + visitorTokenMsMax + 1), { code: 'token_expired' })
})

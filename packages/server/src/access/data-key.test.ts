import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeDataKey, openText, sealText } from './data-key.ts'

test('sealed text opens under its key and context, and says nothing otherwise', () => {
  const key = makeDataKey()
  const sealed = sealText(key, 'conversation/event', 'Wo ist mein Koffer? 🧳')
  assert.equal(openText(key, 'conversation/event', sealed), 'Wo ist mein Koffer? 🧳')
  assert.equal(sealed.includes(Buffer.from('Koffer')), false)
  assert.throws(() => openText(key, 'conversation/another', sealed))
  assert.throws(() => openText(makeDataKey(), 'conversation/event', sealed))
})

test('one flipped bit anywhere keeps sealed text closed', () => {
  const key = makeDataKey()
  const sealed = sealText(key, 'c/e', 'Hello')
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const changed = Buffer.from(sealed)
    changed[bit >> 3]! ^= 1 << (bit & 7)
    assert.throws(() => openText(key, 'c/e', changed), `bit ${bit}`)
  }
})

test('the same text sealed twice differs', () => {
  const key = makeDataKey()
  const seen = new Set(Array.from({ length: 2000 }, () => sealText(key, 'c/e', 'Hello').toString('hex')))
  assert.equal(seen.size, 2000)
})

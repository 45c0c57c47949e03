import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chatTexts } from './chat-texts.ts'
import { seededRandom } from './seeded-random.ts'

test('the texts need no escaping on any wire, and as many have digits as was asked for', () => {
  const texts = chatTexts(seededRandom(1), 10_000, 0.15)
  assert.deepEqual(
    texts.filter((text) => /["\\<>&\n]/.test(text)),
    [],
  )
  const withDigits = texts.filter((text) => /\d/.test(text)).length
  assert.ok(Math.abs(withDigits / 10_000 - 0.15) < 0.02, `${withDigits} of 10,000`)
  assert.equal(chatTexts(seededRandom(1), 100, 0).filter((text) => /\d/.test(text)).length, 0)
})

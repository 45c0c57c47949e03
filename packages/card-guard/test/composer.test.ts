import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as whole from '../src/card-guard.ts'
import { cardFree, positive, randomFrom } from '../src/card-corpus.ts'
import { openWindow, screen } from '../src/composer.ts'

test('the composer masks a number in every form that people type', () => {
  for (const spelling of [
    '4111111111111111',
    '4111 1111 1111 1111',
    '4111-1111-1111-1111',
    '3782 822463 10005',
    '4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1',
    '４１１１１１１１１１１１１１１１',
    '٤١١١ ١١١١ ١١١١ ١١١١',
    '4️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣',
    'four one one one one one one one one one one one one one one one',
    'vier eins eins eins, eins eins eins eins, eins eins eins eins, eins eins eins eins',
    '4lll llll llll llll',
  ]) {
    assert.equal(
      screen(`pay with ${spelling} please`).text,
      'pay with [card number removed] please',
      spelling,
    )
  }
  assert.equal(screen('my cvv is 123').text, 'my cvv is [security code removed]')
})

test('the composer joins a number over messages', () => {
  for (const pieces of [
    ['4111', '1111', '1111', '1111'],
    [...'4111111111111111'],
    ['411', '11111111', '11111'],
  ]) {
    const window = openWindow()
    const masked = new Set<string>()
    for (const [i, piece] of pieces.entries()) {
      const { findings, earlier } = window.screen(String(i), piece)
      if (findings.length > 0) masked.add(String(i))
      for (const { id } of earlier) masked.add(id)
    }
    assert.equal(masked.size, pieces.length)
  }
})

test('what the composer masks the server would mask too, but for one text in a thousand', () => {
  const random = randomFrom(9)
  let more = 0
  for (let i = 0; i < 10_000; i++) {
    const { text } = i % 2 ? positive(random) : cardFree(random)
    if (screen(text).findings.length > 0 && whole.screen(text).findings.length === 0) more++
  }
  assert.ok(more <= 10, `${more} of 10000`)
})

test('the composer masks at most 0.05 % of card-free messages', () => {
  const random = randomFrom(10)
  let wrong = 0
  for (let i = 0; i < 10_000; i++) if (screen(cardFree(random).text).findings.length > 0) wrong++
  assert.ok(wrong <= 5, `${wrong} of 10000`)
})

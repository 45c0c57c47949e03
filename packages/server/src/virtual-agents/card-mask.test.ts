import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maskOf, screen } from '@candor/card-guard'
import { cardMask } from '@candor/virtual-agent/decide.ts'

test('the engine knows every mask that the card guard writes', () => {
  for (const mask of Object.values(maskOf)) assert.equal(`a ${mask} b`.replaceAll(cardMask, ''), 'a  b')
  const { text } = screen('my card is 4111 1111 1111 1111')
  assert.equal(text.replaceAll(cardMask, '').trim(), 'my card is')
})

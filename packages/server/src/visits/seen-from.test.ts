import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seenFrom } from './seen-from.ts'

test('several networks are two on one day; the same one on two days looks like two and is not counted so', () => {
  const day = 86_400_000
  const first = seenFrom(null, 0, 'a')
  assert.equal(seenFrom(first, 10, 'a').several, false)
  assert.equal(seenFrom(first, 10, 'b').several, true)
  assert.equal(seenFrom(first, day, 'b').several, false)
  assert.equal(seenFrom(seenFrom(first, day, 'b'), day + 1, 'c').several, true)
  assert.equal(seenFrom(seenFrom(first, 10, 'b'), 9 * day, 'b').several, true)
})

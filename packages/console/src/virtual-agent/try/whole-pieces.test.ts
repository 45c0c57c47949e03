import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wholePieces } from './whole-pieces.ts'

test('of pieces of one word the whole stays, in the place of its strength among the others', () => {
  assert.deepEqual(wholePieces(['_mon', '_mone', 'back', 'mon', 'money', 'oney', 'oney_']), ['back', 'money'])
})

test('two words that only share their ending both stay', () => {
  assert.deepEqual(wholePieces(['refund', 'fund_', 'baggage']), ['refund', 'baggage'])
  assert.deepEqual(wholePieces(['booking', 'looking']), ['booking', 'looking'])
})

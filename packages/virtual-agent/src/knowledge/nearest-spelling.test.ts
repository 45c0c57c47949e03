import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openSpelling } from './nearest-spelling.ts'

const { nearest } = openSpelling(
  new Map([
    ['refund', 9],
    ['baggage', 5],
    ['cancellation', 4],
    ['form', 3],
    ['fork', 1],
    ['pin', 2],
  ]),
)

test('a word with a letter too many, too few, wrong or swapped is read as the word it was meant to be', () => {
  for (const slip of ['refundd', 'refnd', 'rebund', 'refudn', 'erfund'])
    assert.equal(nearest(slip), 'refund', slip)
})

test('a long word is forgiven two slips, a short one a single slip', () => {
  assert.equal(nearest('cancelation'), 'cancellation')
  assert.equal(nearest('canselation'), 'cancellation')
  assert.equal(nearest('baggege'), 'baggage')
  assert.equal(nearest('begaxge'), null)
})

test('of two words that are as near, the more frequent one is meant', () => {
  assert.equal(nearest('forx'), 'form')
})

test('short words, numbers and what resembles nothing are left as they are', () => {
  for (const word of ['pan', '4821', 'xylophone', 'a'.repeat(5_000)]) assert.equal(nearest(word), null, word)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { confusionGrid, depth, gridMax } from './confusion-grid.ts'

const perIntent = [
  { intent: 'refunds', examples: 20, precision: 0.8, recall: 0.75 },
  { intent: 'baggage', examples: 10, precision: 0.9, recall: 0.9 },
  { intent: 'seats', examples: 8, precision: 1, recall: 1 },
]

test('only intents that are confused stand in the grid, the most confused first', () => {
  const grid = confusionGrid({
    perIntent,
    confusions: [
      { intent: 'refunds', takenFor: 'baggage', count: 3, examples: ['money for my bag'] },
      { intent: 'baggage', takenFor: 'refunds', count: 1, examples: ['bag lost, refund'] },
    ],
  })
  assert.deepEqual(grid.intents, ['baggage', 'refunds'])
  assert.equal(grid.left, 1)
  assert.deepEqual(
    grid.cells.map((row) => row.map(({ count }) => count)),
    [
      [9, 1],
      [3, 15],
    ],
  )
  assert.equal(grid.cells[1]![0]!.share, 0.15)
})

test('a draft that confuses nothing has an empty grid', () => {
  assert.deepEqual(confusionGrid({ perIntent, confusions: [] }).intents, [])
})

test('more confused intents than a screen holds are cut to the worst', () => {
  const many = Array.from({ length: 40 }, (_, i) => ({
    intent: `a${i}`,
    takenFor: 'baggage',
    count: 40 - i,
    examples: [],
  }))
  const grid = confusionGrid({ perIntent, confusions: many })
  assert.equal(grid.intents.length, gridMax)
  assert.deepEqual(grid.intents.slice(0, 2), ['baggage', 'a0'])
})

test('a single example that is taken for another intent still shows', () => {
  assert.equal(depth(0), 0)
  assert.equal(depth(1 / 500), 1)
  assert.equal(depth(1), 4)
})

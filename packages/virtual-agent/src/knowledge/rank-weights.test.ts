import assert from 'node:assert/strict'
import { test } from 'node:test'
import { learnRankWeights, scoresOf, shares, type Ranking } from './rank-weights.ts'

/** Part 0 tells the right candidate, part 1 tells nothing, part 2 tells a wrong one. */
const rankings: Ranking[] = Array.from({ length: 60 }, (_, i) => {
  const right = i % 4
  const part = (value: (candidate: number) => number): number[] => [0, 1, 2, 3].map(value)
  return {
    right,
    parts: [
      part((c) => (c === right && i % 10 !== 0 ? 1 : 0.2)),
      part(() => 0.5),
      part((c) => (c === (right + 1) % 4 ? 1 : 0.3)),
    ],
  }
})

test('what tells the right candidate counts much, what tells a wrong one nothing', () => {
  const weights = learnRankWeights(rankings, [1, 1, 1])
  assert.ok(weights[0]! > 2)
  assert.equal(weights[2], 0)
  const hits = rankings.filter(({ parts, right }) => {
    const scores = scoresOf(parts, weights)
    return scores.indexOf(Math.max(...scores)) === right
  })
  assert.ok(hits.length >= 50)
})

test('weights stay where they began when nothing is known', () => {
  assert.deepEqual(learnRankWeights([], [3, 2, 1]), [3, 2, 1])
})

test('shares add up to 1, also of scores that a computer could not raise', () => {
  for (const scores of [
    [0, 0],
    [1_000, 999, -1_000],
    [-5_000, -5_001],
  ]) {
    const all = shares(Float64Array.from(scores))
    assert.ok(Math.abs(all.reduce((sum, x) => sum + x, 0) - 1) < 1e-12)
    assert.ok(all.every((x, i) => i === 0 || x <= all[i - 1]!))
  }
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { median, percentile, summarise } from './latencies.ts'

test('a percentile is a value that was measured: the smallest that so many do not exceed', () => {
  const sorted = Array.from({ length: 1_000 }, (_, i) => i + 1)
  assert.equal(percentile(sorted, 0.5), 500)
  assert.equal(percentile(sorted, 0.99), 990)
  assert.equal(percentile(sorted, 1), 1_000)
  assert.equal(percentile([7], 0.99), 7)
})

test('one slow message in fifty is the 99th percentile, one in two hundred is not', () => {
  const of = (slowEvery: number): Float64Array =>
    Float64Array.from({ length: 1_000 }, (_, i) => (i % slowEvery === 0 ? 100 : 1))
  assert.equal(summarise(of(50)).p99Ms, 100)
  assert.equal(summarise(of(200)).p99Ms, 1)
  assert.equal(summarise(of(200)).maxMs, 100)
})

test('the median of an even number of rounds lies between the two in the middle', () => {
  assert.equal(median([9, 1, 5]), 5)
  assert.equal(median([9, 1, 5, 6]), 5.5)
})

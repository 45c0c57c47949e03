import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openAllowance } from './allowance.ts'

test('so many at once, then at the rate of the minute, for each on their own', () => {
  let now = 0
  const allowance = openAllowance({ atOnceMax: 3, perMinuteMax: 6, now: () => now })
  const taken = (key: string): number =>
    Array.from({ length: 10 }, () => allowance.take(key)).filter(Boolean).length
  assert.equal(taken('ana'), 3)
  assert.equal(taken('ben'), 3)
  now += 10_000
  assert.equal(taken('ana'), 1)
  now += 3_600_000
  assert.equal(taken('ana'), 3)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { poissonArrivals } from './pace.ts'
import { seededRandom } from './seeded-random.ts'

test('arrivals keep their rate, come in bursts and pauses, and are the same for the same seed', () => {
  const arrival = poissonArrivals(2_000, seededRandom(7))
  const times = Array.from({ length: 100_000 }, arrival)
  assert.ok(Math.abs(times.at(-1)! / 1_000 - 50) < 1, '100,000 messages at 2,000/s take 50 s')
  const perMillisecond = new Int32Array(51_000)
  for (const at of times) perMillisecond[Math.floor(at)]!++
  const [none, many] = [
    perMillisecond.subarray(0, 49_000).filter((count) => count === 0).length,
    perMillisecond.subarray(0, 49_000).filter((count) => count >= 5).length,
  ]
  // Poisson with mean 2: e^-2 = 13.5 % of the milliseconds are empty, 5.3 % have five or more.
  assert.ok(Math.abs(none / 49_000 - 0.135) < 0.01)
  assert.ok(Math.abs(many / 49_000 - 0.053) < 0.01)
  const again = poissonArrivals(2_000, seededRandom(7))
  assert.equal(again(), times[0])
})

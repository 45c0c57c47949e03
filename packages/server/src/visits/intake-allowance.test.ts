import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openIntakeAllowance } from './intake-allowance.ts'

const limits = {
  networkAtOnceMax: 100,
  networkPerMinuteMax: 100,
  siteAtOnceMax: 1_000,
  sitePerMinuteMax: 1_000,
  fairPerMinuteMax: 10,
}

test('a network that floods empties its own allowance and nobody else’s', () => {
  const allowance = openIntakeAllowance(limits, () => 0)
  let taken = 0
  for (let n = 0; n < 10_000; n++) if (allowance.take('shop', 'flood', 1)) taken++
  assert.equal(taken, 100)
  assert.ok(allowance.take('shop', 'visitor', 50))
})

test('many networks that flood empty the site’s allowance, and a visitor is still heard', () => {
  const allowance = openIntakeAllowance(limits, () => 0)
  for (let network = 0; network < 50; network++)
    for (let n = 0; n < 200; n++) allowance.take('shop', `flood ${network}`, 1)
  assert.equal(allowance.take('shop', 'flood 3', 1), false)
  assert.ok(allowance.take('shop', 'visitor', 8))
  assert.equal(allowance.take('shop', 'visitor', 8), false)
  assert.ok(allowance.take('another shop', 'visitor', 50))
})

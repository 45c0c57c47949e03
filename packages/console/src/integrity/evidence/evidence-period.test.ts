import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lastDays, wrongOf } from './evidence-period.ts'

const now = Date.parse('2026-11-25T09:30:00Z')

test('the last thirty days end today', () => {
  assert.deepEqual(lastDays(30, now), { from: '2026-10-27', to: '2026-11-25' })
  assert.equal(wrongOf(lastDays(30, now), now), null)
  assert.equal(wrongOf(lastDays(366, now), now), null)
})

test('a period that cannot be reported says why', () => {
  assert.match(wrongOf({ from: '2026-11-25', to: '2026-11-24' }, now)!, /before it begins/)
  assert.match(wrongOf({ from: '2026-11-24', to: '2026-11-26' }, now)!, /future/)
  assert.match(wrongOf(lastDays(367, now), now)!, /longer than 366 days/)
})

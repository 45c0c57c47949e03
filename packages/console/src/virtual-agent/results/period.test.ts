import assert from 'node:assert/strict'
import { test } from 'node:test'
import { daysOf, lastDays, readPeriod, wrongOf } from './period.ts'

const now = Date.parse('2026-03-01T23:30:00Z')

test('the last days end today, both days included', () => {
  assert.deepEqual(lastDays(7, now), { from: '2026-02-23', to: '2026-03-01' })
  assert.equal(daysOf(lastDays(28, now)), 28)
})

test('an address that is no period shows the last four weeks', () => {
  const usual = lastDays(28, now)
  for (const [from, to] of [
    [undefined, '2026-01-01'],
    ['2026-02-31', '2026-03-01'],
    ['2026-03-02', '2026-03-01'],
    ['2020-01-01', '2026-03-01'],
    ['yesterday', 'today'],
  ] as const)
    assert.deepEqual(readPeriod(from, to, now), usual, `${from} ${to}`)
  assert.deepEqual(readPeriod('2026-01-01', '2026-01-01', now), { from: '2026-01-01', to: '2026-01-01' })
})

test('a period is refused with what to do about it', () => {
  assert.match(wrongOf({ from: '', to: '2026-01-01' })!, /both days/)
  assert.match(wrongOf({ from: '2026-01-02', to: '2026-01-01' })!, /ends before/)
  assert.match(wrongOf({ from: '2024-01-01', to: '2026-01-01' })!, /at most 367/)
  assert.equal(wrongOf({ from: '2025-01-01', to: '2026-01-01' }), null)
})

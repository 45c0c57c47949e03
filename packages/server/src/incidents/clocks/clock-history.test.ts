import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClockFacts } from '@candor/protocol/incidents-api.ts'
import { persons, plainFacts, police, told } from './cases/clock-case.ts'
import { clockChanges } from './clock-history.ts'
import { shippedRules } from './rules/shipped-rules.ts'

const now = Date.parse('2026-06-20T12:00:00Z')

function changes(before: Partial<ClockFacts>, after: Partial<ClockFacts>, at = now) {
  return clockChanges({
    before: { facts: { ...plainFacts, ...before }, rules: shippedRules },
    after: { facts: { ...plainFacts, ...before, ...after }, rules: shippedRules },
    now: at,
    by: 'Ines',
  })
}

test('one resident more makes a duty, which counts from the start that was', () => {
  const [entry, ...rest] = changes(
    { determinedAt: '2026-06-01T14:00:00Z', affected: [persons('US-TX', 249)] },
    { affected: [persons('US-TX', 250)] },
  )
  assert.deepEqual(rest, [])
  assert.deepEqual(entry, {
    clock: 'us-tx-attorney-general',
    at: '2026-06-20T12:00:00.000Z',
    by: 'Ines',
    from: { status: 'not-triggered', dueAt: null },
    // 1 June and 30 days, as if they had been counted right from the first day.
    to: { status: 'running', dueAt: '2026-07-02T04:59:59.000Z' },
    because: ['Affected persons of Texas: 249 → 250.'],
  })
})

test('a count that grows after the deadline makes a duty that is late at once', () => {
  const entries = changes(
    { determinedAt: '2026-06-01T14:00:00Z', affected: [persons('US-CO', 499)] },
    { affected: [persons('US-CO', 500)] },
    Date.parse('2026-07-10T12:00:00Z'),
  )
  assert.deepEqual(
    entries.map(({ clock, to }) => [clock, to?.status]),
    [['us-co-attorney-general', 'overdue']],
  )
})

test('people who moved take their duties along', () => {
  const entries = changes(
    { discoveredAt: '2026-06-01T15:00:00Z', affected: [persons('US-OR', 251)] },
    { affected: [persons('US-OR', 250), persons('US-WA', 1)] },
  )
  const arrived = [
    'Affected persons of Washington: 0 → 1.',
    'Exposed of persons of Washington: nothing → payment-card.',
  ]
  assert.deepEqual(
    entries.map(({ clock, from, to, because }) => [clock, from?.status, to?.status, because]),
    [
      ['us-or-attorney-general', 'running', 'not-triggered', ['Affected persons of Oregon: 251 → 250.']],
      ['us-wa-attorney-general', undefined, 'not-triggered', arrived],
      ['us-wa-individuals', undefined, 'running', arrived],
    ],
  )
})

test('another category makes a duty, and the entry says which', () => {
  const entries = changes(
    { discoveredAt: '2026-06-01T15:00:00Z', affected: [persons('US-WA', 3, ['contact'])] },
    { affected: [persons('US-WA', 3, ['contact', 'credentials'])] },
  )
  assert.deepEqual(
    entries.map(({ clock, because }) => [clock, because]),
    [['us-wa-individuals', ['Exposed of persons of Washington: contact → contact + credentials.']]],
  )
})

test('a pause and its end are two entries, and what only time did is none', () => {
  const facts = { determinedAt: '2026-06-01T14:00:00Z', affected: [persons('US-TX', 1), persons('US-CO', 1)] }
  const pause = police('2026-06-10T14:00:00Z', null, { jurisdictions: ['US-TX'] })
  const paused = changes(facts, { pauses: [pause] })
  assert.deepEqual(
    paused.map(({ clock, to, because }) => [clock, to, because]),
    [
      [
        'us-tx-individuals',
        { status: 'paused', dueAt: null },
        ['Paused from 2026-06-10T14:00:00Z: The investigation would be warned.'],
      ],
    ],
  )
  const lifted = changes(
    { ...facts, pauses: [pause] },
    { pauses: [{ ...pause, until: '2026-06-15T14:00:00Z' }] },
  )
  assert.deepEqual(
    lifted.map(({ clock, to }) => [clock, to]),
    // 31 July and five days.
    [['us-tx-individuals', { status: 'running', dueAt: '2026-08-06T04:59:59.000Z' }]],
  )
  // Both run out on 1 July and 31 July; nothing was changed.
  assert.deepEqual(changes(facts, {}, Date.parse('2026-09-01T00:00:00Z')), [])
})

test('telling residents moves whoever is told not later than they are', () => {
  const entries = changes(
    { discoveredAt: '2026-06-01T15:00:00Z', affected: [persons('US-CT', 1)] },
    { met: [told('us-ct-individuals', '2026-06-19T15:00:00Z')] },
  )
  assert.deepEqual(
    entries.map(({ clock, to }) => [clock, to]),
    [
      ['us-ct-attorney-general', { status: 'overdue', dueAt: '2026-06-19T15:00:00.000Z' }],
      ['us-ct-individuals', { status: 'met', dueAt: '2026-08-01T03:59:59.000Z' }],
    ],
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { persons, plainFacts, police, told } from './cases/clock-case.ts'
import { clocksFor } from './clocks-for.ts'
import { mergedNotices } from './merge-notices.ts'
import { shippedRules } from './rules/shipped-rules.ts'

const now = Date.parse('2026-06-02T12:00:00Z')
const times = {
  discoveredAt: '2026-06-01T15:00:00Z',
  determinedAt: '2026-06-01T15:00:00Z',
  confirmedAt: '2026-06-01T15:00:00Z',
}

function noticesOf(facts: Partial<typeof plainFacts>) {
  return mergedNotices(clocksFor({ ...plainFacts, ...times, ...facts }, shippedRules, now), shippedRules)
}

test('one letter does for Texas and Colorado: the earlier day, and all that either asks for', () => {
  const notices = noticesOf({ affected: [persons('US-TX', 3), persons('US-CO', 3)] })
  assert.equal(notices.length, 1)
  const [letter] = notices
  assert.deepEqual(letter!.clocks, ['us-co-individuals', 'us-tx-individuals'])
  assert.equal(letter!.dueAt, '2026-07-02T05:59:59.000Z')
  assert.ok(letter!.content.includes('ftc-contact'), 'Colorado asks for the FTC')
})

test('Massachusetts gets a letter of its own: it must not say what happened, which California asks for', () => {
  const letters = noticesOf({ affected: [persons('US-CA', 3), persons('US-MA', 3)] }).filter(
    ({ audience }) => audience === 'individuals',
  )
  assert.deepEqual(
    letters.map(({ clocks }) => clocks),
    [['us-ca-individuals'], ['us-ma-individuals']],
  )
  assert.ok(letters[1]!.never.includes('what-happened'))
})

test('Illinois shares the letter with Colorado, and not with Rhode Island, which asks how many they are', () => {
  const shared = noticesOf({ affected: [persons('US-IL', 3), persons('US-CO', 3)] })
  assert.deepEqual(
    shared.map(({ clocks }) => clocks),
    [['us-co-individuals', 'us-il-individuals']],
  )
  const apart = noticesOf({ affected: [persons('US-IL', 3), persons('US-RI', 3)] })
  assert.deepEqual(
    apart.map(({ clocks }) => clocks),
    [['us-ri-individuals'], ['us-il-individuals']],
  )
})

test('whom the police keeps from being told is in no letter that goes out', () => {
  const pauses = [police('2026-06-02T00:00:00Z', null, { jurisdictions: ['US-AL', 'US-TX'] })]
  const affected = [persons('US-CA', 3), persons('US-TX', 3), persons('US-AL', 3), persons('US-WA', 3)]
  assert.deepEqual(
    noticesOf({ affected, pauses }).map(({ clocks, waits, dueAt }) => [clocks, waits, dueAt]),
    [
      [['us-ca-individuals', 'us-wa-individuals'], false, '2026-07-02T06:59:59.000Z'],
      [['us-al-individuals', 'us-tx-individuals'], true, null],
    ],
  )
})

test('a letter names who has to know first, and who with it', () => {
  const notices = noticesOf({ affected: [persons('US-NJ', 3), persons('US-CT', 3)] })
  const letter = notices.find(({ audience }) => audience === 'individuals')!
  assert.deepEqual(letter.together, [
    'At the latest with it: Attorney General of Connecticut.',
    'First: Division of State Police of New Jersey.',
  ])
  const police = notices.find(({ id }) => id === 'us-nj-regulator')!
  assert.deepEqual(police.together, ['Before the individuals of New Jersey.'])
})

test('one message tells the agencies for all states, and what is done or not due is in no notice', () => {
  const affected = [persons('US-TN', 1001), persons('US-OH', 1001), persons('US-KY', 1000)]
  const notices = noticesOf({ affected, met: [told('us-oh-individuals', '2026-06-02T00:00:00Z')] })
  assert.deepEqual(
    notices.map(({ id, clocks }) => [id, clocks]),
    [
      ['us-individuals-us-ky-individuals', ['us-ky-individuals', 'us-tn-individuals']],
      [
        'us-consumer-agencies-us-oh-consumer-agencies',
        ['us-oh-consumer-agencies', 'us-tn-consumer-agencies'],
      ],
    ],
  )
})

test('what is late comes first, then what runs by its day, then the rest; facts that are missing before what is done', () => {
  const affected = [
    persons('US-TX', 250),
    persons('US-CO', 1),
    persons('US-RI', 1),
    persons('US-KS', 1),
    persons('US-OH', 1),
  ]
  const facts = {
    ...plainFacts,
    ...times,
    confirmedAt: null,
    affected,
    met: [told('us-oh-individuals', '2026-06-02T00:00:00Z')],
  }
  const clocks = clocksFor(facts, shippedRules, Date.parse('2026-07-02T05:30:00Z'))
  assert.deepEqual(
    clocks
      .filter(({ status, missing }) => status !== 'not-triggered' || missing.length > 0)
      .map(({ id, status }) => [id, status]),
    [
      // 1 July ended in Texas at 05:00 UTC, in Colorado at 06:00.
      ['us-tx-attorney-general', 'overdue'],
      ['us-co-individuals', 'running'],
      ['us-tx-individuals', 'running'],
      ['us-ks-individuals', 'running'],
      ['us-ri-individuals', 'not-triggered'],
      ['us-oh-individuals', 'met'],
    ],
  )
})

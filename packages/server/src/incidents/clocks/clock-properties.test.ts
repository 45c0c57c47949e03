/** What holds of every incident. Random ones, from a seed: a run that fails says which, and fails again. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  cardBrands,
  dataCategories,
  harmProofs,
  type AffectedGroup,
  type Clock,
  type ClockFacts,
  type PauseRequest,
} from '@candor/protocol/incidents-api.ts'
import { clocksFor } from './clocks-for.ts'
import { mergedNotices } from './merge-notices.ts'
import { shippedRules } from './rules/shipped-rules.ts'

const runs = 1_000
const places = [
  ...new Set(shippedRules.flatMap(({ reach }) => (reach.of === 'residents' ? reach.jurisdictions : []))),
]

for (let seed = 1; seed <= 3; seed++) {
  test(`more residents or categories never remove a duty (seed ${seed})`, () => {
    const random = randomOf(seed)
    for (let run = 0; run < runs; run++) {
      const facts = anyFacts(random)
      const now = anyTime(random)
      const more = grown(random, facts)
      const kept = dutiesOf(clocksFor(more, shippedRules, now))
      for (const id of dutiesOf(clocksFor(facts, shippedRules, now)))
        assert.ok(kept.has(id), `${id} is gone: ${JSON.stringify({ facts, more, now })}`)
    }
  })

  test(`a pause never makes a deadline earlier (seed ${seed})`, () => {
    const random = randomOf(seed + 100)
    let moved = 0
    for (let run = 0; run < runs; run++) {
      const facts = anyFacts(random)
      const now = anyTime(random)
      const before = new Map(clocksFor(facts, shippedRules, now).map((clock) => [clock.id, clock]))
      const pauses = [...facts.pauses, anyPause(random)]
      for (const clock of clocksFor({ ...facts, pauses }, shippedRules, now)) {
        const was = before.get(clock.id)!
        if (clock.dueAt !== was.dueAt) moved++
        if (clock.dueAt === null) continue
        const earlier = was.dueAt === null || clock.dueAt < was.dueAt
        assert.ok(
          !earlier,
          `${clock.id}: ${was.dueAt} → ${clock.dueAt}: ${JSON.stringify({ facts, pauses, now })}`,
        )
      }
    }
    assert.ok(moved >= 50, `pauses moved ${moved} deadlines: enough to mean something`)
  })

  test(`computed again it is the same to the byte, whatever the order of the input (seed ${seed})`, () => {
    const random = randomOf(seed + 200)
    for (let run = 0; run < runs / 10; run++) {
      const facts = anyFacts(random)
      const now = anyTime(random)
      const clocks = clocksFor(facts, shippedRules, now)
      const bytes = JSON.stringify([clocks, mergedNotices(clocks, shippedRules)])
      const turned = [...shippedRules].reverse()
      const again = clocksFor(JSON.parse(JSON.stringify(facts)) as ClockFacts, turned, now)
      assert.equal(JSON.stringify([again, mergedNotices(again, turned)]), bytes)
      assert.equal(new Set(clocks.map(({ id }) => id)).size, clocks.length, 'no clock twice')
    }
  })
}

type Random = (below: number) => number

/** mulberry32, a public-domain generator: small, and the same everywhere. */
function randomOf(seed: number): Random {
  let state = seed * 0x9e3779b9
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) % below
  }
}

/** Before a new year, a leap-free February and both changes of the clocks. */
const from = Date.parse('2025-11-01T00:00:00Z')

/** Incidents and pauses begin in the first days, so that pauses meet what runs; it is looked at in any of 200. */
function anyTime(random: Random, days = 200): number {
  return from + random(days * 24 * 60) * 60_000
}

function some<T>(random: Random, items: readonly T[]): T[] {
  return items.filter(() => random(3) === 0)
}

function anyFacts(random: Random): ClockFacts {
  const time = (): string | null => (random(5) === 0 ? null : new Date(anyTime(random, 40)).toISOString())
  const affected = Array.from({ length: 1 + random(6) }, () => anyGroup(random))
  const told = affected.filter(() => random(3) === 0)
  return {
    discoveredAt: time(),
    determinedAt: time(),
    confirmedAt: time(),
    notifiedByProcessorAt: random(2) === 0 ? null : time(),
    materialAt: time(),
    role: random(8) === 0 ? null : random(3) === 0 ? 'holder' : 'owner',
    publicCompany: random(4) === 0 ? null : random(2) === 0,
    cardBrands: random(5) === 0 ? null : some(random, cardBrands),
    establishment: random(3) === 0 ? null : random(2) === 0 ? '' : places[random(places.length)]!,
    harm:
      random(2) === 0
        ? null
        : {
            finding: (['unlikely', 'possible', 'high'] as const)[random(3)]!,
            proofs: some(random, harmProofs),
          },
    affected,
    pauses: Array.from({ length: random(3) }, () => anyPause(random)),
    met: [...new Set(told.map(({ jurisdiction }) => `${jurisdiction.toLowerCase()}-individuals`))].map(
      (clock) => ({
        clock,
        at: new Date(anyTime(random)).toISOString(),
        evidence: 'receipt',
      }),
    ),
  }
}

function anyGroup(random: Random): AffectedGroup {
  return {
    jurisdiction: places[random(places.length)]!,
    persons: [0, 1, 49, 50, 249, 250, 251, 499, 500, 501, 999, 1000, 1001, 9999, 10_001][random(15)]!,
    categories: some(random, dataCategories),
    protection: (['clear', 'encrypted', 'encrypted-key-taken', null] as const)[random(4)]!,
  }
}

function anyPause(random: Random): PauseRequest {
  const begin = anyTime(random, 60)
  return {
    id: `pause ${random(1_000_000_000)}`,
    by: random(4) === 0 ? 'us-attorney-general' : 'law-enforcement',
    reason: 'The investigation would be warned',
    document: 'letter.pdf',
    written: random(3) > 0,
    jurisdictions: random(2) === 0 ? null : some(random, places),
    from: new Date(begin).toISOString(),
    until: random(3) === 0 ? null : new Date(begin + (1 + random(60 * 24 * 60)) * 60_000).toISOString(),
  }
}

/** More persons in a group, more exposed of it, or one group more. */
function grown(random: Random, facts: ClockFacts): ClockFacts {
  const at = random(facts.affected.length)
  const affected = facts.affected.map((group, i) =>
    i !== at
      ? group
      : {
          ...group,
          persons: group.persons + random(2_000),
          categories: [...new Set([...group.categories, ...some(random, dataCategories)])],
        },
  )
  return { ...facts, affected: random(2) === 0 ? affected : [...affected, anyGroup(random)] }
}

function dutiesOf(clocks: readonly Clock[]): Set<string> {
  return new Set(clocks.filter(({ status }) => status !== 'not-triggered').map(({ id }) => id))
}

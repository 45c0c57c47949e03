import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contentElements, type ClockRule } from '@candor/protocol/incidents-api.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import { clocksFor } from './clocks-for.ts'
import { persons, plainFacts } from './cases/clock-case.ts'
import { nothingKnown, parseCaseFacts, parseLifted, parseMet, parsePause } from './parse-clock-facts.ts'
import { parseClockRule, parseOwnRule } from './parse-clock-rule.ts'
import { eeaCountries, placeOf } from './places.ts'
import { shippedRules } from './rules/shipped-rules.ts'

const now = Date.parse('2026-06-20T12:00:00Z')
const own: ClockRule = {
  ...shippedRules.find(({ id }) => id === 'us-tx-individuals')!,
  id: 'own-contract-with-bank',
  family: 'own',
  title: 'Contract with the bank',
  deadline: {
    promptly: true,
    limit: { count: 4, unit: 'hours', calendar: null, closes: null },
    individuals: null,
  },
  merge: null,
}

function faultsOf(act: () => unknown): string[] {
  try {
    act()
  } catch (caught) {
    assert.ok(caught instanceof Refusal && caught.code === 'invalid_field', String(caught))
    return caught.faults!.map(({ field, message }) => `${field} ${message}`)
  }
  return []
}

test('every shipped rule passes its own parser unchanged, and says what it must', () => {
  for (const rule of shippedRules) {
    assert.deepEqual(parseClockRule(JSON.parse(JSON.stringify(rule))), rule, rule.id)
    assert.ok(rule.citation.says.length > 20, rule.id)
    if (rule.verified !== false) assert.equal(rule.verified.reviewer, null, 'nobody has confirmed one yet')
  }
})

test('fifty states, the District and three territories have a duty to individuals; versions do not overlap', () => {
  const states = shippedRules.filter(
    ({ family, audience }) => family === 'us-state' && audience === 'individuals',
  )
  assert.equal(new Set(states.map(({ jurisdiction }) => jurisdiction)).size, 54)
  const byId = Map.groupBy(shippedRules, ({ id }) => id)
  for (const [id, versions] of byId) {
    const ordered = [...versions].sort((a, b) => a.version - b.version)
    assert.equal(new Set(versions.map(({ version }) => version)).size, versions.length, id)
    for (const [i, rule] of ordered.entries())
      if (i > 0)
        assert.equal(rule.effective.from, ordered[i - 1]!.effective.until, `${id} has no gap and no overlap`)
  }
  for (const place of [...eeaCountries, ...states.map(({ jurisdiction }) => jurisdiction)])
    assert.ok(placeOf(place))
  assert.equal(eeaCountries.length, 30)
})

test('a rule that counsel adds makes a clock like any other', () => {
  const rule = parseOwnRule(JSON.parse(JSON.stringify(own)))
  const facts = { ...plainFacts, determinedAt: '2026-06-20T10:00:00Z', affected: [persons('US-TX', 1)] }
  const clock = clocksFor(facts, [...shippedRules, rule], now).find(
    ({ id }) => id === 'own-contract-with-bank',
  )!
  assert.deepEqual([clock.status, clock.dueAt], ['running', '2026-06-20T14:00:00.000Z'])
})

test('a rule from outside is refused with all that is wrong, each by its field', () => {
  const wrong = {
    ...own,
    id: 'us-tx-individuals',
    family: 'us-state',
    zone: 'Mars/Olympus',
    starts: [],
    deadline: { promptly: false, limit: null, individuals: null },
    residentsMin: 0,
    content: ['what-happened'],
    never: ['what-happened'],
    effective: { from: '2026-02-30', until: null },
    script: 'alert(1)',
  }
  assert.deepEqual(faultsOf(() => parseOwnRule(wrong)).sort(), [
    'deadline says when: promptly, a limit, or with the individuals',
    'effective.from is a day, such as 2026-05-04',
    'family is own',
    'id begins with own-',
    'never forbids what content asks for',
    'residentsMin is a whole number from 1 to 1000000000',
    'script is not known',
    'starts names a start at least',
    'zone is an IANA time zone, such as Europe/Berlin',
  ])
})

test('business days name their calendar, hours have no closing time, and lists name each once', () => {
  const limit = (more: object) => ({
    ...own,
    deadline: { ...own.deadline, limit: { ...own.deadline.limit, ...more } },
  })
  assert.deepEqual(
    faultsOf(() => parseOwnRule(limit({ unit: 'business-days' }))),
    ['deadline.limit.calendar is named for business days, and for them alone'],
  )
  assert.deepEqual(
    faultsOf(() => parseOwnRule(limit({ closes: '17:30' }))),
    ['deadline.limit.closes is a time of the last day, such as 17:30'],
  )
  assert.deepEqual(
    faultsOf(() => parseOwnRule({ ...own, content: ['what-happened', 'what-happened'] })),
    ['content names each once'],
  )
  assert.deepEqual(
    faultsOf(() => parseOwnRule({ ...own, content: [...contentElements, 'what-happened'] })),
    [`content has at most ${contentElements.length} entries`],
  )
  assert.deepEqual(
    faultsOf(() => parseOwnRule({ ...own, title: 'Card 4111 1111 1111 1111' })),
    ['title holds no card number'],
  )
  assert.deepEqual(faultsOf(() => parseOwnRule(null))[0], ' is an object')
})

test('facts that are left out stay; times are in the past and in their order', () => {
  const before = { ...nothingKnown, discoveredAt: '2026-06-01T00:00:00.000Z' }
  const facts = parseCaseFacts({ determinedAt: '2026-06-02T02:00:00+02:00', establishment: '' }, before, now)
  assert.equal(facts.determinedAt, '2026-06-02T00:00:00.000Z')
  assert.equal(facts.discoveredAt, before.discoveredAt)
  assert.equal(facts.establishment, '')
  assert.deepEqual(
    faultsOf(() => parseCaseFacts({ determinedAt: '2026-05-31T23:59:59Z' }, before, now)),
    ['determinedAt is not before discoveredAt'],
  )
  assert.deepEqual(
    faultsOf(() => parseCaseFacts({ confirmedAt: '2026-06-20T12:00:01Z' }, before, now)),
    ['confirmedAt has not come yet'],
  )
  assert.deepEqual(
    faultsOf(() => parseCaseFacts({ determinedAt: '2026-06-02' }, before, now)),
    ['determinedAt is a time with its offset, such as 2026-05-04T08:30:00Z'],
  )
})

test('groups of persons are whole numbers of known categories at real places', () => {
  const affected = [{ jurisdiction: 'Texas', persons: 1.5, categories: ['shoe-size'], protection: 'rot13' }]
  assert.deepEqual(
    faultsOf(() => parseCaseFacts({ affected }, nothingKnown, now)).map((fault) => fault.split(' ')[0]),
    [
      'affected[0].jurisdiction',
      'affected[0].persons',
      'affected[0].categories[0]',
      'affected[0].protection',
    ],
  )
  const many = Array.from({ length: 2_001 }, () => persons('US-TX', 1))
  assert.deepEqual(
    faultsOf(() => parseCaseFacts({ affected: many }, nothingKnown, now)),
    ['affected has at most 2000 entries'],
  )
})

test('a pause has a reason and a document, is lifted after it began, and what was met has evidence', () => {
  const raw = {
    by: 'law-enforcement',
    reason: 'An arrest is near',
    document: 'letter-1.pdf',
    written: true,
    jurisdictions: null,
    from: '2026-06-10T00:00:00Z',
  }
  const pause = parsePause(raw, 'p', now)
  assert.equal(parseLifted({ at: '2026-06-11T00:00:00Z' }, pause, now), '2026-06-11T00:00:00.000Z')
  assert.deepEqual(
    faultsOf(() => parseLifted({ at: '2026-06-09T00:00:00Z' }, pause, now)),
    ['at is not before the pause began'],
  )
  assert.deepEqual(
    faultsOf(() => parsePause({ ...raw, reason: ' ', document: undefined }, 'p', now)),
    ['reason is a text, and not empty', 'document is a text, and not empty'],
  )
  assert.deepEqual(
    faultsOf(() => parseMet({ clock: 'us-tx-individuals', at: '2027-01-01T00:00:00Z' }, now)),
    ['at has not come yet', 'evidence is a text, and not empty'],
  )
})

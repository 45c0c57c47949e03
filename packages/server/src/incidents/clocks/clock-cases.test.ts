import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plainFacts, type ClockCase } from './cases/clock-case.ts'
import { europeCases } from './cases/europe-cases.ts'
import { exchangeAndBrandCases } from './cases/exchange-and-brand-cases.ts'
import { exemptionAndPauseCases } from './cases/exemption-and-pause-cases.ts'
import { stateCases } from './cases/state-cases.ts'
import { thresholdCases } from './cases/threshold-cases.ts'
import { clocksFor } from './clocks-for.ts'
import { shippedRules } from './rules/shipped-rules.ts'

const cases = [
  ...europeCases,
  ...exchangeAndBrandCases,
  ...thresholdCases,
  ...stateCases,
  ...exemptionAndPauseCases,
]

test('there are sixty incidents at least, none twice', () => {
  assert.ok(cases.length >= 60, `${cases.length}`)
  assert.equal(new Set(cases.map(({ name }) => name)).size, cases.length)
})

for (const incident of cases) test(incident.name, () => hold(incident))

function hold({ facts, now, expect, absent = [], exactly }: ClockCase): void {
  const clocks = clocksFor({ ...plainFacts, ...facts }, shippedRules, Date.parse(now))
  const byId = new Map(clocks.map((clock) => [clock.id, clock]))
  for (const [id, wanted] of Object.entries(expect)) {
    const clock = byId.get(id)
    assert.ok(clock, `${id} is there: ${wanted.why}`)
    const found = {
      status: clock.status,
      due: clock.dueAt,
      missing: clock.missing,
      residents: clock.residents,
      version: clock.version,
      late: clock.met?.late,
    }
    for (const [what, value] of Object.entries(wanted))
      if (what !== 'why')
        assert.deepEqual(
          found[what as keyof typeof found],
          value,
          `${id}, ${what}: ${wanted.why} – ${clock.reason}`,
        )
    assert.ok(clock.reason.length > 20 && clock.citation.section !== '', `${id} says why`)
  }
  for (const id of absent) assert.ok(!byId.has(id), `${id} is not there`)
  if (exactly) {
    const duties = clocks.filter(({ status }) => status !== 'not-triggered').map(({ id }) => id)
    const wanted = Object.keys(expect).filter((id) => expect[id]!.status !== 'not-triggered')
    assert.deepEqual(duties.sort(), wanted.sort())
  }
}

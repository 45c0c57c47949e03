import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addBusinessDays, businessDaysBetween, federalHolidays, isBusinessDay } from './business-days.ts'
import { dueAfter, dueAfterPauses } from './count-deadline.ts'
import { addDays, dayAt, daysBetween, isZone, momentOf, timeAt, weekdayOf } from './zoned-time.ts'

const iso = (ms: number): string => new Date(ms).toISOString()

test('a moment is a day and a time in its zone, and back, on both sides of a clock change', () => {
  // New York goes to UTC-4 on 8 March 2026, 02:00, and back to UTC-5 on 1 November 2026, 02:00.
  assert.equal(iso(momentOf('2026-03-07', '23:59:59', 'America/New_York')), '2026-03-08T04:59:59.000Z')
  assert.equal(iso(momentOf('2026-03-08', '23:59:59', 'America/New_York')), '2026-03-09T03:59:59.000Z')
  assert.equal(iso(momentOf('2026-11-01', '00:30:00', 'America/New_York')), '2026-11-01T04:30:00.000Z')
  // 01:30 comes twice, the first time at UTC-4; 02:30 does not come in March.
  assert.equal(iso(momentOf('2026-11-01', '01:30:00', 'America/New_York')), '2026-11-01T05:30:00.000Z')
  assert.equal(timeAt(momentOf('2026-03-08', '02:30:00', 'America/New_York'), 'America/New_York'), '03:30')
  assert.equal(iso(momentOf('2026-03-29', '12:00:00', 'Europe/Berlin')), '2026-03-29T10:00:00.000Z')
  assert.equal(dayAt(Date.parse('2026-01-01T03:00:00Z'), 'America/Los_Angeles'), '2025-12-31')
  assert.equal(dayAt(Date.parse('2026-01-01T03:00:00Z'), 'Pacific/Guam'), '2026-01-01')
})

test('days are counted over leap years and ends of years', () => {
  assert.equal(addDays('2024-02-28', 1), '2024-02-29')
  assert.equal(addDays('2026-02-28', 1), '2026-03-01')
  assert.equal(addDays('2025-12-31', 60), '2026-03-01')
  assert.equal(daysBetween('2024-02-01', '2024-03-01'), 29)
  assert.equal(weekdayOf('2026-03-01'), 0)
  assert.ok(isZone('Europe/Dublin') && !isZone('Europe/Atlantis'))
})

test('federal holidays are observed as the law says; those of 2026, found by hand on a calendar', () => {
  assert.deepEqual([...federalHolidays(2026)].sort(), [
    '2026-01-01',
    '2026-01-19',
    '2026-02-16',
    '2026-05-25',
    '2026-06-19',
    '2026-07-03',
    '2026-09-07',
    '2026-10-12',
    '2026-11-11',
    '2026-11-26',
    '2026-12-25',
  ])
  assert.ok(!isBusinessDay('2021-12-31', 'us-federal'), 'New Year 2022 was a Saturday')
  assert.ok(isBusinessDay('2021-12-31', 'weekdays'))
  assert.ok(!federalHolidays(2020).has('2020-06-19'), 'Juneteenth is one since 2021')
})

test('business days leave weekends and holidays out, and never count the first day', () => {
  // Friday 22 May 2026; Monday is Memorial Day.
  assert.equal(addBusinessDays('2026-05-22', 4, 'us-federal'), '2026-05-29')
  assert.equal(addBusinessDays('2026-05-22', 4, 'weekdays'), '2026-05-28')
  // From a Saturday the first one counted is the Monday.
  assert.equal(addBusinessDays('2026-03-07', 1, 'us-federal'), '2026-03-09')
  assert.equal(businessDaysBetween('2026-05-22', '2026-05-29', 'us-federal'), 4)
})

test('a pause moves hours by its length and days by the midnights in it, and saves nothing after the end', () => {
  const hours = { count: 72, unit: 'hours', calendar: null, closes: null } as const
  const days = { count: 30, unit: 'days', calendar: null, closes: null } as const
  const zone = 'America/New_York'
  const at = (text: string): number => Date.parse(text)
  const start = at('2026-06-01T15:00:00Z')
  assert.equal(iso(dueAfter(start, hours, zone)), '2026-06-04T15:00:00.000Z')
  const pause = { from: at('2026-06-02T15:00:00Z'), until: at('2026-06-02T21:30:00Z') }
  assert.equal(iso(dueAfterPauses(start, hours, zone, [pause], null)!), '2026-06-04T21:30:00.000Z')
  assert.equal(iso(dueAfterPauses(start, days, zone, [pause], null)!), '2026-07-02T03:59:59.000Z')
  const week = { from: at('2026-06-10T15:00:00Z'), until: at('2026-06-17T15:00:00Z') }
  assert.equal(iso(dueAfterPauses(start, days, zone, [week], null)!), '2026-07-09T03:59:59.000Z')
  const late = { from: at('2026-07-10T15:00:00Z'), until: at('2026-07-17T15:00:00Z') }
  assert.equal(iso(dueAfterPauses(start, days, zone, [late], null)!), '2026-07-02T03:59:59.000Z')
  assert.equal(dueAfterPauses(start, days, zone, [{ ...week, until: null }], null), null)
  const seven = { count: 7, unit: 'days', calendar: null, closes: null } as const
  assert.equal(iso(dueAfterPauses(start, days, zone, [week], seven)!), '2026-07-02T03:59:59.000Z')
  const long = { from: at('2026-06-10T15:00:00Z'), until: at('2026-08-03T15:00:00Z') }
  assert.equal(iso(dueAfterPauses(start, days, zone, [long], seven)!), '2026-08-11T03:59:59.000Z')
})

import type { BusinessCalendar } from '@candor/protocol/incidents-api.ts'
import { addDays, weekdayOf } from './zoned-time.ts'

/** The count-th business day after this day; the day itself is never counted. */
export function addBusinessDays(day: string, count: number, calendar: BusinessCalendar): string {
  let at = day
  for (let left = count; left > 0;) {
    at = addDays(at, 1)
    if (isBusinessDay(at, calendar)) left--
  }
  return at
}

/** Business days after the first and up to the second day. */
export function businessDaysBetween(from: string, to: string, calendar: BusinessCalendar): number {
  let count = 0
  for (let at = addDays(from, 1); at <= to; at = addDays(at, 1)) if (isBusinessDay(at, calendar)) count++
  return count
}

export function isBusinessDay(day: string, calendar: BusinessCalendar): boolean {
  const weekday = weekdayOf(day)
  if (weekday === 0 || weekday === 6) return false
  if (calendar === 'weekdays') return true
  const year = Number(day.slice(0, 4))
  // New Year's Day on a Saturday is observed on the last day of the year before.
  return !federalHolidays(year).has(day) && !federalHolidays(year + 1).has(day)
}

/**
 * Legal public holidays of the United States (5 U.S.C. § 6103), on the day on which they are observed: a Saturday's on
 * the Friday before (§ 6103(b)), a Sunday's on the Monday after (Executive Order 11582). Inauguration Day is a
 * holiday around Washington alone and is left out: a deadline that counts it is met all the earlier.
 */
export function federalHolidays(year: number): ReadonlySet<string> {
  const known = held.get(year)
  if (known !== undefined) return known
  const days = [
    observed(`${year}-01-01`),
    nth(year, 1, 1, 3), // Birthday of Martin Luther King, Jr.
    nth(year, 2, 1, 3), // Washington's Birthday
    lastMonday(year, 5), // Memorial Day
    observed(`${year}-07-04`),
    nth(year, 9, 1, 1), // Labor Day
    nth(year, 10, 1, 2), // Columbus Day
    observed(`${year}-11-11`),
    nth(year, 11, 4, 4), // Thanksgiving Day
    observed(`${year}-12-25`),
  ]
  // Public Law 117-17, of 17 June 2021.
  if (year >= 2021) days.push(observed(`${year}-06-19`))
  const holidays = new Set(days)
  held.set(year, holidays)
  return holidays
}

const held = new Map<number, ReadonlySet<string>>()

function observed(day: string): string {
  const weekday = weekdayOf(day)
  return weekday === 6 ? addDays(day, -1) : weekday === 0 ? addDays(day, 1) : day
}

function nth(year: number, month: number, weekday: number, which: number): string {
  const first = `${year}-${String(month).padStart(2, '0')}-01`
  return addDays(first, ((weekday - weekdayOf(first) + 7) % 7) + (which - 1) * 7)
}

function lastMonday(year: number, month: number): string {
  const next = `${year}-${String(month + 1).padStart(2, '0')}-01`
  return addDays(next, -((weekdayOf(next) + 6) % 7 || 7))
}

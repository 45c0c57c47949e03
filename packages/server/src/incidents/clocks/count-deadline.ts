import assert from 'node:assert/strict'
import type { ClockLimit } from '@candor/protocol/incidents-api.ts'
import { addBusinessDays, businessDaysBetween } from './business-days.ts'
import { addDays, dayAt, daysBetween, momentOf } from './zoned-time.ts'

/** A stretch in which a clock stands still; `until` null: it does so still. Milliseconds. */
export interface Still {
  from: number
  until: number | null
}

/** The last second of the deadline. */
export function dueAfter(start: number, limit: ClockLimit, zone: string): number {
  if (limit.unit === 'hours') return start + limit.count * hourMs
  const day = dayAt(start, zone)
  return closeOf(later(day, limit.count, limit), limit, zone)
}

/**
 * The deadline after its pauses, which follow each other and do not touch; null: it stands still. A pause that began
 * after the deadline had passed saves nothing.
 * @param after what remains once a pause is lifted; null: what was left when it began.
 */
export function dueAfterPauses(
  start: number,
  limit: ClockLimit,
  zone: string,
  pauses: readonly Still[],
  after: ClockLimit | null,
): number | null {
  let due = dueAfter(start, limit, zone)
  for (const { from, until } of pauses) {
    if (from > due) break
    if (until === null) return null
    due = after === null ? moved(due, from, until, limit, zone) : Math.max(due, dueAfter(until, after, zone))
  }
  return due
}

/** How the days are counted, in words. */
export function countingOf(limit: ClockLimit, zone: string): string {
  if (limit.unit === 'hours')
    return `${limit.count} hours from the minute of the start, nights, weekends and holidays included.`
  const closes =
    limit.closes === null ? 'it ends with the last day' : `it closes on the last day at ${limit.closes}`
  const days =
    limit.unit === 'days'
      ? `${limit.count} calendar days`
      : `${limit.count} business days (${limit.calendar === 'us-federal' ? 'no Saturday, no Sunday, no federal holiday' : 'Monday to Friday, holidays not left out'})`
  const weekend = limit.unit === 'days' ? '; a last day on a weekend or a holiday stands' : ''
  return `${days} in ${zone}; the day of the start is not counted, ${closes}${weekend}.`
}

const hourMs = 3_600_000

function later(day: string, count: number, limit: ClockLimit): string {
  if (limit.unit === 'days') return addDays(day, count)
  assert.ok(limit.calendar !== null, 'business days name their calendar')
  return addBusinessDays(day, count, limit.calendar)
}

function closeOf(day: string, limit: ClockLimit, zone: string): number {
  return momentOf(day, limit.closes === null ? '23:59:59' : `${limit.closes}:00`, zone)
}

/** Hours stand still for as long as the pause took, days for as many days as began in it. */
function moved(due: number, from: number, until: number, limit: ClockLimit, zone: string): number {
  if (limit.unit === 'hours') return due + (until - from)
  const first = dayAt(from, zone)
  const last = dayAt(until, zone)
  const days =
    limit.unit === 'days' ? daysBetween(first, last) : businessDaysBetween(first, last, limit.calendar!)
  return closeOf(later(dayAt(due, zone), days, limit), limit, zone)
}

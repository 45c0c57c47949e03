/** Days as a calendar on a wall shows them. `YYYY-MM-DD` sorts as text, and counting days never meets a clock change. */

const dayMs = 86_400_000

/** The day in the zone at this moment. */
export function dayAt(ms: number, zone: string): string {
  const { year, month, day } = wall(ms, zone)
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`
}

/** `HH:MM` in the zone at this moment. */
export function timeAt(ms: number, zone: string): string {
  const { hour, minute } = wall(ms, zone)
  return `${two(hour)}:${two(minute)}`
}

/** The moment at which clocks of the zone show this; the earlier one where they show it twice. */
export function momentOf(day: string, time: string, zone: string): number {
  const asUtc = Date.parse(`${day}T${time}Z`)
  // An offset is at most 14 hours, and changes at most once in that time: it is one of those on either side.
  const candidates = [asUtc - dayMs, asUtc + dayMs].map((near) => asUtc - offsetMs(near, zone))
  const exact = candidates.filter((ms) => ms + offsetMs(ms, zone) === asUtc)
  // A time that clocks skip: as if they had not jumped, so an hour after the jump it is an hour too late, never early.
  return exact.length > 0 ? Math.min(...exact) : Math.max(...candidates)
}

export function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00Z`) + count * dayMs).toISOString().slice(0, 10)
}

/** How often midnight came from one day to the other. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00Z`) - Date.parse(`${from}T00:00Z`)) / dayMs)
}

/** 0 is Sunday. */
export function weekdayOf(day: string): number {
  return new Date(`${day}T00:00Z`).getUTCDay()
}

export function isZone(zone: string): boolean {
  try {
    formatOf(zone)
    return true
  } catch (caught) {
    if (caught instanceof RangeError) return false
    throw caught
  }
}

interface Wall {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
}

/** Making one costs a thousand times what using it does. There are some four hundred zones. */
const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    calendar: 'iso8601',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formats.set(zone, format)
  return format
}

function wall(ms: number, zone: string): Wall {
  const parts: Record<string, number> = {}
  for (const { type, value } of formatOf(zone).formatToParts(ms)) parts[type] = Number(value)
  return parts as unknown as Wall
}

function offsetMs(ms: number, zone: string): number {
  const { year, month, day, hour, minute, second } = wall(ms, zone)
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / 1_000) * 1_000
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

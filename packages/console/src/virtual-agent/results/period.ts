/** Days in UTC, both included, as the server counts them. */
export interface Period {
  from: string
  to: string
}

export const presets = [
  { days: 7, name: '7 days' },
  { days: 28, name: '4 weeks' },
  { days: 91, name: '3 months' },
] as const

/** As the server bounds it: a year and a day. */
export const periodDaysMax = 367
const dayMs = 86_400_000

export function lastDays(days: number, now: number): Period {
  return { from: dayOf(now - (days - 1) * dayMs), to: dayOf(now) }
}

/** What stands in an address, where it is a period; else the last four weeks. */
export function readPeriod(from: string | undefined, to: string | undefined, now: number): Period {
  return from !== undefined && to !== undefined && wrongOf({ from, to }) === null
    ? { from, to }
    : lastDays(presets[1].days, now)
}

export function daysOf({ from, to }: Period): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / dayMs) + 1
}

/** Why the server would not take it, in words; null where it would. */
export function wrongOf(period: Period): string | null {
  const days = daysOf(period)
  if (![period.from, period.to].every(isDay)) return 'Give both days.'
  if (days < 1) return 'It ends before it begins.'
  return days > periodDaysMax ? `Choose at most ${periodDaysMax} days.` : null
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const time = Date.parse(`${text}T00:00:00Z`)
  // 31 February is read as a day of March.
  return !Number.isNaN(time) && dayOf(time) === text
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

/** Days of a report, whole and in UTC. */

const dayMs = 86_400_000
/** A year and its leap day: what an assessment looks back on. */
export const daysMax = 366

export interface EvidencePeriod {
  from: string
  to: string
}

export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

export const lastDays = (days: number, now: number): EvidencePeriod => ({
  from: dayOf(now - (days - 1) * dayMs),
  to: dayOf(now),
})

/** As it is asked for: from the first moment of the first day to the last of the last. */
export const timesOf = ({ from, to }: EvidencePeriod): string =>
  new URLSearchParams({ from: `${from}T00:00:00.000Z`, to: `${to}T23:59:59.999Z` }).toString()

/** What is wrong with it, in words; null when nothing is. */
export function wrongOf({ from, to }: EvidencePeriod, now: number): string | null {
  if (from > to) return 'It ends before it begins.'
  if (to > dayOf(now)) return 'It ends in the future.'
  if ((Date.parse(to) - Date.parse(from)) / dayMs + 1 > daysMax) return `It is longer than ${daysMax} days.`
  return null
}

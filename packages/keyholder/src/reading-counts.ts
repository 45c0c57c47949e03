/**
 * How much one actor has read lately: different conversations, by what makes them remarkable, in sliding windows.
 * Each set keeps what was read in the order of its last reading, so what has left the window is at its front.
 */
export interface ReadingCounts {
  /** Counts this reading and answers the counts with it. */
  add(reading: Reading): Counts
  /** The counts as they would be, without counting it. */
  with(reading: Reading): Counts
}

export interface Reading {
  conversation: string
  atMs: number
  offAssignment: boolean
  afterHours: boolean
  exported: boolean
}

export interface Counts {
  conversationsPerHour: number
  offAssignmentPerDay: number
  afterHoursPerDay: number
  exportsPerDay: number
}

export const hourMs = 3_600_000
export const dayMs = 24 * hourMs

const windows = [
  { name: 'conversationsPerHour', ms: hourMs, counts: () => true },
  { name: 'offAssignmentPerDay', ms: dayMs, counts: (reading: Reading) => reading.offAssignment },
  { name: 'afterHoursPerDay', ms: dayMs, counts: (reading: Reading) => reading.afterHours },
  { name: 'exportsPerDay', ms: dayMs, counts: (reading: Reading) => reading.exported },
] as const

export function openReadingCounts(past: Iterable<Reading>): ReadingCounts {
  /** Nothing in a set is older than `fromMs`, so most readings need not look for what has left it. */
  const seen = windows.map(() => ({ set: new Map<string, number>(), fromMs: Infinity }))

  function count(reading: Reading, keep: boolean): Counts {
    const counts = {} as Record<keyof Counts, number>
    for (const [i, window] of windows.entries()) {
      const held = seen[i]!
      const { set } = held
      const untilMs = reading.atMs - window.ms
      if (held.fromMs <= untilMs) {
        held.fromMs = Infinity
        for (const [conversation, atMs] of set) {
          held.fromMs = atMs
          if (atMs > untilMs) break
          set.delete(conversation)
        }
        if (set.size === 0) held.fromMs = Infinity
      }
      const counted = window.counts(reading)
      counts[window.name] = set.size + (counted && !set.has(reading.conversation) ? 1 : 0)
      if (!counted || !keep) continue
      set.delete(reading.conversation)
      set.set(reading.conversation, reading.atMs)
      held.fromMs = Math.min(held.fromMs, reading.atMs)
    }
    return counts
  }

  for (const reading of past) count(reading, true)
  return { add: (reading) => count(reading, true), with: (reading) => count(reading, false) }
}

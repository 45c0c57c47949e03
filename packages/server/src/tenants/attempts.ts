import { Refusal } from '@candor/protocol/refusals.ts'
import type { Clock } from '../clock.ts'

/** Counts guesses, so that they become too slow to succeed. */
export interface Attempts {
  /** Counts one attempt for each key. @throws Refusal `too_many` when one of them is used up; then none is counted. */
  take(keys: Readonly<Record<string, number>>): void
  /** It was the right one: whoever mistyped before starts anew. */
  forget(key: string): void
}

/** A count lasts this long, from the first attempt. */
const windowMs = 15 * 60_000
/** Keys are chosen by strangers; the oldest go first, 100 bytes each. */
const keysMax = 50_000

export function openAttempts(clock: Clock): Attempts {
  const counts = new Map<string, { used: number; until: number }>()

  function running(key: string): { used: number; until: number } | undefined {
    const count = counts.get(key)
    return count !== undefined && clock.now() < count.until ? count : undefined
  }

  return {
    take(keys) {
      for (const [key, max] of Object.entries(keys)) {
        const count = running(key)
        if (count !== undefined && count.used >= max)
          throw new Refusal('too_many', 'Too many attempts. Try again later.', {
            retryAfterMs: count.until - clock.now(),
          })
      }
      for (const key of Object.keys(keys)) {
        const count = running(key)
        if (count === undefined) {
          counts.delete(key)
          counts.set(key, { used: 1, until: clock.now() + windowMs })
        } else count.used += 1
      }
      while (counts.size > keysMax) {
        const [oldest] = counts.keys()
        counts.delete(oldest!)
      }
    },
    forget: (key) => void counts.delete(key),
  }
}

import type { Clock } from '../clock.ts'

/** Answers of the database that are asked for on every request, held in memory until they change. */
export interface Held<Value> {
  /** What is held under the key, else what `load` brings. Callers that come meanwhile share one load. */
  get(key: string, load: () => Promise<Value>): Promise<Value>
  /** Forgets the key; a load under way still answers its callers and is not held. */
  drop(key: string): void
  clear(): void
}

/**
 * There is one server to a database, so whoever changes a row here drops what is held of it, and nothing grows
 * stale. `null` is never held: what is missing now may be made by somebody else.
 * @param entriesMax the oldest entry goes when there are more.
 * @param msMax for what may change without our knowledge.
 */
export function openHeld<Value>(limits: { entriesMax: number; msMax?: number; clock: Clock }): Held<Value> {
  const { entriesMax, msMax = Infinity, clock } = limits
  const entries = new Map<string, { value: Promise<Value>; until: number }>()

  function drop(key: string): void {
    entries.delete(key)
  }

  return {
    get(key, load) {
      const known = entries.get(key)
      if (known !== undefined && clock.now() < known.until) return known.value
      const entry = { value: load(), until: clock.now() + msMax }
      const forget = (): void => {
        if (entries.get(key) === entry) entries.delete(key)
      }
      entries.delete(key)
      entries.set(key, entry)
      entry.value.then((value) => {
        if (value === null) forget()
      }, forget)
      if (entries.size > entriesMax) {
        const [oldest] = entries.keys()
        drop(oldest!)
      }
      return entry.value
    },
    drop,
    clear: () => entries.clear(),
  }
}

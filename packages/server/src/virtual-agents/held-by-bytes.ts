/** What is expensive to make and large, held while there is room; what was not asked for longest goes first. */
export interface HeldByBytes<Value> {
  /**
   * What is held under the key and was made of the same, else what `make` brings. Callers that come meanwhile share
   * one making; one that fails is not held.
   * @param of what it is made of; when that has changed, it is made anew.
   */
  get(key: string, of: string, make: () => Promise<Sized<Value>>): Promise<Value>
  /** Makes everything anew whose key begins with this. */
  drop(prefix: string): void
  bytes(): number
}

export interface Sized<Value> {
  value: Value
  bytes: number
}

interface Entry<Value> {
  of: string
  bytes: number
  value: Promise<Value>
}

export function openHeldByBytes<Value>(bytesMax: number): HeldByBytes<Value> {
  const entries = new Map<string, Entry<Value>>()
  let held = 0

  function drop(key: string): void {
    const gone = entries.get(key)
    if (gone === undefined) return
    entries.delete(key)
    held -= gone.bytes
  }

  return {
    get(key, of, make) {
      const before = entries.get(key)
      if (before?.of === of) {
        entries.delete(key)
        entries.set(key, before)
        return before.value
      }
      drop(key)
      const made = make()
      const entry: Entry<Value> = { of, bytes: 0, value: made.then(({ value }) => value) }
      entries.set(key, entry)
      made.then(
        ({ bytes }) => {
          if (entries.get(key) !== entry) return
          entry.bytes = bytes
          held += bytes
          for (const oldest of [...entries.keys()]) {
            if (held <= bytesMax) break
            // The one that was just made is in use, however large it is.
            if (oldest !== key) drop(oldest)
          }
        },
        () => {
          if (entries.get(key) === entry) drop(key)
        },
      )
      return entry.value
    },

    drop(prefix) {
      for (const key of [...entries.keys()]) if (key.startsWith(prefix)) drop(key)
    },

    bytes: () => held,
  }
}

/** Finds the known word that a misspelt one was meant to be. */
export interface Spelling {
  /** The nearest known word, the more frequent one of two that are as near; null when none is near. */
  nearest(word: string): string | null
}

/** Shorter words are near too many others. */
const charactersMin = 4
/** From here on two slips are forgiven. */
const twoSlipsCharacters = 8
const charactersMax = 30

/** @param counts how often each known word occurs */
export function openSpelling(counts: ReadonlyMap<string, number>): Spelling {
  // A word with one slip keeps its first or its last two letters (for words of four letters and more).
  const buckets = new Map<string, string[]>()
  for (const word of counts.keys()) {
    if (!isSpellable(word)) continue
    for (const key of keysOf(word)) {
      const bucket = buckets.get(key)
      if (bucket === undefined) buckets.set(key, [word])
      else bucket.push(word)
    }
  }
  return {
    nearest(word) {
      if (!isSpellable(word)) return null
      const slipsMax = word.length >= twoSlipsCharacters ? 2 : 1
      let best: string | null = null
      let bestSlips = slipsMax + 1
      for (const known of new Set(keysOf(word).flatMap((key) => buckets.get(key) ?? []))) {
        if (Math.abs(known.length - word.length) > slipsMax) continue
        const slips = slipsBetween(word, known)
        const nearer = slips < bestSlips
        const as = slips === bestSlips && best !== null
        if (nearer || (as && isBefore(known, best!, counts))) {
          best = known
          bestSlips = slips
        }
      }
      return best
    },
  }
}

function isSpellable(word: string): boolean {
  return word.length >= charactersMin && word.length <= charactersMax && /^\p{L}+$/u.test(word)
}

function keysOf(word: string): string[] {
  return [`${word.slice(0, 2)}…`, `…${word.slice(-2)}`]
}

function isBefore(word: string, other: string, counts: ReadonlyMap<string, number>): boolean {
  const difference = counts.get(word)! - counts.get(other)!
  return difference > 0 || (difference === 0 && word < other)
}

/** Letters left out, added, exchanged, or swapped with their neighbour (optimal string alignment). */
function slipsBetween(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      row[j] = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j]!, beforeLast[j - 2]! + 1)
    }
    beforeLast = last
    last = row
  }
  return last[b.length]!
}

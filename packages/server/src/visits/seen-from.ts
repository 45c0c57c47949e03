/** Networks that something came from, as far as it must be known: none, one, or several. */
export interface SeenFrom {
  /** Days since 1970, and the network of that day: hashes of two days cannot be compared. */
  day: number
  network: string
  /** Two networks on one and the same day. One network may be two on two days, so that does not count. */
  several: boolean
}

export function seenFrom(before: SeenFrom | null, atMs: number, network: string): SeenFrom {
  const day = Math.floor(atMs / 86_400_000)
  if (before === null) return { day, network, several: false }
  if (before.several || (before.day === day && before.network === network)) return before
  return { day, network, several: before.day === day }
}

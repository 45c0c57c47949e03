/**
 * How many mails a domain is sent: large providers refuse, and for a while distrust, who sends faster than they are
 * used to. A bucket for each domain; a domain whose bucket is empty is not claimed.
 */
export interface Throttle {
  /** Takes one; false: not now. */
  take(domain: number, now: number): boolean
  /** Domains that have nothing left. */
  empty(now: number): number[]
}

/** Full buckets say nothing and are forgotten, beyond this many. */
const bucketsMax = 10_000
/** A domain that was quiet is sent this much of its minute at once. */
const burst = 1 / 6

export function openThrottle(perMinute: number): Throttle {
  const size = Math.max(1, perMinute * burst)
  const buckets = new Map<number, { left: number; at: number }>()
  const drained = new Set<number>()

  function fill(domain: number, now: number): { left: number; at: number } {
    const bucket = buckets.get(domain) ?? { left: size, at: now }
    bucket.left = Math.min(size, bucket.left + ((now - bucket.at) * perMinute) / 60_000)
    bucket.at = now
    buckets.set(domain, bucket)
    return bucket
  }

  return {
    take(domain, now) {
      const bucket = fill(domain, now)
      if (buckets.size > bucketsMax)
        for (const [other, { left, at }] of buckets)
          if (left + ((now - at) * perMinute) / 60_000 >= size) buckets.delete(other)
      if (bucket.left < 1) {
        drained.add(domain)
        return false
      }
      bucket.left--
      if (bucket.left < 1) drained.add(domain)
      return true
    },
    empty(now) {
      for (const domain of drained) if (fill(domain, now).left >= 1) drained.delete(domain)
      return [...drained]
    },
  }
}

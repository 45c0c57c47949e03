/** Takes from the allowance of `key`, or answers false and takes nothing. */
export interface Allowance {
  take(key: string, cost?: number): boolean
}

/** Keys remembered; who is forgotten starts with a full allowance. */
const keysMax = 20_000

/** So many at once, refilled evenly: a token bucket for each key. */
export function openAllowance(options: {
  atOnceMax: number
  perMinuteMax: number
  now: () => number
}): Allowance {
  const { atOnceMax, perMinuteMax, now } = options
  const left = new Map<string, { tokens: number; at: number }>()
  return {
    take(key, cost = 1) {
      const at = now()
      const known = left.get(key)
      const tokens =
        known === undefined
          ? atOnceMax
          : Math.min(atOnceMax, known.tokens + ((at - known.at) * perMinuteMax) / 60_000)
      left.delete(key)
      if (left.size >= keysMax) left.delete(left.keys().next().value!)
      left.set(key, { tokens: tokens >= cost ? tokens - cost : tokens, at })
      return tokens >= cost
    },
  }
}

export interface LatencySummary {
  p50Ms: number
  p99Ms: number
  maxMs: number
}

/** Exact, not from buckets: a cell has some 100,000 values. */
export function summarise(latenciesMs: Float64Array): LatencySummary {
  const sorted = latenciesMs.toSorted()
  return { p50Ms: percentile(sorted, 0.5), p99Ms: percentile(sorted, 0.99), maxMs: sorted.at(-1) ?? NaN }
}

/** The smallest value that at least this share of all values does not exceed (nearest rank). */
export function percentile(sorted: Float64Array | readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const upper = sorted[sorted.length >> 1] ?? NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[(sorted.length >> 1) - 1] ?? NaN)) / 2
}

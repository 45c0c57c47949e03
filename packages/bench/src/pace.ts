/**
 * Arrivals of an open loop: a Poisson process, in milliseconds from its begin. They do not wait for answers, so
 * a slow moment of the server is measured by every message that fell into it (no coordinated omission).
 */
export function poissonArrivals(perSecond: number, random: () => number): () => number {
  let atMs = 0
  return () => {
    atMs += (-Math.log(1 - random()) * 1_000) / perSecond
    return atMs
  }
}

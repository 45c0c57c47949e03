/** RFC 5321 §4.5.4.1: a sender gives up after four to five days; a notice goes by letter a good day earlier. */
export const attemptsMax = 20
const waitMsMax = 4 * 3_600_000

/** @param attempts made so far, at least one. @param random from 0 to 1. */
export function retryAfterMs(attempts: number, firstMs: number, random: number): number {
  const wait = Math.min(waitMsMax, firstMs * 2 ** Math.min(20, attempts - 1))
  // Spread, so that what was refused together does not come back together.
  return Math.round(wait * (0.75 + random / 2))
}

/** From one seed to the next the first numbers are alike; these are not. */
const firstRounds = 32

/** Numbers from 0 to 1 that are the same for the same seed: xorshift with 32 bits (Marsaglia 2003). */
export function seededDice(seed: number): () => number {
  let state = seed >>> 0 || 1
  const next = (): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
  for (let round = 0; round < firstRounds; round++) next()
  return next
}

/** Milliseconds since 1970, UTC. Rooms take a clock; only the composition root makes the real one. */
export interface Clock {
  now(): number
}

export const systemClock: Clock = { now: () => Date.now() }

/** What happened when, in seconds since the drill's zero: printed as it happens, and kept for the verdict. */
export interface Timeline {
  /** Seconds since zero. */
  mark(what: string): number
  /** Zero is now: the attack begins. */
  begin(): void
}

export function openTimeline(print: (line: string) => void, now: () => number): Timeline {
  let zero = now()
  return {
    begin() {
      zero = now()
      print(`   0.0 s  the attack begins`)
    },
    mark(what) {
      const seconds = (now() - zero) / 1_000
      print(`${seconds.toFixed(1).padStart(6)} s  ${what}`)
      return seconds
    },
  }
}

/** What happened when, in seconds since the attack began: printed as it happens. */
export interface Timeline {
  /** Zero is now. */
  begin(what: string): void
  mark(what: string): void
  /** What was found to hold, or not. @returns `isSo` */
  check(isSo: boolean, what: string): boolean
  zero(): number
}

export function openTimeline(print: (line: string) => void, now: () => number): Timeline {
  let zero = now()
  const line = (what: string): void => print(`${((now() - zero) / 1_000).toFixed(1).padStart(6)} s  ${what}`)
  return {
    begin(what) {
      zero = now()
      line(what)
    },
    mark: line,
    check(isSo, what) {
      line(`${isSo ? 'ok ' : 'NOT'}  ${what}`)
      return isSo
    },
    zero: () => zero,
  }
}

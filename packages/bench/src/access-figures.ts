/** One line of the report of `bench access`. */
export interface AccessFigure {
  what: string
  measured: string
  /** What was measured beside it in the same run. */
  beside: string
  ratio: string
  /** Null where no goal was set. */
  isMet: boolean | null
}

export const whole = (value: number): string => Math.round(value).toLocaleString('en-US')
export const percent = (share: number): string => `${Math.round(share * 100)} %`

import { useClock } from '../live/clock.ts'

const clockTime = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' })
const dayAndYear = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'long', year: 'numeric' })
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })
const precise = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
const relativeDay = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' })

export const timeOf = (at: string): string => clockTime.format(new Date(at))
export const fullTime = (at: string): string => full.format(new Date(at))

/** With seconds: for what is compared with what somebody else wrote down. */
export const preciseTime = (at: string): string => precise.format(new Date(at))

/** How long ago, in one unit that fits a narrow column: `42s`, `7m`, `3h`, `2d`. */
export function shortSpan(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000))
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}h`
  return `${Math.floor(seconds / 86_400)}d`
}

export function Since({ at, className }: { at: string; className?: string | undefined }) {
  const span = useClock((now) => shortSpan(now - Date.parse(at)))
  return (
    <time dateTime={at} title={fullTime(at)} className={className}>
      {span}
    </time>
  )
}

/** `Today`, `Yesterday`, `Monday, 3 November`, `3 November 2025`. */
export function dayName(at: string, now = new Date()): string {
  const date = new Date(at)
  const days = Math.round((startOfDay(date) - startOfDay(now)) / 86_400_000)
  if (days >= -1 && days <= 0) {
    const name = relativeDay.format(days, 'day')
    return name.charAt(0).toLocaleUpperCase() + name.slice(1)
  }
  return date.getFullYear() === now.getFullYear() ? day.format(date) : dayAndYear.format(date)
}

export function sameDay(a: string, b: string): boolean {
  return startOfDay(new Date(a)) === startOfDay(new Date(b))
}

function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
}

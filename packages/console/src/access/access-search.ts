import type { EntryFilter } from './access-queries.ts'

/** `/access?…`, typed. Days and hours are those of the reader's own clock. */
export interface AccessSearch {
  customer?: string
  /** `agent:<id>` */
  actor?: string
  /** `2026-11-25` */
  day?: string
  /** 0 to 23, of that day. */
  hour?: number
  type?: string
  /** The entry that is open when the page comes. */
  entry?: number
}

/** What an address says; what makes no sense is left out. */
export function readAccessSearch(search: Record<string, unknown>): AccessSearch {
  const { customer, actor, day, hour, type, entry } = search
  const time = typeof day === 'string' && /^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(Date.parse(day))
  return {
    ...(typeof customer === 'string' && /^[0-9a-f-]{36}$/.test(customer) && { customer }),
    ...(typeof actor === 'string' && /^[a-z-]+:[0-9a-f-]{36}$/.test(actor) && { actor }),
    ...(time && { day }),
    ...(time && Number.isInteger(hour) && Number(hour) >= 0 && Number(hour) < 24 && { hour: hour as number }),
    ...(typeof type === 'string' && /^[a-z-]{1,40}$/.test(type) && { type }),
    ...(isIndex(entry) && { entry }),
  }
}

export function filterOf({ customer, actor, day, hour, type }: AccessSearch): EntryFilter {
  const filter: EntryFilter = {
    ...(customer !== undefined && { customer }),
    ...(actor !== undefined && { actor }),
    ...(type !== undefined && { type }),
  }
  if (day === undefined) return filter
  const [year, month, date] = day.split('-').map(Number) as [number, number, number]
  // The calendar knows how long this day is; clocks change.
  const at = (days: number, hours: number): string =>
    new Date(year, month - 1, date + days, hours).toISOString()
  return hour === undefined
    ? { ...filter, from: at(0, 0), until: at(1, 0) }
    : { ...filter, from: at(0, hour), until: at(0, hour + 1) }
}

export const isIndex = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0

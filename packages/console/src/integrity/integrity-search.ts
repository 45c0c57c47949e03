import type { IntegrityAlarm } from '@candor/protocol/integrity-api.ts'

export const alarmStates = [
  'open',
  'approved',
  'contained',
  'incident',
  'dismissed',
] as const satisfies readonly IntegrityAlarm['state'][]

/** What stands in the address of a page of integrity besides its section. */
export interface IntegritySearch {
  /** The alarm, page template or watched page that is open. */
  item?: string
  /** Alarms in this state; those that are open when it is not said. */
  state?: (typeof alarmStates)[number]
  /** The script of the page template that is open. */
  script?: string
  /** The two bodies that are compared, by their hashes. */
  left?: string
  right?: string
  layout?: 'unified'
  /** Days of the report, `2026-11-25`. */
  from?: string
  to?: string
}

const hash = /^sha(256|384|512)-[A-Za-z0-9+/]{43,88}={0,2}$/
const id = /^[\w.:-]{1,100}$/
const day = /^\d{4}-\d\d-\d\d$/

/** What an address says; what makes no sense is left out. */
export function readIntegritySearch(search: Record<string, unknown>): IntegritySearch {
  const { item, state, script, left, right, layout, from, to } = search
  const text = (value: unknown, shape: RegExp): value is string =>
    typeof value === 'string' && shape.test(value)
  const isDay = (value: unknown): value is string => text(value, day) && !Number.isNaN(Date.parse(value))
  return {
    ...(text(item, id) && { item }),
    // An id of digits comes as a number.
    ...(Number.isSafeInteger(item) && { item: String(item) }),
    ...(alarmStates.includes(state as never) && { state: state as IntegrityAlarm['state'] }),
    ...(text(script, id) && { script }),
    ...(text(left, hash) && { left }),
    ...(text(right, hash) && { right }),
    ...(layout === 'unified' && { layout }),
    ...(isDay(from) && { from }),
    ...(isDay(to) && { to }),
  }
}

import type { Effect } from './effects.ts'

/** One record of the journal: the entry, what it commits to, and what it changes. */
export interface LogRecord {
  at: number
  /** Canonical JSON, as it goes into the log. */
  entry: string
  /** Base64; '' without a detail. */
  salt: string
  detail: string
  tenant: string | null
  offAssignment: boolean
  afterHours: boolean
  effects: Effect[]
  /** Pseudonyms whose details are deleted with this record; base64url. */
  forget: string[]
}

/** Lines, as JSON holds no raw line feed: the two large texts need no second escaping. */
export function encodeRecord(record: LogRecord): string {
  const { at, salt, tenant, offAssignment, afterHours, effects, forget } = record
  const rest = { at, salt, tenant, offAssignment, afterHours, effects, forget }
  return `${record.entry}\n${record.detail}\n${JSON.stringify(rest)}`
}

/** The entry alone, where it lies. */
export function entryOf(body: Buffer): Buffer {
  return body.subarray(0, body.indexOf(lineFeed))
}

const lineFeed = 0x0a

export function decodeRecord(body: Buffer): LogRecord {
  const [entry, detail, rest] = body.toString('utf8').split('\n')
  if (entry === undefined || detail === undefined || rest === undefined)
    throw new Error('A record of the journal has an unknown layout.')
  return { entry, detail, ...(JSON.parse(rest) as Omit<LogRecord, 'entry' | 'detail'>) }
}

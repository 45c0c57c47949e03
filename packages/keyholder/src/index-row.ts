import type { Entry } from '@candor/ledger/entry.ts'
import type { IndexRow } from './log-index.ts'
import type { LogRecord } from './record.ts'

/** What the index keeps of a record of the journal. */
export function rowOf(index: number, record: LogRecord): IndexRow {
  const bytes = (pseudonym: string | undefined): Uint8Array | null =>
    pseudonym === undefined ? null : Buffer.from(pseudonym, 'base64url')
  const entry = JSON.parse(record.entry) as Entry
  return {
    index,
    at: record.at,
    type: entry.type,
    tenant: record.tenant,
    actor: bytes(entry.actor),
    conversation: bytes(entry.conversation),
    customer: bytes(entry.customer),
    purpose: entry.purpose ?? null,
    outcome: entry.outcome ?? null,
    offAssignment: record.offAssignment,
    afterHours: record.afterHours,
    range: entry.range === undefined ? null : [entry.range[0], entry.range[1]],
    entry: record.entry,
    salt: record.salt === '' ? null : Buffer.from(record.salt, 'base64'),
    detail: record.detail === '' ? null : record.detail,
    effects: record.effects,
    forget: record.forget.map((pseudonym) => Buffer.from(pseudonym, 'base64url')),
  }
}

import type { OpenProof } from '@candor/protocol/open-statement.ts'
import type { Entry } from '@candor/ledger/entry.ts'

/**
 * What a server and its keyholder say to each other: frames of a 4-byte big-endian length and JSON in UTF-8.
 * A request carries an `id`; its answer carries the same. Answers may come in another order.
 */
export const keyholderProtocol = 1

/** One frame: 500 wrapped keys of 180 bytes in base64, or a page of entries. */
export const frameBytesMax = 4 * 1024 * 1024
/** Keys of one opening; a conversation with more segments is opened in several steps, each with its entry. */
export const keysPerOpeningMax = 500
/** Entries of one page of a list. */
export const entriesPerPageMax = 500
/** Proofs in one bundle. */
export const proofsPerBundleMax = 5_000

export type ActorKind = 'visitor' | 'agent' | 'virtual-agent' | 'api' | 'system' | 'operator'

export interface LogActor {
  kind: ActorKind
  id: string
  name: string
  role?: string
}

export interface WrappedKey {
  segment: string
  epochKey: string
  /** Base64. */
  wrapped: string
}

export type Purpose = NonNullable<Entry['purpose']>

/** To open text of one conversation, or to join it live (`live`), which may open its past as well. */
export interface OpenRequest {
  op: 'open'
  tenant: string
  actor: LogActor
  session?: string
  conversation: string
  /** The visitor whose conversation it is. */
  customer: string
  purpose: Purpose
  /** Events that can be read with these keys; `to` 0: and what comes, live. */
  range: [from: number, to: number]
  live: boolean
  /** Somebody else handles the conversation, or it is over and somebody else did. */
  offAssignment: boolean
  /** A person's own signature. */
  proof?: OpenProof
  keys: WrappedKey[]
}

export interface Budget {
  /** Different conversations opened within an hour. */
  conversationsPerHour: number | null
  /** Different conversations of others opened within a day. */
  offAssignmentPerDay: number | null
  /** Conversations opened outside the tenant's hours within a day. */
  afterHoursPerDay: number | null
  /** Conversations exported within a day. */
  exportsPerDay: number | null
}

/** Whom a budget is for: a role of the staff, or a kind of actor that has none. */
export type BudgetHolder =
  | 'agent'
  | 'supervisor'
  | 'administrator'
  | 'privacy-officer'
  | 'api'
  | 'virtual-agent'
  | 'visitor'
  | 'system'

export interface OpeningHours {
  /** IANA name. */
  timeZone: string
  /** ISO 8601: 1 is Monday. */
  days: number[]
  /** Local time, `HH:MM`. */
  from: string
  to: string
}

export interface Policy {
  budgets: Record<BudgetHolder, Budget>
  hours: OpeningHours | null
  /** Days after its end that a conversation is kept; null: until it is erased. */
  retentionDays: number | null
}

export interface Suspension {
  actor: LogActor
  at: string
  reason: string
  /** Entry of the suspension. */
  index: number
}

export interface Alarm {
  index: number
  at: string
  kind:
    | 'bulk-reading'
    | 'suspended'
    | 'witness-silent'
    | 'witness-refuses'
    | 'off-assignment'
    | 'after-hours'
    | 'exports'
  tenant: string | null
  actor: LogActor | null
  detail: string
}

/** A row of the list that people look at: an entry, and its detail as long as that is kept. */
export interface ListedEntry {
  index: number
  at: string
  type: Entry['type']
  purpose: string | null
  outcome: string | null
  range: [number, number] | null
  /** Pseudonyms as they stand in the log. */
  pseudonyms: { actor: string | null; conversation: string | null; customer: string | null }
  /** Null once it was erased. */
  detail: Detail | null
}

/** What the commitment in an entry is about. Deletable; the entry stays true without it. */
export interface Detail {
  actor?: LogActor
  session?: string
  conversation?: string
  customer?: string
  segments?: string[]
  offAssignment?: boolean
  afterHours?: boolean
  proof?: OpenProof
  /** In words, for what is no opening. */
  what?: string
}

export interface EntryFilter {
  conversation?: string
  /** A person may have been known under several ids. */
  customers?: string[]
  actor?: { kind: ActorKind; id: string }
  /** RFC 3339. */
  from?: string
  until?: string
  types?: Entry['type'][]
  /** Only entries with a lower index. */
  before?: number
}

/** Who reads what is not assigned to them, over the last days. */
export interface ReviewRow {
  actor: LogActor
  opened: number
  offAssignment: number
  afterHours: number
  firstAt: string
  lastAt: string
  suspended: boolean
}

export interface LogStatus {
  origin: string
  /** Of the log, for signed notes. */
  vkey: string
  /** Entries that are durable. */
  entries: number
  /** Of the newest published checkpoint. */
  size: number
  checkpointAt: string | null
  witnesses: { vkey: string; url: string; at: string | null; fault: string | null }[]
  quorum: number
  /** Openings and joinings in the log, and how often keys were handed out. Equal, or somebody cheated. */
  openings: number
  releases: number
}

export interface EpochKey {
  id: string
  /** SPKI, DER, base64. */
  publicKey: string
  /** From then on the keyholder has a newer one. */
  until: string
  /** Ed25519 by the log's key over `epochKeyStatement`, base64. */
  signature: string
}

/** What the log's key signs of an epoch key, so that a written-over table cannot redirect what is sealed. */
export function epochKeyStatement(tenant: string, key: Omit<EpochKey, 'signature'>): string {
  return `candor epoch key 1\n${tenant}\n${key.id}\n${key.publicKey}\n${key.until}\n`
}

export type Recorded = {
  type: 'operator' | 'access-widened'
  tenant: string | null
  actor: LogActor
  what: string
}

export interface Requests {
  hello: { ask: { protocol: number }; answer: { protocol: number; vkey: string; origin: string } }
  'epoch-key': { ask: { tenant: string }; answer: EpochKey }
  open: { ask: Omit<OpenRequest, 'op'>; answer: { index: number; at: string; keys: (string | null)[] } }
  record: { ask: Recorded; answer: { index: number } }
  'session-key': {
    ask: { tenant: string; person: LogActor; session: string; publicKey: string }
    answer: { index: number; key: string }
  }
  'session-ended': { ask: { session: string }; answer: Record<string, never> }
  erase: {
    ask: {
      tenant: string
      by: LogActor
      /** What is gone for ever: some conversations, a customer with theirs, or all of the tenant. */
      what: 'conversations' | 'customer' | 'tenant' | 'retention'
      conversations: string[]
      customers: string[]
    }
    answer: { index: number; at: string }
  }
  hold: {
    ask: {
      tenant: string
      by: LogActor
      scope: 'tenant' | 'customer' | 'conversation'
      subject: string
      on: boolean
      reason: string
    }
    answer: { index: number }
  }
  holds: {
    ask: { tenant: string }
    answer: { items: { scope: string; subject: string; reason: string; at: string; by: LogActor }[] }
  }
  'destroy-epochs': {
    /** Keys made before this time, which no conversation that is still kept needs. */
    ask: { tenant: string; by: LogActor; keys: string[] }
    answer: { index: number; destroyed: number }
  }
  policy: { ask: { tenant: string }; answer: Policy }
  'set-policy': { ask: { tenant: string; by: LogActor; policy: Policy }; answer: { index: number } }
  suspensions: { ask: { tenant: string }; answer: { items: Suspension[] } }
  reinstate: {
    ask: { tenant: string; by: LogActor; actor: { kind: ActorKind; id: string } }
    answer: { index: number }
  }
  alarms: { ask: { tenant: string }; answer: { items: Alarm[] } }
  review: { ask: { tenant: string; days: number }; answer: { items: ReviewRow[] } }
  entries: {
    ask: { tenant: string; filter: EntryFilter; limit: number }
    answer: { items: ListedEntry[]; more: boolean }
  }
  /** The proof bundle's JSON text. */
  bundle: { ask: { tenant: string; filter: EntryFilter }; answer: { bundle: string } }
  /**
   * Copies keys, journal and index into a folder beside them, from where whoever can read them anyway may take it. The
   * entry stands before the copy.
   */
  backup: { ask: Record<string, never>; answer: { index: number; folder: string } }
  status: { ask: Record<string, never>; answer: LogStatus }
  /** Verified, then appended: root, signatures, expiry, revocation. Signatures in the root's order, '' where absent. */
  'release-publish': {
    ask: { manifest: string; signatures: readonly [string, string, string] }
    answer: { index: number }
  }
  /** The keyholder alone says that a release is in force; loaders believe it for a day. */
  'release-in-force': { ask: { id: string }; answer: { index: number; at: string } }
  'release-revoke': {
    ask: { id: string; reason: string; at: string; signatures: readonly [string, string, string] }
    answer: { index: number }
  }
  /** The newest checkpoint and the path of an entry in its tree, base64; `pending` while it is not in it. */
  'release-proof': { ask: { index: number }; answer: { note: string; hashes: string[] } }
  /** The kill switch, before it is thrown or undone. */
  contain: {
    ask: { tenant: string; by: LogActor; what: string; begun: boolean }
    answer: { index: number; at: string }
  }
}

export type Op = keyof Requests

/** Codes of a "no"; `server/src/access` turns them into refusals of the product's table. */
export const denials = {
  malformed: 'The request is not of the form that its op has.',
  unknown: 'There is no such op.',
  erased: 'The key was destroyed.',
  suspended: 'This actor is suspended.',
  budget: 'This opening is more than the budget allows.',
  unsigned: 'A person opens with a signature of their own.',
  'bad-signature': 'The signature is not of the key that was registered for this session.',
  stale: 'The signed statement is too old, or from the future.',
  purpose: 'This kind of actor has no such purpose.',
  held: 'A legal hold keeps this from being erased.',
  'backup-failed': 'The copy could not be made.',
  'release-unsigned': 'Two of the three release keys must have signed it.',
  'release-expired': 'The release has expired.',
  'release-revoked': 'The release was revoked.',
  'release-unknown': 'This release was not published.',
  pending: 'There is no checkpoint that holds these entries yet.',
} as const

export type DenialCode = keyof typeof denials

export type Frame =
  | { id: number; op: Op; ask: unknown }
  | { id: number; answer: unknown }
  | { id: number; denied: DenialCode; message: string; index?: number }
  | { told: 'alarm'; alarm: Alarm }

export function encodeFrame(frame: Frame): Buffer {
  return framesOf([JSON.stringify(frame)])
}

/** Frames of these JSON texts, one behind the other. */
export function framesOf(texts: readonly string[]): Buffer {
  let bytes = 0
  for (const text of texts) bytes += 4 + Buffer.byteLength(text)
  const framed = Buffer.allocUnsafe(bytes)
  let at = 0
  for (const text of texts) {
    const length = framed.write(text, at + 4)
    framed.writeUInt32BE(length, at)
    at += 4 + length
  }
  return framed
}

/** Cuts a byte stream into frames. @throws Error when the other side speaks something else. */
export function frameReader(onFrame: (frame: Frame) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    let at = 0
    while (rest.length - at >= 4) {
      const length = rest.readUInt32BE(at)
      if (length > frameBytesMax) throw new Error('A frame is larger than the limit.')
      if (rest.length - at < 4 + length) break
      onFrame(JSON.parse(rest.toString('utf8', at + 4, at + 4 + length)) as Frame)
      at += 4 + length
    }
    rest = at === 0 ? rest : rest.subarray(at)
  }
}

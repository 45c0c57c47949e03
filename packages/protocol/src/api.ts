/**
 * Shapes of the public HTTP API under /v1 (JSON). Refusals are RFC 9457 problem+json:
 * `{ type, title, status, code, detail, field?, retryAfterMs?, faults? }`. Every POST carries an `Idempotency-Key`
 * header with a UUID; it becomes the id of what is made, so a replay answers with what is stored.
 */
import type { ConversationRow, EventActor, WireEvent } from './events.ts'

export type Role = 'agent' | 'supervisor' | 'administrator' | 'privacy-officer'

/** GET /v1/me */
export interface Me {
  person: { id: string; name: string; email: string; role: Role; secondFactor: boolean }
  tenant: { id: string; name: string }
}

/**
 * POST /v1/sign-in {email, password}; POST /v1/sign-in/second-factor {code} → Me. POST /v1/sign-out → 204.
 * `new-password`: the password was a temporary one. POST /v1/sign-in/new-password {email, password, newPassword}
 * → SignInAnswer.
 */
export type SignInAnswer =
  { kind: 'signed-in'; me: Me } | { kind: 'second-factor' } | { kind: 'new-password' }

/**
 * POST /v1/me/second-factor {password} → Enrolment (not active yet);
 * POST /v1/me/second-factor/confirm {code} → 204; POST /v1/me/second-factor/remove {password} → 204;
 * POST /v1/me/password {password, newPassword} → 204.
 */
export interface SecondFactorEnrolment {
  uri: string
  secret: string
  recoveryCodes: string[]
}

/**
 * GET /v1/people → { items: Person[] }, who was deactivated among them. Administrators:
 * POST /v1/people {name, email, role, password?} → Person & {temporaryPassword?}; PATCH /{id} {name?, role?} → Person;
 * POST /{id}/deactivate, /{id}/reactivate, /{id}/reset-second-factor → Person; /{id}/reset-password → TemporaryPassword.
 */
export interface Person {
  id: string
  name: string
  email: string
  role: Role
  online: boolean
  /** Signs in no more and is given nothing from then on. */
  deactivatedAt: string | null
  /** Told to who may change people, and to nobody else. */
  secondFactor?: boolean
  lastSeenAt?: string | null
}

/** Opens nothing but the choice of an own password. */
export interface TemporaryPassword {
  /** Shown once: null when the Idempotency-Key was used before. */
  password: string | null
  expiresAt: string
}

/**
 * GET /v1/queues → { items: Queue[] }, archived ones among them. Administrators: POST /v1/queues {name};
 * PATCH /{id} {name?, isDefault?: true}; POST /{id}/archive {moveTo} → Queue: open conversations go to that queue.
 */
export interface Queue {
  id: string
  name: string
  /** New conversations come here. */
  isDefault: boolean
  archivedAt: string | null
}

export type InboxView = 'waiting' | 'mine' | 'all'

/** GET /v1/conversations?view=&status=open|closed&cursor=&limit= (limit at most 200) → ConversationPage */
export interface ConversationPage {
  items: ConversationRow[]
  next: string | null
  /** Sizes of the three views among open conversations. */
  counts: { waiting: number; mine: number; all: number }
}

/** GET /v1/conversations/{id} */
export interface ConversationDetail {
  row: ConversationRow
  visitor: {
    id: string
    name: string
    email: string | null
    identified: boolean
    /** Card-guarded data set by the tenant's page with `set`. */
    traits: Record<string, string | number | boolean>
    firstSeenAt: string
    pages: { url: string; title: string; at: string }[]
  }
  /** Who opened the text of this conversation, newest first: entries of the access log. Null while it cannot be read. */
  receipts: { entry: number; actor: EventActor; purpose: string; at: string }[] | null
}

/** GET /v1/conversations/{id}/events?before=&after=&limit= → EventPage, ascending seq. Leaves a receipt. */
export interface EventPage {
  events: WireEvent[]
  more: boolean
}

/**
 * POST under /v1/conversations/{id}, each → 201 Appended:
 *   messages {text} · notes {text} · edits {target, text} · deletions {target} · reads {upTo}
 *   takeover {} · handback {} · assignment {agent: id|null} · transfer {queue: id} or {agent: id}, {note?}
 *   status {status} · tags {add: string[], remove: string[]}
 */
export interface Appended {
  id: string
  conversation: string
  seq: number
  at: string
  replayed: boolean
  /** Present when the card guard changed the text. */
  text?: string
}

/** GET /v1/canned-replies → { items }; POST {shortcut, title, text}; PUT /{id}; DELETE /{id}. */
export interface CannedReply {
  id: string
  shortcut: string
  title: string
  text: string
}

/** GET /v1/approved-pages; POST {pattern, reason}; DELETE /{id} (administrator). */
export interface ApprovedPage {
  id: string
  /** Origin and path; a final `*` matches any rest: `https://www.example.com/checkout*`. */
  pattern: string
  reason: string
  approvedBy: string
  at: string
}

/** GET /v1/identifier-formats → { items }; POST {name, pattern, prefix}; PUT /{id}; DELETE /{id} (administrator). */
export interface TenantIdentifierFormat {
  id: string
  name: string
  /** `#` is a digit, `@` a letter, `?` either; anything else stands for itself. */
  pattern: string
  prefix: string | null
  example: string
  /** Where its numbers are card numbers too. */
  overlap: {
    oneIn: number | null
    networks: readonly { network: string; ranges: readonly string[]; lengths: readonly number[] }[]
    introducedBy: 'pattern' | 'prefix' | 'nothing'
    summary: string
  }
  savedBy: string
  savedAt: string
}

/** GET /v1/page-reports → { items }: pages with card fields on which the widget refused to open. */
export interface PageReport {
  id: string
  url: string
  firstSeenAt: string
  lastSeenAt: string
  count: number
}

/** GET /v1/api-keys; POST {name, role} → ApiKey & {key} shown once; DELETE /{id} (administrator). */
export interface ApiKey {
  id: string
  name: string
  role: Role
  createdAt: string
  lastUsedAt: string | null
  /** The person or key that made it; null when that is gone. */
  madeBy: { id: string; name: string; deactivated: boolean } | null
}

/** GET /v1/identity-keys; POST {name, jwk} (public Ed25519 or P-256 key); DELETE /{id} (administrator). */
export interface IdentityKey {
  id: string
  name: string
  /** RFC 7517, public part only; `kid` equals the id. */
  jwk: Record<string, string>
}

/** RFC 9457. */
export interface Problem {
  type: string
  title: string
  status: number
  code: string
  detail: string
  field?: string
  retryAfterMs?: number
  /** All that is wrong with a definition or an article. */
  faults?: { field: string; message: string }[]
}

/** POST /v1/session/key {publicKey}: SPKI in base64 of the ECDSA P-256 key that this browser made and cannot export. */
export interface SessionKeyAnswer {
  /** Base64url SHA-256 of the key; named in every proof (open-statement.ts). */
  key: string
  /** Its entry in the access log. */
  entry: number
}

export type AccessActor = { kind: EventActor['kind'] | 'operator'; id: string; name: string; role?: Role }

/** One entry of the access log, as people look at it. */
export interface AccessEntry {
  index: number
  at: string
  /** `open`, `join`, `denial`, `session-key`, `key-made`, `key-destroyed`, `erasure`, `hold`, `operator`, `access-widened`, `suspension`, `reinstatement`, `alarm`, `start` */
  type: string
  purpose: string | null
  /** `granted`, or why not. */
  outcome: string | null
  /** Event numbers; a last of 0: and what came live. */
  range: [number, number] | null
  /** Null when there was none, or its name was erased: the entry still stands. */
  actor: AccessActor | null
  conversation: string | null
  customer: string | null
  /** As they stand in the log. */
  pseudonyms: { actor: string | null; conversation: string | null; customer: string | null }
  offAssignment: boolean
  afterHours: boolean
  /** By a key that the person's browser holds. */
  signed: boolean
  /** For what is no opening, in words. */
  what: string | null
  /** Its detail was deleted when a person was erased. */
  erased: boolean
}

/**
 * GET /v1/access/entries?conversation=&customer=&actor=agent:<uuid>&from=&until=&type=&cursor=&limit=, newest first
 * (permission `receipts.read` with `conversation`, else `access.review`).
 * GET /v1/access/bundle with the same filters: a proof bundle (application/json, attachment), see docs/log.md.
 */
export interface AccessEntries {
  items: AccessEntry[]
  next: string | null
}

/** GET /v1/access/log. The log's own files lie under /log/ (checkpoint, tile/…, keys.json), for anybody. */
export interface AccessLogStatus {
  origin: string
  vkey: string
  /** Entries under the newest published checkpoint, and entries that are durable. */
  size: number
  entries: number
  checkpointAt: string | null
  quorum: number
  witnesses: { vkey: string; at: string | null; fault: string | null }[]
}

export interface AccessBudget {
  conversationsPerHour: number | null
  offAssignmentPerDay: number | null
  afterHoursPerDay: number | null
  exportsPerDay: number | null
}

/** GET, PUT /v1/access/policy (PUT: `access.manage`; each change is an entry with before and after). */
export interface AccessPolicy {
  budgets: Record<Role | 'api', AccessBudget>
  /** ISO 8601 days (1 is Monday), local times `HH:MM`; null: no hours, nothing is after hours. */
  hours: { timeZone: string; days: number[]; from: string; to: string } | null
  /** Conversations are erased this long after they were closed; null: never by themselves. */
  retentionDays: number | null
}

/** GET /v1/access/review?days= (1 to 90; `access.review`) */
export interface AccessReview {
  /** Who read what is not assigned to them, or after hours; most off-assignment reads first. */
  rows: {
    actor: AccessActor
    opened: number
    offAssignment: number
    afterHours: number
    firstAt: string
    lastAt: string
    suspended: boolean
  }[]
  suspensions: { actor: AccessActor; at: string; reason: string; index: number }[]
  alarms: { index: number; at: string; kind: string; actor: AccessActor | null; detail: string }[]
}

/** POST /v1/access/reinstatements {kind, id} → { index } (`access.manage`; nobody reinstates themselves). */
/** GET /v1/access/holds → { items: LegalHold[] }; POST /v1/access/holds {scope, subject, reason}; POST /v1/access/holds/lift, the same. */
export interface LegalHold {
  scope: 'tenant' | 'customer' | 'conversation'
  subject: string
  reason: string
  at: string
  by: AccessActor
}

/**
 * POST /v1/erasures {scope, subject} (`access.manage`): keys are destroyed, for ever; refused with `on_hold` where a
 * legal hold stands. For scope `tenant` the subject is the tenant's id and `confirm` its name.
 */
export interface Erasure {
  /** The receipt: its entry in the log. */
  index: number
  at: string
  conversations: number
}

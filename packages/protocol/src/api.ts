/**
 * Shapes of the public HTTP API under /v1 (JSON). Refusals are RFC 9457 problem+json:
 * `{ type, title, status, code, detail, field?, retryAfterMs? }`. Every POST carries an `Idempotency-Key`
 * header with a UUID; it becomes the id of what is made, so a replay answers with what is stored.
 */
import type { ConversationRow, EventActor, WireEvent } from './events.ts'

export type Role = 'agent' | 'supervisor' | 'administrator' | 'privacy-officer'

/** GET /v1/me */
export interface Me {
  person: { id: string; name: string; email: string; role: Role; secondFactor: boolean }
  tenant: { id: string; name: string }
}

/** POST /v1/sign-in {email, password}; POST /v1/sign-in/second-factor {code} → Me. POST /v1/sign-out → 204. */
export type SignInAnswer = { kind: 'signed-in'; me: Me } | { kind: 'second-factor' }

/**
 * POST /v1/me/second-factor {password} → Enrolment (not active yet);
 * POST /v1/me/second-factor/confirm {code} → 204; POST /v1/me/second-factor/remove {password} → 204.
 */
export interface SecondFactorEnrolment {
  uri: string
  secret: string
  recoveryCodes: string[]
}

/** GET /v1/people → { items: Person[] }; POST /v1/people {name, email, role, password} (administrator). */
export interface Person {
  id: string
  name: string
  email: string
  role: Role
  online: boolean
}

/** GET /v1/queues → { items: Queue[] }; POST /v1/queues {name} (administrator). */
export interface Queue {
  id: string
  name: string
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
  /** Who opened the text of this conversation, newest first. */
  receipts: { id: string; actor: EventActor; purpose: string; at: string }[]
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
}

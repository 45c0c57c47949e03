import { entryPurposes } from '@candor/ledger/entry.ts'
import { parseProof } from '@candor/protocol/open-statement.ts'
import { isReleaseId, isSignature, manifestCharsMax } from '@candor/release/manifest.ts'
import type { Op } from './frames.ts'

/**
 * The form of each request. The server on the other side is ours, but it is what an attacker would change first.
 * @returns what is wrong, or null.
 */
export function checkAsk(op: Op, ask: unknown): string | null {
  if (typeof ask !== 'object' || ask === null) return 'An object is needed.'
  for (const [field, check] of checks[op]) {
    const value = (ask as Record<string, unknown>)[field]
    if (!check(value)) return `${field} is missing or not of its form.`
  }
  return null
}

type Check = (value: unknown) => boolean

const isText =
  (max: number): Check =>
  (value) =>
    typeof value === 'string' && value.length > 0 && value.length <= max
const isUuid: Check = (value) =>
  typeof value === 'string' && /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(value)
const isBoolean: Check = (value) => typeof value === 'boolean'
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value)
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value)
const isOneOf =
  (...words: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && words.includes(value)
const isList =
  (check: Check, max: number): Check =>
  (value) =>
    Array.isArray(value) && value.length <= max && value.every(check)
const isObject = (fields: Record<string, Check>): Check => {
  const each = Object.entries(fields)
  return (value) => {
    if (typeof value !== 'object' || value === null) return false
    for (const [field, check] of each) if (!check((value as Record<string, unknown>)[field])) return false
    return Object.keys(value).every((field) => Object.hasOwn(fields, field))
  }
}
const isCount =
  (max: number): Check =>
  (value) =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) <= max

const kinds = isOneOf('visitor', 'agent', 'virtual-agent', 'api', 'system', 'operator')
const isActor = isObject({
  kind: kinds,
  id: isUuid,
  name: (value) => typeof value === 'string' && value.length <= 200,
  role: optional(isOneOf('agent', 'supervisor', 'administrator', 'privacy-officer')),
})
const isActorId = isObject({ kind: kinds, id: isUuid })
const isBase64 =
  (max: number): Check =>
  (value) =>
    typeof value === 'string' && value.length <= max && /^[A-Za-z0-9+/]+={0,2}$/.test(value)
const isKey = isObject({ segment: isUuid, epochKey: isUuid, wrapped: isBase64(200) })
const isTime: Check = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value))
const seqMax = 2_147_483_647
/** An end of 0: and what comes, live. */
const isRange: Check = (value) =>
  Array.isArray(value) &&
  value.length === 2 &&
  value.every(isCount(seqMax)) &&
  (value[1] === 0 || value[0] <= value[1])
const isFilter = isObject({
  conversation: optional(isUuid),
  customers: optional(isList(isUuid, 100)),
  actor: optional(isActorId),
  from: optional(isTime),
  until: optional(isTime),
  types: optional(isList(isText(40), 20)),
  before: optional(isCount(Number.MAX_SAFE_INTEGER)),
})
const isBudget = isObject({
  conversationsPerHour: orNull(isCount(1_000_000)),
  offAssignmentPerDay: orNull(isCount(1_000_000)),
  afterHoursPerDay: orNull(isCount(1_000_000)),
  exportsPerDay: orNull(isCount(1_000_000)),
})
const isHours: Check = (value) =>
  isObject({
    timeZone: isText(64),
    days: isList((day) => isCount(7)(day) && day !== 0, 7),
    from: (time) => typeof time === 'string' && /^([01]\d|2[0-3]):[0-5]\d$/.test(time),
    to: (time) => typeof time === 'string' && /^([01]\d|2[0-3]):[0-5]\d$/.test(time),
  })(value) && isTimeZone((value as { timeZone: string }).timeZone)
const isPolicy = isObject({
  budgets: isObject({
    agent: isBudget,
    supervisor: isBudget,
    administrator: isBudget,
    'privacy-officer': isBudget,
    api: isBudget,
    'virtual-agent': isBudget,
    visitor: isBudget,
    system: isBudget,
  }),
  hours: orNull(isHours),
  retentionDays: orNull((value) => isCount(36_500)(value) && (value as number) > 0),
})
const isSignatures: Check = (value) =>
  Array.isArray(value) && value.length === 3 && value.every((each) => each === '' || isSignature(each))
const isId: Check = (value) => typeof value === 'string' && isReleaseId(value)
/** Conversations of one erasure; a customer or a day of retention has fewer. */
const erasedAtOnceMax = 10_000

const shapes: Record<Op, Record<string, Check>> = {
  hello: { protocol: isCount(1_000) },
  'epoch-key': { tenant: isUuid },
  open: {
    tenant: isUuid,
    actor: isActor,
    session: optional(isText(200)),
    conversation: isUuid,
    customer: isUuid,
    purpose: isOneOf(...entryPurposes),
    range: isRange,
    live: isBoolean,
    offAssignment: isBoolean,
    proof: optional((value) => parseProof(value) !== null),
    keys: isList(isKey, 500),
  },
  record: {
    type: isOneOf('operator', 'access-widened'),
    tenant: orNull(isUuid),
    actor: isActor,
    what: isText(1_000),
  },
  'session-key': { tenant: isUuid, person: isActor, session: isText(200), publicKey: isBase64(400) },
  'session-ended': { session: isText(200) },
  erase: {
    tenant: isUuid,
    by: isActor,
    what: isOneOf('conversations', 'customer', 'tenant', 'retention'),
    conversations: isList(isUuid, erasedAtOnceMax),
    customers: isList(isUuid, 100),
  },
  hold: {
    tenant: isUuid,
    by: isActor,
    scope: isOneOf('tenant', 'customer', 'conversation'),
    subject: isUuid,
    on: isBoolean,
    reason: isText(1_000),
  },
  holds: { tenant: isUuid },
  'destroy-epochs': { tenant: isUuid, by: isActor, keys: isList(isUuid, 1_000) },
  policy: { tenant: isUuid },
  'set-policy': { tenant: isUuid, by: isActor, policy: isPolicy },
  suspensions: { tenant: isUuid },
  reinstate: { tenant: isUuid, by: isActor, actor: isActorId },
  alarms: { tenant: isUuid },
  review: { tenant: isUuid, days: isCount(365) },
  entries: { tenant: isUuid, filter: isFilter, limit: isCount(500) },
  bundle: { tenant: isUuid, filter: isFilter },
  backup: {},
  status: {},
  'release-publish': { manifest: isText(manifestCharsMax), signatures: isSignatures },
  'release-in-force': { id: isId },
  'release-revoke': { id: isId, reason: isText(500), at: isTime, signatures: isSignatures },
  'release-proof': { index: isCount(Number.MAX_SAFE_INTEGER) },
  // A scope is an address of 2,048 characters at most, a reason has 500.
  contain: { tenant: isUuid, by: isActor, what: isText(3_000), begun: isBoolean },
}

/** Listed once, not at every request. */
const checks = Object.fromEntries(
  Object.entries(shapes).map(([op, fields]) => [op, Object.entries(fields)]),
) as Record<Op, [field: string, check: Check][]>

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch (caught) {
    if (caught instanceof RangeError) return false
    throw caught
  }
}

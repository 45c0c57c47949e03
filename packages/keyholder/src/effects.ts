import { hash } from 'node:crypto'
import type {
  Alarm,
  LogActor,
  OpeningHours,
  Policy,
  Suspension,
  Budget,
  BudgetHolder,
  ActorKind,
} from './frames.ts'

/**
 * What an entry changes in the keyholder. An effect is written with its entry and nowhere else, so the state is
 * whatever the effects add up to, in memory, after a restart, and after a crash between any two steps.
 */
export type Effect =
  | { kind: 'log-key'; sealed: string; publicKey: string }
  | { kind: 'tenant'; tenant: string; pseudonymKey: string }
  | {
      kind: 'epoch-key'
      tenant: string
      id: string
      publicKey: string
      /** PKCS #8 under the root key; base64. */
      sealed: string
      at: number
      until: number
    }
  | { kind: 'epochs-destroyed'; tenant: string; ids: string[]; at: number }
  | {
      kind: 'session-key'
      tenant: string
      person: string
      session: string
      key: string
      /** SPKI, base64. */
      publicKey: string
      until: number
    }
  | { kind: 'session-ended'; session: string }
  | { kind: 'policy'; tenant: string; policy: Policy }
  | { kind: 'suspension'; tenant: string; suspension: Suspension }
  | { kind: 'reinstatement'; tenant: string; actor: { kind: ActorKind; id: string } }
  | {
      kind: 'erasure'
      tenant: string
      whole: boolean
      tombstones: string[]
      at: number
    }
  | {
      kind: 'hold'
      tenant: string
      scope: Hold['scope']
      subject: string
      on: boolean
      reason: string
      at: string
      by: LogActor
    }
  | { kind: 'alarm'; alarm: Alarm }
  /** Text of the trust root that releases are verified with from then on. */
  | { kind: 'release-root'; root: string }
  /** Published by the entry `index`, under the root with this pin. */
  | { kind: 'release'; id: string; pin: string; expires: number; index: number }
  | { kind: 'release-revoked'; id: string; index: number }

export interface Hold {
  scope: 'tenant' | 'customer' | 'conversation'
  subject: string
  reason: string
  at: string
  by: LogActor
}

export interface EpochKeyRecord {
  id: string
  publicKey: string
  sealed: string
  at: number
  until: number
}

export interface SessionKey {
  tenant: string
  person: string
  session: string
  publicKey: string
  until: number
}

export interface TenantState {
  pseudonymKey: string
  epochKeys: EpochKeyRecord[]
  /** Ids of those that are gone for ever, wherever a copy of one turns up. */
  destroyedEpochs: Set<string>
  policy: Policy
  suspensions: Map<string, Suspension>
  /** Tombstones of conversations and customers whose keys are gone, with the time of it. */
  erased: Map<string, number>
  wholeErased: boolean
  holds: Map<string, Hold>
}

export interface State {
  logKey: { sealed: string; publicKey: string } | null
  tenants: Map<string, TenantState>
  /** By key id. */
  sessionKeys: Map<string, SessionKey>
  alarms: Alarm[]
  releaseRoot: string | null
  /** By id, also of those that were only ever revoked. */
  releases: Map<string, ReleaseState>
}

export interface ReleaseState {
  /** Of the root that it was verified with; '' where it was revoked before it was published. */
  pin: string
  expires: number
  /** Entry of its publication. */
  index: number
  /** Entry of its revocation. */
  revoked: number | null
}

/** The newest alarms; older ones are entries in the log. */
export const alarmsHeldMax = 1_000

const unlimited: Budget = {
  conversationsPerHour: null,
  offAssignmentPerDay: null,
  afterHoursPerDay: null,
  exportsPerDay: null,
}

/**
 * What holds until a tenant says otherwise. A person who answers chats opens some thirty an hour; the rest leaves
 * room for looking things up, and stops a copy of everything within the hour.
 */
export const defaultBudgets: Record<BudgetHolder, Budget> = {
  agent: { conversationsPerHour: 150, offAssignmentPerDay: 300, afterHoursPerDay: null, exportsPerDay: 20 },
  supervisor: {
    conversationsPerHour: 300,
    offAssignmentPerDay: null,
    afterHoursPerDay: null,
    exportsPerDay: 50,
  },
  administrator: {
    conversationsPerHour: 300,
    offAssignmentPerDay: null,
    afterHoursPerDay: null,
    exportsPerDay: 50,
  },
  'privacy-officer': {
    conversationsPerHour: 500,
    offAssignmentPerDay: null,
    afterHoursPerDay: null,
    exportsPerDay: 200,
  },
  api: {
    conversationsPerHour: 2_000,
    offAssignmentPerDay: null,
    afterHoursPerDay: null,
    exportsPerDay: 2_000,
  },
  'virtual-agent': unlimited,
  visitor: unlimited,
  system: { ...unlimited, conversationsPerHour: 2_000 },
}

export const defaultPolicy: Policy = { budgets: defaultBudgets, hours: null, retentionDays: null }

/** What is kept of an erased id: enough to refuse it, and not the id. */
export function tombstoneOf(id: string): string {
  return hash('sha256', `candor tombstone 1 ${id}`, 'base64url').slice(0, 22)
}

export function emptyState(): State {
  return {
    logKey: null,
    tenants: new Map(),
    sessionKeys: new Map(),
    alarms: [],
    releaseRoot: null,
    releases: new Map(),
  }
}

export function actorKey(actor: { kind: ActorKind; id: string }): string {
  return `${actor.kind} ${actor.id}`
}

export function holdKey(scope: Hold['scope'], subject: string): string {
  return `${scope} ${subject}`
}

export function applyEffect(state: State, effect: Effect): void {
  switch (effect.kind) {
    case 'log-key':
      state.logKey = { sealed: effect.sealed, publicKey: effect.publicKey }
      return
    case 'tenant':
      state.tenants.set(effect.tenant, {
        pseudonymKey: effect.pseudonymKey,
        epochKeys: [],
        destroyedEpochs: new Set(),
        policy: defaultPolicy,
        suspensions: new Map(),
        erased: new Map(),
        wholeErased: false,
        holds: new Map(),
      })
      return
    case 'session-key':
      state.sessionKeys.set(effect.key, effect)
      return
    case 'session-ended':
      for (const [id, key] of state.sessionKeys)
        if (key.session === effect.session) state.sessionKeys.delete(id)
      return
    case 'alarm':
      state.alarms.push(effect.alarm)
      if (state.alarms.length > alarmsHeldMax) state.alarms.shift()
      return
    case 'release-root':
      state.releaseRoot = effect.root
      return
    case 'release': {
      const { id, pin, expires, index } = effect
      const revoked = state.releases.get(id)?.revoked ?? null
      state.releases.set(id, { pin, expires, index, revoked })
      return
    }
    case 'release-revoked': {
      const { id, index } = effect
      const known = state.releases.get(id) ?? { pin: '', expires: 0, index: -1 }
      state.releases.set(id, { ...known, revoked: index })
      return
    }
    default:
  }
  const tenant = state.tenants.get(effect.tenant)!
  switch (effect.kind) {
    case 'epoch-key': {
      const { id, publicKey, sealed, at, until } = effect
      tenant.epochKeys.push({ id, publicKey, sealed, at, until })
      return
    }
    case 'epochs-destroyed': {
      tenant.epochKeys = tenant.epochKeys.filter(({ id }) => !effect.ids.includes(id))
      for (const id of effect.ids) tenant.destroyedEpochs.add(id)
      // What was erased before the oldest key that is left was sealed under keys that are gone.
      const oldest = Math.min(...tenant.epochKeys.map(({ at }) => at))
      for (const [id, at] of tenant.erased) if (at < oldest) tenant.erased.delete(id)
      return
    }
    case 'policy':
      tenant.policy = effect.policy
      return
    case 'suspension':
      tenant.suspensions.set(actorKey(effect.suspension.actor), effect.suspension)
      return
    case 'reinstatement':
      tenant.suspensions.delete(actorKey(effect.actor))
      return
    case 'erasure':
      for (const tombstone of effect.tombstones) tenant.erased.set(tombstone, effect.at)
      if (effect.whole) {
        tenant.wholeErased = true
        tenant.epochKeys = []
        tenant.pseudonymKey = ''
      }
      return
    case 'hold': {
      const { scope, subject, reason, at, by } = effect
      const key = holdKey(scope, subject)
      if (effect.on) tenant.holds.set(key, { scope, subject, reason, at, by })
      else tenant.holds.delete(key)
      return
    }
  }
}

/** Whether a moment lies outside the hours; false where a tenant has none. */
export function isAfterHours(hours: OpeningHours | null, atMs: number): boolean {
  if (hours === null) return false
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: hours.timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(atMs)
  const of = (type: string): string => parts.find((part) => part.type === type)!.value
  const day = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(of('weekday')) + 1
  const time = `${of('hour')}:${of('minute')}`
  if (!hours.days.includes(day)) return true
  return hours.from <= hours.to
    ? time < hours.from || time >= hours.to
    : time < hours.from && time >= hours.to
}

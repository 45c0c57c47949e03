import type {
  AccessEntries,
  AccessEntry,
  AccessLogStatus,
  AccessPolicy,
  AccessReview,
  LegalHold,
} from '@candor/protocol/api.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import {
  type ActorKind,
  type EntryFilter,
  type ListedEntry,
  type Op,
  type Requests,
} from '@candor/keyholder/frames.ts'
import type { AccessChange } from '../tenants/access-changes.ts'
import type { Actor } from '../tenants/actor.ts'
import { logActor, refuseAsKeyholder } from './access.ts'
import type { Keyholder } from './keyholder-port.ts'

/** Which entries; ids as the tenant knows them. */
export interface EntryQuery {
  conversation?: string
  customer?: string
  actor?: { kind: ActorKind; id: string }
  from?: string
  until?: string
  type?: ListedEntry['type'] | undefined
}

/** What a tenant's people can ask of the access log and of the keyholder's policy. */
export interface AccessLog {
  status(): Promise<AccessLogStatus>
  entries(
    tenant: string,
    query: EntryQuery,
    page: { cursor: string | null; limit: number },
  ): Promise<AccessEntries>
  /** A proof bundle's JSON text. */
  bundle(tenant: string, query: EntryQuery): Promise<string>
  review(tenant: string, days: number): Promise<AccessReview>
  policy(tenant: string): Promise<AccessPolicy>
  setPolicy(by: Actor, policy: AccessPolicy): Promise<{ index: number }>
  reinstate(by: Actor, actor: { kind: ActorKind; id: string }): Promise<{ index: number }>
  holds(tenant: string): Promise<LegalHold[]>
  hold(
    by: Actor,
    hold: { scope: LegalHold['scope']; subject: string; reason: string; on: boolean },
  ): Promise<{ index: number }>
  /** The key with which a person's browser signs. */
  registerSessionKey(actor: Actor, publicKey: string): Promise<{ key: string; entry: number }>
  sessionEnded(session: string): Promise<void>
  /** Something that widens who can read what, or an act of the operator. Durable before it is done. */
  record(what: {
    type: 'operator' | 'access-widened'
    tenant: string | null
    by: Actor | null
    what: string
  }): Promise<number>
  /** Who may enter, as what, or from where, before it changes. @throws Refusal `busy` when it cannot be written. */
  accessChanged(change: AccessChange): Promise<void>
  /**
   * The kill switch was used, or is undone. @throws Refusal `history_unavailable` while the keyholder is away: the
   * entry may be there all the same.
   */
  contained(by: Actor, what: string, begun: boolean): Promise<{ index: number }>
  /** Destroys, by the keyholder, what `erase` of the room `conversations` then deletes. */
  erase(
    by: Actor,
    what: {
      what: 'conversations' | 'customer' | 'tenant' | 'retention'
      conversations: string[]
      customers: string[]
    },
  ): Promise<{ index: number; at: string }>
  destroyEpochs(by: Actor, inUse: readonly string[], known: readonly string[]): Promise<number>
}

/** The operator's own acts, which belong to no tenant and no person of one. */
const operator = { kind: 'operator' as const, id: '00000000-0000-0000-0000-000000000000', name: 'Operator' }

export function openAccessLog(options: {
  keyholder: Keyholder
  /** A customer may have been known under several ids before. */
  customerIds(tenant: string, customer: string): Promise<string[]>
}): AccessLog {
  const { keyholder } = options
  const ask = <Name extends Op>(op: Name, what: Requests[Name]['ask']): Promise<Requests[Name]['answer']> =>
    keyholder.ask(op, what).catch((caught: unknown) => {
      // What a person typed in reaches the keyholder as it is; it says which field it does not take.
      if (caught instanceof Error && (caught as { code?: string }).code === 'malformed')
        throw new Refusal('invalid_field', caught.message, { cause: caught })
      return refuseAsKeyholder(caught)
    })

  async function filterOf(tenant: string, query: EntryQuery): Promise<EntryFilter> {
    const { customer, type, ...rest } = query
    return {
      ...rest,
      ...(customer === undefined ? {} : { customers: await options.customerIds(tenant, customer) }),
      ...(type === undefined ? {} : { types: [type] }),
    }
  }

  return {
    async status() {
      const { witnesses, ...status } = await ask('status', {})
      const { origin, vkey, size, entries, checkpointAt, quorum } = status
      return {
        ...{ origin, vkey, size, entries, checkpointAt, quorum },
        witnesses: witnesses.map(({ vkey: witness, at, fault }) => ({ vkey: witness, at, fault })),
      }
    },

    async entries(tenant, query, { cursor, limit }) {
      const filter = await filterOf(tenant, query)
      const before = cursor === null ? {} : { before: parseCursor(cursor) }
      const page = await ask('entries', { tenant, filter: { ...filter, ...before }, limit })
      return {
        items: page.items.map(entryOf),
        next: page.more ? String(page.items.at(-1)!.index) : null,
      }
    },

    async bundle(tenant, query) {
      return (await ask('bundle', { tenant, filter: await filterOf(tenant, query) })).bundle
    },

    async review(tenant, days) {
      const [review, suspensions, alarms] = await Promise.all([
        ask('review', { tenant, days }),
        ask('suspensions', { tenant }),
        ask('alarms', { tenant }),
      ])
      return {
        rows: review.items,
        suspensions: suspensions.items,
        alarms: alarms.items.map(({ index, at, kind, actor, detail }) => ({
          index,
          at,
          kind,
          actor,
          detail,
        })),
      } as AccessReview
    },

    async policy(tenant) {
      const { budgets, hours, retentionDays } = await ask('policy', { tenant })
      const { agent, supervisor, administrator, api } = budgets
      return {
        budgets: { agent, supervisor, administrator, 'privacy-officer': budgets['privacy-officer'], api },
        hours,
        retentionDays,
      }
    },

    async setPolicy(by, policy) {
      const before = await ask('policy', { tenant: by.tenant })
      const budgets = { ...before.budgets, ...policy.budgets }
      return ask('set-policy', { tenant: by.tenant, by: logActor(by), policy: { ...policy, budgets } })
    },

    reinstate: (by, actor) => ask('reinstate', { tenant: by.tenant, by: logActor(by), actor }),

    async holds(tenant) {
      return (await ask('holds', { tenant })).items as LegalHold[]
    },

    hold: (by, hold) => ask('hold', { tenant: by.tenant, by: logActor(by), ...hold }),

    async registerSessionKey(actor, publicKey) {
      const { tenant, session } = actor
      if (session === undefined) throw new Refusal('not_allowed')
      const made = await ask('session-key', { tenant, person: logActor(actor), session, publicKey })
      return { key: made.key, entry: made.index }
    },

    async sessionEnded(session) {
      await ask('session-ended', { session })
    },

    async record({ type, tenant, by, what }) {
      const actor = by === null ? operator : logActor(by)
      return (await ask('record', { type, tenant, actor, what })).index
    },

    async accessChanged({ tenant, by, at: _at, what, subject, ...more }) {
      const about = Object.entries(more).map(([name, value]) => `, ${name} ${value}`)
      try {
        await ask('record', {
          type: 'access-widened',
          tenant,
          actor: logActor(by),
          what: `${what}: ${subject}${about.join('')}`,
        })
      } catch (caught) {
        if (!(caught instanceof Refusal && caught.code === 'history_unavailable')) throw caught
        throw new Refusal('busy', 'The access log cannot be written right now; nothing was changed.', {
          retryAfterMs: caught.retryAfterMs ?? 2_000,
          cause: caught,
        })
      }
    },

    contained: (by, what, begun) => ask('contain', { tenant: by.tenant, by: logActor(by), what, begun }),

    erase: (by, what) => ask('erase', { tenant: by.tenant, by: logActor(by), ...what }),

    async destroyEpochs(by, inUse, known) {
      const keys = known.filter((id) => !inUse.includes(id))
      if (keys.length === 0) return 0
      return (await ask('destroy-epochs', { tenant: by.tenant, by: logActor(by), keys })).destroyed
    },
  }
}

function entryOf(listed: ListedEntry): AccessEntry {
  const { detail } = listed
  return {
    index: listed.index,
    at: listed.at,
    type: listed.type,
    purpose: listed.purpose,
    outcome: listed.outcome,
    range: listed.range,
    actor: (detail?.actor ?? null) as AccessEntry['actor'],
    conversation: detail?.conversation ?? null,
    customer: detail?.customer ?? null,
    pseudonyms: listed.pseudonyms,
    offAssignment: detail?.offAssignment ?? false,
    afterHours: detail?.afterHours ?? false,
    signed: detail?.proof !== undefined,
    what: detail?.what ?? null,
    erased: detail === null,
  }
}

function parseCursor(cursor: string): number {
  if (!/^\d{1,15}$/.test(cursor))
    throw new Refusal('invalid_field', 'The cursor is not one of ours.', { field: 'cursor' })
  return Number(cursor)
}

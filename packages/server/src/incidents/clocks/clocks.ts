import { isDeepStrictEqual } from 'node:util'
import {
  counselConfirms,
  type ClockFacts,
  type ClockHistory,
  type ClockList,
  type ClockRule,
} from '@candor/protocol/incidents-api.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { Clock } from '../../clock.ts'
import type { Ids } from '../../ids.ts'
import type { Query, Store } from '../../store/store.ts'
import type { Actor } from '../../tenants/actor.ts'
import { clockChanges } from './clock-history.ts'
import { clocksFor } from './clocks-for.ts'
import { mergedNotices } from './merge-notices.ts'
import { nothingKnown, parseCaseFacts, parseLifted, parseMet, parsePause } from './parse-clock-facts.ts'
import { parseOwnRule } from './parse-clock-rule.ts'
import { shippedRules } from './rules/shipped-rules.ts'

/** The clocks of a tenant's incidents. Each deed answers what the clocks say after it. */
export interface Clocks {
  /** @throws Refusal `not_found` where nothing is known of the incident */
  list(tenant: string, incident: string): Promise<ClockList>
  /** What moved which clock, newest first. @throws Refusal `not_found` */
  history(tenant: string, incident: string): Promise<ClockHistory[]>
  /**
   * The case says what it knows; what is left out stays. The first time, with revision 0, begins the clocks.
   * @param revision the one that was read; null: whatever it is (a scope that was computed anew).
   * @throws Refusal `draft_changed` where somebody else came in between
   */
  setFacts(
    by: Actor,
    incident: string,
    deed: { request: string; revision: number | null; facts: unknown },
  ): Promise<ClockList>
  /** The request's id becomes the pause's. */
  pause(by: Actor, incident: string, request: string, given: unknown): Promise<ClockList>
  resume(by: Actor, incident: string, request: string, pause: string, given: unknown): Promise<ClockList>
  /** @throws Refusal `state_conflict` where there is no such clock, or it was met already */
  met(by: Actor, incident: string, request: string, given: unknown): Promise<ClockList>
  /** Those that come with Candor, then the tenant's own. */
  rules(tenant: string): Promise<ClockRule[]>
  addRule(by: Actor, request: string, given: unknown): Promise<ClockRule>
  withdrawRule(by: Actor, id: string, version: number): Promise<void>
}

/** A revision is a decision of a person, or a scope that was computed anew; more of them are a fault of a program. */
const revisionsMax = 5_000
/** Each is looked at for each incident whenever somebody looks. */
const ownRulesMax = 200
/** Requests that overlap are one stretch; nobody lifts more. */
const pausesMax = 100
const historyMax = 2_000

export function openClocks(options: { store: Store; clock: Clock; ids: Ids }): Clocks {
  const { store, clock, ids } = options

  function listOf(known: Known, rules: readonly ClockRule[]): ClockList {
    const now = clock.now()
    const items = clocksFor(known.facts, rules, now)
    return {
      items,
      notices: mergedNotices(items, rules),
      facts: known.facts,
      revision: known.revision,
      confirm: counselConfirms,
      now: new Date(now).toISOString(),
    }
  }

  /** One decision: a revision of its own, with what it did to which clock. */
  function decide(
    by: Actor,
    incident: string,
    deed: { request: string; what: Deed; begins?: boolean },
    act: (known: Known, now: number, rules: readonly ClockRule[]) => { facts: ClockFacts; note: string },
  ): Promise<ClockList> {
    return store.write(by.tenant, async (q) => {
      await alone(q, by.tenant)
      const rules = await rulesOf(q, by.tenant)
      const known = await newest(q, by.tenant, incident)
      const [replayed] = await q<{ what: string }>(
        'select what from incident_clock_facts where tenant_id = $1 and incident_id = $2 and request = $3',
        [by.tenant, incident, deed.request],
      )
      if (replayed !== undefined && replayed.what !== deed.what) throw new Refusal('idempotency_conflict')
      if (replayed !== undefined) return listOf(known!, rules)
      if (known === null && deed.begins !== true) throw new Refusal('not_found')
      const former = known ?? { revision: 0, facts: nothingKnown }
      const now = clock.now()
      const { facts, note } = act(former, now, rules)
      if (known !== null && isDeepStrictEqual(facts, known.facts)) return listOf(known, rules)
      if (former.revision >= revisionsMax)
        throw new Refusal('too_many', `An incident has at most ${revisionsMax} decisions on its clocks.`)
      const revision = former.revision + 1
      await q(
        `insert into incident_clock_facts
           (tenant_id, incident_id, revision, request, what, note, facts, decided_by, decided_by_name, decided_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
        [
          by.tenant,
          incident,
          revision,
          deed.request,
          deed.what,
          note,
          JSON.stringify(facts),
          by.id,
          by.name,
          new Date(now),
        ],
      )
      const after = { facts, rules }
      await record(
        q,
        by.tenant,
        incident,
        clockChanges({ before: { facts: former.facts, rules }, after, now, by: by.name }),
      )
      return listOf({ revision, facts }, rules)
    })
  }

  async function record(q: Query, tenant: string, incident: string, changes: ClockHistory[]): Promise<void> {
    if (changes.length === 0) return
    await q(
      `insert into incident_clock_changes (tenant_id, incident_id, id, change)
       select $1, $2, x.id, x.change from json_to_recordset($3) as x (id uuid, change json)`,
      [tenant, incident, JSON.stringify(changes.map((change) => ({ id: ids.next(), change })))],
    )
  }

  /** A rule came or went: what that does to each incident is in its history. */
  async function rulesChanged(q: Query, by: Actor, before: ClockRule[], after: ClockRule[]): Promise<void> {
    const now = clock.now()
    const incidents = await q<{ incident_id: string; facts: ClockFacts }>(
      `select distinct on (incident_id) incident_id, facts from incident_clock_facts
       where tenant_id = $1 order by incident_id, revision desc`,
      [by.tenant],
    )
    for (const { incident_id: incident, facts } of incidents) {
      const changes = clockChanges({
        before: { facts, rules: before },
        after: { facts, rules: after },
        now,
        by: by.name,
      })
      await record(q, by.tenant, incident, changes)
    }
  }

  return {
    list: (tenant, incident) =>
      store.read(tenant, async (q) => {
        const known = await newest(q, tenant, incident)
        if (known === null) throw new Refusal('not_found')
        return listOf(known, await rulesOf(q, tenant))
      }),

    history: (tenant, incident) =>
      store.read(tenant, async (q) => {
        if ((await newest(q, tenant, incident)) === null) throw new Refusal('not_found')
        const rows = await q<{ change: ClockHistory }>(
          `select change from incident_clock_changes where tenant_id = $1 and incident_id = $2
           order by id desc limit $3`,
          [tenant, incident, historyMax],
        )
        return rows.map(({ change }) => change)
      }),

    setFacts: (by, incident, { request, revision, facts }) =>
      decide(by, incident, { request, what: 'facts', begins: true }, (known, now) => {
        if (revision !== null && revision !== known.revision)
          throw new Refusal('draft_changed', `The facts are at revision ${known.revision} by now.`)
        const { pauses, met, ...before } = known.facts
        return {
          facts: { ...parseCaseFacts(facts, before, now), pauses, met },
          note: 'What is known of the incident',
        }
      }),

    pause: (by, incident, request, given) =>
      decide(by, incident, { request, what: 'pause' }, ({ facts }, now) => {
        const pause = parsePause(given, request, now)
        if (facts.pauses.length >= pausesMax)
          throw new Refusal('too_many', `An incident has at most ${pausesMax} pauses.`)
        return { facts: { ...facts, pauses: [...facts.pauses, pause] }, note: pause.reason }
      }),

    resume: (by, incident, request, id, given) =>
      decide(by, incident, { request, what: 'resume' }, ({ facts }, now) => {
        const pause = facts.pauses.find((known) => known.id === id)
        if (pause === undefined) throw new Refusal('not_found')
        if (pause.until !== null) throw new Refusal('state_conflict', `It was lifted ${pause.until}.`)
        const lifted = { ...pause, until: parseLifted(given, pause, now) }
        const pauses = facts.pauses.map((known) => (known === pause ? lifted : known))
        return { facts: { ...facts, pauses }, note: `Lifted: ${pause.reason}` }
      }),

    met: (by, incident, request, given) =>
      decide(by, incident, { request, what: 'met' }, ({ facts }, now, rules) => {
        const met = parseMet(given, now)
        const found = clocksFor(facts, rules, now).find(({ id }) => id === met.clock)
        if (found === undefined) throw new Refusal('state_conflict', 'This incident has no such clock.')
        if (found.met !== null) throw new Refusal('state_conflict', `It was met ${found.met.at}.`)
        return { facts: { ...facts, met: [...facts.met, met] }, note: met.evidence }
      }),

    rules: (tenant) => store.read(tenant, (q) => rulesOf(q, tenant)),

    addRule: (by, request, given) => {
      const rule = parseOwnRule(given)
      return store.write(by.tenant, async (q) => {
        await alone(q, by.tenant)
        const before = await rulesOf(q, by.tenant)
        const [replayed] = await q<{ rule: ClockRule }>(
          'select rule from incident_clock_rules where tenant_id = $1 and request = $2',
          [by.tenant, request],
        )
        if (replayed !== undefined) {
          if (isDeepStrictEqual(replayed.rule, rule)) return rule
          throw new Refusal('idempotency_conflict')
        }
        const own = await q<{ version: number; rule: ClockRule; withdrawn: boolean }>(
          `select version, rule, withdrawn_at is not null as withdrawn from incident_clock_rules
           where tenant_id = $1 and id = $2`,
          [by.tenant, rule.id],
        )
        if (own.some(({ version }) => version === rule.version))
          throw new Refusal(
            'state_conflict',
            `There is a version ${rule.version} of this rule; give it the next one.`,
          )
        if (own.some((other) => !other.withdrawn && overlap(other.rule, rule)))
          throw new Refusal('invalid_field', 'The field effective overlaps another version of this rule.', {
            field: 'effective',
          })
        if (before.length - shippedRules.length >= ownRulesMax)
          throw new Refusal('too_many', `A tenant has at most ${ownRulesMax} rules of its own.`)
        await q(
          `insert into incident_clock_rules
             (tenant_id, id, version, request, rule, added_by, added_by_name, added_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8)`,
          [
            by.tenant,
            rule.id,
            rule.version,
            request,
            JSON.stringify(rule),
            by.id,
            by.name,
            new Date(clock.now()),
          ],
        )
        await rulesChanged(q, by, before, await rulesOf(q, by.tenant))
        return rule
      })
    },

    withdrawRule: (by, id, version) =>
      store.write(by.tenant, async (q) => {
        await alone(q, by.tenant)
        const before = await rulesOf(q, by.tenant)
        const gone = await q(
          `update incident_clock_rules set withdrawn_by_name = $4, withdrawn_at = $5
           where tenant_id = $1 and id = $2 and version = $3 and withdrawn_at is null returning id`,
          [by.tenant, id, version, by.name, new Date(clock.now())],
        )
        if (gone.length === 0) throw new Refusal('not_found')
        await rulesChanged(q, by, before, await rulesOf(q, by.tenant))
      }),
  }
}

type Deed = 'facts' | 'pause' | 'resume' | 'met'

interface Known {
  revision: number
  facts: ClockFacts
}

/** One at a time for each tenant: a rule that comes and facts that change would each be judged by the other's past. */
async function alone(q: Query, tenant: string): Promise<void> {
  await q('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`incident clocks ${tenant}`])
}

async function newest(q: Query, tenant: string, incident: string): Promise<Known | null> {
  const [row] = await q<Known>(
    `select revision, facts from incident_clock_facts where tenant_id = $1 and incident_id = $2
     order by revision desc limit 1`,
    [tenant, incident],
  )
  return row ?? null
}

async function rulesOf(q: Query, tenant: string): Promise<ClockRule[]> {
  const rows = await q<{ rule: ClockRule }>(
    `select rule from incident_clock_rules where tenant_id = $1 and withdrawn_at is null order by id, version`,
    [tenant],
  )
  return [...shippedRules, ...rows.map(({ rule }) => rule)]
}

/** Days on which both would be in force: a clock would be there twice. */
function overlap({ effective: a }: ClockRule, { effective: b }: ClockRule): boolean {
  const begins = (a.from ?? '') < (b.until ?? '9')
  return begins && (b.from ?? '') < (a.until ?? '9')
}

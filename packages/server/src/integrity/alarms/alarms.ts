import type { AlarmDecision, AlarmKind, IntegrityAlarm } from '@candor/protocol/integrity-api.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { Query, Store } from '../../store/store.ts'
import type { Actor } from '../../tenants/actor.ts'
import type { ObservedBatch } from '../../visits/observed-batch.ts'
import {
  addNetworks,
  compared,
  readAlarms,
  saveAlarms,
  type AlarmNetwork,
  type StoredAlarm,
} from './alarm-rows.ts'
import { alarmKey, weights, type Sighting } from './sighting.ts'

/**
 * What was found, until somebody decides. For each kind, page, script and hash there is one current alarm, which counts
 * on; one that was dismissed or approved keeps quiet about the same thing for a while.
 */
export interface Alarms {
  /** What a batch showed: alarms are raised, or counted on. Written before anybody is told. */
  apply(tenant: string, sightings: readonly Sighting[], batch: ObservedBatch | null): Promise<void>
  /** For what is found elsewhere: by the watcher, by the monitor of releases. @returns the current alarm */
  raise(tenant: string, found: Found): Promise<IntegrityAlarm>
  /** Told once of each alarm, after it was written. What it answers is the containment that it began. */
  onAlarm(listener: (tenant: string, alarm: IntegrityAlarm) => Promise<string | null>): void
  /** Newest first. */
  list(tenant: string, filter: { state?: IntegrityAlarm['state']; limit: number }): Promise<IntegrityAlarm[]>
  stored(tenant: string, id: string): Promise<StoredAlarm>
  /** The same decision again changes nothing. @throws Refusal `not_found`, `state_conflict` */
  decide(
    by: Actor,
    id: string,
    decision: AlarmDecision,
    more: { justification: string; containment?: string; request: string },
  ): Promise<IntegrityAlarm>
  /** Alarms that a decision about the inventory answers, wherever they stand. */
  settle(
    by: Actor,
    which: (alarm: StoredAlarm) => boolean,
    state: 'approved' | 'dismissed',
    justification: string,
  ): Promise<void>
  openByTemplate(tenant: string): Promise<Map<number, number>>
  /** Until what was under way is done. */
  settled(): Promise<void>
}

export interface Found {
  kind: AlarmKind
  page: string | null
  script?: string | null
  hash?: string | null
  /** One sentence. */
  what: string
  at: number
}

/** Open at once, of one tenant. Above it only what several networks showed, or proves something, is raised. */
const openMax = 1_000
/** By one network alone, in a day: a forger's network has used this up quickly, a visitor's never. */
const raisedOfNetworkMax = 20
/** Networks written down for one alarm and day. */
const networksOfDayMax = 5_000
const dayMs = 24 * 3_600_000
/** How long the same is not raised again. What an approval changes in the inventory is for ever. */
const quietMs: Partial<Record<IntegrityAlarm['state'], number>> = {
  dismissed: 7 * dayMs,
  approved: 90 * dayMs,
}
const current = new Set<IntegrityAlarm['state']>(['open', 'contained', 'incident'])
const tenantsHeldMax = 500

interface Held {
  /** Current ones, and those that keep quiet, by key. */
  alarms: Map<string, StoredAlarm>
  /** Networks of today, by alarm. */
  networks: Map<string, { day: number; networks: Set<string> }>
}

export function openAlarms(options: {
  store: Store
  now: () => number
  newId: () => string
  bodyKept(tenant: string, hash: string): Promise<boolean>
  log: (event: Record<string, unknown>) => void
}): Alarms {
  const { store, now, newId, log } = options
  const tenants = new Map<string, Promise<Held>>()
  const listeners: ((tenant: string, alarm: IntegrityAlarm) => Promise<string | null>)[] = []
  const raisedBy = new Map<string, { day: number; count: number }>()
  let telling: Promise<unknown> = Promise.resolve()

  function heldOf(tenant: string): Promise<Held> {
    const known = tenants.get(tenant) ?? load(tenant)
    tenants.delete(tenant)
    if (tenants.size >= tenantsHeldMax) tenants.delete(tenants.keys().next().value!)
    tenants.set(tenant, known)
    known.catch(() => tenants.delete(tenant))
    return known
  }

  async function load(tenant: string): Promise<Held> {
    return store.read(tenant, async (q) => {
      const rows = await readAlarms(
        q,
        tenant,
        `and (state in ('open', 'contained', 'incident') or decided_at > $2) order by raised_at`,
        [new Date(now() - quietMs.approved!)],
      )
      return { alarms: new Map(rows.map((row) => [row.key, row])), networks: new Map() }
    })
  }

  function isQuiet({ state, at }: StoredAlarm): boolean {
    const quiet = quietMs[state]
    return quiet !== undefined && at !== null && now() - at < quiet
  }

  /** Whether one network alone may raise one more today. */
  function mayRaise(tenant: string, held: Held, sighting: Sighting): boolean {
    if (sighting.several || sighting.networks.size > 1 || weights[sighting.kind] === 'proof') return true
    let open = 0
    for (const { state } of held.alarms.values()) if (state === 'open') open++
    if (open >= openMax) return false
    const [network] = sighting.networks.keys()
    if (network === undefined) return true
    const key = `${tenant} ${network}`
    const day = Math.floor(now() / dayMs)
    const before = raisedBy.get(key)
    const count = before?.day === day ? before.count : 0
    if (count >= raisedOfNetworkMax) return false
    raisedBy.delete(key)
    if (raisedBy.size >= 20_000) raisedBy.delete(raisedBy.keys().next().value!)
    raisedBy.set(key, { day, count: count + 1 })
    return true
  }

  function counted(alarm: StoredAlarm, held: Held, sighting: Sighting): AlarmNetwork[] {
    const day = Math.floor(sighting.at / dayMs)
    let today = held.networks.get(alarm.id)
    if (today === undefined || today.day !== day)
      held.networks.set(alarm.id, (today = { day, networks: new Set() }))
    const rows: AlarmNetwork[] = []
    let views = 0
    let reports = 0
    for (const [network, shown] of sighting.networks) {
      views += shown.views
      reports += shown.reports
      if (!today.networks.has(network) && today.networks.size >= networksOfDayMax) continue
      today.networks.add(network)
      rows.push({ alarm: alarm.id, day, network, ...shown, pageViews: 0 })
    }
    alarm.views = sighting.total ? Math.max(alarm.views, views) : alarm.views + views
    alarm.reports = sighting.total ? Math.max(alarm.reports, reports) : alarm.reports + reports
    alarm.share = sighting.share
    alarm.sources = Math.max(alarm.sources, today.networks.size)
    alarm.several ||= sighting.several || today.networks.size > 1
    alarm.firstAt = Math.min(alarm.firstAt, sighting.at)
    alarm.lastAt = Math.max(alarm.lastAt, sighting.at)
    alarm.what = sighting.what
    return sighting.total ? [] : rows
  }

  function made(sighting: Sighting): StoredAlarm {
    const { kind, template, page, script, hash, what, at, several } = sighting
    return {
      id: newId(), kind, weight: weights[kind], template, page, script, hash, key: alarmKey(sighting), what,
      firstAt: at, lastAt: at, raisedAt: now(), views: 0, reports: 0, share: null, sources: 0, several,
      state: 'open', by: null, at: null, justification: null, containment: null,
    } // prettier-ignore
  }

  async function apply(
    tenant: string,
    sightings: readonly Sighting[],
    batch: ObservedBatch | null,
  ): Promise<StoredAlarm[]> {
    const held = await heldOf(tenant)
    const touched = new Set<StoredAlarm>()
    const raised: StoredAlarm[] = []
    const networks: AlarmNetwork[] = []
    for (const sighting of sightings) {
      const key = alarmKey(sighting)
      let alarm = held.alarms.get(key)
      if (alarm !== undefined && isQuiet(alarm)) continue
      if (alarm === undefined || !current.has(alarm.state)) {
        if (!mayRaise(tenant, held, sighting)) continue
        alarm = made(sighting)
        held.alarms.set(key, alarm)
        raised.push(alarm)
      }
      networks.push(...counted(alarm, held, sighting))
      touched.add(alarm)
    }
    networks.push(...pageViewsIn(held, batch))
    if (touched.size + networks.length === 0) return []
    try {
      await store.write(tenant, async (q) => {
        await saveAlarms(q, tenant, [...touched])
        await addNetworks(q, tenant, merged(networks))
      })
    } catch (caught) {
      // Memory went ahead of the database; it is read again.
      tenants.delete(tenant)
      throw caught
    }
    for (const alarm of raised) telling = telling.then(() => tell(tenant, alarm))
    return [...touched]
  }

  async function tell(tenant: string, alarm: StoredAlarm): Promise<void> {
    for (const listener of listeners)
      try {
        const containment = await listener(tenant, await shownOne(tenant, alarm))
        if (containment === null || alarm.state !== 'open') continue
        alarm.state = 'contained'
        alarm.by = 'Playbook'
        alarm.at = now()
        alarm.containment = containment
        await store.write(tenant, (q) => saveAlarms(q, tenant, [alarm]))
      } catch (caught) {
        log({
          level: 'error',
          event: 'alarm not told',
          alarm: alarm.kind,
          reason: String((caught as Error).name),
        })
      }
  }

  async function shown(q: Query, tenant: string, alarms: readonly StoredAlarm[]): Promise<IntegrityAlarm[]> {
    const comparison = await compared(
      q,
      tenant,
      alarms.map(({ id }) => id),
    )
    const list: IntegrityAlarm[] = []
    for (const alarm of alarms) {
      const bodyKept = alarm.hash !== null && (await options.bodyKept(tenant, alarm.hash))
      const against = comparison.get(alarm.id)
      list.push({
        id: alarm.id,
        kind: alarm.kind,
        weight: alarm.weight,
        template: alarm.page,
        page: alarm.page,
        script: alarm.script,
        hash: alarm.hash,
        what: alarm.what,
        firstSeenAt: new Date(alarm.firstAt).toISOString(),
        lastSeenAt: new Date(alarm.lastAt).toISOString(),
        raisedAt: new Date(alarm.raisedAt).toISOString(),
        views: Math.max(alarm.views, alarm.reports),
        share: alarm.share,
        sources: alarm.sources,
        state: alarm.state,
        by: alarm.by,
        at: alarm.at === null ? null : new Date(alarm.at).toISOString(),
        containment: alarm.containment,
        bodyKept,
        standing:
          bodyKept || alarm.weight === 'proof'
            ? 'fetched'
            : alarm.several
              ? 'several-networks'
              : 'one-network',
        ...(against === undefined ? {} : { compared: against }),
        justification: alarm.justification,
      })
    }
    return list
  }

  async function shownOne(tenant: string, alarm: StoredAlarm): Promise<IntegrityAlarm> {
    return store.read(tenant, async (q) => (await shown(q, tenant, [alarm]))[0]!)
  }

  async function stored(tenant: string, id: string): Promise<StoredAlarm> {
    const { alarms } = await heldOf(tenant)
    const known = [...alarms.values()].find((each) => each.id === id)
    if (known !== undefined) return known
    const [row] = await store.read(tenant, (q) => readAlarms(q, tenant, 'and id = $2', [id]))
    if (row === undefined) throw new Refusal('not_found')
    return row
  }

  return {
    async apply(tenant, sightings, batch) {
      await apply(tenant, sightings, batch)
    },

    async raise(tenant, { kind, page, script = null, hash = null, what, at }) {
      const template =
        page === null
          ? 0
          : ((
              await store.read(tenant, (q) =>
                q<{ id: number }>(
                  'select id from observed_templates where tenant_id = $1 and md5(template) = md5($2)',
                  [tenant, page],
                ),
              )
            )[0]?.id ?? 0)
      // Without a number the page itself tells alarms apart.
      const named = template === 0 && page !== null && script === null ? page : script
      const sighting: Sighting = {
        kind, template, page, script: named, hash, what, at, networks: new Map(), several: true, share: null,
      } // prettier-ignore
      await apply(tenant, [sighting], null)
      const { alarms } = await heldOf(tenant)
      return shownOne(tenant, alarms.get(alarmKey(sighting))!)
    },

    onAlarm(listener) {
      listeners.push(listener)
    },

    async list(tenant, { state, limit }) {
      return store.read(tenant, async (q) => {
        const rows = await readAlarms(
          q,
          tenant,
          `and ($2::text is null or state = $2) order by raised_at desc, id desc limit $3`,
          [state ?? null, limit],
        )
        return shown(q, tenant, rows)
      })
    },

    stored,

    async decide(by, id, decision, { justification, containment, request }) {
      const { tenant } = by
      const alarm = await stored(tenant, id)
      const state = states[decision]
      if (alarm.state === state) return shownOne(tenant, alarm)
      if (!follows(alarm.state, state))
        throw new Refusal('state_conflict', `This alarm was ${alarm.state} already.`, { field: 'decision' })
      Object.assign(alarm, { state, by: by.name, at: now(), justification })
      if (containment !== undefined) alarm.containment = containment
      const held = await heldOf(tenant)
      held.alarms.set(alarm.key, alarm)
      await store.write(tenant, async (q) => {
        await saveAlarms(q, tenant, [alarm])
        await recordDecision(q, by, {
          request,
          at: now(),
          what: `alarm ${decision}`,
          subject: id,
          justification,
        })
      })
      return shownOne(tenant, alarm)
    },

    async settle(by, which, state, justification) {
      const { tenant } = by
      const held = await heldOf(tenant)
      const meant = [...held.alarms.values()].filter((alarm) => alarm.state === 'open' && which(alarm))
      for (const alarm of meant) Object.assign(alarm, { state, by: by.name, at: now(), justification })
      await store.write(tenant, (q) => saveAlarms(q, tenant, meant))
    },

    async openByTemplate(tenant) {
      const { alarms } = await heldOf(tenant)
      const counts = new Map<number, number>()
      for (const { state, template } of alarms.values())
        if (state === 'open') counts.set(template, (counts.get(template) ?? 0) + 1)
      return counts
    },

    async settled() {
      await telling
    },
  }
}

/** Written with the change that it is about. The same request again is one decision. */
export async function recordDecision(
  q: Query,
  by: Actor,
  decision: { request: string; at: number; what: string; subject: string; justification: string },
): Promise<void> {
  await q(
    `insert into integrity_decisions (tenant_id, id, at, by_id, by_name, what, subject, justification)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
    [
      by.tenant,
      decision.request,
      new Date(decision.at),
      by.id,
      by.name,
      decision.what,
      decision.subject,
      decision.justification,
    ],
  )
}

const states: Record<AlarmDecision, IntegrityAlarm['state']> = {
  approve: 'approved',
  dismiss: 'dismissed',
  contain: 'contained',
  incident: 'incident',
}

/** What is decided stays decided, except that what was contained may become an incident, or turn out harmless. */
function follows(from: IntegrityAlarm['state'], to: IntegrityAlarm['state']): boolean {
  return from === 'open' || (from === 'contained' && to !== 'open') || (from === 'incident' && to !== 'open')
}

/** Page views of the batch in the networks of current alarms about their page: what there is to compare with. */
function pageViewsIn(held: Held, batch: ObservedBatch | null): AlarmNetwork[] {
  const views = new Map<number, { day: number; networks: Map<string, number> }>()
  for (const { template, network, again, at } of batch?.views ?? []) {
    if (again) continue
    const of = views.get(template) ?? { day: Math.floor(at / dayMs), networks: new Map<string, number>() }
    of.networks.set(network, (of.networks.get(network) ?? 0) + 1)
    views.set(template, of)
  }
  if (views.size === 0) return []
  const rows: AlarmNetwork[] = []
  for (const alarm of held.alarms.values()) {
    const of = views.get(alarm.template)
    const today = held.networks.get(alarm.id)
    if (of === undefined || today === undefined || today.day !== of.day || !current.has(alarm.state)) continue
    for (const [network, pageViews] of of.networks)
      if (today.networks.has(network))
        rows.push({ alarm: alarm.id, day: today.day, network, views: 0, reports: 0, pageViews })
  }
  return rows
}

function merged(rows: readonly AlarmNetwork[]): AlarmNetwork[] {
  const by = new Map<string, AlarmNetwork>()
  for (const row of rows) {
    const key = `${row.alarm} ${row.day} ${row.network}`
    const known = by.get(key)
    if (known === undefined) by.set(key, { ...row })
    else {
      known.views += row.views
      known.reports += row.reports
      known.pageViews += row.pageViews
    }
  }
  return [...by.values()]
}

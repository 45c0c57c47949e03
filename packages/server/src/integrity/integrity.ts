import type {
  AlarmDecision,
  Containment,
  ContainmentScope,
  IntegrityAlarm,
  IntegrityHome,
  InventoryScript,
  PageTemplate,
  ReleaseRow,
} from '@candor/protocol/integrity-api.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { Clock } from '../clock.ts'
import type { Ids } from '../ids.ts'
import type { Outbound } from '../outbound/outbound.ts'
import type { Store } from '../store/store.ts'
import type { Actor } from '../tenants/actor.ts'
import type { ObservedBatch } from '../visits/observed-batch.ts'
import type { Observations } from '../visits/observations.ts'
import type { StoredAlarm } from './alarms/alarm-rows.ts'
import { openAlarms, recordDecision, type Alarms } from './alarms/alarms.ts'
import { loadHealth } from './alarms/health-rows.ts'
import { judge } from './alarms/judge.ts'
import type { PageHealth } from './alarms/page-health.ts'
import { openBodies, type Bodies } from './bodies/bodies.ts'
import {
  openChangesEvidence,
  scriptsEvidence,
  type ChangesEvidence,
  type ScriptsEvidence,
} from './evidence/evidence.ts'
import type { KnownScript } from './inventory/inventory-state.ts'
import { openInventory, type ScriptDecision } from './inventory/inventory.ts'
import { scriptName } from './inventory/script-name.ts'
import { shownScript } from './inventory/shown-scripts.ts'
import { readLastHour, readPages } from './page-rows.ts'
import { reportingHeaders } from './reporting-headers.ts'

/** What a tenant's pages run, what was found there, and what people decided about it. */
export interface Integrity {
  home(tenant: string): Promise<IntegrityHome>
  pages(tenant: string): Promise<PageTemplate[]>
  /** @param template id of a template; without it those of every page. */
  scripts(tenant: string, template?: string): Promise<InventoryScript[]>
  decideScript(by: Actor, request: string, id: string, given: ScriptDecision): Promise<InventoryScript>
  /** One decision for all that was seen of a page: its baseline. @returns scripts that were not approved before */
  approveTemplate(
    by: Actor,
    request: string,
    template: string,
    given: { justification: string; owner?: string },
  ): Promise<number>
  alarms: Pick<Alarms, 'list' | 'raise' | 'onAlarm' | 'settled'>
  decideAlarm(
    by: Actor,
    request: string,
    id: string,
    decision: AlarmDecision,
    given: { justification?: string; scope?: ContainmentScope },
  ): Promise<IntegrityAlarm>
  body: Bodies['body']
  evidenceOfScripts(tenant: string): Promise<ScriptsEvidence>
  evidenceOfChanges(tenant: string, from: string, to: string): Promise<ChangesEvidence>
  /** Until bodies are fetched and alarms are told. */
  settled(): Promise<void>
  close(): Promise<void>
}

/** What other parts of integrity know, or do. */
export interface IntegrityParts {
  /** Path of the loader in force; null where none is built. */
  loaderPath(): string | null
  watcher(tenant: string): Promise<IntegrityHome['watcher']>
  watcherRuns(tenant: string, fromMs: number, toMs: number): Promise<ChangesEvidence['watcherRuns']>
  containments(tenant: string): Promise<Containment[]>
  release(tenant: string): Promise<ReleaseRow | null>
  /** Switches off; the same id again is the same containment. @returns its id */
  contain(
    by: Actor,
    id: string,
    what: { scope: ContainmentScope; reason: string; alarm: string },
  ): Promise<string>
}

const homeAlarmsMax = 100
const tenantsHeldMax = 500

export function openIntegrity(options: {
  store: Store
  clock: Clock
  ids: Ids
  observations: Pick<Observations, 'onObserved' | 'keep'>
  outbound: Outbound
  pageApproved(tenant: string, url: string): Promise<boolean>
  publicId(tenant: string): Promise<string>
  publicUrl(): string
  parts: IntegrityParts
  log: (event: Record<string, unknown>) => void
}): Integrity {
  const { store, ids, observations, parts, log } = options
  const now = (): number => options.clock.now()
  const newId = (): string => ids.next()
  const inventory = openInventory({ store, now, newId, keep: observations.keep })
  const bodies = openBodies({ store, outbound: options.outbound, now, log })
  const alarms = openAlarms({ store, now, newId, bodyKept: bodies.kept, log })
  const evidenceOfChanges = openChangesEvidence({ store, now, watcherRuns: parts.watcherRuns })
  const health = new Map<string, Promise<Map<number, PageHealth>>>()

  function healthOf(tenant: string): Promise<Map<number, PageHealth>> {
    const known = health.get(tenant) ?? store.read(tenant, (q) => loadHealth(q, tenant, now()))
    health.delete(tenant)
    if (health.size >= tenantsHeldMax) health.delete(health.keys().next().value!)
    health.set(tenant, known)
    known.catch(() => health.delete(tenant))
    return known
  }

  /** Each flush of what was observed: into the inventory, then judged, then told. */
  async function observed(batch: ObservedBatch): Promise<void> {
    const { tenant } = batch
    const before = await healthOf(tenant)
    const seen = await inventory.see(batch)
    const cardPages = new Set(batch.views.filter(({ cardFields }) => cardFields).map(({ page }) => page))
    const approved = new Set<string>()
    for (const page of cardPages) if (await options.pageApproved(tenant, page)) approved.add(page)
    const judged = judge(
      {
        inventory: await inventory.state(tenant),
        health: before,
        cardFieldsApproved: (page) => approved.has(page),
        loaderPath: parts.loaderPath(),
      },
      batch,
      now(),
    )
    for (const [template, page] of judged.health) before.set(template, page)
    for (const { url, hash } of seen.fresh) bodies.want(tenant, url, hash)
    await alarms.apply(tenant, judged.sightings, batch)
  }
  observations.onObserved(observed)

  async function pages(tenant: string): Promise<PageTemplate[]> {
    const rows = await store.read(tenant, (q) => readPages(q, tenant, now()))
    const open = await alarms.openByTemplate(tenant)
    return Promise.all(
      rows.map(async (row) => ({
        ...row,
        cardFieldsApproved: row.cardFields && (await options.pageApproved(tenant, row.template)),
        openAlarms: open.get(Number(row.id)) ?? 0,
      })),
    )
  }

  async function shown(tenant: string, scripts: readonly KnownScript[]): Promise<InventoryScript[]> {
    const known = await healthOf(tenant)
    const hashes = scripts
      .flatMap((script) => [...script.hashes.values()].map(({ hash }) => hash))
      .filter(Boolean)
    const kept = await bodies.keptOf(tenant, hashes)
    return scripts.map((script) => shownScript(script, known.get(script.template), kept))
  }

  async function scripts(tenant: string, template?: string): Promise<InventoryScript[]> {
    const state = await inventory.state(tenant)
    const meant = [...state.scripts.values()].filter(
      (script) => template === undefined || String(script.template) === template,
    )
    const order = (a: KnownScript, b: KnownScript): number =>
      a.templateText.localeCompare(b.templateText) || a.name.localeCompare(b.name)
    return shown(tenant, meant.sort(order))
  }

  async function record(
    by: Actor,
    request: string,
    what: string,
    subject: string,
    justification: string,
  ): Promise<void> {
    await store.write(by.tenant, (q) =>
      recordDecision(q, by, { request, at: now(), what, subject, justification }),
    )
  }

  /** What an approval of an alarm means for the inventory. */
  async function approve(by: Actor, alarm: StoredAlarm, justification: string): Promise<void> {
    const given = { state: 'approved', justification } as const
    switch (alarm.kind) {
      case 'unknown-script':
        await inventory.decideSeen(by, alarm.template, alarm.script!, given)
        break
      case 'unknown-hash':
      case 'two-variants':
        await inventory.decideSeen(by, alarm.template, alarm.script!, {
          ...given,
          ...(alarm.hash === null ? {} : { hash: alarm.hash }),
        })
        break
      case 'new-connect-target':
        await inventory.decideTarget(by, alarm.template, 'a', alarm.hash!, given)
        break
      case 'headers-weakened':
        if (alarm.hash !== null) await inventory.decideTarget(by, alarm.template, 'p', alarm.hash, given)
        break
      case 'card-fields-unapproved':
        if (!(await options.pageApproved(by.tenant, alarm.page!)))
          throw new Refusal('state_conflict', 'Approve the page among the approved pages first.')
        break
      default:
    }
    await alarms.settle(by, (other) => answeredBy(other, alarm), 'approved', justification)
  }

  return {
    pages,
    scripts,
    alarms,
    body: bodies.body,

    async home(tenant) {
      const state = await inventory.state(tenant)
      const all = await pages(tenant)
      const known = [...state.scripts.values()]
      const hour = await store.read(tenant, (q) => readLastHour(q, tenant, now()))
      const reportedAt = all.flatMap((page) => page.reportedAt ?? [])
      const views = all.filter((page) => page.reportingShare !== null)
      const listed = await alarms.list(tenant, { limit: 5 * homeAlarmsMax })
      const targets = [...state.targets.values()].flatMap(({ kind, state: decided, target }) =>
        kind === 'a' && decided === 'approved' && /^connect-src https?:/.test(target)
          ? [target.split(' ')[1]!]
          : [],
      )
      return {
        pages: all,
        scripts: {
          total: known.length,
          new: known.filter((script) => script.state === 'new').length,
          changed: known.filter((script) => script.state === 'approved' && hasNewHash(script)).length,
        },
        reporting: {
          headers: reportingHeaders({
            publicUrl: options.publicUrl(),
            publicId: await options.publicId(tenant),
            targets,
          }),
          lastReportAt: reportedAt.sort().at(-1) ?? null,
          share:
            views.length === 0
              ? null
              : views.reduce((sum, page) => sum + page.reportingShare! * page.views24h, 0) /
                Math.max(
                  1,
                  views.reduce((sum, page) => sum + page.views24h, 0),
                ),
          ...hour,
        },
        watcher: await parts.watcher(tenant),
        alarms: listed
          .filter(
            ({ state: decided }) => decided === 'open' || decided === 'contained' || decided === 'incident',
          )
          .slice(0, homeAlarmsMax),
        containments: await parts.containments(tenant),
        release: await parts.release(tenant),
      }
    },

    async decideScript(by, request, id, given) {
      const script = await inventory.decideScript(by, id, given)
      const what = `script ${given.state}${given.hash === undefined ? '' : ` ${given.hash}`}`
      await record(by, request, what, `${script.name} on ${script.templateText}`, given.justification)
      if (given.state === 'approved')
        await alarms.settle(
          by,
          (alarm) =>
            scriptKinds.has(alarm.kind) &&
            scriptName(alarm.script ?? '') === script.name &&
            (given.hash === undefined
              ? alarm.template === script.template
              : alarm.hash === given.hash ||
                (alarm.template === script.template && alarm.kind === 'unknown-script')),
          'approved',
          given.justification,
        )
      return (await shown(by.tenant, [script]))[0]!
    },

    async approveTemplate(by, request, template, given) {
      const page = (
        await store.read(by.tenant, (q) =>
          q<{ id: number; template: string }>(
            'select id, template from observed_templates where tenant_id = $1 and id::text = $2',
            [by.tenant, template],
          ),
        )
      )[0]
      if (page === undefined) throw new Refusal('not_found')
      const approved = await inventory.approveTemplate(by, page.id, given)
      await record(by, request, 'template approved', page.template, given.justification)
      await alarms.settle(
        by,
        (alarm) => alarm.template === page.id && baselineKinds.has(alarm.kind),
        'approved',
        given.justification,
      )
      return approved
    },

    async decideAlarm(by, request, id, decision, { justification = '', scope }) {
      const alarm = await alarms.stored(by.tenant, id)
      if (decision === 'contain') {
        const chosen: ContainmentScope =
          scope ?? (alarm.page === null ? { kind: 'tenant' } : { kind: 'template', template: alarm.page })
        if (alarm.state === 'open' || alarm.state === 'incident') {
          const containment = await parts.contain(by, request, {
            scope: chosen,
            reason: justification || alarm.what,
            alarm: id,
          })
          return alarms.decide(by, id, decision, { justification, containment, request })
        }
      } else if (decision === 'approve' && alarm.state !== 'approved') {
        if (justification === '')
          throw new Refusal('invalid_field', 'Say why this may run.', { field: 'justification' })
        if (alarm.state === 'open' || alarm.state === 'contained' || alarm.state === 'incident')
          await approve(by, alarm, justification)
      }
      return alarms.decide(by, id, decision, { justification, request })
    },

    async evidenceOfScripts(tenant) {
      return scriptsEvidence(await options.publicId(tenant), await scripts(tenant), now())
    },

    async evidenceOfChanges(tenant, from, to) {
      return { ...(await evidenceOfChanges(tenant, from, to)) }
    },

    async settled() {
      await bodies.settled()
      await alarms.settled()
    },

    async close() {
      await bodies.close()
      await alarms.settled()
    },
  }
}

const scriptKinds = new Set<IntegrityAlarm['kind']>(['unknown-script', 'unknown-hash', 'two-variants'])
const baselineKinds = new Set<IntegrityAlarm['kind']>([
  ...scriptKinds,
  'new-connect-target',
  'headers-weakened',
])

/** Other alarms that the approval of one answers: the same content elsewhere, or the same script's first alarm. */
function answeredBy(other: StoredAlarm, approved: StoredAlarm): boolean {
  if (!scriptKinds.has(approved.kind) || !scriptKinds.has(other.kind) || other.id === approved.id)
    return false
  if (scriptName(other.script ?? '') !== scriptName(approved.script ?? '')) return false
  if (approved.hash !== null) return other.hash === approved.hash
  return other.template === approved.template
}

function hasNewHash(script: KnownScript): boolean {
  for (const { hash, state } of script.hashes.values()) if (hash !== '' && state === 'new') return true
  return false
}

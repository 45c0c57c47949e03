import {
  watcherProfiles,
  type IntegrityHome,
  type WatchedPage,
  type WatchedStep,
  type WatcherProfile,
  type WatcherRun,
} from '@candor/protocol/integrity-api.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import { placeOf, type Baseline, type Observation } from '@candor/watcher/observation.ts'
import { parseSteps } from '@candor/watcher/steps.ts'
import type { Clock } from '../../clock.ts'
import type { Ids } from '../../ids.ts'
import type { Store } from '../../store/store.ts'
import type { Actor } from '../../tenants/actor.ts'
import { refuseField } from '../../tenants/fields.ts'
import type { WatchAnswer, WatchOrder } from './watch-order.ts'
import {
  endBrokenOff, endRun, forgetRuns, insertPage, insertRun, readDue, readLastRuns, readObserved, readPageRow,
  readPageRows, readRuns, readRunsBetween, setBaseline, setDue, updatePage, type PageRow, type PageSetting,
} from './watched-page-rows.ts' // prettier-ignore

/** Goes to the pages that a tenant named, one after the other, with a card that nobody has. */
export interface Watcher {
  pages(tenant: string): Promise<WatchedPage[]>
  add(by: Actor, id: string, given: GivenPage): Promise<WatchedPage>
  change(by: Actor, id: string, given: GivenPage): Promise<WatchedPage>
  remove(by: Actor, id: string): Promise<void>
  /** Goes there next, once with each profile. @returns the first run, not ended yet */
  runNow(by: Actor, id: string): Promise<WatcherRun>
  /** What one run saw is from now on as it should be, besides what was before. */
  accept(by: Actor, id: string, run: string): Promise<WatchedPage>
  runs(tenant: string, page?: string): Promise<WatcherRun[]>
  home(tenant: string): Promise<IntegrityHome['watcher']>
  runsBetween(tenant: string, fromMs: number, toMs: number): Promise<WatcherRun[]>
  /** Begins to go by itself. */
  start(): void
  /** Until nothing is under way or waiting. */
  settled(): Promise<void>
  close(): Promise<void>
}

export type GivenPage = Pick<
  WatchedPage,
  'url' | 'profiles' | 'everyMinutes' | 'approvedHosts' | 'steps' | 'submit'
>

/** A run takes half a minute, and one runs at a time: this many pages are gone to every hour at best. */
const pagesMax = 20
const approvedHostsMax = 50
const urlCharactersMax = 2_000
export const everyMinutesMin = 5
export const everyMinutesMax = 1_440
/** Runs that wait, of all tenants; by then the watcher is a day behind. */
const waitingMax = 500
const dueAtOnce = 50
const tickMs = 20_000
/** Up to this share of the interval earlier or later: a skimmer that knows when we come spares us. */
const jitterShare = 0.2
const runsShownMax = 200
const evidenceRunsMax = 20_000
/** As long as page views are kept: thirteen months, so that a year's evidence is whole. */
const keptMs = 396 * 86_400_000
const keepingEveryMs = 6 * 3_600_000
/** What is accepted of one page; more is a page that is never the same. */
const baselineScriptsMax = 2_000

export function openWatcher(options: {
  store: Store
  clock: Clock
  ids: Ids
  tenants(): Promise<readonly string[]>
  /** Origins of the tenant's sites. */
  sites(tenant: string): Promise<readonly string[]>
  /** Scripts that somebody approved in the inventory. */
  approvedScripts(tenant: string): Promise<Baseline['scripts']>
  /** Says that a card was seen on its way out. */
  raise(
    tenant: string,
    found: { kind: 'canary-seen'; page: string; what: string; at: number },
  ): Promise<unknown>
  run(order: Pick<WatchOrder, 'id' | 'target' | 'profile' | 'baseline'>): Promise<WatchAnswer>
  /** Why there is no browser to go with; null: there is one. */
  noBrowser: string | null
  random(): number
  log: (event: Record<string, unknown>) => void
}): Watcher {
  const { store, clock, ids, log, noBrowser } = options
  const waiting: { page: PageRow; profile: WatcherProfile; id: string }[] = []
  let working: Promise<void> | null = null
  let timer: NodeJS.Timeout | null = null
  let ticking: Promise<void> = Promise.resolve()
  let closed = false
  let keptAt = -Infinity

  const now = (): Date => new Date(clock.now())

  async function checked(tenant: string, given: GivenPage, kept?: PageRow): Promise<PageSetting> {
    const { url } = given
    if (url.length > urlCharactersMax || !URL.canParse(url)) refuseField('url', 'is an address of a page')
    const page = new URL(url)
    page.hash = ''
    if (page.username !== '' || page.password !== '') refuseField('url', 'holds no name and password')
    if (!(await options.sites(tenant)).includes(page.origin)) refuseField('url', 'is on one of your sites')
    const profiles = watcherProfiles.filter((profile) => given.profiles.includes(profile))
    if (profiles.length === 0) refuseField('profiles', 'names one at least')
    if (given.approvedHosts.length > approvedHostsMax)
      refuseField('approvedHosts', `names at most ${approvedHostsMax} hosts`)
    const steps = given.steps === undefined ? (kept?.steps ?? []) : stepsOf(given.steps, page.origin)
    if (profiles.includes('cart') && steps.length === 0)
      refuseField('steps', 'say how the cart is filled, for the profile cart')
    return {
      url: page.href,
      profiles,
      everyMinutes: given.everyMinutes,
      approvedHosts: [...new Set(given.approvedHosts.map(hostOrRefuse))],
      steps,
      submit: given.submit ?? kept?.submit ?? false,
    }
  }

  async function page(tenant: string, id: string): Promise<PageRow> {
    const row = await store.read(tenant, (q) => readPageRow(q, tenant, id))
    if (row === null) throw new Refusal('not_found')
    return row
  }

  async function shown(tenant: string, id: string): Promise<WatchedPage> {
    const found = (await pages(tenant)).find((each) => each.id === id)
    if (found === undefined) throw new Refusal('not_found')
    return found
  }

  async function pages(tenant: string): Promise<WatchedPage[]> {
    return store.read(tenant, async (q) => {
      const last = await readLastRuns(q, tenant)
      return (await readPageRows(q, tenant)).map((row) => ({
        id: row.id,
        url: row.url,
        profiles: row.profiles,
        everyMinutes: row.everyMinutes,
        approvedHosts: row.approvedHosts,
        lastRun: last.get(row.id) ?? null,
        steps: row.steps,
        submit: row.submit,
      }))
    })
  }

  /** The run is in the list from the moment on that it was asked for. */
  async function enqueue(row: PageRow): Promise<WatcherRun> {
    const begun = row.profiles.map((profile): WatcherRun => ({
      id: ids.next(),
      page: row.url,
      profile,
      startedAt: now().toISOString(),
      endedAt: null,
      outcome: 'failed',
      scripts: [],
      requests: 0,
      findings: [],
    }))
    await store.write(row.tenant, async (q) => {
      const jitter = 1 + (options.random() * 2 - 1) * jitterShare
      await setDue(q, row.tenant, row.id, new Date(clock.now() + row.everyMinutes * 60_000 * jitter))
      for (const run of begun) await insertRun(q, row, run)
    })
    for (const { id, profile } of begun) waiting.push({ page: row, profile, id })
    work()
    return begun[0]!
  }

  function work(): void {
    working ??= (async () => {
      for (let next = waiting.shift(); next !== undefined && !closed; next = waiting.shift())
        await visit(next.page, next.profile, next.id).catch((caught: unknown) =>
          log({ level: 'error', event: 'watcher run not done', reason: String(caught) }),
        )
    })().finally(() => {
      working = null
      if (waiting.length > 0 && !closed) work()
    })
  }

  async function visit(asked: PageRow, profile: WatcherProfile, id: string): Promise<void> {
    const { tenant } = asked
    const startedAt = now().toISOString()
    // As it is now: it waited, and may have been changed or removed since.
    const row = await store.read(tenant, (q) => readPageRow(q, tenant, asked.id))
    const isStill = row !== null && (await options.sites(tenant)).includes(new URL(row.url).origin)
    const answer: WatchAnswer = !isStill
      ? { kind: 'failed', reason: 'The page is no longer watched, or its site no longer registered.' }
      : await options.run({
          id,
          target: { url: row.url, approvedHosts: row.approvedHosts, steps: row.steps, submit: row.submit },
          profile,
          baseline: await baselineOf(row),
        })
    const run: WatcherRun =
      answer.kind === 'watched'
        ? { ...answer.watched.run, id }
        : {
            id,
            page: asked.url,
            profile,
            startedAt,
            endedAt: now().toISOString(),
            outcome: 'failed',
            scripts: [],
            requests: 0,
            findings: [],
            reason: answer.reason,
          }
    const observed = answer.kind === 'watched' ? answer.watched.observed : null
    await store.write(tenant, async (q) => {
      await endRun(q, tenant, run, observed)
      // The first whole run of a page is what the next ones are compared with, but not one in which the card left.
      if (row !== null && row.baseline === null && observed !== null && run.outcome === 'clean')
        await setBaseline(q, tenant, row.id, observed)
    })
    log({
      event: 'watcher run',
      tenant,
      page: asked.id,
      profile,
      outcome: run.outcome,
      requests: run.requests,
    })
    const proof = run.findings.find(({ kind }) => kind === 'canary')
    if (proof !== undefined)
      await options.raise(tenant, {
        kind: 'canary-seen',
        page: placeOf(run.page),
        what: `${proof.detail} It went to ${proof.url} (watcher, as ${profile}).`,
        at: clock.now(),
      })
  }

  async function baselineOf(row: PageRow): Promise<Baseline | null> {
    if (row.baseline === null) return null
    const scripts = [...row.baseline.scripts, ...(await options.approvedScripts(row.tenant))]
    return { ...row.baseline, scripts }
  }

  async function tick(): Promise<void> {
    const tenants = await options.tenants()
    if (tenants.length === 0) return
    if (clock.now() - keptAt > keepingEveryMs) {
      keptAt = clock.now()
      await store.write(tenants, (q) => forgetRuns(q, new Date(clock.now() - keptMs)))
    }
    if (waiting.length >= waitingMax) return
    for (const row of await store.read(tenants, (q) => readDue(q, now(), dueAtOnce)))
      if (!waiting.some((each) => each.page.id === row.id && each.page.tenant === row.tenant))
        await enqueue(row)
  }

  function ticked(): void {
    ticking = ticking
      .then(() => (closed ? undefined : tick()))
      .catch((caught: unknown) => log({ level: 'warn', event: 'watcher late', reason: String(caught) }))
  }

  return {
    pages,

    async add(by, id, given) {
      const setting = await checked(by.tenant, given)
      await store.write(by.tenant, async (q) => {
        const known = await readPageRows(q, by.tenant)
        const same = known.find((each) => each.id === id)
        if (same !== undefined) {
          if (same.url !== setting.url) throw new Refusal('idempotency_conflict')
          return
        }
        if (known.length >= pagesMax) throw new Refusal('too_many', `At most ${pagesMax} pages are watched.`)
        if (!(await insertPage(q, by.tenant, id, setting, now()))) throw new Refusal('idempotency_conflict')
      })
      return shown(by.tenant, id)
    },

    async change(by, id, given) {
      const setting = await checked(by.tenant, given, await page(by.tenant, id))
      const changed = await store.write(by.tenant, (q) => updatePage(q, by.tenant, id, setting, now()))
      if (!changed) throw new Refusal('not_found')
      return shown(by.tenant, id)
    },

    async remove({ tenant }, id) {
      const gone = await store.write(tenant, (q) =>
        q('delete from watched_pages where tenant_id = $1 and id = $2 returning id', [tenant, id]),
      )
      if (gone.length === 0) throw new Refusal('not_found')
    },

    async runNow(by, id) {
      const row = await page(by.tenant, id)
      if (noBrowser !== null) throw new Refusal('state_conflict', noBrowser)
      if (waiting.length >= waitingMax) throw new Refusal('busy')
      // Asked twice, it goes once.
      if (waiting.some((each) => each.page.id === id && each.page.tenant === by.tenant))
        throw new Refusal('state_conflict', 'The watcher is on its way to this page.')
      return enqueue(row)
    },

    async accept(by, id, run) {
      const row = await page(by.tenant, id)
      await store.write(by.tenant, async (q) => {
        const observed = await readObserved(q, by.tenant, id, run)
        if (observed === null) throw new Refusal('not_found')
        await setBaseline(q, by.tenant, id, together(row.baseline, observed))
      })
      return shown(by.tenant, id)
    },

    runs: (tenant, pageId) =>
      store.read(tenant, (q) => readRuns(q, tenant, { page: pageId, limit: runsShownMax })),

    async home(tenant) {
      return store.read(tenant, async (q) => ({
        pages: (await readPageRows(q, tenant)).length,
        lastRun: (await readRuns(q, tenant, { limit: 1 }))[0] ?? null,
      }))
    },

    runsBetween: (tenant, fromMs, toMs) =>
      store.read(tenant, (q) =>
        readRunsBetween(q, tenant, { from: new Date(fromMs), to: new Date(toMs), limit: evidenceRunsMax }),
      ),

    start() {
      if (noBrowser !== null) return log({ level: 'warn', event: 'watcher off', reason: noBrowser })
      ticking = (async () => {
        const tenants = await options.tenants()
        if (tenants.length > 0)
          await store.write(tenants, (q) => endBrokenOff(q, now(), 'The server ended meanwhile.'))
      })().catch((caught: unknown) => log({ level: 'warn', event: 'watcher late', reason: String(caught) }))
      ticked()
      timer = setInterval(ticked, tickMs)
      timer.unref()
    },

    async settled() {
      await ticking
      while (working !== null) await working
    },

    async close() {
      closed = true
      if (timer !== null) clearInterval(timer)
      await ticking
      await working
    },
  }
}

function stepsOf(given: readonly WatchedStep[], origin: string): WatchedStep[] {
  return (
    parseSteps(given, origin) ??
    refuseField('steps', 'go, click and fill on the page’s own site, by CSS selectors')
  )
}

function hostOrRefuse(given: string): string {
  const host = given.trim().toLowerCase()
  if (!URL.canParse(`https://${host}/`) || new URL(`https://${host}/`).hostname !== host)
    refuseField('approvedHosts', 'are hosts without scheme, port and path, such as pay.example.com')
  return host
}

/** Scripts, hosts and forms of both; headers as the newer run had them. */
function together(before: Observation | null, seen: Observation): Observation {
  if (before === null) return seen
  const distinct = <T>(all: readonly T[]): T[] => [
    ...new Map(all.map((each) => [JSON.stringify(each), each])).values(),
  ]
  return {
    scripts: distinct([...before.scripts, ...seen.scripts]).slice(-baselineScriptsMax),
    headers: seen.headers,
    forms: distinct([...before.forms, ...seen.forms]),
    hosts: distinct([...before.hosts, ...seen.hosts]),
  }
}

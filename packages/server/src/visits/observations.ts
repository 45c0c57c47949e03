import { screen } from '@candor/card-guard'
import type { IdentifierFormat } from '@candor/protocol/frames.ts'
import type { PageViewReport } from '@candor/protocol/integrity-api.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { Clock } from '../clock.ts'
import { isConnectionFault, type Store } from '../store/store.ts'
import type { FormatsOf } from '../tenants/identifier-formats.ts'
import { guardedPolicy, guardedScript, guardedUrl } from './guarded-page.ts'
import { openIntakeAllowance, type IntakeLimits } from './intake-allowance.ts'
import { openJoinWindow, type JoinableReport, type JoinedReports } from './join-reports.ts'
import { openOriginHashes } from './network-hash.ts'
import { meet, openDictionary, type Dictionary, type Met, type WordKind } from './observation-dictionary.ts'
import {
  countHashes,
  countMinutes,
  countReleaseViews,
  countViolations,
  eraseVisits,
  flag,
  insertLinks,
  insertViews,
  nameVisitors,
  type MinuteRow,
  type ViewRow,
} from './observation-rows.ts'
import type { ObservedBatch, ObservedHash, ObservedView, ObservedViolation } from './observed-batch.ts'
import type { BrowserReport } from './parse-browser-reports.ts'

/**
 * What visitors' browsers ran, as they and the loader in the page tell it. Never sampled. Taken into memory, answered,
 * and written about once a second: a crash loses the last second, which is accepted, as nothing here is anybody's
 * message and what matters is told again by the next visitor. Whoever listens is told right after it is written.
 */
export interface Observations {
  /** A loader's report. @throws Refusal `too_many` for a flood, which is counted; `invalid_field` */
  pageView(from: Sender, report: PageViewReport): void
  /** Browsers' reports about pages of the tenant. @throws Refusal `too_many` */
  browserReports(from: Sender, reports: readonly BrowserReport[]): void
  /** Told of every flush, one after the other. What it throws is logged. */
  onObserved(listener: (batch: ObservedBatch) => Promise<void>): void
  keep: Dictionary['keep']
  /** Page views whose loader opened this release, since so many milliseconds ago. */
  viewsOfRelease(tenant: string, release: string, sinceMs: number): Promise<number>
  /** The visit of a tab is this visitor's. */
  joinVisitor(tenant: string, visit: string, visitor: string): void
  eraseVisitor(tenant: string, visitor: string): Promise<void>
  repoint(tenant: string, from: string, to: string): Promise<void>
  flush(): Promise<void>
  close(): Promise<void>
}

export interface Sender {
  tenant: string
  address: string
  userAgent: string
}

export interface ObservationLimits {
  /** Page views of the loader. */
  views: IntakeLimits
  /** Single reports of browsers; a page with fifty scripts sends fifty. */
  reports: IntakeLimits
}

const defaultLimits: ObservationLimits = {
  views: {
    // A /24 is an office, a school or a mobile carrier's gateway.
    networkAtOnceMax: 1_200,
    networkPerMinuteMax: 600,
    // Twice the busiest minute of a large shop.
    siteAtOnceMax: 120_000,
    sitePerMinuteMax: 120_000,
    fairPerMinuteMax: 10,
  },
  reports: {
    networkAtOnceMax: 20_000,
    networkPerMinuteMax: 10_000,
    siteAtOnceMax: 2_000_000,
    sitePerMinuteMax: 2_000_000,
    fairPerMinuteMax: 400,
  },
}

const flushMs = 1_000
/** Written at once: the desk and the API need the database's connections too. */
const tenantsAtOnce = 2
/** Batches that wait to be judged while the database is away. */
const untoldMax = 1_000
/** Gathered and not written yet. Above it nothing is taken, and that is counted as a flood too: 100 MB. */
const gatheredMax = 200_000
/** Views that may be told of again; a page is left within this, or its late news is a row of its own. */
const recentViewsMax = 100_000
/** Addresses that were guarded before: the same scripts stand on every page. */
const guardedMax = 20_000
/** Number of the hash that a browser did not tell. */
const hashUntold = 0
/** Networks named in one flush's floods; the count goes on. */
const refusedNetworksMax = 1_000

interface GatheredView {
  tenant: string
  at: number
  network: string
  browser: string
  view: string
  visit: string
  page: string
  scripts: string[]
  report: Pick<PageViewReport, 'c' | 'i' | 'm' | 'e'>
  loader: string
}

type Located<T> = T extends unknown ? Omit<T, 'userAgent' | 'ageMs'> : never
type GatheredReport = Located<BrowserReport> & {
  tenant: string
  at: number
  network: string
  browser: string
}

/** Of one tenant. */
interface Part {
  views: GatheredView[]
  reports: GatheredReport[]
  visitors: { tenant: string; visit: string; visitor: string; at: number }[]
}

interface Refused {
  networks: Map<string, number>
  count: number
}

interface Gathered extends Part {
  refused: Map<string, Refused>
}

/** What was told of a view so far. */
interface RecentView {
  scripts: Set<string>
  fault: string
  release: string
}

export function openObservations(options: {
  store: Store
  clock: Clock
  guardFormats: FormatsOf
  newSalt: () => Buffer
  log: (event: Record<string, unknown>) => void
  limits?: ObservationLimits
}): Observations {
  const { store, clock, log, limits = defaultLimits } = options
  const now = (): number => clock.now()
  const dictionary = openDictionary({ store, now })
  const origins = openOriginHashes({ now, newSalt: options.newSalt })
  const viewAllowance = openIntakeAllowance(limits.views, now)
  const reportAllowance = openIntakeAllowance(limits.reports, now)
  const joins = new Map<string, ReturnType<typeof openJoinWindow>>()
  const recent = new Map<string, RecentView>()
  const untold: ObservedBatch[] = []
  const guarded = new Map<string, string | null>()
  const listeners: ((batch: ObservedBatch) => Promise<void>)[] = []
  let gathered: Gathered = nothing()
  let flushing: Promise<void> | null = null
  const timer = setInterval(() => void writeNext(), flushMs)

  /** Formats are held once a visitor was welcomed; until then more is masked, not less. */
  function formatsNow(tenant: string): readonly IdentifierFormat[] {
    const held = options.guardFormats(tenant)
    return held instanceof Promise ? [] : held
  }

  /** The site of a page that was guarded, as its key for allowances. */
  function siteOf(tenant: string, page: string): string {
    return `${tenant} ${page.slice(0, page.indexOf('/', page.indexOf('//') + 2))}`
  }

  /** A number that cannot be a card's: hashes and release ids are made of digits too, and anybody may send some. */
  function clean(text: string): boolean {
    const known = guarded.get(`= ${text}`)
    if (known !== undefined) return known !== null
    if (guarded.size >= guardedMax) guarded.delete(guarded.keys().next().value!)
    const isClean = screen(text).findings.length === 0
    guarded.set(`= ${text}`, isClean ? text : null)
    return isClean
  }

  function guard(tenant: string, raw: string, how: typeof guardedUrl): string | null {
    const bare = raw.split(/[?#]/)[0]!
    const key = `${tenant} ${bare}`
    const known = guarded.get(key)
    if (known !== undefined) return known
    const made = how(bare, formatsNow(tenant))
    if (guarded.size >= guardedMax) guarded.delete(guarded.keys().next().value!)
    guarded.set(key, made)
    return made
  }

  function refuse(tenant: string, network: string, count: number): void {
    const known = gathered.refused.get(tenant) ?? { networks: new Map<string, number>(), count: 0 }
    known.count += count
    if (known.networks.has(network) || known.networks.size < refusedNetworksMax)
      known.networks.set(network, (known.networks.get(network) ?? 0) + count)
    gathered.refused.set(tenant, known)
  }

  function full(more: number): boolean {
    return gathered.views.length + gathered.reports.length + more > gatheredMax
  }

  /** All that was gathered before the call: a write under way has perhaps left it behind. */
  async function flush(): Promise<void> {
    await flushing
    await writeNext()
  }

  function writeNext(): Promise<void> {
    flushing ??= write().finally(() => (flushing = null))
    return flushing
  }

  async function write(): Promise<void> {
    const batch = gathered
    gathered = nothing()
    const tenantOf = ({ tenant }: { tenant: string }): string => tenant
    const views = Map.groupBy(batch.views, tenantOf)
    const reports = Map.groupBy(batch.reports, tenantOf)
    const visitors = Map.groupBy(batch.visitors, tenantOf)
    const waiting = [...joins].filter(([, join]) => join.waiting() > 0).map(([tenant]) => tenant)
    const tenants = new Set([
      ...views.keys(),
      ...reports.keys(),
      ...visitors.keys(),
      ...batch.refused.keys(),
      ...waiting,
    ]).values()
    const lane = async (): Promise<void> => {
      for (const tenant of tenants)
        await writeTenant(
          tenant,
          {
            views: views.get(tenant) ?? [],
            reports: reports.get(tenant) ?? [],
            visitors: visitors.get(tenant) ?? [],
          },
          batch.refused.get(tenant) ?? { networks: new Map<string, number>(), count: 0 },
        )
    }
    await Promise.all(Array.from({ length: tenantsAtOnce }, lane))
    await tellListeners()
  }

  async function writeTenant(tenant: string, part: Part, refused: Refused): Promise<void> {
    try {
      const observed = await writeOf(tenant, part, refused)
      if (observed !== null) untold.push(observed)
    } catch (caught) {
      if (isConnectionFault(caught) && !full(part.views.length + part.reports.length)) {
        // The database is away: they wait for the next flush, before what came since.
        gathered.views.unshift(...part.views)
        gathered.reports.unshift(...part.reports)
        gathered.visitors.unshift(...part.visitors)
        if (refused.count > 0 && !gathered.refused.has(tenant)) gathered.refused.set(tenant, refused)
        return
      }
      logFault('observations not written', part.views.length + part.reports.length, caught)
    }
  }

  /** In order, and again where the database was away: what was written is judged, sooner or later. */
  async function tellListeners(): Promise<void> {
    for (let batch = untold[0]; batch !== undefined; batch = untold[0]) {
      try {
        for (const listener of listeners) await listener(batch)
      } catch (caught) {
        if (isConnectionFault(caught) && untold.length <= untoldMax) return
        logFault('observations not judged', batch.views.length + batch.hashes.length, caught)
      }
      untold.shift()
    }
  }

  function logFault(event: string, count: number, caught: unknown): void {
    const { code, stack = '' } = caught as { code?: string; stack?: string }
    const where = stack
      .split('\n')
      .find((line) => /^\s+at /.test(line))
      ?.trim()
    log({ level: 'error', event, count, code, where })
  }

  async function writeOf(tenant: string, part: Part, refused: Refused): Promise<ObservedBatch | null> {
    const at = now()
    const templates = await dictionary.templates(tenant, pagesOf(part))
    const drop = (network: string): void => {
      refused.count++
      if (refused.networks.size < refusedNetworksMax || refused.networks.has(network))
        refused.networks.set(network, (refused.networks.get(network) ?? 0) + 1)
    }

    const views: (ObservedView & { source: GatheredView; setKept: boolean })[] = []
    /** What becomes known of views when they are written, not before: what fails is tried again. */
    const news = new Map<string, RecentView>()
    for (const source of part.views) {
      const template = templates.get(source.page)
      if (template === undefined) {
        drop(source.network)
        continue
      }
      const key = `${tenant} ${source.view}`
      const before = news.get(key) ?? recent.get(key)
      const scripts = source.scripts.filter((script) => before?.scripts.has(script) !== true)
      const { c, i, m, e } = source.report
      if (before !== undefined && scripts.length === 0 && before.fault === e && before.release === m) continue
      news.set(key, {
        scripts: new Set([...(before?.scripts ?? []), ...scripts]),
        fault: e || (before?.fault ?? ''),
        release: m || (before?.release ?? ''),
      })
      views.push({
        source,
        setKept: true,
        template: template.id,
        page: template.template,
        at: source.at,
        network: source.network,
        view: source.view,
        cardFields: c,
        pinned: i,
        loader: source.loader,
        release: m,
        fault: before !== undefined && before.fault === e ? '' : e,
        scripts,
        again: before !== undefined,
      })
    }

    const hashes: ObservedHash[] = []
    const violations: ObservedViolation[] = []
    for (const report of part.reports) {
      const template = templates.get(report.page)
      if (template === undefined) {
        drop(report.network)
        continue
      }
      const { at: when, network } = report
      const where = { template: template.id, page: template.template, at: when, network }
      if (report.kind === 'script')
        hashes.push({ ...where, browser: report.browser, script: report.script, hash: report.hash })
      else {
        const { directive, enforced, policy } = report
        violations.push({ ...where, directive, enforced, policy, ...targetOf(report.blocked) })
      }
    }

    const words: Record<WordKind, Map<string, Met>> = {
      s: new Map(),
      l: new Map(),
      h: new Map(),
      r: new Map(),
      t: new Map(),
    }
    for (const view of views) {
      const { at: when, network } = view
      for (const script of view.scripts) meet(words.s, script, { at: when, network })
      meet(words.l, view.loader, { at: when, network })
      if (view.release !== '') meet(words.r, view.release, { at: when, network })
    }
    for (const report of hashes) {
      const { at: when, network } = report
      meet(words.s, report.script, { at: when, network })
      if (report.hash !== '') meet(words.h, report.hash, { at: when, network })
    }
    for (const { target, at: when, network } of violations) meet(words.t, target, { at: when, network })
    const numbers = {} as Record<WordKind, Map<string, number>>
    for (const kind of Object.keys(words) as WordKind[])
      numbers[kind] = await dictionary.words(tenant, kind, words[kind])

    const sets = views.map((view) => {
      const members = view.scripts.map((script) => numbers.s.get(script))
      view.setKept = members.every((id) => id !== undefined)
      return members.filter((id) => id !== undefined).sort((a, b) => a - b)
    })
    const setIds = await dictionary.sets(tenant, 's', sets)
    const rows: ViewRow[] = views.map((view, i) => ({
      template: view.template,
      set: setIds[i]!,
      at: view.at,
      view: view.view,
      visit: view.source.visit,
      network: view.network,
      loader: numbers.l.get(view.loader) ?? 0,
      release: numbers.r.get(view.release) ?? 0,
      flags: flagsOf(view, view.setKept && setIds[i] !== 0),
    }))

    const known = hashes.flatMap((report) => {
      const script = numbers.s.get(report.script)
      const hash = report.hash === '' ? hashUntold : numbers.h.get(report.hash)
      if (script !== undefined && hash !== undefined) return [{ ...report, script, hash }]
      drop(report.network)
      return []
    })
    if (rows.length + hashes.length + violations.length + part.visitors.length + refused.count > 0)
      await store.write(tenant, async (q) => {
        await insertViews(q, tenant, rows)
        await countHashes(q, tenant, known)
        await countViolations(
          q,
          tenant,
          violations.flatMap((each) => {
            const target = numbers.t.get(each.target)
            return target === undefined ? [] : [{ ...each, target }]
          }),
        )
        await nameVisitors(q, tenant, part.visitors)
        await countMinutes(q, tenant, [
          ...views.filter(({ again }) => !again).map((view): MinuteRow => ({ ...view, views: 1 })),
          ...[...hashes, ...violations].map((each): MinuteRow => ({
            template: each.template,
            at: each.at,
            reports: 1,
          })),
          ...(refused.count === 0 ? [] : [{ template: 0, at, refused: refused.count }]),
        ])
      })
    for (const [key, view] of news) remember(key, view)
    const joined = await join(tenant, at, views, known).catch((caught: unknown) => {
      // Not thrown on: what was written above would be written again.
      logFault('reports not joined', known.length, caught)
      return []
    })
    if (rows.length + hashes.length + violations.length + joined.length + refused.count === 0) return null
    const joinedByTemplate = new Map<number, number>()
    for (const { first, view } of joined)
      if (first) joinedByTemplate.set(view.template, (joinedByTemplate.get(view.template) ?? 0) + 1)
    return { tenant, at, views, hashes, violations, joined: joinedByTemplate, refused }
  }

  function remember(key: string, view: RecentView): void {
    recent.delete(key)
    if (recent.size >= recentViewsMax) recent.delete(recent.keys().next().value!)
    recent.set(key, view)
  }

  /** Links between page views and hashes, of what has settled. A link that is lost with the database is not made up for. */
  async function join(
    tenant: string,
    at: number,
    views: readonly (ObservedView & { source: GatheredView })[],
    reports: readonly JoinableReport[],
  ): Promise<JoinedReports[]> {
    const window = joins.get(tenant) ?? openJoinWindow()
    joins.set(tenant, window)
    for (const { again, view, template, at: when, source } of views)
      if (!again) window.viewed({ view, visit: source.visit, template, browser: source.browser, at: when })
    for (const report of reports) window.reported(report)
    const joined = window.take(at)
    if (joined.length === 0) return joined
    const sets = await dictionary.sets(
      tenant,
      'h',
      joined.map(({ pairs }) => pairs),
    )
    const links = joined.map(({ view }, i) => ({ ...view, set: sets[i]! }))
    const firsts = joined.filter(({ first }) => first)
    await store.write(tenant, async (q) => {
      await insertLinks(q, tenant, links)
      await countMinutes(
        q,
        tenant,
        firsts.map(({ view }): MinuteRow => ({ template: view.template, at: view.at, reporting: 1 })),
      )
    })
    return joined
  }

  return {
    pageView({ tenant, address, userAgent }, report) {
      const { network, browser } = origins.of(address, userAgent)
      const page = guard(tenant, report.u, guardedUrl)
      const loader = guard(tenant, report.l, guardedUrl)
      if (page === null || loader === null)
        throw new Refusal('invalid_field', 'The address is no web page’s.', {
          field: page === null ? 'u' : 'l',
        })
      if (full(1) || !viewAllowance.take(siteOf(tenant, page), network, 1)) {
        refuse(tenant, network, 1)
        throw new Refusal('too_many', undefined, { retryAfterMs: 60_000 })
      }
      const scripts = new Set(
        report.s.map((script) => guard(tenant, script, guardedScript)).filter((script) => script !== null),
      )
      gathered.views.push({
        tenant,
        at: now(),
        network,
        browser,
        view: report.n,
        visit: report.v,
        page,
        scripts: [...scripts],
        report: { c: report.c, i: report.i, m: clean(report.m) ? report.m : '', e: report.e },
        loader,
      })
    },

    browserReports({ tenant, address, userAgent }, reports) {
      const at = now()
      let refused = 0
      for (const report of reports) {
        const { network, browser } = origins.of(address, report.userAgent || userAgent)
        const page = guard(tenant, report.page, guardedUrl)
        if (page === null) continue
        if (full(1) || !reportAllowance.take(siteOf(tenant, page), network, 1)) {
          refuse(tenant, network, 1)
          refused++
          continue
        }
        const about = { tenant, at: at - report.ageMs, network, browser, page }
        if (report.kind === 'script') {
          const script = guard(tenant, report.script, guardedScript)
          if (script !== null && clean(report.hash))
            gathered.reports.push({ ...about, kind: 'script', script, hash: report.hash })
        } else {
          const blocked = guard(tenant, asHttp(report.blocked), guardedScript) ?? keyword(report.blocked)
          const { directive, enforced } = report
          const policy = report.policy === '' ? '' : guardedPolicy(report.policy)
          if (blocked !== null)
            gathered.reports.push({ ...about, kind: 'violation', directive, blocked, enforced, policy })
        }
      }
      if (refused > 0 && refused === reports.length)
        throw new Refusal('too_many', undefined, { retryAfterMs: 60_000 })
    },

    onObserved(listener) {
      listeners.push(listener)
    },

    keep: dictionary.keep,

    viewsOfRelease: (tenant, release, sinceMs) =>
      store.read(tenant, (q) => countReleaseViews(q, tenant, release, now() - sinceMs)),

    joinVisitor(tenant, visit, visitor) {
      if (!full(1)) gathered.visitors.push({ tenant, visit, visitor, at: now() })
    },

    async eraseVisitor(tenant, visitor) {
      await flush()
      await store.write(tenant, (q) => eraseVisits(q, tenant, visitor))
    },

    async repoint(tenant, from, to) {
      await flush()
      await store.write(tenant, (q) =>
        q('update observed_visits set visitor_id = $3 where tenant_id = $1 and visitor_id = $2', [
          tenant,
          from,
          to,
        ]),
      )
    },

    flush,

    async close() {
      clearInterval(timer)
      await flush()
    },
  }
}

function nothing(): Gathered {
  return { views: [], reports: [], visitors: [], refused: new Map() }
}

function pagesOf(part: Part): Map<string, Met> {
  const pages = new Map<string, Met>()
  for (const { page, at, network } of part.reports) meet(pages, page, { at, network })
  for (const { page, at, network, report } of part.views)
    meet(pages, page, { at, network, cardFields: report.c })
  return pages
}

/** A WebSocket goes to the origin of the same name; one spelling is enough to approve it. */
function asHttp(address: string): string {
  return address.replace(/^ws(s?):/i, 'http$1:')
}

/** What a browser writes where no address is: `inline`, `eval`, `wasm-eval`, `data`. */
function keyword(blocked: string): string | null {
  return /^[a-z-]{1,20}$/.test(blocked) ? blocked : null
}

function targetOf(blocked: string): { target: string; script: string | null } {
  if (!URL.canParse(blocked) || !/^https?:/.test(blocked)) return { target: blocked, script: null }
  return { target: new URL(blocked).origin, script: blocked }
}

function flagsOf(view: ObservedView, setKept: boolean): number {
  return (
    (view.cardFields ? flag.cardFields : 0) |
    (view.pinned ? flag.pinned : 0) |
    (view.fault === 'silent' ? flag.silent : 0) |
    (view.fault === 'unverified' ? flag.unverified : 0) |
    (setKept ? 0 : flag.setNotKept) |
    (view.again ? flag.again : 0)
  )
}

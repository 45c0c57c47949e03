import type { PageReport } from '@candor/protocol/api.ts'
import type { IdentifierFormat, PageInfo } from '@candor/protocol/frames.ts'
import type { Clock } from '../clock.ts'
import type { Ids } from '../ids.ts'
import { isConnectionFault, type Query, type Store } from '../store/store.ts'
import type { Actor } from '../tenants/actor.ts'
import type { FormatsOf } from '../tenants/identifier-formats.ts'
import { openAllowance } from './allowance.ts'
import { guardedName, guardedProperties, guardedTitle, guardedUrl, type Properties } from './guarded-page.ts'
import type { Observations } from './observations.ts'
import { joinVisits, type Visit } from './join-visits.ts'

/**
 * What visitors look at. Nothing here waits for the database: it is gathered in memory and written about twice a
 * second, so a crash loses what was seen in the last half second. That is accepted: a page view is not a message.
 */
export interface Visits {
  pageView(actor: Actor, page: PageInfo): void
  /** The same id again is stored once. */
  track(actor: Actor, id: string, name: string, properties: Properties): void
  /** The widget refused to open on this page. */
  cardFieldsSeen(actor: Actor, url: string): void
  /** Newest first, with what is not written yet. */
  lastPages(tenant: string, visitor: string): Promise<{ url: string; title: string; at: string }[]>
  /** Newest first. */
  pageReports(tenant: string): Promise<PageReport[]>
  /** What was seen of one visitor is deleted. */
  eraseVisitor(tenant: string, visitor: string): Promise<void>
  /** Everything seen of one visitor becomes another's: a visitor was identified as a known customer. */
  repoint(tenant: string, from: string, to: string): Promise<void>
  /** A tab's visit, as its loader names it, is this visitor's. */
  joinVisitor(tenant: string, visit: string, visitor: string): void
  /** Writes what was gathered so far. */
  flush(): Promise<void>
  close(): Promise<void>
}

const flushMs = 500
/** Gathered and not written yet; above this, new ones are dropped and counted in the log. 2 MB. */
const gatheredMax = 10_000
/** Of one transaction. */
const batchMax = 1_000
/** Kept of one visitor; older ones are deleted when newer ones come. */
const pageViewsKeptMax = 50
const visitsKeptMax = 50
const trackedKeptMax = 200
/** Shown at the desk. */
const lastPagesMax = 10
/** Pages reported by one tenant's visitors. A visitor can invent addresses; a tenant does not have more checkouts. */
const pageReportsMax = 1_000

interface PageView {
  tenant: string
  visitor: string
  id: string
  at: number
  url: string
  title: string
  card_fields: boolean
}

interface TrackedEvent {
  tenant: string
  visitor: string
  id: string
  at: number
  name: string
  properties: Properties
}

interface Report {
  tenant: string
  id: string
  url: string
  first_at: number
  last_at: number
  count: number
}

interface Gathered {
  views: PageView[]
  tracked: TrackedEvent[]
  reports: Map<string, Report>
}

export function openVisits(options: {
  store: Store
  clock: Clock
  ids: Ids
  /** The tenant's own kinds of numbers, which the card guard may let through. */
  guardFormats: FormatsOf
  /** What the browsers of visitors told by themselves, which follows the visitor. */
  observations: Pick<Observations, 'joinVisitor' | 'eraseVisitor' | 'repoint'>
  log: (event: Record<string, unknown>) => void
}): Visits {
  const { store, clock, ids, observations, log } = options
  const now = (): number => clock.now()
  const viewAllowance = openAllowance({ atOnceMax: 30, perMinuteMax: 60, now })
  const trackAllowance = openAllowance({ atOnceMax: 60, perMinuteMax: 120, now })
  const reportAllowance = openAllowance({ atOnceMax: 5, perMinuteMax: 5, now })
  const gathered: Gathered = { views: [], tracked: [], reports: new Map() }
  let dropped = 0
  let flushing: Promise<void> | null = null
  const timer = setInterval(() => void flush(), flushMs)

  function full(): boolean {
    if (gathered.views.length + gathered.tracked.length + gathered.reports.size < gatheredMax) return false
    dropped++
    return true
  }

  function flush(): Promise<void> {
    flushing ??= write().finally(() => (flushing = null))
    return flushing
  }

  async function write(): Promise<void> {
    if (dropped > 0) log({ level: 'warn', event: 'page views dropped', count: dropped })
    dropped = 0
    while (gathered.views.length + gathered.tracked.length + gathered.reports.size > 0) {
      const batch = {
        views: gathered.views.splice(0, batchMax),
        tracked: gathered.tracked.splice(0, batchMax),
        reports: gathered.reports,
      }
      gathered.reports = new Map()
      const tenants = new Set(
        [...batch.views, ...batch.tracked, ...batch.reports.values()].map((item) => item.tenant),
      )
      try {
        await store.write([...tenants], async (q) => {
          if (batch.views.length > 0) await insertPageViews(q, batch.views, () => ids.next())
          if (batch.tracked.length > 0) await insertTracked(q, batch.tracked)
          if (batch.reports.size > 0) await upsertReports(q, [...batch.reports.values()])
        })
      } catch (caught) {
        if (!isConnectionFault(caught)) {
          // Not one of them is worth stopping for, and trying the same again would fail for ever.
          const count = batch.views.length + batch.tracked.length + batch.reports.size
          const { code } = caught as { code?: string }
          log({ level: 'error', event: 'page views not written', count, code })
          continue
        }
        putBack(batch)
        return
      }
    }
  }

  /** The database is away: they wait for the next flush, before what came since. */
  function putBack(batch: Gathered): void {
    gathered.views.unshift(...batch.views)
    gathered.tracked.unshift(...batch.tracked)
    for (const [key, report] of batch.reports) addReport(key, report)
  }

  function addReport(key: string, report: Report): void {
    const known = gathered.reports.get(key)
    if (known === undefined) gathered.reports.set(key, report)
    else
      gathered.reports.set(key, {
        ...known,
        first_at: Math.min(known.first_at, report.first_at),
        last_at: Math.max(known.last_at, report.last_at),
        count: known.count + report.count,
      })
  }

  /** Nothing here waits. Formats are held once a visitor was welcomed; until then more is masked, not less. */
  function formatsNow(tenant: string): readonly IdentifierFormat[] {
    const held = options.guardFormats(tenant)
    return held instanceof Promise ? [] : held
  }

  return {
    pageView(actor, page) {
      const formats = formatsNow(actor.tenant)
      const url = guardedUrl(page.url, formats)
      if (url === null || !viewAllowance.take(`${actor.tenant}/${actor.id}`) || full()) return
      gathered.views.push({
        tenant: actor.tenant,
        visitor: actor.id,
        id: ids.next(),
        at: now(),
        url,
        title: guardedTitle(page.title, formats),
        card_fields: page.cardFields,
      })
    },

    track(actor, id, name, properties) {
      if (!trackAllowance.take(`${actor.tenant}/${actor.id}`) || full()) return
      gathered.tracked.push({
        tenant: actor.tenant,
        visitor: actor.id,
        id,
        at: now(),
        name: guardedName(name),
        properties: guardedProperties(properties, formatsNow(actor.tenant)),
      })
    },

    cardFieldsSeen(actor, raw) {
      const url = guardedUrl(raw, formatsNow(actor.tenant))
      if (url === null || !reportAllowance.take(`${actor.tenant}/${actor.id}`) || full()) return
      const at = now()
      addReport(`${actor.tenant} ${url}`, {
        tenant: actor.tenant,
        id: ids.next(),
        url,
        first_at: at,
        last_at: at,
        count: 1,
      })
    },

    async lastPages(tenant, visitor) {
      const waiting = gathered.views.filter((view) => view.tenant === tenant && view.visitor === visitor)
      const stored = await store.read(tenant, (q) =>
        q<{ id: string; url: string; title: string; at: Date }>(
          `select id, url, title, at from page_views
           where tenant_id = $1 and visitor_id = $2 order by at desc, id limit $3`,
          [tenant, visitor, lastPagesMax],
        ),
      )
      const pages = new Map(stored.map((page) => [page.id, { ...page, at: page.at.toISOString() }]))
      for (const { id, url, title, at } of waiting)
        pages.set(id, { id, url, title, at: new Date(at).toISOString() })
      return [...pages.values()]
        .sort((a, b) => b.at.localeCompare(a.at))
        .slice(0, lastPagesMax)
        .map(({ url, title, at }) => ({ url, title, at }))
    },

    async eraseVisitor(tenant, visitor) {
      await flush()
      await store.write(tenant, async (q) => {
        for (const table of ['page_views', 'tracked_events', 'visits'])
          await q(`delete from ${table} where tenant_id = $1 and visitor_id = $2`, [tenant, visitor])
      })
      await observations.eraseVisitor(tenant, visitor)
    },

    async pageReports(tenant) {
      const rows = await store.read(tenant, (q) =>
        q<{ id: string; url: string; first_seen_at: Date; last_seen_at: Date; count: number }>(
          `select id, url, first_seen_at, last_seen_at, count from page_reports
           where tenant_id = $1 order by last_seen_at desc, id limit $2`,
          [tenant, pageReportsMax],
        ),
      )
      return rows.map((row) => ({
        id: row.id,
        url: row.url,
        firstSeenAt: row.first_seen_at.toISOString(),
        lastSeenAt: row.last_seen_at.toISOString(),
        count: row.count,
      }))
    },

    async repoint(tenant, from, to) {
      await flush()
      await store.write(tenant, async (q) => {
        const what = [tenant, from, to]
        await q('update visits set visitor_id = $3 where tenant_id = $1 and visitor_id = $2', what)
        await q('update page_views set visitor_id = $3 where tenant_id = $1 and visitor_id = $2', what)
        // The same id may have been told under both names.
        await q(
          `update tracked_events t set visitor_id = $3 where tenant_id = $1 and visitor_id = $2 and not exists (
             select 1 from tracked_events o where o.tenant_id = $1 and o.visitor_id = $3 and o.id = t.id)`,
          what,
        )
      })
      await observations.repoint(tenant, from, to)
    },

    joinVisitor: observations.joinVisitor,

    flush,

    async close() {
      clearInterval(timer)
      await flush()
    },
  }
}

async function insertPageViews(q: Query, views: PageView[], newId: () => string): Promise<void> {
  const latest = await q<{
    tenant_id: string
    visitor_id: string
    id: string
    started_at: Date
    last_at: Date
  }>(
    `select distinct on (v.tenant_id, v.visitor_id) v.tenant_id, v.visitor_id, v.id, v.started_at, v.last_at
     from visits v
     where (v.tenant_id, v.visitor_id) in (
       select tenant, visitor from jsonb_to_recordset($1) as x (tenant uuid, visitor uuid))
     order by v.tenant_id, v.visitor_id, v.last_at desc`,
    [JSON.stringify(views.map(({ tenant, visitor }) => ({ tenant, visitor })))],
  )
  const known: Visit[] = latest.map((row) => ({
    tenant: row.tenant_id,
    visitor: row.visitor_id,
    id: row.id,
    startedAt: row.started_at.getTime(),
    lastAt: row.last_at.getTime(),
    added: 0,
  }))
  const { visitOf, changed } = joinVisits(views, known, newId)
  await q(
    `insert into visits (tenant_id, visitor_id, id, started_at, last_at, page_views)
     select x.tenant, x.visitor, x.id, to_timestamp(x."startedAt" / 1000.0), to_timestamp(x."lastAt" / 1000.0), x.added
     from jsonb_to_recordset($1)
       as x (tenant uuid, visitor uuid, id uuid, "startedAt" bigint, "lastAt" bigint, added int)
     on conflict (tenant_id, visitor_id, id) do update
       set last_at = excluded.last_at, page_views = visits.page_views + excluded.page_views`,
    [JSON.stringify(changed)],
  )
  await q(
    `insert into page_views (tenant_id, visitor_id, id, visit_id, at, url, title, card_fields)
     select x.tenant, x.visitor, x.id, x.visit, to_timestamp(x.at / 1000.0), x.url, x.title, x.card_fields
     from jsonb_to_recordset($1) as x
       (tenant uuid, visitor uuid, id uuid, visit uuid, at bigint, url text, title text, card_fields boolean)`,
    [JSON.stringify(views.map((view, i) => ({ ...view, visit: visitOf[i] })))],
  )
  await keepNewest(q, 'page_views', 'at', views, pageViewsKeptMax)
  await keepNewest(q, 'visits', 'last_at', views, visitsKeptMax)
}

async function insertTracked(q: Query, tracked: TrackedEvent[]): Promise<void> {
  await q(
    `insert into tracked_events (tenant_id, visitor_id, id, at, name, properties)
     select x.tenant, x.visitor, x.id, to_timestamp(x.at / 1000.0), x.name, x.properties
     from jsonb_to_recordset($1) as x (tenant uuid, visitor uuid, id uuid, at bigint, name text, properties jsonb)
     on conflict do nothing`,
    [JSON.stringify(tracked)],
  )
  await keepNewest(q, 'tracked_events', 'at', tracked, trackedKeptMax)
}

async function keepNewest(
  q: Query,
  table: 'page_views' | 'visits' | 'tracked_events',
  newestBy: 'last_at' | 'at',
  of: readonly { tenant: string; visitor: string }[],
  keptMax: number,
): Promise<void> {
  await q(
    `delete from ${table} t using (
       select tenant_id, visitor_id, id,
         row_number() over (partition by tenant_id, visitor_id order by ${newestBy} desc, id) as n
       from ${table} where (tenant_id, visitor_id) in (
         select tenant, visitor from jsonb_to_recordset($1) as x (tenant uuid, visitor uuid))
     ) old
     where old.n > $2 and t.tenant_id = old.tenant_id and t.visitor_id = old.visitor_id and t.id = old.id`,
    [JSON.stringify(of.map(({ tenant, visitor }) => ({ tenant, visitor }))), keptMax],
  )
}

async function upsertReports(q: Query, reports: Report[]): Promise<void> {
  await q(
    `insert into page_reports (tenant_id, id, url, first_seen_at, last_seen_at, count)
     select x.tenant, x.id, x.url, to_timestamp(x.first_at / 1000.0), to_timestamp(x.last_at / 1000.0), x.count
     from jsonb_to_recordset($1) as x (tenant uuid, id uuid, url text, first_at bigint, last_at bigint, count int)
     where exists (select 1 from page_reports p where p.tenant_id = x.tenant and md5(p.url) = md5(x.url))
       or (select count(*) from page_reports p where p.tenant_id = x.tenant) < $2
     on conflict (tenant_id, md5(url)) do update set
       last_seen_at = greatest(page_reports.last_seen_at, excluded.last_seen_at),
       count = least(page_reports.count::bigint + excluded.count, 2147483647)::int`,
    [JSON.stringify(reports), pageReportsMax],
  )
}

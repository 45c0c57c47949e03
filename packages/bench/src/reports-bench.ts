/** What taking browsers' reports costs beside a route that does nothing, and how fast an incident is scoped from them. */
import { randomBytes, randomUUID } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { openHttp } from '@candor/server/edge/http.ts'
import { startEmbeddedPostgres } from '@candor/server/postgres/embedded-postgres.ts'
import { openStore, type Store } from '@candor/server/store/store.ts'
import { insertViews, type ViewRow } from '@candor/server/visits/observation-rows.ts'
import { openObservations, type Observations } from '@candor/server/visits/observations.ts'
import { reportsRoutes } from '@candor/server/visits/reports-routes.ts'
import pg from 'pg'
import { startChildProgram } from './child-program.ts'
import { scriptsOfPage, type ReportsAnswer, type ReportsOrder } from './reports-load.ts'
import { seededRandom } from './seeded-random.ts'

export interface ReportsPlan {
  seed: number
  seconds: number
  /** Page views in the table that is scanned. */
  views: number
}

export interface ReportsFigure {
  what: string
  measured: string
  beside: string
}

const site = 'https://shop.example'
const tenant = randomUUID()
/** As `observations.ts` writes at its busiest. */
const rowsAtOnce = 5_000
/** More than one machine sends: the limits are not what is measured here. */
const unlimited = {
  networkAtOnceMax: 1e9,
  networkPerMinuteMax: 1e9,
  siteAtOnceMax: 1e9,
  sitePerMinuteMax: 1e9,
  fairPerMinuteMax: 1e9,
}

export async function reportsBench(plan: ReportsPlan, say: (line: string) => void): Promise<ReportsFigure[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'candor-reports-bench-'))
  // PostgreSQL runs as another user where we are root, and has to pass through.
  chmodSync(folder, 0o711)
  const postgres = await startEmbeddedPostgres({ dataFolder: folder, log: () => undefined })
  const store = await openStore({ url: postgres.url, log: () => undefined })
  try {
    return [
      ...(await measureIntake(plan, store, postgres.url, say)),
      ...(await measureScoping(plan, store, postgres.url, say)),
    ]
  } finally {
    await store.close()
    await postgres.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

export function reportsReport(plan: ReportsPlan, figures: readonly ReportsFigure[]): string {
  const rows = [
    ['what', 'measured', 'beside it, in the same run'],
    ...figures.map((each) => Object.values(each) as string[]),
  ]
  const widths = rows[0]!.map((_, at) => Math.max(...rows.map((row) => row[at]!.length)))
  const lines = rows.map((row) => `| ${row.map((cell, at) => cell.padEnd(widths[at]!)).join(' | ')} |`)
  lines.splice(1, 0, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`)
  return [`Seed ${plan.seed}, ${plan.seconds} s each.`, '', ...lines].join('\n')
}

async function measureIntake(
  plan: ReportsPlan,
  store: Store,
  url: string,
  say: (line: string) => void,
): Promise<ReportsFigure[]> {
  const observations = openObservations({
    store,
    clock: { now: () => Date.now() },
    guardFormats: () => [],
    newSalt: () => randomBytes(32),
    log: (event) => say(JSON.stringify(event)),
    limits: { views: unlimited, reports: unlimited },
  })
  let rows = 0
  observations.onObserved(({ views, hashes }) => {
    rows += views.length + hashes.length
    return Promise.resolve()
  })
  const app = await openHttp({
    log: () => undefined,
    trustProxy: true,
    metrics: false,
    publicUrl: () => 'http://127.0.0.1',
    actorOf: () => Promise.resolve(null),
    ready: () => Promise.resolve(),
    gauges: {},
    version: '0',
    routes: [
      reportsRoutes({
        observations,
        tenantBySlug: () => Promise.resolve({ id: tenant }),
        originAllowed: (_, origin) => Promise.resolve(origin === site),
      }),
      async (bare) => {
        bare.post('/bare', (_, reply) => reply.code(204).send())
      },
    ],
  })
  await app.listen({ port: 0, host: '127.0.0.1' })
  const order = {
    url: `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`,
    tenant: 'shop',
    site,
    seconds: plan.seconds,
    seed: plan.seed,
  }
  const perSecond = ({ answered, seconds }: ReportsAnswer): number => answered / seconds
  try {
    const bare = perSecond(await load({ ...order, kind: 'bare' }))
    say(`a route that does nothing: ${whole(bare)}/s`)
    const views = await loadAndWrite({ ...order, kind: 'page-view' }, observations, () => rows)
    say(`page views: ${whole(views.perSecond)}/s, ${views.refused} refused`)
    const reports = await loadAndWrite({ ...order, kind: 'reports' }, observations, () => rows)
    say(`reports: ${whole(reports.perSecond * scriptsOfPage)}/s, ${reports.refused} refused`)
    const [counted] = await asOwner<{ views: number; reports: number }>(
      url,
      `select (select count(*)::float8 from observed_views) as views, (select sum(count)::float8 from observed_hashes) as reports`,
    )
    const beside = (each: number): string => `bare route ${whole(bare)}/s: ${(each / bare).toFixed(2)} of it`
    return [
      {
        what: `page views a second (${scriptsOfPage} scripts each)`,
        measured: `${whole(views.perSecond)} answered`,
        beside: beside(views.perSecond),
      },
      {
        what: 'the same until all are written',
        measured: `${whole(views.rowsPerSecond)} rows/s`,
        beside: `${whole(counted!.views)} in the database of ${whole(views.answered)} answered, ${views.refused} refused`,
      },
      {
        what: `browsers’ reports a second (${scriptsOfPage} in each POST)`,
        measured: `${whole(reports.perSecond * scriptsOfPage)} answered`,
        beside: `POSTs: ${beside(reports.perSecond)}`,
      },
      {
        what: 'the same until all are counted',
        measured: `${whole(reports.rowsPerSecond)} reports/s`,
        beside: `${whole(counted!.reports)} in the database of ${whole(reports.answered * scriptsOfPage)} answered, ${reports.refused * scriptsOfPage} refused`,
      },
    ]
  } finally {
    await app.close()
    await observations.close()
  }
}

async function load(order: ReportsOrder): Promise<ReportsAnswer> {
  const program = startChildProgram<ReportsOrder, ReportsAnswer>(import.meta.resolve('./reports-load.ts'))
  try {
    program.tell(order)
    return await program.heard()
  } finally {
    await program.end()
  }
}

async function loadAndWrite(
  order: ReportsOrder,
  observations: Observations,
  rows: () => number,
): Promise<{ perSecond: number; rowsPerSecond: number; answered: number; refused: number }> {
  const before = rows()
  const begun = performance.now()
  const { answered, refused, seconds } = await load(order)
  await observations.flush()
  await observations.flush()
  const whole = (performance.now() - begun) / 1_000
  return { perSecond: answered / seconds, rowsPerSecond: (rows() - before) / whole, answered, refused }
}

/** A shop of 200 templates for 16 days; a set of scripts with the skimmer in it was served to 1 % of the payment page. */
async function measureScoping(
  plan: ReportsPlan,
  store: Store,
  url: string,
  say: (line: string) => void,
): Promise<ReportsFigure[]> {
  const draw = seededRandom(plan.seed)
  const owner = randomUUID()
  const templates = 200
  const payment = 7
  const days = 16
  const first = Date.parse('2026-02-01T00:00:00Z')
  const span = days * 86_400_000
  let visit = randomUUID()
  let visits = 0
  const affected = new Set<string>()
  const begun = performance.now()
  for (let done = 0; done < plan.views;) {
    const batch: ViewRow[] = []
    while (batch.length < rowsAtOnce && done < plan.views) {
      if (draw() < 0.2) {
        visit = randomUUID()
        visits++
      }
      const template = draw() < 0.05 ? payment : 10 + Math.floor(draw() * templates)
      const skimmed = template === payment && draw() < 0.01
      if (skimmed) affected.add(visit)
      batch.push({
        template,
        set: skimmed ? 999 : 1 + Math.floor(draw() * 30),
        at: first + Math.floor((done / plan.views) * span),
        view: randomUUID(),
        visit,
        network: String(Math.floor(draw() * 1e9)),
        loader: 1,
        release: 1,
        flags: 2,
      })
      done++
    }
    await store.write(owner, (q) => insertViews(q, owner, batch))
  }
  const seconds = (performance.now() - begun) / 1_000
  say(`${whole(plan.views)} page views written in ${seconds.toFixed(0)} s`)
  // What autovacuum does by itself after so many rows.
  await asOwner(url, 'vacuum analyze observed_views')
  const [size] = await asOwner<{ table: number; index: number }>(
    url,
    `select pg_table_size('observed_views')::float8 as table, pg_indexes_size('observed_views')::float8 as index`,
  )
  const timed = async (sql: string, params: unknown[]): Promise<{ ms: number; count: number }> => {
    const from = performance.now()
    const [row] = await store.read(owner, (q) => q<{ count: number }>(sql, [owner, ...params]))
    return { ms: performance.now() - from, count: row!.count }
  }
  const until = new Date(first + span)
  const visitsOf = await timed(
    `select count(distinct visit_id)::int as count from observed_views
     where tenant_id = $1 and template_id = $2 and at >= $3 and at < $4 and set_id = 999`,
    [payment, new Date(first), until],
  )
  const everywhere = await timed(
    `select count(distinct visit_id)::int as count from observed_views
     where tenant_id = $1 and at >= $2 and at < $3 and set_id = 999`,
    [new Date(first), until],
  )
  const all = await timed(
    'select count(distinct visit_id)::int as count from observed_views where tenant_id = $1',
    [],
  )
  const right = visitsOf.count === affected.size && everywhere.count === affected.size
  return [
    {
      what: `${whole(plan.views)} page views written, ${whole(rowsAtOnce)} at once`,
      measured: `${whole(plan.views / seconds)} rows/s`,
      beside: `${Math.round(size!.table / plan.views)} bytes a row, ${Math.round(size!.index / plan.views)} in the index`,
    },
    {
      what: 'visits that ran one set on one page, 16 days',
      measured: `${visitsOf.ms.toFixed(0)} ms`,
      beside: `${whole(visitsOf.count)} visits${right ? ', exactly those that did' : ': WRONG'}`,
    },
    {
      what: 'the same on every page',
      measured: `${everywhere.ms.toFixed(0)} ms`,
      beside: `${whole(everywhere.count)} visits`,
    },
    {
      what: 'all visits counted (a scan of everything)',
      measured: `${all.ms.toFixed(0)} ms`,
      beside: `${whole(all.count)} of ${whole(visits)} visits`,
    },
  ]
}

async function asOwner<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Row>(sql)).rows
  } finally {
    await client.end()
  }
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en')
}

import type { WatchedPage, WatchedStep, WatcherProfile, WatcherRun } from '@candor/protocol/integrity-api.ts'
import type { Observation } from '@candor/watcher/observation.ts'
import type { Query } from '../../store/store.ts'

/** A page as it is kept. */
export interface PageRow {
  tenant: string
  id: string
  url: string
  profiles: WatcherProfile[]
  everyMinutes: number
  approvedHosts: string[]
  steps: WatchedStep[]
  submit: boolean
  baseline: Observation | null
}

/** A page as it is asked for. */
export type PageSetting = Pick<WatchedPage, 'url' | 'profiles' | 'everyMinutes' | 'approvedHosts'> & {
  steps: WatchedStep[]
  submit: boolean
}

const pageColumns = `tenant_id as tenant, id, url, profiles, every_minutes as "everyMinutes",
  approved_hosts as "approvedHosts", steps, submit, baseline`

const runColumns = `id, page, profile, started_at as "startedAt", ended_at as "endedAt", outcome, scripts, requests,
  findings, reason`

interface RunRow extends Omit<WatcherRun, 'startedAt' | 'endedAt' | 'reason'> {
  startedAt: Date
  endedAt: Date | null
  reason: string | null
}

export async function readPageRows(q: Query, tenant: string): Promise<PageRow[]> {
  return q<PageRow>(`select ${pageColumns} from watched_pages where tenant_id = $1 order by created_at, id`, [
    tenant,
  ])
}

export async function readPageRow(q: Query, tenant: string, id: string): Promise<PageRow | null> {
  const rows = await q<PageRow>(`select ${pageColumns} from watched_pages where tenant_id = $1 and id = $2`, [
    tenant,
    id,
  ])
  return rows[0] ?? null
}

/** Of all tenants that the transaction sees. */
export async function readDue(q: Query, at: Date, max: number): Promise<PageRow[]> {
  return q<PageRow>(`select ${pageColumns} from watched_pages where due_at <= $1 order by due_at limit $2`, [
    at,
    max,
  ])
}

/** @returns false when the id is taken already */
export async function insertPage(
  q: Query,
  tenant: string,
  id: string,
  given: PageSetting,
  at: Date,
): Promise<boolean> {
  const made = await q(
    `insert into watched_pages (tenant_id, id, url, profiles, every_minutes, approved_hosts, steps, submit, created_at, due_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) on conflict do nothing returning id`,
    [
      tenant, id, given.url, given.profiles, given.everyMinutes, given.approvedHosts, JSON.stringify(given.steps),
      given.submit, at,
    ], // prettier-ignore
  )
  return made.length === 1
}

/** Another address is another page: what was there before is no baseline for it. */
export async function updatePage(
  q: Query,
  tenant: string,
  id: string,
  given: PageSetting,
  at: Date,
): Promise<boolean> {
  const changed = await q(
    `update watched_pages set baseline = case when url = $3 then baseline end, url = $3, profiles = $4,
       every_minutes = $5, approved_hosts = $6, steps = $7, submit = $8, due_at = least(due_at, $9)
     where tenant_id = $1 and id = $2 returning id`,
    [
      tenant, id, given.url, given.profiles, given.everyMinutes, given.approvedHosts, JSON.stringify(given.steps),
      given.submit, new Date(at.getTime() + given.everyMinutes * 60_000),
    ], // prettier-ignore
  )
  return changed.length === 1
}

export async function setDue(q: Query, tenant: string, id: string, at: Date): Promise<void> {
  await q('update watched_pages set due_at = $3 where tenant_id = $1 and id = $2', [tenant, id, at])
}

export async function setBaseline(
  q: Query,
  tenant: string,
  id: string,
  baseline: Observation,
): Promise<void> {
  await q('update watched_pages set baseline = $3 where tenant_id = $1 and id = $2', [
    tenant,
    id,
    JSON.stringify(baseline),
  ])
}

export async function insertRun(q: Query, page: PageRow, run: WatcherRun): Promise<void> {
  await q(
    `insert into watcher_runs (tenant_id, id, page_id, page, profile, started_at, outcome, scripts, requests, findings)
     values ($1, $2, $3, $4, $5, $6, $7, '[]', 0, '[]') on conflict do nothing`,
    [page.tenant, run.id, page.id, run.page, run.profile, run.startedAt, run.outcome],
  )
}

export async function endRun(
  q: Query,
  tenant: string,
  run: WatcherRun,
  observed: Observation | null,
): Promise<void> {
  await q(
    `update watcher_runs set started_at = $3, ended_at = $4, outcome = $5, scripts = $6, requests = $7, findings = $8,
       reason = $9, observed = $10
     where tenant_id = $1 and id = $2`,
    [
      tenant, run.id, run.startedAt, run.endedAt, run.outcome, JSON.stringify(run.scripts), run.requests,
      JSON.stringify(run.findings), run.reason ?? null, observed === null ? null : JSON.stringify(observed),
    ], // prettier-ignore
  )
}

/** Runs that were under way when the server ended. */
export async function endBrokenOff(q: Query, at: Date, reason: string): Promise<void> {
  await q(`update watcher_runs set ended_at = $1, outcome = 'failed', reason = $2 where ended_at is null`, [
    at,
    reason,
  ])
}

export async function readRuns(
  q: Query,
  tenant: string,
  { page, limit }: { page?: string | undefined; limit: number },
): Promise<WatcherRun[]> {
  const rows = await q<RunRow>(
    `select ${runColumns} from watcher_runs where tenant_id = $1 and ($2::uuid is null or page_id = $2)
     order by started_at desc, id desc limit $3`,
    [tenant, page ?? null, limit],
  )
  return rows.map(runOf)
}

export async function readRunsBetween(
  q: Query,
  tenant: string,
  span: { from: Date; to: Date; limit: number },
): Promise<WatcherRun[]> {
  const rows = await q<RunRow>(
    `select ${runColumns} from watcher_runs
     where tenant_id = $1 and started_at >= $2 and started_at < $3 and ended_at is not null
     order by started_at, id limit $4`,
    [tenant, span.from, span.to, span.limit],
  )
  return rows.map(runOf)
}

/** By id of the page, the newest run of each. */
export async function readLastRuns(q: Query, tenant: string): Promise<Map<string, WatcherRun>> {
  const rows = await q<RunRow & { pageId: string }>(
    `select distinct on (page_id) page_id as "pageId", ${runColumns} from watcher_runs where tenant_id = $1
     order by page_id, started_at desc, id desc`,
    [tenant],
  )
  return new Map(rows.map(({ pageId, ...row }) => [pageId, runOf(row)]))
}

export async function readObserved(
  q: Query,
  tenant: string,
  page: string,
  run: string,
): Promise<Observation | null> {
  const rows = await q<{ observed: Observation | null }>(
    'select observed from watcher_runs where tenant_id = $1 and page_id = $2 and id = $3',
    [tenant, page, run],
  )
  return rows[0]?.observed ?? null
}

export async function forgetRuns(q: Query, before: Date): Promise<void> {
  await q('delete from watcher_runs where started_at < $1', [before])
}

function runOf({ startedAt, endedAt, reason, ...row }: RunRow): WatcherRun {
  return {
    ...row,
    startedAt: startedAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
    ...(reason === null ? {} : { reason }),
  }
}

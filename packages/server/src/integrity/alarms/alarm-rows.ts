import type { AlarmKind, IntegrityAlarm } from '@candor/protocol/integrity-api.ts'
import type { Query } from '../../store/store.ts'

/** An alarm as it is stored; the same in memory while it is the current one of its key. */
export interface StoredAlarm {
  id: string
  kind: AlarmKind
  weight: IntegrityAlarm['weight']
  template: number
  page: string | null
  script: string | null
  hash: string | null
  key: string
  what: string
  firstAt: number
  lastAt: number
  raisedAt: number
  views: number
  reports: number
  share: number | null
  sources: number
  several: boolean
  state: IntegrityAlarm['state']
  by: string | null
  at: number | null
  justification: string | null
  containment: string | null
}

interface AlarmRow {
  id: string
  kind: AlarmKind
  weight: IntegrityAlarm['weight']
  template_id: number
  template: string | null
  script: string | null
  hash: string | null
  key: string
  what: string
  first_seen_at: Date
  last_seen_at: Date
  raised_at: Date
  views: number
  reports: number
  share: number | null
  sources: number
  several: boolean
  state: IntegrityAlarm['state']
  decided_by: string | null
  decided_at: Date | null
  justification: string | null
  containment: string | null
}

const columns = `id, kind, weight, template_id, template, script, hash, key, what, first_seen_at, last_seen_at, raised_at,
  views::float8, reports::float8, share, sources, several, state, decided_by, decided_at, justification, containment`

/** @param rest what follows `where tenant_id = $1`. */
export async function readAlarms(
  q: Query,
  tenant: string,
  rest: string,
  params: unknown[] = [],
): Promise<StoredAlarm[]> {
  const rows = await q<AlarmRow>(`select ${columns} from integrity_alarms where tenant_id = $1 ${rest}`, [
    tenant,
    ...params,
  ])
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    weight: row.weight,
    template: row.template_id,
    page: row.template,
    script: row.script,
    hash: row.hash,
    key: row.key,
    what: row.what,
    firstAt: row.first_seen_at.getTime(),
    lastAt: row.last_seen_at.getTime(),
    raisedAt: row.raised_at.getTime(),
    views: row.views,
    reports: row.reports,
    share: row.share,
    sources: row.sources,
    several: row.several,
    state: row.state,
    by: row.decided_by,
    at: row.decided_at?.getTime() ?? null,
    justification: row.justification,
    containment: row.containment,
  }))
}

export async function saveAlarms(q: Query, tenant: string, alarms: readonly StoredAlarm[]): Promise<void> {
  if (alarms.length === 0) return
  await q(
    `insert into integrity_alarms (tenant_id, id, kind, weight, template_id, template, script, hash, key, what,
       first_seen_at, last_seen_at, raised_at, views, reports, share, sources, several, state, decided_by, decided_at,
       justification, containment)
     select $1, x.id, x.kind, x.weight, x.template, x.page, x.script, x.hash, x.key, x.what,
       to_timestamp(x."firstAt" / 1000.0), to_timestamp(x."lastAt" / 1000.0), to_timestamp(x."raisedAt" / 1000.0),
       x.views, x.reports, x.share, x.sources, x.several, x.state, x.by, to_timestamp(x.at / 1000.0),
       x.justification, x.containment
     from jsonb_to_recordset($2) as x (id uuid, kind text, weight text, template int, page text, script text, hash text,
       key text, what text, "firstAt" float8, "lastAt" float8, "raisedAt" float8, views bigint, reports bigint, share real,
       sources int, several boolean, state text, by text, at float8, justification text, containment text)
     on conflict (tenant_id, id) do update set
       first_seen_at = excluded.first_seen_at, last_seen_at = excluded.last_seen_at, what = excluded.what,
       views = excluded.views, reports = excluded.reports, share = excluded.share, sources = excluded.sources,
       several = excluded.several, state = excluded.state, decided_by = excluded.decided_by,
       decided_at = excluded.decided_at, justification = excluded.justification, containment = excluded.containment`,
    [tenant, JSON.stringify(alarms)],
  )
}

export interface AlarmNetwork {
  alarm: string
  day: number
  network: string
  views: number
  reports: number
  pageViews: number
}

/** Adds to what is stored. */
export async function addNetworks(q: Query, tenant: string, rows: readonly AlarmNetwork[]): Promise<void> {
  if (rows.length === 0) return
  await q(
    `insert into integrity_alarm_networks (tenant_id, alarm_id, day, network, views, reports, page_views)
     select $1, x.alarm, x.day, x.network, x.views, x.reports, x."pageViews"
     from jsonb_to_recordset($2)
       as x (alarm uuid, day int, network bigint, views int, reports int, "pageViews" int)
     on conflict (tenant_id, alarm_id, day, network) do update set
       views = integrity_alarm_networks.views + excluded.views,
       reports = integrity_alarm_networks.reports + excluded.reports,
       page_views = integrity_alarm_networks.page_views + excluded.page_views`,
    [tenant, JSON.stringify(rows)],
  )
}

/** By alarm: page views of the page in the networks that showed it, and of them those that did not. */
export async function compared(
  q: Query,
  tenant: string,
  alarms: readonly string[],
): Promise<Map<string, { pageViews: number; without: number }>> {
  const rows = await q<{ alarm: string; page_views: number; without: number }>(
    `select alarm_id as alarm, sum(page_views)::float8 as page_views,
       sum(greatest(page_views - greatest(views, reports), 0))::float8 as without
     from integrity_alarm_networks where tenant_id = $1 and alarm_id = any($2) group by alarm_id`,
    [tenant, alarms],
  )
  return new Map(rows.map((row) => [row.alarm, { pageViews: row.page_views, without: row.without }]))
}

import type { IntegrityHome, PageTemplate } from '@candor/protocol/integrity-api.ts'
import type { Query } from '../store/store.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
/** As many as the dictionary keeps of a tenant. */
const pagesMax = 2_000
/** A header that was taken away longer ago is not there. */
const reportedDays = 30

export type PageRow = Omit<PageTemplate, 'cardFieldsApproved' | 'openAlarms'>

/** Templates of a tenant with how much was seen of them, the busiest first. */
export async function readPages(q: Query, tenant: string, now: number): Promise<PageRow[]> {
  const rows = await q<{
    id: number
    template: string
    card_fields: boolean
    first_seen_at: Date
    last_seen_at: Date
    views: number
    reported_at: Date | null
    hour_views: number
    hour_reporting: number
  }>(
    `select t.id, t.template, t.card_fields, t.first_seen_at, greatest(t.last_seen_at, m.last) as last_seen_at,
       coalesce(m.views, 0) as views, m.reported_at, coalesce(m.hour_views, 0) as hour_views,
       coalesce(m.hour_reporting, 0) as hour_reporting
     from observed_templates t left join (
       select template_id, max(minute) as last, max(minute) filter (where reports > 0) as reported_at,
         sum(views) filter (where minute > $2)::float8 as views,
         sum(views) filter (where minute > $3)::float8 as hour_views,
         sum(reporting) filter (where minute > $3)::float8 as hour_reporting
       from observed_minutes where tenant_id = $1 and minute > $4 group by template_id
     ) m on m.template_id = t.id
     where t.tenant_id = $1 order by views desc, t.template limit ${pagesMax}`,
    [tenant, new Date(now - 24 * hourMs), new Date(now - hourMs), new Date(now - reportedDays * 24 * hourMs)],
  )
  return rows.map((row) => ({
    id: String(row.id),
    template: row.template,
    cardFields: row.card_fields,
    firstSeenAt: row.first_seen_at.toISOString(),
    lastSeenAt: row.last_seen_at.toISOString(),
    views24h: row.views,
    reportedAt: row.reported_at?.toISOString() ?? null,
    reportingShare: row.hour_views === 0 ? null : Math.min(1, row.hour_reporting / row.hour_views),
  }))
}

/** The last hour by minute, oldest first. */
export async function readLastHour(
  q: Query,
  tenant: string,
  now: number,
): Promise<Pick<IntegrityHome['reporting'], 'viewsByMinute' | 'reportsByMinute'>> {
  const first = Math.floor(now / minuteMs) - 59
  const rows = await q<{ minute: Date; views: number; reports: number }>(
    `select minute, sum(views)::float8 as views, sum(reports)::float8 as reports
     from observed_minutes where tenant_id = $1 and minute >= $2 group by minute`,
    [tenant, new Date(first * minuteMs)],
  )
  const hour = { viewsByMinute: Array<number>(60).fill(0), reportsByMinute: Array<number>(60).fill(0) }
  for (const { minute, views, reports } of rows) {
    const i = Math.round(minute.getTime() / minuteMs) - first
    if (i < 0 || i > 59) continue
    hour.viewsByMinute[i] = views
    hour.reportsByMinute[i] = reports
  }
  return hour
}

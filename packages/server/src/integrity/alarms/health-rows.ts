import type { Query } from '../../store/store.ts'
import { newHealth, newMinute, type PageHealth } from './page-health.ts'

const hourMs = 3_600_000
/** What is usual is taken from this long. */
const usualDays = 30

/**
 * Health of a tenant's pages as it was when the server ended: networks are unknown, their salt is gone. Up to this
 * minute, which the batch that is judged next brings with it.
 */
export async function loadHealth(q: Query, tenant: string, now: number): Promise<Map<number, PageHealth>> {
  const health = new Map<number, PageHealth>()
  const thisMinute = new Date(now - (now % 60_000))
  const of = (template: number): PageHealth => {
    const known = health.get(template) ?? newHealth()
    health.set(template, known)
    return known
  }
  const usual = await q<{
    template_id: number
    views: number
    joined: number
    last_view: Date | null
    last_report: Date | null
  }>(
    `select template_id, sum(views)::float8 as views, sum(reporting)::float8 as joined,
       max(minute) filter (where views > 0) as last_view, max(minute) filter (where reports > 0) as last_report
     from observed_minutes where tenant_id = $1 and minute > $2 and minute < $3 group by template_id`,
    [tenant, new Date(now - usualDays * 24 * hourMs), thisMinute],
  )
  for (const row of usual)
    Object.assign(of(row.template_id), {
      views: row.views,
      joined: row.joined,
      lastViewAt: row.last_view?.getTime() ?? null,
      lastHashAt: row.last_report?.getTime() ?? null,
    })
  const since = [tenant, new Date(now - hourMs), thisMinute]
  const minuteOf = (template: number, at: Date) => {
    const { minutes } = of(template)
    const key = Math.floor(at.getTime() / 60_000)
    const known = minutes.get(key) ?? newMinute()
    minutes.set(key, known)
    return known
  }
  for (const row of await q<{ template_id: number; minute: Date; views: number; refused: number }>(
    `select template_id, minute, views, refused from observed_minutes where tenant_id = $1 and minute > $2 and minute < $3`,
    since,
  ))
    Object.assign(minuteOf(row.template_id, row.minute), { views: row.views, refused: row.refused })
  for (const row of await q<{
    template_id: number
    minute: Date
    script: string
    hash: string
    count: number
  }>(
    `select c.template_id, c.minute, s.word as script, h.word as hash, sum(c.count)::float8 as count
     from observed_hashes c
     join observed_words s on s.tenant_id = $1 and s.id = c.script_id
     left join observed_words h on h.tenant_id = $1 and h.id = c.hash_id
     where c.tenant_id = $1 and c.minute > $2 and c.minute < $3 group by 1, 2, 3, 4`,
    since,
  )) {
    const { reports } = minuteOf(row.template_id, row.minute)
    reports.set(row.script, (reports.get(row.script) ?? 0) + row.count)
    if (row.hash !== null) reports.set(`${row.script}\n${row.hash}`, row.count)
  }
  return health
}

import { intArray, textArray, uuidArray } from '../store/binary-arrays.ts'
import type { Query } from '../store/store.ts'

export interface ViewRow {
  template: number
  set: number
  at: number
  view: string
  visit: string
  network: string
  loader: number
  release: number
  flags: number
}

/** Bits of `flags`. */
export const flag = { cardFields: 1, pinned: 2, silent: 4, unverified: 8, setNotKept: 16, again: 32 } as const

/** Times travel as offsets to the first one: int4 costs a third of a timestamp's text. */
export async function insertViews(q: Query, tenant: string, rows: readonly ViewRow[]): Promise<void> {
  if (rows.length === 0) return
  const [{ at: base }] = rows as [ViewRow]
  await q(
    `insert into observed_views
       (tenant_id, template_id, set_id, at, view_id, visit_id, network, loader_id, release_id, flags)
     select $1, template, set, to_timestamp(($2::float8 + after) / 1000.0), view, visit, network::bigint, loader, release, flags
     from unnest($3::int[], $4::int[], $5::int[], $6::uuid[], $7::uuid[], $8::text[], $9::int[], $10::int[], $11::int[])
       as x (template, set, after, view, visit, network, loader, release, flags)
     on conflict do nothing`,
    [
      tenant,
      base,
      intArray(rows.map((row) => row.template)),
      intArray(rows.map((row) => row.set)),
      intArray(rows.map((row) => row.at - base)),
      uuidArray(rows.map((row) => row.view)),
      uuidArray(rows.map((row) => row.visit)),
      textArray(rows.map((row) => row.network)),
      intArray(rows.map((row) => row.loader)),
      intArray(rows.map((row) => row.release)),
      intArray(rows.map((row) => row.flags)),
    ],
  )
  const visits = new Map<string, { first: number; last: number }>()
  for (const { visit, at } of rows) {
    const known = visits.get(visit)
    visits.set(visit, { first: Math.min(known?.first ?? at, at), last: Math.max(known?.last ?? at, at) })
  }
  // In order: two statements that lock the same rows lock them one after the other.
  const ids = [...visits.keys()].sort()
  await q(
    `insert into observed_visits (tenant_id, visit_id, first_at, last_at)
     select $1, visit, to_timestamp(($2::float8 + first) / 1000.0), to_timestamp(($2::float8 + last) / 1000.0)
     from unnest($3::uuid[], $4::int[], $5::int[]) as x (visit, first, last)
     on conflict (tenant_id, visit_id) do update set
       first_at = least(observed_visits.first_at, excluded.first_at),
       last_at = greatest(observed_visits.last_at, excluded.last_at)`,
    [
      tenant,
      base,
      uuidArray(ids),
      intArray(ids.map((id) => visits.get(id)!.first - base)),
      intArray(ids.map((id) => visits.get(id)!.last - base)),
    ],
  )
}

export async function countReleaseViews(
  q: Query,
  tenant: string,
  release: string,
  fromMs: number,
): Promise<number> {
  const [row] = await q<{ views: number }>(
    `select count(distinct view_id)::int as views from observed_views
     where tenant_id = $1 and at >= to_timestamp($3::float8 / 1000.0)
       and release_id = (select id from observed_words where tenant_id = $1 and kind = 'r' and word = $2)`,
    [tenant, release, fromMs],
  )
  return row!.views
}

export interface HashRow {
  template: number
  at: number
  script: number
  hash: number
  network: string
}

export async function countHashes(q: Query, tenant: string, rows: readonly HashRow[]): Promise<void> {
  const counts = counted(rows, (row) => [row.template, minuteOf(row.at), row.script, row.hash, row.network])
  if (counts.length === 0) return
  await q(
    `insert into observed_hashes (tenant_id, template_id, minute, script_id, hash_id, network, count)
     select $1, template, to_timestamp(minute::float8 * 60), script, hash, network::bigint, count
     from unnest($2::int[], $3::int[], $4::int[], $5::int[], $6::text[], $7::int[])
       as x (template, minute, script, hash, network, count)
     on conflict (tenant_id, template_id, minute, script_id, hash_id, network)
     do update set count = observed_hashes.count + excluded.count`,
    [
      tenant,
      intArray(counts.map(({ key }) => key[0] as number)),
      intArray(counts.map(({ key }) => key[1] as number)),
      intArray(counts.map(({ key }) => key[2] as number)),
      intArray(counts.map(({ key }) => key[3] as number)),
      textArray(counts.map(({ key }) => key[4] as string)),
      intArray(counts.map(({ count }) => count)),
    ],
  )
}

export interface ViolationRow {
  template: number
  at: number
  directive: string
  target: number
  network: string
  enforced: boolean
}

export async function countViolations(
  q: Query,
  tenant: string,
  rows: readonly ViolationRow[],
): Promise<void> {
  const counts = counted(rows, (row) => [
    row.template,
    minuteOf(row.at),
    row.directive,
    row.target,
    row.network,
    row.enforced ? 1 : 0,
  ])
  if (counts.length === 0) return
  await q(
    `insert into observed_violations (tenant_id, template_id, minute, directive, target_id, network, enforced, count)
     select $1, template, to_timestamp(minute::float8 * 60), directive, target, network::bigint, enforced = 1, count
     from unnest($2::int[], $3::int[], $4::text[], $5::int[], $6::text[], $7::int[], $8::int[])
       as x (template, minute, directive, target, network, enforced, count)
     on conflict (tenant_id, template_id, minute, directive, target_id, network, enforced)
     do update set count = observed_violations.count + excluded.count`,
    [
      tenant,
      intArray(counts.map(({ key }) => key[0] as number)),
      intArray(counts.map(({ key }) => key[1] as number)),
      textArray(counts.map(({ key }) => key[2] as string)),
      intArray(counts.map(({ key }) => key[3] as number)),
      textArray(counts.map(({ key }) => key[4] as string)),
      intArray(counts.map(({ key }) => key[5] as number)),
      intArray(counts.map(({ count }) => count)),
    ],
  )
}

export interface MinuteRow {
  template: number
  at: number
  views?: number
  reporting?: number
  reports?: number
  refused?: number
}

export async function countMinutes(q: Query, tenant: string, rows: readonly MinuteRow[]): Promise<void> {
  const minutes = new Map<string, Required<MinuteRow>>()
  for (const row of rows) {
    const key = `${row.template} ${minuteOf(row.at)}`
    const known = minutes.get(key) ?? { ...row, views: 0, reporting: 0, reports: 0, refused: 0 }
    known.views += row.views ?? 0
    known.reporting += row.reporting ?? 0
    known.reports += row.reports ?? 0
    known.refused += row.refused ?? 0
    minutes.set(key, known)
  }
  const list = [...minutes.values()]
  if (list.length === 0) return
  await q(
    `insert into observed_minutes (tenant_id, template_id, minute, views, reporting, reports, refused)
     select $1, template, to_timestamp(minute::float8 * 60), views, reporting, reports, refused
     from unnest($2::int[], $3::int[], $4::int[], $5::int[], $6::int[], $7::int[])
       as x (template, minute, views, reporting, reports, refused)
     on conflict (tenant_id, template_id, minute) do update set
       views = observed_minutes.views + excluded.views, reporting = observed_minutes.reporting + excluded.reporting,
       reports = observed_minutes.reports + excluded.reports, refused = observed_minutes.refused + excluded.refused`,
    [
      tenant,
      intArray(list.map((row) => row.template)),
      intArray(list.map((row) => minuteOf(row.at))),
      intArray(list.map((row) => row.views)),
      intArray(list.map((row) => row.reporting)),
      intArray(list.map((row) => row.reports)),
      intArray(list.map((row) => row.refused)),
    ],
  )
}

export interface LinkRow {
  set: number
  at: number
  view: string
  visit: string
  template: number
}

export async function insertLinks(q: Query, tenant: string, rows: readonly LinkRow[]): Promise<void> {
  if (rows.length === 0) return
  const [{ at: base }] = rows as [LinkRow]
  await q(
    `insert into observed_view_hashes (tenant_id, set_id, at, view_id, visit_id, template_id)
     select $1, set, to_timestamp(($2::float8 + after) / 1000.0), view, visit, template
     from unnest($3::int[], $4::int[], $5::uuid[], $6::uuid[], $7::int[]) as x (set, after, view, visit, template)
     on conflict do nothing`,
    [
      tenant,
      base,
      intArray(rows.map((row) => row.set)),
      intArray(rows.map((row) => row.at - base)),
      uuidArray(rows.map((row) => row.view)),
      uuidArray(rows.map((row) => row.visit)),
      intArray(rows.map((row) => row.template)),
    ],
  )
}

/** The first visitor who says hello in a visit is whose visit it is: nobody takes it over by naming it. */
export async function nameVisitors(
  q: Query,
  tenant: string,
  rows: readonly { visit: string; visitor: string; at: number }[],
): Promise<void> {
  if (rows.length === 0) return
  const visits = new Map(rows.toReversed().map((row) => [row.visit, row]))
  await q(
    `insert into observed_visits (tenant_id, visit_id, visitor_id, first_at, last_at)
     select $1, x.visit, x.visitor, to_timestamp(x.at / 1000.0), to_timestamp(x.at / 1000.0)
     from jsonb_to_recordset($2) as x (visit uuid, visitor uuid, at float8) order by x.visit
     on conflict (tenant_id, visit_id) do update set
       visitor_id = coalesce(observed_visits.visitor_id, excluded.visitor_id),
       last_at = greatest(observed_visits.last_at, excluded.last_at)`,
    [tenant, JSON.stringify([...visits.values()])],
  )
}

/** Of one visitor: their visits, and the page views and links of these, which lie between their first and last. */
export async function eraseVisits(q: Query, tenant: string, visitor: string): Promise<void> {
  // By time over all templates: PostgreSQL 18 skips from one template to the next in the key.
  for (const table of ['observed_views', 'observed_view_hashes'])
    await q(
      `delete from ${table} t using observed_visits v
       where v.tenant_id = $1 and v.visitor_id = $2
         and t.tenant_id = $1 and t.visit_id = v.visit_id and t.at between v.first_at and v.last_at`,
      [tenant, visitor],
    )
  await q('delete from observed_visits where tenant_id = $1 and visitor_id = $2', [tenant, visitor])
}

export function minuteOf(at: number): number {
  return Math.floor(at / 60_000)
}

/** Equal keys once, with how many there were, in order: two flushes lock rows one after the other. */
function counted<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => (string | number)[],
): { key: (string | number)[]; count: number }[] {
  const counts = new Map<string, { key: (string | number)[]; count: number }>()
  for (const row of rows) {
    const key = keyOf(row)
    const text = key.join('\n')
    const known = counts.get(text)
    if (known === undefined) counts.set(text, { key, count: 1 })
    else known.count++
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each)
}

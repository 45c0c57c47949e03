import type { Query } from '../../store/store.ts'
import { flag } from '../../visits/observation-rows.ts'
import type { ScopeQuery } from './scope-query.ts'

/** A visit with page views that matter: how many of each class, and the time of those that ran it or may have. */
export interface VisitInScope {
  visit: string
  /** The visitor, or the customer whom they turned out to be; null while nobody knows. */
  person: string | null
  views: { ran: number; unknown: number }
  /** Milliseconds since 1970. */
  firstAt: number
  lastAt: number
}

/** What the query names, as the numbers that page views have. */
export interface ScopeNumbers {
  templates: Map<number, string>
  releases: number[]
  hashes: number[]
  /** Sets of scripts with hashes: with a bad one; with another hash of a script that was bad for somebody. */
  badHashSets: number[]
  goodHashSets: number[]
  /** Sets of addresses: with a bad one; with that of a script that was bad for somebody. */
  badAddressSets: number[]
  concernedSets: number[]
}

/** Dictionaries are bounded (`visits/observation-dictionary.ts`), so they are read whole and compared here. */
export async function readNumbers(q: Query, tenant: string, query: ScopeQuery): Promise<ScopeNumbers> {
  const templates = await q<{ id: number; template: string; card_fields: boolean }>(
    'select id, template, card_fields from observed_templates where tenant_id = $1',
    [tenant],
  )
  const wanted = templates.filter(
    ({ template, card_fields }) =>
      (query.templates === null || query.templates.includes(template)) &&
      !query.exclude.templates.includes(template) &&
      (card_fields || !query.exclude.withoutCardFields),
  )
  const words = async (kind: string, named: readonly string[]): Promise<number[]> =>
    (
      await q<{ id: number }>(
        'select id from observed_words where tenant_id = $1 and kind = $2 and word = any($3::text[])',
        [tenant, kind, named],
      )
    ).map(({ id }) => id)
  const hashes = new Set(await words('h', query.hashes))
  const addresses = new Set(await words('s', query.addresses))
  const releases = await words('r', query.releases)
  const sets = await q<{ id: number; kind: string; members: number[] }>(
    'select id, kind, members from observed_sets where tenant_id = $1 order by id',
    [tenant],
  )
  const hashSets = sets.filter(({ kind }) => kind === 'h')
  const pairs = (members: readonly number[]): [script: number, hash: number][] =>
    members.flatMap((script, n) => (n % 2 === 0 ? [[script, members[n + 1]!] as [number, number]] : []))
  const badHashSets = hashSets.filter(({ members }) => pairs(members).some(([, hash]) => hashes.has(hash)))
  // A script is concerned when some browser reported it with a bad hash, joined to a page view or not.
  const concerned = new Set([
    ...addresses,
    ...badHashSets.flatMap(({ members }) =>
      pairs(members).flatMap(([script, hash]) => (hashes.has(hash) ? [script] : [])),
    ),
    ...(
      await q<{ script_id: number }>(
        'select distinct script_id from observed_hashes where tenant_id = $1 and hash_id = any($2::int[])',
        [tenant, [...hashes]],
      )
    ).map(({ script_id }) => script_id),
  ])
  const addressSets = sets.filter(({ kind }) => kind === 's')
  const ids = (some: readonly { id: number }[]): number[] => some.map(({ id }) => id)
  return {
    templates: new Map(wanted.map(({ id, template }) => [id, template])),
    releases,
    hashes: [...hashes],
    badHashSets: ids(badHashSets),
    goodHashSets: ids(
      hashSets.filter(({ members }) =>
        pairs(members).some(([script, hash]) => concerned.has(script) && !hashes.has(hash)),
      ),
    ),
    badAddressSets: ids(addressSets.filter(({ members }) => members.some((each) => addresses.has(each)))),
    concernedSets: ids(addressSets.filter(({ members }) => members.some((each) => concerned.has(each)))),
  }
}

/** Work of one statement over a million page views; PostgreSQL's default of 4 MB would sort on the disk. */
const workMemory = '256MB'
/** A hundred million page views are to be answered within a minute; more than two is stuck. */
const statementSecondsMax = 120
/** Browsers keep reports back for a minute or two; around the first and the last one this is generous. */
const servedMargin = '1 hour'

/**
 * Every page view of the time and the pages gets its class, and each visit is told how many it has of which. A view may
 * be told of more than once, and its hashes come in several portions: all that is known of it counts together.
 */
export async function readViews(
  q: Query,
  tenant: string,
  query: ScopeQuery,
  numbers: ScopeNumbers,
): Promise<{
  members: VisitInScope[]
  byTemplate: { template: string; ran: number; unknown: number; clean: number; elsewhere: number }[]
}> {
  await q(`set local work_mem = '${workMemory}'`)
  await q(`set local statement_timeout = '${statementSecondsMax}s'`)
  // All of the tables are read whole: where statistics are old, a loop within a loop would take the square of the time.
  await q('set local enable_nestloop = off')
  await q('set local jit = off')
  const rows = await q<{
    template_id: number | null
    visit: string | null
    person: string | null
    ran: number
    unknown: number
    clean: number
    elsewhere: number
    first_at: number
    last_at: number
  }>(
    `with told as (
       select view_id, template_id, (array_agg(visit_id))[1] as visit_id, min(at) as at,
         bool_or(set_id = any($5::int[]) or release_id = any($6::int[])) as bad,
         bool_or(set_id = any($7::int[]) or flags & ${flag.setNotKept} > 0) as had
       from observed_views
       where tenant_id = $1 and template_id = any($2::int[]) and at >= $3 and at < $4
       group by view_id, template_id
     ), reported as (
       select view_id, bool_or(set_id = any($8::int[])) as bad, bool_or(set_id = any($9::int[])) as good
       from observed_view_hashes
       where tenant_id = $1 and set_id = any($8::int[] || $9::int[]) and template_id = any($2::int[])
         and at >= $3 and at < $4
       group by view_id
     ), bad_times as (
       select template_id, at as first_at, at as last_at from observed_view_hashes
       where tenant_id = $1 and set_id = any($8::int[]) and at >= $3 and at < $4
       union all
       -- Reports that belong to no page view that is known: their page and minute are.
       select template_id, minute, minute from observed_hashes
       where tenant_id = $1 and hash_id = any($10::int[]) and minute >= $3 and minute < $4
     ), served as (
       select template_id, min(first_at) - $11::interval as first_at, max(last_at) + $11::interval as last_at
       from bad_times group by template_id
     ), classed as materialized (
       select told.template_id, told.visit_id, told.at,
         case when told.bad or coalesce(reported.bad, false) then 'r'
              when coalesce(reported.good, false) or not told.had then 'c'
              when told.at between served.first_at and served.last_at then 'u'
              else 'e' end as class
       from told left join reported using (view_id) left join served using (template_id)
     ), visits as (
       select visit_id, count(*) filter (where class = 'r')::int as ran, count(*) filter (where class = 'u')::int as unknown,
         min(at) as first_at, max(at) as last_at
       from classed where class in ('r', 'u') group by visit_id
     )
     select template_id, null as visit, null as person,
       count(*) filter (where class = 'r')::int as ran, count(*) filter (where class = 'u')::int as unknown,
       count(*) filter (where class = 'c')::int as clean, count(*) filter (where class = 'e')::int as elsewhere,
       0::float8 as first_at, 0::float8 as last_at
     from classed group by template_id
     union all
     select null, v.visit_id::text, coalesce(known.merged_into, seen.visitor_id)::text, v.ran, v.unknown, 0, 0,
       round(extract(epoch from v.first_at) * 1000)::float8, round(extract(epoch from v.last_at) * 1000)::float8
     from visits v
     left join observed_visits seen on seen.tenant_id = $1 and seen.visit_id = v.visit_id
     left join visitors known on known.tenant_id = $1 and known.id = seen.visitor_id
     order by visit`,
    [
      tenant,
      [...numbers.templates.keys()],
      query.from,
      query.until,
      numbers.badAddressSets,
      numbers.releases,
      numbers.concernedSets,
      numbers.badHashSets,
      numbers.goodHashSets,
      numbers.hashes,
      servedMargin,
    ],
  )
  return {
    members: rows.flatMap((row) =>
      row.visit === null
        ? []
        : [
            {
              visit: row.visit,
              person: row.person,
              views: { ran: row.ran, unknown: row.unknown },
              firstAt: row.first_at,
              lastAt: row.last_at,
            },
          ],
    ),
    byTemplate: rows
      .flatMap(({ template_id: id, ran, unknown, clean, elsewhere }) =>
        id === null ? [] : [{ template: numbers.templates.get(id)!, ran, unknown, clean, elsewhere }],
      )
      .sort((a, b) => (a.template < b.template ? -1 : 1)),
  }
}

/** Minutes in which something was refused as a flood: views or reports of them may be missing, at most so many. */
export async function readHoles(
  q: Query,
  tenant: string,
  query: ScopeQuery,
  numbers: ScopeNumbers,
): Promise<{ template: string | null; minutes: number; refused: number; firstAt: string; lastAt: string }[]> {
  const rows = await q<{ template_id: number; minutes: number; refused: number; first: Date; last: Date }>(
    `select template_id, count(*)::int as minutes, sum(refused)::int as refused, min(minute) as first, max(minute) as last
     from observed_minutes
     where tenant_id = $1 and refused > 0 and minute >= date_trunc('minute', $2::timestamptz) and minute < $3
       and (template_id = 0 or template_id = any($4::int[]))
     group by template_id order by template_id`,
    [tenant, query.from, query.until, [...numbers.templates.keys()]],
  )
  return rows.map((row) => ({
    template: numbers.templates.get(row.template_id) ?? null,
    minutes: row.minutes,
    refused: row.refused,
    firstAt: row.first.toISOString(),
    lastAt: row.last.toISOString(),
  }))
}

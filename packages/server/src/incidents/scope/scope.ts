import { createHash } from 'node:crypto'
import type { Store } from '../../store/store.ts'
import type { DataCategory, ScopeQuery } from './scope-query.ts'
import { readHoles, readNumbers, readViews, type VisitInScope } from './scope-rows.ts'

/**
 * How a page view is known.
 * - `ran`: its own browser reported the bad hash, or its loader the bad address or the bad release.
 * - `unknown`: the page had the script while other browsers reported the bad hash of it there, and this browser reported
 *   none. It may have run either.
 * - `clean`: its browser reported the script with another hash, or the page did not have the script at all.
 * - `elsewhere`: this browser reported nothing, and on this page at this time nobody else reported the bad hash.
 */
export interface ScopeCounts {
  views: number
  visits: number
  /** Visitors whom the tenant's own token identified; several visits of one are one person. */
  persons: number
  /** Visits of which nobody knows whose they are. */
  visitsOfNobodyKnown: number
  firstAt: string | null
  lastAt: string | null
}

export interface Scope {
  version: 1
  query: ScopeQuery
  ran: ScopeCounts
  unknown: ScopeCounts
  /** Only counted: nobody of them is concerned. */
  cleanViews: number
  elsewhereViews: number
  byTemplate: {
    template: string
    categories: DataCategory[]
    ran: number
    unknown: number
    clean: number
    elsewhere: number
  }[]
  /** What could be read in the page views that ran it. */
  categories: DataCategory[]
  /** Where the record has a hole: minutes in which reports were refused as a flood, and how many. */
  holes: { template: string | null; minutes: number; refused: number; firstAt: string; lastAt: string }[]
  /** SHA-256 over the lines of `members`, of `ran` and then of `unknown`, base64url: the same query has the same. */
  digest: string
}

/** One visit of the answer. */
export interface ScopeMember extends VisitInScope {
  class: 'ran' | 'unknown'
}

export interface ScopeAnswer {
  scope: Scope
  /** Ordered by visit: whoever asks again gets the same list in the same order. */
  members: ScopeMember[]
}

/**
 * Works out who is concerned, from what browsers and loaders reported and from nothing else. No share is extrapolated:
 * what is not in the records is `unknown` or a hole, with its bounds.
 */
export async function workOutScope(store: Store, tenant: string, query: ScopeQuery): Promise<ScopeAnswer> {
  // One snapshot: what comes in meanwhile belongs to the next time.
  return store.read(
    tenant,
    async (q) => {
      const numbers = await readNumbers(q, tenant, query)
      const visits = await readViews(q, tenant, query, numbers)
      const holes = await readHoles(q, tenant, query, numbers)
      const of = (kind: 'ran' | 'unknown'): VisitInScope[] =>
        visits.members.filter((each) => each.views[kind] > 0)
      const ran = of('ran')
      // A visit that surely ran it is not counted again among those that may have.
      const unknown = of('unknown').filter((each) => each.views.ran === 0)
      const members: ScopeMember[] = [
        ...ran.map((each): ScopeMember => ({ ...each, class: 'ran' })),
        ...unknown.map((each): ScopeMember => ({ ...each, class: 'unknown' })),
      ]
      const categoriesOf = (template: string): DataCategory[] =>
        query.categories.byTemplate[template] ?? query.categories.otherwise
      const byTemplate = visits.byTemplate.map((row) => ({
        template: row.template,
        categories: categoriesOf(row.template),
        ran: row.ran,
        unknown: row.unknown,
        clean: row.clean,
        elsewhere: row.elsewhere,
      }))
      const scope: Scope = {
        version: 1,
        query,
        ran: countsOf(ran, 'ran', byTemplate),
        unknown: countsOf(unknown, 'unknown', byTemplate),
        cleanViews: byTemplate.reduce((sum, row) => sum + row.clean, 0),
        elsewhereViews: byTemplate.reduce((sum, row) => sum + row.elsewhere, 0),
        byTemplate,
        categories: [...new Set(byTemplate.flatMap((row) => (row.ran > 0 ? row.categories : [])))].sort(),
        holes,
        digest: digestOf(members),
      }
      return { scope, members }
    },
    { snapshot: true },
  )
}

function countsOf(
  visits: readonly VisitInScope[],
  kind: 'ran' | 'unknown',
  byTemplate: readonly { ran: number; unknown: number }[],
): ScopeCounts {
  const persons = new Set(visits.flatMap(({ person }) => (person === null ? [] : [person])))
  let firstAt = Infinity
  let lastAt = -Infinity
  for (const visit of visits) {
    firstAt = Math.min(firstAt, visit.firstAt)
    lastAt = Math.max(lastAt, visit.lastAt)
  }
  return {
    views: byTemplate.reduce((sum, row) => sum + row[kind], 0),
    visits: visits.length,
    persons: persons.size,
    visitsOfNobodyKnown: visits.filter(({ person }) => person === null).length,
    firstAt: visits.length === 0 ? null : new Date(firstAt).toISOString(),
    lastAt: visits.length === 0 ? null : new Date(lastAt).toISOString(),
  }
}

/** One line of a member, as it is hashed and as it is handed out. */
export function memberLine(member: ScopeMember): string {
  const { visit, person, views, firstAt, lastAt } = member
  return `${member.class} ${visit} ${person ?? '-'} ${views.ran} ${views.unknown} ${firstAt} ${lastAt}\n`
}

function digestOf(members: readonly ScopeMember[]): string {
  const hash = createHash('sha256')
  for (const member of members) hash.update(memberLine(member))
  return hash.digest('base64url')
}

/** After a pause this long, the next page view begins another visit. */
export const visitPauseMsMax = 30 * 60_000

export interface VisitorAt {
  tenant: string
  visitor: string
  at: number
}

export interface Visit {
  tenant: string
  visitor: string
  id: string
  startedAt: number
  lastAt: number
  /** Page views that this batch adds. */
  added: number
}

/**
 * Which visit each page view belongs to: the visitor's latest while it is not over, else a new one.
 * @param views in the order of time.
 * @param latest the newest stored visit of each visitor, `added` 0.
 * @returns the visit of each view, and every visit that changed.
 */
export function joinVisits(
  views: readonly VisitorAt[],
  latest: readonly Visit[],
  newId: () => string,
): { visitOf: string[]; changed: Visit[] } {
  const current = new Map(latest.map((visit) => [keyOf(visit), visit]))
  const changed = new Map<string, Visit>()
  const visitOf = views.map((view) => {
    const known = current.get(keyOf(view))
    const visit =
      known !== undefined && view.at - known.lastAt <= visitPauseMsMax
        ? { ...(changed.get(known.id) ?? known), lastAt: Math.max(known.lastAt, view.at) }
        : {
            tenant: view.tenant,
            visitor: view.visitor,
            id: newId(),
            startedAt: view.at,
            lastAt: view.at,
            added: 0,
          }
    visit.added++
    current.set(keyOf(view), visit)
    changed.set(visit.id, visit)
    return visit.id
  })
  return { visitOf, changed: [...changed.values()] }
}

function keyOf({ tenant, visitor }: { tenant: string; visitor: string }): string {
  return `${tenant}/${visitor}`
}

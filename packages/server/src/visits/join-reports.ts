/** A page view that a browser's own reports can be joined to. */
export interface JoinableView {
  view: string
  visit: string
  template: number
  browser: string
  at: number
}

/** A script with the hash that the browser computed, as numbers of the dictionary. */
export interface JoinableReport {
  template: number
  browser: string
  at: number
  script: number
  hash: number
}

export interface JoinedReports {
  view: JoinableView
  /** Script and hash, script and hash, … in order, each pair once. */
  pairs: number[]
  /** Nothing was joined to this view before. */
  first: boolean
}

/** The loader speaks two seconds after the page began; before that the right page view may still be on its way. */
export const settleMs = 5_000
/** Chromium keeps reports back for about a minute. */
export const joinMsMax = 120_000
/** Waiting at once, of all tenants; the oldest go first, and what is not joined is still counted. */
const viewsMax = 200_000
const reportsMax = 500_000

export interface JoinWindow {
  viewed(view: JoinableView): void
  reported(report: JoinableReport): void
  /** Joins what has settled, and forgets what is too old. */
  take(now: number): JoinedReports[]
  /** Reports that may still be joined. */
  waiting(): number
}

/** Same browser, same template, nearest in time within two minutes. */
export function openJoinWindow(): JoinWindow {
  const views = new Map<string, { view: JoinableView; joined: boolean }[]>()
  let reports: JoinableReport[] = []
  let viewCount = 0
  const keyOf = ({ browser, template }: { browser: string; template: number }): string =>
    `${browser}/${template}`

  function forgetViews(before: number): void {
    // A browser's list moves to the end with each view of it, so the map begins with what is oldest.
    for (const [key, list] of views) {
      if (viewCount <= viewsMax && list.at(-1)!.view.at >= before) break
      views.delete(key)
      viewCount -= list.length
    }
  }

  return {
    viewed(view) {
      const key = keyOf(view)
      const list = (views.get(key) ?? []).filter((other) => view.at - other.view.at <= 2 * joinMsMax)
      viewCount += list.length + 1 - (views.get(key)?.length ?? 0)
      views.delete(key)
      views.set(key, [...list, { view, joined: false }])
      forgetViews(view.at - 2 * joinMsMax)
    },

    reported(report) {
      if (reports.length < reportsMax) reports.push(report)
    },

    waiting: () => reports.length,

    take(now) {
      const found = new Map<string, JoinedReports & { seen: Set<string> }>()
      const waiting: JoinableReport[] = []
      for (const report of reports) {
        if (report.at + settleMs > now) {
          waiting.push(report)
          continue
        }
        let nearest: { view: JoinableView; joined: boolean } | null = null
        for (const each of views.get(keyOf(report)) ?? []) {
          const far = Math.abs(each.view.at - report.at)
          if (far <= joinMsMax && (nearest === null || far < Math.abs(nearest.view.at - report.at)))
            nearest = each
        }
        if (nearest === null) {
          if (report.at + joinMsMax > now) waiting.push(report)
          continue
        }
        const { view } = nearest
        const joined = found.get(view.view) ?? { view, pairs: [], first: !nearest.joined, seen: new Set() }
        nearest.joined = true
        const pair = `${report.script} ${report.hash}`
        if (!joined.seen.has(pair)) joined.pairs.push(report.script, report.hash)
        joined.seen.add(pair)
        found.set(view.view, joined)
      }
      reports = waiting
      forgetViews(now - 2 * joinMsMax)
      return [...found.values()].map(({ view, pairs, first }) => ({ view, pairs: inOrder(pairs), first }))
    },
  }
}

function inOrder(pairs: number[]): number[] {
  const list: [number, number][] = []
  for (let i = 0; i < pairs.length; i += 2) list.push([pairs[i]!, pairs[i + 1]!])
  return list.sort(([a, x], [b, y]) => a - b || x - y).flat()
}

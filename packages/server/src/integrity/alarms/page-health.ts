import type { ObservedBatch } from '../../visits/observed-batch.ts'

/** How reporting goes on one page template, over the last hour and as it usually is. Of template 0: of the tenant. */
export interface PageHealth {
  /** By minute since 1970, the last hour. */
  minutes: Map<number, HealthMinute>
  /** Page views, and those of them that came with hash reports, counted long enough to say which share reports. */
  views: number
  joined: number
  lastViewAt: number | null
  lastHashAt: number | null
}

export interface HealthMinute {
  views: number
  viewNetworks: Set<string>
  silent: number
  silentNetworks: Set<string>
  /** Reports of this script, and of this script with this hash. */
  reports: Map<string, number>
  reportNetworks: Set<string>
  violations: number
  violationNetworks: Set<string>
  refused: number
  /** By alarm (`alarmKey`): page views or violations that showed it. */
  shown: Map<string, number>
}

const keptMinutes = 60
/** Networks told apart in one minute; more make no difference to any judgement. */
const networksMax = 50
/** Scripts and hashes counted in one minute of one page. */
const keysMax = 2_000
/** Above this both counts are halved: what was usual a month ago is not what is usual. */
const usualMax = 100_000

export function newHealth(): PageHealth {
  return { minutes: new Map(), views: 0, joined: 0, lastViewAt: null, lastHashAt: null }
}

/** The health of every page that the batch is about; the one given is not changed. */
export function afterBatch(
  health: ReadonlyMap<number, PageHealth>,
  batch: ObservedBatch,
  now: number,
): Map<number, PageHealth> {
  const changed = new Map<number, PageHealth>()
  const minute = Math.floor(now / 60_000)

  function of(template: number): { page: PageHealth; current: HealthMinute } {
    let page = changed.get(template)
    if (page === undefined) {
      const before = health.get(template) ?? newHealth()
      page = { ...before, minutes: new Map() }
      for (const [at, counts] of before.minutes)
        if (at > minute - keptMinutes) page.minutes.set(at, at === minute ? copyOf(counts) : counts)
      if (page.views > usualMax) {
        page.views /= 2
        page.joined /= 2
      }
      changed.set(template, page)
    }
    let current = page.minutes.get(minute)
    if (current === undefined) page.minutes.set(minute, (current = newMinute()))
    return { page, current }
  }

  for (const view of batch.views) {
    const { page, current } = of(view.template)
    if (view.fault === 'silent') {
      current.silent++
      note(current.silentNetworks, view.network)
    }
    if (view.again) continue
    current.views++
    note(current.viewNetworks, view.network)
    page.views++
    page.lastViewAt = now
  }
  for (const report of batch.hashes) {
    const { page, current } = of(report.template)
    count(current.reports, report.script)
    if (report.hash !== '') count(current.reports, `${report.script}\n${report.hash}`)
    note(current.reportNetworks, report.network)
    page.lastHashAt = now
  }
  for (const violation of batch.violations) {
    const { current } = of(violation.template)
    current.violations++
    note(current.violationNetworks, violation.network)
  }
  for (const [template, joined] of batch.joined) of(template).page.joined += joined
  if (batch.refused.count > 0) of(0).current.refused += batch.refused.count
  return changed
}

/** Sum over the minutes after `afterMs` and not after `untilMs`. */
export function sum(
  page: PageHealth,
  afterMs: number,
  untilMs: number,
  what: (minute: HealthMinute) => number,
): number {
  let total = 0
  for (const [minute, counts] of page.minutes)
    if (minute * 60_000 > afterMs && (minute + 1) * 60_000 <= untilMs) total += what(counts)
  return total
}

/** Networks of the same minutes. */
export function networksOf(
  page: PageHealth,
  afterMs: number,
  untilMs: number,
  what: (minute: HealthMinute) => ReadonlySet<string>,
): Set<string> {
  const networks = new Set<string>()
  for (const [minute, counts] of page.minutes)
    if (minute * 60_000 > afterMs && (minute + 1) * 60_000 <= untilMs)
      for (const network of what(counts)) networks.add(network)
  return networks
}

/** Reports of a script, or of one of its hashes, in the last hour. */
export function reportsOf(page: PageHealth | undefined, script: string, hash: string | null): number {
  let total = 0
  const key = hash === null ? script : `${script}\n${hash}`
  for (const { reports } of page?.minutes.values() ?? []) total += reports.get(key) ?? 0
  return total
}

/** Counts that an alarm was shown, and answers how often it was in the last hour. */
export function countShown(page: PageHealth, now: number, key: string, times: number): number {
  const current = page.minutes.get(Math.floor(now / 60_000))
  if (current !== undefined) for (let n = 0; n < times; n++) count(current.shown, key)
  let total = 0
  for (const { shown } of page.minutes.values()) total += shown.get(key) ?? 0
  return total
}

/** Page views of the last hour: those that the loader told of, or more where a script was reported more often. */
export function chancesOf(page: PageHealth | undefined): number {
  let views = 0
  const scripts = new Map<string, number>()
  for (const minute of page?.minutes.values() ?? []) {
    views += minute.views
    for (const [key, n] of minute.reports)
      if (!key.includes('\n')) scripts.set(key, (scripts.get(key) ?? 0) + n)
  }
  return Math.max(views, ...scripts.values())
}

export function newMinute(): HealthMinute {
  return {
    views: 0,
    viewNetworks: new Set(),
    silent: 0,
    silentNetworks: new Set(),
    reports: new Map(),
    reportNetworks: new Set(),
    violations: 0,
    violationNetworks: new Set(),
    refused: 0,
    shown: new Map(),
  }
}

function copyOf(minute: HealthMinute): HealthMinute {
  return {
    ...minute,
    viewNetworks: new Set(minute.viewNetworks),
    silentNetworks: new Set(minute.silentNetworks),
    reports: new Map(minute.reports),
    reportNetworks: new Set(minute.reportNetworks),
    violationNetworks: new Set(minute.violationNetworks),
    shown: new Map(minute.shown),
  }
}

function note(networks: Set<string>, network: string): void {
  if (networks.size < networksMax) networks.add(network)
}

function count(counts: Map<string, number>, key: string): void {
  const known = counts.get(key)
  if (known !== undefined || counts.size < keysMax) counts.set(key, (known ?? 0) + 1)
}

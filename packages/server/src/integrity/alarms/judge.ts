import type { ScriptState } from '@candor/protocol/integrity-api.ts'
import { joinMsMax } from '../../visits/join-reports.ts'
import type { ObservedBatch, ObservedViolation } from '../../visits/observed-batch.ts'
import {
  hashKey,
  hashState,
  scriptKey,
  targetKey,
  type InventoryState,
  type KnownScript,
} from '../inventory/inventory-state.ts'
import { scriptName } from '../inventory/script-name.ts'
import { digestOf, policyText, sends, targetText } from '../inventory/see-batch.ts'
import {
  afterBatch,
  chancesOf,
  countShown,
  networksOf,
  reportsOf,
  sum,
  type HealthMinute,
  type PageHealth,
} from './page-health.ts'
import { alarmKey, type Shown, type Sighting } from './sighting.ts'
import { weakerThan } from './weaker-policy.ts'

/** What a batch is judged by. The inventory has seen the batch: what is new there is `new`. */
export interface JudgeKnown {
  inventory: InventoryState
  health: ReadonlyMap<number, PageHealth>
  /** Pages (templates) with card fields on which an administrator wants the chat. */
  cardFieldsApproved(page: string): boolean
  /** Path of the loader that pages ought to have; null where none is known. */
  loaderPath: string | null
}

export interface Judged {
  sightings: Sighting[]
  /** Of the pages that the batch was about. */
  health: Map<number, PageHealth>
}

const minuteMs = 60_000
/** Rather one alarm too few in a thousand silences than one for each quiet night. */
const silenceByChance = 0.001
/** Page views, and joined ones among them, from which the usual share of reporting browsers is known. */
const usualViewsMin = 50
const usualJoinedMin = 20
/** Two networks are a household and its phone; a gap that three show is the page's. */
const gapNetworksMin = 3
const silentFramesMin = 5
/** Blockers of advertising keep some frames silent on every site. */
const silentFramesShareMin = 0.05
const windowMs = 10 * minuteMs
const missingLoaderMs = 5 * minuteMs
const missingLoaderReportsMin = 30
const weakenedViolationsMin = 10
/** Both contents of one address within this are served at once. */
const variantsMs = 15 * minuteMs
/** Of one tenant within five minutes; a browser that tries again is no flood. */
const floodMs = 5 * minuteMs
const floodMin = 100

/**
 * What of a batch is an alarm. Pure: the same inventory, health and batch give the same.
 *
 * Until a page template has an approved baseline nothing that it shows is an alarm, with these exceptions: card fields
 * on a page where nobody approved them (once two networks show them), a release that a loader could not verify, and
 * a flood. What was seen is listed as new.
 */
export function judge(known: JudgeKnown, batch: ObservedBatch, now: number): Judged {
  const health = afterBatch(known.health, batch, now)
  const found = new Map<string, Found>()
  const seen = (where: Where, source: keyof Shown, what: What): void => add(found, where, source, what)

  for (const view of batch.views)
    for (const what of ofView(known, view, health.get(view.template)!, now)) seen(view, 'views', what)
  for (const report of batch.hashes)
    for (const what of ofHash(known, report, now)) seen(report, 'reports', what)
  for (const violation of batch.violations)
    for (const what of ofViolation(known, violation)) seen(violation, 'views', what)

  const sightings: Sighting[] = []
  for (const [key, { networksMin, ...each }] of found) {
    if (each.networks.size < networksMin && !each.several) continue
    sightings.push({ ...each, share: shareOf(each, key, health.get(each.template)!, now) })
  }
  for (const [template, page] of health) {
    if (!known.inventory.baselines.has(template)) continue
    const text = pageText(batch, template)
    for (const gap of gapsOf(page, now))
      sightings.push({
        ...gap,
        template,
        page: text,
        script: null,
        hash: null,
        at: now,
        several: true,
        total: true,
      })
  }
  const flood = floodOf(batch, health.get(0), now)
  return { sightings: flood === null ? sightings : [...sightings, flood], health }
}

type Where = Pick<Sighting, 'template' | 'at'> & { page: string; network: string }
type What = Pick<Sighting, 'kind' | 'what'> &
  Partial<Pick<Sighting, 'script' | 'hash' | 'several'>> & {
    /** Not an alarm before so many networks show it. */
    networksMin?: number
  }
type Found = Omit<Sighting, 'share' | 'networks'> & { networks: Map<string, Shown>; networksMin: number }

/** Equal sightings of one batch are one, with the networks that showed it. */
function add(found: Map<string, Found>, where: Where, source: keyof Shown, what: What): void {
  const { template, page, at, network } = where
  const { kind, script = null, hash = null, several = false, networksMin = 1 } = what
  const key = alarmKey({ kind, template, script, hash })
  const known = found.get(key) ?? {
    kind, template, page, script, hash, what: what.what, at, several, networksMin, networks: new Map<string, Shown>(),
  } // prettier-ignore
  known.several ||= several
  const shown = known.networks.get(network) ?? { views: 0, reports: 0 }
  shown[source]++
  known.networks.set(network, shown)
  found.set(key, known)
}

function* ofView(
  known: JudgeKnown,
  view: ObservedBatch['views'][number],
  page: PageHealth,
  now: number,
): Generator<What> {
  const baseline = known.inventory.baselines.has(view.template)
  if (view.fault === 'unverified')
    yield { kind: 'release-unverified', what: 'A loader could not verify the release that it was given.' }
  if (view.cardFields && !view.again && !known.cardFieldsApproved(view.page))
    yield {
      kind: 'card-fields-unapproved',
      what: 'The page asks for payment cards, and nobody approved that the chat opens there.',
      networksMin: baseline ? 1 : 2,
    }
  if (!baseline) return
  if (!view.again && !view.pinned)
    yield { kind: 'loader-unpinned', what: 'The page loads the loader without its hash (integrity).' }
  if (!view.again && known.loaderPath !== null && new URL(view.loader).pathname !== known.loaderPath)
    yield {
      kind: 'loader-old',
      script: view.loader,
      what: 'The page has another loader than the one in force.',
    }
  for (const url of view.scripts) {
    const script = scriptAt(known, view.template, url)
    if (script?.state !== 'approved') yield unknownScript(url, script)
    else if (!addressApproved(script, url) && !hearsHashes(page, now))
      yield {
        kind: 'unknown-hash',
        script: url,
        what: 'A known script came under another address, and no browser here reports hashes.',
      }
  }
}

function* ofHash(known: JudgeKnown, report: ObservedBatch['hashes'][number], now: number): Generator<What> {
  const { template, script: url, hash } = report
  if (!known.inventory.baselines.has(template)) return
  const script = scriptAt(known, template, url)
  if (script?.state !== 'approved') {
    yield unknownScript(url, script)
    return
  }
  if (hash === '') {
    if (!addressApproved(script, url))
      yield {
        kind: 'unknown-hash',
        script: url,
        what: 'A known script came under another address, from where browsers tell no hash.',
      }
    return
  }
  const state = hashState(script, hash)
  if (state === 'approved') return
  const own = script.hashes.get(hashKey(url, hash))
  const several = own?.seen.several === true
  yield {
    kind: 'unknown-hash',
    script: url,
    hash,
    several,
    what: `A known script came with content that ${state === 'refused' ? 'was refused' : 'nobody approved'}.`,
  }
  for (const other of script.hashes.values())
    if (
      own !== undefined &&
      other.url === url &&
      other.hash !== hash &&
      other.hash !== '' &&
      other.lastAt >= own.firstAt &&
      now - other.lastAt < variantsMs
    ) {
      yield {
        kind: 'two-variants',
        script: url,
        hash,
        several,
        what: 'The same address gives two contents at once.',
      }
      return
    }
}

function* ofViolation(known: JudgeKnown, violation: ObservedViolation): Generator<What> {
  const { template, directive, target, script: url, enforced } = violation
  const { inventory } = known
  if (!inventory.baselines.has(template)) return
  if (sends(violation)) {
    const digest = digestOf(targetText(violation))
    if (inventory.targets.get(targetKey(template, 'a', digest))?.state !== 'approved')
      yield {
        kind: 'new-connect-target',
        script: target,
        hash: digest,
        what: `The page ${enforced ? 'tried to send' : 'sent'} something (${directive}) to where nobody approved it.`,
      }
  } else if (url !== null) {
    const script = scriptAt(known, template, url)
    if (script !== undefined && script.state !== 'approved') yield unknownScript(url, script)
  }
  const weaker = weakened(inventory, violation)
  if (weaker !== null)
    yield {
      kind: 'headers-weakened',
      hash: digestOf(policyText(violation)),
      what: `The page comes with a weaker policy: ${weaker}.`,
    }
}

function scriptAt(known: JudgeKnown, template: number, url: string): KnownScript | undefined {
  return known.inventory.scripts.get(scriptKey(template, scriptName(url)))
}

function unknownScript(url: string, script: KnownScript | undefined): What {
  const state: ScriptState = script?.state ?? 'new'
  return {
    kind: 'unknown-script',
    script: url,
    several: script?.seen.several === true,
    what: `A script ran that ${state === 'refused' ? 'was refused' : 'nobody approved'} on this page.`,
  }
}

function addressApproved(script: KnownScript, url: string): boolean {
  for (const each of script.hashes.values()) if (each.url === url && each.state === 'approved') return true
  return false
}

function hearsHashes(page: PageHealth, now: number): boolean {
  return page.lastHashAt !== null && now - page.lastHashAt < windowMs
}

/** Weaker than each of the approved policies that are enforced, or only report, as this one. */
function weakened(inventory: InventoryState, violation: ObservedViolation): string | null {
  if (violation.policy === '') return null
  const text = policyText(violation)
  const own = inventory.targets.get(targetKey(violation.template, 'p', digestOf(text)))
  if (own?.state === 'approved') return null
  const [kind] = text.split(' ')
  let weaker: string | null = null
  for (const { template, kind: what, target, state } of inventory.targets.values()) {
    if (template !== violation.template || what !== 'p' || state !== 'approved') continue
    if (!target.startsWith(`${kind} `)) continue
    weaker = weakerThan(target.slice(kind!.length + 1), violation.policy)
    // A page may come with several policies: as strong as one of them is not weakened.
    if (weaker === null) return null
  }
  return weaker
}

/** Of the last hour. What browsers report and what the loader tells may be the same views: the larger counts. */
function shareOf(found: Omit<Sighting, 'share'>, key: string, page: PageHealth, now: number): number | null {
  const { kind, script, hash, networks } = found
  if ((kind === 'unknown-hash' || kind === 'two-variants') && hash !== null)
    return ratio(reportsOf(page, script!, hash), reportsOf(page, script!, null))
  let views = 0
  for (const each of networks.values()) views += each.views
  const shown = countShown(page, now, key, views)
  const reported = kind === 'unknown-script' ? reportsOf(page, script!, null) : 0
  return ratio(Math.max(shown, reported), chancesOf(page))
}

function ratio(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.min(1, part / whole)
}

type Gap = Pick<Sighting, 'kind' | 'what' | 'networks' | 'share'>

/** What is missing on a page, by what there usually is. */
function* gapsOf(page: PageHealth, now: number): Generator<Gap> {
  const usual = page.views >= usualViewsMin && page.joined >= usualJoinedMin
  if (usual) {
    // Browsers keep reports back for a while: a view is expected to have reported only after that.
    const since = page.lastHashAt ?? 0
    const until = now - joinMsMax
    const views = sum(page, since, until, (minute) => minute.views)
    const networks = networksOf(page, since, until, (minute) => minute.viewNetworks)
    if ((1 - page.joined / page.views) ** views < silenceByChance && networks.size >= gapNetworksMin)
      yield {
        kind: 'reports-silent',
        what: `${views} page views came without one report of a hash, where ${percent(page.joined / page.views)} usually report.`,
        ...over(page, since, until, (minute) => minute.viewNetworks, views),
        share: 1,
      }
    const violations = sum(page, since, now + minuteMs, (minute) => minute.violations)
    const of = networksOf(page, since, now + minuteMs, (minute) => minute.violationNetworks)
    if (
      page.lastHashAt !== null &&
      now - page.lastHashAt > windowMs &&
      violations >= weakenedViolationsMin &&
      of.size >= gapNetworksMin
    )
      yield {
        kind: 'headers-weakened',
        what: 'Browsers still report violations, and no hashes any more: the policy no longer asks for them.',
        ...over(page, since, now + minuteMs, (minute) => minute.violationNetworks, violations),
        share: null,
      }
  }
  if (page.lastViewAt !== null && now - page.lastViewAt > missingLoaderMs && page.views >= usualViewsMin) {
    const reports = sum(page, page.lastViewAt, now + minuteMs, countReports)
    const networks = networksOf(page, page.lastViewAt, now + minuteMs, (minute) => minute.reportNetworks)
    if (reports >= missingLoaderReportsMin && networks.size >= gapNetworksMin)
      yield {
        kind: 'loader-missing',
        what: 'Browsers report scripts of this page, and no loader tells of a page view any more.',
        ...over(page, page.lastViewAt, now + minuteMs, (minute) => minute.reportNetworks, reports),
        share: null,
      }
  }
  const silent = sum(page, now - windowMs, now + minuteMs, (minute) => minute.silent)
  const views = sum(page, now - windowMs, now + minuteMs, (minute) => minute.views)
  const networks = networksOf(page, now - windowMs, now + minuteMs, (minute) => minute.silentNetworks)
  if (silent >= silentFramesMin && silent >= silentFramesShareMin * views && networks.size >= gapNetworksMin)
    yield {
      kind: 'frame-silent',
      what: 'The chat’s frame says nothing where it should have.',
      ...over(page, now - windowMs, now + minuteMs, (minute) => minute.silentNetworks, silent),
      share: ratio(silent, views),
    }
}

function countReports({ reports }: HealthMinute): number {
  let total = 0
  for (const [key, n] of reports) if (!key.includes('\n')) total += n
  return total
}

/** The networks of those minutes; how many views are whose is not known, so the first stands for all. */
function over(
  page: PageHealth,
  after: number,
  until: number,
  what: (minute: HealthMinute) => ReadonlySet<string>,
  views: number,
): Pick<Sighting, 'networks'> {
  const networks = new Map<string, Shown>()
  for (const network of networksOf(page, after, until, what))
    networks.set(network, { views: networks.size === 0 ? views : 0, reports: 0 })
  return { networks }
}

function floodOf(batch: ObservedBatch, health: PageHealth | undefined, now: number): Sighting | null {
  if (health === undefined || batch.refused.count === 0) return null
  if (sum(health, now - floodMs, now + minuteMs, (minute) => minute.refused) < floodMin) return null
  const networks = new Map<string, Shown>()
  for (const [network, views] of batch.refused.networks) networks.set(network, { views, reports: 0 })
  return {
    kind: 'flood',
    template: 0,
    page: null,
    script: null,
    hash: null,
    what: 'More reports came than a network or a site may send; the rest was refused and counted.',
    at: now,
    networks,
    several: networks.size > 1,
    share: null,
  }
}

function pageText(batch: ObservedBatch, template: number): string | null {
  return (
    [...batch.views, ...batch.hashes, ...batch.violations].find((each) => each.template === template)?.page ??
    null
  )
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import type {
  WatchedStep,
  WatcherFinding,
  WatcherProfile,
  WatcherRun,
} from '@candor/protocol/integrity-api.ts'
import type { Browser, Page, Response } from 'playwright-core'
import type { Canary } from './canary.ts'
import { compareBaseline } from './compare-baseline.ts'
import { fillForm, isDriverFault, type Filled } from './fill-form.ts'
import { findCanary, type CanaryFinding } from './find-canary.ts'
import { launchChromium, NoChromium, type ChromiumOptions } from './launch-chromium.ts'
import { flushNetLog, readNetLog } from './net-log.ts'
import { placeOf, protectiveHeaders, withoutNonces, type Baseline, type Observation } from './observation.ts'
import { shopperOf } from './profiles.ts'
import { openPageReader, type PageReader } from './read-page.ts'
import { hostOf, type Sent } from './sent.ts'
import { StepFailed, takeSteps } from './steps.ts'

/** A page to go to. */
export interface WatchedTarget {
  url: string
  /** Hosts that may be sent card data. Of what goes there nothing is looked at. */
  approvedHosts: readonly string[]
  /** The way to a filled cart, for the profile `cart`. */
  steps: readonly WatchedStep[]
  /** Sends the form off when it is filled in. Only where the tenant says that an order with this card does no harm. */
  submit: boolean
}

export interface WatchOptions {
  id: string
  canary: Canary
  /** null: nothing is approved yet, and nothing is compared. */
  baseline: Baseline | null
  /** `sandbox: true` is tried, and given up where the machine cannot. */
  chromium: Omit<ChromiumOptions, 'sandbox'>
  random: () => number
  now: () => number
  limits?: Partial<WatchLimits>
  /** Is given what left the browser by its own log, for who wants to look as well. */
  onSent?: (sent: readonly Sent[]) => void
}

export interface WatchLimits {
  /** From start to end; a page that keeps the browser busy for longer is left. */
  runMsMax: number
  requestsMax: number
  /** Of what the page loads. */
  bytesMax: number
  /** Looking at the page before typing, after it, and after leaving it: scripts wait, so do we. */
  beforeMs: number
  afterMs: number
  leftMs: number
}

export interface Watched {
  run: WatcherRun
  observed: Observation
  /** Kinds of fields that the canary was typed into. */
  typed: string[]
  /** Chromium's own sandbox could be set up. */
  sandboxed: boolean
}

export const watchLimits: WatchLimits = {
  runMsMax: 90_000,
  requestsMax: 3_000,
  bytesMax: 60_000_000,
  beforeMs: 1_500,
  afterMs: 3_000,
  leftMs: 1_500,
}

/**
 * Of the net log, which holds what came as well, twice where it came encrypted. Chromium has a limit of its own for
 * it, but then it puts the file together when it ends, if it still can.
 */
const netLogBytesMax = 400_000_000
const netLogLookMs = 500
const gotoMsMax = 30_000
const findingsMax = 200

/**
 * One visit: looks, types a card that nobody has, looks on, leaves, and then searches everything that left the
 * browser for that card. Sends nothing but what the page sends.
 */
export async function watch(
  target: WatchedTarget,
  profile: WatcherProfile,
  options: WatchOptions,
): Promise<Watched> {
  const limits = { ...watchLimits, ...options.limits }
  const startedAt = options.now()
  const folder = mkdtempSync(path.join(tmpdir(), 'candor-watcher-'))
  const netLog = path.join(folder, 'net-log.json')
  try {
    const { browser, sandboxed } = await launch(options.chromium, netLog)
    const { visit, isComplete } = await (async () => {
      try {
        const done = await visited(browser, target, profile, { ...options, limits, netLog })
        return { visit: done, isComplete: await flushNetLog(browser, netLog) }
      } finally {
        await browser.close()
      }
    })()
    const read = await readNetLog(netLog)
    const logged = read ?? []
    options.onSent?.(logged)
    const sent = [...logged, ...visit.frames, ...visit.hints.map(hint)]
    const observed = { ...visit.observed, hosts: hostsOf(sent, target.url) }
    const findings = [
      ...canaryFindings(sent, target, options.canary),
      ...(options.baseline === null
        ? []
        : compareBaseline(target.url, observed, withApproved(options.baseline, target))),
    ].slice(0, findingsMax)
    const typedNumber = visit.filled.fields.some(({ kind }) => kind === 'number')
    const reason = visit.reason ?? (!isComplete || read === null ? noLog : typedNumber ? null : noField)
    const leaking = findings.some(({ kind }) => kind === 'canary')
    const run: WatcherRun = {
      id: options.id,
      page: target.url,
      profile,
      startedAt: new Date(startedAt).toISOString(),
      endedAt: new Date(options.now()).toISOString(),
      outcome: leaking ? 'leaking' : reason !== null ? 'failed' : findings.length > 0 ? 'changed' : 'clean',
      scripts: observed.scripts.map(({ url, hash }) => ({ url, hash })),
      requests: sent.filter(({ kind }) => kind === 'request').length,
      findings,
      ...(reason === null ? {} : { reason }),
    }
    return {
      ...withoutCard({ run, observed }, options.canary),
      typed: visit.filled.fields.map(({ kind }) => kind),
      sandboxed,
    }
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Addresses to which the card left hold it. It is nobody's, and kept nowhere all the same. */
function withoutCard<T>(told: T, { number }: Canary): T {
  return JSON.parse(JSON.stringify(told).replaceAll(number, '-card-')) as T
}

/** A run that typed nothing proves nothing. */
const noField = 'No field of the page asks for a card number, so nothing was typed.'

/** Nothing found in half of a log is nothing known. */
const noLog = 'The browser did not write its log of what it sent to the end.'

async function launch(
  chromium: WatchOptions['chromium'],
  netLog: string,
): Promise<{ browser: Browser; sandboxed: boolean }> {
  const args = [
    ...(chromium.args ?? []),
    `--log-net-log=${netLog}`,
    '--net-log-capture-mode=Everything',
    // Its bytes would be logged encrypted; servers that have it have HTTP/2 as well.
    '--disable-quic',
    // Skimmers ask for it first (`navigator.webdriver`).
    '--disable-blink-features=AutomationControlled',
  ]
  // Chromium refuses to start as root with its sandbox on.
  if (process.getuid?.() !== 0)
    try {
      return { browser: await launchChromium({ ...chromium, args, sandbox: true }), sandboxed: true }
    } catch (caught) {
      if (!(caught instanceof NoChromium)) throw caught
    }
  return { browser: await launchChromium({ ...chromium, args, sandbox: false }), sandboxed: false }
}

interface Visit {
  observed: Omit<Observation, 'hosts'>
  frames: Sent[]
  hints: string[]
  filled: Filled
  reason: string | null
}

/** Ordinary failures of a page (it does not load, a step cannot be done, it is too large) are its `reason`. */
async function visited(
  browser: Browser,
  target: WatchedTarget,
  profile: WatcherProfile,
  options: WatchOptions & { limits: WatchLimits; netLog: string },
): Promise<Visit> {
  const { limits, netLog } = options
  const shopper = shopperOf(profile, browser.version(), new Date(options.now()))
  const visit: Visit = {
    observed: { scripts: [], headers: {}, forms: [] },
    frames: [],
    hints: [],
    filled: { fields: [], last: null },
    reason: null,
  }
  const context = await browser.newContext(shopper.context)
  let requests = 0
  let reader: PageReader | null = null
  const ended = (why: string): void => {
    visit.reason ??= why
    void context.close().catch(() => undefined)
  }
  const timer = setTimeout(
    () => ended(`The page was not done with within ${limits.runMsMax / 1_000} s.`),
    limits.runMsMax,
  )
  const looking = setInterval(() => {
    if ((statSync(netLog, { throwIfNoEntry: false })?.size ?? 0) > netLogBytesMax)
      ended('The page sent and loaded more than the watcher can keep.')
  }, netLogLookMs)
  context.on('request', () => {
    if (++requests > limits.requestsMax) ended(`The page made more than ${limits.requestsMax} requests.`)
    else if ((reader?.bytesReceived() ?? 0) > limits.bytesMax)
      ended(`The page loaded more than ${limits.bytesMax} bytes.`)
  })
  try {
    const page = await context.newPage()
    page.on('dialog', (dialog) => void dialog.dismiss().catch(() => undefined))
    reader = await openPageReader(page, browser.version(), shopper.context.userAgent!)
    if (shopper.returning) {
      await page.goto(target.url, { waitUntil: 'domcontentloaded', timeout: gotoMsMax })
      await page.waitForTimeout(limits.beforeMs)
      await page.goto('about:blank')
    }
    if (shopper.withCart) await takeSteps(page, target.steps)
    const response = await page.goto(target.url, { waitUntil: 'load', timeout: gotoMsMax })
    if (response !== null) visit.observed.headers = await headersOf(response)
    if (response !== null && response.status() >= 400) visit.reason = `The page answers ${response.status()}.`
    await lookAround(page, limits.beforeMs)
    visit.filled = await fillForm(page, options.canary, options.random)
    await lookAround(page, limits.afterMs)
    await readInto(visit, reader)
    if (target.submit && visit.filled.last !== null) {
      await visit.filled.last.press('Enter', { noWaitAfter: true })
      await page.waitForTimeout(limits.afterMs)
    }
    await page.goto('about:blank', { timeout: gotoMsMax })
    await page.waitForTimeout(limits.leftMs)
    await page.close({ runBeforeUnload: false })
  } catch (caught) {
    if (caught instanceof StepFailed) visit.reason ??= caught.message
    else if (isDriverFault(caught))
      visit.reason ??= `The page did not come to its end: ${caught.message.split('\n')[0]}`
    else throw caught
  } finally {
    clearTimeout(timer)
    clearInterval(looking)
    if (reader !== null) {
      visit.observed.scripts = reader.scripts()
      visit.frames = reader.frames()
    }
    await context.close().catch(() => undefined)
  }
  return visit
}

async function readInto(visit: Visit, reader: PageReader): Promise<void> {
  const { forms, hints } = await reader.readDocuments()
  visit.observed.forms = forms
  visit.hints = hints
}

/** A mouse that moves and a page that scrolls: scripts that wait for a person begin. */
async function lookAround(page: Page, ms: number): Promise<void> {
  const { width, height } = page.viewportSize() ?? { width: 800, height: 600 }
  const steps = 4
  for (let i = 1; i <= steps; i++) {
    await page.mouse.move((width * i) / (steps + 1), (height * (i % 3)) / 3 + 10, { steps: 3 })
    await page.waitForTimeout(ms / steps)
  }
}

async function headersOf(response: Response): Promise<Record<string, string>> {
  const all = await response.allHeaders()
  return Object.fromEntries(
    protectiveHeaders.flatMap((name) => (all[name] === undefined ? [] : [[name, withoutNonces(all[name])]])),
  )
}

function hint(url: string): Sent {
  return { kind: 'name', url: `dns://${hostOf(url)}`, method: '', headers: [], body: new Uint8Array(0) }
}

/** The page's own host is no other host; addresses of packets stand for themselves. */
function hostsOf(sent: readonly Sent[], page: string): string[] {
  const hosts = new Set(sent.map(({ kind, url }) => (kind === 'packet' ? url : hostOf(url))))
  hosts.delete('')
  hosts.delete(hostOf(page))
  return [...hosts].sort()
}

function withApproved(baseline: Baseline, { approvedHosts }: WatchedTarget): Baseline {
  const ofScripts = baseline.scripts.map(({ url }) => hostOf(url)).filter((host) => host !== '')
  return { ...baseline, hosts: [...baseline.hosts, ...approvedHosts, ...ofScripts] }
}

/** As it is told; a header tells its name. */
const places: Readonly<Record<string, string>> = {
  address: 'the address of a request',
  body: 'the body of a request',
  frame: 'a frame of a WebSocket',
  packet: 'a packet',
  name: 'the name of a host that the page has looked up or asks for',
}

function canaryFindings(sent: readonly Sent[], target: WatchedTarget, canary: Canary): WatcherFinding[] {
  const approved = new Set(target.approvedHosts.map((host) => host.toLowerCase()))
  const unapproved = sent.filter(({ url }) => !approved.has(hostOf(url)))
  const found = findCanary(unapproved, [canary])
  const findings = new Map<string, WatcherFinding>()
  for (const each of found) {
    if (isMaskedFrame(each, found)) continue
    const url = placeOf(each.url)
    const where = places[each.where] ?? `a ${each.where} of a request`
    const detail =
      each.where === 'pieces'
        ? `The card that was typed left in ${each.encoding} over ${each.sent.length} requests (by chance in less than one run of ${Math.floor(1 / Math.max(each.chance ?? 0, 1e-9)).toLocaleString('en')}).`
        : `The card that was typed left in ${where}: ${each.encoding}.`
    const key = `${hostOf(each.url)} ${each.encoding} ${each.where}`
    if (!findings.has(key)) findings.set(key, { kind: 'canary', detail, url, proof: true })
  }
  return [...findings.values()]
}

/** RFC 6455 §5.3: a browser masks each frame with four bytes. The same frame is found as it was before, by its name. */
function isMaskedFrame(each: CanaryFinding, found: readonly CanaryFinding[]): boolean {
  return (
    each.where === 'body' &&
    /^wss?:/.test(each.url) &&
    each.encoding.startsWith('xor with a key of 4 bytes') &&
    found.some((other) => other.where === 'frame' && hostOf(other.url) === hostOf(each.url))
  )
}

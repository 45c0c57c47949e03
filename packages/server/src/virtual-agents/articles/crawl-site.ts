import { createHash } from 'node:crypto'
import type { Language } from '@candor/virtual-agent/script.ts'
import { articleBytes, blockText, type Article } from '@candor/virtual-agent/knowledge/article.ts'
import type { Outbound, OutboundOutcome } from '../../outbound/outbound.ts'
import type { ArticleReader } from './article-reader.ts'
import { readArticle } from './read-article.ts'
import type { FileKind } from './read-file.ts'
import { pdfBytesMax } from './read-page.ts'
import { readRobots, robotsBytesMax, type Robots } from './robots.ts'
import { readSitemap, sitemapBytesMax } from './read-sitemap.ts'

export interface CrawlRequest {
  /** The site to read: one of `registered`. */
  origin: string
  /** Origins that the tenant's sites are registered with. No other address is ever called. */
  registered: readonly string[]
  /** Of pages that do not say theirs and whose words do not show it. */
  language: Language
  pagesMax?: number
  signal?: AbortSignal
  progress?: (progress: CrawlProgress) => void
}

export interface CrawlProgress {
  /** Pages that the sitemap lists and that will be tried. */
  listed: number
  tried: number
  read: number
}

export type CrawlOutcome =
  | {
      kind: 'refused'
      reason: 'not_registered' | 'robots_forbid' | 'robots_unreachable' | 'no_sitemap'
      message: string
    }
  | {
      kind: 'crawled'
      /** Not approved: a person of the tenant reads them first. */
      articles: Article[]
      /** Pages that became no article, and why. */
      leftOut: { address: string; reason: string }[]
      ended: 'complete' | 'pages_max' | 'text_max' | 'time_max' | 'aborted'
    }

export interface CrawlTools {
  outbound: Outbound
  reader: ArticleReader
  /** Milliseconds since whenever; for the limit on the whole. */
  now: () => number
  /** MUST end early, and not throw, when the signal is aborted: see `waitOrAbort`. */
  wait: (ms: number, signal: AbortSignal | undefined) => Promise<void>
}

/** Ends after so many milliseconds, or when the signal is aborted. */
export function waitOrAbort(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((done) => {
    const end = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      done()
    }
    const timer = setTimeout(end, ms)
    signal?.addEventListener('abort', end, { once: true })
    if (signal?.aborted === true) end()
  })
}

/** The name in robots.txt, and in the user agent of every request. */
const agent = 'CandorArticles'
const userAgent = `${agent}/1.0 (reads the help pages of this site for its own chat)`

/** As many as a tenant's articles could use at all; the usual choice is less. */
const pagesMaxMost = 2_000
const pagesMaxUsual = 500
const together = 2
/** Between the beginnings of two requests. A small site feels no more than one eager reader. */
const delayMsMin = 300
/** A site that asks for more would be read for hours: it gets its wish, and the crawl ends at its time. */
const delayMsMax = 10_000
const crawlMsMax = 20 * 60_000
const pageTimeoutMs = 15_000
/** All articles are in memory until the crawl ends. */
const textBytesMax = 50_000_000
const sitemapsMax = 50
const redirectsMax = 5
/** Once, when a site says that it has too much to do. */
const busyWaitMsMax = 30_000

/**
 * Reads the pages that a tenant's own site lists in its sitemap, politely: robots.txt holds, two at a time with a
 * pause, and every request and redirect stays within the one origin.
 */
export async function crawlSite(request: CrawlRequest, tools: CrawlTools): Promise<CrawlOutcome> {
  const { origin, registered, signal } = request
  const aborted = (): boolean => signal?.aborted === true
  if (!registered.includes(origin) || new URL(origin).origin !== origin)
    return {
      kind: 'refused',
      reason: 'not_registered',
      message: 'Only sites registered with the tenant are read.',
    }
  const fetch = openFetch(origin, tools, signal)
  const robots = await fetchRobots(origin, fetch)
  if (robots === null)
    return { kind: 'refused', reason: 'robots_unreachable', message: 'The site’s robots.txt cannot be read now, so nothing is.' } // prettier-ignore
  fetch.pace(robots.delaySeconds)
  const listed = await listPages(origin, robots, fetch)
  if (listed === null)
    return { kind: 'refused', reason: 'no_sitemap', message: 'The site has no sitemap that can be read.' }
  const allowed = listed.filter((address) => robots.allows(pathOf(address)))
  if (listed.length > 0 && allowed.length === 0)
    return {
      kind: 'refused',
      reason: 'robots_forbid',
      message: 'The site’s robots.txt forbids all of its pages.',
    }
  const pagesMax = Math.min(request.pagesMax ?? pagesMaxUsual, pagesMaxMost)
  const addresses = allowed.slice(0, pagesMax)

  const endsAt = tools.now() + crawlMsMax
  const results: ({ article: Article } | { reason: string } | null)[] = addresses.map(() => null)
  let next = 0
  let tried = 0
  let read = 0
  let bytes = 0
  async function readOn(): Promise<void> {
    while (next < addresses.length && !aborted() && tools.now() < endsAt && bytes < textBytesMax) {
      const at = next++
      const result = await readPage(addresses[at]!, request, robots!, fetch, tools.reader)
      // What was given up in the middle was not tried.
      if (aborted()) return
      results[at] = result
      tried++
      if ('article' in result) {
        read++
        bytes += articleBytes(result.article.body)
      }
      request.progress?.({ listed: addresses.length, tried, read })
    }
  }
  await Promise.all(Array.from({ length: together }, readOn))

  const leftOut: { address: string; reason: string }[] = []
  const articles: Article[] = []
  const seen = new Map<string, string>()
  for (const [i, result] of results.entries()) {
    const address = addresses[i]!
    if (result === null) continue
    if ('reason' in result) {
      leftOut.push({ address, reason: result.reason })
      continue
    }
    // The same text under several addresses is one article, under the first of them.
    const { id, body } = result.article
    const text = body.map(blockText).join('\n')
    const same = seen.get(text) ?? seen.get(id)
    if (same !== undefined) leftOut.push({ address, reason: `the same page as ${same}` })
    else {
      seen.set(text, address)
      seen.set(id, address)
      articles.push(result.article)
    }
  }
  const ended = aborted()
    ? 'aborted'
    : bytes >= textBytesMax
      ? 'text_max'
      : results.includes(null)
        ? 'time_max'
        : allowed.length > addresses.length
          ? 'pages_max'
          : 'complete'
  return { kind: 'crawled', articles, leftOut, ended }
}

/** The same page is the same article in every crawl. */
export function articleIdOf(address: string): string {
  return `crawl-${createHash('sha256').update(address).digest('base64url').slice(0, 22)}`
}

interface Fetch {
  /** Follows redirects within the origin and what `robots` allows. `address` is where the answer came from. */
  get(
    address: string,
    bytesMax: number,
    robots?: Robots,
  ): Promise<{ address: string; outcome: OutboundOutcome } | 'left_origin' | 'forbidden' | 'redirects'>
  pace(delaySeconds: number | null): void
}

function openFetch(
  origin: string,
  { outbound, now, wait }: CrawlTools,
  signal: AbortSignal | undefined,
): Fetch {
  let delayMs = delayMsMin
  let freeAt = now()

  async function once(url: string, bodyBytesMax: number): Promise<OutboundOutcome> {
    const at = Math.max(now(), freeAt)
    freeAt = at + delayMs
    if (at > now()) await wait(at - now(), signal)
    return outbound.call({
      url,
      method: 'GET',
      headers: {
        'user-agent': userAgent,
        accept: 'text/html,application/xhtml+xml,application/pdf,application/xml,text/plain',
      },
      timeoutMs: pageTimeoutMs,
      bodyBytesMax,
      ...(signal && { signal }),
    })
  }

  return {
    pace(delaySeconds) {
      delayMs = Math.min(delayMsMax, Math.max(delayMsMin, (delaySeconds ?? 0) * 1_000))
    },
    async get(address, bytesMax, robots) {
      let url = address
      for (let hop = 0; hop <= redirectsMax; hop++) {
        let outcome = await once(url, bytesMax)
        if (outcome.kind === 'answered' && (outcome.status === 429 || outcome.status === 503)) {
          const seconds = Number(outcome.headers['retry-after'] ?? '5')
          await wait(
            Math.min(busyWaitMsMax, (Number.isFinite(seconds) ? Math.max(1, seconds) : 5) * 1_000),
            signal,
          )
          outcome = await once(url, bytesMax)
        }
        const location =
          outcome.kind === 'answered' && isRedirect(outcome.status) ? outcome.headers['location'] : undefined
        if (location === undefined) return { address: url, outcome }
        if (!URL.canParse(location, url)) return 'left_origin'
        const to = new URL(location, url)
        if (to.origin !== origin) return 'left_origin'
        to.hash = ''
        url = to.href
        if (robots?.allows(pathOf(url)) === false) return 'forbidden'
      }
      return 'redirects'
    },
  }
}

const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status)

/** RFC 9309 §2.3.1: a file that is not there allows everything, one that cannot be had forbids everything (null). */
async function fetchRobots(origin: string, fetch: Fetch): Promise<Robots | null> {
  const got = await fetch.get(`${origin}/robots.txt`, robotsBytesMax)
  if (typeof got === 'string') return readRobots('', agent)
  const { outcome } = got
  if (outcome.kind !== 'answered') return null
  if (outcome.status >= 200 && outcome.status < 300) return readRobots(outcome.body.toString('utf8'), agent)
  return outcome.status < 500 && outcome.status !== 429 ? readRobots('', agent) : null
}

/** Pages of the sitemaps, in their order, each once; null when there is no sitemap. */
async function listPages(origin: string, robots: Robots, fetch: Fetch): Promise<string[] | null> {
  const named = robots.sitemaps.flatMap((location) => within(origin, location, `${origin}/robots.txt`))
  const waiting = (named.length > 0 ? named : [`${origin}/sitemap.xml`]).map((address) => ({
    address,
    inIndex: false,
  }))
  const asked = new Set<string>()
  const pages = new Set<string>()
  let any = false
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    if (asked.has(next.address) || asked.size >= sitemapsMax) continue
    asked.add(next.address)
    const got = await fetch.get(next.address, sitemapBytesMax)
    if (typeof got === 'string' || got.outcome.kind !== 'answered' || got.outcome.status !== 200) continue
    const sitemap = await readSitemap(got.outcome.body)
    if (sitemap === null) continue
    any = true
    const addresses = sitemap.locations.flatMap((location) => within(origin, location, got.address))
    if (sitemap.kind === 'pages') for (const address of addresses) pages.add(address)
    // An index lists sitemaps, not further indexes (sitemaps.org).
    else if (!next.inIndex) waiting.push(...addresses.map((address) => ({ address, inIndex: true })))
  }
  return any ? [...pages] : null
}

/** The address if it is of the origin: a sitemap may name any. */
function within(origin: string, location: string, base: string): string[] {
  if (!URL.canParse(location, base)) return []
  const url = new URL(location, base)
  url.hash = ''
  return url.origin === origin && url.username === '' && url.password === '' ? [url.href] : []
}

function pathOf(address: string): string {
  const { pathname, search } = new URL(address)
  return pathname + search
}

async function readPage(
  address: string,
  { origin, language }: CrawlRequest,
  robots: Robots,
  fetch: Fetch,
  reader: ArticleReader,
): Promise<{ article: Article } | { reason: string }> {
  const got = await fetch.get(address, pdfBytesMax, robots)
  if (got === 'left_origin') return { reason: 'redirects to another site' }
  if (got === 'forbidden') return { reason: 'redirects to what robots.txt forbids' }
  if (got === 'redirects') return { reason: 'redirects without end' }
  const { outcome } = got
  if (outcome.kind !== 'answered') return { reason: outcome.message }
  if (outcome.status !== 200) return { reason: `answered with status ${outcome.status}` }
  if (/\b(?:noindex|none)\b/i.test(outcome.headers['x-robots-tag'] ?? ''))
    return { reason: 'asks not to be found' }
  const type = typeOf(outcome.headers['content-type'] ?? '')
  if (type === null) return { reason: 'is neither a page nor a PDF' }
  const read = await readArticle(reader, {
    ...type,
    bytes: outcome.body,
    id: articleIdOf(got.address),
    version: 1,
    source: 'crawl',
    address: null,
    title: titleOf(got.address),
    language,
  })
  if (read.kind === 'unreadable') return { reason: read.message }
  const { page, article } = read
  if (page.noindex) return { reason: 'asks not to be found' }
  // Many sites name their front page as the own address of all pages: only the query is believed to be left out.
  const own = page.canonical === null ? [] : within(origin, page.canonical, got.address)
  const shown = own.find((named) => new URL(named).pathname === new URL(got.address).pathname) ?? got.address
  return {
    article: { ...article, id: articleIdOf(shown), address: shown.startsWith('https:') ? shown : null },
  }
}

function typeOf(contentType: string): { kind: FileKind; charset: string | null } | null {
  const [type = ''] = contentType.split(';', 1)
  const charset = /charset\s*=\s*"?([\w-]{1,40})/i.exec(contentType)?.[1] ?? null
  switch (type.trim().toLowerCase()) {
    case 'text/html':
    case 'application/xhtml+xml':
      return { kind: 'html', charset }
    case 'application/pdf':
      return { kind: 'pdf', charset: null }
    default:
      return null
  }
}

/** The last part of the address, as words: for a page that names itself nowhere. */
function titleOf(address: string): string {
  const { pathname, hostname } = new URL(address)
  const last = pathname.split('/').findLast((part) => part !== '') ?? hostname
  return last
    .replace(/\.\w{2,5}$/, '')
    .replaceAll(/[-_]+/g, ' ')
    .slice(0, 200)
}

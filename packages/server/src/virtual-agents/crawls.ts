import { Refusal } from '@candor/protocol/refusals.ts'
import type { CrawlStatus } from '@candor/protocol/virtual-agent-api.ts'
import type { Block } from '@candor/virtual-agent/knowledge/article.ts'
import type { Language } from '@candor/virtual-agent/script.ts'
import type { Clock } from '../clock.ts'
import type { Ids } from '../ids.ts'
import type { Actor } from '../tenants/actor.ts'
import type { Articles } from './article-store.ts'

/** Reads the pages of a tenant's own site as articles, which somebody else then approves. */
export interface Crawls {
  /**
   * One at a time for each tenant; asked for again while it runs, it answers that one.
   * @throws Refusal `invalid_field` for an address that is none, or not on a site of the tenant; `busy`
   */
  start(by: Actor, sitemap: string, language: Language): Promise<CrawlStatus>
  /** What was read so far stays. */
  stop(tenant: string): CrawlStatus
  status(tenant: string): CrawlStatus
  settled(): Promise<void>
  close(): Promise<void>
}

export interface CrawledPage {
  address: string
  title: string
  body: Block[]
}

/** @throws Refusal, or Error in words, when the sitemap itself cannot be read. */
export type CrawlSite = (
  sitemap: string,
  how: {
    signal: AbortSignal
    found(pages: number): void
    page(page: CrawledPage): Promise<void>
    skipped(address: string, reason: string): void
  },
) => Promise<void>

/** Each holds a connection and a parser. */
const crawlsAtOnceMax = 4
/** Tenants whose last crawl is remembered. */
const rememberedMax = 1_000
/** Enough to see what is wrong with a site. */
const skippedMax = 200

export function openCrawls(options: {
  articles: Pick<Articles, 'keepCrawled'>
  crawlSite: CrawlSite
  /** @throws Refusal `invalid_field` naming `sitemap` when it is not on a site of the tenant. */
  mustBeOwnSite(tenant: string, sitemap: string): Promise<void>
  clock: Clock
  ids: Ids
  log: (event: Record<string, unknown>) => void
}): Crawls {
  const { articles, crawlSite, mustBeOwnSite, clock, ids, log } = options
  const statuses = new Map<string, CrawlStatus>()
  const running = new Map<string, { abort: AbortController; ended: Promise<void> }>()
  let closed = false

  const now = (): string => new Date(clock.now()).toISOString()
  const statusOf = (tenant: string): CrawlStatus => statuses.get(tenant) ?? none

  function update(tenant: string, change: Partial<CrawlStatus>): void {
    const status = { ...statusOf(tenant), ...change }
    statuses.delete(tenant)
    if (statuses.size >= rememberedMax) {
      const oldest = [...statuses.keys()].find((key) => !running.has(key))
      if (oldest !== undefined) statuses.delete(oldest)
    }
    statuses.set(tenant, status)
  }

  async function run(by: Actor, sitemap: string, language: Language, signal: AbortSignal): Promise<void> {
    const { tenant } = by
    const skip = (address: string, reason: string): void => {
      const { skipped } = statusOf(tenant)
      if (skipped.length < skippedMax) update(tenant, { skipped: [...skipped, { address, reason }] })
    }
    try {
      await crawlSite(sitemap, {
        signal,
        found: (pages) => update(tenant, { found: pages }),
        async page({ address, title, body }) {
          try {
            const kept = await articles.keepCrawled(by, ids.next(), {
              address,
              title,
              language,
              body,
              questions: [],
              source: 'crawl',
              markdown: null,
            })
            const { read, changed } = statusOf(tenant)
            update(tenant, { read: read + 1, changed: changed + (kept === 'same' ? 0 : 1) })
          } catch (caught) {
            // A page that cannot be an article; the next ones may be. There being too many ends the crawl.
            if (!(caught instanceof Refusal) || caught.code !== 'invalid_field') throw caught
            skip(address, caught.message)
          }
        },
        skipped: skip,
      })
      update(tenant, { state: signal.aborted ? 'stopped' : 'done', endedAt: now() })
    } catch (caught) {
      // A site may answer anything: it is told to who asked.
      const reason = caught instanceof Error ? caught.message : String(caught)
      update(tenant, {
        state: signal.aborted ? 'stopped' : 'failed',
        reason: signal.aborted ? null : reason,
        endedAt: now(),
      })
      if (!signal.aborted) log({ level: 'warn', event: 'crawl failed', tenant, reason })
    } finally {
      running.delete(tenant)
    }
  }

  return {
    async start(by, sitemap, language) {
      await mustBeOwnSite(by.tenant, sitemap)
      if (running.has(by.tenant)) return statusOf(by.tenant)
      if (closed || running.size >= crawlsAtOnceMax)
        throw new Refusal('busy', 'Other sites are being read; try again in a minute.', {
          retryAfterMs: 60_000,
        })
      const startedBy = { id: by.id, name: by.name }
      update(by.tenant, { ...none, state: 'running', sitemap, startedBy, startedAt: now() })
      const abort = new AbortController()
      const entry = { abort, ended: Promise.resolve() }
      running.set(by.tenant, entry)
      entry.ended = run(by, sitemap, language, abort.signal)
      return statusOf(by.tenant)
    },

    stop(tenant) {
      running.get(tenant)?.abort.abort(new Error('stopped'))
      return statusOf(tenant)
    },

    status: statusOf,

    async settled() {
      while (running.size > 0) await Promise.all([...running.values()].map(({ ended }) => ended))
    },

    async close() {
      closed = true
      for (const { abort } of running.values()) abort.abort(new Error('the server stops'))
      await this.settled()
    },
  }
}

const none: CrawlStatus = {
  state: 'none',
  sitemap: null,
  startedBy: null,
  startedAt: null,
  endedAt: null,
  found: 0,
  read: 0,
  changed: 0,
  skipped: [],
  reason: null,
}

import { Refusal } from '@candor/protocol/refusals.ts'
import type { CrawlStatus } from '@candor/protocol/virtual-agent-api.ts'
import type { Article } from '@candor/virtual-agent/knowledge/article.ts'
import type { Language } from '@candor/virtual-agent/script.ts'
import type { Clock } from '../clock.ts'
import type { Ids } from '../ids.ts'
import type { Actor } from '../tenants/actor.ts'
import { refuseField } from '../tenants/fields.ts'
import type { Articles } from './article-store.ts'
import type { CrawlOutcome, CrawlRequest } from './articles/crawl-site.ts'

/** Reads the pages of a tenant's own site as articles, which somebody else then approves. */
export interface Crawls {
  /**
   * One at a time for each tenant; asked for again while it runs, it answers that one.
   * @param site origin of one of the tenant's sites.
   * @param language of pages that do not show theirs.
   * @throws Refusal `invalid_field` for another address, `busy`
   */
  start(by: Actor, site: string, language: Language): Promise<CrawlStatus>
  /** What was read so far is kept. */
  stop(tenant: string): CrawlStatus
  status(tenant: string): CrawlStatus
  settled(): Promise<void>
  close(): Promise<void>
}

/** Each holds a connection and a parser. */
const crawlsAtOnceMax = 4
/** Tenants whose last crawl is remembered. */
const rememberedMax = 1_000
/** Enough to see what is wrong with a site. */
const skippedMax = 200

export function openCrawls(options: {
  articles: Pick<Articles, 'keepCrawled'>
  /** Origins of the tenant's sites. */
  sites(tenant: string): Promise<string[]>
  crawl(request: CrawlRequest): Promise<CrawlOutcome>
  clock: Clock
  ids: Ids
  log: (event: Record<string, unknown>) => void
}): Crawls {
  const { articles, sites, crawl, clock, ids, log } = options
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

  function skip(tenant: string, address: string, reason: string): void {
    const { skipped } = statusOf(tenant)
    if (skipped.length < skippedMax) update(tenant, { skipped: [...skipped, { address, reason }] })
  }

  async function keep(by: Actor, { address, ...article }: Article): Promise<void> {
    try {
      const page = { ...article, address: address!, markdown: null }
      const kept = await articles.keepCrawled(by, ids.next(), page)
      if (kept !== 'same') update(by.tenant, { changed: statusOf(by.tenant).changed + 1 })
    } catch (caught) {
      // A page that cannot be an article, such as one with a card number; the next ones may be.
      if (!(caught instanceof Refusal) || caught.code !== 'invalid_field') throw caught
      skip(by.tenant, address!, caught.message)
    }
  }

  async function run(by: Actor, request: CrawlRequest, signal: AbortSignal): Promise<void> {
    const { tenant } = by
    try {
      const outcome = await crawl({
        ...request,
        signal,
        progress: ({ listed, read }) => update(tenant, { found: listed, read }),
      })
      if (outcome.kind === 'refused')
        return update(tenant, { state: 'failed', reason: outcome.message, endedAt: now() })
      for (const { address, reason } of outcome.leftOut) skip(tenant, address, reason)
      if (!closed) for (const article of outcome.articles) await keep(by, article)
      update(tenant, {
        state: outcome.ended === 'aborted' ? 'stopped' : 'done',
        reason: endings[outcome.ended],
        endedAt: now(),
      })
    } catch (caught) {
      // There being too many articles, or a database that is away: it is told to who asked.
      const reason = caught instanceof Error ? caught.message : String(caught)
      update(tenant, { state: 'failed', reason, endedAt: now() })
      log({ level: 'warn', event: 'crawl failed', tenant, reason })
    } finally {
      running.delete(tenant)
    }
  }

  return {
    async start(by, site, language) {
      const registered = await sites(by.tenant)
      if (!registered.includes(site))
        refuseField('site', 'is one of the sites of the tenant (Settings, Widget)')
      if (running.has(by.tenant)) return statusOf(by.tenant)
      if (closed || running.size >= crawlsAtOnceMax)
        throw new Refusal('busy', 'Other sites are being read; try again in a minute.', {
          retryAfterMs: 60_000,
        })
      const startedBy = { id: by.id, name: by.name }
      update(by.tenant, { ...none, state: 'running', site, startedBy, startedAt: now() })
      const abort = new AbortController()
      const entry = { abort, ended: Promise.resolve() }
      running.set(by.tenant, entry)
      entry.ended = run(by, { origin: site, registered, language }, abort.signal)
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

const endings: Record<Extract<CrawlOutcome, { kind: 'crawled' }>['ended'], string | null> = {
  complete: null,
  aborted: null,
  pages_max: 'The site has more pages than are read at once.',
  text_max: 'The pages have more text than is read at once.',
  time_max: 'It took too long; what was read by then is kept.',
}

const none: CrawlStatus = {
  state: 'none',
  site: null,
  startedBy: null,
  startedAt: null,
  endedAt: null,
  found: 0,
  read: 0,
  changed: 0,
  skipped: [],
  reason: null,
}

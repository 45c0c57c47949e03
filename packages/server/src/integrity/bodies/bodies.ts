import { createHash } from 'node:crypto'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { Outbound } from '../../outbound/outbound.ts'
import type { Store } from '../../store/store.ts'

/**
 * Bodies of scripts, fetched from where browsers had them the moment that a hash is new, and kept where they have that
 * very hash: then the report was no invention, and what ran can be read and compared. A script that is served to some
 * visitors only may well not be served to us; then there is no body, and that says something too.
 */
export interface Bodies {
  /** Fetches soon; what is fetched already, or was tried just now, is left. */
  want(tenant: string, url: string, hash: string): void
  kept(tenant: string, hash: string): Promise<boolean>
  keptOf(tenant: string, hashes: readonly string[]): Promise<Set<string>>
  /** @throws Refusal `not_found` */
  body(tenant: string, hash: string): Promise<{ url: string; body: Buffer; fetchedAt: string }>
  /** Until the queue is empty. */
  settled(): Promise<void>
  close(): Promise<void>
}

/** The largest bundles of large shops have half of it. */
const bodyBytesMax = 2 * 1024 * 1024
const fetchMsMax = 10_000
const atOnceMax = 2
/** Waiting; what is reported again is asked for again. */
const queueMax = 500
/** Of one tenant in an hour: what strangers invent must not make us knock at doors for them. */
const perHourMax = 120
/** The same is not tried again before. */
const againMs = 600_000
const triedMax = 20_000
/** Kept of one tenant, the newest. */
const bodiesMax = 1_000
const bytesMax = 100 * 1024 * 1024

export function openBodies(options: {
  store: Store
  outbound: Outbound
  now: () => number
  log: (event: Record<string, unknown>) => void
}): Bodies {
  const { store, outbound, now, log } = options
  const queue: { tenant: string; url: string; hash: string }[] = []
  const tried = new Map<string, number>()
  const hours = new Map<string, { hour: number; count: number }>()
  const running = new Set<Promise<void>>()
  let closed = false

  function mayFetch(tenant: string): boolean {
    const hour = Math.floor(now() / 3_600_000)
    const before = hours.get(tenant)
    const count = before?.hour === hour ? before.count : 0
    if (count >= perHourMax) return false
    hours.delete(tenant)
    if (hours.size >= triedMax) hours.delete(hours.keys().next().value!)
    hours.set(tenant, { hour, count: count + 1 })
    return true
  }

  function work(): void {
    while (!closed && running.size < atOnceMax) {
      const next = queue.shift()
      if (next === undefined) return
      const fetching = fetchOne(next).catch((caught: unknown) =>
        log({ level: 'warn', event: 'body not kept', reason: (caught as Error).name }),
      )
      const done = fetching.then(() => {
        running.delete(done)
        work()
      })
      running.add(done)
    }
  }

  async function fetchOne({
    tenant,
    url,
    hash,
  }: {
    tenant: string
    url: string
    hash: string
  }): Promise<void> {
    if (await kept(tenant, hash)) return
    const outcome = await outbound.call({ url, method: 'GET', timeoutMs: fetchMsMax, bodyBytesMax })
    if (outcome.kind !== 'answered' || outcome.status !== 200) return
    // The server's own text, whatever a browser made of it, is what the hash is of (CSP 3 §4.1.3, SRI §3.3).
    if (hashLike(hash, outcome.body) !== hash) return
    await store.write(tenant, async (q) => {
      await q(
        `insert into script_bodies (tenant_id, hash, url, body, fetched_at) values ($1, $2, $3, $4, $5)
         on conflict do nothing`,
        [tenant, hash, url, outcome.body, new Date(now())],
      )
      await q(
        `delete from script_bodies b using (
           select hash, row_number() over newest as n, sum(length(body)) over newest as bytes
           from script_bodies where tenant_id = $1 window newest as (order by fetched_at desc, hash)
         ) old where b.tenant_id = $1 and b.hash = old.hash and (old.n > $2 or old.bytes > $3)`,
        [tenant, bodiesMax, bytesMax],
      )
    })
  }

  async function keptOf(tenant: string, hashes: readonly string[]): Promise<Set<string>> {
    if (hashes.length === 0) return new Set()
    const rows = await store.read(tenant, (q) =>
      q<{ hash: string }>('select hash from script_bodies where tenant_id = $1 and hash = any($2)', [
        tenant,
        hashes,
      ]),
    )
    return new Set(rows.map(({ hash }) => hash))
  }

  async function kept(tenant: string, hash: string): Promise<boolean> {
    return (await keptOf(tenant, [hash])).size > 0
  }

  return {
    kept,
    keptOf,

    want(tenant, url, hash) {
      const key = `${tenant} ${url} ${hash}`
      const at = tried.get(key)
      if (closed || queue.length >= queueMax || (at !== undefined && now() - at < againMs)) return
      if (!/^https?:/.test(url) || !mayFetch(tenant)) return
      tried.delete(key)
      if (tried.size >= triedMax) tried.delete(tried.keys().next().value!)
      tried.set(key, now())
      queue.push({ tenant, url, hash })
      work()
    },

    async body(tenant, hash) {
      const [row] = await store.read(tenant, (q) =>
        q<{ url: string; body: Buffer; fetched_at: Date }>(
          'select url, body, fetched_at from script_bodies where tenant_id = $1 and hash = $2',
          [tenant, hash],
        ),
      )
      if (row === undefined)
        throw new Refusal('not_found', 'This body could not be fetched, or is no longer kept.')
      return { url: row.url, body: row.body, fetchedAt: row.fetched_at.toISOString() }
    },

    async settled() {
      while (running.size > 0) await Promise.all(running)
    },

    async close() {
      closed = true
      queue.length = 0
      await Promise.all(running)
    },
  }
}

function hashLike(hash: string, body: Buffer): string {
  const algorithm = /^sha(256|384|512)-/.exec(hash)?.[0]
  if (algorithm === undefined) return ''
  return algorithm + createHash(algorithm.slice(0, -1)).update(body).digest('base64')
}

import type { Clock } from '../clock.ts'
import type { Store } from '../store/store.ts'

/** Deletes what browsers told longer ago than it is kept. */
export interface ObservationsRetention {
  /** @returns rows that were deleted */
  retain(): Promise<number>
  close(): Promise<void>
}

/** Thirteen months: a yearly assessment looks a year back, and comes a little late. */
export const observationsKeptDays = 396
const everyMs = 3_600_000
const firstMs = 120_000
/** Of one transaction: others write meanwhile. */
const rowsAtOnce = 20_000
/** Of one table in one hour, so that a large tenant does not hold up the rest; more are old next hour. */
const roundsMax = 100

const tables: readonly (readonly [table: string, at: string])[] = [
  ['observed_views', 'at'],
  ['observed_view_hashes', 'at'],
  ['observed_hashes', 'minute'],
  ['observed_violations', 'minute'],
  ['observed_minutes', 'minute'],
  ['observed_visits', 'last_at'],
]

export function openObservationsRetention(options: {
  store: Store
  clock: Clock
  tenants(): Promise<string[]>
  log: (event: Record<string, unknown>) => void
}): ObservationsRetention {
  const { store, clock, log } = options
  let closed = false
  let running: Promise<unknown> = Promise.resolve()
  let timer = setTimeout(tick, firstMs)
  timer.unref()

  function tick(): void {
    running = retain()
      .catch((caught: unknown) =>
        log({ level: 'warn', event: 'observations not retained', reason: (caught as Error).name }),
      )
      .finally(() => {
        if (closed) return
        timer = setTimeout(tick, everyMs)
        timer.unref()
      })
  }

  async function retain(): Promise<number> {
    const before = new Date(clock.now() - observationsKeptDays * 86_400_000)
    let deleted = 0
    for (const tenant of await options.tenants())
      for (const [table, at] of tables)
        for (let round = 0; round < roundsMax && !closed; round++) {
          const gone = await store.write(tenant, (q) =>
            q(
              `delete from ${table} where ctid = any(array(
                 select ctid from ${table} where tenant_id = $1 and ${at} < $2 limit ${rowsAtOnce})) returning 1`,
              [tenant, before],
            ),
          )
          deleted += gone.length
          if (gone.length < rowsAtOnce) break
        }
    return deleted
  }

  return {
    retain,
    async close() {
      closed = true
      clearTimeout(timer)
      await running
    },
  }
}

import type pg from 'pg'

/**
 * Says to other servers on this database that somebody is at work on something: a session-level advisory lock, which
 * ends with the connection. A server that dies leaves none behind, and nothing is written to disk. A lease that is
 * lost, with the connection or in time, MUST do no harm: whoever acts under it is fenced by what it writes.
 */
export interface Leases {
  /**
   * Takes it, or answers null when another server has had it all the while. Within one server the same name MUST be
   * taken once at a time.
   */
  take(name: string): Promise<Lease | null>
  close(): Promise<void>
}

export interface Lease {
  release(): Promise<void>
}

export function openLeases(options: {
  /** Of one connection that is not closed when idle: the locks are the session's. */
  pool: pg.Pool
  /** True for faults of the connection. */
  isConnectionFault(caught: unknown): boolean
}): Leases {
  const { pool } = options
  return {
    async take(name) {
      const { rows } = await pool.query<{ taken: boolean }>({
        name: 'take-lease',
        text: 'select pg_try_advisory_lock(hashtextextended($1, 0)) as taken',
        values: [name],
      })
      if (!rows[0]!.taken) return null
      return {
        async release() {
          try {
            await pool.query({
              name: 'release-lease',
              text: 'select pg_advisory_unlock(hashtextextended($1, 0))',
              values: [name],
            })
          } catch (caught) {
            // The lock went with the connection.
            if (!options.isConnectionFault(caught)) throw caught
          }
        },
      }
    },

    close: () => pool.end(),
  }
}

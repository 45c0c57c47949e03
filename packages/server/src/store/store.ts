import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { openLeases, type Leases } from './leases.ts'
import { migrate, type AppliedMigration } from './migrate.ts'

/** Runs one statement and answers its rows. */
export interface Query {
  <Row extends object = Record<string, unknown>>(sql: string, params?: unknown[]): Promise<Row[]>
}

export interface Store {
  /** One transaction in which row-level security shows exactly these tenants. Rolled back when `act` throws. */
  write<T>(tenant: string | readonly string[], act: (q: Query) => Promise<T>): Promise<T>
  /** The same, READ ONLY; `snapshot` makes it REPEATABLE READ: every statement sees one moment. */
  read<T>(
    tenant: string | readonly string[],
    act: (q: Query) => Promise<T>,
    how?: { snapshot?: boolean },
  ): Promise<T>
  /**
   * One statement in a transaction of its own and a single round trip, for the message path. The statement
   * MUST call a function that sets its tenants itself (`set_config('app.tenants', …, true)`).
   */
  single<Row extends object>(named: { name: string; text: string; values: unknown[] }): Promise<Row[]>
  leases: Leases
  /** For the sign-in library alone: a role that sees schema `auth` and nothing else. */
  authPool: pg.Pool
  /** Changes when the database was restored from a backup; clients then drop what they hold. */
  epoch(): string
  migrations: readonly AppliedMigration[]
  /** Tenants that had outbox rows left when the store was opened: the former server ended before all was handled. */
  unfinished: readonly string[]
  /**
   * ANALYZE, as the owner. Without statistics the planner takes every column for as selective as any other and
   * reads a whole conversation to find one id; autovacuum comes a minute too late for a new installation.
   */
  refreshStatistics(): Promise<void>
  /** Fails when the database cannot answer. */
  ping(): Promise<void>
  close(): Promise<void>
}

/** Connections of the application role. The message path uses one; the rest serve the desk and the API. */
const appConnectionsMax = 10
const authConnectionsMax = 3
/** A statement that takes longer is stuck; it is better refused than waited for. */
const statementMsMax = 15_000
/** The former server's backend is gone within this once its process is dead. */
const lockWaitMs = 20_000
/** "candor" in ASCII: one server a database. Two would each fan out only what they wrote themselves. */
const serverLock = '109304612287346'

/**
 * Connects as the owner, takes the server lock, migrates, and opens pools for two roles that own nothing.
 * Passwords of the two roles are made anew at each start and live in memory only.
 * @param url owner's URL; the role needs CREATEROLE.
 */
export async function openStore(options: {
  url: string
  log: (event: Record<string, unknown>) => void
  /** The data folder was restored from a backup since the last start. */
  restored?: boolean
}): Promise<Store> {
  const lock = await takeServerLock(options.url, options.log)
  const { rows } = await lock.client().query<{ name: string }>('select current_database() as name')
  const database = rows[0]!.name
  const app = { role: `${database}_app`, password: randomBytes(24).toString('base64url') }
  const auth = { role: `${database}_auth`, password: randomBytes(24).toString('base64url') }
  for (const { role, password } of [app, auth]) await makeRole(lock.client(), database, role, password)
  const migrations = await migrate(lock.client(), { app: app.role, auth: auth.role })
  if (options.restored) await lock.client().query('update installation set epoch = gen_random_uuid()')
  const installation = await lock.client().query<{ epoch: string }>('select epoch from installation')
  const epoch = installation.rows[0]!.epoch
  const unfinished = await lock
    .client()
    .query<{ tenant: string }>('select distinct tenant_id as tenant from outbox')

  const pool = openPool(options, app, appConnectionsMax)
  // A connection of its own: the plans of its few large statements are made there once.
  const lane = openPool(options, app, 1)
  const authPool = openPool(options, auth, authConnectionsMax)
  const leases = openLeases({ pool: openPool(options, app, 1, { idleTimeoutMillis: 0 }), isConnectionFault })

  async function transaction<T>(
    begin: string,
    tenants: readonly string[],
    act: (q: Query) => Promise<T>,
  ): Promise<T> {
    const client = await pool.connect()
    let broken: Error | undefined
    try {
      // One round trip. The setting is checked to be a list of UUIDs and needs no quoting.
      await client.query(`${begin}; set local app.tenants = '${tenantsSetting(tenants)}'`)
      const result = await act(
        async <Row extends object>(sql: string, params?: unknown[]) =>
          (await client.query<Row>(sql, params)).rows,
      )
      await client.query('commit')
      return result
    } catch (caught) {
      await client.query('rollback').catch((cause: Error) => (broken = cause))
      throw caught
    } finally {
      client.release(broken)
    }
  }

  return {
    write: (tenant, act) => transaction('begin', listed(tenant), act),
    read: (tenant, act, how) =>
      transaction(
        how?.snapshot ? 'begin isolation level repeatable read read only' : 'begin read only',
        listed(tenant),
        act,
      ),
    async single<Row extends object>(named: { name: string; text: string; values: unknown[] }) {
      // Not pool.query: it throws the connection away with every error, and a refused statement is an answer here.
      const client = await lane.connect()
      let broken: Error | undefined
      try {
        return (await client.query<Row>(named)).rows
      } catch (caught) {
        if (isConnectionFault(caught)) broken = caught as Error
        throw caught
      } finally {
        client.release(broken)
      }
    },
    leases,
    authPool,
    epoch: () => epoch,
    migrations,
    unfinished: unfinished.rows.map((row) => row.tenant),
    async refreshStatistics() {
      await lock.client().query('analyze')
    },
    async ping() {
      await pool.query('select 1')
    },
    async close() {
      await Promise.all([pool.end(), lane.end(), leases.close(), authPool.end()])
      await lock.release()
    },
  }
}

/** PostgreSQL array literal of UUIDs: only UUID characters pass, so nothing needs quoting. */
export function tenantsSetting(tenants: readonly string[]): string {
  for (const tenant of tenants) if (!/^[0-9a-f-]{36}$/.test(tenant)) throw new TypeError('not a tenant id')
  return `{${tenants.join(',')}}`
}

/** True for faults of the connection: what was asked may or may not have been done. */
export function isConnectionFault(caught: unknown): boolean {
  if (!(caught instanceof Error)) return false
  const code = (caught as { code?: string }).code ?? ''
  // Class 08 connection exception, 57P0x shutdown and crash, 53300 too many connections (SQLSTATE, appendix A).
  if (/^(08|57P0|53300)/.test(code)) return true
  if (/^(ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|ETIMEDOUT)$/.test(code)) return true
  return /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error|not queryable/i.test(
    caught.message,
  )
}

function listed(tenant: string | readonly string[]): readonly string[] {
  return typeof tenant === 'string' ? [tenant] : tenant
}

function openPool(
  options: { url: string; log: (event: Record<string, unknown>) => void },
  login: { role: string; password: string },
  max: number,
  more: pg.PoolConfig = {},
): pg.Pool {
  const pool = new pg.Pool({
    ...connectionOf(options.url),
    user: login.role,
    password: login.password,
    max,
    statement_timeout: statementMsMax,
    idle_in_transaction_session_timeout: statementMsMax,
    connectionTimeoutMillis: 5_000,
    application_name: 'candor',
    ...more,
  })
  const lost = (error: Error): void =>
    options.log({ level: 'warn', event: 'database connection lost', message: error.message })
  pool.on('error', lost)
  // A connection in use tells by the statement that fails; one between two statements of a transaction, by this.
  pool.on('connect', (client) => void client.on('error', lost))
  return pool
}

/** The URL's parts without its user, who is the owner. */
function connectionOf(url: string): pg.ClientConfig {
  const parsed = new URL(url)
  const host = parsed.searchParams.get('host') ?? decodeURIComponent(parsed.hostname)
  const sslmode = parsed.searchParams.get('sslmode')
  return {
    host,
    port: Number(parsed.searchParams.get('port') ?? (parsed.port || 5432)),
    database: decodeURIComponent(parsed.pathname.slice(1)),
    ...(sslmode && sslmode !== 'disable' ? { ssl: { rejectUnauthorized: sslmode !== 'require' } } : {}),
  }
}

async function makeRole(client: pg.Client, database: string, role: string, password: string): Promise<void> {
  const name = client.escapeIdentifier(role)
  const known = await client.query('select 1 from pg_roles where rolname = $1', [role])
  if (known.rowCount === 0) await client.query(`create role ${name} nologin`)
  // A new role is no superuser, sees no replication and does not bypass row-level security unless told so.
  await client.query(`alter role ${name} with login password ${client.escapeLiteral(password)}`)
  await client.query(`grant connect on database ${client.escapeIdentifier(database)} to ${name}`)
}

/** A connection that holds the lock as long as the server lives, re-taken when the database restarts. */
async function takeServerLock(
  url: string,
  log: (event: Record<string, unknown>) => void,
): Promise<{ client(): pg.Client; release(): Promise<void> }> {
  let released = false
  let retaking: Promise<void> | null = null
  let client: pg.Client | undefined
  client = await connect()

  async function connect(): Promise<pg.Client> {
    const parsed = new URL(url)
    const fresh = new pg.Client({
      ...connectionOf(url),
      user: decodeURIComponent(parsed.username),
      password: decodeURIComponent(parsed.password),
      application_name: 'candor-lock',
    })
    fresh.on('error', (error) => {
      log({ level: 'warn', event: 'database connection lost', message: error.message })
      // A lost connection may tell more than once; one attempt to replace it is enough.
      if (fresh === client) retaking ??= retake().finally(() => (retaking = null))
    })
    await fresh.connect()
    const until = Date.now() + lockWaitMs
    for (;;) {
      const { rows } = await fresh.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [
        serverLock,
      ])
      if (rows[0]!.taken) return fresh
      if (Date.now() > until) {
        await fresh.end()
        throw new Error(
          'Another Candor server is using this database. One server a database: stop the other one.',
        )
      }
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }

  async function retake(): Promise<void> {
    for (let attempt = 0; !released; attempt++) {
      await new Promise((resolve) => setTimeout(resolve, Math.min(5_000, 200 * 2 ** attempt)))
      try {
        client = await connect()
        return
      } catch (caught) {
        if (!isConnectionFault(caught)) throw caught
      }
    }
  }

  return {
    client: () => client!,
    async release() {
      released = true
      await client!.end()
    },
  }
}

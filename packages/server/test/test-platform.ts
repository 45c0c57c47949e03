import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { folderStorage } from '@candor/ledger/folder-storage.ts'
import { nodeCrypto } from '@candor/ledger/node-crypto.ts'
import { readLogKeys } from '@candor/ledger/log-keys.ts'
import { verifyLog } from '@candor/ledger/verify-log.ts'
import type { Role } from '@candor/protocol/api.ts'
import pg from 'pg'
import { startCandor, type Candor } from '../src/candor.ts'
import { systemClock } from '../src/clock.ts'
import { Secret, type Config } from '../src/config.ts'
import { openIds } from '../src/ids.ts'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../src/postgres/embedded-postgres.ts'
import type { Actor } from '../src/tenants/actor.ts'
import { staffClient, visitorClient, type TestClient } from './test-client.ts'

/** A tenant with one person of each role and an API key, made for a test. */
export interface TestTenant {
  id: string
  slug: string
  people: Record<Role, { id: string; name: string; email: string; actor: Actor }>
  password: string
  /** Key of an administrator. */
  key: string
}

/**
 * A real server on a real PostgreSQL: `DATABASE_URL` when set, else one embedded server for the test process.
 * Each platform has a database of its own.
 */
export class TestPlatform {
  static #postgres: Promise<{ url: string; stop(): Promise<void> }> | undefined
  static #databases = 0

  static async start(options: { config?: Partial<Config> } = {}): Promise<TestPlatform> {
    const folder = mkdtempSync(path.join(tmpdir(), 'candor-test-'))
    TestPlatform.#postgres ??= openPostgres()
    const postgres = await TestPlatform.#postgres
    const name = `candor_test_${process.pid}_${TestPlatform.#databases++}`
    await asOwner(postgres.url, (client) => client.query(`create database ${name}`))
    const databaseUrl = withDatabase(postgres.url, name)
    const platform = new TestPlatform(folder, databaseUrl, options.config ?? {})
    await platform.startServer()
    return platform
  }

  /** Ends the embedded PostgreSQL of this process. */
  static async end(): Promise<void> {
    await (await TestPlatform.#postgres)?.stop()
    TestPlatform.#postgres = undefined
  }

  readonly ids = openIds(systemClock)
  readonly folder: string
  readonly databaseUrl: string
  readonly logged: Record<string, unknown>[] = []
  readonly #config: Partial<Config>
  #candor: Candor | undefined
  readonly #clients = new Set<TestClient>()
  #tenants = 0

  constructor(folder: string, databaseUrl: string, config: Partial<Config>) {
    this.folder = folder
    this.databaseUrl = databaseUrl
    this.#config = config
  }

  get candor(): Candor {
    assert.ok(this.#candor, 'the server is not running')
    return this.#candor
  }

  get url(): string {
    return this.candor.url
  }

  async startServer(config: Partial<Config> = {}): Promise<void> {
    this.#candor = await startCandor(
      {
        port: 0,
        host: '127.0.0.1',
        dataFolder: this.folder,
        publicUrl: undefined,
        databaseUrl: new Secret(this.databaseUrl),
        demo: false,
        demoPort: 0,
        keyFile: path.join(this.folder, 'keys/keys.json'),
        keyholderFolder: path.join(this.folder, 'keyholder'),
        keyholderUrl: undefined,
        keyholderCert: undefined,
        keyholderKey: undefined,
        keyholderPeer: undefined,
        keyholderPassphrase: undefined,
        logFolder: path.join(this.folder, 'access-log'),
        logOrigin: 'test.example/log',
        witnesses: [],
        witnessQuorum: undefined,
        authSecret: undefined,
        logLevel: 'silent',
        trustProxy: false,
        socketsMax: 15_000,
        privateOrigins: [],
        metrics: true,
        smtpUrl: undefined,
        smtpFrom: undefined,
        smtpDkim: [],
        smtpSigners: 1,
        smtpConnections: 4,
        smtpDomainPerMinute: 1_000_000,
        smtpRetrySeconds: 1,
        smtpDoubtSeconds: 3,
        smtpHookSecret: undefined,
        browser: process.env['CANDOR_BROWSER'],
        ...this.#config,
        ...config,
      },
      (event) => void this.logged.push(event),
    )
  }

  async stopServer(): Promise<void> {
    await this.#candor?.close()
    this.#candor = undefined
  }

  async tenant(): Promise<TestTenant> {
    const { tenants } = this.candor
    const slug = `tenant-${++this.#tenants}`
    const { id } = await tenants.createTenant({
      id: this.ids.next(),
      publicId: slug,
      name: `Tenant ${this.#tenants}`,
    })
    const password = 'correct horse battery'
    const person = async (role: Role, name: string): Promise<TestTenant['people'][Role]> => {
      const made = await tenants.createPerson(id, this.ids.next(), {
        name,
        email: `${role}@${slug}.example`,
        role,
        password,
      })
      const actor: Actor = { tenant: id, kind: 'agent', id: made.id, name, role, session: `test ${made.id}` }
      return { id: made.id, name, email: made.email, actor }
    }
    const people = {
      agent: await person('agent', 'Ada'),
      supervisor: await person('supervisor', 'Noor'),
      administrator: await person('administrator', 'Mateo'),
      'privacy-officer': await person('privacy-officer', 'Ines'),
    }
    const { key } = await tenants.createApiKey(people.administrator.actor, this.ids.next(), {
      name: 'test',
      role: 'administrator',
    })
    assert.ok(key)
    return { id, slug, people, password, key }
  }

  async visitor(tenant: TestTenant, hello: Record<string, unknown> = {}): Promise<TestClient> {
    return this.#keep(await visitorClient(this.url, { tenant: tenant.slug, ...hello }))
  }

  async staff(tenant: TestTenant, hello: Record<string, unknown> = {}): Promise<TestClient> {
    return this.#keep(await staffClient(this.url, { key: tenant.key, ...hello }))
  }

  /** A request of an API key. */
  async request(
    tenant: TestTenant,
    method: string,
    url: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; body: Record<string, unknown>; headers: Headers }> {
    const response = await fetch(`${this.url}${url}`, {
      method,
      headers: {
        authorization: `Bearer ${tenant.key}`,
        ...(method === 'POST' ? { 'idempotency-key': this.ids.next() } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return {
      status: response.status,
      body: /json/.test(response.headers.get('content-type') ?? '')
        ? (JSON.parse(text) as Record<string, unknown>)
        : {},
      headers: response.headers,
    }
  }

  /** SQL as the owner, beside the server: for looking, not for doing. */
  async sql<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    return asOwner(this.databaseUrl, async (client) => {
      // An owner who is no superuser is held by row-level security too.
      await client.query(
        `select set_config('app.tenants', coalesce((select array_agg(tenant_id)::text from tenants), '{}'), false)`,
      )
      return (await client.query<Row>(text, values)).rows
    })
  }

  /** What must hold whatever was done: run after each test. */
  async check(): Promise<void> {
    await this.candor.conversations.settled()
    const gaps = await this.sql(
      `select c.id, c.seq, count(e.seq)::int as events, coalesce(max(e.seq), 0) as top
       from conversations c left join events e on e.tenant_id = c.tenant_id and e.conversation_id = c.id
       group by c.tenant_id, c.id, c.seq having count(e.seq) <> c.seq or coalesce(max(e.seq), 0) <> c.seq`,
    )
    assert.deepEqual(gaps, [], 'numbers 1..n without gaps')
    const unsealed = await this.sql(
      `select e.conversation_id, e.seq from events e
       where e.body is not null and not exists (
         select 1 from data_keys k where k.tenant_id = e.tenant_id and k.conversation_id = e.conversation_id and k.segment = e.segment)`,
    )
    assert.deepEqual(unsealed, [], 'every sealed text has its key')
    const late = await this.sql(
      `select e.conversation_id, e.seq from events e
       join conversations c on c.tenant_id = e.tenant_id and c.id = e.conversation_id
       where e.type = 'message' and e.actor_kind = 'virtual-agent'
         and exists (select 1 from events t where t.tenant_id = e.tenant_id and t.conversation_id = e.conversation_id
           and t.type = 'takeover' and t.seq < e.seq
           and not exists (select 1 from events h where h.tenant_id = e.tenant_id and h.conversation_id = e.conversation_id
             and h.type = 'handback' and h.seq between t.seq and e.seq))`,
    )
    assert.deepEqual(late, [], 'no virtual agent speaks after a takeover')
    for (let tries = 0; ; tries++) {
      const [left] = await this.sql<{ n: number }>('select count(*)::int as n from outbox')
      if (left!.n === 0) break
      assert.ok(tries < 100, 'the outbox is drained')
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.drop()
    await this.stopServer()
    await this.#checkLog()
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** Whatever was done, the log that is left holds, from its first entry to its last. */
  async #checkLog(): Promise<void> {
    const folder = path.join(this.folder, 'access-log')
    if (!existsSync(path.join(folder, 'checkpoint'))) return
    const reader = folderStorage(folder)
    const trusted = await readLogKeys(nodeCrypto, reader)
    assert.ok(trusted)
    const report = await verifyLog({ crypto: nodeCrypto, reader, trusted })
    assert.equal(report.kind, 'holds', JSON.stringify(report.firstBad))
    assert.equal(report.entriesRead, report.checkpoint?.size)
  }

  #keep(client: TestClient): TestClient {
    this.#clients.add(client)
    return client
  }
}

async function openPostgres(): Promise<{ url: string; stop(): Promise<void> }> {
  const outside = process.env['DATABASE_URL']
  if (outside) return { url: outside, stop: () => Promise.resolve() }
  const folder = mkdtempSync(path.join(tmpdir(), 'candor-postgres-'))
  const postgres: EmbeddedPostgres = await startEmbeddedPostgres({ dataFolder: folder, log: () => undefined })
  return {
    url: postgres.url,
    async stop() {
      await postgres.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export async function asOwner<T>(url: string, act: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await act(client)
  } finally {
    await client.end()
  }
}

function withDatabase(url: string, name: string): string {
  const parsed = new URL(url)
  parsed.pathname = `/${name}`
  return parsed.toString()
}

import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { after } from 'node:test'
import pg from 'pg'
import { openIds } from '../../ids.ts'
import { startEmbeddedPostgres } from '../../postgres/embedded-postgres.ts'
import { openStore, type Store } from '../../store/store.ts'
import type { OnAccessChange } from '../access-changes.ts'
import { openTenants, type Tenants } from '../tenants.ts'

/** The room on a real PostgreSQL of its own, with a clock that the test moves. Closed after the file's tests. */
export async function openTenantsUnderTest(more: { onAccessChange?: OnAccessChange } = {}): Promise<{
  tenants: Tenants
  store: Store
  clock: { now(): number; pass(ms: number): void }
  /** Runs a statement as the owner, for whom the room is an open book. */
  asOwner(sql: string, params?: unknown[]): Promise<Record<string, unknown>[]>
  /** A second server on the same database: nothing held in memory. */
  reopened(publicUrl?: string): Tenants
}> {
  const { url, stop } = await ownDatabase()
  const store = await openStore({ url, log: () => {} })
  const owner = new pg.Client({ connectionString: url })
  await owner.connect()
  after(async () => {
    await store.close()
    await owner.end()
    await stop()
  })
  let passed = 0
  const clock = {
    now: () => Date.now() + passed,
    pass: (ms: number) => void (passed += ms),
  }
  const open = (publicUrl = 'http://127.0.0.1:7780') =>
    openTenants({
      store,
      clock,
      ids: openIds(clock),
      authSecret: 'a secret of the tests that is long enough 4711',
      publicUrl: () => publicUrl,
      ...more,
    })
  return {
    tenants: open(),
    store,
    clock,
    async asOwner(sql, params) {
      // An owner who is no superuser is held by row-level security too.
      await owner.query(
        `select set_config('app.tenants', coalesce((select array_agg(tenant_id)::text from tenants), '{}'), false)`,
      )
      return (await owner.query<Record<string, unknown>>(sql, params)).rows
    },
    reopened: open,
  }
}

/** A new database: on the PostgreSQL of DATABASE_URL if there is one, else on an embedded one. */
async function ownDatabase(): Promise<{ url: string; stop(): Promise<void> }> {
  const outside = process.env['DATABASE_URL']
  if (outside !== undefined) {
    const name = `candor_test_${randomUUID().slice(0, 8)}`
    const admin = new pg.Client({ connectionString: outside })
    await admin.connect()
    await admin.query(`create database ${name}`)
    const url = new URL(outside)
    url.pathname = `/${name}`
    return {
      url: url.href,
      async stop() {
        await admin.query(`drop database ${name} with (force)`)
        await admin.query(`drop role if exists ${name}_app, ${name}_auth`)
        await admin.end()
      },
    }
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'candor-tenants-'))
  const server = await startEmbeddedPostgres({ dataFolder: path.join(folder, 'data'), log: () => {} })
  return {
    url: server.url,
    async stop() {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

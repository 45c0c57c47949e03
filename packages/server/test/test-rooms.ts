import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import type { ListedEntry } from '@candor/keyholder/frames.ts'
import pg from 'pg'
import { openAccess, type Access } from '../src/access/access.ts'
import { openKeyholderInProcess, signingFor, type InProcessKeyholder } from './keyholder-in-process.ts'
import { systemClock } from '../src/clock.ts'
import type { Committed } from '../src/conversations/conversation.ts'
import { openConversations, type Conversations } from '../src/conversations/conversations.ts'
import { openIds, type Ids } from '../src/ids.ts'
import { startEmbeddedPostgres } from '../src/postgres/embedded-postgres.ts'
import { openRouting, type People, type Routing } from '../src/routing/routing.ts'
import { openOutbox, type Outbox } from '../src/store/outbox.ts'
import { openStore, type Store } from '../src/store/store.ts'
import type { Actor } from '../src/tenants/actor.ts'

/** Rooms on a real PostgreSQL, called directly: for what they promise to each other, without an edge. */
export interface TestRooms {
  store: Store
  access: Access
  keyholder: InProcessKeyholder
  outbox: Outbox<Committed>
  conversations: Conversations
  routing: Routing
  ids: Ids
  tenant: string
  /** People who exist for `routing`, by id. */
  people: Map<string, Actor>
  /** Who of them was deactivated. */
  gone: Set<string>
  /** A person of the tenant. */
  staff(name: string, role?: Actor['role']): Actor
  visitor(): Actor
  /** Entries of the access log by which a conversation was opened, newest first. */
  openings(conversation: string): Promise<ListedEntry[]>
  /** A session of its own beside those of the rooms, as the owner: another server's, say. */
  otherSession(): Promise<(sql: string, params?: unknown[]) => Promise<Record<string, unknown>[]>>
  /** What the rooms logged. */
  logged: Record<string, unknown>[]
  close(): Promise<void>
}

export async function openTestRooms(): Promise<TestRooms> {
  const folder = mkdtempSync(path.join(tmpdir(), 'candor-rooms-'))
  const logged: Record<string, unknown>[] = []
  const log = (event: Record<string, unknown>): void => void logged.push(event)
  const database = await openTestDatabase(folder)
  const store = await openStore({ url: database.url, log })
  const ids = openIds(systemClock)
  const keyholder = await openKeyholderInProcess(path.join(folder, 'keyholder'))
  const access = signingFor(
    openAccess({
      store,
      keyholder: keyholder.client,
      about: (tenant, conversation) => conversations.about(tenant, conversation),
      clock: systemClock,
      ids,
      log,
    }),
    keyholder.client,
  )
  const outbox = openOutbox<Committed>(log)
  const conversations = openConversations({
    store,
    access,
    outbox,
    clock: systemClock,
    ids,
    guardFormats: () => [],
    names: {
      visitorName: () => 'Visitor',
      loadVisitors: async (_, visitors) =>
        new Map(visitors.map((id) => [id, { name: 'Visitor', identified: false }])),
    },
    visitorOnline: () => true,
  })
  const people = new Map<string, Actor>()
  const gone = new Set<string>()
  const peoplePort: People = {
    async person(_, id) {
      const known = people.get(id)
      if (known === undefined) return null
      return { id, name: known.name, role: known.role!, active: !gone.has(id) }
    },
  }
  const routing = openRouting({ store, conversations, people: peoplePort, outbox, clock: systemClock, ids })
  const tenant = randomUUID()
  const sessions: pg.Client[] = []
  return {
    store,
    access,
    keyholder,
    outbox,
    conversations,
    routing,
    ids,
    tenant,
    people,
    gone,
    staff(name, role = 'agent') {
      const actor: Actor = { tenant, kind: 'agent', id: randomUUID(), name, role, session: randomUUID() }
      people.set(actor.id, actor)
      return actor
    },
    visitor: () => ({ tenant, kind: 'visitor', id: randomUUID(), name: 'Visitor' }),
    async openings(conversation) {
      const filter = { conversation, types: ['open', 'join'] as ListedEntry['type'][] }
      return (await keyholder.client.ask('entries', { tenant, filter, limit: 100 })).items
    },
    async otherSession() {
      const client = new pg.Client({ connectionString: database.url })
      await client.connect()
      sessions.push(client)
      return async (sql, params) => (await client.query<Record<string, unknown>>(sql, params)).rows
    },
    logged,
    async close() {
      for (const client of sessions) await client.end()
      await conversations.close()
      access.close()
      await keyholder.close()
      await store.close()
      await database.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The embedded PostgreSQL, or a database of its own in the one that DATABASE_URL names. */
async function openTestDatabase(folder: string): Promise<{ url: string; close(): Promise<void> }> {
  const outside = process.env['DATABASE_URL']
  if (outside === undefined) {
    const server = await startEmbeddedPostgres({ dataFolder: path.join(folder, 'data'), log() {} })
    return { url: server.url, close: () => server.stop() }
  }
  const name = `candor_rooms_${randomBytes(6).toString('hex')}`
  const admin = new pg.Client({ connectionString: outside })
  await admin.connect()
  await admin.query(`create database ${name}`)
  const url = new URL(outside)
  url.pathname = `/${name}`
  return {
    url: url.href,
    async close() {
      await admin.query(`drop database ${name} with (force)`)
      for (const role of ['app', 'auth']) await admin.query(`drop role if exists ${name}_${role}`)
      await admin.end()
    },
  }
}

import { hash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { ApiKey, Role } from '@candor/protocol/api.ts'
import { isUuid } from '@candor/protocol/parse-client-frame.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { Clock } from '../clock.ts'
import type { Store } from '../store/store.ts'
import type { OnAccessChange } from './access-changes.ts'
import type { Actor } from './actor.ts'
import { checkLine, nameCharactersMax, refuseField } from './fields.ts'
import { openHeld } from './held.ts'
import { roles } from './roles.ts'
import type { SessionEndings } from './session-endings.ts'

export interface ApiKeys {
  /** `key` is null when the same id is asked for again: it is shown once and cannot be read afterwards. */
  createApiKey(
    by: Actor,
    id: string,
    given: { name: string; role: Role },
  ): Promise<ApiKey & { key: string | null }>
  apiKeys(tenant: string): Promise<ApiKey[]>
  /** Who made it, also by way of another key; null when one of these keys is gone. */
  personBehindKey(tenant: string, id: string): Promise<string | null>
  /** The key stops counting at once. */
  deleteApiKey(by: Actor, id: string): Promise<void>
  /** Whom a key stands for; null for anything that is not a key of ours. */
  staffOfKey(key: string): Promise<Actor | null>
}

/** A program each; more are a sign that keys are made per customer. */
const apiKeysMax = 200
/** `last_used_at` tells which keys are still in use: a day would do, a minute is not dearer. */
const usedNotedMs = 60_000
const keysHeldMax = 5_000
const secretBytes = 32

export function openApiKeys(options: {
  store: Store
  clock: Clock
  endings: SessionEndings
  onAccessChange: OnAccessChange
}): ApiKeys {
  const { store, clock, endings, onAccessChange } = options
  const held = openHeld<KnownKey | null>({ entriesMax: keysHeldMax, clock })

  async function noteUse(known: KnownKey): Promise<void> {
    if (clock.now() - known.usedAt < usedNotedMs) return
    known.usedAt = clock.now()
    await store.write(known.actor.tenant, (q) =>
      q('update api_keys set last_used_at = $2 where id = $1', [known.actor.id, new Date(known.usedAt)]),
    )
  }

  return {
    async createApiKey(by, id, given) {
      const name = checkLine(given.name, 'name', nameCharactersMax)
      if (!roles.includes(given.role)) refuseField('role', `is one of ${roles.join(', ')}`)
      const { role } = given
      const secret = randomBytes(secretBytes)
      return store.write(by.tenant, async (q) => {
        const [{ count } = { count: 0 }] = await q<{ count: number }>(
          'select count(*)::int as count from api_keys',
        )
        if (count >= apiKeysMax) throw new Refusal('too_many', `A tenant has at most ${apiKeysMax} API keys.`)
        const at = new Date(clock.now())
        const made = await q(
          `insert into api_keys (tenant_id, id, name, role, secret_sha256, created_by, created_at)
           values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning id`,
          [by.tenant, id, name, role, sha256(secret), by.id, at],
        )
        const [known] = await q<ApiKeyRow>(`${select} where k.id = $1`, [id])
        if (known === undefined || known.name !== name || known.role !== role)
          throw new Refusal('idempotency_conflict')
        if (made.length === 0) return { ...apiKeyOf(known), key: null }
        await onAccessChange({
          what: 'api-key-made',
          tenant: by.tenant,
          by,
          subject: id,
          at: at.toISOString(),
          role,
        })
        return { ...apiKeyOf(known), key: `candor_${id}_${secret.toString('base64url')}` }
      })
    },

    async apiKeys(tenant) {
      const rows = await store.read(tenant, (q) => q<ApiKeyRow>(`${select} order by k.created_at, k.id`))
      return rows.map(apiKeyOf)
    },

    async personBehindKey(tenant, id) {
      const [row] = await store.read(tenant, (q) =>
        q<{ person: string }>(
          `with recursive makers as (
             select created_by from api_keys where tenant_id = $1 and id = $2
             union
             select k.created_by from makers m
             join api_keys k on k.tenant_id = $1 and k.id = m.created_by)
           select id as person from people where tenant_id = $1 and id in (select created_by from makers)`,
          [tenant, id],
        ),
      )
      return row?.person ?? null
    },

    async deleteApiKey(by, id) {
      const { tenant } = by
      await store.write(tenant, async (q) => {
        const gone = await q('delete from api_keys where id = $1 returning id', [id])
        if (gone.length === 0) throw new Refusal('not_found')
        const at = new Date(clock.now()).toISOString()
        await onAccessChange({ what: 'api-key-deleted', tenant, by, subject: id, at })
      })
      held.drop(id)
      endings.tell(id)
    },

    async staffOfKey(key) {
      const parts = keyForm.exec(key)
      if (parts === null || !isUuid(parts[1])) return null
      const id = parts[1]
      const known = await held.get(id, () => findKey(store, id))
      if (known === null || !timingSafeEqual(known.secretSha256, sha256(Buffer.from(parts[2]!, 'base64url'))))
        return null
      await noteUse(known)
      return known.actor
    },
  }
}

const keyForm = /^candor_([0-9a-f-]{36})_([A-Za-z0-9_-]{43})$/

interface KnownKey {
  actor: Actor
  secretSha256: Buffer
  usedAt: number
}

async function findKey(store: Store, id: string): Promise<KnownKey | null> {
  const { rows } = await store.authPool.query<{
    tenant: string
    name: string
    role: Role
    secret_sha256: Buffer
  }>({
    name: 'find-api-key',
    text: 'select * from auth.find_api_key($1)',
    values: [id],
  })
  const [row] = rows
  if (row === undefined) return null
  const { tenant, name, role } = row
  return {
    actor: { tenant, kind: 'api', id, name, role, session: id },
    secretSha256: row.secret_sha256,
    usedAt: 0,
  }
}

interface ApiKeyRow {
  id: string
  name: string
  role: Role
  created_at: Date
  last_used_at: Date | null
  created_by: string
  maker: string | null
  deactivated: boolean
}

/** With who made it: keys outlive the person, and somebody must be able to see whose they were. */
const select = `select k.id, k.name, k.role, k.created_at, k.last_used_at, k.created_by,
    coalesce(people.name, maker.name) as maker, people.deactivated_at is not null as deactivated
  from api_keys k
  left join people on people.tenant_id = k.tenant_id and people.id = k.created_by
  left join api_keys maker on maker.tenant_id = k.tenant_id and maker.id = k.created_by`

function apiKeyOf(row: ApiKeyRow): ApiKey {
  const { id, name, role, created_at, last_used_at, created_by, maker, deactivated } = row
  return {
    id,
    name,
    role,
    createdAt: created_at.toISOString(),
    lastUsedAt: last_used_at?.toISOString() ?? null,
    madeBy: maker === null ? null : { id: created_by, name: maker, deactivated },
  }
}

function sha256(secret: Buffer): Buffer {
  return hash('sha256', secret, 'buffer')
}

import type { TemporaryPassword } from '@candor/protocol/api.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type pg from 'pg'
import type { Clock } from '../clock.ts'
import type { Store } from '../store/store.ts'
import type { OnAccessChange } from './access-changes.ts'
import type { Actor } from './actor.ts'
import { hashPassword, makeTemporaryPassword, temporaryPasswordMsMax } from './password.ts'
import type { StaffSessions } from './staff-sessions.ts'

/** Passwords and second factors of the tenant's people, for who manages them. */
export interface Logins {
  /**
   * A temporary password in place of the one that was forgotten; the person's sessions end. The same request again
   * is not shown it again.
   * @throws Refusal `not_found`, `not_allowed` for one's own, `state_conflict` for somebody deactivated
   */
  resetPassword(by: Actor, request: string, person: string): Promise<TemporaryPassword>
  /** For who lost the device; the person's sessions end. @throws as `resetPassword`, but not for somebody deactivated. */
  resetSecondFactor(by: Actor, person: string): Promise<void>
}

/** What the room's own sign-in asks. */
export interface LoginStore extends Logins {
  /** By the address in lower case. */
  find(email: string): Promise<Login | null>
  /** The person's own choice: it stays. */
  setPassword(login: Pick<Login, 'tenant' | 'person'>, hash: string): Promise<void>
}

export interface Login {
  tenant: string
  person: string
  hash: string
  deactivated: boolean
  /** Null: the password is the person's own. */
  temporaryUntil: number | null
}

export function openLogins(options: {
  store: Store
  clock: Clock
  sessions: StaffSessions
  onAccessChange: OnAccessChange
}): LoginStore {
  const { store, clock, sessions, onAccessChange } = options

  const now = (): string => new Date(clock.now()).toISOString()

  /** A person of the actor's own tenant, who is not the actor. */
  async function mustManage(by: Actor, person: string): Promise<{ deactivated: boolean }> {
    if (by.id === person)
      throw new Refusal('not_allowed', 'Your own password and second factor are in your profile.', {
        field: 'id',
      })
    const [known] = await store.read(by.tenant, (q) =>
      q<{ deactivated: boolean }>(
        'select deactivated_at is not null as deactivated from people where id = $1',
        [person],
      ),
    )
    if (known === undefined) throw new Refusal('not_found')
    return known
  }

  return {
    async find(email) {
      const { rows } = await store.authPool.query<{
        tenant: string
        person: string
        password_hash: string
        deactivated: boolean
        temporary_until: Date | null
      }>({ name: 'find-login', text: 'select * from auth.find_login($1)', values: [email] })
      const [row] = rows
      if (row === undefined) return null
      const { tenant, person, password_hash, deactivated, temporary_until } = row
      return {
        tenant,
        person,
        hash: password_hash,
        deactivated,
        temporaryUntil: temporary_until?.getTime() ?? null,
      }
    },

    setPassword: ({ tenant, person }, hash) =>
      transaction(store, async (client) => {
        await storePassword(client, person, hash)
        await client.query('delete from auth.temporary_passwords where tenant_id = $1 and person = $2', [
          tenant,
          person,
        ])
      }),

    async resetPassword(by, request, person) {
      if ((await mustManage(by, person)).deactivated)
        throw new Refusal('state_conflict', 'This person is deactivated. Reactivate them first.', {
          field: 'id',
        })
      const password = makeTemporaryPassword()
      const hash = await hashPassword(password)
      const expiresAt = new Date(clock.now() + temporaryPasswordMsMax)
      const made = await transaction(store, async (client): Promise<TemporaryPassword> => {
        await lockLogin(client, by.tenant, person)
        const { rows } = await client.query<{ expires_at: Date }>(
          'select expires_at from auth.temporary_passwords where tenant_id = $1 and person = $2 and request = $3',
          [by.tenant, person, request],
        )
        if (rows[0] !== undefined) return { password: null, expiresAt: rows[0].expires_at.toISOString() }
        await storePassword(client, person, hash)
        await client.query(
          `insert into auth.temporary_passwords (tenant_id, person, request, expires_at) values ($1, $2, $3, $4)
           on conflict (tenant_id, person) do update set request = excluded.request, expires_at = excluded.expires_at`,
          [by.tenant, person, request, expiresAt],
        )
        await onAccessChange({ what: 'password-reset', tenant: by.tenant, by, subject: person, at: now() })
        return { password, expiresAt: expiresAt.toISOString() }
      })
      // Also when it is asked again: the first time may have ended before this line.
      await sessions.endOf(person, null)
      return made
    },

    async resetSecondFactor(by, person) {
      await mustManage(by, person)
      const { tenant } = by
      await transaction(store, async (client) => {
        const had = await lockLogin(client, tenant, person)
        await client.query('delete from auth."twoFactor" where "userId" = $1', [person])
        await client.query('update auth."user" set "twoFactorEnabled" = false where "id" = $1', [person])
        if (had) await onAccessChange({ what: 'second-factor-reset', tenant, by, subject: person, at: now() })
      })
      await sessions.endOf(person, null)
    },
  }
}

/** Answers whether it has a second factor. */
async function lockLogin(client: pg.ClientBase, tenant: string, person: string): Promise<boolean> {
  const { rows } = await client.query<{ second: boolean | null }>(
    'select "twoFactorEnabled" as second from auth."user" where "id" = $1 and tenant_id = $2 for update',
    [person, tenant],
  )
  if (rows[0] === undefined) throw new Error('a person without a login')
  return rows[0].second ?? false
}

async function storePassword(client: pg.ClientBase, person: string, hash: string): Promise<void> {
  const { rowCount } = await client.query(
    `update auth."account" set "password" = $2, "updatedAt" = now() where "userId" = $1 and "providerId" = 'credential'`,
    [person, hash],
  )
  if (rowCount !== 1) throw new Error('a person without a password')
}

/** As the sign-in role: passwords are out of reach of the application's. */
async function transaction<T>(store: Store, act: (client: pg.ClientBase) => Promise<T>): Promise<T> {
  const client = await store.authPool.connect()
  let broken: Error | undefined
  try {
    await client.query('begin')
    const result = await act(client)
    await client.query('commit')
    return result
  } catch (caught) {
    await client.query('rollback').catch((cause: Error) => (broken = cause))
    throw caught
  } finally {
    client.release(broken)
  }
}

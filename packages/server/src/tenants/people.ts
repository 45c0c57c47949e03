import type { Role } from '@candor/protocol/api.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { Clock } from '../clock.ts'
import type { Query, Store } from '../store/store.ts'
import type { OnAccessChange } from './access-changes.ts'
import { operatorActor, type Actor } from './actor.ts'
import { checkEmail, checkLine, nameCharactersMax, refuseField } from './fields.ts'
import { checkPassword, hashPassword, makeTemporaryPassword, temporaryPasswordMsMax } from './password.ts'
import { roles } from './roles.ts'
import type { StaffSessions } from './staff-sessions.ts'

export interface StoredPerson {
  id: string
  name: string
  email: string
  role: Role
  deactivatedAt: string | null
  secondFactor: boolean
  lastSeenAt: string | null
}

export interface NewPerson {
  name: string
  email: string
  role: Role
  /** Without one a temporary password is made. */
  password?: string
}

export interface People {
  /**
   * A person with a login. The same id again answers what is stored, or `idempotency_conflict`.
   * `temporaryPassword` is there when none was given, once: null when the same id is asked for again.
   * @param by without: the operator, who works on the server.
   */
  createPerson(
    tenant: string,
    id: string,
    person: NewPerson,
    by?: Actor,
  ): Promise<StoredPerson & { temporaryPassword?: string | null }>
  /** Who works here first, then who was deactivated. */
  people(tenant: string): Promise<StoredPerson[]>
  /** @throws Refusal `not_found` */
  person(tenant: string, id: string): Promise<StoredPerson>
  /**
   * Counts at once, in open connections too.
   * @throws Refusal `not_found`, `last_administrator`
   */
  changePerson(by: Actor, id: string, change: { name?: string; role?: Role }): Promise<StoredPerson>
  /** Sessions and open connections end; keys that the person made stay. Again is the same once. @throws as `changePerson` */
  deactivatePerson(by: Actor, id: string): Promise<StoredPerson>
  /** With the role, password and second factor from before. @throws Refusal `not_found` */
  reactivatePerson(by: Actor, id: string): Promise<StoredPerson>
}

/** More are a directory service, which belongs behind single sign-on. */
const peopleMax = 10_000

export function openPeople(options: {
  store: Store
  clock: Clock
  sessions: StaffSessions
  onAccessChange: OnAccessChange
}): People {
  const { store, clock, sessions, onAccessChange } = options

  const now = (): Date => new Date(clock.now())

  async function person(tenant: string, id: string): Promise<StoredPerson> {
    const [row] = await store.read(tenant, (q) => selectPeople(q, 'where people.id = $1', [id]))
    if (row === undefined) throw new Refusal('not_found')
    return row
  }

  return {
    person,

    async createPerson(tenant, id, given, by = operatorActor(tenant)) {
      const name = checkLine(given.name, 'name', nameCharactersMax)
      const email = checkEmail(given.email, 'email')
      const role = checkRole(given.role)
      if (given.password !== undefined) checkPassword(given.password, email, 'password')
      const temporary = given.password === undefined ? makeTemporaryPassword() : null
      const hash = await hashPassword(given.password ?? temporary!)
      return store.write(tenant, async (q) => {
        const [{ count } = { count: 0 }] = await q<{ count: number }>(
          'select count(*)::int as count from people',
        )
        if (count >= peopleMax) throw new Refusal('too_many', `A tenant has at most ${peopleMax} people.`)
        const made = await q(
          `insert into people (tenant_id, id, name, email, role, created_at) values ($1, $2, $3, $4, $5, $6)
           on conflict do nothing returning id`,
          [tenant, id, name, email, role, now()],
        )
        if (made.length === 1) {
          const until = temporary === null ? null : new Date(clock.now() + temporaryPasswordMsMax)
          const [login] = await q<{ taken: 'address' | 'id' | null }>(
            'select add_login($1, $2, $3, $4) as taken',
            [id, email, hash, until],
          )
          if (login!.taken === 'address') refuseEmail()
          if (login!.taken === 'id') throw new Refusal('idempotency_conflict')
          await onAccessChange({
            what: 'person-added',
            tenant,
            by,
            subject: id,
            at: now().toISOString(),
            role,
          })
        }
        const [known] = await selectPeople(q, 'where people.id = $1', [id])
        if (known === undefined) refuseEmail()
        if (known.name !== name || known.email !== email || known.role !== role)
          throw new Refusal('idempotency_conflict')
        if (temporary === null) return known
        return { ...known, temporaryPassword: made.length === 1 ? temporary : null }
      })
    },

    people: (tenant) =>
      store.read(tenant, (q) =>
        selectPeople(q, 'order by people.deactivated_at is not null, people.name, people.id', []),
      ),

    async changePerson(by, id, change) {
      const { tenant } = by
      const name = change.name === undefined ? undefined : checkLine(change.name, 'name', nameCharactersMax)
      const role = change.role === undefined ? undefined : checkRole(change.role)
      const { after, changed } = await store.write(tenant, async (q) => {
        const before = await lockPerson(q, id)
        const after = { ...before, name: name ?? before.name, role: role ?? before.role }
        if (after.name === before.name && after.role === before.role) return { after, changed: false }
        if (after.role !== before.role) keepAdministrator(before, 'role')
        await q('update people set name = $2, role = $3 where id = $1', [id, after.name, after.role])
        if (after.role !== before.role)
          await onAccessChange({
            what: 'role-changed',
            tenant,
            by,
            subject: id,
            at: now().toISOString(),
            from: before.role,
            to: after.role,
          })
        return { after, changed: true }
      })
      if (changed) await sessions.changedOf(id)
      return person(tenant, after.id)
    },

    async deactivatePerson(by, id) {
      const { tenant } = by
      await store.write(tenant, async (q) => {
        const before = await lockPerson(q, id)
        if (!before.active) return
        keepAdministrator(before, 'id')
        await q('update people set deactivated_at = $2 where id = $1', [id, now()])
        await onAccessChange({
          what: 'person-deactivated',
          tenant,
          by,
          subject: id,
          at: now().toISOString(),
        })
      })
      // Also when it is asked again: the first time may have ended before this line.
      await sessions.endOf(id, null)
      return person(tenant, id)
    },

    async reactivatePerson(by, id) {
      const { tenant } = by
      if ((await person(tenant, id)).deactivatedAt !== null) await sessions.endOf(id, null)
      await store.write(tenant, async (q) => {
        const before = await lockPerson(q, id)
        if (before.active) return
        await q('update people set deactivated_at = null where id = $1', [id])
        await onAccessChange({
          what: 'person-reactivated',
          tenant,
          by,
          subject: id,
          at: now().toISOString(),
          role: before.role,
        })
      })
      return person(tenant, id)
    },
  }
}

interface LockedPerson {
  id: string
  name: string
  role: Role
  active: boolean
  /** The tenant's only active administrator. */
  last: boolean
}

/**
 * The administrators are locked before the person, and in one order: two of them who demote each other at the same
 * time come one after the other, and the second finds that they are the last.
 */
async function lockPerson(q: Query, id: string): Promise<LockedPerson> {
  const administrators = await q<{ id: string }>(
    `select id from people where role = 'administrator' and deactivated_at is null order by id for update`,
  )
  const [row] = await q<Omit<LockedPerson, 'last'>>(
    'select id, name, role, deactivated_at is null as active from people where id = $1 for update',
    [id],
  )
  if (row === undefined) throw new Refusal('not_found')
  return { ...row, last: administrators.length === 1 && administrators[0]!.id === id }
}

/** Nobody could add the next one. */
function keepAdministrator(person: LockedPerson, field: string): void {
  if (person.last)
    throw new Refusal(
      'last_administrator',
      `${person.name} is the last active administrator. Make somebody else an administrator first.`,
      { field },
    )
}

async function selectPeople(q: Query, rest: string, params: unknown[]): Promise<StoredPerson[]> {
  const rows = await q<{
    id: string
    name: string
    email: string
    role: Role
    deactivated_at: Date | null
    last_seen_at: Date | null
    second_factor: boolean
  }>(
    `select people.id, name, email, role, deactivated_at, last_seen_at, second.person is not null as second_factor
     from people left join second_factors() as second on second.person = people.id ${rest}`,
    params,
  )
  return rows.map(({ id, name, email, role, deactivated_at, last_seen_at, second_factor }) => ({
    id,
    name,
    email,
    role,
    deactivatedAt: deactivated_at?.toISOString() ?? null,
    secondFactor: second_factor,
    lastSeenAt: last_seen_at?.toISOString() ?? null,
  }))
}

function checkRole(role: Role): Role {
  if (!roles.includes(role)) refuseField('role', `is one of ${roles.join(', ')}`)
  return role
}

/** One address signs in to one tenant. Which tenant has it is not told. */
function refuseEmail(): never {
  throw new Refusal('invalid_field', 'This e-mail address has a login already.', { field: 'email' })
}

import type { Person, Role } from '@candor/protocol/api.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { Clock } from '../clock.ts'
import type { Store } from '../store/store.ts'
import { checkEmail, checkLine, nameCharactersMax, refuseField } from './fields.ts'
import { hashPassword, passwordCharactersMax, passwordCharactersMin } from './password.ts'
import { roles } from './roles.ts'

export type StoredPerson = Omit<Person, 'online'>

export interface NewPerson {
  name: string
  email: string
  role: Role
  password: string
}

export interface People {
  /** A person with a login. The same id again answers what is stored, or `idempotency_conflict`. */
  createPerson(tenant: string, id: string, person: NewPerson): Promise<StoredPerson>
  people(tenant: string): Promise<StoredPerson[]>
  /** @throws Refusal `not_found` */
  person(tenant: string, id: string): Promise<StoredPerson>
}

/** More are a directory service, which belongs behind single sign-on. */
const peopleMax = 10_000

export function openPeople(options: { store: Store; clock: Clock }): People {
  const { store, clock } = options

  return {
    async createPerson(tenant, id, given) {
      const name = checkLine(given.name, 'name', nameCharactersMax)
      const email = checkEmail(given.email, 'email')
      if (!roles.includes(given.role)) refuseField('role', `is one of ${roles.join(', ')}`)
      const { role, password } = given
      checkPassword(password, email)
      const hash = await hashPassword(password)
      return store.write(tenant, async (q) => {
        const [{ count } = { count: 0 }] = await q<{ count: number }>(
          'select count(*)::int as count from people',
        )
        if (count >= peopleMax) throw new Refusal('too_many', `A tenant has at most ${peopleMax} people.`)
        const made = await q(
          `insert into people (tenant_id, id, name, email, role, created_at) values ($1, $2, $3, $4, $5, $6)
           on conflict do nothing returning id`,
          [tenant, id, name, email, role, new Date(clock.now())],
        )
        if (made.length === 1) {
          const [login] = await q<{ taken: 'address' | 'id' | null }>(
            'select add_login($1, $2, $3) as taken',
            [id, email, hash],
          )
          if (login!.taken === 'address') refuseEmail()
          if (login!.taken === 'id') throw new Refusal('idempotency_conflict')
          return { id, name, email, role }
        }
        const [known] = await q<StoredPerson>('select id, name, email, role from people where id = $1', [id])
        if (known === undefined) refuseEmail()
        if (known.name !== name || known.email !== email || known.role !== role)
          throw new Refusal('idempotency_conflict')
        return known
      })
    },

    people: (tenant) =>
      store.read(tenant, (q) =>
        q<StoredPerson>('select id, name, email, role from people order by name, id'),
      ),

    async person(tenant, id) {
      const [person] = await store.read(tenant, (q) =>
        q<StoredPerson>('select id, name, email, role from people where id = $1', [id]),
      )
      if (person === undefined) throw new Refusal('not_found')
      return person
    },
  }
}

function checkPassword(password: string, email: string): void {
  if (password.length < passwordCharactersMin)
    refuseField('password', `has at least ${passwordCharactersMin} characters`)
  if (password.length > passwordCharactersMax)
    refuseField('password', `has at most ${passwordCharactersMax} characters`)
  if (password.toLowerCase().includes(email)) refuseField('password', 'does not hold the e-mail address')
}

/** One address signs in to one tenant. Which tenant has it is not told. */
function refuseEmail(): never {
  throw new Refusal('invalid_field', 'This e-mail address has a login already.', { field: 'email' })
}

import type { Role } from '@candor/protocol/api.ts'
import type { Clock } from '../clock.ts'
import type { Store } from '../store/store.ts'
import type { Actor } from './actor.ts'
import { openHeld } from './held.ts'
import type { SessionEndings } from './session-endings.ts'

/** Sign-ins of people: who is behind a token, and their ends. */
export interface StaffSessions {
  /** One statement, held for `sessionHeldMs`; null for a token that does not count, or a deactivated person. */
  actorOf(token: string): Promise<Actor | null>
  /** Ends the sessions of a person, all but one, and the connections that came with them. */
  endOf(person: string, except: string | null): Promise<void>
  /** Ends the one session. Unknown tokens are no fault: it may have ended meanwhile. */
  end(token: string): Promise<void>
  /** The person has another role or name: their next request counts with it, and their connections start anew. */
  changedOf(person: string): Promise<void>
  /** The library has replaced a session by its own hands. */
  replaced(session: string | undefined): void
}

/** What changes in the database without us, a session ended by hand for one, counts after this at the latest. */
const sessionHeldMs = 30_000
/** More people than work for any tenant at once; some 300 bytes each. */
const sessionsHeldMax = 20_000
/** Tells who has not been here for weeks; a write for each minute of everybody would be dear. */
const seenNotedMs = 5 * 60_000

interface SignedIn {
  actor: Actor
  until: number
  seenAt: number
}

export function openStaffSessions(options: {
  store: Store
  clock: Clock
  endings: SessionEndings
}): StaffSessions {
  const { store, clock, endings } = options
  const held = openHeld<SignedIn | null>({ entriesMax: sessionsHeldMax, msMax: sessionHeldMs, clock })

  async function noteSeen(signedIn: SignedIn): Promise<void> {
    if (clock.now() - signedIn.seenAt < seenNotedMs) return
    signedIn.seenAt = clock.now()
    const { tenant, id } = signedIn.actor
    await store.write(tenant, (q) =>
      q('update people set last_seen_at = $2 where id = $1', [id, new Date(signedIn.seenAt)]),
    )
  }

  function tellEnded(rows: readonly { id: string; token: string }[]): void {
    for (const { id, token } of rows) {
      held.drop(token)
      endings.tell(id)
    }
  }

  return {
    async actorOf(token) {
      const signedIn = await held.get(token, () => findSession(store, token))
      if (signedIn === null || clock.now() >= signedIn.until) return null
      await noteSeen(signedIn)
      return signedIn.actor
    },

    async endOf(person, except) {
      const { rows } = await store.authPool.query<{ id: string; token: string }>(
        `delete from auth."session" where "userId" = $1 and "token" is distinct from $2 returning "id" as id, "token" as token`,
        [person, except],
      )
      tellEnded(rows)
    },

    async end(token) {
      const { rows } = await store.authPool.query<{ id: string; token: string }>(
        'delete from auth."session" where "token" = $1 returning "id" as id, "token" as token',
        [token],
      )
      held.drop(token)
      tellEnded(rows)
    },

    async changedOf(person) {
      const { rows } = await store.authPool.query<{ id: string; token: string }>(
        'select "id" as id, "token" as token from auth."session" where "userId" = $1',
        [person],
      )
      for (const { id, token } of rows) {
        held.drop(token)
        endings.tellChanged(id)
      }
    },

    replaced(session) {
      // Its token is not known here.
      held.clear()
      if (session !== undefined) endings.tell(session)
    },
  }
}

async function findSession(store: Store, token: string): Promise<SignedIn | null> {
  const { rows } = await store.authPool.query<{
    tenant: string
    person: string
    name: string
    role: Role
    session: string
    expires_at: Date
    seen_at: Date | null
  }>({ name: 'find-session', text: 'select * from auth.find_session($1)', values: [token] })
  const [row] = rows
  if (row === undefined) return null
  const { tenant, person, name, role, session } = row
  const until = row.expires_at.getTime()
  return {
    actor: { tenant, kind: 'agent', id: person, name, role, session, until },
    until,
    seenAt: row.seen_at?.getTime() ?? 0,
  }
}

import { createSecretKey } from 'node:crypto'
import type { Me, Role, SecondFactorEnrolment, SignInAnswer } from '@candor/protocol/api.ts'
import { Refusal, type RefusalCode } from '@candor/protocol/refusals.ts'
import { betterAuth } from 'better-auth'
import { isAPIError } from 'better-auth/api'
import { twoFactor } from 'better-auth/plugins'
import { PostgresDialect } from 'kysely'
import type { Clock } from '../clock.ts'
import type { Store } from '../store/store.ts'
import type { Actor } from './actor.ts'
import { openAttempts } from './attempts.ts'
import { derivedKey } from './derived-key.ts'
import { openHeld } from './held.ts'
import { hashPassword, passwordCharactersMax, passwordCharactersMin, verifyPassword } from './password.ts'
import type { SessionEndings } from './session-endings.ts'
import { endedSessionCookie, sessionCookieName, sessionTokenOf } from './session-cookie.ts'

/** What a browser sent along: its cookies, and the address it comes from. */
export interface Browser {
  cookie: string | undefined
  address: string
}

/** An answer together with the `Set-Cookie` lines that make it last. */
export interface WithCookies<Answer> {
  answer: Answer
  cookies: string[]
}

export interface SignIn {
  /** @throws Refusal `credentials_wrong` or `too_many`; which of address and password was wrong is not told. */
  signIn(
    browser: Browser,
    credentials: { email: string; password: string },
  ): Promise<WithCookies<SignInAnswer>>
  /** The code of the app, or one of the recovery codes. */
  secondFactor(browser: Browser, code: string): Promise<WithCookies<Me>>
  signOut(browser: Browser): Promise<string[]>
  /** Makes a secret; it counts from `confirmSecondFactor` on. */
  enrolSecondFactor(actor: Actor, browser: Browser, password: string): Promise<SecondFactorEnrolment>
  /** Ends the person's other sessions: they were opened with less. */
  confirmSecondFactor(actor: Actor, browser: Browser, code: string): Promise<string[]>
  removeSecondFactor(actor: Actor, browser: Browser, password: string): Promise<string[]>
  me(actor: Actor): Promise<Me>
  /** Who is signed in with this cookie header: one statement, held for `sessionHeldMs`. */
  actorOfCookie(cookie: string | undefined): Promise<Actor | null>
}

/** A working day with its overtime. The time runs from sign-in; using the session does not prolong it. */
const sessionSecondsMax = 12 * 3_600
/** Between password and code. */
const secondFactorSecondsMax = 600
/** A role that was changed, or a session ended by hand in the database, counts after this at the latest. */
const sessionHeldMs = 30_000
/** More people than work for any tenant at once; some 300 bytes each. */
const sessionsHeldMax = 20_000

/** One person at one place mistypes a few times. */
const attemptsPerPairMax = 10
/** Guesses spread over many places still hit one account; not so few that a stranger can lock somebody out at once. */
const attemptsPerEmailMax = 50
/** A whole office behind one address signs in on Monday morning. */
const attemptsPerAddressMax = 100

export function openSignIn(options: {
  store: Store
  clock: Clock
  authSecret: string
  publicUrl: () => string
  endings: SessionEndings
}): SignIn {
  const { store, clock, authSecret, publicUrl, endings } = options
  const librarySecret = derivedKey(authSecret, 'sign-in').export().toString('base64url')
  const cookieKey = createSecretKey(librarySecret, 'utf8')
  const attempts = openAttempts(clock)
  const usedCodes = openAttempts(clock)
  const sessions = openHeld<SignedIn | null>({ entriesMax: sessionsHeldMax, msMax: sessionHeldMs, clock })
  let made: ReturnType<typeof openLibrary> | undefined

  /** Made on first use: the public address is known once the server listens. */
  function library(): ReturnType<typeof openLibrary> {
    return (made ??= openLibrary(store, librarySecret, publicUrl()))
  }

  function sessionOf(token: string): Promise<SignedIn | null> {
    return sessions.get(token, () => findSession(store, token))
  }

  /** The person behind a session that the library has just made. */
  async function freshActor(token: string): Promise<Actor> {
    const signedIn = await sessionOf(token)
    if (signedIn === null) throw new Error('a session that was just made is not there')
    return signedIn.actor
  }

  async function me(actor: Actor): Promise<Me> {
    return store.read(actor.tenant, async (q) => {
      const [row] = await q<{
        id: string
        name: string
        email: string
        role: Role
        tenant: string
        second: boolean
      }>(
        `select people.id, people.name, people.email, people.role, tenants.name as tenant,
                exists (select from second_factors() as f where f.person = people.id) as second
         from people join tenants using (tenant_id) where people.id = $1`,
        [actor.id],
      )
      if (row === undefined) throw new Refusal('not_signed_in')
      const { id, name, email, role } = row
      return {
        person: { id, name, email, role, secondFactor: row.second },
        tenant: { id: actor.tenant, name: row.tenant },
      }
    })
  }

  /** Ends sessions of a person, all but one. */
  async function endSessions(person: string, except: string | null): Promise<void> {
    const { rows } = await store.authPool.query<{ id: string; token: string }>(
      `delete from auth."session" where "userId" = $1 and "token" is distinct from $2 returning "id" as id, "token" as token`,
      [person, except],
    )
    for (const { id, token } of rows) ended(id, token)
  }

  function ended(session: string, token: string): void {
    sessions.drop(token)
    endings.tell(session)
  }

  /** The token that the library put into the cookies of its answer. */
  function tokenIn(cookies: readonly string[]): string {
    const pair = cookies.find((line) => line.startsWith(`${sessionCookieName}=`))?.split(';')[0]
    const token = sessionTokenOf(pair, cookieKey)
    if (token === null) throw new Error('the sign-in library gave no session cookie')
    return token
  }

  /** A change of the second factor: the library opens a new session in place of the one it came through. */
  async function changedSession(actor: Actor, headers: Headers): Promise<string[]> {
    const cookies = headers.getSetCookie()
    await endSessions(actor.id, tokenIn(cookies))
    // The library has deleted the old row itself, so it is not among those that were just ended.
    sessions.clear()
    if (actor.session !== undefined) endings.tell(actor.session)
    return cookies
  }

  /** Guesses of a password or code by somebody who holds a session already. */
  function takeOwnAttempt(actor: Actor): void {
    attempts.take({ [`person ${actor.id}`]: attemptsPerPairMax })
  }

  return {
    me,

    async signIn({ cookie, address }, { email, password }) {
      const account = email.trim().toLowerCase()
      const pair = `pair ${address} ${account}`
      attempts.take({
        [pair]: attemptsPerPairMax,
        [`email ${account}`]: attemptsPerEmailMax,
        [`address ${address}`]: attemptsPerAddressMax,
      })
      const { headers, response } = await refusing(() =>
        library().api.signInEmail({
          body: { email: account, password },
          headers: headersOf(cookie),
          returnHeaders: true,
        }),
      )
      attempts.forget(pair)
      const cookies = headers.getSetCookie()
      if ('twoFactorRedirect' in response) return { answer: { kind: 'second-factor' }, cookies }
      return { answer: { kind: 'signed-in', me: await me(await freshActor(response.token)) }, cookies }
    },

    async secondFactor({ cookie, address }, code) {
      attempts.take({ [`code ${address}`]: attemptsPerAddressMax })
      const given = code.replaceAll(/\s/g, '')
      const call = {
        body: { code: given },
        headers: headersOf(withoutSession(cookie)),
        returnHeaders: true,
      } as const
      const isAppCode = /^\d{6}$/.test(given)
      const { headers } = await refusing(() =>
        isAppCode ? library().api.verifyTOTP(call) : library().api.verifyBackupCode(call),
      )
      const cookies = headers.getSetCookie()
      const token = tokenIn(cookies)
      const actor = await freshActor(token)
      // RFC 6238 §5.2: a code MUST NOT be accepted a second time; the library does not remember.
      if (isAppCode && !takenOnce(usedCodes, `${actor.id} ${given}`)) {
        await store.authPool.query('delete from auth."session" where "token" = $1', [token])
        ended(actor.session!, token)
        throw new Refusal('credentials_wrong', 'This code was used before. Wait for the next one.')
      }
      return { answer: await me(actor), cookies }
    },

    async signOut({ cookie }) {
      const token = sessionTokenOf(cookie, cookieKey)
      if (token !== null) {
        // Our own statement: the library's sign-out logs a failure and answers that all is well.
        const { rows } = await store.authPool.query<{ id: string }>(
          'delete from auth."session" where "token" = $1 returning "id" as id',
          [token],
        )
        sessions.drop(token)
        for (const { id } of rows) ended(id, token)
      }
      return [endedSessionCookie(publicUrl().startsWith('https:'))]
    },

    async enrolSecondFactor(actor, { cookie }, password) {
      takeOwnAttempt(actor)
      const enrolment = await refusing(() =>
        library().api.enableTwoFactor({ body: { password, method: 'totp' }, headers: headersOf(cookie) }),
      )
      if (enrolment.method !== 'totp') throw new Error('another second factor than the one asked for')
      const secret = new URL(enrolment.totpURI).searchParams.get('secret')
      if (secret === null) throw new Error('an enrolment without a secret')
      return { uri: enrolment.totpURI, secret, recoveryCodes: enrolment.backupCodes }
    },

    async confirmSecondFactor(actor, { cookie }, code) {
      takeOwnAttempt(actor)
      if ((await me(actor)).person.secondFactor)
        throw new Refusal('state_conflict', 'The second factor is active already.')
      const { headers } = await refusing(() =>
        library().api.verifyTOTP({
          body: { code: code.replaceAll(/\s/g, '') },
          headers: headersOf(cookie),
          returnHeaders: true,
        }),
      )
      return changedSession(actor, headers)
    },

    async removeSecondFactor(actor, { cookie }, password) {
      takeOwnAttempt(actor)
      const { headers } = await refusing(() =>
        library().api.disableTwoFactor({
          body: { password },
          headers: headersOf(cookie),
          returnHeaders: true,
        }),
      )
      return changedSession(actor, headers)
    },

    async actorOfCookie(cookie) {
      const token = sessionTokenOf(cookie, cookieKey)
      if (token === null) return null
      const signedIn = await sessionOf(token)
      return signedIn !== null && clock.now() < signedIn.until ? signedIn.actor : null
    },
  }
}

interface SignedIn {
  actor: Actor
  until: number
}

function openLibrary(store: Store, secret: string, publicUrl: string) {
  const secure = publicUrl.startsWith('https:')
  return betterAuth({
    appName: 'Candor',
    baseURL: publicUrl,
    secret,
    telemetry: { enabled: false },
    // Its warnings name accounts that do not exist; refusals tell us all that we need.
    logger: { disabled: true },
    database: {
      dialect: new PostgresDialect({ pool: store.authPool }),
      type: 'postgres',
      schemaName: 'auth',
    },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: passwordCharactersMin,
      maxPasswordLength: passwordCharactersMax,
      password: { hash: hashPassword, verify: ({ hash, password }) => verifyPassword(hash, password) },
    },
    session: { expiresIn: sessionSecondsMax, disableSessionRefresh: true },
    // We count attempts before we call it (attempts.ts).
    rateLimit: { enabled: false },
    advanced: {
      useSecureCookies: false, // else it would rename the cookies; `secure` is set here
      defaultCookieAttributes: { httpOnly: true, sameSite: 'lax', secure, path: '/' },
      cookiePrefix: 'candor',
      cookies: { session_token: { name: sessionCookieName }, two_factor: { name: 'candor_second_factor' } },
      ipAddress: { disableIpTracking: true },
    },
    plugins: [twoFactor({ issuer: 'Candor', twoFactorCookieMaxAge: secondFactorSecondsMax })],
  })
}

async function findSession(store: Store, token: string): Promise<SignedIn | null> {
  const { rows } = await store.authPool.query<{
    tenant: string
    person: string
    name: string
    role: Role
    session: string
    expires_at: Date
  }>({ name: 'find-session', text: 'select * from auth.find_session($1)', values: [token] })
  const [row] = rows
  if (row === undefined) return null
  const { tenant, person, name, role, session } = row
  return {
    actor: { tenant, kind: 'agent', id: person, name, role, session },
    until: row.expires_at.getTime(),
  }
}

function headersOf(cookie: string | undefined): Headers {
  return new Headers(cookie === undefined ? {} : { cookie })
}

/** Somebody who signs in anew does so for the challenge in hand, not for a session that lies around. */
function withoutSession(cookie: string | undefined): string | undefined {
  return cookie
    ?.split(';')
    .filter((pair) => !pair.trim().startsWith(`${sessionCookieName}=`))
    .join(';')
}

function takenOnce(usedCodes: ReturnType<typeof openAttempts>, key: string): boolean {
  try {
    usedCodes.take({ [key]: 1 })
    return true
  } catch (caught) {
    if (!(caught instanceof Refusal)) throw caught
    return false
  }
}

/** What the library answers when it says no, in our own words. Anything else is a fault. */
const refusalOf: Readonly<Record<string, RefusalCode>> = {
  INVALID_EMAIL: 'credentials_wrong',
  INVALID_EMAIL_OR_PASSWORD: 'credentials_wrong',
  INVALID_PASSWORD: 'credentials_wrong',
  PASSWORD_TOO_LONG: 'credentials_wrong',
  INVALID_CODE: 'credentials_wrong',
  INVALID_BACKUP_CODE: 'credentials_wrong',
  INVALID_TWO_FACTOR_COOKIE: 'not_signed_in',
  UNAUTHORIZED: 'not_signed_in',
  SESSION_NOT_FRESH: 'not_signed_in',
  TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE: 'too_many',
  ACCOUNT_TEMPORARILY_LOCKED: 'too_many',
  TOTP_ALREADY_ENABLED: 'state_conflict',
  TOTP_NOT_ENABLED: 'state_conflict',
}

async function refusing<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (cause) {
    if (!isAPIError(cause)) throw cause
    const code = cause.body?.code ?? (cause.statusCode === 401 ? 'UNAUTHORIZED' : '')
    const refusal = refusalOf[code]
    if (refusal === undefined) throw cause
    throw new Refusal(refusal, undefined, { cause })
  }
}

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
import { refuseField } from './fields.ts'
import type { Login, LoginStore } from './logins.ts'
import {
  checkPassword,
  hashPassword,
  passwordCharactersMax,
  passwordCharactersMin,
  verifyPassword,
} from './password.ts'
import { endedSessionCookie, sessionCookieName, sessionTokenOf } from './session-cookie.ts'
import type { StaffSessions } from './staff-sessions.ts'

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
  /**
   * In place of a temporary password, one's own; then as `signIn` with it.
   * @throws Refusal `credentials_wrong` also when the password is not a temporary one
   */
  chooseNewPassword(
    browser: Browser,
    credentials: { email: string; password: string; newPassword: string },
  ): Promise<WithCookies<SignInAnswer>>
  /** Ends the person's other sessions. */
  changePassword(
    actor: Actor,
    browser: Browser,
    passwords: { password: string; newPassword: string },
  ): Promise<void>
  /** Who is signed in with this cookie header. */
  actorOfCookie(cookie: string | undefined): Promise<Actor | null>
}

/** A working day with its overtime. The time runs from sign-in; using the session does not prolong it. */
const sessionSecondsMax = 12 * 3_600
/** Between password and code. */
const secondFactorSecondsMax = 600

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
  sessions: StaffSessions
  logins: Pick<LoginStore, 'find' | 'setPassword'>
}): SignIn {
  const { store, clock, authSecret, publicUrl, sessions, logins } = options
  const librarySecret = derivedKey(authSecret, 'sign-in').export().toString('base64url')
  const cookieKey = createSecretKey(librarySecret, 'utf8')
  const attempts = openAttempts(clock)
  const usedCodes = openAttempts(clock)
  let someHash: Promise<string> | undefined
  let made: ReturnType<typeof openLibrary> | undefined

  /** Made on first use: the public address is known once the server listens. */
  function library(): ReturnType<typeof openLibrary> {
    return (made ??= openLibrary(store, librarySecret, publicUrl()))
  }

  /** The person behind a session that the library has just made, unless they were deactivated meanwhile. */
  async function freshActor(token: string): Promise<Actor> {
    const actor = await sessions.actorOf(token)
    if (actor !== null) return actor
    await sessions.end(token)
    throw deactivated()
  }

  function takeAttempts(address: string, account: string): { pair: string } {
    const pair = `pair ${address} ${account}`
    attempts.take({
      [pair]: attemptsPerPairMax,
      [`email ${account}`]: attemptsPerEmailMax,
      [`address ${address}`]: attemptsPerAddressMax,
    })
    return { pair }
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
    await sessions.endOf(actor.id, tokenIn(cookies))
    // The library has deleted the old row itself, so it is not among those that were just ended.
    sessions.replaced(actor.session)
    return cookies
  }

  /** Guesses of a password or code by somebody who holds a session already. */
  function takeOwnAttempt(actor: Actor): void {
    attempts.take({ [`person ${actor.id}`]: attemptsPerPairMax })
  }

  async function signIn(
    { cookie, address }: Browser,
    { email, password }: { email: string; password: string },
  ): Promise<WithCookies<SignInAnswer>> {
    const account = email.trim().toLowerCase()
    const { pair } = takeAttempts(address, account)
    const login = await logins.find(account)
    if (login !== null && (login.deactivated || login.temporaryUntil !== null)) {
      // Checked here, so that the library makes no session that may not be. One hash, as in its own way.
      if (!(await verifyPassword(login.hash, password))) throw new Refusal('credentials_wrong')
      attempts.forget(pair)
      if (login.deactivated) throw deactivated()
      mustBeInTime(login)
      return { answer: { kind: 'new-password' }, cookies: [] }
    }
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
  }

  /** The password is right, and too old. */
  function mustBeInTime(login: Login): void {
    if (login.temporaryUntil !== null && clock.now() >= login.temporaryUntil)
      throw new Refusal(
        'credentials_wrong',
        'This temporary password has run out. Ask your administrator for another one.',
      )
  }

  return {
    me,
    signIn,

    async chooseNewPassword(browser, { email, password, newPassword }) {
      const account = email.trim().toLowerCase()
      const { pair } = takeAttempts(browser.address, account)
      const login = await logins.find(account)
      // A hash for an unknown address too: the time must not tell which addresses have a login.
      const right = await verifyPassword(
        login?.hash ?? (await (someHash ??= hashPassword('of nobody'))),
        password,
      )
      if (login === null || login.temporaryUntil === null || !right) throw new Refusal('credentials_wrong')
      attempts.forget(pair)
      if (login.deactivated) throw deactivated()
      mustBeInTime(login)
      checkPassword(newPassword, account, 'newPassword')
      if (newPassword === password) refuseField('newPassword', 'is another one than the temporary password')
      await logins.setPassword(login, await hashPassword(newPassword))
      return signIn(browser, { email, password: newPassword })
    },

    async changePassword(actor, { cookie }, { password, newPassword }) {
      takeOwnAttempt(actor)
      const { email } = (await me(actor)).person
      const login = await logins.find(email)
      if (login === null) throw new Error('a person who is signed in has no login')
      if (!(await verifyPassword(login.hash, password)))
        throw new Refusal('credentials_wrong', 'This is not your password.', { field: 'password' })
      checkPassword(newPassword, email, 'newPassword')
      if (newPassword === password) refuseField('newPassword', 'is another one than before')
      await logins.setPassword(login, await hashPassword(newPassword))
      await sessions.endOf(actor.id, sessionTokenOf(cookie, cookieKey))
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
        await sessions.end(token)
        throw new Refusal('credentials_wrong', 'This code was used before. Wait for the next one.')
      }
      return { answer: await me(actor), cookies }
    },

    async signOut({ cookie }) {
      const token = sessionTokenOf(cookie, cookieKey)
      // Not by the library: its sign-out logs a failure and answers that all is well.
      if (token !== null) await sessions.end(token)
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
      return token === null ? null : sessions.actorOf(token)
    },
  }
}

function deactivated(): Refusal {
  return new Refusal('person_deactivated', 'You were deactivated. Ask an administrator of your company.')
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

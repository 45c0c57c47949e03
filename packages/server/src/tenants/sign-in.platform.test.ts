import assert from 'node:assert/strict'
import { createHmac, randomUUID } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { Refusal, type RefusalCode } from '@candor/protocol/refusals.ts'
import { openTenantsUnderTest } from './test/tenants-under-test.ts'

const { tenants, store, clock, asOwner, reopened } = await openTenantsUnderTest()
const airline = await tenants.createTenant({ publicId: 'aurora-air', name: 'Aurora Air' })
const password = 'a fine password 1'
const wrong: { code: RefusalCode } = { code: 'credentials_wrong' }

async function person(role: 'agent' | 'administrator' = 'agent') {
  const id = randomUUID()
  return tenants.createPerson(airline.id, id, { name: 'Ada', email: `${id}@example.com`, role, password })
}

/** A browser: keeps the cookies that it is given. */
function browser(address = '127.0.0.1') {
  const jar = new Map<string, string>()
  return {
    address,
    get cookie() {
      return [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    },
    keep(cookies: string[]) {
      for (const line of cookies) {
        const [pair] = line.split(';')
        const equals = pair!.indexOf('=')
        if (/max-age=0/i.test(line)) jar.delete(pair!.slice(0, equals))
        else jar.set(pair!.slice(0, equals), pair!.slice(equals + 1))
      }
    },
  }
}

async function signedIn(email: string, ada = browser()) {
  const { answer, cookies } = await tenants.signIn(ada, { email, password })
  ada.keep(cookies)
  return { ada, answer }
}

/** Until the end of the test. */
function pass(t: TestContext, ms: number): void {
  clock.pass(ms)
  t.after(() => clock.pass(-ms))
}

test('a person who signs in is an actor of her tenant, until she signs out', async () => {
  const { id, email } = await person()
  const { ada, answer } = await signedIn(email.toUpperCase())
  assert.deepEqual(answer, {
    kind: 'signed-in',
    me: {
      person: { id, name: 'Ada', email, role: 'agent', secondFactor: false },
      tenant: { id: airline.id, name: 'Aurora Air' },
    },
  })
  const actor = await tenants.actorOfRequest({ cookie: ada.cookie })
  assert(actor)
  const { session, until, ...rest } = actor
  assert.deepEqual(rest, { tenant: airline.id, kind: 'agent', id, name: 'Ada', role: 'agent' })
  assert(session)
  assert(until! > clock.now() + 11 * 3_600_000)
  const ended: string[] = []
  tenants.onSessionEnded((one) => ended.push(one))
  const stolen = ada.cookie
  ada.keep(await tenants.signOut(ada))
  assert.equal(ada.cookie, '')
  assert.equal(await tenants.actorOfRequest({ cookie: stolen }), null)
  assert.deepEqual(ended, [session])
})

test('the session cookie is out of reach of scripts and other sites, and of plain http where we have https', async () => {
  const { email } = await person()
  for (const [room, secure] of [
    [tenants, false],
    [reopened('https://chat.example.com'), true],
  ] as const) {
    const { cookies } = await room.signIn(browser(), { email, password })
    const [line] = cookies.filter((one) => one.startsWith('candor_session='))
    assert.match(line!, /HttpOnly/)
    assert.match(line!, /SameSite=Lax/i)
    assert.equal(/Secure/.test(line!), secure)
    const [ended] = await room.signOut({ ...browser(), cookie: line!.split(';')[0] })
    assert.equal(/Secure/.test(ended!), secure)
  }
})

test('a wrong password and an unknown address get the same answer after the same work', async () => {
  const { email } = await person()
  const refusalOf = async (given: string) => {
    const startedAt = performance.now()
    const caught = await tenants
      .signIn(browser('10.0.0.1'), { email: given, password: 'another password' })
      .then(
        () => assert.fail('signed in'),
        (refusal: unknown) => refusal,
      )
    assert(caught instanceof Refusal)
    return { code: caught.code, message: caught.message, ms: performance.now() - startedAt }
  }
  await refusalOf(email)
  const known: number[] = []
  const unknown: number[] = []
  for (let i = 0; i < 4; i++) {
    const a = await refusalOf(email)
    const b = await refusalOf(`${randomUUID()}@example.com`)
    assert.deepEqual([a.code, a.message], [b.code, b.message])
    known.push(a.ms)
    unknown.push(b.ms)
  }
  // Without the hash for an unknown address it would be a small fraction.
  const share = Math.min(...unknown) / Math.min(...known)
  assert(share > 0.5 && share < 2, `${share}`)
})

test('guessing a password ends in too_many, for that person from that place only', async (t) => {
  const { email } = await person()
  const thief = browser('10.0.0.2')
  for (let i = 0; i < 10; i++)
    await assert.rejects(tenants.signIn(thief, { email, password: `wrong password ${i}` }), wrong)
  await assert.rejects(tenants.signIn(thief, { email, password }), { code: 'too_many' })
  assert.equal((await signedIn(email, browser('10.0.0.3'))).answer.kind, 'signed-in')
  pass(t, 16 * 60_000)
  assert.equal((await signedIn(email, thief)).answer.kind, 'signed-in')
})

test('a cookie that we did not sign does not reach the database', async (t) => {
  const { email } = await person()
  const { ada } = await signedIn(email)
  const value = decodeURIComponent(ada.cookie.split('=').slice(1).join('='))
  const [token] = value.split('.')
  const asked = t.mock.method(store.authPool, 'query')
  const flipped = value.slice(0, -3) + (value.at(-3) === 'A' ? 'B' : 'A') + value.slice(-2)
  for (const forged of [
    token!,
    `${token}.`,
    `${token}.${'A'.repeat(43)}=`,
    flipped,
    '%',
    '.',
    '',
    'x'.repeat(9_000),
  ])
    assert.equal(
      await tenants.actorOfRequest({ cookie: `candor_session=${encodeURIComponent(forged)}` }),
      null,
      forged,
    )
  assert.equal(await tenants.actorOfRequest({ cookie: 'candor_session=%E0%A4%A' }), null)
  assert.equal(asked.mock.callCount(), 0)
})

test('a session is looked up once in 30 s, and a changed role counts after that', async (t) => {
  const { id, email } = await person()
  const { ada } = await signedIn(email)
  const asked = t.mock.method(store.authPool, 'query')
  for (let i = 0; i < 50; i++) assert.equal((await tenants.actorOfRequest(ada))?.role, 'agent')
  assert(asked.mock.callCount() <= 1, `${asked.mock.callCount()} statements`)
  await asOwner(`update people set role = 'supervisor' where id = $1`, [id])
  pass(t, 31_000)
  assert.equal((await tenants.actorOfRequest(ada))?.role, 'supervisor')
})

test('a session ends after a working day, however busy', async (t) => {
  const { email } = await person()
  const { ada } = await signedIn(email)
  const [row] = await asOwner(
    `select extract(epoch from "expiresAt" - "createdAt")::int as seconds from auth."session" order by "createdAt" desc limit 1`,
  )
  assert(Math.abs((row!['seconds'] as number) - 12 * 3_600) < 5)
  pass(t, 12 * 3_600_000 + 1_000)
  assert.equal(await tenants.actorOfRequest(ada), null)
})

test('with a second factor a password alone opens nothing, and each code counts once', async () => {
  const { id, email } = await person()
  const { ada } = await signedIn(email)
  const elsewhere = (await signedIn(email, browser('10.0.0.9'))).ada
  const actor = (await tenants.actorOfRequest(ada))!
  await assert.rejects(tenants.enrolSecondFactor(actor, ada, 'not her password'), wrong)
  const enrolment = await tenants.enrolSecondFactor(actor, ada, password)
  assert.match(enrolment.uri, /^otpauth:\/\/totp\/Candor/)
  assert.equal(enrolment.recoveryCodes.length, 10)
  await assert.rejects(tenants.confirmSecondFactor(actor, ada, '000000'), wrong)
  assert.equal((await tenants.me(actor)).person.secondFactor, false)

  const before = ada.cookie
  ada.keep(await tenants.confirmSecondFactor(actor, ada, codeOf(enrolment.uri)))
  assert.equal((await tenants.actorOfRequest(ada))?.id, id)
  assert.equal((await tenants.me(actor)).person.secondFactor, true)
  assert.equal(await tenants.actorOfRequest({ cookie: before }), null, 'the session from before the change')
  assert.equal(await tenants.actorOfRequest(elsewhere), null, 'a session opened with the password alone')

  const half = await signedIn(email, browser())
  assert.deepEqual(half.answer, { kind: 'second-factor' })
  assert.equal(await tenants.actorOfRequest(half.ada), null)
  await assert.rejects(tenants.secondFactor(browser(), codeOf(enrolment.uri)), {
    code: 'not_signed_in',
  })
  await assert.rejects(tenants.secondFactor(half.ada, '123456'), wrong)
  const code = codeOf(enrolment.uri)
  const { answer: me, cookies } = await tenants.secondFactor(half.ada, code)
  half.ada.keep(cookies)
  assert.equal(me.person.id, id)
  assert.equal((await tenants.actorOfRequest(half.ada))?.id, id)

  const again = await signedIn(email, browser())
  await assert.rejects(tenants.secondFactor(again.ada, code), wrong)
  assert.equal(await tenants.actorOfRequest(again.ada), null)

  const lost = await signedIn(email, browser())
  const recovery = enrolment.recoveryCodes[0]!
  lost.ada.keep((await tenants.secondFactor(lost.ada, recovery)).cookies)
  assert.equal((await tenants.actorOfRequest(lost.ada))?.id, id)
  const replay = await signedIn(email, browser())
  await assert.rejects(tenants.secondFactor(replay.ada, recovery), wrong)

  const owner = (await tenants.actorOfRequest(lost.ada))!
  await assert.rejects(tenants.enrolSecondFactor(owner, lost.ada, password), { code: 'state_conflict' })
  lost.ada.keep(await tenants.removeSecondFactor(owner, lost.ada, password))
  assert.equal((await tenants.me(owner)).person.secondFactor, false)
  assert.equal((await signedIn(email, browser())).answer.kind, 'signed-in')
})

test('codes cannot be guessed: after five wrong ones the sign-in starts over', async () => {
  const { email } = await person()
  const { ada } = await signedIn(email)
  const actor = (await tenants.actorOfRequest(ada))!
  const { uri } = await tenants.enrolSecondFactor(actor, ada, password)
  ada.keep(await tenants.confirmSecondFactor(actor, ada, codeOf(uri)))
  const thief = (await signedIn(email, browser('10.0.0.4'))).ada
  const right = codeOf(uri)
  const guess = right === '000000' ? '111111' : '000000'
  for (let i = 0; i < 5; i++) await assert.rejects(tenants.secondFactor(thief, guess), wrong)
  await assert.rejects(tenants.secondFactor(thief, right), { code: 'too_many' })
  await assert.rejects(tenants.secondFactor(thief, right), { code: 'not_signed_in' })
})

test('the application reads no password hash, no session and no second factor', async () => {
  for (const table of ['user', 'session', 'account', 'verification', 'twoFactor', 'temporary_passwords'])
    await assert.rejects(
      store.read(airline.id, (q) => q(`select * from auth."${table}"`)),
      /permission denied/,
    )
  await assert.rejects(
    store.read(airline.id, (q) => q(`select * from auth.find_session('x')`)),
    /permission denied/,
  )
  for (const table of ['people', 'tenants', 'visitors', 'api_keys'])
    await assert.rejects(store.authPool.query(`select * from ${table}`), /permission denied/)
})

test('every table has row-level security that holds for its owner too', async () => {
  const rows = await asOwner(
    `select relname from pg_class join pg_namespace on pg_namespace.oid = relnamespace
     where nspname = 'auth' and relkind = 'r' and not (relrowsecurity and relforcerowsecurity)`,
  )
  assert.deepEqual(rows, [])
})

test('the sign-in library finds its tables as it expects them', async () => {
  // It compares them on its first statement and refuses to work when a column is missing or too much.
  await asOwner('alter table auth."twoFactor" rename column "lockedUntil" to "lockedTill"')
  const { email } = await person()
  await assert.rejects(reopened().signIn(browser(), { email, password }), /schema mismatch/)
  await asOwner('alter table auth."twoFactor" rename column "lockedTill" to "lockedUntil"')
  assert.equal((await reopened().signIn(browser(), { email, password })).answer.kind, 'signed-in')
})

test('a person asked for again under the same id is the same person; another one under it is refused', async () => {
  const id = randomUUID()
  const given = { name: 'Bo', email: `${id}@example.com`, role: 'agent' as const, password }
  const first = await tenants.createPerson(airline.id, id, given)
  assert.deepEqual(await tenants.createPerson(airline.id, id, given), first)
  await assert.rejects(tenants.createPerson(airline.id, id, { ...given, name: 'Cy' }), {
    code: 'idempotency_conflict',
  })
})

test('one address signs in to one tenant, and a refused person leaves no row behind', async () => {
  const retailer = await tenants.createTenant({ publicId: `shop-${randomUUID().slice(0, 8)}`, name: 'Shop' })
  const { email } = await person()
  const id = randomUUID()
  await assert.rejects(
    tenants.createPerson(retailer.id, id, { name: 'Eve', email, role: 'administrator', password }),
    { code: 'invalid_field', field: 'email' },
  )
  assert.deepEqual(await tenants.people(retailer.id), [])
  await assert.rejects(
    tenants.createPerson(airline.id, id, { name: 'Eve', email, role: 'administrator', password }),
    {
      field: 'email',
    },
  )
})

test('no tenant sees another one', async () => {
  const id = randomUUID()
  const shop = await tenants.createTenant({ publicId: `shop-${id.slice(0, 8)}`, name: 'Shop' })
  const { id: ada } = await person()
  assert.deepEqual(await tenants.people(shop.id), [])
  await assert.rejects(tenants.person(shop.id, ada), { code: 'not_found' })
  const [seen] = await store.read(shop.id, (q) => q<{ n: number }>('select count(*)::int as n from tenants'))
  assert.equal(seen!.n, 1)
  await assert.rejects(
    store.write(shop.id, (q) => q('select add_login($1, $2, $3, null)', [ada, 'thief@example.com', 'x'])),
    /no rows/,
  )
})

/** What an authenticator app makes of the enrolment's URI: RFC 6238 with SHA-1, 30 s and six digits. */
function codeOf(uri: string): string {
  const key = base32(new URL(uri).searchParams.get('secret')!)
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)))
  const mac = createHmac('sha1', key).update(counter).digest()
  const number = mac.readUInt32BE(mac[19]! & 0xf) & 0x7fff_ffff
  return String(number % 1_000_000).padStart(6, '0')
}

/** RFC 4648 §6 */
function base32(text: string): Uint8Array {
  const bits = [...text.replaceAll('=', '')]
    .map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'))
    .join('')
  return Uint8Array.from({ length: Math.floor(bits.length / 8) }, (_, i) =>
    parseInt(bits.slice(i * 8, i * 8 + 8), 2),
  )
}

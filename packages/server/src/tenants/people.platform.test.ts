import assert from 'node:assert/strict'
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import type { Role } from '@candor/protocol/api.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { AccessChange } from './access-changes.ts'
import type { Actor } from './actor.ts'
import { openTenantsUnderTest } from './test/tenants-under-test.ts'

const told: AccessChange[] = []
let refuses = false
const { tenants, store, clock, asOwner } = await openTenantsUnderTest({
  async onAccessChange(change) {
    if (refuses) throw new Refusal('busy', 'The log is away.')
    told.push(change)
  },
})
after(() => (refuses = false))
const password = 'a fine password 1'

async function company() {
  const { id: tenant } = await tenants.createTenant({
    publicId: `c-${randomUUID().slice(0, 8)}`,
    name: 'Company',
  })
  const add = async (role: Role, name = 'Ada'): Promise<Actor & { email: string }> => {
    const id = randomUUID()
    const { email } = await tenants.createPerson(tenant, id, {
      name,
      email: `${id}@example.com`,
      role,
      password,
    })
    return { tenant, kind: 'agent', id, name, role, email }
  }
  return { tenant, add, admin: await add('administrator', 'Mateo') }
}

const browser = (cookie?: string) => ({ cookie, address: `10.${randomUUID()}` })
const signIn = (email: string, given = password) => tenants.signIn(browser(), { email, password: given })

async function cookieOf(email: string, given = password): Promise<string> {
  const { answer, cookies } = await signIn(email, given)
  assert.equal(answer.kind, 'signed-in')
  return cookies.map((line) => line.split(';')[0]).join('; ')
}

test('who is deactivated is nobody at once, cannot sign in, and is back as they were', async () => {
  const { admin, add, tenant } = await company()
  const ada = await add('agent')
  const cookie = await cookieOf(ada.email)
  const { session } = (await tenants.actorOfRequest({ cookie }))!
  const ended: string[] = []
  tenants.onSessionEnded((one) => ended.push(one))
  const gone = await tenants.deactivatePerson(admin, ada.id)
  assert.ok(gone.deactivatedAt)
  assert.deepEqual(ended, [session])
  assert.equal(await tenants.actorOfRequest({ cookie }), null)
  await assert.rejects(signIn(ada.email), { code: 'person_deactivated' })
  await assert.rejects(signIn(ada.email, 'a guessed password'), { code: 'credentials_wrong' })
  assert.equal((await tenants.people(tenant)).at(-1)!.id, ada.id, 'still listed, last')

  assert.equal((await tenants.deactivatePerson(admin, ada.id)).deactivatedAt, gone.deactivatedAt)
  assert.equal((await tenants.reactivatePerson(admin, ada.id)).deactivatedAt, null)
  assert.equal(await tenants.actorOfRequest({ cookie }), null, 'the session from before stays ended')
  assert.equal((await signIn(ada.email)).answer.kind, 'signed-in')
})

test('a session that appears in the moment of the deactivation does not count, nor after it is taken back', async () => {
  const { admin, add } = await company()
  const ada = await add('agent')
  await tenants.deactivatePerson(admin, ada.id)
  const cookie = await cookieOf(admin.email)
  // As the library would write it just after the sessions were ended.
  await asOwner(`update auth."session" set "userId" = $1 where "userId" = $2`, [ada.id, admin.id])
  clock.pass(31_000)
  assert.equal(await tenants.actorOfRequest({ cookie }), null)
  await tenants.reactivatePerson(admin, ada.id)
  assert.equal(await tenants.actorOfRequest({ cookie }), null)
})

test('the last active administrator can neither leave nor step down, also when two do it at once', async () => {
  const { admin, add, tenant } = await company()
  const other = await add('administrator', 'Noor')
  await tenants.deactivatePerson(admin, other.id)
  const last = (field: string) => ({ code: 'last_administrator', field })
  await assert.rejects(tenants.deactivatePerson(admin, admin.id), last('id'))
  await assert.rejects(tenants.changePerson(admin, admin.id, { role: 'agent' }), last('role'))
  assert.equal((await tenants.changePerson(admin, admin.id, { name: 'Mateo R' })).role, 'administrator')

  await tenants.reactivatePerson(admin, other.id)
  for (let i = 0; i < 10; i++) {
    const outcomes = await Promise.allSettled([
      tenants.changePerson(admin, other.id, { role: 'agent' }),
      i % 2 === 0
        ? tenants.changePerson(other, admin.id, { role: 'agent' })
        : tenants.deactivatePerson(other, admin.id),
    ])
    const refused = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason as Refusal] : []))
    assert.deepEqual(
      refused.map(({ code }) => code),
      ['last_administrator'],
    )
    const left = (await tenants.people(tenant)).filter(
      (one) => one.role === 'administrator' && one.deactivatedAt === null,
    )
    assert.equal(left.length, 1)
    for (const id of [admin.id, other.id]) {
      await tenants.reactivatePerson(admin, id)
      await tenants.changePerson(admin, id, { role: 'administrator' })
    }
  }
})

test('a changed role counts with the next request, and whoever holds the session is told', async () => {
  const { admin, add } = await company()
  const ada = await add('agent')
  const cookie = await cookieOf(ada.email)
  const { session } = (await tenants.actorOfRequest({ cookie }))!
  const changed: string[] = []
  tenants.onSessionChanged((one) => changed.push(one))
  await tenants.changePerson(admin, ada.id, { role: 'supervisor', name: 'Ada L' })
  assert.deepEqual(changed, [session])
  const actor = (await tenants.actorOfRequest({ cookie }))!
  assert.deepEqual([actor.role, actor.name, actor.session], ['supervisor', 'Ada L', session])
  await tenants.changePerson(admin, ada.id, { role: 'supervisor' })
  assert.deepEqual(changed, [session], 'no change is no news')
})

test('who forgot the password gets a temporary one, which opens nothing but the choice of another', async () => {
  const { admin, add } = await company()
  const ada = await add('agent')
  const cookie = await cookieOf(ada.email)
  const request = randomUUID()
  const { password: temporary } = await tenants.resetPassword(admin, request, ada.id)
  assert.match(temporary!, /^([a-z2-9]{4}-){3}[a-z2-9]{4}$/)
  assert.equal(await tenants.actorOfRequest({ cookie }), null, 'whoever knew the old one is out')
  assert.equal((await tenants.resetPassword(admin, request, ada.id)).password, null)
  await assert.rejects(signIn(ada.email), { code: 'credentials_wrong' })

  const half = await signIn(ada.email, temporary!)
  assert.deepEqual(half, { answer: { kind: 'new-password' }, cookies: [] })
  const choose = (newPassword: string, given = temporary!) =>
    tenants.chooseNewPassword(browser(), { email: ada.email, password: given, newPassword })
  await assert.rejects(choose('another fine one', password), { code: 'credentials_wrong' })
  await assert.rejects(choose('short'), { field: 'newPassword' })
  await assert.rejects(choose(temporary!), { field: 'newPassword' })
  assert.equal((await choose('another fine one')).answer.kind, 'signed-in')
  await assert.rejects(signIn(ada.email, temporary!), { code: 'credentials_wrong' })
  await assert.rejects(choose('a third password', 'another fine one'), { code: 'credentials_wrong' })
  assert.equal((await signIn(ada.email, 'another fine one')).answer.kind, 'signed-in')
})

test('a temporary password runs out after three days, and its owner’s tenant alone can make one', async (t) => {
  const { admin, add } = await company()
  const stranger = (await company()).admin
  const ada = await add('agent')
  await assert.rejects(tenants.resetPassword(stranger, randomUUID(), ada.id), { code: 'not_found' })
  await assert.rejects(tenants.resetSecondFactor(stranger, ada.id), { code: 'not_found' })
  await assert.rejects(tenants.resetPassword(admin, randomUUID(), admin.id), { code: 'not_allowed' })
  const { password: temporary } = await tenants.resetPassword(admin, randomUUID(), ada.id)
  clock.pass(73 * 3_600_000)
  t.after(() => clock.pass(-73 * 3_600_000))
  await assert.rejects(signIn(ada.email, temporary!), { code: 'credentials_wrong', message: /run out/ })
  await assert.rejects(
    tenants.chooseNewPassword(browser(), {
      email: ada.email,
      password: temporary!,
      newPassword: 'another one',
    }),
    { code: 'credentials_wrong' },
  )
})

test('a person added without a password gets a temporary one, shown once', async () => {
  const { admin, tenant } = await company()
  const id = randomUUID()
  const given = { name: 'Bo', email: `${id}@example.com`, role: 'agent' as const }
  const { temporaryPassword } = await tenants.createPerson(tenant, id, given, admin)
  assert.equal((await tenants.createPerson(tenant, id, given, admin)).temporaryPassword, null)
  assert.deepEqual((await signIn(given.email, temporaryPassword!)).answer, { kind: 'new-password' })
})

test('a person changes their own password with the old one; their other sessions end', async () => {
  const { add } = await company()
  const ada = await add('agent')
  const here = await cookieOf(ada.email)
  const elsewhere = await cookieOf(ada.email)
  const actor = (await tenants.actorOfRequest({ cookie: here }))!
  const change = (given: string, newPassword: string) =>
    tenants.changePassword(actor, browser(here), { password: given, newPassword })
  await assert.rejects(change('not hers at all', 'another fine one'), {
    code: 'credentials_wrong',
    field: 'password',
  })
  await assert.rejects(change(password, password), { field: 'newPassword' })
  await change(password, 'another fine one')
  assert.equal((await tenants.actorOfRequest({ cookie: here }))?.id, ada.id)
  assert.equal(await tenants.actorOfRequest({ cookie: elsewhere }), null)
  await assert.rejects(signIn(ada.email), { code: 'credentials_wrong' })
  assert.equal((await signIn(ada.email, 'another fine one')).answer.kind, 'signed-in')
})

test('who lost the second factor signs in with the password again, after an administrator took it off', async () => {
  const { admin, add } = await company()
  const ada = await add('agent')
  const cookie = await cookieOf(ada.email)
  // As a finished enrolment leaves it; how one is finished is another test.
  await asOwner(
    `insert into auth."twoFactor" ("id", "secret", "backupCodes", "userId", "verified") values ($1, 'x', 'x', $1, true)`,
    [ada.id],
  )
  await asOwner(`update auth."user" set "twoFactorEnabled" = true where "id" = $1`, [ada.id])
  assert.equal((await tenants.person(ada.tenant, ada.id)).secondFactor, true)
  assert.equal((await signIn(ada.email)).answer.kind, 'second-factor')
  await assert.rejects(tenants.resetSecondFactor(ada, ada.id), { code: 'not_allowed' })
  await tenants.resetSecondFactor(admin, ada.id)
  assert.equal(await tenants.actorOfRequest({ cookie }), null)
  assert.equal((await tenants.person(ada.tenant, ada.id)).secondFactor, false)
  assert.equal((await signIn(ada.email)).answer.kind, 'signed-in')
})

test('a key outlives who made it and says who that was', async () => {
  const { admin, add, tenant } = await company()
  const ada = await add('administrator')
  const { key } = await tenants.createApiKey(ada, randomUUID(), { name: 'CRM', role: 'agent' })
  await tenants.deactivatePerson(admin, ada.id)
  assert.equal((await tenants.actorOfRequest({ authorization: `Bearer ${key}` }))?.name, 'CRM')
  assert.deepEqual((await tenants.apiKeys(tenant))[0]!.madeBy, {
    id: ada.id,
    name: 'Ada',
    deactivated: true,
  })
})

test('when somebody was last here is noted every few minutes at most', async (t) => {
  const { add, tenant } = await company()
  const ada = await add('agent')
  assert.equal((await tenants.person(tenant, ada.id)).lastSeenAt, null)
  const cookie = await cookieOf(ada.email)
  const seen = (await tenants.person(tenant, ada.id)).lastSeenAt
  assert.ok(seen)
  const written = t.mock.method(store, 'write')
  for (let i = 0; i < 20; i++) await tenants.actorOfRequest({ cookie })
  assert.equal(written.mock.callCount(), 0)
  clock.pass(6 * 60_000)
  t.after(() => clock.pass(-6 * 60_000))
  await tenants.actorOfRequest({ cookie })
  assert.ok((await tenants.person(tenant, ada.id)).lastSeenAt! > seen)
})

test('every change of access is told once before it counts, and without the teller nothing changes', async (t) => {
  const { admin, add, tenant } = await company()
  const ada = await add('agent')
  const { publicKey } = generateKeyPairSync('ed25519')
  const jwk = publicKey.export({ format: 'jwk' })
  const origin = 'https://www.example.com'
  await asOwner(`update auth."user" set "twoFactorEnabled" = true where "id" = $1`, [ada.id])
  const ids = {
    person: randomUUID(),
    key: randomUUID(),
    identity: randomUUID(),
    page: randomUUID(),
    reset: randomUUID(),
  }
  const page = { pattern: 'https://www.example.com/pay', reason: 'our provider’s frame' }
  const bo = { name: 'Bo', email: `${ids.person}@example.com`, role: 'agent' as const, password }
  const site = async () => (await tenants.sites(tenant)).find((one) => one.origin === origin)!.id
  const steps: [AccessChange['what'], () => Promise<unknown>][] = [
    ['person-added', () => tenants.createPerson(tenant, ids.person, bo, admin)],
    ['role-changed', () => tenants.changePerson(admin, ada.id, { role: 'supervisor' })],
    ['second-factor-reset', () => tenants.resetSecondFactor(admin, ada.id)],
    ['password-reset', () => tenants.resetPassword(admin, ids.reset, ada.id)],
    ['person-deactivated', () => tenants.deactivatePerson(admin, ada.id)],
    ['person-reactivated', () => tenants.reactivatePerson(admin, ada.id)],
    ['api-key-made', () => tenants.createApiKey(admin, ids.key, { name: 'CRM', role: 'agent' })],
    ['api-key-deleted', () => tenants.deleteApiKey(admin, ids.key)],
    ['identity-key-registered', () => tenants.createIdentityKey(admin, ids.identity, { name: 'site', jwk })],
    ['identity-key-removed', () => tenants.deleteIdentityKey(admin, ids.identity)],
    ['page-approved', () => tenants.approvePage(admin, ids.page, page)],
    ['page-approval-withdrawn', () => tenants.withdrawApproval(admin, ids.page)],
    ['site-added', () => tenants.addSite(tenant, origin)],
    ['site-removed', async () => tenants.removeSite(tenant, await site())],
  ]
  t.after(() => (refuses = false))
  for (const [what, act] of steps) {
    const before = await allRows()
    refuses = true
    await assert.rejects(act(), { code: 'busy' }, `${what}: fails, not written`)
    assert.deepEqual(await allRows(), before, what)
    refuses = false
    told.length = 0
    await act()
    assert.deepEqual(
      told.map((one) => one.what),
      [what],
    )
    const [change] = told
    assert.equal(change!.tenant, tenant)
    assert.equal(change!.by.name, what.startsWith('site') ? 'Operator' : 'Mateo')
    assert.notDeepEqual(await allRows(), before, what)
    if (what.endsWith('deleted') || what.endsWith('removed') || what.endsWith('withdrawn')) continue
    await act()
    assert.equal(told.length, 1, `${what}: the same again is not told again`)
  }
})

/** Everything that access follows from. */
async function allRows(): Promise<unknown> {
  const rows: unknown[] = []
  for (const table of [
    'people',
    'api_keys',
    'identity_keys',
    'approved_pages',
    'sites',
    'auth."user"',
    'auth."account"',
    'auth."twoFactor"',
    'auth.temporary_passwords',
  ])
    rows.push(await asOwner(`select * from ${table} order by 1, 2`))
  return rows
}

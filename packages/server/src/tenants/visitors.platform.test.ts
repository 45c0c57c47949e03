import assert from 'node:assert/strict'
import { generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto'
import { test } from 'node:test'
import { SignJWT } from 'jose'
import type { Actor } from './actor.ts'
import { openTenantsUnderTest } from './test/tenants-under-test.ts'

const { tenants, clock, asOwner, store, reopened } = await openTenantsUnderTest()
const airline = await tenants.createTenant({ publicId: 'aurora-air', name: 'Aurora Air' })
const shop = await tenants.createTenant({ publicId: 'corner-shop', name: 'Corner Shop' })
const admin = (tenant: string): Actor => ({
  tenant,
  kind: 'agent',
  id: randomUUID(),
  name: 'Ada',
  role: 'administrator',
})

async function signingKey(tenant: string): Promise<{ kid: string; privateKey: KeyObject }> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const kid = randomUUID()
  const jwk = publicKey.export({ format: 'jwk' })
  const stored = await tenants.createIdentityKey(admin(tenant), kid, { name: 'shop server', jwk })
  assert.equal(stored.jwk['kid'], kid)
  return { kid, privateKey }
}

const key = await signingKey(airline.id)

function jwt(subject: string, more: Record<string, unknown> = {}, by = key, audience = 'candor:aurora-air') {
  return new SignJWT({ jti: randomUUID(), ...more })
    .setProtectedHeader({ alg: 'EdDSA', kid: by.kid })
    .setSubject(subject)
    .setAudience(audience)
    .setIssuedAt(Math.floor(clock.now() / 1_000))
    .setExpirationTime(Math.floor(clock.now() / 1_000) + 300)
    .sign(by.privateKey)
}

const comes = () => tenants.newVisitor(airline.id, 'en')
const back = async (token: string) => (await tenants.visitorOfToken(airline.id, token)).actor
const unknown = { code: 'token_invalid' }

test('a visitor who comes back is the same visitor, of the same tenant only', async () => {
  const { actor, token } = await comes()
  assert.equal(actor.kind, 'visitor')
  assert.equal(actor.identified, false)
  assert.match(actor.name, /^Visitor [0-9A-F]{4}$/)
  assert.deepEqual(await tenants.visitorOfToken(airline.id, token), { actor, renewed: null })
  await assert.rejects(tenants.visitorOfToken(shop.id, token), unknown)
  assert.deepEqual(
    await reopened().visitorOfToken(airline.id, token),
    { actor, renewed: null },
    'after a restart',
  )
})

test('a token is renewed weekly, and the old one serves until it expires', async (t) => {
  const { actor, token } = await comes()
  clock.pass(8 * 86_400_000)
  t.after(() => clock.pass(-8 * 86_400_000))
  const { renewed } = await tenants.visitorOfToken(airline.id, token)
  assert(renewed)
  assert.notEqual(renewed, token)
  assert.deepEqual(await tenants.visitorOfToken(airline.id, renewed), { actor, renewed: null })
  assert.deepEqual(await back(token), actor)
})

test('the first time a customer is vouched for, the visitor becomes the customer', async () => {
  const { actor, token } = await comes()
  const {
    actor: customer,
    mergedFrom,
    token: next,
  } = await tenants.identify(actor, await jwt('c-1', { name: 'Ada Okafor', email: 'ada@example.com' }))
  assert.deepEqual(customer, { ...actor, name: 'Ada Okafor', identified: true })
  assert.equal(mergedFrom, null)
  assert.deepEqual(await back(next), customer)
  assert.deepEqual(await back(token), customer, 'the browser that missed the answer')
})

test('the same customer on another device is the same visitor, and the anonymous one is no more', async () => {
  const laptop = await comes()
  const known = await tenants.identify(laptop.actor, await jwt('c-2', { name: 'Bo' }))
  await tenants.setTraits(known.actor, { plan: 'gold', seats: 2 })
  const phone = await comes()
  await tenants.setTraits(phone.actor, { plan: 'free', page: 'checkout', email: 'bo@example.com' })
  const merged = await tenants.identify(phone.actor, await jwt('c-2'))
  assert.equal(merged.actor.id, laptop.actor.id)
  assert.equal(merged.mergedFrom, phone.actor.id)
  assert.equal((await back(merged.token)).id, laptop.actor.id)
  await assert.rejects(back(phone.token), unknown)
  assert.deepEqual(await back(known.token), merged.actor.id === known.actor.id ? known.actor : null)
  const { traits, email, name } = await tenants.visitor(airline.id, laptop.actor.id)
  assert.deepEqual(
    { traits, email, name },
    {
      traits: { plan: 'gold', seats: 2, page: 'checkout' },
      email: 'bo@example.com',
      name: 'Bo',
    },
  )
  assert.deepEqual(
    (await tenants.visitor(airline.id, phone.actor.id)).traits,
    {},
    'nothing personal stays behind',
  )
})

test('twenty devices that are the first at once become one customer', async () => {
  const devices = await Promise.all(Array.from({ length: 20 }, comes))
  const customers = await Promise.all(
    devices.map(async ({ actor }) => tenants.identify(actor, await jwt('c-race'))),
  )
  assert.equal(new Set(customers.map(({ actor }) => actor.id)).size, 1)
  assert.equal(customers.filter(({ mergedFrom }) => mergedFrom === null).length, 1)
  const [row] = await asOwner(`select count(*)::int as n from visitors where subject = 'c-race'`)
  assert.equal(row!['n'], 1)
})

test('logging out on a shared computer leaves nothing there and the phone signed in', async () => {
  const phone = await tenants.identify((await comes()).actor, await jwt('c-3'))
  const computer = await tenants.identify((await comes()).actor, await jwt('c-3'))
  const copied = computer.token
  const ended: string[] = []
  tenants.onSessionEnded((session) => ended.push(session))
  await tenants.logout(computer.actor)
  assert.deepEqual(ended, [computer.actor.session])
  await assert.rejects(back(copied), unknown)
  assert.equal((await back(phone.token)).id, phone.actor.id)
  await tenants.logout(computer.actor)
})

test('logging out ends renewed tokens and the one they were renewed from', async (t) => {
  const { token } = await comes()
  clock.pass(8 * 86_400_000)
  t.after(() => clock.pass(-8 * 86_400_000))
  const { renewed, actor } = await tenants.visitorOfToken(airline.id, token)
  await tenants.logout(actor)
  await assert.rejects(back(renewed!), unknown)
  await assert.rejects(back(token), unknown)
})

test('a customer in the browser of one who did not log out inherits nothing', async () => {
  const first = await tenants.identify((await comes()).actor, await jwt('c-4'))
  for (const subject of ['c-5', 'c-5', 'c-6']) {
    const again = await tenants.identify((await comes()).actor, await jwt('c-4'))
    const second = await tenants.identify(again.actor, await jwt(subject))
    assert.notEqual(second.actor.id, first.actor.id)
    assert.notEqual(second.actor.session, again.actor.session)
    assert.equal(second.mergedFrom, null)
    assert.equal((await back(second.token)).id, second.actor.id)
    await assert.rejects(back(again.token), unknown, 'the first customer’s token in this browser')
  }
  assert.equal((await back(first.token)).id, first.actor.id, 'the first customer elsewhere')
})

test('identifying twice as the same customer changes nothing but what is told', async () => {
  const once = await tenants.identify((await comes()).actor, await jwt('c-7', { name: 'Cy' }))
  const twice = await tenants.identify(once.actor, await jwt('c-7', { name: 'Cyd' }))
  assert.deepEqual(twice.actor, { ...once.actor, name: 'Cyd' })
  assert.equal(twice.mergedFrom, null)
})

test('an identity token counts once, also for twenty who use it at the same moment', async () => {
  const token = await jwt('c-8')
  const visitors = await Promise.all(Array.from({ length: 20 }, comes))
  const outcomes = await Promise.allSettled(visitors.map(({ actor }) => tenants.identify(actor, token)))
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
  assert.equal(refused.length, 19)
  for (const { reason } of refused) assert.equal((reason as { code: string }).code, 'token_replayed')
})

test('a refused identification leaves everything as it was', async () => {
  const { actor, token } = await comes()
  const foreign = await signingKey(shop.id)
  const cases: [string, Promise<string>][] = [
    ['another tenant’s key', jwt('c-1', {}, foreign)],
    ['another tenant’s audience', jwt('c-1', {}, key, 'candor:corner-shop')],
    ['another tenant’s key and audience', jwt('c-1', {}, foreign, 'candor:corner-shop')],
    ['a card number for an id', jwt('4111 1111 1111 1111')],
  ]
  for (const [why, given] of cases) await assert.rejects(tenants.identify(actor, await given), unknown, why)
  assert.deepEqual(await back(token), actor)
})

test('a removed identity key signs nobody in any more', async () => {
  const old = await signingKey(airline.id)
  await tenants.identify((await comes()).actor, await jwt('c-9', {}, old))
  await tenants.deleteIdentityKey(admin(airline.id), old.kid)
  await assert.rejects(tenants.identify((await comes()).actor, await jwt('c-9', {}, old)), unknown)
})

test('a card number in a name, an address or a trait is not stored', async () => {
  const number = '4111111111111111'
  const { actor } = await comes()
  await tenants.setTraits(actor, {
    name: `Ada ${number}`,
    note: `my card is 4111 1111 1111 1111`,
    [number]: 'as a name',
    amount: Number(number),
    seats: 2,
    vip: true,
  })
  await tenants.identify(actor, await jwt('c-10', { name: `Ada ${number}`, email: `${number}@example.com` }))
  const rows = await asOwner('select visitors::text as row from visitors where id = $1', [actor.id])
  assert.doesNotMatch(String(rows[0]!['row']), /4111 ?1111 ?1111 ?1111/)
  const { traits } = await tenants.visitor(airline.id, actor.id)
  assert.equal(traits['seats'], 2)
  assert.equal(traits['vip'], true)
})

test('an anonymous visitor’s name and address are their own word; a customer’s are the tenant’s', async () => {
  const { actor } = await comes()
  await tenants.setTraits(actor, { name: 'Dee', email: 'Dee@Example.com' })
  const dee = await tenants.visitor(airline.id, actor.id)
  assert.equal(tenants.visitorName(airline.id, actor.id), 'Dee')
  assert.deepEqual([dee.name, dee.email, dee.identified], ['Dee', 'dee@example.com', false])
  const { actor: customer } = await tenants.identify(actor, await jwt('c-11', { name: 'Dee Field' }))
  await tenants.setTraits(customer, { name: 'Somebody Else' })
  assert.equal((await tenants.visitor(airline.id, actor.id)).name, 'Dee Field')
})

test('a visitor has at most a hundred traits', async () => {
  const { actor } = await comes()
  const many = (from: number) => Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`t${from + i}`, i]))
  await tenants.setTraits(actor, many(0))
  await tenants.setTraits(actor, many(50))
  await tenants.setTraits(actor, many(0))
  await assert.rejects(tenants.setTraits(actor, { more: 1 }), { code: 'too_large' })
})

test('names are known at once where they were seen, and soon where they were not', async () => {
  const { actor } = await comes()
  const fresh = reopened()
  assert.equal(fresh.visitorName(airline.id, actor.id), '')
  const known = await fresh.loadVisitors(airline.id, [actor.id, actor.id, randomUUID()])
  assert.deepEqual([...known], [[actor.id, { name: actor.name, identified: false }]])
  assert.equal(fresh.visitorName(airline.id, actor.id), actor.name)
})

test('one tenant sees nothing of another one’s visitors and keys', async () => {
  const { actor } = await comes()
  await assert.rejects(tenants.visitor(shop.id, actor.id), { code: 'not_found' })
  assert.equal((await tenants.loadVisitors(shop.id, [actor.id])).size, 0)
  await assert.rejects(tenants.setTraits({ ...actor, tenant: shop.id }, { a: 1 }), { code: 'not_found' })
  await assert.rejects(tenants.deleteIdentityKey(admin(shop.id), key.kid), { code: 'not_found' })
  assert(!(await tenants.identityKeys(shop.id)).some(({ id }) => id === key.kid))
})

test('no table of the room shows a row to another tenant, or to nobody', async () => {
  const tables = (
    await asOwner(
      `select table_name as name from information_schema.columns
       where table_schema = 'public' and column_name = 'tenant_id'`,
    )
  ).map((row) => String(row['name']))
  for (const table of [
    'tenants',
    'sites',
    'people',
    'visitors',
    'identity_keys',
    'api_keys',
    'widget_configs',
  ])
    assert(tables.includes(table), table)
  const outsider = randomUUID()
  for (const table of tables) {
    const [seen] = await store.read(outsider, (q) =>
      q<{ n: number }>(`select count(*)::int as n from ${table}`),
    )
    assert.equal(seen!.n, 0, table)
    const [none] = await store.read([], (q) => q<{ n: number }>(`select count(*)::int as n from ${table}`))
    assert.equal(none!.n, 0, table)
  }
})

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import type { Actor } from './actor.ts'
import { openTenantsUnderTest } from './test/tenants-under-test.ts'

const { tenants, asOwner, reopened } = await openTenantsUnderTest()
const airline = await tenants.createTenant({ publicId: 'aurora-air', name: 'Aurora Air' })
const shop = await tenants.createTenant({ publicId: 'corner-shop', name: 'Corner Shop' })
const admin: Actor = {
  tenant: airline.id,
  kind: 'agent',
  id: randomUUID(),
  name: 'Ada',
  role: 'administrator',
}

async function bearer(key: string): Promise<Actor | null> {
  return tenants.actorOfRequest({ authorization: `Bearer ${key}` })
}

test('an API key acts with its role until it is deleted, from then on for nobody', async () => {
  const id = randomUUID()
  const made = await tenants.createApiKey(admin, id, { name: 'CRM', role: 'agent' })
  assert.match(made.key!, /^candor_[0-9a-f-]{36}_[A-Za-z0-9_-]{43}$/)
  assert.deepEqual(await bearer(made.key!), {
    tenant: airline.id,
    kind: 'api',
    id,
    name: 'CRM',
    role: 'agent',
    session: id,
  })
  assert((await tenants.apiKeys(airline.id))[0]!.lastUsedAt)
  const ended: string[] = []
  tenants.onSessionEnded((session) => ended.push(session))
  await assert.rejects(tenants.deleteApiKey({ ...admin, tenant: shop.id }, id), { code: 'not_found' })
  assert(await bearer(made.key!))
  await tenants.deleteApiKey(admin, id)
  assert.equal(await bearer(made.key!), null)
  assert.deepEqual(ended, [id])
})

test('a key is shown once, and the database holds nothing to make it from', async () => {
  const id = randomUUID()
  const { key } = await tenants.createApiKey(admin, id, { name: 'CRM', role: 'agent' })
  assert.equal((await tenants.createApiKey(admin, id, { name: 'CRM', role: 'agent' })).key, null)
  await assert.rejects(tenants.createApiKey(admin, id, { name: 'CRM', role: 'administrator' }), {
    code: 'idempotency_conflict',
  })
  const secret = key!.split('_').slice(2).join('_')
  const [row] = await asOwner('select api_keys::text as row from api_keys where id = $1', [id])
  assert(!String(row!['row']).includes(secret))
  assert(!String(row!['row']).includes(Buffer.from(secret, 'base64url').toString('hex')))
  assert.equal((await reopened().actorOfRequest({ authorization: `bearer ${key}` }))?.id, id)
})

test('a key with any other secret, id or form is nobody’s, even beside a good cookie', async () => {
  const id = randomUUID()
  const { key } = await tenants.createApiKey(admin, id, { name: 'CRM', role: 'agent' })
  const other = (await tenants.createApiKey(admin, randomUUID(), { name: 'BI', role: 'agent' })).key!
  const changed = key!.slice(0, -2) + (key!.at(-2) === 'A' ? 'B' : 'A') + key!.at(-1)
  const swapped = `candor_${id}_${other.split('_').slice(2).join('_')}`
  const upper = key!.toUpperCase()
  for (const wrong of [
    changed,
    swapped,
    upper,
    key!.slice(0, -1),
    `${key} `.repeat(2),
    'candor_',
    '',
    'x'.repeat(9_000),
  ])
    assert.equal(await bearer(wrong), null, wrong.slice(0, 60))
  assert.equal(await tenants.actorOfRequest({ authorization: `Basic ${key}` }), null)

  const email = `${id}@example.com`
  const password = 'a fine password 1'
  await tenants.createPerson(airline.id, id, { name: 'Bo', email, role: 'agent', password })
  const { cookies } = await tenants.signIn({ cookie: undefined, address: '::1' }, { email, password })
  const cookie = cookies.map((line) => line.split(';')[0]).join('; ')
  assert.equal((await tenants.actorOfRequest({ cookie }))?.id, id)
  assert.equal(await tenants.actorOfRequest({ cookie, authorization: `Bearer ${changed}` }), null)
})

test('a tenant is found by its public name and by nothing near it', async () => {
  assert.deepEqual(await tenants.tenantBySlug('aurora-air'), { id: airline.id, name: 'Aurora Air' })
  for (const wrong of [
    'Aurora-Air',
    'aurora',
    'aurora-air ',
    '%',
    "' or 1=1 --",
    '',
    'x'.repeat(500),
    airline.id,
  ])
    assert.equal(await tenants.tenantBySlug(wrong), null, wrong)
  assert.equal(await tenants.tenantBySlug('later'), null)
  const later = await tenants.createTenant({ publicId: 'later', name: 'Later' })
  assert.deepEqual(await tenants.tenantBySlug('later'), { id: later.id, name: 'Later' })
})

test('a tenant made twice is made once, and a public name has one tenant', async () => {
  assert.deepEqual(await tenants.createTenant(airline), airline)
  await assert.rejects(tenants.createTenant({ publicId: 'aurora-air', name: 'Another' }), {
    field: 'publicId',
  })
  for (const publicId of ['A', 'a', '-a', 'a-', 'a--b', 'a b', 'ä', 'x'.repeat(41)])
    await assert.rejects(tenants.createTenant({ publicId, name: 'N' }), { field: 'publicId' }, publicId)
})

test('the widget opens on the tenant’s own origins only', async () => {
  await tenants.addSite(airline.id, 'https://www.aurora.example')
  const twice = await tenants.addSite(airline.id, 'http://127.0.0.1:7781')
  assert.deepEqual(await tenants.addSite(airline.id, 'http://127.0.0.1:7781'), twice)
  assert.equal(await tenants.originAllowed(airline.id, 'https://www.aurora.example'), true)
  for (const origin of [
    'http://www.aurora.example',
    'https://aurora.example',
    'https://www.aurora.example:8443',
    'https://www.aurora.example.evil.example',
    'null',
    '',
  ])
    assert.equal(await tenants.originAllowed(airline.id, origin), false, origin)
  assert.equal(await tenants.originAllowed(shop.id, 'https://www.aurora.example'), false)
  for (const origin of [
    'https://www.aurora.example/',
    'http://www.aurora.example',
    'https://*.example',
    'null',
    'x',
  ])
    await assert.rejects(tenants.addSite(airline.id, origin), { field: 'origin' }, origin)
  await tenants.removeSite(shop.id, twice.id)
  assert.equal(
    await tenants.originAllowed(airline.id, 'http://127.0.0.1:7781'),
    true,
    'not another tenant’s to remove',
  )
  await tenants.removeSite(airline.id, twice.id)
  assert.equal(await tenants.originAllowed(airline.id, 'http://127.0.0.1:7781'), false)
})

test('a widget has defaults, then what its tenant saved, on every server', async () => {
  const before = await tenants.widgetConfig(airline.id)
  assert.equal(before.name, 'Aurora Air')
  const saved = await tenants.saveWidgetConfig(admin, { ...before, greeting: 'Welcome aboard' })
  assert.deepEqual(await tenants.widgetConfig(airline.id), saved)
  assert.deepEqual(await reopened().widgetConfig(airline.id), saved)
  assert.equal((await tenants.widgetConfig(shop.id)).greeting, 'Hello! How can we help?')
  await assert.rejects(tenants.saveWidgetConfig(admin, { ...saved, payUrl: 'javascript:alert(1)' }), {
    field: 'payUrl',
  })
  assert.deepEqual(await reopened().widgetConfig(airline.id), saved)
})

test('what somebody wrote into the database past us does not reach a page', async () => {
  const saved = await tenants.saveWidgetConfig(
    { ...admin, tenant: shop.id },
    await tenants.widgetConfig(shop.id),
  )
  await asOwner(
    `update widget_configs set config = jsonb_set(config, '{payUrl}', '"javascript:alert(1)"') where tenant_id = $1`,
    [shop.id],
  )
  await assert.rejects(reopened().widgetConfig(shop.id), { field: 'payUrl' })
  await tenants.saveWidgetConfig({ ...admin, tenant: shop.id }, saved)
})

test('an approval counts at once, names who gave it, and can be withdrawn', async () => {
  const id = randomUUID()
  const url = 'https://www.aurora.example/checkout/pay?seat=4'
  assert.equal(await tenants.pageApproved(airline.id, url), false)
  const given = {
    pattern: 'https://www.aurora.example/checkout*',
    reason: 'Card fields are in the provider’s frame',
  }
  const approved = await tenants.approvePage(admin, id, given)
  assert.deepEqual({ ...approved, at: '' }, { id, ...given, approvedBy: 'Ada', at: '' })
  assert.deepEqual(await tenants.approvePage(admin, id, given), approved)
  await assert.rejects(
    tenants.approvePage(admin, id, { ...given, pattern: 'https://www.aurora.example/*' }),
    {
      code: 'idempotency_conflict',
    },
  )
  assert.equal(await tenants.pageApproved(airline.id, url), true)
  assert.equal(await tenants.pageApproved(shop.id, url), false)
  await assert.rejects(tenants.withdrawApproval({ ...admin, tenant: shop.id }, id), { code: 'not_found' })
  assert.equal(await tenants.pageApproved(airline.id, url), true)
  await tenants.withdrawApproval(admin, id)
  assert.equal(await tenants.pageApproved(airline.id, url), false)
})

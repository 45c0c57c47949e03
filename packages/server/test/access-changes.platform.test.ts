/** Who may read what changes on the record only, and nothing is sealed to a key that the keyholder did not make. */
import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { after, afterEach, before, test } from 'node:test'
import type { AccessEntries, AccessPolicy } from '@candor/protocol/api.ts'
import type { ConversationEvent } from '@candor/protocol/events.ts'
import { TestPlatform, type TestTenant } from './test-platform.ts'

let platform: TestPlatform
let tenant: TestTenant
before(async () => {
  platform = await TestPlatform.start()
  tenant = await platform.tenant()
})
afterEach(() => platform.check())
after(async () => {
  await platform.stop()
  await TestPlatform.end()
})

const id = (): string => platform.ids.next()

async function changes(): Promise<string[]> {
  const { body } = await platform.request(tenant, 'GET', '/v1/access/entries?type=access-widened&limit=200')
  return (body as unknown as AccessEntries).items.map(({ what, actor }) => `${actor?.name}: ${what}`)
}

test('a person, a role, a key, a page and a policy are entries before they count', async () => {
  const before = (await changes()).length
  const made = await platform.request(tenant, 'POST', '/v1/people', {
    name: 'Bo',
    email: 'bo@changes.example',
    role: 'agent',
  })
  assert.equal(made.status, 201)
  const bo = String(made.body['id'])
  await platform.request(tenant, 'PATCH', `/v1/people/${bo}`, { role: 'supervisor' })
  await platform.request(tenant, 'POST', '/v1/api-keys', { name: 'crm', role: 'agent' })
  const policy = (await platform.request(tenant, 'GET', '/v1/access/policy')).body as unknown as AccessPolicy
  policy.budgets.agent.conversationsPerHour = 1_000
  await platform.request(tenant, 'PUT', '/v1/access/policy', policy)
  const fresh = (await changes()).slice(0, -before)
  for (const [at, expected] of [
    /Access policy, before: .*"conversationsPerHour":150.*; now: .*"conversationsPerHour":1000/,
    /api-key-made: [0-9a-f-]{36}, role agent/,
    new RegExp(`role-changed: ${bo}, from agent, to supervisor`),
    new RegExp(`person-added: ${bo}, role agent`),
  ].entries())
    assert.match(fresh[at] ?? '', expected)
  assert.doesNotMatch(fresh.join('\n'), /bo@changes/, 'no address in the log’s details')
})

test('an epoch key that somebody wrote into the database seals nothing', async () => {
  const visitor = await platform.visitor(tenant)
  await visitor.ask({ type: 'start', id: id(), conversation: id() })
  const thief = generateKeyPairSync('x25519')
  const publicKey = thief.publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
  const changed = await platform.sql<{ id: string }>(
    `update epoch_keys set public_key = $1 where tenant_id = $2 returning id`,
    [publicKey, tenant.id],
  )
  assert.equal(changed.length, 1)
  visitor.drop()
  await platform.stopServer()
  await platform.startServer()

  const back = await platform.visitor(tenant)
  const conversation = id()
  await back.ask({ type: 'start', id: id(), conversation })
  const sent = await back.ask({ type: 'send', id: id(), conversation, text: 'Not for the thief' })
  assert.equal(sent.type, 'ack', JSON.stringify(sent))
  assert.ok(
    platform.logged.some(({ event }) => event === 'an epoch key in the database is not the keyholder’s'),
  )
  // Opened by the keyholder, so it was sealed to the keyholder's key.
  await platform.stopServer()
  await platform.startServer()
  const page = await platform.request(tenant, 'GET', `/v1/conversations/${conversation}/events`)
  const events = page.body['events'] as ConversationEvent[]
  assert.ok(events.some((event) => event.type === 'message' && event.data.text === 'Not for the thief'))
})

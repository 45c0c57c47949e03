import assert from 'node:assert/strict'
import { test } from 'node:test'
import fastify from 'fastify'
import type { Actor } from '../tenants/actor.ts'
import { routingRoutes } from './routing-routes.ts'
import type { Routing } from './routing.ts'

const staff: Actor = { tenant: 't', kind: 'agent', id: 'a', name: 'Ana', role: 'agent' }
const conversation = '0190b5a0-0000-7000-8000-000000000001'
const person = '0190b5a0-0000-7000-8000-000000000002'
const key = '0190b5a0-0000-7000-8000-000000000003'

/** Posts below the conversation; answers the status and what the room was asked. */
async function post(path: string, body: object): Promise<{ status: number; asked: unknown[] }> {
  const asked: unknown[] = []
  const act = async (_: Actor, change: object) => {
    asked.push(change)
    return { id: key, conversation, seq: 1, at: '2026-01-01T00:00:00.000Z', replayed: false }
  }
  const routing: Partial<Routing> = { takeOver: act, handBack: act, assign: act, transfer: act }
  // As at the edge: types are coerced, and unknown fields are refused rather than removed.
  const app = fastify({ ajv: { customOptions: { removeAdditional: false, coerceTypes: 'array' } } })
  app.decorateRequest('actor', null)
  app.decorateRequest('idempotencyKey', '')
  app.addHook('preHandler', async (request) => {
    request.actor = staff
    request.idempotencyKey = key
  })
  await app.register(routingRoutes(routing as Routing))
  const { statusCode } = await app.inject({
    method: 'POST',
    url: `/v1/conversations/${conversation}/${path}`,
    payload: body,
  })
  await app.close()
  return { status: statusCode, asked }
}

test('an assignment to nobody reaches the room as nobody, and to a person as that person', async () => {
  assert.deepEqual(await post('assignment', { agent: null }), {
    status: 201,
    asked: [{ id: key, conversation, agent: null }],
  })
  assert.deepEqual(await post('assignment', { agent: person }), {
    status: 201,
    asked: [{ id: key, conversation, agent: person }],
  })
})

test('a transfer goes to a queue or to a person, never to both or to nowhere', async () => {
  assert.deepEqual((await post('transfer', { queue: person, note: 'please' })).asked, [
    { id: key, conversation, to: { queue: person }, note: 'please' },
  ])
  assert.deepEqual((await post('transfer', { agent: person })).asked, [
    { id: key, conversation, to: { agent: person } },
  ])
  for (const body of [{}, { note: 'x' }, { agent: person, queue: person }, { agent: 'nobody' }])
    assert.deepEqual(await post('transfer', body), { status: 400, asked: [] })
})

test('what a caller adds to a takeover is refused, so that nobody believes it had an effect', async () => {
  assert.equal((await post('takeover', { force: true })).status, 400)
  assert.equal((await post('handback', {})).status, 201)
})

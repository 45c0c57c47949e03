/** Who leaves the company is out at once, whatever they hold open; who changes role acts in it at once. */
import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import type { Role } from '@candor/protocol/api.ts'
import { WebSocket } from 'ws'
import { staffClient, type TestClient } from './test-client.ts'
import { TestPlatform, type TestTenant } from './test-platform.ts'

let platform: TestPlatform
let tenant: TestTenant
before(async () => {
  platform = await TestPlatform.start()
})
afterEach(() => platform.check())
after(async () => {
  await platform.stop()
  await TestPlatform.end()
})

/** A desk that does not close when it should would be waited for without end. */
const bounded = { timeout: 30_000 }

const id = (): string => platform.ids.next()

async function signIn(role: Role): Promise<{ status: number; code: unknown; cookie: string }> {
  const response = await fetch(`${platform.url}/v1/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: tenant.people[role].email, password: tenant.password }),
  })
  const body = (await response.json()) as Record<string, unknown>
  const cookie = response.headers.getSetCookie().map((line) => line.split(';')[0])
  return { status: response.status, code: body['code'], cookie: cookie.join('; ') }
}

const desk = (cookie: string): Promise<TestClient> =>
  staffClient(platform.url, { inbox: true }, { cookie, origin: platform.url })

const person = (role: Role, deed: string) =>
  platform.request(tenant, 'POST', `/v1/people/${tenant.people[role].id}/${deed}`)

async function waitingConversation(): Promise<string> {
  const visitor = await platform.visitor(tenant)
  const conversation = id()
  await visitor.ask({ type: 'start', id: id(), conversation })
  await visitor.ask({ type: 'send', id: id(), conversation, text: 'Where is my suitcase?' })
  return conversation
}

test(
  'a deactivated agent’s open desks close at once and cannot come back; the conversations wait again',
  bounded,
  async () => {
    tenant = await platform.tenant()
    const conversation = await waitingConversation()
    const { cookie } = await signIn('agent')
    const [first, second] = [await desk(cookie), await desk((await signIn('agent')).cookie)]
    const supervisor = await desk((await signIn('supervisor')).cookie)
    first.send({ type: 'open', conversation })
    await first.until('snapshot')
    assert.equal((await first.ask({ type: 'send', id: id(), conversation, text: 'I look' })).type, 'ack')
    supervisor.send({ type: 'open', conversation })
    await supervisor.until('snapshot')

    // The same frames over an event stream.
    const stream = await fetch(`${platform.url}/v1/streams`, {
      method: 'POST',
      headers: { cookie, origin: platform.url, 'content-type': 'application/json' },
      body: JSON.stringify({ type: 'hello', protocol: 1, role: 'staff', inbox: true }),
    })
    const streamed = stream.text()

    const gone = await person('agent', 'deactivate')
    assert.equal(gone.status, 200)
    assert.ok(gone.body['deactivatedAt'])
    for (const open of [first, second]) {
      await open.closed
      assert.equal((await open.until('goodbye')).code, 'not_signed_in')
    }
    assert.match(await streamed, /"type":"welcome"[\s\S]*"type":"goodbye","code":"not_signed_in"/)

    const back = await supervisor.until('events', ({ events }) =>
      events.some((event) => event.type === 'assignment' && event.data.agent === null),
    )
    assert.equal(back.conversation, conversation)
    const row = await platform.candor.conversations.row(tenant.people.supervisor.actor, conversation)
    assert.deepEqual([row.handler.kind, row.waitingSince !== null], ['queue', true])

    await assert.rejects(desk(cookie), /not_signed_in/)
    assert.equal((await fetch(`${platform.url}/v1/me`, { headers: { cookie } })).status, 401)
    const refused = await signIn('agent')
    assert.deepEqual([refused.status, refused.code, refused.cookie], [403, 'person_deactivated', ''])
    const assigned = await platform.request(tenant, 'POST', `/v1/conversations/${conversation}/assignment`, {
      agent: tenant.people.agent.id,
    })
    assert.deepEqual([assigned.status, assigned.body['field']], [422, 'agent'])
    assert.equal(supervisor.socket.readyState, supervisor.socket.OPEN, 'nobody else noticed')

    assert.equal((await person('agent', 'reactivate')).status, 200)
    const again = await desk((await signIn('agent')).cookie)
    assert.equal(again.welcome.you.role, 'agent')
  },
)

test(
  'a socket that was opened before the deactivation and says hello after it is nobody’s',
  bounded,
  async () => {
    tenant = await platform.tenant()
    const { cookie } = await signIn('agent')
    const socket = new WebSocket(`${platform.url.replace(/^http/, 'ws')}/v1/socket`, 'candor.v1', {
      headers: { cookie, origin: platform.url },
    })
    const frames: Record<string, unknown>[] = []
    socket.on('message', (data: Buffer) =>
      frames.push(JSON.parse(data.toString()) as Record<string, unknown>),
    )
    await new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject))
    await person('agent', 'deactivate')
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.send(JSON.stringify({ type: 'hello', protocol: 1, role: 'staff', inbox: true }))
    await closed
    assert.deepEqual(
      frames.map((frame) => [frame['type'], frame['code']]),
      [['goodbye', 'not_signed_in']],
    )
  },
)

test(
  'a changed role counts at once on the open desk: it starts anew and may do what the new role may',
  bounded,
  async () => {
    tenant = await platform.tenant()
    const conversation = await waitingConversation()
    const { cookie } = await signIn('agent')
    const before = await desk(cookie)
    before.send({ type: 'open', conversation })
    await before.until('snapshot')
    assert.equal((await before.ask({ type: 'send', id: id(), conversation, text: 'I look' })).type, 'ack')

    const change = await platform.request(tenant, 'PATCH', `/v1/people/${tenant.people.agent.id}`, {
      role: 'privacy-officer',
    })
    assert.equal(change.status, 200)
    await before.closed
    assert.equal((await before.until('goodbye')).code, 'restart')
    const after = await desk(cookie)
    assert.equal(after.welcome.you.role, 'privacy-officer')
    const refused = await after.ask({ type: 'send', id: id(), conversation, text: 'And more' })
    assert.deepEqual([refused.type, refused.type === 'refused' && refused.code], ['refused', 'not_allowed'])
    const row = await platform.candor.conversations.row(tenant.people.supervisor.actor, conversation)
    assert.equal(row.handler.kind, 'queue', 'who does not answer any more handles nothing')
  },
)

test('an open desk ends when its sign-in does, without a request or a frame', bounded, async () => {
  tenant = await platform.tenant()
  const { cookie } = await signIn('agent')
  // A server that starts anew holds nothing of the session in memory: it learns what is left of the twelve hours.
  await platform.stopServer()
  await platform.startServer()
  await platform.sql(`update auth."session" set "expiresAt" = now() + interval '8 seconds'`)
  const open = await desk(cookie)
  await open.closed
  assert.equal((await open.until('goodbye')).code, 'not_signed_in')
  await assert.rejects(desk(cookie), /not_signed_in/)
})

test('the last administrator stays, whoever asks, and is told which field is in the way', async () => {
  tenant = await platform.tenant()
  const { cookie } = await signIn('administrator')
  const ask = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${platform.url}/v1/people/${tenant.people.administrator.id}${path}`, {
      method,
      headers: {
        cookie,
        origin: platform.url,
        'idempotency-key': id(),
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    const problem = (await response.json()) as Record<string, unknown>
    return [response.status, problem['code'], problem['field']]
  }
  assert.deepEqual(await ask('POST', '/deactivate'), [409, 'last_administrator', 'id'])
  assert.deepEqual(await ask('PATCH', '', { role: 'agent' }), [409, 'last_administrator', 'role'])
  const byKey = await person('administrator', 'deactivate')
  assert.deepEqual([byKey.status, byKey.body['code']], [409, 'last_administrator'])
  assert.equal((await fetch(`${platform.url}/v1/me`, { headers: { cookie } })).status, 200)
})

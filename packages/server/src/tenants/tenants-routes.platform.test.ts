import assert from 'node:assert/strict'
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import type { Me, Role } from '@candor/protocol/api.ts'
import { TestPlatform, type TestTenant } from '../../test/test-platform.ts'
import { staffClient } from '../../test/test-client.ts'
import { permissions, roles, type Permission } from './roles.ts'

const platform = await TestPlatform.start()
after(async () => {
  await platform.stop()
  await TestPlatform.end()
})
const airline = await platform.tenant()
const shop = await platform.tenant()

interface Answer {
  status: number
  body: Record<string, unknown>
  cookies: string[]
  type: string | null
}

async function send(
  method: string,
  path: string,
  options: { cookie?: string; key?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await fetch(`${platform.url}${path}`, {
    method,
    headers: {
      ...(options.cookie === undefined ? {} : { cookie: options.cookie, origin: platform.url }),
      ...(options.key === undefined ? {} : { authorization: `Bearer ${options.key}` }),
      ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(method === 'POST' ? { 'idempotency-key': randomUUID() } : {}),
      ...options.headers,
    },
    ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
  })
  const text = await response.text()
  return {
    status: response.status,
    body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
    cookies: response.headers.getSetCookie(),
    type: response.headers.get('content-type'),
  }
}

async function cookieOf(tenant: TestTenant, role: Role): Promise<string> {
  const { email } = tenant.people[role]
  const answer = await send('POST', '/v1/sign-in', { body: { email, password: tenant.password } })
  assert.equal(answer.status, 200, JSON.stringify(answer.body))
  return answer.cookies.map((line) => line.split(';')[0]).join('; ')
}

const cookies = Object.fromEntries(
  await Promise.all(roles.map(async (role) => [role, await cookieOf(airline, role)] as const)),
) as Record<Role, string>

const { publicKey } = generateKeyPairSync('ed25519')
const jwk = publicKey.export({ format: 'jwk' })
const widget = {
  name: 'Aurora Air',
  accent: '#0b5cad',
  accentDark: '#7ab8ff',
  position: 'end',
  greeting: 'Hello',
  payUrl: null,
  privacyUrl: null,
  locales: ['en'],
}

/** Every route of the room, and those of queues, that ask for a permission. Ids that do not exist: whoever may ask gets 404. */
const guarded: { method: string; path: string; body?: () => unknown; permission: Permission; ok: number }[] =
  [
    { method: 'GET', path: '/v1/people', permission: 'people.read', ok: 200 },
    {
      method: 'POST',
      path: '/v1/people',
      body: () => ({
        name: 'New',
        email: `${randomUUID()}@example.com`,
        role: 'agent',
        password: 'a fine password',
      }),
      permission: 'people.manage',
      ok: 201,
    },
    ...(
      [
        ['PATCH', '', { role: 'agent' }],
        ['POST', '/deactivate'],
        ['POST', '/reactivate'],
        ['POST', '/reset-second-factor'],
        ['POST', '/reset-password'],
      ] as const
    ).map(([method, deed, body]) => ({
      method,
      path: `/v1/people/${randomUUID()}${deed}`,
      ...(body && { body: () => body }),
      permission: 'people.manage' as const,
      ok: 404,
    })),
    { method: 'GET', path: '/v1/queues', permission: 'queues.read', ok: 200 },
    {
      method: 'POST',
      path: '/v1/queues',
      body: () => ({ name: randomUUID() }),
      permission: 'queues.manage',
      ok: 201,
    },
    {
      method: 'PATCH',
      path: `/v1/queues/${randomUUID()}`,
      body: () => ({ name: 'Other' }),
      permission: 'queues.manage',
      ok: 404,
    },
    {
      method: 'POST',
      path: `/v1/queues/${randomUUID()}/archive`,
      body: () => ({ moveTo: randomUUID() }),
      permission: 'queues.manage',
      ok: 404,
    },
    { method: 'GET', path: '/v1/api-keys', permission: 'api-keys.manage', ok: 200 },
    {
      method: 'POST',
      path: '/v1/api-keys',
      body: () => ({ name: 'BI', role: 'agent' }),
      permission: 'api-keys.manage',
      ok: 201,
    },
    { method: 'DELETE', path: `/v1/api-keys/${randomUUID()}`, permission: 'api-keys.manage', ok: 404 },
    { method: 'GET', path: '/v1/identity-keys', permission: 'identity-keys.manage', ok: 200 },
    {
      method: 'POST',
      path: '/v1/identity-keys',
      body: () => ({ name: 'server', jwk }),
      permission: 'identity-keys.manage',
      ok: 201,
    },
    {
      method: 'DELETE',
      path: `/v1/identity-keys/${randomUUID()}`,
      permission: 'identity-keys.manage',
      ok: 404,
    },
    { method: 'GET', path: '/v1/widget-config', permission: 'widget.read', ok: 200 },
    { method: 'PUT', path: '/v1/widget-config', body: () => widget, permission: 'widget.manage', ok: 200 },
    { method: 'GET', path: '/v1/approved-pages', permission: 'approved-pages.read', ok: 200 },
    {
      method: 'POST',
      path: '/v1/approved-pages',
      body: () => ({
        pattern: 'https://www.aurora.example/pay*',
        reason: 'fields in a frame of the provider',
      }),
      permission: 'approved-pages.manage',
      ok: 201,
    },
    {
      method: 'DELETE',
      path: `/v1/approved-pages/${randomUUID()}`,
      permission: 'approved-pages.manage',
      ok: 404,
    },
  ]

test('each route opens to the roles of the table and to nobody else', async () => {
  for (const { method, path, body, permission, ok } of guarded) {
    for (const role of roles) {
      const answer = await send(method, path, { cookie: cookies[role], ...(body && { body: body() }) })
      const expected = permissions[role].has(permission) ? ok : 403
      assert.equal(answer.status, expected, `${method} ${path} as ${role}: ${JSON.stringify(answer.body)}`)
      if (expected === 403) assert.equal(answer.body['code'], 'not_allowed')
    }
    const nobody = await send(method, path, body && { body: body() })
    assert.equal(nobody.status, 401, `${method} ${path} as nobody`)
    assert.equal(nobody.body['code'], 'not_signed_in')
    assert.match(nobody.type!, /^application\/problem\+json/)
  }
})

test('a person signs in, is told who she is, and signs out', async () => {
  const { email, id, name } = airline.people.agent
  const answer = await send('POST', '/v1/sign-in', { body: { email, password: airline.password } })
  const { me } = answer.body as { kind: string; me: Me }
  assert.equal(answer.body['kind'], 'signed-in')
  assert.deepEqual(me.person, { id, name, email, role: 'agent', secondFactor: false })
  assert.equal(me.tenant.id, airline.id)
  const [line] = answer.cookies
  assert.match(line!, /^candor_session=[^;]+; Max-Age=43200; Path=\/; HttpOnly; SameSite=Lax$/i)
  const cookie = line!.split(';')[0]!
  assert.deepEqual((await send('GET', '/v1/me', { cookie })).body, me)
  const out = await send('POST', '/v1/sign-out', { cookie })
  assert.equal(out.status, 204)
  assert.match(out.cookies[0]!, /^candor_session=; Max-Age=0/)
  assert.equal((await send('GET', '/v1/me', { cookie })).status, 401)
  assert.equal((await send('POST', '/v1/sign-out')).status, 204)
})

test('open connections end with the sign-in, the key or the visitor token that they came with', async () => {
  const cookie = await cookieOf(shop, 'agent')
  const desk = await staffClient(platform.url, {}, { cookie, origin: platform.url })
  const otherDesk = await staffClient(
    platform.url,
    {},
    { cookie: await cookieOf(shop, 'agent'), origin: platform.url },
  )
  assert.equal((await send('POST', '/v1/sign-out', { cookie })).status, 204)
  await desk.closed

  const made = await send('POST', '/v1/api-keys', { key: shop.key, body: { name: 'BI', role: 'agent' } })
  const program = await staffClient(platform.url, { key: made.body['key'] })
  assert.equal(
    (await send('DELETE', `/v1/api-keys/${String(made.body['id'])}`, { key: shop.key })).status,
    204,
  )
  await program.closed

  const tab = await platform.visitor(shop)
  const { token } = tab.welcome
  const otherTab = await platform.visitor(shop, { token })
  assert.equal(otherTab.welcome.you.id, tab.welcome.you.id)
  await tab.ask({ type: 'logout', id: randomUUID() })
  await otherTab.closed
  const later = await platform.visitor(shop, { token })
  assert.notEqual(later.welcome.you.id, tab.welcome.you.id)

  assert.equal(otherDesk.socket.readyState, otherDesk.socket.OPEN, 'another sign-in of the same person stays')
  otherDesk.drop()
})

test('what is wrong with a sign-in is not told', async () => {
  const { email } = airline.people.agent
  const bodies = await Promise.all(
    [
      { email, password: 'a wrong password' },
      { email: `${randomUUID()}@example.com`, password: 'a wrong password' },
      { email: 'not an address', password: 'a wrong password' },
    ].map(async (body) => (await send('POST', '/v1/sign-in', { body })).body),
  )
  for (const body of bodies) assert.deepEqual(body, bodies[0])
  assert.equal(bodies[0]!['code'], 'credentials_wrong')
})

test('another site cannot change anything with a session cookie that the browser sends along', async () => {
  const body = { name: 'Evil', role: 'administrator' }
  const cookie = cookies.administrator
  for (const headers of [
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://127.0.0.1:1' },
    { origin: '', 'sec-fetch-site': 'cross-site' },
  ]) {
    const answer = await send('POST', '/v1/api-keys', { cookie, body, headers })
    assert.equal(answer.status, 403, JSON.stringify(headers))
    assert.equal(answer.body['code'], 'origin_not_allowed')
  }
  assert.equal((await send('POST', '/v1/api-keys', { cookie, body: { ...body, name: 'Ours' } })).status, 201)
})

test('with another tenant’s ids every call answers as if there were no such thing', async () => {
  const made = async (path: string, body: unknown): Promise<string> => {
    const answer = await send('POST', path, { key: airline.key, body })
    assert.equal(answer.status, 201, JSON.stringify(answer.body))
    return answer.body['id'] as string
  }
  const theirs: [string, string, unknown][] = []
  for (const [path, body] of [
    ['/v1/api-keys', { name: 'theirs', role: 'agent' }],
    ['/v1/identity-keys', { name: 'theirs', jwk }],
    ['/v1/approved-pages', { pattern: 'https://theirs.example/pay', reason: 'theirs' }],
    [
      '/v1/people',
      { name: 'theirs', email: `${randomUUID()}@theirs.example`, role: 'agent', password: 'a fine password' },
    ],
  ] as const)
    theirs.push([path, await made(path, body), body])
  for (const [path, id, body] of theirs) {
    const list = await send('GET', path, { key: shop.key })
    assert.equal(list.status, 200)
    assert(!JSON.stringify(list.body).includes('theirs'), path)
    if (path !== '/v1/people') {
      const gone = await send('DELETE', `${path}/${id}`, { key: shop.key })
      assert.deepEqual([gone.status, gone.body['code']], [404, 'not_found'])
    }
    // The id of another tenant's thing as ours: made anew or refused, never shown.
    const again = await send('POST', path, {
      key: shop.key,
      body: path === '/v1/people' ? { ...(body as object), email: `${randomUUID()}@ours.example` } : body,
      headers: { 'idempotency-key': id },
    })
    assert(again.status === 201 || again.status === 409 || again.status === 422, `${path} ${again.status}`)
    assert(!('key' in again.body) || again.body['key'] !== null, 'not a replay of theirs')
    const still = await send('GET', path, { key: airline.key })
    assert(JSON.stringify(still.body).includes(id), `${path}: theirs is still there`)
  }
})

test('a POST that is sent again makes nothing more', async () => {
  for (const [path, body] of [
    [
      '/v1/people',
      { name: 'Twice', email: `${randomUUID()}@example.com`, role: 'agent', password: 'a fine password' },
    ],
    ['/v1/api-keys', { name: 'Twice', role: 'agent' }],
    ['/v1/identity-keys', { name: 'Twice', jwk }],
    ['/v1/approved-pages', { pattern: 'https://twice.example/pay', reason: 'Twice' }],
  ] as const) {
    const headers = { 'idempotency-key': randomUUID() }
    const first = await send('POST', path, { key: airline.key, body, headers })
    const second = await send('POST', path, { key: airline.key, body, headers })
    assert.equal(first.body['id'], headers['idempotency-key'])
    assert.equal(second.status, 201)
    assert.deepEqual({ ...second.body, key: null }, { ...first.body, key: null })
    const other = await send('POST', path, { key: airline.key, body: changed(body), headers })
    assert.deepEqual([other.status, other.body['code']], [409, 'idempotency_conflict'], path)
  }
})

function changed(body: Record<string, unknown>): Record<string, unknown> {
  return 'reason' in body ? { ...body, reason: 'another' } : { ...body, name: 'another' }
}

test('who has a second factor, and was here when, is told to who manages people and to nobody else', async () => {
  for (const role of roles) {
    const { items } = (await send('GET', '/v1/people', { cookie: cookies[role] })).body as {
      items: Record<string, unknown>[]
    }
    const manages = permissions[role].has('people.manage')
    for (const one of items) {
      assert.equal('secondFactor' in one, manages, role)
      assert.equal('lastSeenAt' in one, manages, role)
    }
  }
})

test('a forgotten password is replaced over the API: temporary, chosen anew, signed in', async () => {
  const { id, email } = shop.people.supervisor
  const headers = { 'idempotency-key': randomUUID() }
  const reset = () => send('POST', `/v1/people/${id}/reset-password`, { key: shop.key, headers })
  const { password } = (await reset()).body
  assert.equal((await reset()).body['password'], null)
  const half = await send('POST', '/v1/sign-in', { body: { email, password } })
  assert.deepEqual([half.status, half.body, half.cookies], [200, { kind: 'new-password' }, []])
  const chosen = await send('POST', '/v1/sign-in/new-password', {
    body: { email, password, newPassword: 'a password of her own' },
  })
  assert.deepEqual([chosen.status, chosen.body['kind']], [200, 'signed-in'])
  const cookie = chosen.cookies.map((line) => line.split(';')[0]).join('; ')
  const changed = await send('POST', '/v1/me/password', {
    cookie,
    body: { password: 'a password of her own', newPassword: shop.password },
  })
  assert.equal(changed.status, 204)
  assert.equal((await send('GET', '/v1/me', { cookie })).status, 200)
})

test('a private key that is sent instead of its public half is refused and not echoed', async () => {
  const secret = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  const answer = await send('POST', '/v1/identity-keys', {
    key: airline.key,
    body: { name: 'oops', jwk: secret },
  })
  assert.equal(answer.status, 422)
  assert(!JSON.stringify(answer.body).includes(String(secret.d)))
})

test('a program has no password: the routes of a person’s own sign-in are closed to it', async () => {
  for (const [method, path, body] of [
    ['GET', '/v1/me'],
    ['POST', '/v1/me/password', { password: 'x', newPassword: 'a fine password' }],
    ['POST', '/v1/me/second-factor', { password: 'x' }],
    ['POST', '/v1/me/second-factor/confirm', { code: '123456' }],
    ['POST', '/v1/me/second-factor/remove', { password: 'x' }],
  ] as const) {
    const answer = await send(method, path, { key: airline.key, body })
    assert.deepEqual([answer.status, answer.body['code']], [403, 'not_allowed'], path)
  }
})

test('the OpenAPI document names every route of the room, each under a name of its own', async () => {
  const { body } = await send('GET', '/v1/openapi.json')
  const paths = body['paths'] as Record<string, Record<string, { operationId: string; responses: object }>>
  const operations = Object.values(paths)
    .flatMap((path) => Object.values(path).map(({ operationId }) => operationId))
    .filter((operation) => operation !== undefined)
  const twice = operations.filter((operation, i) => operations.indexOf(operation) !== i)
  assert.deepEqual(twice, [])
  for (const operation of [
    'signIn',
    'signInSecondFactor',
    'signOut',
    'readMe',
    'enrolSecondFactor',
    'confirmSecondFactor',
    'removeSecondFactor',
    'listPeople',
    'createPerson',
    'changePerson',
    'deactivatePerson',
    'reactivatePerson',
    'resetSecondFactor',
    'resetPassword',
    'chooseNewPassword',
    'changePassword',
    'listApiKeys',
    'createApiKey',
    'deleteApiKey',
    'listIdentityKeys',
    'createIdentityKey',
    'deleteIdentityKey',
    'readWidgetConfig',
    'saveWidgetConfig',
    'listApprovedPages',
    'approvePage',
    'withdrawApproval',
  ])
    assert(operations.includes(operation), operation)
})

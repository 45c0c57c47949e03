import assert from 'node:assert/strict'
import type { Role } from '@candor/protocol/api.ts'
import type { TestPlatform, TestTenant } from './test-platform.ts'

export interface Answer {
  status: number
  body: Record<string, unknown>
}

/** Somebody at a screen: requests with the cookie of a sign-in. */
export interface SignedIn {
  id: string
  name: string
  send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
}

export async function signIn(platform: TestPlatform, tenant: TestTenant, role: Role): Promise<SignedIn> {
  const { id, name, email } = tenant.people[role]
  const answer = await fetch(`${platform.url}/v1/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: platform.url },
    body: JSON.stringify({ email, password: tenant.password }),
  })
  assert.equal(answer.status, 200)
  const cookie = answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  return {
    id,
    name,
    async send(method, path, body, headers = {}) {
      const response = await fetch(platform.url + path, {
        method,
        headers: {
          cookie,
          origin: platform.url,
          ...(method === 'POST' ? { 'idempotency-key': platform.ids.next() } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Answer['body']) }
    },
  }
}

import assert from 'node:assert/strict'
import { proofHeader } from '@candor/protocol/open-statement.ts'
import { after, before, test } from 'node:test'
import type { ApprovedPage, CannedReply, ConversationPage, EventPage, Me } from '@candor/protocol/api.ts'
import type { VirtualAgentResults } from '@candor/protocol/virtual-agent-results.ts'
import { signOpening } from '../../test/keyholder-in-process.ts'
import { registerBrowserKey } from '../../test/test-client.ts'
import { TestPlatform } from '../../test/test-platform.ts'
import { demoHandles, demoTenants } from './demo-tenants.ts'
import { demoId } from './seed-demo.ts'

let platform: TestPlatform

before(async () => {
  platform = await TestPlatform.start({ config: { demo: true } })
})
after(async () => {
  await platform?.stop()
  await TestPlatform.end()
})

function signIn(as: string, headers: Record<string, string> = { origin: platform.url }): Promise<Response> {
  return fetch(`${platform.url}/tour/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ as }),
  })
}

async function cookieOf(as: string): Promise<string> {
  const answer = await signIn(as)
  assert.equal(answer.status, 204, await answer.text())
  return answer.headers
    .getSetCookie()
    .map((line) => line.split(';')[0]!)
    .join('; ')
}

async function read<Answer>(
  cookie: string,
  url: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const answer = await fetch(platform.url + url, { headers: { cookie, ...headers } })
  assert.equal(answer.status, 200, `${url} ${await answer.clone().text()}`)
  return (await answer.json()) as Answer
}

async function counts(): Promise<Record<string, number>> {
  const [row] = await platform.sql<Record<string, number>>(
    `select (select count(*) from tenants)::int as tenants, (select count(*) from people)::int as people,
            (select count(*) from queues)::int as queues, (select count(*) from canned_replies)::int as replies,
            (select count(*) from conversations)::int as conversations, (select count(*) from events)::int as events,
            (select count(*) from visitors)::int as visitors, (select count(*) from virtual_agent_articles)::int as articles,
            (select count(*) from sites)::int as sites, (select count(*) from approved_pages)::int as approved`,
  )
  return row!
}

test('everybody of the demo is signed in by one click, each into the own company and role', async () => {
  for (const { name: company, people } of demoTenants)
    for (const { handle, name, role } of people) {
      const me = await read<Me>(await cookieOf(handle), '/v1/me')
      assert.deepEqual([me.person.name, me.person.role, me.tenant.name], [name, role, company])
    }
  assert.equal(demoHandles.length, 11)
})

test('who is signed in already is not signed in again', async () => {
  const cookie = await cookieOf('ada')
  const again = await signIn('ada', { origin: platform.url, cookie })
  assert.equal(again.status, 204)
  assert.deepEqual(again.headers.getSetCookie(), [])
  const other = await signIn('noor', { origin: platform.url, cookie })
  assert.equal(other.headers.getSetCookie().length > 0, true)
})

test('no other site signs a browser in, and no stranger is signed in', async () => {
  assert.equal((await signIn('ada', { origin: 'https://evil.example' })).status, 403)
  assert.equal((await signIn('ada', {})).status, 403)
  assert.equal((await signIn('operator')).status, 422)
})

test('the desk has a day’s work on it: somebody waits, Ada has hers, others are closed', async () => {
  const cookie = await cookieOf('ada')
  const open = await read<ConversationPage>(cookie, '/v1/conversations?view=all&status=open')
  assert.deepEqual(open.counts, { waiting: 2, mine: 1, all: 3 })
  const closed = await read<ConversationPage>(cookie, '/v1/conversations?view=all&status=closed')
  assert.equal(closed.items.length, 2 + demoTenants[0]!.chats.length)
  assert.ok((await read<{ items: CannedReply[] }>(cookie, '/v1/canned-replies')).items.length >= 4)
})

test('the card that a visitor of the demo wrote is nowhere in it', async () => {
  const cookie = await cookieOf('mateo')
  const id = demoId(`conversation ${demoId('tenant aurora-air')} card by chat`)
  const me = await read<Me>(cookie, '/v1/me')
  const privateKey = await registerBrowserKey(platform.url, { cookie })
  const { key, at, signature } = signOpening(privateKey, me.tenant.id, id)
  const { events } = await read<EventPage>(cookie, `/v1/conversations/${id}/events?after=0`, {
    [proofHeader]: `${key} ${at} ${signature}`,
  })
  const texts = events.map((event) => (event.type === 'message' ? event.data.text : '')).join('\n')
  assert.match(texts, /My card is \[card number removed\]/)
  assert.doesNotMatch(texts, /5555/)
})

test('the airline’s checkout page is approved with a reason, no payment page is', async () => {
  const { items } = await read<{ items: ApprovedPage[] }>(await cookieOf('tomas'), '/v1/approved-pages')
  assert.ok(items.length > 0)
  for (const page of items) {
    assert.match(page.pattern, /\/aurora-air\/checkout$/)
    assert.equal(page.approvedBy, 'Tomas Berg')
    assert.ok(page.reason.length > 20)
  }
  assert.deepEqual(
    (await read<{ items: ApprovedPage[] }>(await cookieOf('grace'), '/v1/approved-pages')).items,
    [],
  )
})

test('another start makes nothing twice, and follows the demo sites to their new address', async () => {
  const before = await counts()
  const origins = await platform.sql<{ origin: string }>('select origin from sites')
  await platform.stopServer()
  await platform.startServer()
  assert.deepEqual(await counts(), before)
  const moved = await platform.sql<{ origin: string }>('select origin from sites')
  assert.ok(moved.every(({ origin }) => !origins.some((former) => former.origin === origin)))
  const { items } = await read<{ items: ApprovedPage[] }>(await cookieOf('tomas'), '/v1/approved-pages')
  assert.ok(items.every(({ pattern }) => moved.some(({ origin }) => pattern.startsWith(origin))))
  const tools = await platform.sql<{ url: string; secret: string | null }>(
    `select t->>'url' as url, s.origin as secret
     from virtual_agent_current c
     join virtual_agent_versions v on v.tenant_id = c.tenant_id and v.version = c.version
     cross join json_array_elements(v.definition->'tools') t
     left join virtual_agent_tool_secrets s on s.tenant_id = c.tenant_id and s.tool = t->>'id'`,
  )
  assert.equal(tools.length, 5)
  for (const { url, secret } of tools) {
    assert.ok(
      moved.some(({ origin }) => url.startsWith(`${origin}/`)),
      url,
    )
    assert.ok(secret === null || url.startsWith(secret), `the key of ${url} goes to ${secret}`)
  }
  await platform.check()
})

test('the results of the virtual agents tell of a day: helped, silent, not understood, handed over', async () => {
  const today = new Date().toISOString().slice(0, 10)
  const results = await read<VirtualAgentResults>(
    await cookieOf('tomas'),
    `/v1/virtual-agent/results?from=${today.slice(0, 7)}-01&to=${today}`,
  )
  assert.equal(results.conversations, demoTenants[0]!.chats.length)
  const { selfService, handedOver, fallback } = results
  assert.ok(selfService.confirmed >= 3 && selfService.silent >= 1 && fallback >= 1, JSON.stringify(results))
  assert.ok(handedOver.length >= 2)
})

test('what somebody changed in the demo stays changed', async () => {
  const cookie = await cookieOf('tomas')
  const { items } = await read<{ items: CannedReply[] }>(cookie, '/v1/canned-replies')
  for (const { id } of items.slice(1))
    await fetch(`${platform.url}/v1/canned-replies/${id}`, {
      method: 'DELETE',
      headers: { cookie, origin: platform.url },
    })
  const changed = await counts()
  await platform.stopServer()
  await platform.startServer()
  assert.deepEqual(await counts(), changed)
})

test('without the demo there is no tour, no sign-in by a click and no company', async () => {
  const plain = await TestPlatform.start()
  for (const [method, url] of [
    ['POST', '/tour/sign-in'],
    ['GET', '/tour/events'],
    ['GET', '/tour/tour.js'],
  ] as const)
    assert.equal((await fetch(plain.url + url, { method })).status, 404, url)
  assert.match(await (await fetch(`${plain.url}/`)).text(), /href="\/desk\/"/)
  assert.deepEqual(await plain.sql('select 1 from tenants'), [])
  await plain.stop()
})

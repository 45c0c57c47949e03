import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal, refusals } from '@candor/protocol/refusals.ts'
import fastify, { type FastifyInstance } from 'fastify'
import { demoHandles } from './demo-tenants.ts'
import { homeRoutes } from './home-routes.ts'
import type { FeedLine } from './tour-feed.ts'
import { tourRoutes, type TourAccess } from './tour-routes.ts'

const publicUrl = 'http://127.0.0.1:7780'
const line: FeedLine = {
  n: 1,
  at: '2026-04-14T00:00:00.000Z',
  tenant: 'Aurora Air',
  conversation: 'c',
  kind: 'visitor',
  title: 'The visitor wrote.',
  detail: 'Sealed and stored as event 2.',
}

async function openTour(
  feed: Parameters<typeof tourRoutes>[0]['feed'] = { recent: () => [], listen: () => () => {} },
  access: TourAccess | null = null,
) {
  const signedIn: { handle: string; cookie: string | undefined }[] = []
  const app: FastifyInstance = fastify({
    forceCloseConnections: true,
    // As the edge sets it: what a schema does not name is refused, not dropped.
    ajv: { customOptions: { removeAdditional: false } },
  })
  app.setErrorHandler((error, _, reply) => {
    const status = error instanceof Refusal ? refusals[error.code].status : 400
    return reply.code(status).send({ code: error instanceof Refusal ? error.code : 'invalid_field' })
  })
  await app.register(
    tourRoutes({
      publicUrl: () => publicUrl,
      sitesUrl: () => 'http://127.0.0.1:7781',
      people: demoHandles,
      feed,
      access,
      tampering: { now: () => null, set: () => Promise.resolve() },
      tenants: () => ['t1', 't2'],
      async signInAs(handle, { cookie }) {
        signedIn.push({ handle, cookie })
        return ['candor_session=s; Path=/; HttpOnly']
      },
    }),
  )
  return { app, signedIn }
}

test('the tour frames the demo sites and itself, and nothing else', async () => {
  const { app } = await openTour()
  const { headers, body } = await app.inject('/')
  assert.match(String(headers['content-security-policy']), /frame-src 'self' http:\/\/127\.0\.0\.1:7781;/)
  assert.match(String(headers['content-security-policy']), /frame-ancestors 'none'/)
  assert.match(body, /<iframe\s+src="http:\/\/127\.0\.0\.1:7781\/aurora-air\/checkout"/)
  assert.doesNotMatch(body, /\{\{|style="| on[a-z]+="/)
  await app.close()
})

test('the tour offers a button for everybody of the demo, each once', async () => {
  const { app } = await openTour()
  const { body } = await app.inject('/')
  const offered = [...body.matchAll(/data-as="([a-z]+)"/g)].map(([, handle]) => handle)
  assert.deepEqual(offered, demoHandles)
  await app.close()
})

test('one click signs in, from our own page', async () => {
  const { app, signedIn } = await openTour()
  const answer = await app.inject({
    method: 'POST',
    url: '/tour/sign-in',
    headers: { origin: publicUrl, cookie: 'a=b' },
    payload: { as: 'ada' },
  })
  assert.equal(answer.statusCode, 204)
  assert.deepEqual(answer.headers['set-cookie'], ['candor_session=s; Path=/; HttpOnly'])
  assert.deepEqual(signedIn, [{ handle: 'ada', cookie: 'a=b' }])
  await app.close()
})

test('another site, the demo sites too, signs nobody in', async () => {
  const { app, signedIn } = await openTour()
  for (const headers of [{ origin: 'http://127.0.0.1:7781' }, { origin: 'https://evil.example' }, {}]) {
    const answer = await app.inject({
      method: 'POST',
      url: '/tour/sign-in',
      headers: { host: '127.0.0.1:7780', ...headers },
      payload: { as: 'ada' },
    })
    assert.equal(answer.statusCode, 403)
    assert.equal(answer.headers['set-cookie'], undefined)
  }
  assert.deepEqual(signedIn, [])
  await app.close()
})

test('nobody signs in as somebody who is not of the demo', async () => {
  const { app, signedIn } = await openTour()
  for (const payload of [{ as: 'root' }, { as: '' }, {}, { as: 'ada', tenant: 'x' }]) {
    const answer = await app.inject({
      method: 'POST',
      url: '/tour/sign-in',
      headers: { origin: publicUrl },
      payload,
    })
    assert.notEqual(answer.statusCode, 204)
  }
  assert.deepEqual(signedIn, [])
  await app.close()
})

test('the feed sends what was, then what comes, and lets go of who left', async () => {
  let tell: (line: FeedLine) => void = () => {}
  const stopped = Promise.withResolvers<void>()
  const { app } = await openTour({
    recent: () => [line],
    listen(listener) {
      tell = listener
      return () => stopped.resolve()
    },
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  const leave = new AbortController()
  const answer = await fetch(`${url}/tour/events`, { signal: leave.signal })
  assert.equal(answer.headers.get('content-type'), 'text/event-stream; charset=utf-8')
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
  assert.match((await reader.read()).value!, /^retry: 2000\nevent: recent\ndata: \[\{"n":1,/)
  tell({ ...line, n: 2 })
  assert.match((await reader.read()).value!, /^data: \{"n":2,.*\n\n$/)
  leave.abort()
  await stopped.promise
  await app.close()
})

test('a feed with too many listeners says so', async () => {
  const { app } = await openTour({ recent: () => [], listen: () => null })
  assert.equal((await app.inject('/tour/events')).statusCode, 503)
  await app.close()
})

test('who read a conversation is told of the demo’s own companies, with its proofs', async () => {
  const conversation = '018f0000-0000-7000-8000-000000000001'
  const asked: string[] = []
  const { app } = await openTour(undefined, {
    entries(tenant, filter, { limit }) {
      asked.push(`${tenant} ${filter.conversation} ${limit}`)
      return Promise.resolve({ items: tenant === 't2' ? [{ index: 7 } as never] : [] })
    },
    bundle: (tenant, filter) => Promise.resolve(`bundle of ${tenant} ${filter.conversation}`),
  })
  const answer = await app.inject(`/tour/access?conversation=${conversation}`)
  assert.deepEqual(answer.json(), { entries: [{ index: 7 }], bundle: `bundle of t2 ${conversation}` })
  assert.equal(answer.headers['cache-control'], 'no-store')
  assert.deepEqual(asked, [`t1 ${conversation} 100`, `t2 ${conversation} 100`])
  assert.equal((await app.inject('/tour/access?conversation=x')).statusCode, 422)
  assert.equal((await app.inject('/tour/access')).statusCode, 422)
  await app.close()
  const without = await openTour()
  const none = await without.app.inject(`/tour/access?conversation=${conversation}`)
  assert.equal(none.statusCode, 404)
  await without.app.close()
})

test('without the demo the front page leads to the desk', async () => {
  const app = fastify()
  await app.register(homeRoutes(() => publicUrl))
  const page = await app.inject('/')
  assert.match(page.body, /href="\/desk\/"/)
  assert.match(String(page.headers['content-security-policy']), /frame-src 'none'/)
  const again = await app.inject({ url: '/', headers: { 'if-none-match': String(page.headers['etag']) } })
  assert.equal(again.statusCode, 304)
  assert.equal((await app.inject('/home.css')).headers['content-type'], 'text/css; charset=utf-8')
  await app.close()
})

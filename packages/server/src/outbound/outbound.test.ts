import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { createServer as createTcpServer, type AddressInfo } from 'node:net'
import { test, type TestContext } from 'node:test'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { openOutbound, type OutboundRequest, type Resolve } from './outbound.ts'

const plan = {
  method: 'GET',
  timeoutMs: 3_000,
  bodyBytesMax: 10_000,
} as const satisfies Partial<OutboundRequest>

/** A server on this machine, as `http://site.example:port`, which the resolver leads to it. */
async function site(t: TestContext, answer: RequestListener) {
  const seen: IncomingMessage[] = []
  const server = createServer((request, response) => {
    seen.push(request)
    answer(request, response)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const origin = `http://site.example:${port}`
  const resolve: Resolve = async () => [{ address: '127.0.0.1', family: 4 }]
  return { origin, port, seen, resolve, outbound: openOutbound({ allowPrivate: [origin], resolve }) }
}

test('an origin that the operator named is called with method, headers and JSON', async (t) => {
  let body = ''
  const { outbound, origin, seen } = await site(t, (request, response) => {
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () => response.writeHead(201, { 'x-kind': 'made' }).end('{"id":7}'))
  })
  const outcome = await outbound.call({
    ...plan,
    url: `${origin}/orders?x=1#part`,
    method: 'POST',
    headers: { authorization: 'Bearer abc' },
    json: { order: 'ä' },
  })
  assert.equal(outcome.kind, 'answered')
  assert.ok(outcome.kind === 'answered')
  assert.deepEqual(
    [outcome.status, outcome.headers['x-kind'], outcome.body.toString()],
    [201, 'made', '{"id":7}'],
  )
  const [request] = seen
  assert.deepEqual(
    [request!.method, request!.url, request!.headers.host, request!.headers.authorization, request!.headers['content-type'], body],
    ['POST', '/orders?x=1', origin.slice(7), 'Bearer abc', 'application/json', '{"order":"ä"}'],
  ) // prettier-ignore
})

test('a name that leads into a private network is not called, whatever else it leads to', async (t) => {
  const { seen, port } = await site(t, (_, response) => response.end('secret'))
  for (const addresses of [['127.0.0.1'], ['8.8.8.8', '127.0.0.1'], ['10.1.2.3'], ['::1'], ['169.254.169.254'], ['::ffff:127.0.0.1']]) {
    const resolve: Resolve = async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    const outcome = await openOutbound({ allowPrivate: [], resolve }).call({ ...plan, url: `https://site.example:${port}/` })
    assert.ok(outcome.kind === 'refused' && outcome.reason === 'private_address', addresses.join())
  } // prettier-ignore
  assert.equal(seen.length, 0)
})

test('a private address is refused in every spelling that a URL has for it', async () => {
  const outbound = openOutbound({ allowPrivate: [] })
  for (const host of ['127.0.0.1', '127.1', '2130706433', '0x7f000001', '0177.0.0.1', '[::1]', '[::ffff:7f00:1]', '[::ffff:127.0.0.1]', '0.0.0.0', '[::]', '169.254.169.254', '１２７.0.0.1', 'localhost']) {
    const outcome = await outbound.call({ ...plan, url: `https://${host}:9/` })
    assert.ok(outcome.kind === 'refused' && outcome.reason === 'private_address', `${host}: ${JSON.stringify(outcome)}`)
  } // prettier-ignore
})

test('link-local addresses are for nobody, also not for an origin that the operator named', async () => {
  const resolve: Resolve = async () => [{ address: '169.254.169.254', family: 4 }]
  const outbound = openOutbound({ allowPrivate: ['https://crm.internal'], resolve })
  const outcome = await outbound.call({ ...plan, url: 'https://crm.internal/latest/meta-data' })
  assert.ok(outcome.kind === 'refused' && outcome.reason === 'private_address')
})

test('a name that resolves to something else a moment later is still called where it was judged', async (t) => {
  const { seen, port, origin } = await site(t, (_, response) => response.end('ok'))
  let asked = 0
  const resolve: Resolve = async () => [{ address: asked++ === 0 ? '127.0.0.1' : '10.0.0.1', family: 4 }]
  const outcome = await openOutbound({ allowPrivate: [origin], resolve }).call({ ...plan, url: origin })
  assert.equal(outcome.kind, 'answered')
  assert.deepEqual([asked, seen.length], [1, 1])
  // The other way round: public when judged. A second question would find this machine; none is asked.
  asked = 0
  const rebinding: Resolve = async () => [{ address: asked++ === 0 ? '192.0.2.9' : '127.0.0.1', family: 4 }]
  const refused = await openOutbound({ allowPrivate: [], resolve: rebinding }).call({ ...plan, url: `https://site.example:${port}/` })
  assert.equal(refused.kind, 'refused')
  assert.deepEqual([asked, seen.length], [1, 1])
}) // prettier-ignore

test('http and other schemes are refused unless the operator named the very origin', async (t) => {
  const { outbound, seen, port } = await site(t, (_, response) => response.end())
  for (const url of [`http://site.example:${port + 1}/`, `http://other.example:${port}/`, 'ftp://site.example/', 'file:///etc/passwd', 'data:text/plain,x']) {
    const outcome = await outbound.call({ ...plan, url })
    assert.ok(outcome.kind === 'refused' && outcome.reason === 'not_https', url)
  } // prettier-ignore
  for (const url of ['', 'site.example', 'https://user:pass@site.example/']) {
    const outcome = await outbound.call({ ...plan, url })
    assert.ok(outcome.kind === 'refused' && outcome.reason === 'address_malformed', url)
  }
  assert.equal(seen.length, 0)
})

test('headers that would change the connection or smuggle another request are refused', async (t) => {
  const { outbound, origin, seen } = await site(t, (_, response) => response.end())
  for (const headers of [{ host: 'other' }, { 'Transfer-Encoding': 'chunked' }, { 'content-length': '0' }, { 'x-a': 'b\r\nx-c: d' }, { 'x a': 'b' }]) {
    const outcome = await outbound.call({ ...plan, url: origin, headers })
    assert.ok(outcome.kind === 'refused' && outcome.reason === 'header', JSON.stringify(headers))
  } // prettier-ignore
  assert.equal(seen.length, 0)
})

test('a redirect is an answer like any other and is not followed', async (t) => {
  const { outbound, origin, seen } = await site(t, (_, response) =>
    response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
  )
  const outcome = await outbound.call({ ...plan, url: origin })
  assert.ok(outcome.kind === 'answered' && outcome.status === 302)
  assert.equal(seen.length, 1)
})

test('an answer that is too large is given up while it comes, also when it was compressed', async (t) => {
  const { outbound, origin } = await site(t, (request, response) => {
    if (request.url === '/gzip')
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('a'.repeat(10_000_000)))
    else if (request.url === '/br')
      response.writeHead(200, { 'content-encoding': 'br' }).end(brotliCompressSync('a'.repeat(10_000_000)))
    else {
      // Never ends by itself.
      const write = (): boolean => response.destroyed || response.write('a'.repeat(60_000), write)
      write()
    }
  })
  for (const path of ['/endless', '/gzip', '/br']) {
    const outcome = await outbound.call({ ...plan, url: origin + path })
    assert.ok(outcome.kind === 'failed' && outcome.reason === 'too_large', path)
  }
})

test('a compressed answer is read, one that only says so is malformed', async (t) => {
  const { outbound, origin } = await site(t, (request, response) =>
    response
      .writeHead(200, { 'content-encoding': 'gzip' })
      .end(request.url === '/good' ? gzipSync('hello') : 'hello'),
  )
  const good = await outbound.call({ ...plan, url: `${origin}/good` })
  assert.ok(good.kind === 'answered' && good.body.toString() === 'hello')
  const bad = await outbound.call({ ...plan, url: `${origin}/bad` })
  assert.ok(bad.kind === 'failed' && bad.reason === 'answer_malformed')
})

test('who does not answer in time is given up: while the name is resolved, before and within the answer', async (t) => {
  const { outbound, origin } = await site(t, (request, response) => {
    if (request.url === '/within') response.write('a')
  })
  for (const path of ['/before', '/within']) {
    const outcome = await outbound.call({ ...plan, url: origin + path, timeoutMs: 200 })
    assert.ok(outcome.kind === 'failed' && outcome.reason === 'timeout', path)
  }
  const resolve: Resolve = () => new Promise(() => {})
  const outcome = await openOutbound({ allowPrivate: [], resolve }).call({ ...plan, url: 'https://a.example', timeoutMs: 200 })
  assert.ok(outcome.kind === 'failed' && outcome.reason === 'timeout')
}) // prettier-ignore

test('a call can be given up by who asked for it', async (t) => {
  const { outbound, origin } = await site(t, () => {})
  const control = new AbortController()
  const call = outbound.call({ ...plan, url: origin, signal: control.signal })
  setTimeout(() => control.abort(), 50)
  const outcome = await call
  assert.ok(outcome.kind === 'failed' && outcome.reason === 'aborted')
  const late = await outbound.call({ ...plan, url: origin, signal: control.signal })
  assert.ok(late.kind === 'failed' && late.reason === 'aborted')
})

test('what is not HTTP, nobody there, an unknown name and plain text where TLS should be are failures, not faults', async (t) => {
  const server = createTcpServer((socket) => socket.end('220 mail.example ESMTP\r\n'))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  const resolve: Resolve = async (host) => {
    if (host === 'unknown.example') throw Object.assign(new Error('not found'), { code: 'ENOTFOUND' })
    return [{ address: '127.0.0.1', family: 4 }]
  }
  const allowPrivate = [`http://a.example:${port}`, `https://a.example:${port}`, 'http://a.example:1']
  const outbound = openOutbound({ allowPrivate, resolve })
  const reasons = await Promise.all(
    [...allowPrivate, 'https://unknown.example'].map(async (url) => {
      const outcome = await outbound.call({ ...plan, url })
      return outcome.kind === 'failed' ? outcome.reason : outcome.kind
    }),
  )
  assert.deepEqual(reasons, ['answer_malformed', 'unreachable', 'unreachable', 'unknown_host'])
})

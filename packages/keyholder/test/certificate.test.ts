import assert from 'node:assert/strict'
import { createPrivateKey, randomUUID, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { createServer as createHttpsServer, request } from 'node:https'
import * as net from 'node:net'
import { after, before, test } from 'node:test'
import * as tls from 'node:tls'
import { makeCertificate, makeLoopbackCertificate } from '../src/certificate.ts'
import { KeyholderAway, openKeyholderClient, type KeyholderAddress } from '../src/client.ts'
import { listen, type Listener } from '../src/listener.ts'
import { showsCertificate } from '../src/pinned-certificate.ts'
import { openTestKeyholder, type KeyholderUnderTest } from './keyholder-under-test.ts'

const keyholderSide = makeCertificate('keyholder', Date.now())
const serverSide = makeCertificate('server', Date.now())
const foreign = makeCertificate('server', Date.now())
const foreignKeyholder = makeCertificate('keyholder', Date.now())

let t: KeyholderUnderTest
let listener: Listener
const told: Record<string, unknown>[] = []
before(async () => {
  t = await openTestKeyholder()
  listener = await listen(
    {
      ...{ kind: 'tls', host: '127.0.0.1', port: 0 },
      ...{ cert: Buffer.from(keyholderSide.cert), key: Buffer.from(keyholderSide.key) },
      peer: Buffer.from(serverSide.cert),
    },
    t.keyholder,
    {
      log: (event) => void told.push(event),
      fatal: (fault) => {
        throw fault
      },
    },
  )
})
after(async () => {
  await listener.close()
  await t.close()
})

function address(own: { cert: string; key: string }, peer: string, port = listener.port): KeyholderAddress {
  return {
    ...{ kind: 'tls', host: '127.0.0.1', port },
    ...{ cert: Buffer.from(own.cert), key: Buffer.from(own.key), peer: Buffer.from(peer) },
  }
}

test('a certificate says what it is for, is nobody’s authority, and is valid for ten years', () => {
  const now = Date.UTC(2026, 10, 25)
  const { cert, key } = makeCertificate('keyholder', now)
  const read = new X509Certificate(cert)
  assert.equal(read.subject, 'CN=candor keyholder')
  assert.equal(read.ca, false)
  assert.deepEqual(read.keyUsage, ['1.3.6.1.5.5.7.3.1'])
  assert.equal(read.validToDate.toISOString(), '2036-11-25T00:00:00.000Z')
  assert.equal(read.checkPrivateKey(createPrivateKey(key)), true)
  assert.equal(read.verify(read.publicKey), true)
  const later = new X509Certificate(makeCertificate('server', Date.UTC(2045, 0, 31)).cert)
  assert.equal(later.validToDate.toISOString(), '2055-01-31T00:00:00.000Z')
  assert.deepEqual(later.keyUsage, ['1.3.6.1.5.5.7.3.2'])
})

test('with the right certificates a key comes back, and nothing of it crosses in the clear', async () => {
  const bytes: Buffer[] = []
  const wire = net.createServer((near) => {
    const far = net.connect(listener.port, '127.0.0.1')
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (chunk) => bytes.push(chunk))
      from.pipe(to)
      from.on('error', () => to.destroy())
    }
  })
  await new Promise<void>((resolve) => wire.listen(0, '127.0.0.1', resolve))
  const { port } = wire.address() as net.AddressInfo
  const client = openKeyholderClient(address(serverSide, keyholderSide.cert, port), () => undefined)
  try {
    const conversation = randomUUID()
    const { key, wrapped } = await t.sealFor(conversation)
    const answer = await client.ask('open', t.opening({ conversation, keys: [wrapped] }))
    assert.equal(answer.keys[0], key.export().toString('base64'))
    const crossed = Buffer.concat(bytes)
    assert.ok(crossed.length > 1_000)
    for (const clear of [
      key.export().toString('base64'),
      key.export(),
      wrapped.wrapped,
      conversation,
      '"op"',
    ])
      assert.equal(crossed.includes(clear), false)
  } finally {
    client.close()
    wire.close()
  }
})

test('a server without certificate, with a foreign one, or with the keyholder’s own, is refused', async () => {
  const { entries } = await t.keyholder.handle('status', {})
  for (const own of [foreign, foreignKeyholder]) {
    const client = openKeyholderClient(address(own, keyholderSide.cert), () => undefined)
    await assert.rejects(client.ask('epoch-key', { tenant: randomUUID() }), KeyholderAway)
    client.close()
  }
  const outcome = await new Promise<string>((resolve) => {
    const bare = tls.connect({ host: '127.0.0.1', port: listener.port, ca: keyholderSide.cert })
    // In TLS 1.3 the refusal comes after the client's side of the handshake.
    bare.once('error', (fault) => resolve(`refused: ${'code' in fault ? String(fault.code) : fault.message}`))
    bare.once('data', () => resolve('answered'))
    bare.write('anything')
  })
  assert.match(outcome, /^refused: /)
  assert.equal((await t.keyholder.handle('status', {})).entries, entries)
  assert.ok(told.some(({ event }) => event === 'a peer was refused'))
})

test('a keyholder with a foreign certificate is refused by the server before anything is asked', async () => {
  const heard: string[] = []
  const client = openKeyholderClient(address(serverSide, foreignKeyholder.cert), ({ reason }) =>
    heard.push(String(reason)),
  )
  await assert.rejects(client.ask('epoch-key', { tenant: randomUUID() }), KeyholderAway)
  client.close()
  assert.match(heard[0]!, /self-signed|unable to verify/)
})

test('only exactly the expected certificate passes, whoever vouches for another', async () => {
  const impostor = tls.createServer(
    { cert: foreignKeyholder.cert, key: foreignKeyholder.key, minVersion: 'TLSv1.3' },
    (socket) => socket.destroy(),
  )
  await new Promise<void>((resolve) => impostor.listen(0, '127.0.0.1', resolve))
  const { port } = impostor.address() as net.AddressInfo
  try {
    const socket = tls.connect({
      ...{ host: '127.0.0.1', port, ca: foreignKeyholder.cert },
      checkServerIdentity: () => undefined,
    })
    await new Promise<void>((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject))
    assert.equal(showsCertificate(socket, Buffer.from(foreignKeyholder.cert)), true)
    assert.equal(showsCertificate(socket, Buffer.from(keyholderSide.cert)), false)
    socket.destroy()
  } finally {
    impostor.close()
  }
})

test('a web server on this machine is spoken to under its certificate, by name and by address', async () => {
  const { cert, key } = makeLoopbackCertificate(Date.now())
  const server = createHttpsServer({ cert, key }, (_, response) => response.end('here')).listen(
    0,
    '127.0.0.1',
  )
  await once(server, 'listening')
  try {
    const { port } = server.address() as net.AddressInfo
    for (const host of ['localhost', '127.0.0.1']) {
      const [response] = (await once(
        request({ host: '127.0.0.1', port, servername: host === 'localhost' ? host : '', ca: cert }).end(),
        'response',
      )) as [IncomingMessage]
      assert.equal(response.statusCode, 200)
      response.resume()
    }
    const read = new X509Certificate(cert)
    assert.equal(read.checkHost('localhost'), 'localhost')
    assert.equal(read.checkHost('candor.example'), undefined)
    assert.ok(read.verify(read.publicKey))
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { openGuardedProxy, type GuardedProxy } from './guarded-proxy.ts'

const inside = createServer((_, response) => response.end('inside'))
let origin: string
let allowed: string[] = []
let asked: string[] = []
let proxy: GuardedProxy
before(async () => {
  inside.listen(0, '127.0.0.1')
  await once(inside, 'listening')
  origin = `http://127.0.0.1:${(inside.address() as AddressInfo).port}`
  proxy = await openGuardedProxy({
    allowPrivate: () => allowed,
    resolve: (host) => {
      asked.push(host)
      const answers: Record<string, string[]> = {
        'rebound.example': ['93.184.216.34', '127.0.0.1'],
        'inside.example': ['10.0.0.5'],
        'metadata.example': ['169.254.169.254'],
      }
      const addresses = answers[host]
      return addresses === undefined
        ? Promise.reject(Object.assign(new Error('no such host'), { code: 'ENOTFOUND' }))
        : Promise.resolve(addresses.map((address) => ({ address, family: 4 })))
    },
  })
})
after(async () => {
  await proxy.close()
  inside.closeAllConnections()
  await new Promise((resolve) => inside.close(resolve))
})

function get(url: string): Promise<{ status: number; body: string }> {
  const [host, port] = proxy.address.split(':')
  return new Promise((resolve, reject) => {
    request({ host, port, path: url, headers: { host: 'x' } }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => (body += text))
      response.on('end', () => resolve({ status: response.statusCode!, body }))
    })
      .on('error', reject)
      .end()
  })
}

async function tunnel(target: string): Promise<string> {
  const [host, port] = proxy.address.split(':')
  const socket = connect(Number(port), host)
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`)
  const [answer] = (await once(socket, 'data')) as [Buffer]
  socket.destroy()
  return answer.toString('latin1').split('\r\n')[0]!
}

test('the watcher’s browser does not reach the operator’s network', async () => {
  allowed = []
  for (const url of [
    `${origin}/`,
    'http://inside.example/',
    'http://metadata.example/',
    'http://169.254.169.254/',
  ])
    assert.equal((await get(url)).status, 403, url)
  for (const target of ['127.0.0.1:5432', '[::1]:443', 'inside.example:443', 'metadata.example:443'])
    assert.match(await tunnel(target), /403/, target)
  assert.ok(proxy.refused().includes('inside.example:80'))
})

test('a name of which one address is private is not called at all', async () => {
  allowed = []
  assert.match(await tunnel('rebound.example:443'), /403/)
})

test('what the operator named is reached, on its own port alone', async () => {
  allowed = [origin]
  assert.deepEqual(await get(`${origin}/page`), { status: 200, body: 'inside' })
  assert.match(await tunnel(new URL(origin).host), /200/)
  assert.match(await tunnel('127.0.0.1:1'), /403/)
  allowed = ['http://metadata.example']
  assert.equal((await get('http://metadata.example/')).status, 403, 'link-local is for nobody')
})

test('a name is resolved once, by the proxy, for each connection', async () => {
  asked = []
  assert.match(await tunnel('nowhere.example:443'), /403/)
  assert.deepEqual(asked, ['nowhere.example'])
})

test('what is no request of a proxy is refused', async () => {
  assert.equal((await get('/etc/passwd')).status, 400)
  assert.match(await tunnel('nonsense'), /400/)
})

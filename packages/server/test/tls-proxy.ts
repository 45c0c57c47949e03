import { createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import * as http from 'node:http'
import * as https from 'node:https'
import type { AddressInfo } from 'node:net'

/** https in front of a plain server on this machine, as an operator's proxy is, with a certificate that nobody trusts. */
export interface TlsProxy {
  url: string
  /** Where requests go from now on. */
  to(url: string): void
  close(): void
}

export async function openTlsProxy(): Promise<TlsProxy> {
  let target = ''
  const server = https.createServer(selfSigned(), (request, response) => {
    const passed = http.request(
      target + request.url,
      { method: request.method, headers: { ...request.headers, 'x-forwarded-for': '203.0.113.9' } },
      (answer) => {
        response.writeHead(answer.statusCode!, answer.headers)
        answer.pipe(response)
      },
    )
    passed.on('error', () => response.writeHead(502).end())
    request.pipe(passed)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    to(url) {
      target = url
    },
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** P-256: Chromium takes no Ed25519 certificate. X.509 v3 (RFC 5280), ECDSA with SHA-256 (RFC 5758). */
function selfSigned(): { cert: string; key: string } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const der = (tag: number, ...parts: Buffer[]): Buffer => {
    const body = Buffer.concat(parts)
    const { length } = body
    const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
    return Buffer.concat([Buffer.from([tag, ...size]), body])
  }
  const algorithm = der(0x30, Buffer.from('06082a8648ce3d040302', 'hex'))
  const commonName = der(0x30, Buffer.from('0603550403', 'hex'), der(0x0c, Buffer.from('localhost')))
  const name = der(0x30, der(0x31, commonName))
  const time = (ms: number): Buffer =>
    der(0x17, Buffer.from(`${new Date(ms).toISOString().slice(2, 19).replaceAll(/[-:T]/g, '')}Z`))
  const dayMs = 86_400_000
  const alternative = der(0x30, der(0x82, Buffer.from('localhost')))
  const extensions = der(0x30, der(0x30, Buffer.from('0603551d11', 'hex'), der(0x04, alternative)))
  const contents = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1]), randomBytes(8)),
    algorithm,
    name,
    der(0x30, time(Date.now() - dayMs), time(Date.now() + 30 * dayMs)),
    name,
    createPublicKey(privateKey).export({ format: 'der', type: 'spki' }),
    der(0xa3, extensions),
  )
  const signature = der(0x03, Buffer.from([0]), sign('sha256', contents, privateKey))
  const body = der(0x30, contents, algorithm, signature).toString('base64').replaceAll(/.{64}/g, '$&\n')
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  }
}

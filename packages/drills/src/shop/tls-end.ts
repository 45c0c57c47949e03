import { createServer, type Server } from 'node:https'
import { request, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { makeLoopbackCertificate } from '@candor/keyholder/certificate.ts'

/**
 * What stands between a server and the world: it ends TLS and passes everything on. Candor's is its CDN, and the thing that
 * somebody breaks into: the attacker of a drill has all of it, and nothing behind it.
 */
export interface TlsEnd {
  /** `https://localhost:…`: the public address of the Candor behind it. */
  url: string
  /** From now on answers pass through these hands; null: untouched. */
  alter(attack: Attack | null): void
  /** Where Candor listens, once it does. */
  inFrontOf(url: string): void
  close(): Promise<void>
}

export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Buffer
}

/** @returns the answer to give instead, or null to pass the real one on. MUST not change `answer`. */
export type Attack = (
  asked: { path: string; headers: IncomingMessage['headers'] },
  answer: Answer,
) => Answer | null

export async function openTlsEnd(): Promise<TlsEnd> {
  let behind: URL | null = null
  let attack: Attack | null = null
  let visitors = 0
  const addresses = new Map<string, string>()
  let newestAddress = addressOf(0)
  const server: Server = createServer(makeLoopbackCertificate(Date.now()), (asked, response) => {
    void (async () => {
      const body = Buffer.concat(await asked.toArray())
      noteVisit(asked.url!, body)
      pass(asked, body, response)
    })().catch(() => response.destroy())
  })
  server.on('upgrade', (asked: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (behind === null) return socket.destroy()
    const onward = connect(Number(behind.port), behind.hostname, () => {
      const lines = [`GET ${asked.url} HTTP/1.1`, ...pairs(asked.rawHeaders)]
      onward.write(`${lines.join('\r\n')}\r\n\r\n`)
      onward.write(head)
      onward.pipe(socket).pipe(onward)
    })
    for (const side of [onward, socket])
      side.on('error', () => [onward, socket].forEach((each) => each.destroy()))
    socket.on('close', () => onward.destroy())
  })

  /**
   * All visitors of a drill sit on this machine. Here each visit gets a network of its own, by the loader's report; what
   * a browser itself sends comes from where the newest visit did.
   */
  function noteVisit(path: string, body: Buffer): void {
    if (path !== '/v1/page-views') return
    const visit = /"v":"([0-9a-f-]{36})"/.exec(body.toString('utf8'))?.[1]
    if (visit === undefined) return
    if (!addresses.has(visit)) addresses.set(visit, addressOf(++visitors))
    newestAddress = addresses.get(visit)!
  }

  function pass(asked: IncomingMessage, body: Buffer, response: ServerResponse): void {
    if (behind === null) {
      response.writeHead(502).end()
      return
    }
    // What is altered has to be readable: no encoding is asked for.
    const headers = {
      ...asked.headers,
      'accept-encoding': 'identity',
      'x-forwarded-for': newestAddress,
      'content-length': String(body.length),
    }
    const onward = request(
      { host: behind.hostname, port: behind.port, method: asked.method, path: asked.url, headers },
      (answered) => {
        const streamed = /event-stream/.test(answered.headers['content-type'] ?? '')
        if (streamed || attack === null) {
          response.writeHead(answered.statusCode!, answered.headers)
          answered.pipe(response)
          return
        }
        const chunks: Buffer[] = []
        answered.on('data', (chunk: Buffer) => chunks.push(chunk))
        answered.on('end', () => {
          const real = {
            status: answered.statusCode!,
            headers: answered.headers,
            body: Buffer.concat(chunks),
          }
          const given = attack?.({ path: asked.url!, headers: asked.headers }, real) ?? real
          const { 'content-length': _, 'transfer-encoding': __, etag: ___, ...kept } = given.headers
          response.writeHead(given.status, { ...kept, 'content-length': given.body.length })
          response.end(given.body)
        })
      },
    )
    onward.on('error', () => response.destroy())
    response.on('close', () => onward.destroy())
    onward.end(body)
  }

  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    alter: (given) => void (attack = given),
    inFrontOf: (url) => void (behind = new URL(url)),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Of the networks that are kept for measuring (RFC 2544), as many as there are /24 in them. */
function addressOf(n: number): string {
  return `198.${18 + ((n >> 8) & 1)}.${n & 255}.7`
}

function pairs(raw: readonly string[]): string[] {
  return raw.flatMap((name, n) => (n % 2 === 0 ? [`${name}: ${raw[n + 1]}`] : []))
}

import { createServer, type Server } from 'node:https'
import { request, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { makeLoopbackCertificate } from '@candor/keyholder/certificate.ts'

/**
 * What stands between Candor and the world: it ends TLS, passes everything on, and is the thing that somebody breaks into.
 * The attacker of a drill has all of it, and nothing behind it.
 */
export interface Cdn {
  /** `https://localhost:…`: the public address of the Candor behind it. */
  url: string
  /** From now on answers pass through these hands; null: untouched. */
  alter(attack: Attack | null): void
  /** Requests that came, newest last. */
  seen: { method: string; path: string }[]
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

/** Requests remembered. */
const seenMax = 20_000

export async function openCdn(): Promise<Cdn> {
  let behind: URL | null = null
  let attack: Attack | null = null
  const seen: Cdn['seen'] = []
  const server: Server = createServer(makeLoopbackCertificate(Date.now()), (asked, response) => {
    seen.push({ method: asked.method!, path: asked.url! })
    if (seen.length > seenMax) seen.shift()
    pass(asked, response)
  })
  server.on('upgrade', (asked: IncomingMessage, socket: Duplex, head: Buffer) => {
    seen.push({ method: 'UPGRADE', path: asked.url! })
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

  function pass(asked: IncomingMessage, response: ServerResponse): void {
    if (behind === null) {
      response.writeHead(502).end()
      return
    }
    // What is altered has to be readable: no encoding is asked for.
    const headers = { ...asked.headers, 'accept-encoding': 'identity' }
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
    asked.pipe(onward)
  }

  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    alter: (given) => void (attack = given),
    seen,
    inFrontOf: (url) => void (behind = new URL(url)),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function pairs(raw: readonly string[]): string[] {
  return raw.flatMap((name, n) => (n % 2 === 0 ? [`${name}: ${raw[n + 1]}`] : []))
}

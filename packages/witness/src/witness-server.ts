import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { decodeNote } from '@candor/ledger/signed-note.ts'
import { addCheckpointBytesMax } from '@candor/ledger/tlog-witness.ts'
import type { Witness } from './witness.ts'

/** A log asks every 2 s under load; ten at once may catch up. */
const requestsASecond = 10
const burstMax = 60
/** Addresses that are counted; beyond that the one longest unused is forgotten. */
const addressesMax = 4_096
const connectionsMax = 256

/** `POST /add-checkpoint` of c2sp.org/tlog-witness, and `GET /status`. */
export function witnessServer(
  witness: Witness,
  clock: { now(): number },
  onFault: (fault: unknown) => void,
): Server {
  const allow = rateLimit(clock)
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!allow(request.socket.remoteAddress ?? '')) {
      return reply(response, 429, 'text/plain', 'too many requests\n', { 'retry-after': '1' })
    }
    const { pathname } = new URL(request.url ?? '/', 'http://witness')
    if (pathname === '/status') {
      if (request.method !== 'GET') return reply(response, 405, 'text/plain', 'GET only\n', { allow: 'GET' })
      return reply(response, 200, 'application/json', `${JSON.stringify(witness.status(), null, 2)}\n`)
    }
    if (pathname !== '/add-checkpoint') return reply(response, 404, 'text/plain', 'not here\n')
    if (request.method !== 'POST') return reply(response, 405, 'text/plain', 'POST only\n', { allow: 'POST' })
    const body = await bodyOf(request)
    if (body === null) return reply(response, 413, 'text/plain', 'too long\n', { connection: 'close' })
    const text = decodeNote(body)
    const answered =
      text === null
        ? { status: 400, contentType: 'text/plain', body: 'not UTF-8\n' }
        : await witness.addCheckpoint(text)
    reply(response, answered.status, answered.contentType, answered.body)
  }
  const server = createServer(
    { requestTimeout: 10_000, headersTimeout: 5_000, keepAliveTimeout: 60_000, maxHeaderSize: 8_192 },
    (request, response) => {
      answer(request, response).catch((fault: unknown) => {
        onFault(fault)
        if (!response.headersSent) reply(response, 500, 'text/plain', 'not cosigned\n')
        else response.destroy()
      })
    },
  )
  server.maxConnections = connectionsMax
  return server
}

function reply(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, {
    'content-type': contentType,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  })
  response.end(body)
}

/** @returns null when it is longer than any request can be. */
async function bodyOf(request: IncomingMessage): Promise<Uint8Array | null> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length
    if (length > addCheckpointBytesMax) return null
    parts.push(part)
  }
  return Buffer.concat(parts)
}

/** A bucket of tokens for each address. */
function rateLimit(clock: { now(): number }): (address: string) => boolean {
  const buckets = new Map<string, { tokens: number; atMs: number }>()
  return (address) => {
    const now = clock.now()
    const bucket = buckets.get(address) ?? { tokens: burstMax, atMs: now }
    const earned = (Math.max(0, now - bucket.atMs) / 1_000) * requestsASecond
    const tokens = Math.min(burstMax, bucket.tokens + earned)
    // A map keeps the order of insertion, so its first entry is the one longest unused.
    buckets.delete(address)
    buckets.set(address, { tokens: Math.max(0, tokens - 1), atMs: now })
    if (buckets.size > addressesMax) buckets.delete(buckets.keys().next().value!)
    return tokens >= 1
  }
}

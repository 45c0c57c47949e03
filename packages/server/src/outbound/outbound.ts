import { lookup } from 'node:dns/promises'
import * as http from 'node:http'
import * as https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'
import { promisify } from 'node:util'
import { addressKind } from './address-kind.ts'

/**
 * The one door through which the server calls addresses that a tenant chose: pages to crawl, tools by HTTP.
 *
 * - https only, certificates checked; no redirect is followed, no proxy used, no connection kept.
 * - The name is resolved once, every address that it has is judged, and the connection is made to these addresses
 *   and no other: a name that resolves to something else a moment later (DNS rebinding) changes nothing.
 * - Private addresses, and http, are for origins that the operator named, never for what a tenant alone asks for.
 *   Link-local addresses, where clouds give out credentials, are for nobody.
 */
export interface Outbound {
  call(request: OutboundRequest): Promise<OutboundOutcome>
}

export interface OutboundRequest {
  url: string
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  headers?: Readonly<Record<string, string>>
  /** Sent as `application/json` unless a header says otherwise. */
  json?: unknown
  /** From the resolution of the name to the last byte of the answer. */
  timeoutMs: number
  /** Of the answer, as it is after decompression. */
  bodyBytesMax: number
  signal?: AbortSignal
}

export type OutboundOutcome =
  | { kind: 'answered'; status: number; headers: Readonly<Record<string, string>>; body: Buffer }
  /** Not allowed: nothing was sent. */
  | {
      kind: 'refused'
      reason: 'address_malformed' | 'not_https' | 'private_address' | 'header' | 'request_too_large'
      message: string
    }
  /** Tried; what was asked for may have happened all the same. */
  | {
      kind: 'failed'
      reason: 'unknown_host' | 'unreachable' | 'timeout' | 'aborted' | 'too_large' | 'answer_malformed'
      message: string
    }

export type Resolve = (host: string) => Promise<readonly { address: string; family: number }[]>

export interface OutboundOptions {
  /** Origins (`http://crm.internal:8080`) that may be plain http and stand in the operator's own network. */
  allowPrivate: readonly string[] | (() => readonly string[])
  /** For tests; else the system's resolver. */
  resolve?: Resolve
}

/** A tool's arguments, not a file. */
const requestBytesMax = 1_000_000
/** Fields of an answer that nobody asked for take memory too. */
const headerBytesMax = 16_384

export function openOutbound(options: OutboundOptions): Outbound {
  const { allowPrivate } = options
  const allowedNow = (): Set<string> =>
    new Set(
      (typeof allowPrivate === 'function' ? allowPrivate() : allowPrivate).map(
        (each) => new URL(each).origin,
      ),
    )
  const resolve: Resolve = options.resolve ?? ((host) => lookup(host, { all: true, order: 'verbatim' }))
  return {
    async call(request) {
      const allowed = allowedNow()
      const checked = check(request, allowed)
      if ('kind' in checked) return checked
      const timeout = AbortSignal.timeout(request.timeoutMs)
      const signal = AbortSignal.any([timeout, ...(request.signal ? [request.signal] : [])])
      const over = (): OutboundOutcome =>
        timeout.aborted
          ? failed('timeout', `No answer within ${request.timeoutMs} ms.`)
          : failed('aborted', 'Given up.')
      if (signal.aborted) return over()
      const pinned = await Promise.race([
        pin(checked, allowed, resolve),
        new Promise<OutboundOutcome>((done) =>
          signal.addEventListener('abort', () => done(over()), { once: true }),
        ),
      ])
      if ('kind' in pinned) return pinned
      const answer = await send(checked, pinned.addresses, request, signal)
      return answer ?? over()
    },
  }
}

interface Checked {
  url: URL
  headers: Record<string, string>
  body: Buffer | null
}

/** These are the connection's own; a request that set them could be read as two. */
const ownHeaders = new Set([
  'host', 'connection', 'keep-alive', 'proxy-connection', 'proxy-authorization', 'transfer-encoding', 'te', 'trailer',
  'upgrade', 'content-length', 'expect', 'accept-encoding',
]) // prettier-ignore

function check(request: OutboundRequest, allowed: ReadonlySet<string>): Checked | OutboundOutcome {
  if (!URL.canParse(request.url)) return refused('address_malformed', 'This is no address.')
  const url = new URL(request.url)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && allowed.has(url.origin)))
    return refused('not_https', 'Only https addresses are called.')
  if (url.username !== '' || url.password !== '')
    return refused('address_malformed', 'An address carries no name and password; a header may.')
  url.hash = ''
  const headers: Record<string, string> = { 'accept-encoding': 'identity' }
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    try {
      http.validateHeaderName(name)
      http.validateHeaderValue(name, value)
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      return refused('header', `The header ${JSON.stringify(name)} is malformed.`)
    }
    if (ownHeaders.has(name.toLowerCase()))
      return refused('header', `The header ${name} is set by the connection.`)
    headers[name.toLowerCase()] = value
  }
  if (request.json === undefined) return { url, headers, body: null }
  const body = Buffer.from(JSON.stringify(request.json))
  if (body.length > requestBytesMax)
    return refused('request_too_large', `At most ${requestBytesMax} bytes are sent.`)
  headers['content-type'] ??= 'application/json'
  return { url, headers, body }
}

interface Pinned {
  addresses: { address: string; family: number }[]
}

async function pin(
  { url }: Checked,
  allowed: ReadonlySet<string>,
  resolve: Resolve,
): Promise<Pinned | OutboundOutcome> {
  // An IPv6 address stands in brackets in a URL.
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const literal = isIP(host)
  let addresses: readonly { address: string; family: number }[]
  try {
    addresses = literal === 0 ? await resolve(host) : [{ address: host, family: literal }]
  } catch (error) {
    if (!isSystemError(error)) throw error
    return failed('unknown_host', `The name ${host} cannot be resolved (${error.code}).`)
  }
  if (addresses.length === 0) return failed('unknown_host', `The name ${host} has no address.`)
  // One address that is not allowed condemns the name: which of them is tried first is not ours to say.
  for (const { address } of addresses) {
    const kind = addressKind(address)
    if (kind === 'never' || (kind === 'private' && !allowed.has(url.origin)))
      return refused('private_address', `${host} is not a public address. The operator can allow its origin.`)
  }
  return { addresses: addresses.map(({ address, family }) => ({ address, family })) }
}

/** @returns null when `signal` ended it */
function send(
  { url, headers, body }: Checked,
  addresses: Pinned['addresses'],
  request: OutboundRequest,
  signal: AbortSignal,
): Promise<OutboundOutcome | null> {
  const pinnedLookup: LookupFunction = (_host, options, callback) => {
    if (options.all) callback(null, addresses)
    else callback(null, addresses[0]!.address, addresses[0]!.family)
  }
  // An agent of its own: no connection is shared between tenants, and the environment's proxies do not apply.
  const plain = url.protocol === 'http:'
  const agent = plain ? new http.Agent({ keepAlive: false }) : new https.Agent({ keepAlive: false })
  return new Promise((done) => {
    const settle = (outcome: OutboundOutcome | null): void => {
      done(outcome)
      call.destroy()
    }
    const call = (plain ? http : https).request(url, {
      method: request.method,
      headers: { ...headers, ...(body && { 'content-length': body.length }) },
      agent,
      lookup: pinnedLookup,
      maxHeaderSize: headerBytesMax,
      signal,
    })
    call.on('error', (error) => settle(signal.aborted ? null : failedBy(error)))
    call.on('response', (response) => {
      const chunks: Buffer[] = []
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > request.bodyBytesMax) settle(tooLarge(request))
        else chunks.push(chunk)
      })
      response.on('error', (error) => settle(signal.aborted ? null : failedBy(error)))
      response.on('end', () => {
        const fields = Object.fromEntries(
          Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
        )
        void decoded(Buffer.concat(chunks), fields['content-encoding'], request.bodyBytesMax).then(
          (outcome) => {
            if (Buffer.isBuffer(outcome))
              settle({ kind: 'answered', status: response.statusCode!, headers: fields, body: outcome })
            else
              settle(
                outcome === 'too_large'
                  ? tooLarge(request)
                  : failed('answer_malformed', 'The answer cannot be decompressed.'),
              )
          },
        )
      })
    })
    call.end(body ?? undefined)
  })
}

const decoders: Record<string, (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
}

/** We ask for plain bytes; some servers compress all the same. */
async function decoded(
  bytes: Buffer,
  encoding: string | undefined,
  bytesMax: number,
): Promise<Buffer | 'too_large' | 'malformed'> {
  if (encoding === undefined || encoding === 'identity' || bytes.length === 0) return bytes
  const decode = decoders[encoding.trim().toLowerCase()]
  if (decode === undefined) return 'malformed'
  try {
    return await decode(bytes, { maxOutputLength: bytesMax })
  } catch (error) {
    if (!isSystemError(error)) throw error
    return error.code === 'ERR_BUFFER_TOO_LARGE' ? 'too_large' : 'malformed'
  }
}

function tooLarge(request: OutboundRequest): OutboundOutcome {
  return failed('too_large', `The answer has more than ${request.bodyBytesMax} bytes.`)
}

/** Whatever ended a connection is the other side's or the network's: nothing here is a fault of ours. */
function failedBy(error: Error): OutboundOutcome {
  const code = isSystemError(error) ? error.code : error.name
  return code.startsWith('HPE_')
    ? failed('answer_malformed', `The answer is not HTTP (${code}).`)
    : failed('unreachable', `The connection failed (${code}).`)
}

type Refused = Extract<OutboundOutcome, { kind: 'refused' }>
type Failed = Extract<OutboundOutcome, { kind: 'failed' }>

const refused = (reason: Refused['reason'], message: string): Refused => ({
  kind: 'refused',
  reason,
  message,
})
const failed = (reason: Failed['reason'], message: string): Failed => ({ kind: 'failed', reason, message })

function isSystemError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
}

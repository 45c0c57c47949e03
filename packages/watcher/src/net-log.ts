import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Browser } from 'playwright-core'
import { isDriverFault } from './fill-form.ts'
import type { Sent } from './sent.ts'

/**
 * What Chromium's network service sent, by its own log (`--log-net-log`, capture mode Everything): below every page,
 * frame and worker, after the page is left too, and out of every page's sight. The bytes of a connection are those
 * before encryption (SSL_SOCKET_BYTES_SENT).
 * @param file up to where `flushNetLog` marked its end
 * @returns null where it does not begin as such a log: Chromium was still putting it together
 */
export async function readNetLog(file: string): Promise<Sent[] | null> {
  const sent: Sent[] = []
  /** By number of the source of events, for its later ones. */
  const requests = new Map<number, Sent>()
  const socketOfJob = new Map<number, number>()
  const requestOfSocket = new Map<number, Sent>()
  const encrypted = new Set<number>()
  const multiplexed = new Map<number, Http2Frames>()
  const peers = new Map<number, string>()
  let types: Map<number, string> | null = null
  const lines = createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity })
  for await (const line of lines) {
    if (types === null) {
      types = eventTypes(line)
      if (types === null) return null
      continue
    }
    const event = eventOf(line)
    if (event === null) continue
    const type = types.get(event.type) ?? ''
    const { params, source } = event
    switch (type) {
      case 'URL_REQUEST_START_JOB': {
        if (typeof params.url !== 'string' || !/^(https?|wss?):/.test(params.url)) break
        if (params.url.startsWith(flushMark)) return sent
        const request: Sent = {
          kind: 'request',
          url: params.url,
          method: String(params.method ?? 'GET'),
          headers: [],
          body: nothing,
        }
        requests.set(source, request)
        sent.push(request)
        break
      }
      case 'HTTP_TRANSACTION_SEND_REQUEST_HEADERS':
      case 'HTTP_TRANSACTION_HTTP2_SEND_REQUEST_HEADERS': {
        const request = requests.get(source)
        if (request !== undefined) request.headers = headersOf(params.headers)
        break
      }
      case 'HTTP_STREAM_JOB_CONTROLLER': {
        const { url } = params
        if (params.is_preconnect === true && typeof url === 'string' && URL.canParse(url))
          sent.push(nameOf(new URL(url).hostname))
        break
      }
      case 'SOCKET_POOL_BOUND_TO_SOCKET':
        socketOfJob.set(source, dependencyOf(params))
        break
      case 'HTTP_STREAM_JOB_BOUND_TO_REQUEST': {
        const socket = socketOfJob.get(source)
        const request = requests.get(dependencyOf(params))
        if (socket !== undefined && request !== undefined) requestOfSocket.set(socket, request)
        break
      }
      case 'SSL_CONNECT':
        encrypted.add(source)
        break
      case 'SOCKET_BYTES_SENT':
      case 'SSL_SOCKET_BYTES_SENT': {
        if (typeof params.bytes !== 'string' || (type === 'SOCKET_BYTES_SENT' && encrypted.has(source))) break
        const bytes = Buffer.from(params.bytes, 'base64')
        const request = requestOfSocket.get(source)
        if (bytes.toString('latin1', 0, http2Preface.length) === http2Preface)
          multiplexed.set(source, new Http2Frames(bytes.subarray(http2Preface.length)))
        else if (multiplexed.has(source)) multiplexed.get(source)!.add(bytes)
        else {
          const body = withoutHead(bytes)
          if (request !== undefined) request.body = Buffer.concat([request.body, body])
          else if (body.length > 0) sent.push(bytesTo('', body))
          break
        }
        for (const data of multiplexed.get(source)!.data())
          sent.push(bytesTo(request === undefined ? '' : `${new URL(request.url).origin}/`, data))
        break
      }
      case 'UDP_CONNECT':
        if (typeof params.address === 'string') peers.set(source, params.address)
        break
      case 'UDP_BYTES_SENT': {
        const address = typeof params.address === 'string' ? params.address : peers.get(source)
        const body = typeof params.bytes === 'string' ? Buffer.from(params.bytes, 'base64') : nothing
        sent.push({ kind: 'packet', url: `udp://${address ?? 'unknown'}`, method: '', headers: [], body })
        break
      }
      case 'HOST_RESOLVER_MANAGER_REQUEST':
        if (typeof params.host === 'string') {
          const host = /^[a-z]+:\/\//.test(params.host)
            ? new URL(params.host).hostname
            : params.host.replace(/:\d+$/, '')
          sent.push(nameOf(host))
        }
    }
  }
  return sent
}

/**
 * Has everything that happened so far written to the log. Chromium writes events some at a time, and what it has not
 * written when it ends may be lost: so it is given more to log, until the first of that is in the file. It is asked
 * for addresses on a port that it refuses to call (a port of Fetch's list of bad ports), so nothing is sent.
 * @returns false when it did not come
 */
export async function flushNetLog(browser: Browser, file: string): Promise<boolean> {
  try {
    const page = await browser.newPage()
    for (let attempt = 0; attempt < flushesMax; attempt++) {
      await page.goto(`${flushMark}${attempt}`).catch(unlessRefused)
      await page.waitForTimeout(flushPauseMs)
      if (existsSync(file) && tailOf(file).includes(`${flushMark}0`)) return true
    }
  } catch (caught) {
    // A page can make its browser crash.
    if (!isDriverFault(caught)) throw caught
  }
  return false
}

/** https://fetch.spec.whatwg.org/#bad-port: 1 is tcpmux. */
const flushMark = 'http://127.0.0.1:1/end-of-visit-'
const flushesMax = 100
const flushPauseMs = 50
/** What the marks and all between them take. */
const tailBytes = 1_000_000

function tailOf(file: string): string {
  const bytes = readFileSync(file)
  return bytes.subarray(Math.max(0, bytes.length - tailBytes)).toString('latin1')
}

function unlessRefused(caught: unknown): void {
  if (!(caught instanceof Error && /ERR_UNSAFE_PORT/.test(caught.message))) throw caught
}

interface Event {
  type: number
  source: number
  params: Record<string, unknown>
}

const nothing = new Uint8Array(0)

function nameOf(host: string): Sent {
  return { kind: 'name', url: `dns://${host.toLowerCase()}`, method: '', headers: [], body: nothing }
}

function eventTypes(line: string): Map<number, string> | null {
  try {
    const { constants } = JSON.parse(`${line.replace(/,\s*$/, '')}}`) as {
      constants?: { logEventTypes?: Record<string, number> }
    }
    const named = constants?.logEventTypes
    return named === undefined ? null : new Map(Object.entries(named).map(([name, number]) => [number, name]))
  } catch (caught) {
    if (!(caught instanceof SyntaxError)) throw caught
    return null
  }
}

/** One event a line; the head and the foot of the list, and a line that was cut off, are none. */
function eventOf(line: string): Event | null {
  if (!line.startsWith('{')) return null
  const text = line.replace(/,\s*$/, '')
  if (!text.endsWith('}')) return null
  let event: { type?: number; source?: { id?: number }; params?: Record<string, unknown> }
  try {
    event = JSON.parse(text) as typeof event
  } catch (caught) {
    if (!(caught instanceof SyntaxError)) throw caught
    return null
  }
  if (event.type === undefined || event.source?.id === undefined) return null
  return { type: event.type, source: event.source.id, params: event.params ?? {} }
}

function headersOf(value: unknown): [string, string][] {
  if (!Array.isArray(value)) return []
  return value.flatMap((line): [string, string][] => {
    const pair = /^(:?[^:]+):\s?(.*)$/s.exec(String(line))
    return pair === null ? [] : [[pair[1]!, pair[2]!]]
  })
}

/** Of a request of HTTP/1 its body: address and headers are in the list already. */
function withoutHead(bytes: Buffer): Buffer {
  const text = bytes.subarray(0, 4_096).toString('latin1')
  if (!/^[A-Z]{3,10} \S+ HTTP\/1\.[01]\r\n/.test(text)) return bytes
  const end = bytes.indexOf('\r\n\r\n')
  return end === -1 ? Buffer.alloc(0) : bytes.subarray(end + 4)
}

/** RFC 9113 §3.4: what a client sends first. */
const http2Preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'

/** RFC 9113 §4.1: a head of nine bytes, then the payload. Bodies travel in DATA frames, of several requests in turn. */
class Http2Frames {
  #held: Buffer
  constructor(bytes: Buffer) {
    this.#held = bytes
  }
  add(bytes: Buffer): void {
    this.#held = Buffer.concat([this.#held, bytes])
  }
  *data(): Generator<Buffer> {
    while (this.#held.length >= 9) {
      const length = this.#held.readUIntBE(0, 3)
      if (this.#held.length < 9 + length) return
      const [type, flags] = [this.#held[3]!, this.#held[4]!]
      const payload = this.#held.subarray(9, 9 + length)
      this.#held = this.#held.subarray(9 + length)
      if (type !== 0 || length === 0) continue
      const isPadded = (flags & 8) !== 0
      yield isPadded ? payload.subarray(1, payload.length - payload[0]!) : payload
    }
  }
}

function bytesTo(url: string, body: Buffer): Sent {
  return { kind: 'bytes', url, method: '', headers: [], body }
}

function dependencyOf(params: Record<string, unknown>): number {
  return (params['source_dependency'] as { id?: number } | undefined)?.id ?? -1
}

import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import * as http from 'node:http'
import { connect, isIP, type AddressInfo, type Socket } from 'node:net'
import { addressKind } from '../../outbound/address-kind.ts'
import type { Resolve } from '../../outbound/outbound.ts'

/**
 * The one door of the watcher's browser. A tenant's page decides what a browser loads, and the browser runs inside the
 * operator's network: so each name is resolved here, every address of it judged by the rules of `outbound`, and the
 * connection made to that address. TLS goes through untouched, from the browser to the server.
 */
export interface GuardedProxy {
  /** `127.0.0.1:<port>` */
  address: string
  /** Hosts that were refused, as the page asked for them. */
  refused(): string[]
  close(): Promise<void>
}

const connectionsMax = 256
const connectMsMax = 15_000
const refusedMax = 100

export async function openGuardedProxy(options: {
  /** Origins in the operator's own network that may be called. */
  allowPrivate: () => readonly string[]
  /** For tests; else the system's resolver. */
  resolve?: Resolve
}): Promise<GuardedProxy> {
  const resolve: Resolve = options.resolve ?? ((host) => lookup(host, { all: true, order: 'verbatim' }))
  const refused = new Set<string>()
  const open = new Set<Socket>()

  /** @returns the address to connect to; null: not allowed, or there is none. */
  async function judged(hostname: string, port: number): Promise<string | null> {
    const host = hostname.replace(/^\[|\]$/g, '')
    const family = isIP(host)
    let addresses: readonly { address: string }[]
    try {
      addresses = family === 0 ? await resolve(host) : [{ address: host }]
    } catch (caught) {
      if (!(caught instanceof Error && 'code' in caught)) throw caught
      return null
    }
    const privately = new Set(options.allowPrivate().map((origin) => hostAndPort(new URL(origin))))
    const isAllowed = ({ address }: { address: string }): boolean => {
      const kind = addressKind(address)
      return kind === 'public' || (kind === 'private' && privately.has(`${hostname}:${port}`))
    }
    // One address that is not allowed condemns the name, as in outbound.
    if (addresses.length > 0 && addresses.every(isAllowed)) return addresses[0]!.address
    if (addresses.length > 0 && refused.size < refusedMax) refused.add(`${hostname}:${port}`)
    return null
  }

  function held<S extends Socket>(socket: S): S {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    return socket
  }

  // Plain http, with the whole address in the request line (RFC 9112 §3.2.2).
  const server = http.createServer((request, response) => {
    const refuse = (status: number): void => {
      if (response.headersSent) response.destroy()
      else response.writeHead(status, { 'content-length': 0 }).end()
    }
    if (!URL.canParse(request.url!) || !request.url!.startsWith('http://')) return refuse(400)
    const url = new URL(request.url!)
    const port = Number(url.port || 80)
    judged(url.hostname, port)
      .then((address) => {
        if (address === null) return refuse(403)
        const onward = http.request(
          {
            host: address,
            port,
            method: request.method!,
            path: `${url.pathname}${url.search}`,
            headers: withoutProxys(request.headers),
            agent: false,
            timeout: connectMsMax,
          },
          (answer) => {
            response.writeHead(answer.statusCode!, answer.headers)
            answer.pipe(response)
          },
        )
        onward.on('error', () => refuse(502))
        onward.on('timeout', () => onward.destroy())
        response.on('close', () => onward.destroy())
        request.pipe(onward)
      })
      .catch((cause: unknown) => response.destroy(cause as Error))
  })
  // TLS and WebSockets: a tunnel.
  server.on('connect', (request, client: Socket, head) => {
    held(client)
    client.on('error', () => client.destroy())
    const target = /^(\[[0-9a-f:.]+\]|[^:]+):(\d+)$/i.exec(request.url!)
    if (target === null) return void client.end('HTTP/1.1 400 Bad Request\r\n\r\n')
    const [, hostname, port] = target
    judged(hostname!.toLowerCase(), Number(port))
      .then((address) => {
        if (address === null) return void client.end('HTTP/1.1 403 Forbidden\r\n\r\n')
        const onward = held(connect({ host: address, port: Number(port), timeout: connectMsMax }))
        onward.on('timeout', () => onward.destroy())
        onward.on('error', () => client.destroy())
        onward.once('connect', () => {
          onward.setTimeout(0)
          client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
          if (head.length > 0) onward.write(head)
          onward.pipe(client)
          client.pipe(onward)
        })
        client.on('close', () => onward.destroy())
        onward.on('close', () => client.destroy())
      })
      .catch((cause: unknown) => client.destroy(cause as Error))
  })
  server.maxConnections = connectionsMax
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    refused: () => [...refused],
    async close() {
      for (const socket of open) socket.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function hostAndPort(url: URL): string {
  return `${url.hostname}:${url.port || (url.protocol === 'https:' ? 443 : 80)}`
}

/** RFC 9110 §7.6.1: what is between the browser and the proxy stays there. */
function withoutProxys(headers: http.IncomingHttpHeaders): http.OutgoingHttpHeaders {
  const { 'proxy-connection': _, 'proxy-authorization': __, ...rest } = headers
  return rest
}

import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net'
import { WebSocketServer } from 'ws'

/** Servers on this machine that stand for the attacker's: they take what comes and remember it. */
export interface Attacker {
  ports: { http: number; tls: number; udp: number }
  /** Did this text arrive by this way? */
  got(id: string, text: string): boolean
  forget(): void
  close(): Promise<void>
}

export async function openAttacker(): Promise<Attacker> {
  let requests: { host: string; text: string }[] = []
  let hellos: string[] = []
  let packets: string[] = []

  const http = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      requests.push({
        host: request.headers.host ?? '',
        text: `${request.url} ${Buffer.concat(chunks).toString('latin1')}`,
      })
      response.setHeader('access-control-allow-origin', '*')
      response.setHeader('content-type', 'text/html')
      response.end('<!doctype html><title>thanks</title>')
    })
  })
  const sockets = new WebSocketServer({ server: http })
  sockets.on('connection', (socket, request) =>
    socket.on('message', (data: Buffer) => {
      requests.push({ host: request.headers.host ?? '', text: data.toString('latin1') })
    }),
  )
  // The first thing that a browser says over TLS names the host, in plain (RFC 6066 §3).
  const open = new Set<Socket>()
  const tls = createTcpServer((socket) => {
    open.add(socket)
    socket.on('data', (data: Buffer) => hellos.push(data.toString('latin1')))
    socket.on('error', () => undefined)
    socket.on('close', () => open.delete(socket))
  })
  const udp = createSocket('udp4', (data) => void packets.push(data.toString('latin1')))
  http.listen(0, '127.0.0.1')
  tls.listen(0, '127.0.0.1')
  udp.bind(0, '127.0.0.1')
  await Promise.all([once(http, 'listening'), once(tls, 'listening'), once(udp, 'listening')])
  return {
    ports: {
      http: (http.address() as AddressInfo).port,
      tls: (tls.address() as AddressInfo).port,
      udp: udp.address().port,
    },
    got(id, text) {
      if (id === 'preconnect') return hellos.some((hello) => hello.includes(text))
      if (id === 'webrtc') return packets.some((packet) => packet.includes(text))
      return requests.some((request) => request.host.startsWith(`${id}.`) && request.text.includes(text))
    },
    forget() {
      requests = []
      hellos = []
      packets = []
    },
    async close() {
      sockets.close()
      for (const client of sockets.clients) client.terminate()
      for (const socket of open) socket.destroy()
      http.closeAllConnections()
      await Promise.all([
        new Promise((resolve) => http.close(resolve)),
        new Promise((resolve) => tls.close(resolve)),
        new Promise<void>((resolve) => udp.close(() => resolve())),
      ])
    },
  }
}

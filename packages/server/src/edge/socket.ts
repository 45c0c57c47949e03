import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { frameBytesMax } from '@candor/protocol/frames.ts'
import { WebSocketServer, type WebSocket } from 'ws'
import { watchBacklog } from './backlog.ts'
import { openSession, type Session, type SessionRooms, type StaffOfConnection } from './session.ts'

export interface Sockets {
  count(): number
  /** Tells every client to come back, and closes. */
  close(): Promise<void>
}

/** Time for the goodbye to arrive before the socket is cut. */
const closeMsMax = 5_000
const path = '/v1/socket'

/**
 * WebSocket listener on `/v1/socket`, subprotocol `candor.v1`. Compression is off: it costs 5 to 13 times the
 * CPU and 83 KiB a connection (stack.md).
 */
export function openSockets(options: {
  server: Server
  rooms: SessionRooms
  socketsMax: number
  /** Staff who come with a session cookie from our own origin; null for everybody else. */
  staffOfUpgrade(request: IncomingMessage): Promise<StaffOfConnection>
}): Sockets {
  const { server, rooms, socketsMax } = options
  const sessions = new Map<WebSocket, Session>()
  const listener = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: frameBytesMax,
    handleProtocols: (offered) => (offered.has('candor.v1') ? 'candor.v1' : false),
  })

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (request.url?.split('?')[0] !== path) return refuseUpgrade(socket, '404 Not Found')
    if (sessions.size >= socketsMax)
      return refuseUpgrade(socket, '503 Service Unavailable', 'Retry-After: 5\r\n')
    options.staffOfUpgrade(request).then(
      (staff) => listener.handleUpgrade(request, socket, head, (ws) => accept(ws, staff)),
      (caught: unknown) => {
        rooms.log({ level: 'warn', event: 'upgrade failed', message: String(caught) })
        refuseUpgrade(socket, '503 Service Unavailable', 'Retry-After: 5\r\n')
      },
    )
  }

  function accept(ws: WebSocket, staff: StaffOfConnection): void {
    let corked = false
    const raw = (ws as unknown as { _socket: Duplex })._socket
    const backlog = watchBacklog(
      () => ws.bufferedAmount,
      () => tooSlow(ws),
    )
    const session = openSession(
      {
        send(frame) {
          if (ws.readyState !== ws.OPEN) return false
          // One system call for everything that this turn of the loop sends to this socket.
          if (!corked) {
            corked = true
            raw.cork()
            setImmediate(() => {
              corked = false
              raw.uncork()
            })
          }
          ws.send(frame)
          return backlog.written()
        },
        close(reason) {
          ws.close(reason === 'restart' ? 1012 : 1000, reason)
          setTimeout(() => ws.terminate(), closeMsMax).unref()
        },
        terminate: () => ws.terminate(),
        pause: () => ws.pause(),
        resume: () => ws.resume(),
      },
      rooms,
      staff,
    )
    sessions.set(ws, session)
    ws.on('message', (data: Buffer, isBinary: boolean) => {
      if (isBinary) ws.close(1003, 'text frames only')
      else session.receive(data.toString('utf8'))
    })
    ws.on('close', () => {
      backlog.end()
      sessions.delete(ws)
      session.closed()
    })
    // Protocol faults and resets end in `close`; there is nothing else to do about them.
    ws.on('error', () => undefined)
  }

  function tooSlow(ws: WebSocket): void {
    const session = sessions.get(ws)
    if (session === undefined) return
    sessions.delete(ws)
    session.closed()
    ws.send(
      JSON.stringify({
        type: 'goodbye',
        code: 'slow_reader',
        message: 'The connection reads too slowly; reconnect to catch up.',
        retryAfterMs: 1_000,
      }),
    )
    ws.close(1013, 'slow_reader')
    setTimeout(() => ws.terminate(), closeMsMax).unref()
  }

  server.on('upgrade', upgrade)
  return {
    count: () => sessions.size,
    async close() {
      server.off('upgrade', upgrade)
      for (const session of sessions.values()) session.restart()
      await new Promise((resolve) => setTimeout(resolve, 50))
      for (const ws of sessions.keys()) ws.terminate()
      listener.close()
    },
  }
}

function refuseUpgrade(socket: Duplex, status: string, headers = ''): void {
  socket.end(`HTTP/1.1 ${status}\r\n${headers}Connection: close\r\nContent-Length: 0\r\n\r\n`)
}

import { chmodSync, rmSync } from 'node:fs'
import * as net from 'node:net'
import * as tls from 'node:tls'
import { encodeFrame, frameReader, framesOf, type Frame } from './frames.ts'
import { Denied } from './denied.ts'
import type { Keyholder } from './keyholder.ts'
import { showsCertificate } from './pinned-certificate.ts'

/** Where servers reach the keyholder: a socket that only its owner may open, or TLS in which both sides are known. */
export type ListenAt =
  | { kind: 'socket'; path: string }
  | { kind: 'tls'; host: string; port: number; cert: Buffer; key: Buffer; peer: Buffer }

export interface Listener {
  /** Of the TLS listener; 0 for a socket. */
  readonly port: number
  close(): Promise<void>
}

/** Requests of one connection that are under way; beyond it the connection is not read. */
const inFlightMax = 4_096
/** Servers that share a keyholder; whoever is not one of them must not hold its descriptors. */
const connectionsMax = 64
const handshakeMsMax = 10_000
/** A server with a wrong certificate tries again every second; the log hears of it this often. */
const refusalsToldMs = 10_000
/** Answers that the other side does not fetch; beyond it the connection is not read either. */
const unfetchedBytesMax = 8 * 1024 * 1024

export async function listen(
  at: ListenAt,
  keyholder: Keyholder,
  options: { log(event: Record<string, unknown>): void; fatal(fault: Error): void },
): Promise<Listener> {
  const connections = new Set<net.Socket>()
  const serve = (socket: net.Socket): void => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
    serveConnection(socket, keyholder, options)
  }
  keyholder.onAlarm((alarm) => {
    for (const socket of connections) socket.write(encodeFrame({ told: 'alarm', alarm }))
  })

  let toldAtMs = -Infinity
  const refused = (reason: string): void => {
    if (performance.now() - toldAtMs < refusalsToldMs) return
    toldAtMs = performance.now()
    options.log({ level: 'warn', event: 'a peer was refused', reason })
  }
  let server: net.Server
  if (at.kind === 'socket') {
    rmSync(at.path, { force: true })
    server = net.createServer(serve)
    await listening(server, { path: at.path })
    chmodSync(at.path, 0o600)
  } else {
    // The other side's certificate is the one authority: nobody else can be on the other end.
    server = tls.createServer(
      {
        cert: at.cert,
        key: at.key,
        ca: at.peer,
        requestCert: true,
        rejectUnauthorized: true,
        minVersion: 'TLSv1.3',
        handshakeTimeout: handshakeMsMax,
      },
      (socket) => {
        if (showsCertificate(socket, at.peer)) return serve(socket)
        refused('It shows another certificate than the one that is expected.')
        socket.destroy()
      },
    )
    server.maxConnections = connectionsMax
    server.on('tlsClientError', (fault) => refused(fault.message))
    await listening(server, { host: at.host, port: at.port })
  }
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    async close() {
      for (const socket of connections) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
      if (at.kind === 'socket') rmSync(at.path, { force: true })
    },
  }
}

function serveConnection(
  socket: net.Socket,
  keyholder: Keyholder,
  options: { log(event: Record<string, unknown>): void; fatal(fault: Error): void },
): void {
  let inFlight = 0
  let outgoing: string[] = []
  const flush = (): void => {
    const all = outgoing
    outgoing = []
    if (!socket.destroyed) socket.write(framesOf(all))
  }
  const answer = (frame: Frame): void => {
    // Answers of one commit leave in one write.
    if (outgoing.length === 0) setImmediate(flush)
    outgoing.push(JSON.stringify(frame))
    inFlight--
    if (socket.isPaused() && isRoomy()) socket.resume()
  }
  const isRoomy = (): boolean => inFlight < inFlightMax / 2 && socket.writableLength < unfetchedBytesMax / 2
  socket.on('drain', () => void (socket.isPaused() && isRoomy() && socket.resume()))
  const read = frameReader((frame) => {
    if (!('op' in frame) || typeof frame.op !== 'string' || !Number.isSafeInteger(frame.id))
      throw new Error('Not a request.')
    inFlight++
    if (inFlight >= inFlightMax || socket.writableLength >= unfetchedBytesMax) socket.pause()
    const { id, op, ask } = frame
    keyholder.handle(op, ask).then(
      (value) => answer({ id, answer: value }),
      (caught: unknown) => {
        if (!(caught instanceof Denied))
          return options.fatal(caught instanceof Error ? caught : new Error(String(caught)))
        answer({
          id,
          denied: caught.code,
          message: caught.message,
          ...(caught.index === undefined ? {} : { index: caught.index }),
        })
      },
    )
  })
  socket.on('data', (chunk) => {
    try {
      read(chunk)
    } catch (caught) {
      if (!(caught instanceof Error)) throw caught
      options.log({ level: 'warn', event: 'a connection was ended', reason: caught.message })
      socket.destroy()
    }
  })
  socket.on('error', () => socket.destroy())
}

function listening(server: net.Server, how: net.ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(how, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

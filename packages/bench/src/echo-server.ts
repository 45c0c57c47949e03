import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'

/** The limit: takes a frame and gives it to the other side of its pair. Nothing is checked, stored or kept. */
const sockets = new Map<string, WebSocket>()
const server = createServer()
const listener = new WebSocketServer({ server, perMessageDeflate: false })
listener.on('connection', (socket, request) => {
  const [, pair, side] = (request.url ?? '').split('/')
  sockets.set(`${pair}/${side}`, socket)
  socket.on('close', () => sockets.delete(`${pair}/${side}`))
  const other = `${pair}/${side === '0' ? 1 : 0}`
  socket.on('message', (data: Buffer) => sockets.get(other)?.send(data))
})
server.listen(0, '127.0.0.1', () => process.send!({ port: (server.address() as AddressInfo).port }))
process.once('disconnect', () => process.exit(0))

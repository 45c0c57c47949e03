import type { Transport } from './connection.ts'
import { readServerFrame } from './read-server-frame.ts'

/** The subprotocol keeps other WebSocket software that guesses the path from being half understood. */
export const socketProtocol = 'candor.v1'
export const socketPath = '/v1/socket'

/** @param origin of the server, `https://chat.example`. */
export function webSocketTransport(origin: string): Transport {
  return {
    connect(hello, { heard, lost }) {
      const socket = new WebSocket(origin.replace(/^http/, 'ws') + socketPath, socketProtocol)
      let over = false
      const end = (): void => {
        if (over) return
        over = true
        lost()
      }
      socket.onopen = () => socket.send(JSON.stringify(hello))
      socket.onmessage = ({ data }) => {
        const frame = over ? null : readServerFrame(String(data))
        if (frame) heard(frame)
      }
      socket.onclose = socket.onerror = end
      return {
        send(frames) {
          if (socket.readyState === WebSocket.OPEN)
            for (const frame of frames) socket.send(JSON.stringify(frame))
        },
        drop() {
          over = true
          socket.close()
        },
      }
    },
  }
}

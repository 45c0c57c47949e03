import { WebSocket } from 'ws'
import type { Target, Wire, WireListener } from './wire.ts'

/** Frames as short as they can be: what the machine's sockets and the generator itself allow. */
export function openEchoWire(target: Extract<Target, { system: 'echo' }>, heard: WireListener): Wire {
  const sides: WebSocket[] = []

  async function open(client: number): Promise<void> {
    const socket = new WebSocket(`${target.url}/${client >> 1}/${client & 1}`, { perMessageDeflate: false })
    sides[client] = socket
    await new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject))
    socket.on('message', (data: Buffer) => heard.arrived(Number(data.toString('latin1', 0, 10))))
    socket.on('close', () => heard.fault('connection lost'))
  }

  return {
    async openPair(pair) {
      await open(pair * 2)
      await open(pair * 2 + 1)
    },
    openIdle: open,
    send(pair, side, message, text) {
      sides[pair * 2 + side]!.send(String(message).padStart(10) + text)
    },
    close() {
      for (const socket of sides) socket.removeAllListeners('close').terminate()
    },
  }
}

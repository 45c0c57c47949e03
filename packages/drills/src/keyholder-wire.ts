/** The keyholder's wire without its client: what a changed server could send. */
import { once } from 'node:events'
import * as net from 'node:net'
import { encodeFrame, frameReader, type Frame } from '@candor/keyholder/frames.ts'

export type Answer = Exclude<Frame, { op: unknown } | { told: unknown }>

export interface Wire {
  /** Any op and any body, whether the keyholder knows them or not. Null when the connection ends first. */
  ask(op: unknown, ask: unknown): Promise<Answer | null>
  /** Writes requests in one piece and waits for nothing. */
  throwIn(requests: readonly { op: unknown; ask: unknown }[]): void
  /** Bytes as they are. Resolves once the keyholder has ended the connection, or after `msMax`. */
  write(bytes: Uint8Array, msMax: number): Promise<'ended' | 'still open'>
  /** From here on nothing is read any more. */
  stopReading(): void
  drop(): void
  /** Requests whose answer has come so far, by id. */
  readonly answers: ReadonlyMap<number, Answer>
}

const answerMsMax = 15_000

export async function connectWire(socketPath: string): Promise<Wire> {
  const socket = net.connect(socketPath)
  await once(socket, 'connect')
  const answers = new Map<number, Answer>()
  const waiting = new Map<number, (answer: Answer | null) => void>()
  let next = 1
  const read = frameReader((frame) => {
    if ('told' in frame || 'op' in frame) return
    answers.set(frame.id, frame)
    waiting.get(frame.id)?.(frame)
    waiting.delete(frame.id)
  })
  socket.on('data', read)
  socket.on('error', () => undefined)
  const ended = new Promise<void>((resolve) =>
    socket.once('close', () => {
      for (const resolveOne of waiting.values()) resolveOne(null)
      waiting.clear()
      resolve()
    }),
  )
  const frame = (op: unknown, ask: unknown): { id: number; bytes: Buffer } => {
    const id = next++
    return { id, bytes: encodeFrame({ id, op, ask } as Frame) }
  }

  return {
    answers,
    ask(op, ask) {
      const { id, bytes } = frame(op, ask)
      socket.write(bytes)
      return new Promise((resolve) => {
        const late = setTimeout(() => resolve(null), answerMsMax)
        waiting.set(id, (answer) => {
          clearTimeout(late)
          resolve(answer)
        })
      })
    },
    throwIn: (requests) => void socket.write(Buffer.concat(requests.map((r) => frame(r.op, r.ask).bytes))),
    async write(bytes, msMax) {
      socket.write(bytes)
      const late = new Promise<'still open'>((resolve) => setTimeout(() => resolve('still open'), msMax))
      return Promise.race([ended.then(() => 'ended' as const), late])
    },
    stopReading: () => void socket.pause(),
    drop: () => socket.destroy(),
  }
}

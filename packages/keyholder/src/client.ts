import * as net from 'node:net'
import * as tls from 'node:tls'
import {
  frameReader,
  framesOf,
  keyholderProtocol,
  type Alarm,
  type DenialCode,
  type Op,
  type Requests,
} from './frames.ts'
import { showsCertificate } from './pinned-certificate.ts'

/** How a server reaches its keyholder. */
export type KeyholderAddress =
  | { kind: 'socket'; path: string }
  | { kind: 'tls'; host: string; port: number; cert: Buffer; key: Buffer; peer: Buffer }

export interface KeyholderClient {
  /**
   * @throws KeyholderDenied when it says no; KeyholderAway when it cannot be reached, or was lost before it answered:
   * then an entry may or may not have been written, and no key was released.
   */
  ask<Name extends Op>(op: Name, ask: Requests[Name]['ask']): Promise<Requests[Name]['answer']>
  readonly connected: boolean
  /** Of the log, as the keyholder said it at the last connect; null before the first. */
  readonly vkey: string | null
  onAlarm(listener: (alarm: Alarm) => void): void
  /** Each time it can be reached, or answers, again. */
  onConnected(listener: () => void): void
  close(): void
}

export class KeyholderDenied extends Error {
  override readonly name = 'KeyholderDenied'
  readonly code: DenialCode
  readonly index: number | undefined
  constructor(code: DenialCode, message: string, index: number | undefined) {
    super(message)
    this.code = code
    this.index = index
  }
}

export class KeyholderAway extends Error {
  override readonly name = 'KeyholderAway'
}

/** A keyholder that was killed is back within this; longer and the caller should hear of it. */
const connectWaitMs = 2_500
/** A list over millions of entries, or a bundle with its witnesses, takes this long at worst. */
const answerMsMax = 15_000
/** Nothing at all is heard for this long though something was asked: it hangs. An fsync on a busy disk takes a second. */
const silentMsMax = 3_000
const reconnectMs = 100
/** From another host the answer to a wrong certificate will be the same for long. */
const reconnectMsMax = 1_000
/** Requests that wait for an answer; beyond it the server is told that the keyholder is away. */
const waitingMax = 50_000

interface Waiting {
  resolve(value: never): void
  reject(fault: Error): void
  /** Infinity where only the loss of the connection ends the waiting. */
  at: number
}

export function openKeyholderClient(
  address: KeyholderAddress,
  log: (event: Record<string, unknown>) => void,
): KeyholderClient {
  const waiting = new Map<number, Waiting>()
  const alarms: ((alarm: Alarm) => void)[] = []
  const connects: (() => void)[] = []
  let socket: net.Socket | null = null
  let ready = false
  let vkey: string | null = null
  let next = 1
  let closed = false
  let toldAway = false
  /** It is connected and says nothing: nobody is made to wait for it until it is heard again. */
  let hangs = false
  let heardAt = 0
  /** Since when it cannot be reached. */
  let lostAt = performance.now()
  let pauseMs = reconnectMs
  let gates: (() => void)[] = []
  let outgoing: string[] = []
  const timer = setInterval(expire, 500)
  timer.unref()
  connect()

  function connect(): void {
    if (closed) return
    const mine: net.Socket =
      address.kind === 'socket'
        ? net.connect(address.path)
        : tls.connect({
            host: address.host,
            port: address.port,
            cert: address.cert,
            key: address.key,
            ca: address.peer,
            minVersion: 'TLSv1.3',
            // The certificate is pinned by being the only authority; its name says nothing more.
            checkServerIdentity: () => undefined,
          })
    socket = mine
    mine.once(address.kind === 'socket' ? 'connect' : 'secureConnect', () => {
      if (address.kind === 'tls' && !showsCertificate(mine as tls.TLSSocket, address.peer)) {
        mine.destroy(new Error('It shows another certificate than the one that is expected.'))
        return
      }
      request('hello', { protocol: keyholderProtocol }).then(
        (hello) => {
          vkey = hello.vkey
          ready = true
          toldAway = false
          pauseMs = reconnectMs
          for (const gate of gates.splice(0)) gate()
          for (const listener of connects) listener()
        },
        (caught: unknown) => {
          if (!(caught instanceof KeyholderAway || caught instanceof KeyholderDenied)) throw caught
          mine.destroy()
        },
      )
    })
    const read = frameReader((frame) => {
      if ('told' in frame) {
        for (const listener of alarms) listener(frame.alarm)
        return
      }
      const asked = waiting.get(frame.id)
      waiting.delete(frame.id)
      if (asked === undefined) return
      if ('answer' in frame) asked.resolve(frame.answer as never)
      else if ('denied' in frame) asked.reject(new KeyholderDenied(frame.denied, frame.message, frame.index))
    })
    mine.on('data', (chunk) => {
      heardAt = performance.now()
      if (hangs) {
        hangs = false
        for (const listener of connects) listener()
      }
      try {
        read(chunk)
      } catch (caught) {
        log({ level: 'error', event: 'keyholder speaks another protocol', reason: String(caught) })
        mine.destroy()
      }
    })
    mine.on('error', (fault) => {
      if (!toldAway && !closed) log({ level: 'warn', event: 'keyholder is away', reason: fault.message })
      toldAway = true
    })
    mine.once('close', () => {
      if (socket !== mine) return
      if (ready) lostAt = performance.now()
      ready = false
      hangs = false
      socket = null
      outgoing = []
      giveUp('The keyholder was lost.')
      if (closed) return
      setTimeout(connect, pauseMs)
      if (address.kind === 'tls') pauseMs = Math.min(2 * pauseMs, reconnectMsMax)
    })
  }

  function request<Name extends Op>(op: Name, ask: Requests[Name]['ask']): Promise<Requests[Name]['answer']> {
    if (waiting.size >= waitingMax)
      return Promise.reject(new KeyholderAway('Too much waits for the keyholder.'))
    const id = next++
    return new Promise((resolve, reject) => {
      // A copy takes as long as there is to copy.
      waiting.set(id, { resolve, reject, at: op === 'backup' ? Infinity : performance.now() })
      // Requests of one turn of the loop leave in one write, and share a commit on the other side.
      if (outgoing.length === 0)
        setImmediate(() => {
          const all = outgoing
          outgoing = []
          if (all.length > 0) socket?.write(framesOf(all))
        })
      outgoing.push(JSON.stringify({ id, op, ask }))
    })
  }

  function expire(): void {
    const now = performance.now()
    const oldest = waiting.values().next().value
    if (ready && oldest !== undefined && now - Math.max(oldest.at, heardAt) > silentMsMax) {
      if (!hangs) log({ level: 'warn', event: 'keyholder hangs' })
      hangs = true
      giveUp('The keyholder hangs.')
    }
    for (const [id, { at, reject }] of waiting) {
      if (at > now - answerMsMax) continue
      waiting.delete(id)
      reject(new KeyholderAway('The keyholder does not answer.'))
    }
  }

  function giveUp(why: string): void {
    for (const { reject } of waiting.values()) reject(new KeyholderAway(why))
    waiting.clear()
  }

  function connected(): Promise<void> {
    // Who comes while it has been away for long need not find that out by waiting.
    const waitMs = connectWaitMs - (performance.now() - lostAt)
    if (waitMs <= 0) return Promise.reject(new KeyholderAway('The keyholder cannot be reached.'))
    return new Promise((resolve, reject) => {
      const gate = (): void => {
        clearTimeout(limit)
        resolve()
      }
      const limit = setTimeout(() => {
        gates = gates.filter((each) => each !== gate)
        reject(new KeyholderAway('The keyholder cannot be reached.'))
      }, waitMs)
      gates.push(gate)
    })
  }

  return {
    async ask(op, ask) {
      if (closed) throw new KeyholderAway('The connection to the keyholder was closed.')
      if (!ready) await connected()
      if (hangs) throw new KeyholderAway('The keyholder hangs.')
      return request(op, ask)
    },
    get connected() {
      return ready && !hangs
    },
    get vkey() {
      return vkey
    },
    onAlarm: (listener) => void alarms.push(listener),
    onConnected: (listener) => void connects.push(listener),
    close() {
      closed = true
      clearInterval(timer)
      socket?.destroy()
    },
  }
}

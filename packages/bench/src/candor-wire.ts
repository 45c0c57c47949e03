import type { ClientFrame, ServerFrame } from '@candor/protocol/frames.ts'
import { protocolVersion } from '@candor/protocol/frames.ts'
import { socketPath, socketProtocol } from '@candor/protocol/websocket-transport.ts'
import { WebSocket } from 'ws'
import type { Side, Target, Wire, WireListener } from './wire.ts'

/** A real client acknowledges a burst of events with one mark. */
const deliveredMarkMs = 250
/** Marks go out in this many groups: clients that all speak in the same millisecond exist in no real life. */
const markGroups = 25
/** Nothing is waited for longer while pairs are made. */
const setUpMsMax = 30_000

/**
 * Clients of the delivery contract: a visitor and a person at the desk (by API key) who follow one conversation.
 * Each holds the seq of what it has, notices gaps and doubles, answers heartbeats and sends delivery marks.
 */
export function openCandorWire(
  target: Extract<Target, { system: 'candor' }>,
  heard: WireListener,
  random: () => number,
): Wire {
  const clients: Client[] = []
  let group = 0
  const marks = setInterval(() => {
    for (let i = group; i < clients.length; i += markGroups) clients[i]?.mark()
    group = (group + 1) % markGroups
  }, deliveredMarkMs / markGroups)

  return {
    async openPair(pair) {
      const conversation = newId(random)
      const visitor = (clients[pair * 2] = new Client(target.url, conversation, 0, heard))
      await visitor.say(visitorHello(target.tenant), 'welcome')
      await visitor.say({ type: 'start', id: newId(random), conversation }, 'ack')
      const staff = (clients[pair * 2 + 1] = new Client(target.url, conversation, 1, heard))
      await staff.say({ type: 'hello', protocol: protocolVersion, role: 'staff', key: target.key }, 'welcome')
      await staff.say({ type: 'open', conversation }, 'snapshot')
      // Whoever answers where nobody does takes the conversation over: from here on it is a person's.
      await staff.say(
        { type: 'send', id: newId(random), conversation, text: 'Hello, how can I help?' },
        'ack',
      )
    },
    async openIdle(client) {
      const visitor = (clients[client] = new Client(target.url, newId(random), 0, heard))
      await visitor.say(visitorHello(target.tenant), 'welcome')
    },
    send(pair, side, message, text) {
      const client = clients[pair * 2 + side]!
      const id = newId(random, message, side)
      client.raw.send(`{"type":"send","id":"${id}","conversation":"${client.conversation}","text":"${text}"}`)
    },
    close() {
      clearInterval(marks)
      for (const client of clients) client.raw.removeAllListeners('close').terminate()
    },
  }
}

function visitorHello(tenant: string): ClientFrame {
  return { type: 'hello', protocol: protocolVersion, role: 'visitor', tenant }
}

class Client {
  readonly raw: WebSocket
  readonly conversation: string
  readonly #side: Side
  readonly #heard: WireListener
  readonly #opened: Promise<void>
  /** Contiguous seq held, and the last one acknowledged. -1: the past has not come yet. */
  #seq = -1
  #marked = 0
  #awaited: { type: ServerFrame['type']; settle(frame: ServerFrame): void } | null = null

  constructor(url: string, conversation: string, side: Side, heard: WireListener) {
    this.conversation = conversation
    this.#side = side
    this.#heard = heard
    this.raw = new WebSocket(url.replace(/^http/, 'ws') + socketPath, socketProtocol, {
      perMessageDeflate: false,
    })
    this.#opened = new Promise((resolve, reject) => this.raw.once('open', resolve).once('error', reject))
    this.raw.on('message', (data: Buffer) => this.#receive(data))
    this.raw.on('close', () => heard.fault('connection lost'))
  }

  /** Sends a frame and waits for the answer of this type. */
  async say(frame: ClientFrame, answer: ServerFrame['type']): Promise<void> {
    await this.#opened
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no ${answer} to ${frame.type}`)), setUpMsMax)
      this.#awaited = {
        type: answer,
        settle: (got) => {
          clearTimeout(late)
          if (got.type === answer) resolve()
          else reject(new Error(`${frame.type}: ${JSON.stringify(got)}`))
        },
      }
      this.raw.send(JSON.stringify(frame))
    })
    if (frame.type === 'start') this.#seq = Math.max(this.#seq, 0)
  }

  mark(): void {
    if (this.#seq <= this.#marked) return
    this.#marked = this.#seq
    this.raw.send(`{"type":"delivered","conversation":"${this.conversation}","seq":${this.#seq}}`)
  }

  #receive(data: Buffer): void {
    // Acknowledgements are counted, not read: `{"type":"ack"` is all that is needed of them.
    if (data[9] === letterA && data[10] === letterC) {
      this.#heard.acknowledged()
      if (this.#awaited === null) return
    }
    const frame = JSON.parse(data.toString('utf8')) as ServerFrame
    if (this.#awaited !== null && (frame.type === this.#awaited.type || frame.type === 'refused')) {
      const { settle } = this.#awaited
      this.#awaited = null
      settle(frame)
      if (frame.type !== 'snapshot') return
    }
    switch (frame.type) {
      case 'events':
        for (const event of frame.events) {
          if (this.#seq >= 0 && event.seq !== this.#seq + 1)
            this.#heard.fault(event.seq <= this.#seq ? 'event came twice' : 'gap in the events')
          this.#seq = event.seq
          if (event.type !== 'message') continue
          const { message, side } = readId(event.id)
          if (message > 0 && side !== this.#side) this.#heard.arrived(message)
        }
        return
      case 'snapshot':
        this.#seq = frame.state.seq
        return
      case 'heartbeat':
        this.raw.send('{"type":"beat"}')
        return
      case 'refused':
        this.#heard.fault(`refused: ${frame.code}`)
        return
      case 'goodbye':
        this.#heard.fault(`goodbye: ${frame.code}`)
        return
      default:
    }
  }
}

const letterA = 'a'.charCodeAt(0)
const letterC = 'c'.charCodeAt(0)

/**
 * UUIDv7, as real clients make them. The last 48 random bits carry the number of the message and its sender's
 * side, so that the receiver knows it without a table; 0 stands for frames that are not measured.
 */
function newId(random: () => number, message = 0, side: Side = 0): string {
  const at = Date.now().toString(16).padStart(12, '0')
  const bits = Math.floor(random() * 0x1_0000_0000)
  const a = (bits & 0xfff).toString(16).padStart(3, '0')
  const b = (0x8000 | ((bits >>> 12) & 0x3fff)).toString(16)
  // Ids of frames that are not measured differ by their own random bits.
  const tail =
    message === 0
      ? `f${Math.floor(random() * 0x1000_0000_000)
          .toString(16)
          .padStart(11, '0')}`
      : side + message.toString(16).padStart(11, '0')
  return `${at.slice(0, 8)}-${at.slice(8)}-7${a}-${b}-${tail}`
}

function readId(id: string): { message: number; side: Side } {
  const side = id.charCodeAt(24) - 48
  return side === 0 || side === 1 ? { message: parseInt(id.slice(25), 16), side } : { message: 0, side: 0 }
}

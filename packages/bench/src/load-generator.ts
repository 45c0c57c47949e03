import { openCandorWire } from './candor-wire.ts'
import { chatTexts } from './chat-texts.ts'
import { openEchoWire } from './echo-wire.ts'
import { percentile, summarise } from './latencies.ts'
import type { Load, LoadOrder, LoadReport, LoadResult } from './load-orders.ts'
import { poissonArrivals } from './pace.ts'
import { seededRandom } from './seeded-random.ts'
import type { Side, Target, Wire, WireListener } from './wire.ts'
import { openXmppWire } from './xmpp-wire.ts'

/** All clients of one system, in a process of their own: their CPU time is not the server's. */

/** Clients or pairs that connect at once. More, and the servers' accept queues overflow. */
const connectingMax = 40
/** Messages of one run. */
const messagesMax = 2_000_000
/** Under way at once in an open loop. A server that is this far behind does not keep up with the rate. */
const underWayMax = 5_000
/** What is under way when the window closes gets this long. */
const drainMsMax = 20_000
const textsCount = 4_096

let wire: Wire | null = null
let pairs = 0
let random = seededRandom(1)
let texts: string[] = []
let run: Run | null = null
/** Messages are numbered through all runs: one that comes too late is not taken for one of the next run. */
let numbered = 0

process.on('message', (order: LoadOrder) => {
  const done = order.kind === 'connect' ? connect(order) : measure(order)
  done.then(tell, (caught: unknown) => tell({ kind: 'failed', message: String(caught) }))
})
process.once('disconnect', () => process.exit(0))

function tell(report: LoadReport): void {
  process.send!(report)
}

async function connect(order: Extract<LoadOrder, { kind: 'connect' }>): Promise<LoadReport> {
  const startedAt = performance.now()
  random = seededRandom(order.seed)
  texts = chatTexts(random, textsCount, order.digitsShare)
  pairs = order.idle ? 0 : order.sockets / 2
  const opened = openWire(order.target, listener)
  wire = opened
  let next = 0
  const connecting = Array.from({ length: connectingMax }, async () => {
    if (order.idle) while (next < order.sockets) await opened.openIdle(next++)
    else while (next < pairs) await opened.openPair(next++)
  })
  await Promise.all(connecting)
  return { kind: 'connected', seconds: (performance.now() - startedAt) / 1_000 }
}

function openWire(target: Target, heard: WireListener): Wire {
  switch (target.system) {
    case 'candor':
      return openCandorWire(target, heard, random)
    case 'xmpp':
      return openXmppWire(target, heard)
    case 'echo':
      return openEchoWire(target, heard)
  }
}

const listener: WireListener = {
  arrived: (message) => run?.arrived(message),
  acknowledged: () => {
    if (run !== null) run.acknowledged++
  },
  fault: (what) => {
    if (run !== null) run.faults[what] = (run.faults[what] ?? 0) + 1
  },
}

async function measure(order: Extract<LoadOrder, { kind: 'run' }>): Promise<LoadReport> {
  const current = (run = new Run(order.load))
  current.start()
  await sleep(order.warmMs)
  tell({ kind: 'window-opened' })
  const cpu = process.cpuUsage()
  const openedAt = performance.now()
  const deliveredBefore = current.delivered
  const sentBefore = current.sent
  const shedBefore = current.shed
  await sleep(order.measureMs)
  const seconds = (performance.now() - openedAt) / 1_000
  const { user, system } = process.cpuUsage(cpu)
  const delivered = current.delivered - deliveredBefore
  const [from, to] = [sentBefore, current.sent]
  const shed = current.shed - shedBefore
  tell({ kind: 'window-closed' })
  current.stop()
  const giveUpAt = performance.now() + drainMsMax
  while (current.delivered < current.sent && performance.now() < giveUpAt) await sleep(50)
  // Acknowledgements and marks that are still on their way belong to this run.
  await sleep(300)
  return {
    kind: 'ran',
    ...current.result(from, to),
    seconds,
    delivered,
    shed,
    offered: to - from + shed,
    generatorCpuSeconds: (user + system) / 1e6,
  }
}

class Run {
  readonly faults: Record<string, number> = {}
  acknowledged = 0
  sent = 0
  delivered = 0
  duplicates = 0
  shed = 0
  readonly #load: Load
  readonly #dueAt = new Float64Array(messagesMax)
  readonly #late = new Float32Array(messagesMax)
  /** 0: under way. */
  readonly #arrivedAt = new Float64Array(messagesMax)
  /** Pair and side of the sender. */
  readonly #sender = new Int32Array(messagesMax)
  #stopped = false

  readonly #firstNumber: number

  constructor(load: Load) {
    this.#load = load
    this.#firstNumber = numbered + 1
  }

  start(): void {
    const load = this.#load
    if (load.kind === 'rate') this.#paced(load.perSecond)
    else
      for (let pair = 0; pair < pairs; pair++)
        for (let i = 0; i < load.perPair; i++) this.#send(pair, (i % 2) as Side, performance.now())
  }

  stop(): void {
    this.#stopped = true
  }

  arrived(message: number): void {
    const now = performance.now()
    const index = message - this.#firstNumber
    if (index < 0 || index >= this.sent) return
    if (this.#arrivedAt[index] !== 0) {
      this.duplicates++
      return
    }
    this.#arrivedAt[index] = now
    this.delivered++
    if (this.#load.kind === 'rate' || this.#stopped) return
    const sender = this.#sender[index]!
    this.#send(sender >> 1, (1 - (sender & 1)) as Side, now)
  }

  /** @param from, to messages that fell into the measured time. */
  result(
    from: number,
    to: number,
  ): Omit<LoadResult, 'seconds' | 'offered' | 'delivered' | 'shed' | 'generatorCpuSeconds'> {
    const latencies = new Float64Array(to - from)
    let count = 0
    for (let i = from; i < to; i++)
      if (this.#arrivedAt[i] !== 0) latencies[count++] = this.#arrivedAt[i]! - this.#dueAt[i]!
    return {
      ...summarise(latencies.subarray(0, count)),
      sentInRun: this.sent,
      deliveredInRun: this.delivered,
      acknowledgedInRun: this.acknowledged,
      duplicates: this.duplicates,
      faults: this.faults,
      lateP99Ms: percentile(Float64Array.from(this.#late.subarray(from, to)).sort(), 0.99),
    }
  }

  #paced(perSecond: number): void {
    const arrival = poissonArrivals(perSecond, random)
    const startedAt = performance.now()
    let next = startedAt + arrival()
    const tick = (): void => {
      if (this.#stopped) return
      const now = performance.now()
      while (next <= now) {
        if (this.sent - this.delivered >= underWayMax) this.shed++
        else this.#send(Math.floor(random() * pairs), random() < 0.5 ? 0 : 1, next)
        next = startedAt + arrival()
      }
      setTimeout(tick, 1)
    }
    tick()
  }

  #send(pair: number, side: Side, dueAt: number): void {
    if (this.sent >= messagesMax) return
    const index = this.sent++
    this.#dueAt[index] = dueAt
    this.#late[index] = performance.now() - dueAt
    this.#sender[index] = pair * 2 + side
    wire!.send(pair, side, ++numbered, texts[index % textsCount]!)
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

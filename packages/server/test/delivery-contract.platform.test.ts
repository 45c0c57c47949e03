/** Point by point: the delivery contract of ARCHITECTURE.md under bad weather, with a seed. */
import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { openConnection, type Connection, type Transport } from '@candor/protocol/connection.ts'
import { eventStreamTransport } from '@candor/protocol/event-stream-transport.ts'
import type { ServerFrame, WireEvent } from '@candor/protocol/frames.ts'
import { webSocketTransport } from '@candor/protocol/websocket-transport.ts'
import { WebSocket } from 'ws'
import { openIds } from '../src/ids.ts'
import { startServerProcess, type ServerProcess } from './server-process.ts'
import { TestPlatform, type TestTenant } from './test-platform.ts'

const ids = openIds({ now: () => Date.now() })
const clock = {
  now: () => performance.now(),
  after(ms: number, run: () => void) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}

/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

interface Weather {
  random(): number
  /** Chance that a frame from the server cuts the connection. */
  cut: number
  /** Chance that a frame comes twice, or after the next one. */
  repeat: number
  swap: number
  /** Chance that an acknowledgement is lost. */
  loseAck: number
}

/** Puts a transport into bad weather. */
function stormy(transport: Transport, weather: Weather): Transport {
  return {
    connect(hello, listener) {
      let held: ServerFrame | null = null
      let gone = false
      const wire = transport.connect(hello, {
        heard(frame) {
          if (gone) return
          if (frame.type === 'ack' && weather.random() < weather.loseAck) return
          if (weather.random() < weather.cut) {
            gone = true
            wire.drop()
            queueMicrotask(() => listener.lost())
            return
          }
          if (held === null && frame.type === 'events' && weather.random() < weather.swap) {
            held = frame
            return
          }
          listener.heard(frame)
          if (weather.random() < weather.repeat) listener.heard(frame)
          if (held !== null) {
            const late = held
            held = null
            listener.heard(late)
          }
        },
        lost() {
          if (!gone) listener.lost()
          gone = true
        },
      })
      return {
        send(frames) {
          wire.send(weather.random() < weather.repeat ? [...frames, ...frames] : frames)
        },
        drop() {
          gone = true
          wire.drop()
        },
      }
    },
  }
}

/** A client that keeps what it would show. */
interface Shown {
  connection: Connection
  /** seq → event, as shown; a snapshot after a long absence begins anew above its first number. */
  shown: Map<number, WireEvent>
  skipped: [number, number][]
  token: () => string | undefined
}

function openClient(
  transports: Transport[],
  who: { role: 'visitor'; tenant: string; token?: string } | { role: 'staff'; key: string },
  conversation: string,
  random: () => number,
): Shown {
  const shown = new Map<number, WireEvent>()
  const skipped: [number, number][] = []
  let top = 0
  let token = who.role === 'visitor' ? who.token : undefined
  const connection = openConnection({
    transports,
    hello: (positions) =>
      who.role === 'visitor'
        ? {
            type: 'hello',
            protocol: 1,
            role: 'visitor',
            tenant: who.tenant,
            ...(token === undefined ? {} : { token }),
            positions,
          }
        : { type: 'hello', protocol: 1, role: 'staff', key: who.key, positions },
    clock,
    random,
    onState: () => undefined,
    onFrame(frame) {
      if (frame.type === 'welcome' && frame.token !== undefined) token = frame.token
      if (frame.type === 'snapshot' && frame.state.id === conversation) {
        const first = frame.events[0]?.seq ?? frame.state.seq + 1
        if (first > top + 1) skipped.push([top + 1, first - 1])
        for (const event of frame.events) shown.set(event.seq, event)
        top = Math.max(top, frame.state.seq)
      }
      if (frame.type === 'events' && frame.conversation === conversation)
        for (const event of frame.events) {
          assert.equal(event.seq, top + 1, 'a number was shown out of order')
          shown.set(event.seq, event)
          top = event.seq
        }
    },
  })
  return { connection, shown, skipped, token: () => token }
}

/** Digits would interest the card guard; what is said here should not. */
const words = (n: number): string => n.toString(36).replace(/\d/g, (digit) => 'äöüßéèàçñø'[Number(digit)]!)

describe('on one server', () => {
  let platform: TestPlatform
  let tenant: TestTenant
  before(async () => {
    platform = await TestPlatform.start()
    tenant = await platform.tenant()
  })
  afterEach(() => platform.check())
  after(async () => {
    await platform.stop()
    await TestPlatform.end()
  })

  for (const name of ['WebSocket', 'event stream with POST'] as const) {
    const sends = name === 'WebSocket' ? 10_000 : 1_000
    test(`${sends} sends with a fifth of the answers lost and retried are ${sends} events, none double, over ${name}`, async () => {
      const visitor = await platform.visitor(tenant)
      const conversation = ids.next()
      await visitor.ask({ type: 'start', id: ids.next(), conversation })
      const random = seeded(7)
      const { send, close } =
        name === 'WebSocket'
          ? await rawSocket(platform.url, tenant.slug, visitor.welcome.token!)
          : await rawStream(platform.url, tenant.slug, visitor.welcome.token!)
      let retries = 0
      let next = 0
      const sent = new Map<string, string>()
      const one = async (): Promise<void> => {
        while (next < sends) {
          const frame = {
            type: 'send',
            id: ids.next(),
            conversation,
            text: `Message ${words(next++)}`,
          } as const
          sent.set(frame.id, frame.text)
          let answer = await send(frame)
          while (random() < 0.2) {
            retries++
            answer = await send(frame)
          }
          assert.equal(answer.type, 'ack', JSON.stringify(answer))
        }
      }
      await Promise.all(Array.from({ length: 50 }, one))
      close()
      const [stored] = await platform.sql<{ n: number; distinct: number; top: number }>(
        `select count(*)::int as n, count(distinct id)::int as distinct, max(seq) as top from events
         where conversation_id = $1 and type = 'message'`,
        [conversation],
      )
      assert.deepEqual(stored, { n: sends, distinct: sends, top: sends + 1 })
      assert.ok(retries > sends / 10, `only ${retries} retries`)
    })
  }

  test('a half-open socket is noticed within 30 s on the server', { timeout: 60_000 }, async () => {
    const visitor = await platform.visitor(tenant)
    const before = Date.now()
    // The client lives and reads nothing more: as if its network had gone without a word.
    visitor.socket.pause()
    await until(
      () => !platform.candor.delivery.presence.visitorOnline(tenant.id, visitor.welcome.you.id),
      31_000,
    )
    assert.ok(Date.now() - before <= 30_000, `${Date.now() - before} ms`)
    visitor.socket.terminate()
  })

  test('a reader that is too slow is told, let go, and catches up with one snapshot', async () => {
    const visitor = await platform.visitor(tenant)
    const conversation = ids.next()
    await visitor.ask({ type: 'start', id: ids.next(), conversation })
    const slow = await platform.visitor(tenant, {
      token: visitor.welcome.token,
      positions: [{ conversation, epoch: visitor.welcome.epoch, seq: 0 }],
    })
    slow.socket.pause()
    const long = 'slow reader '.repeat(600)
    for (let i = 0; i < 700; i++)
      visitor.send({ type: 'send', id: ids.next(), conversation, text: `${long} ${words(i)}` })
    await until(() => visitor.events(conversation).length >= 701, 20_000)
    // Behind for longer than a burst may last.
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    slow.socket.resume()
    const goodbye = await slow.until('goodbye', undefined, 20_000)
    assert.equal(goodbye.code, 'slow_reader')
    assert.ok(goodbye.retryAfterMs > 0)
    const had = slow.events(conversation).at(-1)?.seq ?? 0
    const back = await platform.visitor(tenant, {
      token: visitor.welcome.token,
      positions: [{ conversation, epoch: visitor.welcome.epoch, seq: had }],
    })
    await until(() => Math.max(had, back.events(conversation).at(-1)?.seq ?? 0) === 701, 10_000)
  })
})

test(
  'four writers, 10,000 messages each, in bad weather, with one kill -9 and one database crash: 1..n at every client',
  { timeout: 600_000 },
  async () => {
    const perWriter = Number(process.env['CONTRACT_MESSAGES'] ?? 10_000)
    const server: ServerProcess = await startServerProcess()
    const clients: Shown[] = []
    try {
      const seed = 20_170_926
      const random = seeded(seed)
      const conversation = ids.next()
      const weather: Weather = { random, cut: 0.0005, repeat: 0.02, swap: 0.02, loseAck: 0.0005 }
      const socket = stormy(webSocketTransport(server.url), weather)
      const stream = stormy(eventStreamTransport(server.url), weather)

      const first = openClient([socket], { role: 'visitor', tenant: server.slug }, conversation, random)
      clients.push(first)
      const started = await first.connection.command({ type: 'start', id: ids.next(), conversation })
      assert.equal(started.type, 'ack', JSON.stringify(started))
      first.connection.follow(conversation)
      const token = first.token()!
      clients.push(
        openClient([stream], { role: 'visitor', tenant: server.slug, token }, conversation, random),
        openClient([socket], { role: 'staff', key: server.key }, conversation, random),
        openClient([stream], { role: 'staff', key: server.key }, conversation, random),
      )
      for (const client of clients) client.connection.follow(conversation)

      const acknowledged = new Map<string, number>()
      const startedAt = performance.now()
      const write = async ({ connection }: Shown, writer: number): Promise<void> => {
        let next = 0
        const lane = async (): Promise<void> => {
          while (next < perWriter) {
            const id = ids.next()
            const text = `Writer ${words(writer)} says ${words(next++)}`
            const answer = await connection.command({ type: 'send', id, conversation, text })
            assert.equal(answer.type, 'ack', JSON.stringify(answer))
            assert.ok(answer.type === 'ack' && !acknowledged.has(id))
            acknowledged.set(id, answer.seq!)
          }
        }
        await Promise.all(Array.from({ length: 20 }, lane))
      }
      const writing = Promise.all(clients.map(write))
      await until(() => acknowledged.size > perWriter, 300_000)
      await server.killAndRestart()
      await until(() => acknowledged.size > perWriter * 2, 300_000)
      server.killDatabase()
      await writing
      const seconds = (performance.now() - startedAt) / 1_000

      // Everybody hears the end; then what each one showed is compared with the stored conversation.
      const page = async (after: number): Promise<WireEvent[]> => {
        const response = await fetch(
          `${server.url}/v1/conversations/${conversation}/events?after=${after}&limit=300`,
          {
            headers: { authorization: `Bearer ${server.key}` },
          },
        )
        assert.equal(response.status, 200)
        return ((await response.json()) as { events: WireEvent[] }).events
      }
      const stored: WireEvent[] = []
      for (;;) {
        const more = await page(stored.at(-1)?.seq ?? 0)
        if (more.length === 0) break
        stored.push(...more)
      }
      assert.deepEqual(
        stored.map((event) => event.seq),
        stored.map((_, i) => i + 1),
      )
      const messages = stored.filter((event) => event.type === 'message')
      assert.equal(messages.length, 4 * perWriter, 'each message once')
      const seqOf = new Map(messages.map((event) => [event.id, event.seq]))
      assert.equal(acknowledged.size, 4 * perWriter)
      for (const [id, seq] of acknowledged)
        assert.equal(seqOf.get(id), seq, 'an acknowledged message is in the database')

      const top = stored.at(-1)!.seq
      for (const [i, client] of clients.entries()) {
        await until(() => client.connection.seqOf(conversation) === top, 60_000)
        const missing: number[] = []
        for (let seq = 1; seq <= top; seq++)
          if (!client.shown.has(seq) && !client.skipped.some(([from, to]) => seq >= from && seq <= to))
            missing.push(seq)
        assert.deepEqual(missing, [], `client ${i} shows 1..${top}`)
        for (const event of stored)
          if (client.shown.has(event.seq)) {
            const seen = client.shown.get(event.seq)!
            if (seen.type !== 'private')
              assert.deepEqual(seen, event, `client ${i} shows event ${event.seq} as it is stored`)
          }
      }
      process.stdout.write(
        `# contract: seed ${seed}, ${messages.length} messages of 4 writers in ${seconds.toFixed(0)} s, ` +
          `covered by snapshots instead of replay: ${clients.map((client) => client.skipped.length).join('/')}\n`,
      )
    } finally {
      for (const client of clients) client.connection.close()
      await server.stop()
    }
  },
)

type Send = (frame: { type: string; id: string }) => Promise<ServerFrame>

async function rawSocket(
  url: string,
  tenant: string,
  token: string,
): Promise<{ send: Send; close: () => void }> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/v1/socket`, 'candor.v1')
  const waiting = new Map<string, (frame: ServerFrame) => void>()
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as ServerFrame
    if (frame.type === 'heartbeat') socket.send('{"type":"beat"}')
    if ('id' in frame && frame.id !== undefined) waiting.get(frame.id)?.(frame)
  })
  await new Promise((resolve) => socket.once('open', resolve))
  socket.send(JSON.stringify({ type: 'hello', protocol: 1, role: 'visitor', tenant, token }))
  return {
    send: (frame) =>
      new Promise((resolve) => {
        waiting.set(frame.id, resolve)
        socket.send(JSON.stringify(frame))
      }),
    close: () => socket.close(),
  }
}

async function rawStream(
  url: string,
  tenant: string,
  token: string,
): Promise<{ send: Send; close: () => void }> {
  const waiting = new Map<string, (frame: ServerFrame) => void>()
  const welcomed = Promise.withResolvers<{ id: string; secret: string }>()
  const wire = eventStreamTransport(url).connect(
    { type: 'hello', protocol: 1, role: 'visitor', tenant, token },
    {
      heard(frame) {
        if (frame.type === 'welcome') welcomed.resolve(frame.stream!)
        if (frame.type === 'heartbeat') wire.send([{ type: 'beat' }])
        if ('id' in frame && frame.id !== undefined) waiting.get(frame.id)?.(frame)
      },
      lost: () => undefined,
    },
  )
  await welcomed.promise
  return {
    send: (frame) =>
      new Promise((resolve) => {
        waiting.set(frame.id, resolve)
        wire.send([frame as Parameters<typeof wire.send>[0][number]])
      }),
    close: () => wire.drop(),
  }
}

async function until(holds: () => boolean, msMax: number): Promise<void> {
  const end = Date.now() + msMax
  while (!holds()) {
    if (Date.now() > end) assert.fail(`not within ${msMax} ms`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

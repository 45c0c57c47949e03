import { eventStreamTransport } from '@candor/protocol/event-stream-transport.ts'
import { openConnection, type Connection, type Transport } from '@candor/protocol/connection.ts'
import { protocolVersion } from '@candor/protocol/frames.ts'
import { webSocketTransport } from '@candor/protocol/websocket-transport.ts'

/** A widget's frame without its browser: the client half that the widget itself runs, on a real connection. */
export interface OpenClient {
  state(): 'connecting' | 'open' | 'contained' | 'lost'
  /** When it heard that it is contained; `performance.now()`. */
  containedAt(): number | null
  /** Connections that it has tried. */
  connects(): number
  close(): void
}

export interface ClientOptions {
  url: string
  tenant: string
  /** Address of the host page. */
  page: string
  release: string
  transport: 'socket' | 'stream'
}

/** Hellos at once. Each makes a visitor; a thousand at the same moment would measure that instead. */
const openingMax = 50
const openMsMax = 60_000

/** Opens them all, and answers when each was welcomed. @throws Error when some are not in time. */
export async function openClients(all: readonly ClientOptions[]): Promise<OpenClient[]> {
  const clients: OpenClient[] = []
  const until = performance.now() + openMsMax
  for (let at = 0; at < all.length; at += openingMax) {
    const some = all.slice(at, at + openingMax).map(openClient)
    clients.push(...some)
    await settled(some, until)
  }
  return clients
}

/** Resolves when each was welcomed or sent away. */
export async function settled(clients: readonly OpenClient[], until: number): Promise<void> {
  while (clients.some((client) => client.state() === 'connecting')) {
    if (performance.now() > until) throw new Error('Not every client was answered in time.')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

export function openClient({ url, tenant, page, release, transport }: ClientOptions): OpenClient {
  let state: ReturnType<OpenClient['state']> = 'connecting'
  let containedAt: number | null = null
  let connects = 0
  const inner = transport === 'socket' ? webSocketTransport(url) : eventStreamTransport(url)
  const counted: Transport = {
    connect(hello, listener) {
      connects++
      return inner.connect(hello, {
        heard(frame) {
          // Before the client has said that it stopped: what counts is when it was told.
          if (frame.type === 'goodbye' && frame.code === 'contained') containedAt ??= performance.now()
          listener.heard(frame)
        },
        lost: () => listener.lost(),
      })
    },
  }
  const connection: Connection = openConnection({
    transports: [counted],
    hello: () => ({
      type: 'hello',
      protocol: protocolVersion,
      role: 'visitor',
      tenant,
      origin: new URL(page).origin,
      page: { url: page, title: 'Pay', cardFields: false },
      release,
    }),
    clock: {
      now: () => performance.now(),
      after(ms, run) {
        const timer = setTimeout(run, ms)
        return () => clearTimeout(timer)
      },
    },
    random: Math.random,
    onFrame: () => undefined,
    onState(next) {
      if (next.kind === 'online') state = 'open'
      else if (next.kind === 'refused') state = next.refusal.code === 'contained' ? 'contained' : 'lost'
      else if (state === 'open') state = 'lost'
    },
  })
  return {
    state: () => state,
    containedAt: () => containedAt,
    connects: () => connects,
    close: () => connection.close(),
  }
}

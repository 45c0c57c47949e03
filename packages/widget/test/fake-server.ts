/**
 * A chat server that fits into one file, for tests of the widget in a real browser: it serves `dist/`, speaks the
 * frames over WebSocket and SSE, and does what a test tells it. It also serves a host page, on an origin of its own,
 * under the strictest policy that a tenant may have.
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as path from 'node:path'
import { WebSocketServer } from 'ws'
import type {
  ConversationEvent,
  ConversationState,
  EventActor,
  EventData,
  EventType,
  Handler,
} from '@candor/protocol/events.ts'
import { foldState } from '@candor/protocol/fold-events.ts'
import type { ClientFrame, ServerFrame } from '@candor/protocol/frames.ts'
import { checkClientFrame } from '@candor/protocol/parse-client-frame.ts'
import type { ReleaseBundle } from '../../release/src/bundle.ts'
import { buildStatement, spellManifest } from '../../release/src/manifest.ts'
import { pinLoader, type PinnedLoader } from '../../release/src/root.ts'
import { releaseWorld, type ReleaseWorld } from '../../release/test/release-world.ts'
import type { PageViewReport } from '@candor/protocol/integrity-api.ts'
import type { WidgetManifest } from '../build.ts'

export const ada: EventActor = { kind: 'agent', id: 'ada', name: 'Ada Okafor' }
export const robot: EventActor = { kind: 'virtual-agent', id: 'robot', name: 'Aurora' }

interface Talk {
  visitor: string
  state: ConversationState
  events: ConversationEvent[]
}

interface Line {
  visitor: EventActor | null
  follows: Set<string>
  say(frame: ServerFrame): void
  cut(): void
}

export interface FakeServer {
  origin: string
  manifest: WidgetManifest
  loader: PinnedLoader
  /** Keys, log and witness of the release that is served. */
  world: ReleaseWorld
  /** Text of its manifest. */
  release: string
  /** What `/w/release.json` answers. */
  bundle: ReleaseBundle | object | null
  /** `/w/release.json` refuses: the kill switch. */
  contained: boolean
  /** Somebody between server and visitor answers these paths: anything here replaces what would be answered. */
  readonly altered: Map<string, { body?: string; type?: string; headers?: Record<string, string | null> }>
  readonly reports: PageViewReport[]
  /** The header of documents. */
  policy(): string
  /** What the next welcome carries as configuration: any value, for fuzzing. */
  config: unknown
  agentsOnline: boolean
  handler: Handler
  /** Pages with card fields on which chat is allowed. */
  approved: Set<string>
  /** Refuses every hello with this code. */
  refuseHello: string | null
  /** Refuses every connection: the server is away. */
  away: boolean
  /** Answers no WebSocket upgrade, as some proxies do. */
  noSockets: boolean
  /** Everything that came from browsers, as it came. */
  readonly raw: string[]
  readonly frames: ClientFrame[]
  readonly requests: { method: string; path: string }[]
  /** Tokens that count. */
  readonly tokens: Map<string, EventActor>
  talks(): Talk[]
  latest(): Talk
  say<T extends EventType>(type: T, data: EventData[T], actor?: EventActor): number
  broadcast(frame: ServerFrame): void
  cut(): void
  until(what: (server: FakeServer) => boolean): Promise<void>
  close(): Promise<void>
}

/** @param dist folder of a built widget. */
export async function openFakeServer(dist: string): Promise<FakeServer> {
  const talks = new Map<string, Talk>()
  const lines = new Set<Line>()
  const streams = new Map<string, { line: Line; secret: string; hear(frame: ClientFrame): void }>()
  const manifest = JSON.parse(readFileSync(path.join(dist, 'manifest.json'), 'utf8')) as WidgetManifest
  const world = releaseWorld(Date.now())
  const loader = pinLoader(readFileSync(path.join(dist, manifest.loader.template)), world.pin)
  const release = releaseOf(world, manifest)
  const epoch = randomUUID()

  const publish = (talk: Talk, event: ConversationEvent): void => {
    talk.events.push(event)
    talk.state = foldState(talk.state, [event])
    for (const line of lines)
      if (line.follows.has(talk.state.id))
        line.say({ type: 'events', conversation: talk.state.id, events: [event] })
  }
  const append = (
    talk: Talk,
    id: string,
    type: EventType,
    actor: EventActor,
    data: object,
  ): ConversationEvent => {
    const seq = talk.events.length + 1
    const at = new Date().toISOString()
    const event = { id, conversation: talk.state.id, seq, at, type, actor, data } as ConversationEvent
    publish(talk, event)
    return event
  }
  const follow = (line: Line, talk: Talk, seq?: number): void => {
    line.follows.add(talk.state.id)
    if (seq === undefined)
      line.say({
        type: 'snapshot',
        conversation: talk.state.id,
        epoch,
        state: talk.state,
        events: talk.events.slice(-100),
      })
    else if (seq < talk.events.length)
      line.say({ type: 'events', conversation: talk.state.id, events: talk.events.slice(seq) })
  }

  function hear(line: Line, frame: ClientFrame): void {
    server.frames.push(frame)
    if (frame.type === 'hello') return hello(line, frame)
    const { visitor } = line
    if (visitor === null) return
    const talk = 'conversation' in frame ? talks.get(frame.conversation) : undefined
    switch (frame.type) {
      case 'start': {
        if (!talks.has(frame.conversation)) {
          const made: Talk = {
            visitor: visitor.id,
            state: stateOf(frame.conversation, server.handler),
            events: [],
          }
          talks.set(frame.conversation, made)
          line.follows.add(frame.conversation)
          append(made, frame.id, 'status', visitor, { status: 'open' })
        }
        return line.say({ type: 'ack', id: frame.id, conversation: frame.conversation, seq: 1 })
      }
      case 'send':
      case 'form': {
        if (!talk) return line.say({ type: 'refused', id: frame.id, code: 'not_found', message: '' })
        const stored = talk.events.find(({ id }) => id === frame.id)
        const { seq } =
          stored ??
          (frame.type === 'send'
            ? append(talk, frame.id, 'message', visitor, { text: frame.text })
            : append(talk, frame.id, 'form', visitor, { form: frame.form, answers: frame.answers }))
        return line.say({ type: 'ack', id: frame.id, conversation: frame.conversation, seq })
      }
      case 'read':
        if (talk) append(talk, frame.id, 'read', visitor, { upTo: frame.upTo })
        return line.say({ type: 'ack', id: frame.id })
      case 'open':
        return talk && talk.visitor === visitor.id
          ? follow(line, talk, frame.seq)
          : line.say({ type: 'refused', conversation: frame.conversation, code: 'not_found', message: '' })
      case 'earlier': {
        const events = talk!.events.filter(({ seq }) => seq < frame.before).slice(-100)
        const more = (events[0]?.seq ?? 1) > 1
        return line.say({ type: 'earlier', id: frame.id, conversation: frame.conversation, events, more })
      }
      case 'page':
        if (refusesPage(frame.page)) line.say({ type: 'refused', code: 'card_fields_page', message: '' })
        return
      case 'identify': {
        line.visitor = { kind: 'visitor', id: 'customer-' + frame.jwt, name: 'Grace' }
        line.follows.clear()
        const token = 'token-' + randomUUID()
        server.tokens.set(token, line.visitor)
        const conversations = owned(line.visitor)
        return line.say({ type: 'identified', id: frame.id, you: line.visitor, token, conversations })
      }
      case 'logout':
        for (const [token, { id }] of server.tokens) if (id === visitor.id) server.tokens.delete(token)
        return line.say({ type: 'logged-out', id: frame.id })
      default:
        if ('id' in frame) line.say({ type: 'ack', id: frame.id })
    }
  }

  const owned = (visitor: EventActor): ConversationState[] =>
    [...talks.values()].filter((talk) => talk.visitor === visitor.id).map(({ state }) => state)
  const refusesPage = (page: { url: string; cardFields: boolean }): boolean =>
    page.cardFields && !server.approved.has(page.url)

  function hello(line: Line, frame: Extract<ClientFrame, { type: 'hello' }>): void {
    if (frame.role !== 'visitor') throw new Error('only visitors come here')
    const goodbye = (code: string): void =>
      line.say({ type: 'goodbye', code: code as 'busy', message: '', retryAfterMs: 5_000 })
    if (server.refuseHello !== null) return goodbye(server.refuseHello)
    if (frame.page && refusesPage(frame.page)) {
      // As the server does it: the refusal comes before the welcome.
      line.say({ type: 'refused', code: 'card_fields_page', message: '' })
    }
    let token: string | undefined
    const known = server.tokens.get(frame.token ?? '')
    const id = randomUUID()
    line.visitor = known ?? { kind: 'visitor', id, name: 'Visitor' }
    if (!known) server.tokens.set((token = 'token-' + id), line.visitor)
    line.say({
      type: 'welcome',
      protocol: 1,
      epoch,
      you: { ...line.visitor, tenant: 'Aurora Air' },
      ...(token === undefined ? {} : { token }),
      config: server.config as never,
      conversations: owned(line.visitor),
      heartbeatMs: 25_000,
      agentsOnline: server.agentsOnline,
    })
    for (const { conversation, epoch: held, seq } of frame.positions ?? []) {
      const talk = talks.get(conversation)
      if (talk) follow(line, talk, held === epoch ? seq : undefined)
    }
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url!, 'http://x')
    server.requests.push({ method: request.method!, path: pathname })
    response.setHeader('access-control-allow-origin', '*')
    if (server.away && !pathname.startsWith('/w/')) return void request.socket.destroy()
    if (request.method === 'OPTIONS') {
      response.setHeader('access-control-allow-headers', 'authorization, content-type')
      return void response.writeHead(204).end()
    }
    if (request.method === 'GET' && pathname.startsWith('/w/')) return serveBuilt(pathname.slice(3), response)
    if (request.method === 'POST' && pathname === '/v1/page-views') {
      server.reports.push(JSON.parse(await bodyOf(request)) as PageViewReport)
      return void response.writeHead(204).end()
    }
    const stream = /^\/v1\/streams(?:\/(.+))?$/.exec(pathname)
    if (request.method !== 'POST' || !stream) return void response.writeHead(404).end()
    const body = await bodyOf(request)
    server.raw.push(body)
    if (stream[1] === undefined) return openStream(checkClientFrame(JSON.parse(body)), response)
    const open = streams.get(stream[1])
    if (request.headers.authorization !== `Bearer ${open?.secret}`) return void response.writeHead(401).end()
    for (const frame of (JSON.parse(body) as { frames: unknown[] }).frames)
      open!.hear(checkClientFrame(frame))
    response.writeHead(202).end('{}')
  }

  function openStream(frame: ClientFrame, response: ServerResponse): void {
    const stream = { id: randomUUID(), secret: randomBytes(16).toString('hex') }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const line: Line = {
      visitor: null,
      follows: new Set(),
      say: (said) =>
        void response.write(
          `data: ${JSON.stringify(said.type === 'welcome' ? { ...said, stream } : said)}\n\n`,
        ),
      cut: () => response.destroy(),
    }
    lines.add(line)
    streams.set(stream.id, { line, secret: stream.secret, hear: (frame) => hear(line, frame) })
    response.on('close', () => lines.delete(line))
    hear(line, frame)
  }

  function serveBuilt(name: string, response: ServerResponse): void {
    const found = server.altered.get(name)?.body ?? contentOf(name)
    if (name === 'release.json' && server.contained) response.statusCode = 403
    if (found === null) return void response.writeHead(404).end()
    const kind = { '.js': 'text/javascript', '.html': 'text/html', '.json': 'application/json' }
    response.setHeader('content-type', `${kind[path.extname(name) as '.js']}; charset=utf-8`)
    if (name.endsWith('.html')) {
      response.setHeader('content-security-policy', server.policy())
      response.setHeader('allow-csp-from', '*')
    }
    for (const [header, value] of Object.entries(server.altered.get(name)?.headers ?? {}))
      if (value === null) response.removeHeader(header)
      else response.setHeader(header, value)
    response.end(found)
  }

  function contentOf(name: string): Buffer | string | null {
    if (name === 'release.json')
      return server.contained ? '{"code":"contained"}' : JSON.stringify(server.bundle)
    if (name === loader.name) return loader.content
    if (name === manifest.launcher.file) return readFileSync(path.join(dist, name))
    const [id, file] = name.split('/')
    // Whatever release is asked for: what may run is not this server's to say.
    return id?.length === 43 && file !== undefined && file in manifest.files
      ? readFileSync(path.join(dist, 'release', file))
      : null
  }

  const http = createServer((request, response) => void answer(request, response))
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'candor.v1' })
  http.on('upgrade', (request, socket, head) => {
    if (server.away || server.noSockets) return void socket.destroy()
    server.requests.push({ method: 'GET', path: request.url! })
    sockets.handleUpgrade(request, socket, head, (ws) => {
      const line: Line = {
        visitor: null,
        follows: new Set(),
        say: (frame) => ws.send(JSON.stringify(frame)),
        cut: () => ws.terminate(),
      }
      lines.add(line)
      ws.on('close', () => lines.delete(line))
      ws.on('message', (data: Buffer) => {
        server.raw.push(data.toString())
        hear(line, checkClientFrame(JSON.parse(data.toString())))
      })
    })
  })

  const server: FakeServer = {
    origin: await listen(http),
    manifest,
    loader,
    world,
    release,
    bundle: world.bundle({ manifest: release }),
    contained: false,
    altered: new Map(),
    reports: [],
    policy: () =>
      manifest.csp.replace('<o>', server.origin).replace('<w>', server.origin.replace('http', 'ws')),
    config: {
      name: 'Aurora Air',
      accent: '#0b5fff',
      accentDark: '#8ab4ff',
      position: 'end',
      greeting: 'Hi there!\nAsk us about flights, baggage or a booking.',
      payUrl: 'https://pay.aurora.example/secure',
      privacyUrl: 'https://aurora.example/privacy',
      locales: ['en'],
    },
    agentsOnline: true,
    handler: { kind: 'virtual-agent' },
    approved: new Set(),
    refuseHello: null,
    away: false,
    noSockets: false,
    raw: [],
    frames: [],
    requests: [],
    tokens: new Map(),
    talks: () => [...talks.values()],
    latest: () => [...talks.values()].at(-1)!,
    say: (type, data, actor = ada) => append(server.latest(), randomUUID(), type, actor, data).seq,
    broadcast: (frame) => lines.forEach((line) => line.say(frame)),
    cut: () => lines.forEach((line) => line.cut()),
    async until(what) {
      const giveUpAt = Date.now() + 10_000
      while (!what(server)) {
        if (Date.now() > giveUpAt) throw new Error('the server waited in vain for: ' + String(what))
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    async close() {
      for (const line of lines) line.cut()
      await shut(http)
    },
  }
  return server
}

/** A release of what was built: attested by both builders, not signed yet. */
export function releaseOf(
  world: ReleaseWorld,
  { files, csp }: Pick<WidgetManifest, 'files' | 'csp'>,
): string {
  const { built: _, ...rest } = world.manifest({ files, csp })
  const statement = buildStatement(rest)
  return spellManifest({
    ...rest,
    built: world.builders.map(({ publicKey, sign }) => ({ by: publicKey, sig: sign(statement) })),
  })
}

export interface HostPages {
  origin: string
  /** Body markup by path; `/` is a plain page, `/without-tag` has no script tag. */
  readonly pages: Map<string, string>
  /** Attributes of the script tag, besides src and integrity. */
  attributes: string
  /** Attributes of <html>. */
  html: string
  /** False: the tenant forgot `integrity`. */
  pinned: boolean
  /** False: the tenant has no policy. */
  strict: boolean
  close(): Promise<void>
}

/** A tenant's site whose policy allows itself, our loader and our frame, and nothing else. */
export async function openHostPages(chat: FakeServer): Promise<HostPages> {
  const http = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://x')
    const body = host.pages.get(pathname)
    if (body === undefined) return void response.writeHead(404).end()
    const nonce = randomBytes(12).toString('base64')
    const { name, integrity } = chat.loader
    const loader = `/w/${name}`
    response.setHeader('content-type', 'text/html; charset=utf-8')
    if (host.strict)
      response.setHeader(
        'content-security-policy',
        `default-src 'self'; script-src 'nonce-${nonce}' ${chat.origin}${loader}; frame-src ${chat.origin}; ` +
          `connect-src ${chat.origin}; ` +
          `require-trusted-types-for 'script'`,
      )
    response.end(
      `<!doctype html><html ${host.html}><head><meta charset="utf-8"><title>Aurora Air</title>` +
        `<meta name="viewport" content="width=device-width,initial-scale=1">` +
        (pathname === '/without-tag'
          ? ''
          : `<script src="${chat.origin}${loader}" ${host.pinned ? `integrity="${integrity}"` : ''} crossorigin="anonymous" ` +
            `data-tenant="aurora-air" ${host.attributes} async></script>`) +
        `</head><body>${body}</body></html>`,
    )
  })
  const host: HostPages = {
    origin: (await listen(http)).replace('127.0.0.1', 'localhost'),
    pages: new Map([
      ['/', '<main><h1>Aurora Air</h1><p>Fly with us.</p><a href="/fares">Fares</a></main>'],
      ['/fares', '<main><h1>Fares</h1><p>From 49 EUR.</p></main>'],
      ['/without-tag', '<main><h1>Aurora Air</h1></main>'],
      [
        '/checkout',
        '<main><h1>Pay</h1><form><label>Name <input name="name"></label>' +
          '<label>Card number <input name="card" autocomplete="cc-number"></label></form></main>',
      ],
    ]),
    attributes: '',
    html: 'lang="en"',
    pinned: true,
    strict: true,
    close: () => shut(http),
  }
  return host
}

function stateOf(id: string, handler: Handler): ConversationState {
  const at = new Date().toISOString()
  return {
    id,
    seq: 0,
    status: 'open',
    handler,
    handlerEpoch: 0,
    queue: null,
    assignee: null,
    tags: [],
    readBy: { visitor: 0, staff: 0 },
    deliveredTo: { visitor: 0, staff: 0 },
    startedAt: at,
    lastEventAt: at,
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  return body
}

async function listen(http: Server): Promise<string> {
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`
}

async function shut(http: Server): Promise<void> {
  http.closeAllConnections()
  await new Promise((resolve) => http.close(resolve))
}

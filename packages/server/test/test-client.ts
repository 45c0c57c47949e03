import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { ClientFrame, ServerFrame, WireEvent } from '@candor/protocol/frames.ts'
import { WebSocket } from 'ws'
import { signOpening } from './keyholder-in-process.ts'

/** A scripted client that keeps every frame. It does nothing by itself but answer heartbeats. */
export interface TestClient {
  readonly welcome: Extract<ServerFrame, { type: 'welcome' }>
  readonly frames: ServerFrame[]
  /** Events of one conversation, in the order of arrival, snapshots included. */
  events(conversation: string): WireEvent[]
  send(frame: ClientFrame): void
  /** Sends and waits for the ack or the refusal of the frame's id. */
  ask(
    frame: ClientFrame & { id: string },
  ): Promise<Extract<ServerFrame, { type: 'ack' | 'refused' | 'earlier' | 'identified' | 'logged-out' }>>
  /** The first frame, past or to come, that fits. */
  until<T extends ServerFrame['type']>(
    type: T,
    fits?: (frame: Extract<ServerFrame, { type: T }>) => boolean,
    msMax?: number,
  ): Promise<Extract<ServerFrame, { type: T }>>
  closed: Promise<number>
  /** Cuts the connection without a goodbye. */
  drop(): void
  readonly socket: WebSocket
}

const waitMsMax = 10_000

export function visitorClient(url: string, hello: Record<string, unknown>): Promise<TestClient> {
  return connect(url, { type: 'hello', protocol: 1, role: 'visitor', ...hello }, {})
}

/** With a cookie it is a person's browser, and signs what it opens; with a key it is a program. */
export async function staffClient(
  url: string,
  hello: Record<string, unknown>,
  headers: Record<string, string> = {},
): Promise<TestClient> {
  const client = await connect(url, { type: 'hello', protocol: 1, role: 'staff', ...hello }, headers)
  if (headers['cookie'] === undefined) return client
  const privateKey = await registerBrowserKey(url, headers)
  const signed = <F extends ClientFrame>(frame: F): F =>
    frame.type === 'open' || frame.type === 'earlier'
      ? { proof: signOpening(privateKey, client.welcome.you.tenant, frame.conversation), ...frame }
      : frame
  return {
    ...client,
    send: (frame) => client.send(signed(frame)),
    ask: (frame) => client.ask(signed(frame)),
  }
}

/** What a browser does at sign-in. @returns the private key that it keeps. */
export async function registerBrowserKey(url: string, headers: Record<string, string>): Promise<KeyObject> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' })
  const response = await fetch(`${url}/v1/session/key`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url, ...headers },
    body: JSON.stringify({
      publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    }),
  })
  // Who is not let in at the socket is not let in here either.
  assert.ok([201, 401].includes(response.status), await response.text())
  return privateKey
}

async function connect(
  url: string,
  hello: Record<string, unknown>,
  headers: Record<string, string>,
): Promise<TestClient> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/v1/socket`, 'candor.v1', {
    perMessageDeflate: false,
    headers,
  })
  const frames: ServerFrame[] = []
  const listeners = new Set<(frame: ServerFrame) => void>()
  const closed = new Promise<number>((resolve) => socket.on('close', resolve))
  socket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as ServerFrame
    if (frame.type === 'heartbeat') socket.send('{"type":"beat"}')
    frames.push(frame)
    for (const listener of [...listeners]) listener(frame)
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  socket.on('error', () => undefined)
  socket.send(JSON.stringify(hello))

  function first<F extends ServerFrame>(
    fits: (frame: ServerFrame) => frame is F,
    from: number,
    what: string,
    msMax = waitMsMax,
  ): Promise<F> {
    const known = frames.slice(from).find(fits)
    if (known !== undefined) return Promise.resolve(known)
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        listeners.delete(listener)
        reject(
          new Error(
            `no ${what} within ${msMax} ms; last frames: ${JSON.stringify(frames.slice(-3)).slice(0, 500)}`,
          ),
        )
      }, msMax)
      const listener = (frame: ServerFrame): void => {
        if (!fits(frame)) return
        clearTimeout(timer)
        listeners.delete(listener)
        resolve(frame)
      }
      listeners.add(listener)
    })
  }

  const opening = await first(
    (frame): frame is Extract<ServerFrame, { type: 'welcome' | 'goodbye' }> =>
      frame.type === 'welcome' || frame.type === 'goodbye',
    0,
    'welcome',
  )
  assert.equal(opening.type, 'welcome', JSON.stringify(opening))

  return {
    welcome: opening,
    frames,
    socket,
    closed,
    events: (conversation) =>
      frames.flatMap((frame) =>
        (frame.type === 'events' || frame.type === 'snapshot') &&
        (frame.type === 'events' ? frame.conversation : frame.state.id) === conversation
          ? frame.events
          : [],
      ),
    send: (frame) => socket.send(JSON.stringify(frame)),
    ask(frame) {
      const answer = first(
        (
          heard,
        ): heard is Extract<
          ServerFrame,
          { type: 'ack' | 'refused' | 'earlier' | 'identified' | 'logged-out' }
        > => 'id' in heard && heard.id === frame.id,
        frames.length,
        `answer to ${frame.type}`,
      )
      socket.send(JSON.stringify(frame))
      return answer
    },
    until: (type, fits = () => true, msMax) =>
      first(
        (frame): frame is Extract<ServerFrame, { type: typeof type }> =>
          frame.type === type && fits(frame as Extract<ServerFrame, { type: typeof type }>),
        0,
        type,
        msMax,
      ),
    drop: () => socket.terminate(),
  }
}

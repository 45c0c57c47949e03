/** Conversations whose every text is known: visitors over the socket, staff over the API. */
import { randomUUID } from 'node:crypto'
import type { ClientFrame, ServerFrame } from '@candor/protocol/frames.ts'
import type { DrilledServer } from './server-process.ts'

export interface Talk {
  slug: string
  tenant: string
  conversation: string
  texts: string[]
}

const answerMsMax = 15_000
/** Before the first byte of a text and in its middle, so that its alignment in memory and on the disk varies. */
const openings = ['I lost my', 'Where is the', 'Please do not tell anybody about', 'Regarding'] as const

/** @param options.word in every text; `tag` is put on every conversation and stored as it is. */
export async function converse(
  server: DrilledServer,
  options: { perTenant: number; word: string; tag: string },
): Promise<Talk[]> {
  const talks: Talk[] = []
  for (const { slug, id, key } of server.tenants)
    for (let i = 0; i < options.perTenant; i++) {
      const conversation = randomUUID()
      const texts: string[] = []
      const say = (): string => {
        const text = `${openings[texts.length % openings.length]} ${options.word} ${i}.${texts.length} of ${slug}`
        texts.push(text)
        return text
      }
      const post = async (what: string, body: object): Promise<void> => {
        const response = await fetch(`${server.url}/v1/conversations/${conversation}/${what}`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${key}`,
            'content-type': 'application/json',
            'idempotency-key': randomUUID(),
          },
          body: JSON.stringify(body),
        })
        if (!response.ok) throw new Error(`${what}: ${response.status} ${await response.text()}`)
      }
      const visitor = await connectVisitor(server.url, slug)
      await visitor.ask({ type: 'start', id: randomUUID(), conversation })
      await visitor.ask({ type: 'send', id: randomUUID(), conversation, text: say() })
      await visitor.ask({ type: 'send', id: randomUUID(), conversation, text: say() })
      await post('takeover', {})
      await post('messages', { text: say() })
      await post('notes', { text: say() })
      await post('tags', { add: [options.tag], remove: [] })
      visitor.close()
      talks.push({ slug, tenant: id, conversation, texts })
    }
  return talks
}

type Asking = Extract<ClientFrame, { type: 'start' | 'send' }>

async function connectVisitor(
  url: string,
  tenant: string,
): Promise<{ ask(frame: Asking): Promise<void>; close(): void }> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/v1/socket`, 'candor.v1')
  const waiting = new Map<string, PromiseWithResolvers<void>>()
  const wait = (name: string): Promise<void> => {
    const asked = Promise.withResolvers<void>()
    waiting.set(name, asked)
    const late = setTimeout(() => asked.reject(new Error(`No answer to ${name}`)), answerMsMax)
    return asked.promise.finally(() => clearTimeout(late))
  }
  socket.addEventListener('open', () =>
    socket.send(JSON.stringify({ type: 'hello', protocol: 1, role: 'visitor', tenant })),
  )
  socket.addEventListener('message', ({ data }) => {
    const frame = JSON.parse(String(data)) as ServerFrame
    if (frame.type === 'welcome') waiting.get('welcome')?.resolve()
    if (frame.type === 'ack') waiting.get(frame.id)?.resolve()
    if (frame.type === 'refused')
      for (const asked of waiting.values()) asked.reject(new Error(JSON.stringify(frame)))
  })
  await wait('welcome')
  return {
    async ask(frame) {
      const answered = wait(frame.id)
      socket.send(JSON.stringify(frame))
      await answered
    },
    close: () => socket.close(),
  }
}

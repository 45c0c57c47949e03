import type { Transport } from './connection.ts'
import type { ClientFrame } from './frames.ts'
import { readServerFrame } from './read-server-frame.ts'

export const streamPath = '/v1/streams'

/**
 * The same frames where WebSocket is blocked. `POST /v1/streams` with the hello answers `text/event-stream`,
 * one server frame per event; client frames go by `POST /v1/streams/{id}` as `{ frames }`, one request at a
 * time so that they arrive in order, with the secret of the welcome.
 * @param origin of the server, `https://chat.example`.
 */
export function eventStreamTransport(origin: string): Transport {
  return {
    connect(hello, { heard, lost }) {
      const abort = new AbortController()
      let over = false
      let stream: { id: string; secret: string } | undefined
      let waiting: ClientFrame[] = []
      let posting = false

      const post = (path: string, body: unknown, secret?: string): Promise<Response> =>
        fetch(origin + streamPath + path, {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }),
          },
          body: JSON.stringify(body),
          credentials: hello.role === 'staff' ? 'same-origin' : 'omit',
          cache: 'no-store',
          signal: abort.signal,
        })
      // fetch throws for every network fault, and every one of them means the same here.
      const end = (): void => {
        if (over) return
        over = true
        abort.abort()
        lost()
      }
      const hear = (data: string): void => {
        const frame = over ? null : readServerFrame(data)
        if (frame?.type === 'welcome') stream = frame.stream
        if (frame) heard(frame)
      }
      const listen = async (): Promise<void> => {
        const answer = await post('', hello)
        const { body } = answer
        if (!answer.ok) hear(JSON.stringify(refusedFrame(await answer.json())))
        if (!answer.ok || !body) return
        const decoder = new TextDecoder()
        let rest = ''
        for (const reader = body.getReader(); ;) {
          const { done, value } = await reader.read()
          if (done) return
          rest += decoder.decode(value, { stream: true })
          const events = rest.split(/\r?\n\r?\n/)
          rest = events.pop()!
          for (const event of events) {
            const data = event.split(/\r?\n/).filter((line) => line.startsWith('data:'))
            if (data.length > 0) hear(data.map((line) => line.slice(5)).join('\n'))
          }
        }
      }
      const flush = async (): Promise<void> => {
        if (posting || !stream) return
        posting = true
        while (waiting.length > 0 && !over) {
          const frames = waiting
          waiting = []
          const { ok } = await post('/' + stream.id, { frames }, stream.secret)
          if (!ok) return end()
        }
        posting = false
      }

      listen().then(end, end)
      return {
        send(frames) {
          waiting.push(...frames)
          flush().catch(end)
        },
        drop() {
          over = true
          abort.abort()
        },
      }
    },
  }
}

/** RFC 9457 problem → the frame that a socket would have brought. */
function refusedFrame(problem: { code?: string; detail?: string; retryAfterMs?: number } | null): object {
  return { ...problem, type: 'refused', message: problem?.detail }
}

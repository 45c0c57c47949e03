import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { frameBytesMax } from '@candor/protocol/frames.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import { watchBacklog } from './backlog.ts'
import { openSession, type Session, type SessionRooms, type StaffOfConnection } from './session.ts'

export interface EventStreams {
  count(): number
  close(): void
}

interface Stream {
  secret: Buffer
  session: Session
  /** POSTs that wait until the session reads again. */
  resumeReading: (() => void)[]
  paused: boolean
}

/** Frames of one POST. */
const framesPerPostMax = 256
/** Proxies close a silent response; a comment line keeps it. */
const commentMs = 15_000

/**
 * The same frames where WebSocket is blocked: `POST /v1/streams` with a hello frame answers an event stream
 * (its first event is the welcome with `stream {id, secret}`); later frames go to `POST /v1/streams/{id}` with
 * `Authorization: Bearer <secret>` and are answered on the stream. No secret ever stands in a URL.
 */
export function openEventStreams(
  app: FastifyInstance,
  options: { rooms: SessionRooms; socketsMax: number; staffOf(request: FastifyRequest): StaffOfConnection },
): EventStreams {
  const streams = new Map<string, Stream>()

  app.post(
    '/v1/streams',
    {
      schema: {
        operationId: 'openStream',
        summary: 'Open an event stream with a hello frame',
        tags: ['live'],
        body: {
          type: 'object',
          additionalProperties: true,
          description: 'A hello frame, see docs/protocol.md',
        },
      },
      config: { idempotent: false },
    },
    (request, reply) => {
      if (streams.size >= options.socketsMax) throw new Refusal('busy', undefined, { retryAfterMs: 5_000 })
      return open(request, reply)
    },
  )

  function open(request: FastifyRequest, reply: FastifyReply): FastifyReply {
    reply.hijack()
    const { raw } = reply
    raw.writeHead(200, {
      ...Object.fromEntries(Object.entries(reply.getHeaders()).map(([name, value]) => [name, String(value)])),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    const id = randomBytes(16).toString('base64url')
    const secret = randomBytes(32).toString('base64url')
    let welcomed = false
    const comment = setInterval(() => raw.write(':\n\n'), commentMs)
    const stream: Omit<Stream, 'session'> = { secret: Buffer.from(secret), resumeReading: [], paused: false }
    const backlog = watchBacklog(
      () => raw.writableLength,
      () => {
        raw.write(
          'data: {"type":"goodbye","code":"slow_reader","message":"The connection reads too slowly; reconnect to catch up.","retryAfterMs":1000}\n\n',
        )
        end()
      },
    )
    const session = openSession(
      {
        send(frame) {
          if (raw.writableEnded || raw.destroyed) return false
          if (!welcomed && frame.startsWith('{"type":"welcome"')) {
            welcomed = true
            frame = JSON.stringify({ ...(JSON.parse(frame) as object), stream: { id, secret } })
          }
          raw.write(`data: ${frame}\n\n`)
          return backlog.written()
        },
        close: () => end(),
        terminate: () => raw.destroy(),
        pause: () => void (stream.paused = true),
        resume() {
          stream.paused = false
          for (const resume of stream.resumeReading.splice(0)) resume()
        },
      },
      options.rooms,
      options.staffOf(request),
    )
    streams.set(id, Object.assign(stream, { session }))

    function end(): void {
      clearInterval(comment)
      backlog.end()
      streams.delete(id)
      session.closed()
      for (const resume of stream.resumeReading.splice(0)) resume()
      raw.end()
    }

    raw.on('close', end)
    session.receive(JSON.stringify(request.body))
    return reply
  }

  app.post<{ Params: { id: string }; Body: { frames: unknown[] } }>(
    '/v1/streams/:id',
    {
      bodyLimit: frameBytesMax * 16,
      schema: {
        operationId: 'sendFrames',
        summary: 'Send frames of an open event stream',
        tags: ['live'],
        params: { type: 'object', required: ['id'], properties: { id: { type: 'string', maxLength: 64 } } },
        body: {
          type: 'object',
          required: ['frames'],
          properties: {
            frames: {
              type: 'array',
              maxItems: framesPerPostMax,
              items: { type: 'object', additionalProperties: true },
            },
          },
        },
        response: { 202: { type: 'object', properties: { accepted: { type: 'integer' } } } },
      },
      config: { idempotent: false },
    },
    async (request, reply) => {
      const stream = streams.get(request.params.id)
      const given = Buffer.from(/^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '')
      if (
        stream === undefined ||
        given.length !== stream.secret.length ||
        !timingSafeEqual(given, stream.secret)
      )
        throw new Refusal('token_invalid', 'This stream has ended. Open a new one.')
      for (const frame of request.body.frames) {
        if (stream.paused) await new Promise<void>((resolve) => stream.resumeReading.push(resolve))
        stream.session.receive(JSON.stringify(frame))
      }
      return reply.code(202).send({ accepted: request.body.frames.length })
    },
  )

  return {
    count: () => streams.size,
    close() {
      for (const { session } of [...streams.values()]) session.restart()
    },
  }
}

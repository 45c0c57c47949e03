import { readFileSync } from 'node:fs'
import * as path from 'node:path'
import type { AccessEntry } from '@candor/protocol/api.ts'
import { isUuid } from '@candor/protocol/parse-client-frame.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { FastifyPluginAsync, FastifyReply } from 'fastify'
import { sameOrigin } from '../edge/http.ts'
import { pageHeaders } from '../edge/security-headers.ts'
import { sendFile, staticFile, type StaticFile } from '../edge/static-files.ts'
import type { Tamper } from './tampering.ts'
import type { TourFeed } from './tour-feed.ts'

const folder = path.join(import.meta.dirname, 'tour')
/** Proxies close a silent response; a comment line keeps it. */
const commentMs = 15_000
/** Bytes that may wait for one reader of the feed. It is the last lines only, so who is slower starts over. */
const backlogBytesMax = 64 * 1024

/** Who read a conversation of one of the demo's companies, and the proofs of it. */
export interface TourAccess {
  entries(
    tenant: string,
    filter: { conversation: string },
    page: { cursor: null; limit: number },
  ): Promise<{ items: AccessEntry[] }>
  bundle(tenant: string, filter: { conversation: string }): Promise<string>
}

/** More than happens to one conversation while somebody looks at a tour. */
const entriesMax = 100

/**
 * The page at `/` and what it needs: a sign-in by one click as one of the demo people, and the live feed. These
 * routes exist only where the demo does.
 */
export function tourRoutes(options: {
  publicUrl: () => string
  /** Origin of the demo sites. */
  sitesUrl: () => string
  /** Handles of the demo people who can be signed in as. */
  people: readonly string[]
  /** Answers the `Set-Cookie` lines of a session as this person; none when it is there already. */
  signInAs(handle: string, browser: { cookie: string | undefined; address: string }): Promise<string[]>
  feed: Pick<TourFeed, 'recent' | 'listen'>
  /** Null where this installation has no access log to show. */
  access: TourAccess | null
  /** Ids of the demo's companies: nobody else's conversations are shown. */
  tenants: () => readonly string[]
  /** What somebody breaks, or null: put everything back. */
  tampering: { now(): Tamper | null; set(kind: Tamper | null): Promise<void> }
}): FastifyPluginAsync {
  const { publicUrl, sitesUrl, feed, access } = options
  return async (app) => {
    const streams = new Set<FastifyReply>()
    let files: Map<string, StaticFile> | undefined

    /** Read with the first request: the addresses are known by then. */
    function read(): Map<string, StaticFile> {
      const page = {
        ...pageHeaders({ publicUrl: publicUrl(), framedBy: 'nobody', frames: [`'self'`, sitesUrl()] }),
        'cache-control': 'no-cache',
      }
      const html = readFileSync(path.join(folder, 'tour.html'), 'utf8').replaceAll('{{sites}}', sitesUrl())
      return new Map([
        ['/', staticFile(Buffer.from(html), '.html', page)],
        ...['tour.css', 'tour.js', 'mark.svg'].map((name): [string, StaticFile] => [
          `/tour/${name}`,
          staticFile(readFileSync(path.join(folder, name)), path.extname(name), {
            'cache-control': 'no-cache',
          }),
        ]),
      ])
    }

    for (const url of ['/', '/tour/tour.css', '/tour/tour.js', '/tour/mark.svg'])
      app.get(url, { schema: { hide: true } }, (request, reply) =>
        sendFile(request, reply, (files ??= read()).get(url)!),
      )

    app.post<{ Body: { as: string } }>(
      '/tour/sign-in',
      {
        schema: {
          hide: true,
          body: {
            type: 'object',
            required: ['as'],
            additionalProperties: false,
            properties: { as: { enum: options.people } },
          },
        },
      },
      async (request, reply) => {
        // Not under /v1/, so the edge has not checked it: no other site signs anybody in here.
        sameOrigin(request, publicUrl())
        const { cookie } = request.headers
        const cookies = await options.signInAs(request.body.as, { cookie, address: request.ip })
        return reply.header('set-cookie', cookies).header('cache-control', 'no-store').code(204).send()
      },
    )

    app.get('/tour/tampering', { schema: { hide: true } }, (_, reply) =>
      reply.header('cache-control', 'no-store').send({ kind: options.tampering.now() }),
    )

    app.post<{ Body: { kind: Tamper | null } }>(
      '/tour/tampering',
      {
        schema: {
          hide: true,
          body: {
            type: 'object',
            required: ['kind'],
            additionalProperties: false,
            properties: { kind: { enum: ['widget', 'skimmer', null] } },
          },
        },
      },
      async (request, reply) => {
        sameOrigin(request, publicUrl())
        await options.tampering.set(request.body.kind)
        return reply.code(204).send()
      },
    )

    app.get('/tour/events', { schema: { hide: true } }, (request, reply) => {
      const { raw } = reply
      const stop = feed.listen((line) => write(`data: ${JSON.stringify(line)}\n\n`))
      if (stop === null) throw new Refusal('busy', undefined, { retryAfterMs: 5_000 })
      reply.hijack()
      streams.add(reply)
      raw.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-accel-buffering': 'no',
      })
      const comment = setInterval(() => write(':\n\n'), commentMs)
      raw.on('close', () => {
        stop()
        clearInterval(comment)
        streams.delete(reply)
      })
      write(`retry: 2000\nevent: recent\ndata: ${JSON.stringify(feed.recent())}\n\n`)

      function write(chunk: string): void {
        if (raw.destroyed) return
        if (raw.writableLength > backlogBytesMax) raw.destroy()
        else raw.write(chunk)
      }
      return reply
    })

    app.get<{ Querystring: { conversation: string } }>(
      '/tour/access',
      { schema: { hide: true } },
      async (request, reply) => {
        const { conversation } = request.query
        if (!isUuid(conversation)) throw new Refusal('invalid_field', undefined, { field: 'conversation' })
        for (const tenant of access === null ? [] : options.tenants()) {
          const { items } = await access!.entries(
            tenant,
            { conversation },
            { cursor: null, limit: entriesMax },
          )
          if (items.length === 0) continue
          const bundle = await access!.bundle(tenant, { conversation })
          return reply.header('cache-control', 'no-store').send({ entries: items, bundle })
        }
        throw new Refusal('not_found')
      },
    )

    app.addHook('preClose', async () => {
      for (const { raw } of streams) raw.end()
    })
  }
}

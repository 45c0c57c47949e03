import * as path from 'node:path'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { etagOf } from './http.ts'
import { widgetFileHeaders } from './security-headers.ts'
import { sendFile, staticFile, type StaticFile } from './static-files.ts'

/** What is served of the widget's releases. */
export interface WidgetReleases {
  /** Loaders and their launchers, by name. */
  beside(name: string): Buffer | undefined
  release(
    id: string,
  ):
    | {
        manifestText: string
        manifest: { csp: string }
        isRevoked: boolean
        files: ReadonlyMap<string, Buffer>
        sbom: Buffer
      }
    | undefined
  bundle(): Promise<string | null>
  rootText(): string | null
}

/** Files that are compressed once and held: those of some releases. */
const heldMax = 300

/** What pages load, under `/w/`. All of it is public, and of all but two files the name says the content. */
export function widgetFileRoutes(options: {
  releases: WidgetReleases
  /** The kill switch: whether the chat of this tenant (by its public id) is switched off on this page. */
  contained(tenant: string, page: string): boolean | Promise<boolean>
  publicUrl: () => string
}): FastifyPluginAsync {
  const { releases, publicUrl } = options
  const held = new Map<string, StaticFile>()

  function fileOf(
    key: string,
    content: () => { body: Buffer; document?: string } | undefined,
  ): StaticFile | undefined {
    const known = held.get(key)
    if (known !== undefined) return known
    const read = content()
    if (read === undefined) return undefined
    const headers = { ...widgetFileHeaders(publicUrl()), ...documentHeaders(read.document) }
    const file = staticFile(read.body, path.extname(key), headers)
    if (held.size >= heldMax) held.delete(held.keys().next().value!)
    held.set(key, file)
    return file
  }

  function documentHeaders(csp: string | undefined): Record<string, string> {
    if (csp === undefined) return {}
    const { origin } = new URL(publicUrl())
    return {
      'content-security-policy': csp
        .replaceAll('<o>', origin)
        .replaceAll('<w>', origin.replace(/^http/, 'ws')),
      // CSP Embedded Enforcement: a document that does not agree to the policy of its frame is not shown.
      'allow-csp-from': '*',
    }
  }

  return async (app) => {
    app.get<{ Querystring: { t?: unknown; u?: unknown } }>(
      '/w/release.json',
      { schema: { hide: true } },
      async (request, reply) => {
        open(reply)
        const { t, u } = request.query
        if (typeof t === 'string' && typeof u === 'string' && (await options.contained(t, u)))
          throw new Refusal('contained')
        const text = await releases.bundle()
        if (text === null)
          throw new Refusal('busy', 'No release of the widget is in force.', { retryAfterMs: 10_000 })
        return sendText(request, reply, text)
      },
    )

    app.get('/w/release-root.json', { schema: { hide: true } }, async (request, reply) => {
      open(reply)
      const text = releases.rootText()
      if (text === null) throw new Refusal('not_found')
      return sendText(request, reply, text)
    })

    app.get<{ Params: { name: string } }>('/w/:name', { schema: { hide: true } }, (request, reply) => {
      const { name } = request.params
      const file = fileOf(name, () => {
        const body = releases.beside(name)
        return body === undefined ? undefined : { body }
      })
      return file === undefined ? reply.callNotFound() : sendFile(request, reply, file)
    })

    app.get<{ Params: { id: string; name: string } }>(
      '/w/:id/:name',
      { schema: { hide: true } },
      (request, reply) => {
        const { id, name } = request.params
        const release = releases.release(id)
        // Asked each time: what was revoked is not served from what is held either.
        const isShown = release !== undefined && (!release.isRevoked || name === 'manifest.json')
        const file =
          isShown &&
          fileOf(`${id}/${name}`, () => {
            if (name === 'manifest.json') return { body: Buffer.from(release.manifestText) }
            if (name === 'sbom.json') return { body: release.sbom }
            const body = release.files.get(name)
            if (body === undefined) return undefined
            return name.endsWith('.html') ? { body, document: release.manifest.csp } : { body }
          })
        return file === undefined || file === false ? reply.callNotFound() : sendFile(request, reply, file)
      },
    )
  }
}

/** Anybody may ask, from anywhere, and asks anew each time. */
function open(reply: FastifyReply): void {
  reply.headers({
    'cache-control': 'no-store',
    'access-control-allow-origin': '*',
    'cross-origin-resource-policy': 'cross-origin',
  })
}

function sendText(request: FastifyRequest, reply: FastifyReply, text: string): FastifyReply {
  const etag = etagOf(Buffer.from(text))
  reply.header('etag', etag)
  if (request.headers['if-none-match'] === etag) return reply.code(304).send()
  return reply.type('application/json; charset=utf-8').send(text)
}

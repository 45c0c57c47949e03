import { readFileSync, readdirSync } from 'node:fs'
import * as path from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { etagOf } from './http.ts'

/** A file held in memory with what it is answered with. */
export interface StaticFile {
  body: Buffer
  /** The same, compressed once when it was read; absent for what does not get smaller. */
  encoded: { br: Buffer; gzip: Buffer } | null
  type: string
  headers: Record<string, string>
  etag: string
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json; charset=utf-8',
  '.woff2': 'font/woff2',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
}

/** Reads a built folder once. Keys are URL paths relative to it. */
export function readFolder(
  folder: string,
  headersOf: (name: string) => Record<string, string>,
): Map<string, StaticFile> {
  const files = new Map<string, StaticFile>()
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const full = path.join(entry.parentPath, entry.name)
    const name = path.relative(folder, full).split(path.sep).join('/')
    files.set(name, staticFile(readFileSync(full), path.extname(name), headersOf(name)))
  }
  return files
}

export function staticFile(body: Buffer, extension: string, headers: Record<string, string>): StaticFile {
  const encoded =
    compressible.has(extension) && body.length > 200
      ? { br: brotli(body), gzip: gzipSync(body, { level: 9 }) }
      : null
  return { body, encoded, type: types[extension] ?? 'application/octet-stream', headers, etag: etagOf(body) }
}

/**
 * Serves files from memory below a prefix; they are read with the first request, when the public address is known.
 * `fallback` answers paths that are no file (a single-page application).
 */
export function serveFiles(
  app: FastifyInstance,
  prefix: string,
  read: () => Map<string, StaticFile>,
  fallback?: string,
): void {
  let files: Map<string, StaticFile> | undefined
  app.get(
    `${prefix}*`,
    { schema: { hide: true } },
    (request: FastifyRequest<{ Params: { '*': string } }>, reply) => {
      const name = request.params['*']
      files ??= read()
      const file =
        files.get(name) ?? (fallback === undefined || name.includes('.') ? undefined : files.get(fallback))
      if (file === undefined) return reply.callNotFound()
      return sendFile(request, reply, file)
    },
  )
}

export function sendFile(request: FastifyRequest, reply: FastifyReply, file: StaticFile): FastifyReply {
  const encoding = file.encoded === null ? null : acceptedEncoding(request.headers['accept-encoding'])
  const etag = encoding === null ? file.etag : `${file.etag.slice(0, -1)}-${encoding}"`
  reply.headers(file.headers).header('etag', etag)
  if (file.encoded !== null) reply.header('vary', 'accept-encoding')
  if (request.headers['if-none-match'] === etag) return reply.code(304).send()
  reply.type(file.type)
  if (encoding === null) return reply.send(file.body)
  return reply.header('content-encoding', encoding).send(file.encoded![encoding])
}

const compressible = new Set(['.html', '.js', '.css', '.svg', '.json'])

function acceptedEncoding(header: string | string[] | undefined): 'br' | 'gzip' | null {
  const offered = String(header ?? '')
    .split(',')
    .map((part) => part.trim())
  // A coding with `;q=0` is one that the client does not want; weights between are not worth telling apart.
  const takes = (name: string): boolean =>
    offered.some((part) => part === name || (part.startsWith(`${name};`) && !/q=0(\.0*)?$/.test(part)))
  return takes('br') ? 'br' : takes('gzip') ? 'gzip' : null
}

function brotli(body: Buffer): Buffer {
  return brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } })
}

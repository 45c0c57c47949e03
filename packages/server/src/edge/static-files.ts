import { readFileSync, readdirSync } from 'node:fs'
import * as path from 'node:path'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { etagOf } from './http.ts'

/** A file held in memory with what it is answered with. */
export interface StaticFile {
  body: Buffer
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
  return { body, type: types[extension] ?? 'application/octet-stream', headers, etag: etagOf(body) }
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
  reply.headers(file.headers).header('etag', file.etag)
  if (request.headers['if-none-match'] === file.etag) return reply.code(304).send()
  return reply.type(file.type).send(file.body)
}

import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { AjvCompiler } from '@fastify/ajv-compiler'
import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyPluginAsync,
  type FastifyRequest,
} from 'fastify'
import { reportsPath } from '@candor/protocol/integrity-api.ts'
import { isUuid } from '@candor/protocol/parse-client-frame.ts'
import { Refusal, refusals } from '@candor/protocol/refusals.ts'
import type { Actor } from '../tenants/actor.ts'
import { isConnectionFault } from '../store/store.ts'
import { openMetrics } from './metrics.ts'
import { databaseAway } from './session.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** False for the few POSTs that make nothing (sign-in, streams): no Idempotency-Key is asked for. */
    idempotent?: boolean
  }
}

/** Requests a minute of one actor, or of one address that is not signed in. A desk that loads 10,000 rows needs 50. */
const requestsPerMinuteMax = 3_000
/** JSON bodies; the longest text with room for its escapes. */
const bodyBytesMax = 128 * 1024

export interface HttpOptions {
  log: (event: Record<string, unknown>) => void
  trustProxy: boolean
  metrics: boolean
  publicUrl: () => string
  actorOf(headers: { cookie?: string | undefined; authorization?: string | undefined }): Promise<Actor | null>
  ready(): Promise<void>
  routes: FastifyPluginAsync[]
  gauges: Record<string, () => number>
  version: string
}

/**
 * The public HTTP API: who asks is settled before a route runs, refusals become problem+json in one place, and
 * the OpenAPI document is made from the same schemas that check the requests.
 */
export async function openHttp(options: HttpOptions): Promise<FastifyInstance> {
  const app = fastify({
    logger: false,
    trustProxy: options.trustProxy,
    bodyLimit: bodyBytesMax,
    // A route that is not in time is stuck; streams are hijacked and not concerned.
    requestTimeout: 30_000,
    schemaController: { compilersFactory: { buildValidator } },
    return503OnClosing: true,
  })
  const metrics = openMetrics(options.gauges)

  app.decorateRequest('actor', null)
  app.decorateRequest('idempotencyKey', '')

  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-content-type-options', 'nosniff')
    reply.header('referrer-policy', 'no-referrer')
    if (!request.url.startsWith('/v1/')) return
    reply.header('cache-control', 'no-store')
    // The widget's frame has an opaque origin. Streams carry no cookie: a secret in a header says whose they are.
    if (request.url.startsWith('/v1/streams')) reply.header('access-control-allow-origin', '*')
    // Browsers send these by themselves, from other origins, and on one machine with our cookie too: nobody's request.
    if (isUnsigned(request.url)) return
    request.actor = await options.actorOf(request.headers)
    if (request.actor !== null && changes(request) && request.headers.authorization === undefined)
      sameOrigin(request, options.publicUrl())
  })

  await app.register(rateLimit, {
    global: true,
    hook: 'preHandler',
    max: requestsPerMinuteMax,
    timeWindow: 60_000,
    cache: 20_000,
    enableDraftSpec: true,
    keyGenerator: (request) =>
      request.actor === null ? `address ${request.ip}` : `actor ${request.actor.id}`,
    // Frames of an open stream are held to the limits of a socket, by its session.
    allowList: (request) => !request.url.startsWith('/v1/') || request.url.startsWith('/v1/streams/'),
    errorResponseBuilder: (_, context) =>
      new Refusal('too_many', `At most ${context.max} requests a minute.`, { retryAfterMs: context.ttl }),
  })

  app.addHook('preHandler', async (request) => {
    if (
      request.method !== 'POST' ||
      !request.url.startsWith('/v1/') ||
      request.routeOptions.config.idempotent === false
    )
      return
    const key = request.headers['idempotency-key']
    if (!isUuid(key)) throw new Refusal('idempotency_key_missing', undefined, { field: 'Idempotency-Key' })
    request.idempotencyKey = key
  })

  app.addHook('onResponse', (request, reply, done) => {
    metrics.answered(request.method, request.routeOptions.url ?? 'none', reply.statusCode, reply.elapsedTime)
    if (request.url.startsWith('/v1/'))
      options.log({
        level: reply.statusCode >= 500 ? 'error' : 'debug',
        event: 'request',
        method: request.method,
        route: request.routeOptions.url ?? 'none',
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
        actor: request.actor?.id,
      })
    done()
  })

  app.setErrorHandler((error: FastifyError, request, reply) => {
    const refusal = refusalOf(error)
    if (refusal === null) {
      // The stack names code, never a body: messages of drivers may quote values and are left out.
      options.log({
        level: 'error',
        event: 'fault',
        route: request.routeOptions.url,
        stack: stackWithoutMessage(error),
      })
      return reply.code(500).type('application/problem+json').send({
        type: 'about:blank',
        title: 'Something broke here',
        status: 500,
        code: 'fault',
        detail: 'The fault was logged.',
      })
    }
    const { status, title } = refusals[refusal.code]
    if (refusal.retryAfterMs !== undefined)
      reply.header('retry-after', Math.max(1, Math.ceil(refusal.retryAfterMs / 1_000)))
    return reply
      .code(status)
      .type('application/problem+json')
      .send({
        type: `urn:candor:refusal:${refusal.code}`,
        title,
        status,
        code: refusal.code,
        detail: refusal.message,
        ...(refusal.field === undefined ? {} : { field: refusal.field }),
        ...(refusal.retryAfterMs === undefined ? {} : { retryAfterMs: refusal.retryAfterMs }),
        ...(refusal.faults === undefined ? {} : { faults: refusal.faults }),
      })
  })
  app.setNotFoundHandler(() => {
    throw new Refusal('not_found', 'There is no such address.')
  })

  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Candor',
        version: options.version,
        description:
          'Everything the desk does goes through this API. Refusals are RFC 9457 problem+json with a code from docs/errors.md. Every POST that makes something carries an Idempotency-Key header with a UUID.',
      },
      components: {
        securitySchemes: {
          session: { type: 'apiKey', in: 'cookie', name: 'candor_session' },
          key: { type: 'http', scheme: 'bearer' },
        },
      },
      security: [{ session: [] }, { key: [] }],
    },
    refResolver: {
      buildLocalReference: (json, _base, _fragment, i) =>
        typeof json['$id'] === 'string' ? json['$id'] : `def-${i}`,
    },
  })

  app.addHook('onRoute', (route) => {
    if (!route.url.startsWith('/v1/') || route.schema === undefined) return
    const problems = problemSchemas()
    route.schema.response = { ...problems, ...(route.schema.response as object | undefined) }
    if (route.method === 'POST' && route.config?.idempotent !== false)
      route.schema.headers ??= {
        type: 'object',
        properties: {
          'idempotency-key': { type: 'string', description: 'A UUID; it becomes the id of what is made.' },
        },
      }
  })

  for (const routes of options.routes) await app.register(routes)

  app.options('/v1/streams*', { schema: { hide: true } }, (_, reply) =>
    reply
      .code(204)
      .header('access-control-allow-methods', 'POST')
      .header('access-control-allow-headers', 'authorization, content-type')
      .header('access-control-max-age', '7200')
      .send(),
  )
  app.get('/v1/openapi.json', { schema: { hide: true } }, () => app.swagger())
  app.get('/healthz', { schema: { hide: true } }, () => ({ status: 'ok' }))
  app.get('/readyz', { schema: { hide: true } }, async (_, reply) => {
    try {
      await options.ready()
      return { status: 'ready' }
    } catch {
      return reply.code(503).header('retry-after', '2').send({ status: 'not ready' })
    }
  })
  if (options.metrics)
    app.get('/metrics', { schema: { hide: true } }, async (request, reply) => {
      // Counts say when a company is busy: not for everybody.
      if (!isLoopback(request.ip)) throw new Refusal('not_found', 'There is no such address.')
      return reply.type('text/plain; version=0.0.4; charset=utf-8').send(await metrics.text())
    })
  return app
}

/** Text of a URL becomes a number where the schema says so; JSON says what it means and is taken at its word. */
const buildValidator: ReturnType<typeof AjvCompiler> = (schemas) => {
  const make = AjvCompiler()
  const options = { removeAdditional: false, allErrors: false } as const
  const ofText = make(schemas, { customOptions: { ...options, coerceTypes: 'array' } })
  const ofJson = make(schemas, { customOptions: { ...options, coerceTypes: false } })
  return (schema, meta) => {
    const { httpPart } = schema as { httpPart?: string }
    return httpPart === 'body' ? ofJson(schema, meta) : ofText(schema, meta)
  }
}

/** A browser's cookie counts only from our own pages: the CSRF check of everything that changes something. */
export function sameOrigin(request: { headers: IncomingMessage['headers'] }, publicUrl: string): void {
  const { origin, host } = request.headers
  const own = new URL(publicUrl)
  if (origin !== undefined) {
    if (origin === own.origin || (URL.canParse(origin) && new URL(origin).host === host)) return
  } else if (request.headers['sec-fetch-site'] === 'same-origin') return
  throw new Refusal('origin_not_allowed', 'A session cookie is accepted from our own pages only.')
}

export function etagOf(body: Buffer): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`
}

function isUnsigned(url: string): boolean {
  return url.startsWith('/v1/page-views') || url.startsWith(reportsPath)
}

function changes(request: FastifyRequest): boolean {
  return request.method !== 'GET' && request.method !== 'HEAD' && request.method !== 'OPTIONS'
}

function refusalOf(error: FastifyError): Refusal | null {
  if (error instanceof Refusal) return error
  if (isConnectionFault(error)) return databaseAway(error)
  if (error.validation !== undefined) {
    const [first] = error.validation
    const missing = (first?.params as { missingProperty?: string } | undefined)?.missingProperty
    const extra = (first?.params as { additionalProperty?: string } | undefined)?.additionalProperty
    const path = [...(first?.instancePath ?? '').split('/').filter(Boolean), missing ?? extra]
      .filter(Boolean)
      .join('.')
    return new Refusal('invalid_field', `The field ${path} ${first?.message ?? 'is not accepted'}.`, {
      field: path,
    })
  }
  if (error.statusCode === 413) return new Refusal('too_large')
  if (error.statusCode === 415)
    return new Refusal('malformed', 'Send JSON with content-type application/json.')
  if (error.statusCode === 400) return new Refusal('malformed', 'The body is not JSON.')
  if (error.code === 'FST_ERR_RATE_LIMIT') return new Refusal('too_many')
  return null
}

function problemSchemas(): Record<string, object> {
  const problem = {
    type: 'object',
    description: 'RFC 9457 problem details; codes in docs/errors.md',
    required: ['type', 'title', 'status', 'code', 'detail'],
    properties: {
      type: { type: 'string' },
      title: { type: 'string' },
      status: { type: 'integer' },
      code: { type: 'string', enum: [...Object.keys(refusals), 'fault'] },
      detail: { type: 'string' },
      field: { type: 'string' },
      retryAfterMs: { type: 'number' },
      faults: {
        type: 'array',
        description: 'Everything that is wrong with a definition or an article',
        items: {
          type: 'object',
          required: ['field', 'message'],
          properties: { field: { type: 'string' }, message: { type: 'string' } },
        },
      },
    },
  }
  return { '4xx': problem, '5xx': problem }
}

function stackWithoutMessage(error: Error): string {
  return (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 12)
    .join('\n')
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address)
}

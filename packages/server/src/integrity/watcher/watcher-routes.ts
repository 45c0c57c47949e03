import { watcherProfiles } from '@candor/protocol/integrity-api.ts'
import type { FastifyPluginAsync } from 'fastify'
import { requireStaff } from '../../tenants/request-actor.ts'
import { everyMinutesMax, everyMinutesMin, type GivenPage, type Watcher } from './watcher.ts'

const uuid = { type: 'string', format: 'uuid' } as const
const text = { type: 'string' } as const
const time = { type: 'string', format: 'date-time' } as const
const profile = { type: 'string', enum: watcherProfiles } as const
const profiles = { type: 'array', minItems: 1, maxItems: watcherProfiles.length, items: profile } as const
const everyMinutes = { type: 'integer', minimum: everyMinutesMin, maximum: everyMinutesMax } as const
const approvedHosts = {
  type: 'array',
  maxItems: 50,
  items: { type: 'string', minLength: 1, maxLength: 253 },
  description: 'Hosts that may be sent card data',
} as const
const steps = {
  type: 'array',
  maxItems: 20,
  items: {
    type: 'object',
    required: ['do'],
    additionalProperties: false,
    properties: {
      do: { type: 'string', enum: ['goto', 'click', 'fill'] },
      url: { type: 'string', maxLength: 2_000 },
      selector: { type: 'string', maxLength: 300 },
      text: { type: 'string', maxLength: 200 },
    },
  },
} as const
const submit = { type: 'boolean', description: 'Sends the form off too' } as const

const watcherRun = {
  $id: 'WatcherRun',
  type: 'object',
  required: ['id', 'page', 'profile', 'startedAt', 'endedAt', 'outcome', 'scripts', 'requests', 'findings'],
  properties: {
    id: uuid,
    page: text,
    profile,
    startedAt: time,
    endedAt: {
      type: ['string', 'null'],
      format: 'date-time',
      description: 'null: it is waiting or under way',
    },
    outcome: { type: 'string', enum: ['clean', 'changed', 'leaking', 'failed'] },
    scripts: {
      type: 'array',
      items: { type: 'object', required: ['url', 'hash'], properties: { url: text, hash: text } },
    },
    requests: { type: 'integer' },
    findings: {
      type: 'array',
      items: {
        type: 'object',
        required: ['kind', 'detail', 'url', 'proof'],
        properties: {
          kind: { type: 'string', enum: ['script', 'hash', 'header', 'form', 'request', 'canary'] },
          detail: text,
          url: text,
          proof: { type: 'boolean', description: 'The card that was typed was seen on its way out' },
        },
      },
    },
    reason: { type: 'string', description: 'Why it failed' },
  },
} as const

const watchedPage = {
  $id: 'WatchedPage',
  type: 'object',
  required: ['id', 'url', 'profiles', 'everyMinutes', 'approvedHosts', 'lastRun'],
  properties: {
    id: uuid,
    url: text,
    profiles,
    everyMinutes,
    approvedHosts,
    lastRun: { anyOf: [{ $ref: 'WatcherRun#' }, { type: 'null' }] },
    steps,
    submit,
  },
} as const

const given = {
  type: 'object',
  required: ['url', 'profiles', 'everyMinutes', 'approvedHosts'],
  additionalProperties: false,
  properties: {
    url: { type: 'string', maxLength: 2_000 },
    profiles,
    everyMinutes,
    approvedHosts,
    steps,
    submit,
  },
} as const
const byId = { type: 'object', required: ['id'], properties: { id: uuid } } as const
const tags = ['integrity']
const base = '/v1/integrity/watched-pages'
type ById = { Params: { id: string } }

/** Pages that the watcher goes to, and what it found there. */
export function watcherRoutes(watcher: Watcher): FastifyPluginAsync {
  return async (app) => {
    app.addSchema(watcherRun)
    app.addSchema(watchedPage)
    const itemsOf = (ref: string) =>
      ({
        200: {
          type: 'object',
          required: ['items'],
          properties: { items: { type: 'array', items: { $ref: ref } } },
        },
      }) as const

    app.get(
      base,
      {
        schema: {
          operationId: 'listWatchedPages',
          summary: 'Pages that the watcher goes to, each with its last run',
          tags,
          response: itemsOf('WatchedPage#'),
        },
      },
      async (request) => ({ items: await watcher.pages(requireStaff(request, 'integrity.read').tenant) }),
    )

    app.post<{ Body: GivenPage }>(
      base,
      {
        schema: {
          operationId: 'watchPage',
          summary: 'Have the watcher go to a page of one of the tenant’s sites',
          tags,
          body: given,
          response: { 201: { $ref: 'WatchedPage#' } },
        },
      },
      async (request, reply) =>
        reply
          .code(201)
          .send(
            await watcher.add(
              requireStaff(request, 'integrity.decide'),
              request.idempotencyKey,
              request.body,
            ),
          ),
    )

    app.put<ById & { Body: GivenPage }>(
      `${base}/:id`,
      {
        schema: {
          operationId: 'changeWatchedPage',
          summary: 'Change how a page is watched',
          tags,
          params: byId,
          body: given,
          response: { 200: { $ref: 'WatchedPage#' } },
        },
      },
      (request) => watcher.change(requireStaff(request, 'integrity.decide'), request.params.id, request.body),
    )

    app.delete<ById>(
      `${base}/:id`,
      {
        schema: {
          operationId: 'unwatchPage',
          summary: 'No longer go there; its runs stay',
          tags,
          params: byId,
          response: { 204: { type: 'null', description: 'It is no longer watched' } },
        },
      },
      async (request, reply) => {
        await watcher.remove(requireStaff(request, 'integrity.decide'), request.params.id)
        return reply.code(204).send()
      },
    )

    app.post<ById>(
      `${base}/:id/run`,
      {
        schema: {
          operationId: 'runWatcher',
          summary: 'Go there now, once with each profile; answers the first run, not ended yet',
          tags,
          params: byId,
          response: { 202: { $ref: 'WatcherRun#' } },
        },
      },
      async (request, reply) =>
        reply
          .code(202)
          .send(await watcher.runNow(requireStaff(request, 'integrity.decide'), request.params.id)),
    )

    app.post<ById & { Body: { run: string } }>(
      `${base}/:id/accept`,
      {
        schema: {
          operationId: 'acceptWatcherRun',
          summary: 'What a run saw is as it should be: the next ones are compared with it',
          tags,
          params: byId,
          body: { type: 'object', required: ['run'], additionalProperties: false, properties: { run: uuid } },
          response: { 200: { $ref: 'WatchedPage#' } },
        },
      },
      (request) =>
        watcher.accept(requireStaff(request, 'integrity.decide'), request.params.id, request.body.run),
    )

    app.get<{ Querystring: { page?: string } }>(
      '/v1/integrity/runs',
      {
        schema: {
          operationId: 'listWatcherRuns',
          summary: 'Runs of the watcher, newest first',
          tags,
          querystring: {
            type: 'object',
            properties: { page: { ...uuid, description: 'Id of a watched page; without it, of all' } },
          },
          response: itemsOf('WatcherRun#'),
        },
      },
      async (request) => ({
        items: await watcher.runs(requireStaff(request, 'integrity.read').tenant, request.query.page),
      }),
    )
  }
}

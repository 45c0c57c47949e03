import type { ClockRule } from '@candor/protocol/incidents-api.ts'
import type { FastifyPluginAsync } from 'fastify'
import { requireStaff } from '../../tenants/request-actor.ts'
import { clockSchemas, uuid } from './clock-schemas.ts'
import type { Clocks } from './clocks.ts'

const params = { type: 'object', required: ['incident'], properties: { incident: uuid } } as const
const tags = ['incident clocks']
const base = '/v1/incidents/:incident/clocks'
const answer = { $ref: 'ClockList#' } as const
/** Read field by field by the room: what is wrong is named with everything else that is. */
const read = (description: string) => ({ type: 'object', description, additionalProperties: true }) as const

interface Of {
  Params: { incident: string }
}

/** What has to be told to whom and by when. For privacy officers: there is no role of its own for counsel yet. */
export function clockRoutes(clocks: Clocks): FastifyPluginAsync {
  return async (app) => {
    for (const schema of clockSchemas) app.addSchema(schema)

    app.get<Of>(
      base,
      {
        schema: {
          operationId: 'listClocks',
          summary: 'The clocks of an incident, the most urgent first, and which notices meet them',
          tags,
          params,
          response: { 200: answer },
        },
      },
      (request) => clocks.list(requireStaff(request, 'incidents.clocks').tenant, request.params.incident),
    )

    app.get<Of>(
      `${base}/history`,
      {
        schema: {
          operationId: 'clockHistory',
          summary: 'What moved which clock, when, by whom and why; newest first',
          tags,
          params,
          response: {
            200: {
              type: 'object',
              required: ['items'],
              properties: { items: { type: 'array', items: { $ref: 'ClockChange#' } } },
            },
          },
        },
      },
      async (request) => ({
        items: await clocks.history(
          requireStaff(request, 'incidents.clocks').tenant,
          request.params.incident,
        ),
      }),
    )

    app.post<Of & { Body: { revision: number; facts: object } }>(
      `${base}/facts`,
      {
        schema: {
          operationId: 'setClockFacts',
          summary:
            'Say what is known of the incident; refused when somebody else did since the given revision',
          tags,
          params,
          body: {
            type: 'object',
            required: ['revision', 'facts'],
            additionalProperties: false,
            properties: {
              revision: {
                type: 'integer',
                minimum: 0,
                maximum: 2_147_483_647,
                description: '0 begins the clocks',
              },
              facts: read('Fields of ClockFacts without pauses and met; what is left out stays as it was'),
            },
          },
          response: { 200: answer },
        },
      },
      (request) =>
        clocks.setFacts(requireStaff(request, 'incidents.clocks'), request.params.incident, {
          request: request.idempotencyKey,
          ...request.body,
        }),
    )

    app.post<Of & { Body: object }>(
      `${base}/pauses`,
      {
        schema: {
          operationId: 'pauseClocks',
          summary: 'An agency asked to wait: by, reason, document, written, jurisdictions (null: all), from',
          tags,
          params,
          body: read('PauseRequest without id and until'),
          response: { 201: answer },
        },
      },
      async (request, reply) =>
        reply
          .code(201)
          .send(
            await clocks.pause(
              requireStaff(request, 'incidents.clocks'),
              request.params.incident,
              request.idempotencyKey,
              request.body,
            ),
          ),
    )

    app.post<{ Params: { incident: string; pause: string }; Body: object }>(
      `${base}/pauses/:pause/resume`,
      {
        schema: {
          operationId: 'resumeClocks',
          summary: 'The agency lifted it: at',
          tags,
          params: {
            type: 'object',
            required: ['incident', 'pause'],
            properties: { incident: uuid, pause: uuid },
          },
          body: read('When it was lifted: at'),
          response: { 200: answer },
        },
      },
      (request) =>
        clocks.resume(
          requireStaff(request, 'incidents.clocks'),
          request.params.incident,
          request.idempotencyKey,
          request.params.pause,
          request.body,
        ),
    )

    app.post<Of & { Body: object }>(
      `${base}/met`,
      {
        schema: {
          operationId: 'meetClock',
          summary: 'A duty was met: clock, at, evidence',
          tags,
          params,
          body: read('ClockMet'),
          response: { 200: answer },
        },
      },
      (request) =>
        clocks.met(
          requireStaff(request, 'incidents.clocks'),
          request.params.incident,
          request.idempotencyKey,
          request.body,
        ),
    )

    app.get(
      '/v1/clock-rules',
      {
        schema: {
          operationId: 'listClockRules',
          summary: 'Every rule that makes clocks: those that come with Candor, then the tenant’s own',
          tags,
          response: {
            200: {
              type: 'object',
              required: ['items'],
              properties: { items: { type: 'array', items: { $ref: 'ClockRule#' } } },
            },
          },
        },
      },
      async (request) => ({ items: await clocks.rules(requireStaff(request, 'incidents.clocks').tenant) }),
    )

    app.post<{ Body: object }>(
      '/v1/clock-rules',
      {
        schema: {
          operationId: 'addClockRule',
          summary: 'Add a rule of your own, or its next version; its id begins with own-',
          tags,
          body: read('A ClockRule (docs/clocks.md)'),
          response: { 201: { $ref: 'ClockRule#' } },
        },
      },
      async (request, reply): Promise<ClockRule> =>
        reply
          .code(201)
          .send(
            await clocks.addRule(
              requireStaff(request, 'incidents.clocks'),
              request.idempotencyKey,
              request.body,
            ),
          ),
    )

    app.delete<{ Params: { id: string; version: number } }>(
      '/v1/clock-rules/:id/versions/:version',
      {
        schema: {
          operationId: 'withdrawClockRule',
          summary: 'Take back a rule of your own; what it did stays in the history',
          tags,
          params: {
            type: 'object',
            required: ['id', 'version'],
            properties: {
              id: { type: 'string', maxLength: 60 },
              version: { type: 'integer', minimum: 1, maximum: 10_000 },
            },
          },
          response: { 204: { type: 'null', description: 'It makes no clock any more' } },
        },
      },
      async (request, reply) => {
        const { id, version } = request.params
        await clocks.withdrawRule(requireStaff(request, 'incidents.clocks'), id, version)
        return reply.code(204).send()
      },
    )
  }
}

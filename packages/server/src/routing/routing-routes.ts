import type { FastifyPluginAsync } from 'fastify'
import { textCharactersMax } from '@candor/protocol/frames.ts'
import { checkText } from '@candor/protocol/parse-client-frame.ts'
import { appendedSchema } from '../conversations/conversation-routes.ts'
import type { Stored } from '../conversations/conversations.ts'
import type { Actor } from '../tenants/actor.ts'
import { requireStaff } from '../tenants/request-actor.ts'
import { queueNameCharactersMax, type Routing } from './routing.ts'

const uuid = { type: 'string', format: 'uuid' } as const
const queue = {
  type: 'object',
  required: ['id', 'name'],
  properties: { id: uuid, name: { type: 'string' } },
} as const
const params = { type: 'object', required: ['id'], properties: { id: uuid } } as const

/** Queues, and who handles a conversation. */
export function routingRoutes(routing: Routing): FastifyPluginAsync {
  return async (app) => {
    app.addSchema(appendedSchema)

    app.get(
      '/v1/queues',
      {
        schema: {
          operationId: 'listQueues',
          summary: 'Queues in which conversations wait for a person',
          tags: ['routing'],
          response: {
            200: {
              type: 'object',
              required: ['items'],
              properties: { items: { type: 'array', items: queue } },
            },
          },
        },
      },
      async (request) => ({ items: await routing.queues(requireStaff(request).tenant) }),
    )

    app.post<{ Body: { name: string } }>(
      '/v1/queues',
      {
        schema: {
          operationId: 'createQueue',
          summary: 'Make a queue (administrators)',
          tags: ['routing'],
          body: body({ name: { type: 'string', minLength: 1, maxLength: queueNameCharactersMax } }),
          response: { 201: queue },
        },
      },
      async (request, reply) => {
        const made = await routing.createQueue(requireStaff(request), {
          id: request.idempotencyKey,
          name: request.body.name,
        })
        return reply.code(201).send(made)
      },
    )

    /** POST below a conversation: the Idempotency-Key is the event's id. */
    function post<Body extends object>(
      path: string,
      schema: { operationId: string; summary: string; body: object },
      act: (staff: Actor, what: { id: string; conversation: string } & Body) => Promise<Stored>,
    ): void {
      app.post<{ Params: { id: string }; Body: Body }>(
        `/v1/conversations/:id/${path}`,
        { schema: { ...schema, tags: ['routing'], params, response: { 201: { $ref: 'Appended#' } } } },
        async (request, reply) => {
          const stored = await act(requireStaff(request), {
            ...(request.body as Body),
            id: request.idempotencyKey,
            conversation: request.params.id,
          })
          return reply.code(201).send(stored)
        },
      )
    }

    post(
      'takeover',
      {
        operationId: 'takeOver',
        summary: 'Answer in place of the virtual agent, the queue or (supervisors) a colleague',
        body: body({}),
      },
      (staff, change) => routing.takeOver(staff, change),
    )
    post(
      'handback',
      { operationId: 'handBack', summary: 'Back to the virtual agent', body: body({}) },
      (staff, change) => routing.handBack(staff, change),
    )
    post<{ agent: string | null }>(
      'assignment',
      {
        operationId: 'assign',
        summary: 'To a person; null: back to the queue',
        body: body({ agent: { anyOf: [uuid, { type: 'null' }] } }),
      },
      (staff, change) => routing.assign(staff, change),
    )
    post<{ queue?: string; agent?: string; note?: string }>(
      'transfer',
      {
        operationId: 'transfer',
        summary: 'To a queue or a person, with a private note stored in the same transaction',
        body: {
          ...body(
            {
              queue: uuid,
              agent: uuid,
              note: { type: 'string', minLength: 1, maxLength: textCharactersMax },
            },
            [],
          ),
          oneOf: [{ required: ['queue'] }, { required: ['agent'] }],
        },
      },
      (staff, { id, conversation, queue: toQueue, agent, note }) => {
        if (note !== undefined) checkText(note)
        return routing.transfer(staff, {
          id,
          conversation,
          to: agent === undefined ? { queue: toQueue! } : { agent },
          ...(note === undefined ? {} : { note }),
        })
      },
    )
  }
}

function body(properties: Record<string, object>, required = Object.keys(properties)): object {
  return { type: 'object', required, additionalProperties: false, properties }
}

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
  required: ['id', 'name', 'isDefault', 'archivedAt'],
  properties: {
    id: uuid,
    name: { type: 'string' },
    isDefault: { type: 'boolean', description: 'New conversations come here' },
    archivedAt: { anyOf: [{ type: 'string', format: 'date-time' }, { type: 'null' }] },
  },
} as const
const queueName = { type: 'string', minLength: 1, maxLength: queueNameCharactersMax } as const
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
          summary: 'Queues in which conversations wait for a person, archived ones among them',
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
      async (request) => ({ items: await routing.queues(requireStaff(request, 'queues.read').tenant) }),
    )

    app.post<{ Body: { name: string } }>(
      '/v1/queues',
      {
        schema: {
          operationId: 'createQueue',
          summary: 'Make a queue (administrators)',
          tags: ['routing'],
          body: body({ name: queueName }),
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

    app.patch<{ Params: { id: string }; Body: { name?: string; isDefault?: true } }>(
      '/v1/queues/:id',
      {
        schema: {
          operationId: 'changeQueue',
          summary: 'Rename a queue, or make it the one that new conversations come to (administrators)',
          tags: ['routing'],
          params,
          body: { ...body({ name: queueName, isDefault: { const: true } }, []), minProperties: 1 },
          response: { 200: queue },
        },
      },
      async (request) => routing.changeQueue(requireStaff(request), request.params.id, request.body),
    )

    app.post<{ Params: { id: string }; Body: { moveTo: string } }>(
      '/v1/queues/:id/archive',
      {
        schema: {
          operationId: 'archiveQueue',
          summary: 'Move a queue’s open conversations to another one and use it no more (administrators)',
          description: 'What comes back to it later goes to the other queue too. The last queue stays.',
          tags: ['routing'],
          params,
          body: body({ moveTo: uuid }),
          response: { 200: queue },
        },
      },
      async (request) => routing.archiveQueue(requireStaff(request), request.params.id, request.body.moveTo),
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

import type { Role } from '@candor/protocol/api.ts'
import type { FastifyPluginAsync } from 'fastify'
import type { ApiKeys } from './api-keys.ts'
import { nameCharactersMax } from './fields.ts'
import { requireStaff } from './request-actor.ts'
import { roles } from './roles.ts'

const uuid = { type: 'string', format: 'uuid' } as const
const time = { type: 'string', format: 'date-time' } as const
const members = {
  id: uuid,
  name: { type: 'string' },
  role: { enum: roles },
  createdAt: time,
  lastUsedAt: { anyOf: [time, { type: 'null' }] },
  madeBy: {
    anyOf: [
      {
        type: 'object',
        required: ['id', 'name', 'deactivated'],
        properties: { id: uuid, name: { type: 'string' }, deactivated: { type: 'boolean' } },
      },
      { type: 'null' },
    ],
    description: 'The person or key that made it; null when that is gone',
  },
} as const
const required = ['id', 'name', 'role', 'createdAt', 'lastUsedAt', 'madeBy']
const tags = ['api-keys']

/** Keys for programs. Each has a role, as a person has. */
export function apiKeyRoutes(apiKeys: ApiKeys): FastifyPluginAsync {
  return async (app) => {
    app.get(
      '/v1/api-keys',
      {
        schema: {
          operationId: 'listApiKeys',
          summary: 'The API keys of the tenant (administrators)',
          tags,
          response: {
            200: {
              type: 'object',
              required: ['items'],
              properties: {
                items: { type: 'array', items: { type: 'object', required, properties: members } },
              },
            },
          },
        },
      },
      async (request) => ({ items: await apiKeys.apiKeys(requireStaff(request, 'api-keys.manage').tenant) }),
    )

    app.post<{ Body: { name: string; role: Role } }>(
      '/v1/api-keys',
      {
        schema: {
          operationId: 'createApiKey',
          summary: 'Make an API key (administrators)',
          tags,
          body: {
            type: 'object',
            required: ['name', 'role'],
            additionalProperties: false,
            properties: {
              name: { type: 'string', minLength: 1, maxLength: nameCharactersMax },
              role: { enum: roles },
            },
          },
          response: {
            201: {
              type: 'object',
              required: [...required, 'key'],
              properties: {
                ...members,
                key: {
                  anyOf: [{ type: 'string' }, { type: 'null' }],
                  description: 'Shown once; null when the Idempotency-Key was used before',
                },
              },
            },
          },
        },
      },
      async (request, reply) => {
        const by = requireStaff(request, 'api-keys.manage')
        return reply.code(201).send(await apiKeys.createApiKey(by, request.idempotencyKey, request.body))
      },
    )

    app.delete<{ Params: { id: string } }>(
      '/v1/api-keys/:id',
      {
        schema: {
          operationId: 'deleteApiKey',
          summary: 'End an API key and its connections (administrators)',
          tags,
          params: { type: 'object', required: ['id'], properties: { id: uuid } },
          response: { 204: { type: 'null', description: 'The key counts no longer' } },
        },
      },
      async (request, reply) => {
        await apiKeys.deleteApiKey(requireStaff(request, 'api-keys.manage'), request.params.id)
        return reply.code(204).send()
      },
    )
  }
}

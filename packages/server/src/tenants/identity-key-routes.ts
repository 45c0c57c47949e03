import type { FastifyPluginAsync } from 'fastify'
import { nameCharactersMax } from './fields.ts'
import type { IdentityKeys } from './identity-keys.ts'
import { requireStaff } from './request-actor.ts'

const uuid = { type: 'string', format: 'uuid' } as const
const jwk = { type: 'object', additionalProperties: { type: 'string' } } as const
const identityKey = {
  $id: 'IdentityKey',
  type: 'object',
  required: ['id', 'name', 'jwk'],
  properties: {
    id: uuid,
    name: { type: 'string' },
    jwk: { ...jwk, description: 'RFC 7517, public part only; kid equals the id' },
  },
} as const
const tags = ['identity-keys']

/** Public keys under which the tenant signs who its customers are. */
export function identityKeyRoutes(identityKeys: IdentityKeys): FastifyPluginAsync {
  return async (app) => {
    app.addSchema(identityKey)

    app.get(
      '/v1/identity-keys',
      {
        schema: {
          operationId: 'listIdentityKeys',
          summary: 'The keys that identify customers (administrators)',
          tags,
          response: {
            200: {
              type: 'object',
              required: ['items'],
              properties: { items: { type: 'array', items: { $ref: 'IdentityKey#' } } },
            },
          },
        },
      },
      async (request) => ({
        items: await identityKeys.identityKeys(requireStaff(request, 'identity-keys.manage').tenant),
      }),
    )

    app.post<{ Body: { name: string; jwk: Record<string, unknown> } }>(
      '/v1/identity-keys',
      {
        schema: {
          operationId: 'createIdentityKey',
          summary: 'Register a public Ed25519 or P-256 key (administrators)',
          description: 'Tokens name the key by `kid`, which is its id: the Idempotency-Key of this request.',
          tags,
          body: {
            type: 'object',
            required: ['name', 'jwk'],
            additionalProperties: false,
            properties: {
              name: { type: 'string', minLength: 1, maxLength: nameCharactersMax },
              // Members that a key may bring along (key_ops is a list) are left out, not refused.
              jwk: { type: 'object', required: ['kty', 'crv', 'x'], additionalProperties: true },
            },
          },
          response: { 201: { $ref: 'IdentityKey#' } },
        },
      },
      async (request, reply) => {
        const by = requireStaff(request, 'identity-keys.manage')
        return reply
          .code(201)
          .send(await identityKeys.createIdentityKey(by, request.idempotencyKey, request.body))
      },
    )

    app.delete<{ Params: { id: string } }>(
      '/v1/identity-keys/:id',
      {
        schema: {
          operationId: 'deleteIdentityKey',
          summary: 'Stop accepting tokens signed by a key (administrators)',
          tags,
          params: { type: 'object', required: ['id'], properties: { id: uuid } },
          response: { 204: { type: 'null', description: 'Tokens of this key are refused from now on' } },
        },
      },
      async (request, reply) => {
        await identityKeys.deleteIdentityKey(requireStaff(request, 'identity-keys.manage'), request.params.id)
        return reply.code(204).send()
      },
    )
  }
}

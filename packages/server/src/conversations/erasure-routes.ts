import { Refusal } from '@candor/protocol/refusals.ts'
import type { FastifyPluginAsync } from 'fastify'
import { requireStaff } from '../tenants/request-actor.ts'
import type { Erasure } from './erasure.ts'

export function erasureRoutes(
  erasure: Erasure,
  nameOf: (tenant: string) => Promise<string>,
): FastifyPluginAsync {
  return async (app) => {
    app.post<{ Body: { scope: 'conversation' | 'customer' | 'tenant'; subject: string; confirm?: string } }>(
      '/v1/erasures',
      {
        // The same erasure again is the same erasure: what is gone is gone.
        config: { idempotent: false },
        schema: {
          operationId: 'erase',
          summary: 'Destroy the keys of a conversation, of a customer, or of everything; for ever',
          description:
            'Answers the receipt: an entry in the access log. Refused with `on_hold` where a legal hold stands.',
          tags: ['access'],
          body: {
            type: 'object',
            required: ['scope', 'subject'],
            additionalProperties: false,
            properties: {
              scope: { enum: ['conversation', 'customer', 'tenant'] },
              subject: { type: 'string', format: 'uuid' },
              confirm: {
                type: 'string',
                maxLength: 200,
                description: 'For `tenant`: its name, as it is written.',
              },
            },
          },
          response: {
            200: {
              type: 'object',
              required: ['index', 'at', 'conversations'],
              properties: {
                index: { type: 'integer' },
                at: { type: 'string', format: 'date-time' },
                conversations: { type: 'integer' },
              },
            },
          },
        },
      },
      async (request) => {
        const by = requireStaff(request, 'access.manage')
        const { scope, subject, confirm } = request.body
        if (scope === 'conversation') return erasure.conversation(by, subject)
        if (scope === 'customer') return erasure.customer(by, subject)
        if (subject !== by.tenant)
          throw new Refusal('not_found', 'There is no such tenant.', { field: 'subject' })
        if (confirm !== (await nameOf(by.tenant)))
          throw new Refusal('invalid_field', 'Write the tenant’s name to confirm.', { field: 'confirm' })
        return erasure.tenant(by)
      },
    )
  }
}

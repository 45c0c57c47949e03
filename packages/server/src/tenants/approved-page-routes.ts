import type { FastifyPluginAsync } from 'fastify'
import type { ApprovedPages } from './approved-pages.ts'
import { requireStaff } from './request-actor.ts'

const uuid = { type: 'string', format: 'uuid' } as const
const approvedPage = {
  $id: 'ApprovedPage',
  type: 'object',
  required: ['id', 'pattern', 'reason', 'approvedBy', 'at'],
  properties: {
    id: uuid,
    pattern: { type: 'string', description: 'Origin and path; a final * matches any rest' },
    reason: { type: 'string' },
    approvedBy: { type: 'string' },
    at: { type: 'string', format: 'date-time' },
  },
} as const
const tags = ['approved-pages']

/** Pages with card fields on which the tenant wants the chat all the same. */
export function approvedPageRoutes(approvedPages: ApprovedPages): FastifyPluginAsync {
  return async (app) => {
    app.addSchema(approvedPage)

    app.get(
      '/v1/approved-pages',
      {
        schema: {
          operationId: 'listApprovedPages',
          summary: 'Pages with card fields on which the widget may open',
          tags,
          response: {
            200: {
              type: 'object',
              required: ['items'],
              properties: { items: { type: 'array', items: { $ref: 'ApprovedPage#' } } },
            },
          },
        },
      },
      async (request) => ({
        items: await approvedPages.approvedPages(requireStaff(request, 'approved-pages.read').tenant),
      }),
    )

    app.post<{ Body: { pattern: string; reason: string } }>(
      '/v1/approved-pages',
      {
        schema: {
          operationId: 'approvePage',
          summary: 'Let the widget open on a page with card fields (administrators)',
          tags,
          body: {
            type: 'object',
            required: ['pattern', 'reason'],
            additionalProperties: false,
            properties: {
              pattern: { type: 'string', minLength: 1, maxLength: 2_048 },
              reason: { type: 'string', minLength: 1, maxLength: 500 },
            },
          },
          response: { 201: { $ref: 'ApprovedPage#' } },
        },
      },
      async (request, reply) => {
        const by = requireStaff(request, 'approved-pages.manage')
        return reply.code(201).send(await approvedPages.approvePage(by, request.idempotencyKey, request.body))
      },
    )

    app.delete<{ Params: { id: string } }>(
      '/v1/approved-pages/:id',
      {
        schema: {
          operationId: 'withdrawApproval',
          summary: 'Keep the widget closed on a page again (administrators)',
          tags,
          params: { type: 'object', required: ['id'], properties: { id: uuid } },
          response: { 204: { type: 'null', description: 'The approval is withdrawn' } },
        },
      },
      async (request, reply) => {
        await approvedPages.withdrawApproval(
          requireStaff(request, 'approved-pages.manage'),
          request.params.id,
        )
        return reply.code(204).send()
      },
    )
  }
}

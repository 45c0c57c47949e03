import type { FastifyPluginAsync } from 'fastify'
import { Refusal } from '@candor/protocol/refusals.ts'
import { requireStaff } from '../tenants/request-actor.ts'
import type { Visits } from './visits.ts'

const time = { type: 'string', format: 'date-time' } as const

/** Pages with card fields on which the widget stayed closed. */
export function visitsRoutes(visits: Visits): FastifyPluginAsync {
  return async (app) => {
    app.get(
      '/v1/page-reports',
      {
        schema: {
          operationId: 'listPageReports',
          summary: 'Pages with card fields on which the widget refused to open (supervisors, administrators)',
          tags: ['pages'],
          response: {
            200: {
              type: 'object',
              required: ['items'],
              properties: {
                items: {
                  type: 'array',
                  items: {
                    type: 'object',
                    required: ['id', 'url', 'firstSeenAt', 'lastSeenAt', 'count'],
                    properties: {
                      id: { type: 'string', format: 'uuid' },
                      url: { type: 'string' },
                      firstSeenAt: time,
                      lastSeenAt: time,
                      count: { type: 'integer' },
                    },
                  },
                },
              },
            },
          },
        },
      },
      async (request) => {
        const staff = requireStaff(request)
        if (staff.role !== 'supervisor' && staff.role !== 'administrator') throw new Refusal('not_allowed')
        return { items: await visits.pageReports(staff.tenant) }
      },
    )
  }
}

import type { FastifyPluginAsync } from 'fastify'
import { requireStaff } from '../../tenants/request-actor.ts'
import type { Releases } from './releases.ts'

const time = { type: 'string', format: 'date-time' } as const
const maybeTime = { anyOf: [time, { type: 'null' }] } as const
const count = { type: 'integer', minimum: 0 } as const
const releaseRow = {
  $id: 'ReleaseRow',
  type: 'object',
  required: [
    'id',
    'version',
    'commit',
    'publishedAt',
    'expiresAt',
    'publishedEntry',
    'revokedAt',
    'revokedEntry',
    'attestations',
    'inForce',
    'viewsLastHour',
  ],
  properties: {
    id: { type: 'string', description: 'SHA-256 of the manifest, base64url' },
    version: { type: 'string' },
    commit: { type: 'string', description: 'Of the sources; empty where they are not under version control' },
    publishedAt: time,
    expiresAt: time,
    publishedEntry: { ...count, description: 'Entry of the access log' },
    revokedAt: maybeTime,
    revokedEntry: { anyOf: [count, { type: 'null' }] },
    attestations: { ...count, description: 'Reproducible builds that agree with it' },
    inForce: { type: 'boolean' },
    viewsLastHour: count,
  },
} as const

/** What the widget's frame is on this installation, and was. */
export function releaseRoutes(releases: Pick<Releases, 'rows'>): FastifyPluginAsync {
  return async (app) => {
    app.addSchema(releaseRow)

    app.get(
      '/v1/integrity/releases',
      {
        schema: {
          operationId: 'listReleases',
          summary: 'Releases of the widget, newest first, with their entries in the access log',
          tags: ['integrity'],
          response: {
            200: {
              type: 'object',
              required: ['items'],
              properties: { items: { type: 'array', items: { $ref: 'ReleaseRow#' } } },
            },
          },
        },
      },
      async (request) => ({ items: await releases.rows(requireStaff(request, 'integrity.read').tenant) }),
    )
  }
}

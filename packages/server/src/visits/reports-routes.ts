import { reportsPath } from '@candor/protocol/integrity-api.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import type { Observations, Sender } from './observations.ts'
import { parseBrowserReports } from './parse-browser-reports.ts'
import { parsePageView } from './parse-page-view.ts'

/** What `sendBeacon` takes at most (Fetch standard: 64 KiB in flight). */
const pageViewBytesMax = 64 * 1024
/** 200 reports with the policy in each. */
const reportsBytesMax = 512 * 1024

/**
 * What browsers send by themselves: the loader's beacon and the Reporting API. Nobody is signed in and nothing is
 * answered but 204: what was taken is in memory and may be lost with it.
 */
export function reportsRoutes(rooms: {
  observations: Pick<Observations, 'pageView' | 'browserReports'>
  tenantBySlug(publicId: string): Promise<{ id: string } | null>
  originAllowed(tenant: string, origin: string): Promise<boolean>
}): FastifyPluginAsync {
  const { observations } = rooms

  async function tenantOf(publicId: string): Promise<string> {
    const tenant = await rooms.tenantBySlug(publicId)
    if (tenant === null) throw new Refusal('not_found', 'There is no such tenant.')
    return tenant.id
  }

  return async (app) => {
    const asText = { parseAs: 'string' as const }
    for (const type of ['application/reports+json', 'application/csp-report'])
      app.addContentTypeParser(type, asText, (_, body, done) => done(null, body))
    app.addContentTypeParser('text/plain', asText, (_, body, done) => done(null, body))

    app.post(
      '/v1/page-views',
      {
        bodyLimit: pageViewBytesMax,
        config: { idempotent: false, rateLimit: false },
        schema: {
          operationId: 'reportPageView',
          summary: 'What the loader tells of a page view: scripts, card fields, release; nothing of a person',
          tags: ['reports'],
          security: [],
          response: { 204: { type: 'null', description: 'Taken, not yet stored' } },
        },
      },
      async (request, reply) => {
        const report = parsePageView(request.body)
        const tenant = await tenantOf(report.t)
        const { origin } = request.headers
        if (
          origin === undefined ||
          originOf(report.u) !== origin ||
          !(await rooms.originAllowed(tenant, origin))
        )
          throw new Refusal('origin_not_allowed', undefined, { field: 'u' })
        observations.pageView(senderOf(request, tenant), report)
        return reply.code(204).send()
      },
    )

    app.post<{ Params: { tenant: string } }>(
      `${reportsPath}:tenant`,
      {
        bodyLimit: reportsBytesMax,
        config: { idempotent: false, rateLimit: false },
        schema: {
          operationId: 'reportFromBrowser',
          summary: 'Reports of browsers (Reporting API, CSP): hashes of scripts, violations',
          tags: ['reports'],
          security: [],
          params: {
            type: 'object',
            required: ['tenant'],
            properties: { tenant: { type: 'string', maxLength: 40 } },
          },
          response: { 204: { type: 'null', description: 'Taken, not yet stored' } },
        },
      },
      async (request, reply) => {
        reply.header('access-control-allow-origin', '*')
        const tenant = await tenantOf(request.params.tenant)
        const reports = parseBrowserReports(request.body)
        // A browser sends what it has for this address at once, mostly of one page.
        const allowed = new Map<string, boolean>()
        for (const { page } of reports)
          if (!allowed.has(page)) allowed.set(page, await rooms.originAllowed(tenant, originOf(page)))
        const own = reports.filter(({ page }) => allowed.get(page))
        if (reports.length > 0 && own.length === 0) throw new Refusal('origin_not_allowed')
        observations.browserReports(senderOf(request, tenant), own)
        return reply.code(204).send()
      },
    )

    // Reports go to another origin under a type that no form has, so the browser asks first (Fetch standard, CORS).
    app.options(`${reportsPath}:tenant`, { schema: { hide: true } }, (_, reply) =>
      reply
        .code(204)
        .header('access-control-allow-origin', '*')
        .header('access-control-allow-methods', 'POST')
        .header('access-control-allow-headers', 'content-type')
        .header('access-control-max-age', '7200')
        .send(),
    )
  }
}

function senderOf(request: FastifyRequest, tenant: string): Sender {
  return { tenant, address: request.ip, userAgent: request.headers['user-agent'] ?? '' }
}

function originOf(address: string): string {
  return URL.canParse(address) ? new URL(address).origin : 'null'
}

import type { AlarmDecision, ContainmentScope, IntegrityAlarm } from '@candor/protocol/integrity-api.ts'
import type { FastifyPluginAsync } from 'fastify'
import { requireStaff } from '../tenants/request-actor.ts'
import { checkLine } from '../tenants/fields.ts'
import { scriptsCsv } from './evidence/evidence.ts'
import { integritySchemas } from './integrity-schemas.ts'
import type { Integrity } from './integrity.ts'

const base = '/v1/integrity'
const tags = ['integrity']
/** A reason that an assessor reads; not an essay. */
const justificationCharactersMax = 500
const ownerCharactersMax = 100
const listMax = 500

const justification = { type: 'string', minLength: 1, maxLength: justificationCharactersMax } as const
const owner = { type: 'string', minLength: 1, maxLength: ownerCharactersMax } as const
const uuid = { type: 'string', format: 'uuid' } as const
const hash = { type: 'string', pattern: '^sha(256|384|512)-[A-Za-z0-9+/]{43,86}={0,2}$' } as const
const time = { type: 'string', format: 'date-time' } as const
const listOf = (ref: string) =>
  ({
    200: {
      type: 'object',
      required: ['items'],
      properties: { items: { type: 'array', items: { $ref: ref } } },
    },
  }) as const
/** As it is, field by field in its own order: the hash in it is of that text. */
const evidence = {
  type: 'object',
  additionalProperties: true,
  description: 'With `sha256`, the hash of the JSON of this document without that field',
} as const
const scope = {
  type: 'object',
  required: ['kind'],
  additionalProperties: false,
  properties: {
    kind: { type: 'string', enum: ['tenant', 'site', 'template', 'release'] },
    origin: { type: 'string', maxLength: 300 },
    template: { type: 'string', maxLength: 2_048 },
    release: { type: 'string', maxLength: 64 },
  },
} as const

/** Pages, the inventory of their scripts, alarms, bodies and evidence. */
export function integrityRoutes(integrity: Integrity): FastifyPluginAsync {
  return async (app) => {
    for (const schema of integritySchemas) app.addSchema(schema)

    app.get(
      base,
      {
        schema: {
          operationId: 'integrityHome',
          summary: 'Pages, scripts, how reporting goes, alarms: what one looks at first',
          tags,
          response: { 200: { $ref: 'IntegrityHome#' } },
        },
      },
      (request) => integrity.home(requireStaff(request, 'integrity.read').tenant),
    )

    app.get(
      `${base}/pages`,
      {
        schema: {
          operationId: 'listIntegrityPages',
          summary: 'Page templates that visitors’ browsers told of',
          tags,
          response: listOf('PageTemplate#'),
        },
      },
      async (request) => ({ items: await integrity.pages(requireStaff(request, 'integrity.read').tenant) }),
    )

    app.get<{ Querystring: { template?: string } }>(
      `${base}/scripts`,
      {
        schema: {
          operationId: 'listInventory',
          summary: 'The living inventory: scripts by page, with the history of their hashes',
          tags,
          querystring: { type: 'object', properties: { template: { type: 'string', maxLength: 20 } } },
          response: listOf('InventoryScript#'),
        },
      },
      async (request) => ({
        items: await integrity.scripts(
          requireStaff(request, 'integrity.read').tenant,
          request.query.template,
        ),
      }),
    )

    app.post<{
      Params: { id: string }
      Body: { state: 'approved' | 'refused'; hash?: string; owner?: string; justification: string }
    }>(
      `${base}/scripts/:id/decide`,
      {
        schema: {
          operationId: 'decideScript',
          summary: 'Approve or refuse a script, or one of its hashes (administrators, privacy officers)',
          tags,
          params: { type: 'object', required: ['id'], properties: { id: uuid } },
          body: {
            type: 'object',
            required: ['state', 'justification'],
            additionalProperties: false,
            properties: {
              state: { type: 'string', enum: ['approved', 'refused'] },
              hash,
              owner,
              justification,
            },
          },
          response: { 200: { $ref: 'InventoryScript#' } },
        },
      },
      (request) => {
        const by = requireStaff(request, 'integrity.decide')
        const { state, hash: one, owner: whose, justification: why } = request.body
        return integrity.decideScript(by, request.idempotencyKey, request.params.id, {
          state,
          justification: checkLine(why, 'justification', justificationCharactersMax),
          ...(one === undefined ? {} : { hash: one }),
          ...(whose === undefined ? {} : { owner: checkLine(whose, 'owner', ownerCharactersMax) }),
        })
      },
    )

    app.post<{ Body: { template: string; justification: string; owner?: string } }>(
      `${base}/scripts/approve-template`,
      {
        schema: {
          operationId: 'approveTemplate',
          summary: 'Approve all that was seen of a page: its baseline (administrators, privacy officers)',
          tags,
          body: {
            type: 'object',
            required: ['template', 'justification'],
            additionalProperties: false,
            properties: {
              template: { type: 'string', maxLength: 20, description: 'Id of the page template' },
              justification,
              owner,
            },
          },
          response: {
            200: { type: 'object', required: ['approved'], properties: { approved: { type: 'integer' } } },
          },
        },
      },
      async (request) => {
        const by = requireStaff(request, 'integrity.decide')
        const { template, justification: why, owner: whose } = request.body
        const approved = await integrity.approveTemplate(by, request.idempotencyKey, template, {
          justification: checkLine(why, 'justification', justificationCharactersMax),
          ...(whose === undefined ? {} : { owner: checkLine(whose, 'owner', ownerCharactersMax) }),
        })
        return { approved }
      },
    )

    app.get<{ Querystring: { state?: IntegrityAlarm['state']; limit: number } }>(
      `${base}/alarms`,
      {
        schema: {
          operationId: 'listIntegrityAlarms',
          summary: 'Alarms, newest first',
          tags,
          querystring: {
            type: 'object',
            properties: {
              state: { type: 'string', enum: ['open', 'approved', 'contained', 'incident', 'dismissed'] },
              limit: { type: 'integer', minimum: 1, maximum: listMax, default: 100 },
            },
          },
          response: listOf('IntegrityAlarm#'),
        },
      },
      async (request) => {
        const { tenant } = requireStaff(request, 'integrity.read')
        return { items: await integrity.alarms.list(tenant, request.query) }
      },
    )

    app.post<{
      Params: { id: string; decision: AlarmDecision }
      Body: { justification?: string; scope?: ContainmentScope } | null
    }>(
      `${base}/alarms/:id/:decision`,
      {
        schema: {
          operationId: 'decideAlarm',
          summary: 'Approve what was found, dismiss it, contain it, or make it an incident',
          tags,
          params: {
            type: 'object',
            required: ['id', 'decision'],
            properties: {
              id: uuid,
              decision: { type: 'string', enum: ['approve', 'dismiss', 'contain', 'incident'] },
            },
          },
          body: {
            type: ['object', 'null'],
            additionalProperties: false,
            properties: { justification, scope },
          },
          response: { 200: { $ref: 'IntegrityAlarm#' } },
        },
      },
      (request) => {
        const { decision } = request.params
        // Whoever may stop a page may do so from its alarm; how much they may stop the kill switch asks itself.
        const by = requireStaff(request, decision === 'contain' ? 'containments.page' : 'integrity.decide')
        const { justification: why, scope: where } = request.body ?? {}
        return integrity.decideAlarm(by, request.idempotencyKey, request.params.id, decision, {
          ...(why === undefined
            ? {}
            : { justification: checkLine(why, 'justification', justificationCharactersMax) }),
          ...(where === undefined ? {} : { scope: where }),
        })
      },
    )

    app.get<{ Params: { hash: string } }>(
      `${base}/bodies/:hash`,
      {
        schema: {
          operationId: 'scriptBody',
          summary: 'A script as it was fetched, as text; its bytes have this hash',
          tags,
          params: { type: 'object', required: ['hash'], properties: { hash } },
          response: { 200: { type: 'string', description: 'text/plain' } },
        },
      },
      async (request, reply) => {
        const { tenant } = requireStaff(request, 'integrity.read')
        const { body, fetchedAt } = await integrity.body(tenant, request.params.hash)
        // Somebody else's script, on our origin: nothing may run, frame or guess what it is.
        return reply
          .header('content-security-policy', `default-src 'none'; sandbox`)
          .header('content-disposition', 'attachment; filename="script.txt"')
          .header('last-modified', new Date(fetchedAt).toUTCString())
          .type('text/plain; charset=utf-8')
          .serializer((text: unknown) => text as string)
          .send(body)
      },
    )

    app.get<{ Querystring: { format: 'json' | 'csv' } }>(
      `${base}/evidence/scripts`,
      {
        schema: {
          operationId: 'evidenceOfScripts',
          summary: 'The inventory as evidence (PCI DSS 4.0.1, 6.4.3), with the hash of its content',
          tags,
          querystring: {
            type: 'object',
            properties: { format: { type: 'string', enum: ['json', 'csv'], default: 'json' } },
          },
          response: { 200: evidence },
        },
      },
      async (request, reply) => {
        const made = await integrity.evidenceOfScripts(requireStaff(request, 'integrity.read').tenant)
        if (request.query.format === 'json') return made
        return reply
          .type('text/csv; charset=utf-8')
          .header('content-disposition', 'attachment; filename="scripts.csv"')
          .header('x-content-sha256', made.sha256)
          .send(scriptsCsv(made))
      },
    )

    app.get<{ Querystring: { from: string; to: string } }>(
      `${base}/evidence/changes`,
      {
        schema: {
          operationId: 'evidenceOfChanges',
          summary: 'What was watched, found, decided and not seen in a time (PCI DSS 4.0.1, 11.6.1, 12.10.5)',
          tags,
          querystring: {
            type: 'object',
            required: ['from', 'to'],
            properties: { from: time, to: time },
          },
          response: { 200: evidence },
        },
      },
      (request) => {
        const { tenant } = requireStaff(request, 'integrity.read')
        return integrity.evidenceOfChanges(tenant, request.query.from, request.query.to)
      },
    )
  }
}

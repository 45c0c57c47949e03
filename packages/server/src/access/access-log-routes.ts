import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { entryTypes } from '@candor/ledger/entry.ts'
import type { AccessPolicy, LegalHold } from '@candor/protocol/api.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { ActorKind } from '@candor/keyholder/frames.ts'
import type { Actor } from '../tenants/actor.ts'
import { requirePerson, requireStaff } from '../tenants/request-actor.ts'
import { allow } from '../tenants/roles.ts'
import type { AccessLog, EntryQuery } from './access-log.ts'

const uuid = { type: 'string', format: 'uuid' } as const
const time = { type: 'string', format: 'date-time' } as const
const index = { type: 'integer', minimum: 0 } as const
const nullable = <T extends object>(schema: T) => ({ anyOf: [schema, { type: 'null' }] }) as const
const count = nullable({ type: 'integer', minimum: 0, maximum: 1_000_000 })
const actorKinds = ['visitor', 'agent', 'virtual-agent', 'api', 'system', 'operator'] as const
const actor = {
  type: 'object',
  required: ['kind', 'id', 'name'],
  properties: {
    kind: { enum: actorKinds },
    id: { type: 'string' },
    name: { type: 'string' },
    role: { type: 'string' },
  },
} as const
const budget = {
  type: 'object',
  required: ['conversationsPerHour', 'offAssignmentPerDay', 'afterHoursPerDay', 'exportsPerDay'],
  additionalProperties: false,
  properties: {
    conversationsPerHour: count,
    offAssignmentPerDay: count,
    afterHoursPerDay: count,
    exportsPerDay: count,
  },
} as const
const clockTime = { type: 'string', pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$' } as const

export const accessEntrySchema = {
  $id: 'AccessEntry',
  type: 'object',
  description: 'docs/log.md says what each field means.',
  required: [
    'index',
    'at',
    'type',
    'purpose',
    'outcome',
    'range',
    'actor',
    'conversation',
    'customer',
    'pseudonyms',
    'offAssignment',
    'afterHours',
    'signed',
    'what',
    'erased',
  ],
  properties: {
    index,
    at: time,
    type: { enum: entryTypes },
    purpose: nullable({ type: 'string' }),
    outcome: nullable({ type: 'string' }),
    range: nullable({ type: 'array', minItems: 2, maxItems: 2, items: { type: 'integer' } }),
    actor: nullable(actor),
    conversation: nullable(uuid),
    customer: nullable(uuid),
    pseudonyms: {
      type: 'object',
      required: ['actor', 'conversation', 'customer'],
      properties: {
        actor: nullable({ type: 'string' }),
        conversation: nullable({ type: 'string' }),
        customer: nullable({ type: 'string' }),
      },
    },
    offAssignment: { type: 'boolean' },
    afterHours: { type: 'boolean' },
    signed: { type: 'boolean' },
    what: nullable({ type: 'string' }),
    erased: { type: 'boolean' },
  },
} as const

export const accessPolicySchema = {
  $id: 'AccessPolicy',
  type: 'object',
  required: ['budgets', 'hours', 'retentionDays'],
  additionalProperties: false,
  properties: {
    budgets: {
      type: 'object',
      required: ['agent', 'supervisor', 'administrator', 'privacy-officer', 'api'],
      additionalProperties: false,
      properties: {
        agent: budget,
        supervisor: budget,
        administrator: budget,
        'privacy-officer': budget,
        api: budget,
      },
    },
    hours: nullable({
      type: 'object',
      required: ['timeZone', 'days', 'from', 'to'],
      additionalProperties: false,
      properties: {
        timeZone: { type: 'string', minLength: 1, maxLength: 64 },
        days: {
          type: 'array',
          maxItems: 7,
          uniqueItems: true,
          items: { type: 'integer', minimum: 1, maximum: 7 },
        },
        from: clockTime,
        to: clockTime,
      },
    }),
    retentionDays: nullable({ type: 'integer', minimum: 1, maximum: 36_500 }),
  },
} as const

const filters = {
  conversation: uuid,
  customer: uuid,
  actor: { type: 'string', pattern: '^(visitor|agent|virtual-agent|api|system|operator):[0-9a-f-]{36}$' },
  from: time,
  until: time,
  type: { enum: entryTypes },
} as const

interface Filters {
  conversation?: string
  customer?: string
  actor?: string
  from?: string
  until?: string
  type?: NonNullable<EntryQuery['type']>
}

const made = { type: 'object', required: ['index'], properties: { index } } as const
const tags = ['access']

/** Who read what, provable; and what keeps readers in bounds. */
export function accessLogRoutes(log: AccessLog): FastifyPluginAsync {
  return async (app) => {
    app.addSchema(accessEntrySchema)
    app.addSchema(accessPolicySchema)

    /** Who opened one conversation is for everybody who may open it; more is for those who watch over reading. */
    function reader(request: FastifyRequest, query: Filters): Actor {
      const staff = requireStaff(request, 'receipts.read')
      if (query.conversation === undefined) allow(staff, 'access.review')
      return staff
    }

    app.get<{ Querystring: Filters & { cursor?: string; limit: number } }>(
      '/v1/access/entries',
      {
        schema: {
          operationId: 'listAccessEntries',
          summary: 'Entries of the access log, newest first',
          description: '`receipts.read` for one conversation; anything wider needs `access.review`.',
          tags,
          querystring: {
            type: 'object',
            properties: {
              ...filters,
              cursor: { type: 'string', maxLength: 20 },
              limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
            },
          },
          response: {
            200: {
              type: 'object',
              required: ['items', 'next'],
              properties: {
                items: { type: 'array', items: { $ref: 'AccessEntry#' } },
                next: nullable({ type: 'string' }),
              },
            },
          },
        },
      },
      (request) => {
        const { cursor, limit, ...query } = request.query
        const staff = reader(request, query)
        return log.entries(staff.tenant, queryOf(query), { cursor: cursor ?? null, limit })
      },
    )

    app.get<{ Querystring: Filters }>(
      '/v1/access/bundle',
      {
        schema: {
          operationId: 'getAccessBundle',
          summary: 'A proof bundle: entries, their details and their proofs, for anybody to check offline',
          tags,
          querystring: { type: 'object', properties: filters },
          response: { 200: { type: 'object', additionalProperties: true } },
        },
      },
      async (request, reply) => {
        const staff = reader(request, request.query)
        const bundle = await log.bundle(staff.tenant, queryOf(request.query))
        return reply
          .header('content-disposition', 'attachment; filename="candor-proof-bundle.json"')
          .type('application/json; charset=utf-8')
          .serializer((text: string) => text)
          .send(bundle)
      },
    )

    app.get(
      '/v1/access/log',
      {
        schema: {
          operationId: 'getAccessLog',
          summary: 'The log’s key, its newest checkpoint and its witnesses',
          tags,
          response: {
            200: {
              type: 'object',
              required: ['origin', 'vkey', 'size', 'entries', 'checkpointAt', 'quorum', 'witnesses'],
              properties: {
                origin: { type: 'string' },
                vkey: { type: 'string' },
                size: index,
                entries: index,
                checkpointAt: nullable(time),
                quorum: index,
                witnesses: {
                  type: 'array',
                  items: {
                    type: 'object',
                    required: ['vkey', 'at', 'fault'],
                    properties: {
                      vkey: { type: 'string' },
                      at: nullable(time),
                      fault: nullable({ type: 'string' }),
                    },
                  },
                },
              },
            },
          },
        },
      },
      (request) => {
        requireStaff(request, 'receipts.read')
        return log.status()
      },
    )

    app.get<{ Querystring: { days: number } }>(
      '/v1/access/review',
      {
        schema: {
          operationId: 'reviewAccess',
          summary: 'Alarms, suspensions, and who reads what is not assigned to them',
          tags,
          querystring: {
            type: 'object',
            properties: { days: { type: 'integer', minimum: 1, maximum: 90, default: 30 } },
          },
          response: {
            200: {
              type: 'object',
              required: ['rows', 'suspensions', 'alarms'],
              properties: {
                rows: {
                  type: 'array',
                  items: {
                    type: 'object',
                    required: [
                      'actor',
                      'opened',
                      'offAssignment',
                      'afterHours',
                      'firstAt',
                      'lastAt',
                      'suspended',
                    ],
                    properties: {
                      actor,
                      opened: index,
                      offAssignment: index,
                      afterHours: index,
                      firstAt: time,
                      lastAt: time,
                      suspended: { type: 'boolean' },
                    },
                  },
                },
                suspensions: {
                  type: 'array',
                  items: {
                    type: 'object',
                    required: ['actor', 'at', 'reason', 'index'],
                    properties: { actor, at: time, reason: { type: 'string' }, index },
                  },
                },
                alarms: {
                  type: 'array',
                  items: {
                    type: 'object',
                    required: ['index', 'at', 'kind', 'actor', 'detail'],
                    properties: {
                      index,
                      at: time,
                      kind: { type: 'string' },
                      actor: nullable(actor),
                      detail: { type: 'string' },
                    },
                  },
                },
              },
            },
          },
        },
      },
      (request) => log.review(requireStaff(request, 'access.review').tenant, request.query.days),
    )

    app.get(
      '/v1/access/policy',
      {
        schema: {
          operationId: 'getAccessPolicy',
          summary: 'How much each role may read, the opening hours, and how long conversations are kept',
          tags,
          response: { 200: { $ref: 'AccessPolicy#' } },
        },
      },
      (request) => log.policy(requireStaff(request, 'access.review').tenant),
    )

    app.put<{ Body: AccessPolicy }>(
      '/v1/access/policy',
      {
        schema: {
          operationId: 'setAccessPolicy',
          summary: 'Change it; the log keeps what it was before',
          tags,
          body: { $ref: 'AccessPolicy#' },
          response: { 200: made },
        },
      },
      (request) => {
        const by = requireStaff(request, 'access.manage')
        checkTimeZone(request.body)
        return log.setPolicy(by, request.body)
      },
    )

    app.post<{ Body: { kind: ActorKind; id: string } }>(
      '/v1/access/reinstatements',
      {
        config: { idempotent: false },
        schema: {
          operationId: 'reinstate',
          summary: 'Lift a suspension; nobody lifts their own',
          tags,
          body: {
            type: 'object',
            required: ['kind', 'id'],
            additionalProperties: false,
            properties: { kind: { enum: actorKinds }, id: uuid },
          },
          response: { 200: made },
        },
      },
      (request) => log.reinstate(requireStaff(request, 'access.manage'), request.body),
    )

    app.get(
      '/v1/access/holds',
      {
        schema: {
          operationId: 'listHolds',
          summary: 'Legal holds: what may not be erased',
          tags,
          response: {
            200: {
              type: 'object',
              required: ['items'],
              properties: {
                items: {
                  type: 'array',
                  items: {
                    type: 'object',
                    required: ['scope', 'subject', 'reason', 'at', 'by'],
                    properties: {
                      scope: { enum: ['tenant', 'customer', 'conversation'] },
                      subject: uuid,
                      reason: { type: 'string' },
                      at: time,
                      by: actor,
                    },
                  },
                },
              },
            },
          },
        },
      },
      async (request) => ({ items: await log.holds(requireStaff(request, 'access.review').tenant) }),
    )

    for (const [path, on] of [
      ['/v1/access/holds', true],
      ['/v1/access/holds/lift', false],
    ] as const)
      app.post<{ Body: { scope: LegalHold['scope']; subject: string; reason: string } }>(
        path,
        {
          config: { idempotent: false },
          schema: {
            operationId: on ? 'placeHold' : 'liftHold',
            summary: on ? 'Keep something from being erased' : 'Lift a legal hold',
            tags,
            body: {
              type: 'object',
              required: ['scope', 'subject', 'reason'],
              additionalProperties: false,
              properties: {
                scope: { enum: ['tenant', 'customer', 'conversation'] },
                subject: uuid,
                reason: { type: 'string', minLength: 1, maxLength: 500 },
              },
            },
            response: { 200: made },
          },
        },
        (request) => {
          const by = requireStaff(request, 'access.manage')
          if (request.body.scope === 'tenant' && request.body.subject !== by.tenant)
            throw new Refusal('not_found', 'There is no such tenant.', { field: 'subject' })
          return log.hold(by, { ...request.body, on })
        },
      )

    app.post<{ Body: { publicKey: string } }>(
      '/v1/session/key',
      {
        config: { idempotent: false },
        schema: {
          operationId: 'registerSessionKey',
          summary: 'Register the key that this browser made and signs its openings with',
          description:
            'ECDSA P-256, SPKI in base64. The browser keeps the private half and cannot export it.',
          tags: ['sign-in'],
          body: {
            type: 'object',
            required: ['publicKey'],
            additionalProperties: false,
            properties: {
              publicKey: {
                type: 'string',
                minLength: 100,
                maxLength: 300,
                pattern: '^[A-Za-z0-9+/]+={0,2}$',
              },
            },
          },
          response: {
            201: {
              type: 'object',
              required: ['key', 'entry'],
              properties: { key: { type: 'string' }, entry: index },
            },
          },
        },
      },
      async (request, reply) =>
        reply.code(201).send(await log.registerSessionKey(requirePerson(request), request.body.publicKey)),
    )
  }
}

/** Field by field: a query may hold what is none of ours. */
function queryOf({ conversation, customer, actor: who, from, until, type }: Filters): EntryQuery {
  const [kind, id] = who?.split(':') ?? []
  return {
    ...(conversation === undefined ? {} : { conversation: conversation.toLowerCase() }),
    ...(customer === undefined ? {} : { customer: customer.toLowerCase() }),
    ...(id === undefined ? {} : { actor: { kind: kind as ActorKind, id } }),
    ...(from === undefined ? {} : { from }),
    ...(until === undefined ? {} : { until }),
    ...(type === undefined ? {} : { type }),
  }
}

function checkTimeZone({ hours }: AccessPolicy): void {
  if (hours === null) return
  try {
    new Intl.DateTimeFormat('en', { timeZone: hours.timeZone })
  } catch (caught) {
    if (!(caught instanceof RangeError)) throw caught
    throw new Refusal('invalid_field', 'The time zone is an IANA name such as Europe/Berlin.', {
      field: 'hours.timeZone',
    })
  }
}

import { alarmKinds, type ContainmentScope, type Playbook } from '@candor/protocol/integrity-api.ts'
import type { FastifyPluginAsync } from 'fastify'
import type { Actor } from '../../tenants/actor.ts'
import { refuseField } from '../../tenants/fields.ts'
import { requireStaff } from '../../tenants/request-actor.ts'
import { reasonCharactersMax, type Containments } from './containment.ts'
import { templateCharactersMax } from './containment-scope.ts'
import type { Playbooks } from './playbook.ts'

const uuid = { type: 'string', format: 'uuid' } as const
const time = { type: 'string', format: 'date-time' } as const
const orNull = <T extends object>(schema: T) => ({ anyOf: [schema, { type: 'null' }] }) as const
const text = { type: 'string' } as const
const scopeKinds = ['tenant', 'site', 'template', 'release'] as const
/** In answers: with exactly the field of its kind. */
const scopeFields = {
  kind: { enum: scopeKinds },
  origin: { type: 'string', maxLength: 300, description: 'Of a site' },
  template: {
    type: 'string',
    maxLength: templateCharactersMax,
    description: 'Origin and path of a page template',
  },
  release: { type: 'string', maxLength: 43, description: 'Id of a release' },
} as const
const reason = { type: 'string', minLength: 1, maxLength: reasonCharactersMax } as const
const tenantNamed = {
  type: 'string',
  maxLength: 64,
  description: 'Public id: refused when the key is another’s',
} as const
const containment = {
  $id: 'Containment',
  type: 'object',
  required: [
    'id',
    'scope',
    'reason',
    'alarm',
    'by',
    'startedAt',
    'entry',
    'framesOpen',
    'framesStopped',
    'undoneAt',
  ],
  properties: {
    id: uuid,
    scope: { type: 'object', required: ['kind'], properties: scopeFields },
    reason: text,
    alarm: orNull(text),
    by: text,
    startedAt: time,
    entry: { type: 'integer', description: 'Of the access log; 0: it follows when the keyholder is back' },
    framesOpen: { type: 'integer', description: 'Widgets that it stopped: those that were open then' },
    framesStopped: { type: 'integer', description: 'Of these, how many have confirmed it' },
    undoneAt: orNull(time),
    undoneBy: orNull(text),
    undoReason: orNull(text),
    undoneEntry: orNull({ type: 'integer' }),
  },
} as const
const rule = {
  type: 'object',
  required: ['kind', 'scope', 'sharePercentMin'],
  additionalProperties: false,
  properties: {
    kind: { enum: alarmKinds },
    scope: { enum: scopeKinds },
    sharePercentMin: { type: 'number', minimum: 0, maximum: 100 },
  },
} as const
const playbook = {
  type: 'object',
  required: ['rules', 'webhook'],
  properties: {
    rules: { type: 'array', maxItems: 100, items: rule },
    webhook: orNull({ type: 'string', maxLength: 2_048 }),
    secret: { type: 'string', description: 'Shown once, when a webhook is first named' },
  },
} as const
const tags = ['integrity']

/** The kill switch, and what pulls it without asking. */
export function containmentRoutes(options: {
  containments: Containments
  playbooks: Playbooks
  publicIdOf(tenant: string): Promise<string>
}): FastifyPluginAsync {
  const { containments, playbooks } = options

  /** Who holds keys of several tenants says which one they mean. */
  async function checkTenant(by: Actor, named: string | undefined): Promise<void> {
    if (named !== undefined && named !== (await options.publicIdOf(by.tenant)))
      refuseField('tenant', 'is the tenant whose key this is')
  }

  return async (app) => {
    app.addSchema(containment)

    app.get(
      '/v1/integrity/containments',
      {
        schema: {
          operationId: 'listContainments',
          summary: 'What the kill switch has switched off, in force and before',
          tags,
          response: {
            200: {
              type: 'object',
              required: ['items'],
              properties: { items: { type: 'array', items: { $ref: 'Containment#' } } },
            },
          },
        },
      },
      async (request) => ({
        items: await containments.list(requireStaff(request, 'integrity.read').tenant),
      }),
    )

    app.post<{ Body: { scope: ContainmentScope; reason: string; alarm?: string; tenant?: string } }>(
      '/v1/integrity/containments',
      {
        schema: {
          operationId: 'contain',
          summary: 'Switch the chat off: for the tenant, a site, a page template or a release',
          description:
            'New loads are inert at once, open widgets are told to stop and cannot come back. Supervisors switch off a page template only.',
          tags,
          body: {
            type: 'object',
            required: ['scope', 'reason'],
            additionalProperties: false,
            properties: {
              scope: {
                type: 'object',
                required: ['kind'],
                additionalProperties: false,
                properties: scopeFields,
              },
              reason,
              alarm: { type: 'string', maxLength: 100, description: 'The alarm that it answers' },
              tenant: tenantNamed,
            },
          },
          response: { 201: { $ref: 'Containment#' } },
        },
      },
      async (request, reply) => {
        const by = requireStaff(request, 'containments.page')
        const { scope, reason: why, alarm = null, tenant } = request.body
        await checkTenant(by, tenant)
        const what = { scope, reason: why, alarm }
        return reply.code(201).send(await containments.begin(by, request.idempotencyKey, what))
      },
    )

    app.post<{ Params: { id: string }; Body: { reason: string; tenant?: string } }>(
      '/v1/integrity/containments/:id/undo',
      {
        config: { idempotent: false },
        schema: {
          operationId: 'undoContainment',
          summary: 'Switch the chat on again (administrators, privacy officers)',
          tags,
          params: { type: 'object', required: ['id'], properties: { id: uuid } },
          body: {
            type: 'object',
            required: ['reason'],
            additionalProperties: false,
            properties: { reason, tenant: tenantNamed },
          },
          response: { 200: { $ref: 'Containment#' } },
        },
      },
      async (request) => {
        const by = requireStaff(request, 'containments.manage')
        await checkTenant(by, request.body.tenant)
        return containments.undo(by, request.params.id, request.body.reason)
      },
    )

    app.get(
      '/v1/integrity/playbook',
      {
        schema: {
          operationId: 'readPlaybook',
          summary: 'What is contained without asking, and who is told',
          tags,
          response: { 200: playbook },
        },
      },
      async (request) => playbooks.playbook(requireStaff(request, 'integrity.read').tenant),
    )

    app.put<{ Body: Playbook }>(
      '/v1/integrity/playbook',
      {
        schema: {
          operationId: 'savePlaybook',
          summary: 'Say what is contained without asking (administrators, privacy officers)',
          tags,
          body: {
            type: 'object',
            required: ['rules', 'webhook'],
            additionalProperties: false,
            properties: { rules: playbook.properties.rules, webhook: playbook.properties.webhook },
          },
          response: { 200: playbook },
        },
      },
      async (request) => playbooks.save(requireStaff(request, 'containments.manage'), request.body),
    )

    app.post(
      '/v1/integrity/playbook/secret',
      {
        config: { idempotent: false },
        schema: {
          operationId: 'rotateWebhookSecret',
          summary: 'A new secret for the webhook’s signatures; the former one counts no longer',
          tags,
          response: {
            201: { type: 'object', required: ['secret'], properties: { secret: text } },
          },
        },
      },
      async (request, reply) => {
        const by = requireStaff(request, 'containments.manage')
        return reply.code(201).send(await playbooks.rotateSecret(by))
      },
    )
  }
}

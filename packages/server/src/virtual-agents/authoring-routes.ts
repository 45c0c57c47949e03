import type { FastifyPluginAsync } from 'fastify'
import { definitionBytesMax, idCharactersMax } from '@candor/virtual-agent/definition.ts'
import type { Actor } from '../tenants/actor.ts'
import { requirePerson, requireStaff } from '../tenants/request-actor.ts'
import { allow, type Permission } from '../tenants/roles.ts'
import type { FastifyRequest } from 'fastify'
import { engineValue } from './authoring-schemas.ts'
import type { Authoring } from './authoring.ts'
import type { Drafts } from './drafts.ts'
import type { ToolSecrets } from './tool-secrets.ts'
import type { Training } from './training.ts'
import { noteCharactersMax, type Versions } from './versions.ts'

/** A definition with the names of its fields escaped, and the rest of the body. */
export const definitionBodyBytesMax = definitionBytesMax + 1024 * 1024

const revision = { type: 'integer', minimum: 0, maximum: 2_147_483_647 } as const
const note = { type: 'string', maxLength: noteCharactersMax } as const
const versionParams = {
  type: 'object',
  required: ['version'],
  properties: { version: { type: 'integer', minimum: 1, maximum: 2_147_483_647 } },
} as const
const toolParams = {
  type: 'object',
  required: ['id'],
  properties: { id: { type: 'string', minLength: 1, maxLength: idCharactersMax } },
} as const
const tags = ['virtual agent']
const base = '/v1/virtual-agent'

/** Draft, training, versions and tool secrets. */
export function authoringRoutes(rooms: {
  authoring: Authoring
  drafts: Pick<Drafts, 'check'>
  training: Pick<Training, 'stop' | 'status'>
  versions: Versions
  secrets: Pick<ToolSecrets, 'remove'>
}): FastifyPluginAsync {
  const { authoring, drafts, training, versions, secrets } = rooms
  return async (app) => {
    app.get(
      base,
      {
        schema: {
          operationId: 'virtualAgent',
          summary: 'What is in force, the draft, what waits for approval, and the training',
          tags,
          response: { 200: { $ref: 'VirtualAgentOverview#' } },
        },
      },
      (request) => authoring.overview(requireStaff(request, 'virtual-agent.read')),
    )

    app.put<{ Body: { revision: number; definition: unknown } }>(
      `${base}/draft`,
      {
        bodyLimit: definitionBodyBytesMax,
        schema: {
          operationId: 'saveVirtualAgentDraft',
          summary: 'Save the draft; refused when somebody saved after the given revision',
          tags,
          body: {
            type: 'object',
            required: ['revision', 'definition'],
            additionalProperties: false,
            properties: { revision, definition: engineValue('A definition (docs/virtual-agent.md)') },
          },
          response: { 200: { $ref: 'VirtualAgentDraft#' } },
        },
      },
      (request) =>
        authoring.save(
          requireStaff(request, 'virtual-agent.edit'),
          request.body.revision,
          request.body.definition,
        ),
    )

    app.delete<{ Querystring: { revision: number } }>(
      `${base}/draft`,
      {
        schema: {
          operationId: 'discardVirtualAgentDraft',
          summary: 'Start again from what is in force',
          tags,
          querystring: { type: 'object', required: ['revision'], properties: { revision } },
          response: { 200: { $ref: 'VirtualAgentDraft#' } },
        },
      },
      (request) => authoring.discard(requireStaff(request, 'virtual-agent.edit'), request.query.revision),
    )

    app.post<{ Body: { definition: unknown } }>(
      `${base}/draft/check`,
      {
        bodyLimit: definitionBodyBytesMax,
        config: { idempotent: false },
        schema: {
          operationId: 'checkVirtualAgentDefinition',
          summary: 'All faults of a definition; nothing is saved',
          tags,
          body: {
            type: 'object',
            required: ['definition'],
            additionalProperties: false,
            properties: { definition: engineValue('Anything') },
          },
          response: {
            200: {
              type: 'object',
              required: ['faults'],
              properties: { faults: { type: 'array', items: { $ref: 'Fault#' } } },
            },
          },
        },
      },
      async (request) => ({
        faults: await drafts.check(
          requireStaff(request, 'virtual-agent.edit').tenant,
          request.body.definition,
        ),
      }),
    )

    app.post(
      `${base}/draft/train`,
      {
        config: { idempotent: false },
        schema: {
          operationId: 'trainVirtualAgent',
          summary: 'Train the saved draft; the same examples are trained once',
          tags,
          response: { 202: { $ref: 'Training#' } },
        },
      },
      async (request, reply) =>
        reply.code(202).send(await authoring.train(requireStaff(request, 'virtual-agent.edit'))),
    )

    app.post(
      `${base}/draft/train/stop`,
      {
        config: { idempotent: false },
        schema: {
          operationId: 'stopVirtualAgentTraining',
          summary: 'Stop the training',
          tags,
          response: { 200: { $ref: 'Training#' } },
        },
      },
      async (request) => training.stop(requireStaff(request, 'virtual-agent.edit').tenant),
    )

    app.get(
      `${base}/training`,
      {
        schema: {
          operationId: 'virtualAgentTraining',
          summary: 'How far the training is',
          tags,
          response: { 200: { $ref: 'Training#' } },
        },
      },
      async (request) => training.status(requireStaff(request, 'virtual-agent.read').tenant),
    )

    app.get(
      `${base}/draft/review`,
      {
        schema: {
          operationId: 'reviewVirtualAgentDraft',
          summary: 'Coverage and confusion of the trained draft, and what else an author should look at',
          tags,
          response: {
            200: {
              type: 'object',
              required: ['revision', 'report'],
              properties: { revision, report: engineValue('docs/virtual-agent-authoring.md') },
            },
          },
        },
      },
      (request) => authoring.review(requireStaff(request, 'virtual-agent.read').tenant),
    )

    app.post<{ Body: { revision: number; note: string } }>(
      `${base}/proposals`,
      {
        schema: {
          operationId: 'proposeVirtualAgent',
          summary: 'Freeze the trained draft with its articles, for a second person to approve',
          tags,
          body: {
            type: 'object',
            required: ['revision', 'note'],
            additionalProperties: false,
            properties: { revision, note },
          },
          response: { 201: { $ref: 'VirtualAgentVersion#' } },
        },
      },
      async (request, reply) => {
        const by = requirePersonWho(request, 'virtual-agent.edit')
        const { revision, note } = request.body
        return reply.code(201).send(await authoring.propose(by, request.idempotencyKey, revision, note))
      },
    )

    app.post<{ Params: { version: number } }>(
      `${base}/proposals/:version/approve`,
      {
        config: { idempotent: false },
        schema: {
          operationId: 'approveVirtualAgent',
          summary: 'Put a proposal in force; never by who proposed it',
          tags,
          params: versionParams,
          response: { 200: { $ref: 'VirtualAgentVersion#' } },
        },
      },
      (request) =>
        versions.approve(requirePersonWho(request, 'virtual-agent.approve'), request.params.version),
    )

    app.post<{ Params: { version: number }; Body: { note: string } }>(
      `${base}/proposals/:version/refuse`,
      {
        config: { idempotent: false },
        schema: {
          operationId: 'refuseVirtualAgent',
          summary: 'Send a proposal back, with what is wrong with it',
          tags,
          params: versionParams,
          body: {
            type: 'object',
            required: ['note'],
            additionalProperties: false,
            properties: { note: { ...note, minLength: 1 } },
          },
          response: { 200: { $ref: 'VirtualAgentVersion#' } },
        },
      },
      (request) =>
        versions.refuse(
          requirePersonWho(request, 'virtual-agent.approve'),
          request.params.version,
          request.body.note,
        ),
    )

    app.post<{ Params: { version: number } }>(
      `${base}/proposals/:version/withdraw`,
      {
        config: { idempotent: false },
        schema: {
          operationId: 'withdrawVirtualAgent',
          summary: 'Take one’s own proposal back',
          tags,
          params: versionParams,
          response: { 200: { $ref: 'VirtualAgentVersion#' } },
        },
      },
      (request) => versions.withdraw(requirePersonWho(request, 'virtual-agent.edit'), request.params.version),
    )

    app.get<{ Querystring: { cursor?: string } }>(
      `${base}/versions`,
      {
        schema: {
          operationId: 'listVirtualAgentVersions',
          summary: 'Versions, newest first',
          tags,
          querystring: { type: 'object', properties: { cursor: { type: 'string', maxLength: 20 } } },
          response: {
            200: {
              type: 'object',
              required: ['items', 'next'],
              properties: {
                items: { type: 'array', items: { $ref: 'VirtualAgentVersion#' } },
                next: { type: ['string', 'null'] },
              },
            },
          },
        },
      },
      (request) =>
        versions.page(requireStaff(request, 'virtual-agent.read').tenant, request.query.cursor ?? null),
    )

    app.get<{ Params: { version: number } }>(
      `${base}/versions/:version`,
      {
        schema: {
          operationId: 'virtualAgentVersion',
          summary: 'A version as it was proposed, what it quotes, and who did what to it',
          tags,
          params: versionParams,
          response: { 200: { $ref: 'VirtualAgentVersionDetail#' } },
        },
      },
      (request) =>
        versions.detail(requireStaff(request, 'virtual-agent.read').tenant, request.params.version),
    )

    app.post<{ Params: { version: number }; Body: { note: string } }>(
      `${base}/versions/:version/restore`,
      {
        config: { idempotent: false },
        schema: {
          operationId: 'restoreVirtualAgent',
          summary: 'Put a version that was in force before in force again, at once',
          tags,
          params: versionParams,
          body: {
            type: 'object',
            required: ['note'],
            additionalProperties: false,
            properties: { note },
          },
          response: { 200: { $ref: 'VirtualAgentVersion#' } },
        },
      },
      (request) =>
        versions.restore(
          requirePersonWho(request, 'virtual-agent.approve'),
          request.params.version,
          request.body.note,
        ),
    )

    app.put<{ Params: { id: string }; Body: { secret: string } }>(
      `${base}/tools/:id/secret`,
      {
        schema: {
          operationId: 'setToolSecret',
          summary: 'Keep what authorises a tool’s requests; it is never shown again',
          tags,
          params: toolParams,
          body: {
            type: 'object',
            required: ['secret'],
            additionalProperties: false,
            properties: { secret: { type: 'string', minLength: 1 } },
          },
          response: { 200: { $ref: 'ToolSecret#' } },
        },
      },
      (request) =>
        authoring.setToolSecret(
          requireStaff(request, 'virtual-agent.edit'),
          request.params.id,
          request.body.secret,
        ),
    )

    app.delete<{ Params: { id: string } }>(
      `${base}/tools/:id/secret`,
      {
        schema: {
          operationId: 'removeToolSecret',
          summary: 'Forget what authorises a tool’s requests',
          tags,
          params: toolParams,
          response: { 204: { type: 'null', description: 'The secret is gone' } },
        },
      },
      async (request, reply) => {
        await secrets.remove(requireStaff(request, 'virtual-agent.edit').tenant, request.params.id)
        return reply.code(204).send()
      },
    )
  }
}

/**
 * A person at a screen with the permission. Keys are left out where two people are asked for: whoever may make a key
 * would be both.
 */
export function requirePersonWho(request: FastifyRequest, permission: Permission): Actor {
  const person = requirePerson(request)
  allow(person, permission)
  return person
}

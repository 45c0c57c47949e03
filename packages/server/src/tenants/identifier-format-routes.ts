import { patternMax, prefixMax } from '@candor/card-guard'
import type { FastifyPluginAsync } from 'fastify'
import { formatNameMax, type GivenFormat, type IdentifierFormats } from './identifier-formats.ts'
import { requireStaff } from './request-actor.ts'

const uuid = { type: 'string', format: 'uuid' } as const
const strings = { type: 'array', items: { type: 'string' } } as const
const fields = {
  name: { type: 'string', minLength: 1, maxLength: formatNameMax },
  pattern: {
    type: 'string',
    minLength: 1,
    maxLength: patternMax,
    description: '# is a digit, @ a letter, ? either; anything else stands for itself',
  },
  // One type with two members: `anyOf` would turn null into '' where the edge coerces.
  prefix: {
    type: ['string', 'null'],
    maxLength: prefixMax,
    description: 'The word that introduces such a number in a sentence',
  },
} as const
const identifierFormat = {
  $id: 'IdentifierFormat',
  type: 'object',
  description: 'A kind of number of the tenant’s own, which the card guard may let through',
  required: ['id', 'name', 'pattern', 'prefix', 'example', 'overlap', 'savedBy', 'savedAt'],
  properties: {
    id: uuid,
    ...fields,
    example: { type: 'string' },
    overlap: {
      type: 'object',
      description: 'Where its numbers are card numbers too. Those are masked unless they are introduced.',
      required: ['oneIn', 'networks', 'introducedBy', 'summary'],
      properties: {
        oneIn: {
          type: ['integer', 'null'],
          description:
            'One in so many is a card number by length, issuer range and check digit; null: none is',
        },
        networks: {
          type: 'array',
          items: {
            type: 'object',
            required: ['network', 'ranges', 'lengths'],
            properties: {
              network: { type: 'string' },
              ranges: { ...strings, description: 'First digits, "4" or "51-55"' },
              lengths: { type: 'array', items: { type: 'integer' } },
            },
          },
        },
        introducedBy: { enum: ['pattern', 'prefix', 'nothing'] },
        summary: { type: 'string', description: 'The same in a sentence' },
      },
    },
    savedBy: { type: 'string' },
    savedAt: { type: 'string', format: 'date-time' },
  },
} as const
const body = {
  type: 'object',
  required: ['name', 'pattern'],
  additionalProperties: false,
  properties: fields,
} as const
const params = { type: 'object', required: ['id'], properties: { id: uuid } } as const
const tags = ['identifier-formats']

/** The tenant's own kinds of numbers. They are no secret: every visitor's browser is given them. */
export function identifierFormatRoutes(formats: IdentifierFormats): FastifyPluginAsync {
  return async (app) => {
    app.addSchema(identifierFormat)

    app.get(
      '/v1/identifier-formats',
      {
        schema: {
          operationId: 'listIdentifierFormats',
          summary: 'The tenant’s own kinds of numbers, and where they could be card numbers',
          tags,
          response: {
            200: {
              type: 'object',
              required: ['items'],
              properties: { items: { type: 'array', items: { $ref: 'IdentifierFormat#' } } },
            },
          },
        },
      },
      async (request) => ({
        items: await formats.identifierFormats(requireStaff(request, 'widget.read').tenant),
      }),
    )

    app.post<{ Body: GivenFormat }>(
      '/v1/identifier-formats',
      {
        schema: {
          operationId: 'addIdentifierFormat',
          summary: 'Name a kind of number that the card guard may let through (administrators)',
          tags,
          body,
          response: { 201: { $ref: 'IdentifierFormat#' } },
        },
      },
      async (request, reply) => {
        const by = requireStaff(request, 'identifier-formats.manage')
        return reply
          .code(201)
          .send(await formats.addIdentifierFormat(by, request.idempotencyKey, request.body))
      },
    )

    app.put<{ Params: { id: string }; Body: GivenFormat }>(
      '/v1/identifier-formats/:id',
      {
        schema: {
          operationId: 'changeIdentifierFormat',
          summary: 'Change a kind of number (administrators)',
          tags,
          params,
          body,
          response: { 200: { $ref: 'IdentifierFormat#' } },
        },
      },
      (request) =>
        formats.changeIdentifierFormat(
          requireStaff(request, 'identifier-formats.manage'),
          request.params.id,
          request.body,
        ),
    )

    app.delete<{ Params: { id: string } }>(
      '/v1/identifier-formats/:id',
      {
        schema: {
          operationId: 'removeIdentifierFormat',
          summary: 'Mask a kind of number again where it is a card number too (administrators)',
          tags,
          params,
          response: { 204: { type: 'null', description: 'The format is gone' } },
        },
      },
      async (request, reply) => {
        const { tenant } = requireStaff(request, 'identifier-formats.manage')
        await formats.removeIdentifierFormat(tenant, request.params.id)
        return reply.code(204).send()
      },
    )
  }
}

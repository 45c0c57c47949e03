import type { FastifyPluginAsync } from 'fastify'
import { emailCharactersMax, nameCharactersMax } from './fields.ts'
import { passwordCharactersMax, passwordCharactersMin } from './password.ts'
import type { NewPerson, People } from './people.ts'
import { requireStaff } from './request-actor.ts'
import { roles } from './roles.ts'

const person = {
  $id: 'Person',
  type: 'object',
  required: ['id', 'name', 'email', 'role', 'online'],
  properties: {
    id: { type: 'string', format: 'uuid' },
    name: { type: 'string' },
    email: { type: 'string' },
    role: { enum: roles },
    online: { type: 'boolean' },
  },
} as const

/** @param online who of a tenant's people has a desk open now; the room `delivery` knows it. */
export function peopleRoutes(
  people: People,
  online: (tenant: string) => ReadonlySet<string>,
): FastifyPluginAsync {
  return async (app) => {
    app.addSchema(person)

    app.get(
      '/v1/people',
      {
        schema: {
          operationId: 'listPeople',
          summary: 'The people of the tenant',
          tags: ['people'],
          response: {
            200: {
              type: 'object',
              required: ['items'],
              properties: { items: { type: 'array', items: { $ref: 'Person#' } } },
            },
          },
        },
      },
      async (request) => {
        const { tenant } = requireStaff(request, 'people.read')
        const here = online(tenant)
        return { items: (await people.people(tenant)).map((one) => ({ ...one, online: here.has(one.id) })) }
      },
    )

    app.post<{ Body: NewPerson }>(
      '/v1/people',
      {
        schema: {
          operationId: 'createPerson',
          summary: 'Add a person with a login (administrators)',
          tags: ['people'],
          body: {
            type: 'object',
            required: ['name', 'email', 'role', 'password'],
            additionalProperties: false,
            properties: {
              name: { type: 'string', minLength: 1, maxLength: nameCharactersMax },
              email: { type: 'string', minLength: 3, maxLength: emailCharactersMax },
              role: { enum: roles },
              password: {
                type: 'string',
                minLength: passwordCharactersMin,
                maxLength: passwordCharactersMax,
                writeOnly: true,
              },
            },
          },
          response: { 201: { $ref: 'Person#' } },
        },
      },
      async (request, reply) => {
        const { tenant } = requireStaff(request, 'people.manage')
        const made = await people.createPerson(tenant, request.idempotencyKey, request.body)
        return reply.code(201).send({ ...made, online: online(tenant).has(made.id) })
      },
    )
  }
}

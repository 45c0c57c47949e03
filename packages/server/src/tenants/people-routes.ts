import type { Role } from '@candor/protocol/api.ts'
import type { FastifyPluginAsync } from 'fastify'
import type { Actor } from './actor.ts'
import { emailCharactersMax, nameCharactersMax } from './fields.ts'
import type { Logins } from './logins.ts'
import { passwordCharactersMax, passwordCharactersMin } from './password.ts'
import type { NewPerson, People, StoredPerson } from './people.ts'
import { requireStaff } from './request-actor.ts'
import { permissions, roles } from './roles.ts'

const uuid = { type: 'string', format: 'uuid' } as const
const time = { type: 'string', format: 'date-time' } as const
const timeOrNull = { anyOf: [time, { type: 'null' }] } as const
const members = {
  id: uuid,
  name: { type: 'string' },
  email: { type: 'string' },
  role: { enum: roles },
  online: { type: 'boolean' },
  deactivatedAt: timeOrNull,
  secondFactor: { type: 'boolean', description: 'Told to who may change people' },
  lastSeenAt: { ...timeOrNull, description: 'Told to who may change people' },
} as const
const required = ['id', 'name', 'email', 'role', 'online', 'deactivatedAt']
const person = { $id: 'Person', type: 'object', required, properties: members } as const
const params = { type: 'object', required: ['id'], properties: { id: uuid } } as const
const name = { type: 'string', minLength: 1, maxLength: nameCharactersMax } as const
const onceShown = {
  anyOf: [{ type: 'string' }, { type: 'null' }],
  description: 'Shown once; null when the Idempotency-Key was used before',
} as const
const tags = ['people']

/** What other rooms know and do about the tenant's people. */
export interface PeopleRooms {
  /** Who has a desk open now; the room `delivery` knows it. */
  online(tenant: string): ReadonlySet<string>
  /** Their open conversations wait for somebody else; the room `routing` does it. Again does what is left. */
  returnConversations(by: Actor, person: string): Promise<void>
}

export function peopleRoutes(people: People & Logins, rooms: PeopleRooms): FastifyPluginAsync {
  /** As the actor may see them. */
  function shown<P extends StoredPerson>(actor: Actor, one: P) {
    const { secondFactor, lastSeenAt, ...rest } = one
    const manages = actor.role !== undefined && permissions[actor.role].has('people.manage')
    return {
      ...rest,
      online: rooms.online(actor.tenant).has(one.id),
      ...(manages ? { secondFactor, lastSeenAt } : {}),
    }
  }

  return async (app) => {
    app.addSchema(person)

    app.get(
      '/v1/people',
      {
        schema: {
          operationId: 'listPeople',
          summary: 'The people of the tenant, who was deactivated among them',
          tags,
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
        const actor = requireStaff(request, 'people.read')
        return { items: (await people.people(actor.tenant)).map((one) => shown(actor, one)) }
      },
    )

    app.post<{ Body: NewPerson }>(
      '/v1/people',
      {
        schema: {
          operationId: 'createPerson',
          summary: 'Add a person with a login (administrators)',
          description: 'Without a password a temporary one is made: whoever uses it chooses their own first.',
          tags,
          body: {
            type: 'object',
            required: ['name', 'email', 'role'],
            additionalProperties: false,
            properties: {
              name,
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
          response: {
            201: { type: 'object', required, properties: { ...members, temporaryPassword: onceShown } },
          },
        },
      },
      async (request, reply) => {
        const by = requireStaff(request, 'people.manage')
        const made = await people.createPerson(by.tenant, request.idempotencyKey, request.body, by)
        return reply.code(201).send(shown(by, made))
      },
    )

    app.patch<{ Params: { id: string }; Body: { name?: string; role?: Role } }>(
      '/v1/people/:id',
      {
        schema: {
          operationId: 'changePerson',
          summary: 'Change a person’s name or role (administrators)',
          description:
            'Counts at once: open connections start anew. Whose role does not answer any more has no conversations: they wait for somebody else.',
          tags,
          params,
          body: {
            type: 'object',
            minProperties: 1,
            additionalProperties: false,
            properties: { name, role: { enum: roles } },
          },
          response: { 200: { $ref: 'Person#' } },
        },
      },
      async (request) => {
        const by = requireStaff(request, 'people.manage')
        const { id } = request.params
        const changed = await people.changePerson(by, id, request.body)
        if (!permissions[changed.role].has('conversations.answer')) await rooms.returnConversations(by, id)
        return shown(by, changed)
      },
    )

    app.post<{ Params: { id: string } }>(
      '/v1/people/:id/deactivate',
      {
        schema: {
          operationId: 'deactivatePerson',
          summary: 'Take a person’s access (administrators)',
          description:
            'Sessions and open connections end at once, signing in is refused, and open conversations wait for somebody else. API keys that the person made stay.',
          tags,
          params,
          response: { 200: { $ref: 'Person#' } },
        },
      },
      async (request) => {
        const by = requireStaff(request, 'people.manage')
        const gone = await people.deactivatePerson(by, request.params.id)
        await rooms.returnConversations(by, gone.id)
        return shown(by, gone)
      },
    )

    app.post<{ Params: { id: string } }>(
      '/v1/people/:id/reactivate',
      {
        schema: {
          operationId: 'reactivatePerson',
          summary: 'Give a person their access back (administrators)',
          tags,
          params,
          response: { 200: { $ref: 'Person#' } },
        },
      },
      async (request) => {
        const by = requireStaff(request, 'people.manage')
        return shown(by, await people.reactivatePerson(by, request.params.id))
      },
    )

    app.post<{ Params: { id: string } }>(
      '/v1/people/:id/reset-second-factor',
      {
        schema: {
          operationId: 'resetSecondFactor',
          summary: 'Turn off the second factor of who lost it (administrators)',
          description:
            'The person’s sessions end. Their password opens the desk again, until they set up another.',
          tags,
          params,
          response: { 200: { $ref: 'Person#' } },
        },
      },
      async (request) => {
        const by = requireStaff(request, 'people.manage')
        const { id } = request.params
        await people.resetSecondFactor(by, id)
        return shown(by, await people.person(by.tenant, id))
      },
    )

    app.post<{ Params: { id: string } }>(
      '/v1/people/:id/reset-password',
      {
        schema: {
          operationId: 'resetPassword',
          summary: 'Make a temporary password for who forgot theirs (administrators)',
          description:
            'It works for 72 hours and opens nothing but the choice of an own one. The person’s sessions end; a second factor stays.',
          tags,
          params,
          response: {
            200: {
              type: 'object',
              required: ['password', 'expiresAt'],
              properties: { password: onceShown, expiresAt: time },
            },
          },
        },
      },
      async (request) => {
        const by = requireStaff(request, 'people.manage')
        return people.resetPassword(by, request.idempotencyKey, request.params.id)
      },
    )
  }
}

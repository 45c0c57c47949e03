import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { emailCharactersMax } from './fields.ts'
import { passwordCharactersMax, passwordCharactersMin } from './password.ts'
import { requirePerson } from './request-actor.ts'
import { roles } from './roles.ts'
import type { Browser, SignIn } from './sign-in.ts'

export const meSchema = {
  $id: 'Me',
  type: 'object',
  required: ['person', 'tenant'],
  properties: {
    person: {
      type: 'object',
      required: ['id', 'name', 'email', 'role', 'secondFactor'],
      properties: {
        id: { type: 'string', format: 'uuid' },
        name: { type: 'string' },
        email: { type: 'string' },
        role: { enum: roles },
        secondFactor: { type: 'boolean' },
      },
    },
    tenant: {
      type: 'object',
      required: ['id', 'name'],
      properties: { id: { type: 'string', format: 'uuid' }, name: { type: 'string' } },
    },
  },
} as const

const password = { type: 'string', minLength: 1, maxLength: passwordCharactersMax } as const
const newPassword = {
  type: 'string',
  minLength: passwordCharactersMin,
  maxLength: passwordCharactersMax,
  writeOnly: true,
} as const
/** Recovery codes have eleven characters. */
const code = { type: 'string', minLength: 6, maxLength: 20 } as const
const nothing = { type: 'null', description: 'Done' } as const
const email = { type: 'string', minLength: 1, maxLength: emailCharactersMax } as const
const signInAnswer = {
  description:
    'Signed in, or half of it: then send the code to /v1/sign-in/second-factor, or the password you choose in place of the temporary one to /v1/sign-in/new-password.',
  oneOf: [
    {
      type: 'object',
      required: ['kind', 'me'],
      properties: { kind: { const: 'signed-in' }, me: { $ref: 'Me#' } },
    },
    {
      type: 'object',
      required: ['kind'],
      properties: { kind: { enum: ['second-factor', 'new-password'] } },
    },
  ],
} as const
/** A session is made by a right answer, not by a request: sending twice signs in twice. */
const config = { idempotent: false } as const
const tags = ['sign-in']

/** Sign-in and the second factor. Sessions are cookies: HttpOnly, SameSite=Lax, 12 hours. */
export function signInRoutes(signIn: SignIn): FastifyPluginAsync {
  return async (app) => {
    app.addSchema(meSchema)

    app.post<{ Body: { email: string; password: string } }>(
      '/v1/sign-in',
      {
        config,
        schema: {
          operationId: 'signIn',
          summary: 'Sign in with e-mail address and password',
          description:
            'Sets the cookie candor_session, or asks for the second factor, or for another password than the temporary one.',
          tags,
          security: [],
          body: closed({ email, password }),
          response: {
            200: signInAnswer,
          },
        },
      },
      async (request, reply) => {
        const { answer, cookies } = await signIn.signIn(browserOf(request), request.body)
        return keep(reply, cookies).send(answer)
      },
    )

    app.post<{ Body: { email: string; password: string; newPassword: string } }>(
      '/v1/sign-in/new-password',
      {
        config,
        schema: {
          operationId: 'chooseNewPassword',
          summary: 'Choose a password in place of the temporary one, and sign in with it',
          tags,
          security: [],
          body: closed({ email, password, newPassword }),
          response: { 200: signInAnswer },
        },
      },
      async (request, reply) => {
        const { answer, cookies } = await signIn.chooseNewPassword(browserOf(request), request.body)
        return keep(reply, cookies).send(answer)
      },
    )

    app.post<{ Body: { code: string } }>(
      '/v1/sign-in/second-factor',
      {
        config,
        schema: {
          operationId: 'signInSecondFactor',
          summary: 'Finish a sign-in with a code of the authenticator app, or a recovery code',
          tags,
          security: [],
          body: closed({ code }),
          response: { 200: { $ref: 'Me#' } },
        },
      },
      async (request, reply) => {
        const { answer, cookies } = await signIn.secondFactor(browserOf(request), request.body.code)
        return keep(reply, cookies).send(answer)
      },
    )

    app.post(
      '/v1/sign-out',
      {
        config,
        schema: {
          operationId: 'signOut',
          summary: 'End this session',
          description: 'Its open connections end too. Without a session nothing happens.',
          tags,
          security: [],
          response: { 204: nothing },
        },
      },
      async (request, reply) =>
        keep(reply, await signIn.signOut(browserOf(request)))
          .code(204)
          .send(),
    )

    app.get(
      '/v1/me',
      {
        schema: {
          operationId: 'readMe',
          summary: 'Who is signed in',
          tags,
          response: { 200: { $ref: 'Me#' } },
        },
      },
      async (request) => signIn.me(requirePerson(request)),
    )

    app.post<{ Body: { password: string; newPassword: string } }>(
      '/v1/me/password',
      {
        config,
        schema: {
          operationId: 'changePassword',
          summary: 'Change one’s own password',
          description: 'The person’s other sessions end.',
          tags,
          body: closed({ password, newPassword }),
          response: { 204: nothing },
        },
      },
      async (request, reply) => {
        await signIn.changePassword(requirePerson(request), browserOf(request), request.body)
        return reply.code(204).send()
      },
    )

    app.post<{ Body: { password: string } }>(
      '/v1/me/second-factor',
      {
        config,
        schema: {
          operationId: 'enrolSecondFactor',
          summary: 'Make a secret for an authenticator app',
          description:
            'It is asked for from the first confirmed code on. Enrolling again makes a new secret.',
          tags,
          body: closed({ password }),
          response: {
            200: {
              type: 'object',
              required: ['uri', 'secret', 'recoveryCodes'],
              properties: {
                uri: { type: 'string', description: 'otpauth:// for a QR code' },
                secret: { type: 'string', description: 'The same in base32, to be typed' },
                recoveryCodes: {
                  type: 'array',
                  items: { type: 'string' },
                  description: 'Each opens once; shown once',
                },
              },
            },
          },
        },
      },
      async (request) =>
        signIn.enrolSecondFactor(requirePerson(request), browserOf(request), request.body.password),
    )

    app.post<{ Body: { code: string } }>(
      '/v1/me/second-factor/confirm',
      {
        config,
        schema: {
          operationId: 'confirmSecondFactor',
          summary: 'Turn the second factor on with a first code',
          description: 'This session goes on under a new cookie; the person’s other sessions end.',
          tags,
          body: closed({ code }),
          response: { 204: nothing },
        },
      },
      async (request, reply) =>
        keep(
          reply,
          await signIn.confirmSecondFactor(requirePerson(request), browserOf(request), request.body.code),
        )
          .code(204)
          .send(),
    )

    app.post<{ Body: { password: string } }>(
      '/v1/me/second-factor/remove',
      {
        config,
        schema: {
          operationId: 'removeSecondFactor',
          summary: 'Turn the second factor off',
          tags,
          body: closed({ password }),
          response: { 204: nothing },
        },
      },
      async (request, reply) =>
        keep(
          reply,
          await signIn.removeSecondFactor(requirePerson(request), browserOf(request), request.body.password),
        )
          .code(204)
          .send(),
    )
  }
}

function browserOf(request: FastifyRequest): Browser {
  return { cookie: request.headers.cookie, address: request.ip }
}

function keep(reply: FastifyReply, cookies: string[]): FastifyReply {
  return cookies.length === 0 ? reply : reply.header('set-cookie', cookies)
}

function closed(properties: Record<string, object>): object {
  return { type: 'object', required: Object.keys(properties), properties, additionalProperties: false }
}

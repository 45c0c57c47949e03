import { Refusal } from '@candor/protocol/refusals.ts'
import type { FastifyRequest } from 'fastify'
import type { Actor } from './actor.ts'
import { allow, type Permission } from './roles.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the edge before any route runs; null: nobody is signed in. */
    actor: Actor | null
    /** The UUID of the header `Idempotency-Key`, on every POST that makes something. */
    idempotencyKey: string
  }
}

/** A member of the staff, or an API key that stands for one. @throws Refusal `not_signed_in` */
export function requireStaff(request: FastifyRequest, permission?: Permission): Actor {
  const { actor } = request
  if (actor === null || (actor.kind !== 'agent' && actor.kind !== 'api')) throw new Refusal('not_signed_in')
  if (permission !== undefined) allow(actor, permission)
  return actor
}

/** A person at a screen: not a key. @throws Refusal `not_signed_in`, or `not_allowed` for a key. */
export function requirePerson(request: FastifyRequest): Actor {
  const actor = requireStaff(request)
  if (actor.kind !== 'agent') throw new Refusal('not_allowed', 'Only a person who is signed in does this.')
  return actor
}

import type { Role } from '@candor/protocol/api.ts'
import type { Actor } from './actor.ts'

/** One change of who may enter, as what, or from where. Ids and roles, never a name, an address or a secret. */
export type AccessChange = {
  tenant: string
  /** The operator is `operatorActor(tenant)`. */
  by: Actor
  /** Id of the person, key, page or site that it is about. */
  subject: string
  /** ISO 8601, milliseconds, UTC. */
  at: string
} & (
  | { what: 'person-added'; role: Role }
  | { what: 'role-changed'; from: Role; to: Role }
  | { what: 'person-deactivated' }
  | { what: 'person-reactivated'; role: Role }
  | { what: 'password-reset' }
  | { what: 'second-factor-reset' }
  | { what: 'api-key-made'; role: Role }
  | { what: 'api-key-deleted' }
  | { what: 'identity-key-registered' }
  | { what: 'identity-key-removed' }
  | { what: 'page-approved'; pattern: string }
  | { what: 'page-approval-withdrawn' }
  | { what: 'site-added'; origin: string }
  | { what: 'site-removed' }
  /** What the kill switch does by itself, and whether somebody is told. */
  | { what: 'playbook-changed'; rules: string; webhook: 'set' | 'none' }
)

/**
 * Told of every change of access after all checks and before it commits. When it throws, a `Refusal` for one,
 * nothing is changed. A change that was told and then failed to commit was still asked for: the teller cannot take
 * it back. It is not told of a repeated request that changes nothing.
 *
 * It is called inside a transaction that holds a connection of the pool: an implementation MUST NOT wait for
 * another connection of it.
 */
export type OnAccessChange = (change: AccessChange) => Promise<void>

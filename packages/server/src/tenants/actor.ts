import type { Role } from '@candor/protocol/api.ts'
import type { ActorKind } from '@candor/protocol/events.ts'

/** Who acts, and for which tenant. Only the room `tenants` makes one; every query runs as its tenant. */
export interface Actor {
  readonly tenant: string
  readonly kind: ActorKind
  readonly id: string
  readonly name: string
  /** Staff and API keys. */
  readonly role?: Role
  /** The sign-in, the API key or the visitor token under which it acts. */
  readonly session?: string
  /** When the sign-in ends by itself, in ms since 1970. */
  readonly until?: number
  /** Visitors: vouched for by the tenant. */
  readonly identified?: boolean
}

/** The installation itself, e.g. the card guard that masks an earlier message. */
export function systemActor(tenant: string, name: string): Actor {
  return { tenant, kind: 'system', id: '00000000-0000-0000-0000-000000000000', name }
}

/** Who runs the installation, on the server itself: no request acts as this. */
export function operatorActor(tenant: string): Actor {
  return systemActor(tenant, 'Operator')
}

/** A tenant's virtual agent, under its own id and name. */
export function virtualAgentActor(tenant: string, id: string, name: string): Actor {
  return { tenant, kind: 'virtual-agent', id, name }
}

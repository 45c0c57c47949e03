import type { Role } from '@candor/protocol/api.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { Actor } from './actor.ts'

/** What a member of the staff or an API key may do. docs/roles.md says the same for people; a test compares them. */
export const allPermissions = [
  'conversations.read',
  'conversations.answer',
  'conversations.note',
  'conversations.handle',
  'receipts.read',
  'access.review',
  'access.manage',
  'people.read',
  'people.manage',
  'queues.read',
  'queues.manage',
  'canned-replies.read',
  'canned-replies.manage',
  'widget.read',
  'widget.manage',
  'approved-pages.read',
  'approved-pages.manage',
  'page-reports.read',
  'integrity.read',
  'integrity.decide',
  'containments.page',
  'containments.manage',
  'identifier-formats.manage',
  'virtual-agent.read',
  'virtual-agent.edit',
  'virtual-agent.approve',
  'api-keys.manage',
  'identity-keys.manage',
  'incidents.clocks',
] as const

export type Permission = (typeof allPermissions)[number]

const agent: readonly Permission[] = [
  'conversations.read',
  'conversations.answer',
  'conversations.note',
  'conversations.handle',
  'receipts.read',
  'people.read',
  'queues.read',
  'canned-replies.read',
  'widget.read',
  'virtual-agent.read',
]

/** Each role belongs to one tenant. There is none for the operator: who runs the installation reads nothing here. */
export const permissions: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  agent: new Set(agent),
  supervisor: new Set<Permission>([
    ...agent,
    'canned-replies.manage',
    'approved-pages.read',
    'page-reports.read',
    'integrity.read',
    // Whoever is on shift sees an alarm first. Stopping a page costs some chats; it is logged, and others undo it.
    'containments.page',
    'virtual-agent.edit',
    'virtual-agent.approve',
  ]),
  administrator: new Set(allPermissions),
  // Looks into what happened, and takes no part in it.
  'privacy-officer': new Set<Permission>([
    'conversations.read',
    'receipts.read',
    'access.review',
    'access.manage',
    'people.read',
    'queues.read',
    'widget.read',
    'approved-pages.read',
    'page-reports.read',
    'integrity.read',
    'integrity.decide',
    'containments.page',
    'containments.manage',
    'virtual-agent.read',
    // What is said to customers in the company's name; somebody else wrote it.
    'virtual-agent.approve',
    'incidents.clocks',
  ]),
}

export const roles = Object.keys(permissions) as Role[]

/** @throws Refusal `not_allowed` when the actor's role does not hold the permission; visitors hold none. */
export function allow(actor: Actor, permission: Permission): void {
  if (actor.role === undefined || !permissions[actor.role].has(permission)) throw new Refusal('not_allowed')
}

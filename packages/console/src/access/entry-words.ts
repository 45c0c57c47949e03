/** What stands in the log, in words for people. */
import type { AccessActor, AccessEntry } from '@candor/protocol/api.ts'
import type { IconName } from '../design/icons.tsx'

const purposes: Record<string, string> = {
  participant: 'took part',
  desk: 'read it at the desk',
  supervisor: 'supervised',
  api: 'read it over the API',
  'virtual-agent': 'answered',
  'card-guard': 'masked a card number',
  'replay-check': 'compared a message that was sent twice',
  export: 'exported it',
  webhook: 'passed it to a webhook',
  backup: 'backed it up',
  proof: 'made a proof',
  drill: 'opened it in a drill',
  bench: 'opened it in a measurement',
}

const denials: Record<string, string> = {
  erased: 'it was erased',
  suspended: 'reading is suspended',
  budget: 'more than the budget allows',
  unsigned: 'not signed by the person’s browser',
  'bad-signature': 'the signature did not hold',
  stale: 'the signature was too old',
  purpose: 'no such purpose for them',
}

const types: Record<string, string> = {
  'session-key': 'A browser’s key was registered',
  'key-made': 'A key was made',
  'key-destroyed': 'Keys were destroyed',
  erasure: 'Erased: its keys were destroyed',
  hold: 'A legal hold changed',
  operator: 'The operator acted',
  'access-widened': 'A setting of access changed',
  suspension: 'Reading was suspended',
  reinstatement: 'Reading was allowed again',
  alarm: 'Alarm',
  start: 'The keyholder started',
  release: 'A release of the widget changed',
  containment: 'The kill switch was used',
}

/** `read it at the desk`, `was refused: …`, `A key was made`. */
export function whatHappened(entry: AccessEntry): string {
  if (entry.type === 'denial')
    return `was refused: ${denials[entry.outcome ?? ''] ?? entry.outcome ?? 'not allowed'}`
  if (entry.type === 'open' || entry.type === 'join') {
    const purpose = purposes[entry.purpose ?? ''] ?? entry.purpose ?? 'opened it'
    return entry.type === 'join' && entry.purpose === 'desk' ? 'opened it at the desk, live' : purpose
  }
  if (entry.type === 'session-key' && entry.outcome === 'ended')
    return 'A browser’s key ended with its session'
  return types[entry.type] ?? entry.type
}

export function isReading({ type }: AccessEntry): boolean {
  return type === 'open' || type === 'join'
}

/** `Messages 1 to 24`, `Messages from 1 on, and what came live`. */
export function messagesRead({ range }: AccessEntry): string | null {
  if (!range) return null
  const [from, to] = range
  if (to === 0)
    return from <= 1 ? 'All messages, and what came live' : `Messages from ${from}, and what came live`
  return from === to ? `Message ${from}` : `Messages ${from} to ${to}`
}

export function nameOfActor(actor: AccessActor | null): string {
  if (!actor) return 'Name erased'
  if (actor.name) return actor.name
  return actor.kind === 'visitor' ? 'The visitor' : actor.kind
}

const roles: Record<string, string> = {
  agent: 'Agent',
  supervisor: 'Supervisor',
  administrator: 'Administrator',
  'privacy-officer': 'Privacy officer',
}

export function roleOfActor(actor: AccessActor | null): string | null {
  if (!actor) return null
  if (actor.role) return roles[actor.role] ?? actor.role
  const kinds: Record<string, string> = {
    visitor: 'Visitor',
    'virtual-agent': 'Virtual agent',
    api: 'API key',
    system: 'System',
    operator: 'Operator',
    agent: 'Agent',
  }
  return kinds[actor.kind] ?? actor.kind
}

export function iconOf(entry: AccessEntry): IconName {
  switch (entry.type) {
    case 'denial':
    case 'suspension':
      return 'lock'
    case 'alarm':
      return 'warning'
    case 'session-key':
    case 'key-made':
    case 'key-destroyed':
      return 'key'
    case 'erasure':
      return 'trash'
    case 'open':
    case 'join':
      return 'eye'
    default:
      return 'shield'
  }
}

export const alarmNames: Record<string, string> = {
  'bulk-reading': 'Bulk reading',
  suspended: 'Suspended at the budget',
  'witness-silent': 'A witness is silent',
  'witness-refuses': 'A witness refuses the log',
  'off-assignment': 'Off-assignment reading',
  'after-hours': 'Reading after hours',
  exports: 'Many exports',
}

export function avatarOf(actor: AccessActor | null): 'visitor' | 'agent' | 'virtual-agent' {
  return actor?.kind === 'agent' || actor?.kind === 'virtual-agent' ? actor.kind : 'visitor'
}

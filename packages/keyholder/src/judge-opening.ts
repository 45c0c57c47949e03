import { createPublicKey, verify, type KeyObject } from 'node:crypto'
import { openStatement, proofMsMax } from '@candor/protocol/open-statement.ts'
import {
  actorKey,
  isAfterHours,
  tombstoneOf,
  type SessionKey,
  type State,
  type TenantState,
} from './effects.ts'
import type { Budget, BudgetHolder, DenialCode, OpenRequest, Purpose } from './frames.ts'
import type { Counts } from './reading-counts.ts'

export type Verdict =
  | { kind: 'granted'; afterHours: boolean; alarm: keyof Budget | null }
  | { kind: 'denied'; code: DenialCode; over?: keyof Budget }

/** What each kind of actor may open text for. A purpose is part of the entry: it cannot be left out or made up. */
const purposes: Record<OpenRequest['actor']['kind'], readonly Purpose[]> = {
  visitor: ['participant'],
  agent: ['desk', 'supervisor', 'export', 'participant'],
  api: ['api', 'export', 'webhook'],
  'virtual-agent': ['virtual-agent'],
  system: ['card-guard', 'replay-check', 'participant', 'webhook', 'backup'],
  operator: [],
}

export function budgetHolder(actor: OpenRequest['actor']): BudgetHolder {
  return actor.kind === 'agent'
    ? ((actor.role as BudgetHolder | undefined) ?? 'agent')
    : (actor.kind as BudgetHolder)
}

/**
 * Decides one opening, without writing anything.
 * @param counts what the actor has read within the windows, this conversation included.
 */
export function judgeOpening(
  request: Omit<OpenRequest, 'op'>,
  state: State,
  tenant: TenantState,
  counts: (afterHours: boolean) => Counts,
  nowMs: number,
): Verdict {
  const { actor } = request
  if (!purposes[actor.kind].includes(request.purpose)) return { kind: 'denied', code: 'purpose' }
  if (
    tenant.wholeErased ||
    tenant.erased.has(tombstoneOf(request.conversation)) ||
    tenant.erased.has(tombstoneOf(request.customer))
  )
    return { kind: 'denied', code: 'erased' }
  if (tenant.suspensions.has(actorKey(actor))) return { kind: 'denied', code: 'suspended' }
  if (actor.kind === 'agent') {
    const fault = proofFault(request, state, nowMs)
    if (fault !== null) return { kind: 'denied', code: fault }
  }
  const afterHours = isAfterHours(tenant.policy.hours, nowMs)
  const budget = tenant.policy.budgets[budgetHolder(actor)]
  const counted = counts(afterHours)
  let alarm: keyof Budget | null = null
  for (const name of Object.keys(counted) as (keyof Budget)[]) {
    const limit = budget[name]
    if (limit === null) continue
    if (counted[name] > limit) return { kind: 'denied', code: 'budget', over: name }
    if (counted[name] > limit / 2) alarm ??= name
  }
  return { kind: 'granted', afterHours, alarm }
}

/** As long as the session's key is known; reading one anew costs a third of checking the signature. */
const publicKeys = new WeakMap<SessionKey, KeyObject>()

function publicKeyOf(session: SessionKey): KeyObject {
  let key = publicKeys.get(session)
  if (key === undefined) {
    const spki = Buffer.from(session.publicKey, 'base64')
    key = createPublicKey({ key: spki, format: 'der', type: 'spki' })
    publicKeys.set(session, key)
  }
  return key
}

function proofFault(
  request: Omit<OpenRequest, 'op'>,
  state: State,
  nowMs: number,
): 'unsigned' | 'bad-signature' | 'stale' | null {
  const { proof } = request
  if (proof === undefined) return 'unsigned'
  const key = state.sessionKeys.get(proof.key)
  if (
    key === undefined ||
    key.until < nowMs ||
    key.tenant !== request.tenant ||
    key.person !== request.actor.id ||
    key.session !== request.session
  )
    return 'unsigned'
  if (!(Math.abs(Date.parse(proof.at) - nowMs) <= proofMsMax)) return 'stale'
  const { tenant, conversation } = request
  const text = openStatement({ tenant, conversation, key: proof.key, at: proof.at })
  const publicKey = publicKeyOf(key)
  const signature = Buffer.from(proof.signature, 'base64url')
  const good = verify('sha256', Buffer.from(text), { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature)
  return good ? null : 'bad-signature'
}

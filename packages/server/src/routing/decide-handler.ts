import type { Role } from '@candor/protocol/api.ts'
import type { ConversationState, EventData } from '@candor/protocol/events.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { HandlerChange } from '../conversations/conversations.ts'

/*
 * Who may handle a conversation next. Pure: each answers what to write, or throws the Refusal. They run under the
 * conversation's row lock, so that what they decide on is still true when it is written. Every change of the
 * handler raises the epoch: whatever a virtual agent computed before it is not stored any more.
 */

/** A person who acts, or to whom a conversation is given. */
export interface Handling {
  id: string
  name: string
  role: Role
}

/** Anyone who answers may take from the virtual agent or the queue; from a colleague, only who leads them. */
export function decideTakeOver(now: ConversationState, by: Handling): HandlerChange {
  mustBeOpen(now)
  if (now.handler.kind === 'agent' && now.handler.id === by.id)
    throw new Refusal('state_conflict', 'You handle this conversation already.')
  mayTakeFromHandler(now, by)
  const agent = { id: by.id, name: by.name }
  return {
    handler: { kind: 'agent', ...agent },
    raisesEpoch: true,
    queue: now.queue,
    waiting: false,
    data: (handlerEpoch) => ({ handlerEpoch, agent }) satisfies EventData['takeover'],
  }
}

/** Back to the virtual agent, from one's own hands or from the queue. */
export function decideHandBack(
  now: ConversationState,
  by: Handling,
  hasVirtualAgent: boolean,
): HandlerChange {
  mustBeOpen(now)
  if (!hasVirtualAgent) throw new Refusal('state_conflict', 'This tenant has no virtual agent.')
  if (now.handler.kind === 'virtual-agent')
    throw new Refusal('state_conflict', 'The virtual agent handles this conversation already.')
  mayTakeFromHandler(now, by)
  return {
    handler: { kind: 'virtual-agent' },
    raisesEpoch: true,
    queue: now.queue,
    waiting: false,
    data: (handlerEpoch) => ({ handlerEpoch }) satisfies EventData['handback'],
  }
}

/** From the virtual agent to the people of a queue, unless somebody was faster. */
export function decideHandOver(
  now: ConversationState,
  by: { handlerEpoch: number; queue: string; reason: string },
): HandlerChange {
  if (now.status !== 'open' || now.handler.kind !== 'virtual-agent' || now.handlerEpoch !== by.handlerEpoch)
    throw new Refusal('handler_changed')
  return {
    handler: { kind: 'queue' },
    raisesEpoch: true,
    queue: by.queue,
    waiting: true,
    data: (handlerEpoch) =>
      ({ handlerEpoch, queue: by.queue, reason: by.reason }) satisfies EventData['handover'],
  }
}

/** To a person, or (null) back to the queue to wait. */
export function decideAssignment(
  now: ConversationState,
  by: Handling,
  to: { agent: Handling | null; queue: string },
): HandlerChange {
  mustBeOpen(now)
  if (to.agent !== null && !answers(to.agent.role))
    throw new Refusal('invalid_field', 'This person does not answer conversations.', { field: 'agent' })
  const changes =
    to.agent === null
      ? now.handler.kind !== 'queue' || now.queue !== to.queue
      : now.handler.kind !== 'agent' || now.handler.id !== to.agent.id
  if (!changes)
    throw new Refusal(
      'state_conflict',
      to.agent === null ? 'The conversation waits there already.' : 'This person handles it already.',
    )
  mayTakeFromHandler(now, by)
  const agent = to.agent === null ? null : { id: to.agent.id, name: to.agent.name }
  return {
    handler: agent === null ? { kind: 'queue' } : { kind: 'agent', ...agent },
    raisesEpoch: true,
    queue: to.queue,
    waiting: agent === null,
    data: () => ({ agent, queue: to.queue }) satisfies EventData['assignment'],
  }
}

/** Out of the hands of somebody who is gone, into the queue. */
export function decideReturn(now: ConversationState, from: { agent: string; queue: string }): HandlerChange {
  mustBeOpen(now)
  if (now.handler.kind !== 'agent' || now.handler.id !== from.agent) throw new Refusal('handler_changed')
  return toQueue(from.queue)
}

/** Into the queue that an archived one moved to, in the hands in which it is. */
export function decideMove(now: ConversationState, queues: { from: string; to: string }): HandlerChange {
  mustBeOpen(now)
  if (now.queue !== queues.from || now.handler.kind === 'virtual-agent') throw new Refusal('handler_changed')
  if (now.handler.kind === 'queue') return toQueue(queues.to)
  const { handler } = now
  const agent = { id: handler.id, name: handler.name }
  return {
    handler,
    raisesEpoch: true,
    queue: queues.to,
    waiting: false,
    data: () => ({ agent, queue: queues.to }) satisfies EventData['assignment'],
  }
}

/** Privacy officers look at incidents and proofs; they do not answer. */
export function answers(role: Role | undefined): boolean {
  return role === 'agent' || role === 'supervisor' || role === 'administrator'
}

function toQueue(queue: string): HandlerChange {
  return {
    handler: { kind: 'queue' },
    raisesEpoch: true,
    queue,
    waiting: true,
    data: () => ({ agent: null, queue }) satisfies EventData['assignment'],
  }
}

function mayTakeFromHandler(now: ConversationState, by: Handling): void {
  if (now.handler.kind !== 'agent' || now.handler.id === by.id) return
  if (by.role === 'supervisor' || by.role === 'administrator') return
  throw new Refusal('handler_changed', `${now.handler.name} handles this conversation.`)
}

function mustBeOpen(now: ConversationState): void {
  if (now.status !== 'open')
    throw new Refusal('state_conflict', 'The conversation is closed: reopen it first.')
}

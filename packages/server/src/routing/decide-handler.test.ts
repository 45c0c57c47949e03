import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConversationState, Handler } from '@candor/protocol/events.ts'
import { Refusal, type RefusalCode } from '@candor/protocol/refusals.ts'
import {
  decideAssignment,
  decideHandBack,
  decideHandOver,
  decideTakeOver,
  type Handling,
} from './decide-handler.ts'

const ana: Handling = { id: 'ana', name: 'Ana', role: 'agent' }
const ben: Handling = { id: 'ben', name: 'Ben', role: 'agent' }
const sam: Handling = { id: 'sam', name: 'Sam', role: 'supervisor' }
const officer: Handling = { id: 'pia', name: 'Pia', role: 'privacy-officer' }

function conversation(handler: Handler, more: Partial<ConversationState> = {}): ConversationState {
  return {
    id: 'c',
    seq: 7,
    status: 'open',
    handler,
    handlerEpoch: 3,
    queue: 'sales',
    assignee: handler.kind === 'agent' ? handler : null,
    tags: [],
    readBy: { visitor: 0, staff: 0 },
    deliveredTo: { visitor: 0, staff: 0 },
    startedAt: '',
    lastEventAt: '',
    ...more,
  }
}
const virtualAgent: Handler = { kind: 'virtual-agent' }
const queue: Handler = { kind: 'queue' }
const handledBy = ({ id, name }: Handling): Handler => ({ kind: 'agent', id, name })
const closed = { status: 'closed' } as const
const refused = (code: RefusalCode) => (caught: unknown) => caught instanceof Refusal && caught.code === code

test('an agent takes over from the virtual agent and from the queue, and the visitor waits no more', () => {
  for (const from of [virtualAgent, queue]) {
    const change = decideTakeOver(conversation(from), ana)
    assert.deepEqual(change.handler, handledBy(ana))
    assert.equal(change.raisesEpoch, true)
    assert.equal(change.waiting, false)
    assert.equal(change.queue, 'sales')
    assert.deepEqual(change.data(4), { handlerEpoch: 4, agent: { id: 'ana', name: 'Ana' } })
  }
})

test('an agent does not take a colleague’s conversation; a supervisor does', () => {
  assert.throws(() => decideTakeOver(conversation(handledBy(ben)), ana), refused('handler_changed'))
  assert.deepEqual(decideTakeOver(conversation(handledBy(ben)), sam).handler, handledBy(sam))
})

test('taking over what one handles, or what is closed, is refused', () => {
  assert.throws(() => decideTakeOver(conversation(handledBy(ana)), ana), refused('state_conflict'))
  assert.throws(() => decideTakeOver(conversation(queue, closed), ana), refused('state_conflict'))
})

test('an agent hands back what is theirs, and the epoch rises', () => {
  const change = decideHandBack(conversation(handledBy(ana)), ana, true)
  assert.deepEqual(change.handler, virtualAgent)
  assert.equal(change.raisesEpoch, true)
  assert.deepEqual(change.data(4), { handlerEpoch: 4 })
})

test('nothing is handed to a virtual agent that does not exist, has it already, or from a colleague', () => {
  assert.throws(() => decideHandBack(conversation(handledBy(ana)), ana, false), refused('state_conflict'))
  assert.throws(() => decideHandBack(conversation(virtualAgent), ana, true), refused('state_conflict'))
  assert.throws(() => decideHandBack(conversation(handledBy(ben)), ana, true), refused('handler_changed'))
})

test('the virtual agent hands over under its own epoch only', () => {
  const by = { handlerEpoch: 3, queue: 'care', reason: 'asked-for-a-person' }
  const change = decideHandOver(conversation(virtualAgent), by)
  assert.deepEqual(change.handler, queue)
  assert.equal(change.waiting, true)
  assert.equal(change.queue, 'care')
  assert.deepEqual(change.data(4), { handlerEpoch: 4, queue: 'care', reason: 'asked-for-a-person' })
  assert.throws(
    () => decideHandOver(conversation(virtualAgent, { handlerEpoch: 4 }), by),
    refused('handler_changed'),
  )
  assert.throws(() => decideHandOver(conversation(handledBy(ana)), by), refused('handler_changed'))
  assert.throws(() => decideHandOver(conversation(virtualAgent, closed), by), refused('handler_changed'))
})

test('assigned to a person it waits no more; assigned to nobody it waits in its queue', () => {
  const toBen = decideAssignment(conversation(handledBy(ana)), ana, { agent: ben, queue: 'sales' })
  assert.deepEqual(toBen.handler, handledBy(ben))
  assert.equal(toBen.waiting, false)
  assert.deepEqual(toBen.data(4), { agent: { id: 'ben', name: 'Ben' }, queue: 'sales' })

  const back = decideAssignment(conversation(handledBy(ana)), ana, { agent: null, queue: 'sales' })
  assert.deepEqual(back.handler, queue)
  assert.equal(back.waiting, true)
  assert.deepEqual(back.data(4), { agent: null, queue: 'sales' })
})

test('every way from one handler to another raises the epoch', () => {
  const changes = [
    decideTakeOver(conversation(virtualAgent), ana),
    decideHandBack(conversation(handledBy(ana)), ana, true),
    decideHandOver(conversation(virtualAgent), { handlerEpoch: 3, queue: 'sales', reason: 'anger' }),
    decideAssignment(conversation(virtualAgent), ana, { agent: ben, queue: 'sales' }),
    decideAssignment(conversation(virtualAgent), ana, { agent: null, queue: 'sales' }),
  ]
  assert.ok(changes.every((change) => change.raisesEpoch))
})

test('an assignment that changes nothing, to somebody who does not answer, or of a colleague’s is refused', () => {
  const now = conversation(handledBy(ana))
  assert.throws(() => decideAssignment(now, ana, { agent: ana, queue: 'sales' }), refused('state_conflict'))
  assert.throws(
    () => decideAssignment(conversation(queue), ana, { agent: null, queue: 'sales' }),
    refused('state_conflict'),
  )
  assert.throws(
    () => decideAssignment(now, ana, { agent: officer, queue: 'sales' }),
    refused('invalid_field'),
  )
  assert.throws(() => decideAssignment(now, ben, { agent: ben, queue: 'sales' }), refused('handler_changed'))
  assert.deepEqual(decideAssignment(now, sam, { agent: ben, queue: 'sales' }).handler, handledBy(ben))
})

test('a waiting conversation moves to another queue', () => {
  const change = decideAssignment(conversation(queue), ana, { agent: null, queue: 'care' })
  assert.equal(change.queue, 'care')
  assert.equal(change.waiting, true)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { maskOf } from '@candor/card-guard'
import type { ConversationEvent, EventActor, EventData, EventType } from '@candor/protocol/events.ts'
import { describeEvent, describeReceipt, describeRefusedPage } from './describe-event.ts'

const visitor: EventActor = { kind: 'visitor', id: 'v', name: 'Oliver Brandt' }
const skye: EventActor = { kind: 'virtual-agent', id: 's', name: 'Skye' }
const ada: EventActor = { kind: 'agent', id: 'a', name: 'Ada' }

function told<T extends EventType>(
  seq: number,
  type: T,
  actor: EventActor,
  data: EventData[T],
  ms: number | null = null,
) {
  const event = { id: 'e', conversation: 'c', seq, at: '', type, actor, data } as ConversationEvent
  return describeEvent({ tenant: 't', visitor: 'v', event }, ms)
}

test('a message is told with its number and the time it took, and with nothing of its text', () => {
  const lines = told(5, 'message', visitor, { text: 'where is my suitcase' }, 2.2)
  assert.deepEqual(lines, [
    {
      kind: 'visitor',
      title: 'The visitor wrote.',
      detail: 'Sealed and stored as event 5 in 2 ms.',
      step: 1,
    },
  ])
  assert.match(told(5, 'message', visitor, { text: 'x' }, 0.4)[0]!.detail, /in less than 1 ms/)
  assert.match(told(5, 'message', visitor, { text: 'x' })[0]!.detail, /as event 5\.$/)
})

test('whatever happens, neither a word of the conversation nor the visitor’s name is told', () => {
  const said = 'secretword'
  const all = [
    told(2, 'message', visitor, { text: said, masked: 1, options: [said] }),
    told(3, 'message', skye, { text: said, handlerEpoch: 0 }),
    told(4, 'message', ada, { text: said }),
    told(5, 'edit', ada, { target: 4, text: said }),
    told(6, 'deletion', ada, { target: 4 }),
    told(7, 'masking', visitor, { target: 2, text: said }),
    told(8, 'form', visitor, { form: 'contact', answers: { email: said } }),
    told(9, 'note', ada, { text: said }),
    told(10, 'tag', ada, { added: [said], removed: [said] }),
    told(11, 'assignment', ada, { agent: { id: 'b', name: 'Noor' }, queue: null }),
    told(12, 'takeover', ada, { handlerEpoch: 1, agent: { id: 'a', name: 'Ada' } }),
    told(13, 'handback', ada, { handlerEpoch: 2 }),
    told(14, 'handover', skye, { handlerEpoch: 3, queue: null, reason: said }),
    told(15, 'status', visitor, { status: 'closed' }),
    told(17, 'turn', skye, {
      answers: 'a',
      version: 1,
      handlerEpoch: 0,
      read: 16,
      calls: 0,
      record: { said },
    }),
  ]
  for (const lines of all) {
    assert.ok(lines.length > 0)
    assert.doesNotMatch(JSON.stringify(lines), /secretword|Oliver/)
  }
  assert.deepEqual(told(16, 'read', ada, { upTo: 4 }), [])
})

test('a card number that the browser stopped and one that the server masked are told apart', () => {
  const [stopped] = told(2, 'message', visitor, { text: `it is ${maskOf.pan}` })
  assert.equal(stopped!.step, 2)
  assert.match(stopped!.detail, /visitor’s own browser/)
  const [masked] = told(2, 'message', visitor, { text: `it is ${maskOf.pan}`, masked: 1 })
  assert.equal(masked!.step, 2)
  assert.match(masked!.detail, /By the server/)
})

test('a virtual agent that repeats the mask has stopped nothing', () => {
  assert.equal(told(3, 'message', skye, { text: `I saw ${maskOf.pan}` }).length, 1)
})

test('an answer by a person is the third suggestion, one by the virtual agent is none', () => {
  assert.equal(told(4, 'message', ada, { text: 'x' })[0]!.step, 3)
  assert.equal(told(4, 'message', skye, { text: 'x' })[0]!.step, undefined)
})

test('receipts of staff and virtual agents are news, a visitor’s own are not', () => {
  assert.match(describeReceipt(ada)!.title, /^Ada opened/)
  assert.match(describeReceipt(skye)!.title, /virtual agent opened/)
  assert.equal(describeReceipt(visitor), null)
})

test('a refused page is told by its path alone', () => {
  const { detail } = describeRefusedPage('http://127.0.0.1:7781/maple-main/pay?order=88-20417')
  assert.match(detail, /^\/maple-main\/pay is not approved/)
})

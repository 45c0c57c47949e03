import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Answer, Command, Connection, Remark } from '@candor/protocol/connection.ts'
import type { ConversationEvent, ConversationState } from '@candor/protocol/events.ts'
import { openConversations } from './conversation-store.ts'

const id = 'c1'
const visitor = { kind: 'visitor', id: 'v', name: 'Noah' } as const
const maya = { kind: 'agent', id: 'maya', name: 'Maya' } as const

function said(
  seq: number,
  text: string,
  actor: typeof visitor | typeof maya = visitor,
  eventId = `e${seq}`,
): ConversationEvent {
  return {
    id: eventId,
    conversation: id,
    seq,
    at: `2026-01-01T12:00:${String(seq % 60).padStart(2, '0')}.000Z`,
    type: 'message',
    actor,
    data: { text },
  }
}

function state(seq: number): ConversationState {
  return {
    id,
    seq,
    status: 'open',
    handler: { kind: 'queue' },
    handlerEpoch: 0,
    queue: null,
    assignee: null,
    tags: [],
    readBy: { visitor: 0, staff: 0 },
    deliveredTo: { visitor: 0, staff: 0 },
    startedAt: '2026-01-01T12:00:00.000Z',
    lastEventAt: '2026-01-01T12:00:00.000Z',
  }
}

function setUp({ signing = false } = {}) {
  const commands: { frame: Command; answer(answer: Answer): void }[] = []
  const remarks: Remark[] = []
  const followed: string[] = []
  const connection: Connection = {
    command: (frame) => new Promise((answer) => commands.push({ frame, answer })),
    remark: (frame) => void remarks.push(frame),
    follow: (conversation) => void followed.push(`+${conversation}`),
    leave: (conversation) => void followed.push(`-${conversation}`),
    seqOf: () => 0,
    pending: () => [],
    reconnect() {},
    forget() {},
    close() {},
  }
  const signed: (() => void)[] = []
  const renewed: string[] = []
  const proofs = {
    prepare: () => (signing ? new Promise<void>((resolve) => signed.push(resolve)) : null),
    renew: (conversation: string) => Promise.resolve(void renewed.push(conversation)),
  }
  const conversations = openConversations({ connection, proofs, me: maya, rowChanged() {} })
  const texts = (): (string | null)[] =>
    conversations
      .thread(id)
      .get()
      .transcript.items.map((item) => (item.kind === 'message' ? item.text : item.kind))
  const snapshot = (seq: number, first = 1, epoch = 'one'): void =>
    conversations.hear({
      type: 'snapshot',
      conversation: id,
      epoch,
      state: state(seq),
      events: Array.from({ length: seq - first + 1 }, (_, i) => said(first + i, `m${first + i}`)),
    })
  return { conversations, commands, remarks, followed, signed, renewed, texts, snapshot }
}

test('only the conversation on screen is followed', () => {
  const { conversations, followed } = setUp()
  conversations.show('c1')
  conversations.show('c2')
  conversations.show(null)
  assert.deepEqual(followed, ['+c1', '-c1', '+c2', '-c2'])
})

test('a conversation is followed when it is signed for, unless another was opened meanwhile', async () => {
  const { conversations, followed, signed } = setUp({ signing: true })
  conversations.show('c1')
  conversations.show('c2')
  assert.deepEqual(followed, ['-c1'])
  for (const done of signed) done()
  await Promise.resolve()
  assert.deepEqual(followed, ['-c1', '+c2'])
})

test('a signature that is not taken is made anew once, then the refusal is told', async () => {
  const { conversations, followed, renewed } = setUp()
  const refuse = (): void =>
    conversations.hear({ type: 'refused', conversation: id, code: 'signature_required', message: 'Sign.' })
  conversations.show(id)
  refuse()
  await Promise.resolve()
  assert.deepEqual(renewed, [id])
  assert.deepEqual(followed, ['+c1', '+c1'])
  assert.equal(conversations.thread(id).get().loading, 'first')
  refuse()
  await Promise.resolve()
  assert.deepEqual(renewed, [id])
  assert.equal(conversations.thread(id).get().refusal?.code, 'signature_required')
})

test('what was erased leaves the memory of this browser', () => {
  const { conversations, snapshot, texts } = setUp()
  conversations.show(id)
  snapshot(3)
  conversations.hear({ type: 'refused', conversation: id, code: 'erased', message: '' })
  assert.deepEqual(texts(), [])
  assert.equal(conversations.thread(id).get().refusal?.code, 'erased')
})

test('a past that cannot be opened is told until it comes, and what is written meanwhile is there', () => {
  const { conversations, snapshot } = setUp()
  const away = (): boolean => conversations.thread(id).get().pastAway
  conversations.show(id)
  snapshot(4, 5)
  conversations.hear({ type: 'refused', conversation: id, code: 'history_unavailable', message: '' })
  assert.equal(away(), true)
  assert.equal(conversations.thread(id).get().refusal, null)
  conversations.hear({ type: 'events', conversation: id, events: [said(5, 'Hello?')] })
  assert.equal(away(), true)
  conversations.hear({
    type: 'earlier',
    id: 'e',
    conversation: id,
    events: [1, 2, 3, 4].map((seq) => said(seq, `m${seq}`)),
    more: false,
  })
  assert.equal(away(), false)
  assert.equal(conversations.thread(id).get().transcript.items.length, 5)
})

test('a message is shown before it is stored and once after, whether its event or its answer comes first', async () => {
  for (const first of ['event', 'answer']) {
    const { conversations, commands, texts, snapshot } = setUp()
    conversations.show(id)
    snapshot(2)
    conversations.send(id, 'send', 'Hello')
    const thread = conversations.thread(id)
    assert.deepEqual(
      thread.get().outgoing.map(({ text, state }) => [text, state]),
      [['Hello', 'sending']],
    )
    const { frame, answer } = commands.find((one) => one.frame.type === 'send')!
    const event = (): void =>
      conversations.hear({ type: 'events', conversation: id, events: [said(3, 'Hello', maya, frame.id)] })
    if (first === 'event') event()
    answer({ type: 'ack', id: frame.id, conversation: id, seq: 3 })
    await Promise.resolve()
    if (first === 'answer') {
      assert.equal(thread.get().outgoing[0]!.state, 'stored')
      event()
    }
    assert.deepEqual(thread.get().outgoing, [])
    assert.deepEqual(texts(), ['m1', 'm2', 'Hello'])
  }
})

test('a refused message stays with its reason and is said again under the same id', async () => {
  const { conversations, commands, snapshot } = setUp()
  conversations.show(id)
  snapshot(1)
  conversations.send(id, 'send', 'Hello')
  const { frame, answer } = commands[0]!
  answer({ type: 'refused', id: frame.id, code: 'handler_changed', message: 'Jonas has taken over.' })
  await Promise.resolve()
  const [failed] = conversations.thread(id).get().outgoing
  assert.deepEqual([failed!.state, failed!.reason], ['failed', 'Jonas has taken over.'])
  conversations.retry(id, failed!.id)
  assert.deepEqual(commands[1]!.frame, frame)
})

test('pages that were loaded stay when a newer snapshot joins them, and go when there would be a gap', () => {
  const { conversations, texts, snapshot } = setUp()
  conversations.show(id)
  snapshot(4)
  conversations.show(null)
  conversations.show(id)
  assert.equal(conversations.thread(id).get().loading, 'cached')
  snapshot(6, 4)
  assert.deepEqual(texts(), ['m1', 'm2', 'm3', 'm4', 'm5', 'm6'])
  snapshot(20, 9)
  assert.deepEqual(texts()[0], 'm9')
  snapshot(10, 9, 'another history')
  assert.deepEqual(texts(), ['m9', 'm10'])
})

test('a message of somebody else is announced, what a snapshot brings is not', () => {
  const { conversations, snapshot } = setUp()
  conversations.show(id)
  snapshot(2)
  assert.equal(conversations.arrived.get(), null)
  conversations.hear({ type: 'events', conversation: id, events: [said(3, 'mine', maya)] })
  assert.equal(conversations.arrived.get(), null)
  conversations.hear({ type: 'events', conversation: id, events: [said(4, 'yours')] })
  assert.equal(conversations.arrived.get()?.text, 'yours')
})

test('many messages seen at once are one read mark, for the highest', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { conversations, commands, snapshot } = setUp()
  conversations.show(id)
  snapshot(9)
  for (const seq of [3, 7, 5]) conversations.seen(id, seq)
  t.mock.timers.tick(1_000)
  conversations.seen(id, 6)
  t.mock.timers.tick(1_000)
  assert.deepEqual(
    commands.map(({ frame }) => frame.type === 'read' && frame.upTo),
    [7],
  )
})

test('typing is said at the first key and then seldom, ends with what is sent, and expires at our side', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { conversations, remarks, snapshot } = setUp()
  conversations.show(id)
  snapshot(1)
  for (let i = 0; i < 20; i++) conversations.typing(id, true)
  conversations.send(id, 'send', 'Hello')
  assert.deepEqual(
    remarks.map((remark) => remark.type === 'typing' && remark.on),
    [true, false],
  )
  conversations.hear({ type: 'typing', conversation: id, actor: visitor, on: true })
  assert.equal(conversations.thread(id).get().typing.length, 1)
  t.mock.timers.tick(6_000)
  assert.equal(conversations.thread(id).get().typing.length, 0)
})

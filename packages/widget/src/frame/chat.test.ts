import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TransportListener } from '@candor/protocol/connection.ts'
import type { ConversationEvent, ConversationState, EventData, EventType } from '@candor/protocol/events.ts'
import type { ClientFrame, ServerFrame } from '@candor/protocol/frames.ts'
import { simulatedClock, stateOf } from '../../../protocol/test/model-server.ts'
import { openChat, type Guard } from './chat.ts'
import * as guard from './guard.ts'

const epoch = '00000000-0000-4000-8000-000000000001'
const id = (n: number): string => `a0000000-0000-7000-8000-${String(n).padStart(12, '0')}`

function openSide(more: { guard?: () => Promise<Guard>; visit?: string; release?: string } = {}) {
  const clock = simulatedClock()
  const said: ClientFrame[] = []
  const kept: unknown[] = []
  const told: { type: string; code?: string }[] = []
  const announced: (string | null)[] = []
  let listener: TransportListener
  let made = 0
  const chat = openChat({
    tenant: 'aurora-air',
    origin: 'https://air.example',
    locale: 'en',
    page: { url: 'https://air.example/', title: '', cardFields: false },
    kept: null,
    visit: more.visit ?? null,
    release: more.release ?? null,
    transports: [
      {
        connect(hello, heard) {
          said.push(hello)
          listener = heard
          return { send: (frames) => void said.push(...frames), drop: () => {} }
        },
      },
    ],
    clock,
    random: () => 0,
    newId: () => id(++made),
    guard: more.guard ?? (() => Promise.resolve(guard)),
    keep: (value) => void kept.push(value),
    changed: () => {},
    tell: (what) => void told.push(what),
    announce: ({ text }) => void announced.push(text),
  })
  const hear = (frame: ServerFrame): void => listener.heard(frame)
  return {
    chat,
    clock,
    said,
    kept,
    told,
    announced,
    hear,
    lose: () => listener.lost(),
    welcome: (conversations: ConversationState[] = [], token?: string) =>
      hear({
        type: 'welcome',
        protocol: 1,
        epoch,
        you: { kind: 'visitor', id: 'v', name: 'Visitor', tenant: 'Aurora Air' },
        conversations,
        heartbeatMs: 25_000,
        agentsOnline: true,
        ...(token === undefined ? {} : { token }),
      }),
    of: <T extends ClientFrame['type']>(type: T) =>
      said.filter((frame): frame is Extract<ClientFrame, { type: T }> => frame.type === type),
  }
}

function event<T extends EventType>(
  conversation: string,
  seq: number,
  type: T,
  data: EventData[T],
  by = 'agent',
  eventId = `e${seq}`,
) {
  const actor = { kind: by, id: by, name: by }
  const at = new Date(seq * 1_000).toISOString()
  return { id: eventId, conversation, seq, at, type, actor, data } as ConversationEvent
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('the first message begins a conversation, and goes when that is acknowledged', async () => {
  const { chat, welcome, said, of, hear, kept } = openSide()
  welcome([], 'token-1')
  chat.send('Hello')
  await settle()
  const start = of('start')[0]!
  assert.equal(of('send').length, 0)
  hear({ type: 'ack', id: start.id, conversation: start.conversation, seq: 1 })
  await settle()
  assert.deepEqual(
    said.map(({ type }) => type),
    ['hello', 'start', 'send'],
  )
  assert.deepEqual(kept, [{ token: 'token-1' }, { token: 'token-1', conversation: start.conversation }])
  assert.equal(chat.view().outgoing.length, 1)
  const { conversation } = start
  hear({
    type: 'events',
    conversation,
    events: [
      event(conversation, 1, 'status', { status: 'open' }, 'visitor'),
      event(conversation, 2, 'message', { text: 'Hello' }, 'visitor', of('send')[0]!.id),
    ],
  })
  assert.equal(chat.view().outgoing.length, 0, 'what is stored is not shown twice')
  assert.equal(chat.view().transcript.items.length, 2)
})

test('a message waits while the card guard is not there, and is not sent without it', async () => {
  let arrive: (guard: Guard) => void = () => {}
  const { chat, welcome, of, hear } = openSide({ guard: () => new Promise((resolve) => (arrive = resolve)) })
  welcome()
  chat.send('4111 1111 1111 1111')
  await settle()
  hear({ type: 'ack', id: of('start')[0]!.id })
  await settle()
  assert.equal(of('send').length, 0)
  arrive(guard)
  await settle()
  assert.equal(of('send')[0]!.text, '[card number removed]')
  assert.equal(chat.view().outgoing[0]!.text, '[card number removed]')
})

test("a number of the tenant's own goes as it is from the moment its format is known, a card number never", async () => {
  const { chat, welcome, of, hear } = openSide()
  const order = 'order 4012888888881881'
  welcome()
  chat.send(order)
  await settle()
  const { id, conversation } = of('start')[0]!
  hear({ type: 'ack', id, conversation, seq: 1 })
  await settle()
  const acknowledge = (): void => {
    const { id } = of('send').at(-1)!
    hear({ type: 'ack', id, conversation, seq: of('send').length + 1 })
  }
  acknowledge()
  hear({
    type: 'identifier-formats',
    formats: [{ name: 'Order number', pattern: '################', prefix: 'order' }],
  })
  chat.send(order)
  await settle()
  acknowledge()
  chat.send('card 4111111111111111')
  await settle()
  acknowledge()
  void chat.answerForm('claim', { order: '4012888888881881', other: '4111111111111111' })
  await settle()
  assert.deepEqual(
    of('send').map(({ text }) => text),
    ['order [card number removed]', order, 'card [card number removed]'],
  )
  assert.deepEqual(of('form')[0]!.answers, { order: '4012888888881881', other: '[card number removed]' })
})

test('a guard that cannot load leaves the message with the visitor, to try again', async () => {
  let broken = true
  const { chat, welcome, of, hear } = openSide({
    guard: () => (broken ? Promise.reject(new Error('blocked')) : Promise.resolve(guard)),
  })
  welcome()
  chat.send('Hello')
  await settle()
  hear({ type: 'ack', id: of('start')[0]!.id })
  await settle()
  const [entry] = chat.view().outgoing
  assert.equal(entry!.failed, 'busy')
  assert.equal(of('send').length, 0)
  broken = false
  chat.retry(entry!.id)
  await settle()
  assert.equal(of('send').length, 1)
})

test('a refused message says why; a retry after a conflict uses an id of its own', async () => {
  const { chat, welcome, of, hear } = openSide()
  welcome()
  chat.send('Hello')
  await settle()
  hear({ type: 'ack', id: of('start')[0]!.id })
  await settle()
  hear({ type: 'refused', id: of('send')[0]!.id, code: 'idempotency_conflict', message: '' })
  await settle()
  assert.equal(chat.view().outgoing[0]!.failed, 'idempotency_conflict')
  chat.retry(chat.view().outgoing[0]!.id)
  await settle()
  assert.equal(of('send').length, 2)
  assert.notEqual(of('send')[0]!.id, of('send')[1]!.id)
})

test('a returning visitor sees the newest open conversation, unread ones counted, history not announced', () => {
  const { chat, welcome, hear, of, announced } = openSide()
  const closed = { ...stateOf(id(90), 4), status: 'closed' as const, startedAt: '2026-02-01T00:00:00.000Z' }
  const open = { ...stateOf(id(91), 3), startedAt: '2026-01-01T00:00:00.000Z' }
  welcome([closed, open])
  assert.deepEqual(
    of('open').map(({ conversation }) => conversation),
    [open.id],
  )
  const events = [
    event(open.id, 1, 'status', { status: 'open' }, 'visitor'),
    event(open.id, 2, 'message', { text: 'one' }),
    event(open.id, 3, 'message', { text: 'two' }),
  ]
  hear({ type: 'snapshot', conversation: open.id, epoch, state: open, events })
  assert.equal(chat.view().unread, 2)
  assert.deepEqual(announced, [])
  hear({ type: 'events', conversation: open.id, events: [event(open.id, 4, 'message', { text: 'three' })] })
  assert.deepEqual(announced, ['three'])
})

test('a burst that was seen is one read mark', () => {
  const { chat, welcome, hear, of, clock } = openSide()
  welcome([stateOf(id(91), 0)])
  hear({ type: 'snapshot', conversation: id(91), epoch, state: stateOf(id(91), 0), events: [] })
  for (let seq = 1; seq <= 20; seq++) {
    hear({ type: 'events', conversation: id(91), events: [event(id(91), seq, 'message', { text: 'x' })] })
    chat.seen()
    assert.equal(chat.view().unread, 0)
  }
  clock.pass(1_000)
  assert.deepEqual(
    of('read').map(({ upTo }) => upTo),
    [20],
  )
})

test('offline lasts from the loss to the welcome, through the tries between', () => {
  const { chat, welcome, lose, clock } = openSide()
  assert.equal(chat.view().offline, false, 'a first connect is not a loss')
  welcome()
  lose()
  assert.equal(chat.view().offline, true)
  clock.pass(1_000)
  assert.deepEqual([chat.view().connection.kind, chat.view().offline], ['connecting', true])
  welcome()
  assert.equal(chat.view().offline, false)
})

test('somebody who writes is named for six seconds and no longer', () => {
  const { chat, welcome, hear, clock } = openSide()
  welcome([stateOf(id(91), 0)])
  hear({ type: 'typing', conversation: id(91), actor: { kind: 'agent', id: 'a', name: 'Ada' }, on: true })
  assert.equal(chat.view().typing, 'Ada')
  clock.pass(6_000)
  assert.equal(chat.view().typing, null)
  hear({ type: 'typing', conversation: id(91), actor: { kind: 'visitor', id: 'v', name: 'Me' }, on: true })
  assert.equal(chat.view().typing, null, 'the visitor’s own other tab is not somebody')
})

test('own typing is said at most every three seconds, and taken back when sent', () => {
  const { chat, welcome, hear, of, clock } = openSide()
  welcome([stateOf(id(91), 0)])
  hear({ type: 'snapshot', conversation: id(91), epoch, state: stateOf(id(91), 0), events: [] })
  for (let i = 0; i < 40; i++) {
    chat.typing(true)
    clock.pass(100)
  }
  chat.typing(false)
  chat.typing(false)
  assert.deepEqual(
    of('typing').map(({ on }) => on),
    [true, true, false],
  )
})

test('when another tab logs out nothing stays here and nobody new is made until the chat is opened', () => {
  const { chat, welcome, said, told, clock } = openSide()
  welcome([stateOf(id(91), 2)], 'token-1')
  chat.kept(null)
  clock.pass(120_000)
  assert.equal(said.filter(({ type }) => type === 'hello').length, 1)
  assert.equal(chat.view().state, null)
  assert.ok(told.some(({ type }) => type === 'logged-out'))
  chat.opened()
  const hellos = said.filter((frame) => frame.type === 'hello')
  assert.equal(hellos.length, 2)
  assert.ok(!('token' in hellos[1]!))
})

test('the hello says which release this frame is of, so that it can be stopped by it', () => {
  const release = 'r'.repeat(43)
  const hellos = openSide({ release }).of('hello')
  assert.equal(hellos[0]!.role === 'visitor' && hellos[0]!.release, release)
})

test('where the chat is switched off the widget goes, and says so to the server', () => {
  const { clock, chat, welcome, hear, told, of } = openSide()
  welcome()
  hear({ type: 'goodbye', code: 'contained', message: 'Switched off.', retryAfterMs: 0 })
  clock.pass(1_000)
  assert.deepEqual(of('stopped'), [{ type: 'stopped' }])
  assert.deepEqual(told.at(-1), { type: 'gone' })
  chat.page({ url: 'https://air.example/other', title: '', cardFields: false })
  clock.pass(3_600_000)
  assert.equal(of('hello').length, 1)
})

test('when another tab was first, this one becomes the same visitor', () => {
  const { chat, welcome, said, kept } = openSide()
  welcome([], 'mine')
  assert.deepEqual(kept, [{ token: 'mine' }])
  chat.kept({ token: 'theirs', conversation: id(91) })
  const hellos = said.filter((frame) => frame.type === 'hello')
  assert.equal(hellos.length === 2 && hellos[1]!.role === 'visitor' && hellos[1]!.token, 'theirs')
})

test('a page refused for its card fields is tried again when it has changed', () => {
  const { chat, hear, told, said } = openSide()
  hear({ type: 'refused', code: 'card_fields_page', message: '' })
  assert.deepEqual(told, [{ type: 'page-refused' }])
  chat.opened()
  assert.equal(told.length, 2, 'and says so again when opened')
  chat.page({ url: 'https://air.example/fares', title: '', cardFields: false })
  assert.equal(said.filter(({ type }) => type === 'hello').length, 2)
})

test('logging out tells the server, and does not wait for it for ever', async () => {
  const { chat, welcome, hear, of, told, clock } = openSide()
  welcome([], 'token-1')
  chat.logOut()
  hear({ type: 'logged-out', id: of('logout')[0]!.id })
  await settle()
  assert.deepEqual(told.at(-1), { type: 'gone' })
  const other = openSide()
  other.welcome([], 'token-2')
  other.chat.logOut()
  other.clock.pass(3_000)
  assert.deepEqual(other.told.at(-1), { type: 'gone' })
  clock.pass(10_000)
})

test('the hello says which visit it belongs to, where the loader knew', () => {
  const visit = id(7)
  const [known] = openSide({ visit }).said
  assert.equal(known?.type === 'hello' && known.role === 'visitor' && known.visit, visit)
  const [unknown] = openSide().said
  assert.ok(unknown?.type === 'hello' && !('visit' in unknown))
})

test('a server that contained the chat ends it, before the welcome and after, and nothing is tried again', () => {
  const before = openSide()
  before.hear({ type: 'goodbye', code: 'contained', message: '', retryAfterMs: 0 })
  const after = openSide()
  after.welcome()
  after.hear({ type: 'goodbye', code: 'contained', message: '', retryAfterMs: 0 })
  const refused = openSide()
  refused.welcome()
  refused.hear({ type: 'refused', code: 'contained', message: '' })
  for (const { told, clock, of } of [before, after, refused]) {
    // The stop is confirmed to the server first.
    clock.pass(1_000)
    assert.deepEqual(told.at(-1), { type: 'gone' })
    clock.pass(120_000)
    assert.equal(of('hello').length, 1)
  }
})

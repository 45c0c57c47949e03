import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  answerMsMax,
  deliveredDelayMs,
  openConnection,
  outboxFramesMax,
  type Answer,
  type Connection,
  type ConnectionState,
  type Hello,
  type TransportListener,
} from './connection.ts'
import { silenceMsMax, type ClientFrame, type ServerFrame } from './frames.ts'
import type { OpenProof } from './open-statement.ts'
import {
  messageEvent,
  modelServer,
  seededRandom,
  simulatedClock,
  stateOf,
  welcomeFrame,
  type SimulatedClock,
} from '../test/model-server.ts'

const talk = 'a0000000-0000-7000-8000-000000000001'
const epoch = '00000000-0000-4000-8000-000000000001'
const hello = { type: 'hello', protocol: 1, role: 'visitor', tenant: 'aurora-air' } as const

/** A connection whose other end is the test itself. */
function byHand(
  more: {
    random?: () => number
    transports?: number
    proof?: (conversation: string) => OpenProof | undefined
  } = {},
) {
  const clock = simulatedClock()
  const shown: ServerFrame[] = []
  const states: ConnectionState[] = []
  const said: ClientFrame[] = []
  const hellos: { hello: Hello; transport: number }[] = []
  const listeners: TransportListener[] = []
  const connection = openConnection({
    transports: Array.from({ length: more.transports ?? 1 }, (_, transport) => ({
      connect(hello, heard) {
        hellos.push({ hello, transport })
        listeners.push(heard)
        return { send: (frames) => void said.push(...frames), drop: () => {} }
      },
    })),
    hello: (positions) => ({ ...hello, positions }),
    clock,
    random: more.random ?? (() => 0.5),
    onFrame: (frame) => void shown.push(frame),
    onState: (state) => void states.push(state),
    ...(more.proof && { proof: more.proof }),
  })
  return {
    clock,
    connection,
    shown,
    states,
    said,
    hellos,
    listeners,
    /** Lets the announced delay pass. */
    retry() {
      const state = states.at(-1)!
      if (state.kind === 'waiting') clock.pass(state.retryMs)
    },
    hear: (frame: ServerFrame) => listeners.at(-1)!.heard(frame),
    lose: () => listeners.at(-1)!.lost(),
    welcome: (as = epoch) => listeners.at(-1)!.heard(welcomeFrame(as, 'v')),
    /** Sequence numbers shown, in the order shown. */
    seqs: () => shown.flatMap((frame) => (frame.type === 'events' ? frame.events.map(({ seq }) => seq) : [])),
    saidOf: <T extends ClientFrame['type']>(type: T) =>
      said.filter((frame): frame is Extract<ClientFrame, { type: T }> => frame.type === type),
  }
}

const message = (seq: number, id = `m${seq}`) => messageEvent(id, talk, seq, 'v', `text ${seq}`)
const events = (...seqs: number[]): ServerFrame => ({
  type: 'events',
  conversation: talk,
  events: seqs.map((seq) => message(seq)),
})
const snapshot = (seq: number, as = epoch): ServerFrame => ({
  type: 'snapshot',
  conversation: talk,
  epoch: as,
  state: stateOf(talk, seq),
  events: seq > 0 ? [message(seq)] : [],
})
const send = (id: string, text = id) => ({ type: 'send', id, conversation: talk, text }) as const

function following(seq: number) {
  const side = byHand()
  side.welcome()
  side.connection.follow(talk)
  side.hear(snapshot(seq))
  side.said.length = 0
  return side
}

test('events are shown in order, and what came twice once', () => {
  const { hear, seqs } = following(0)
  hear(events(1))
  hear(events(1, 2))
  hear(events(2))
  hear(events(3))
  assert.deepEqual(seqs(), [1, 2, 3])
})

test('a gap is not shown: what is missing is asked for once, and shown when it is whole', () => {
  const { hear, seqs, saidOf } = following(2)
  hear(events(5))
  hear(events(6))
  assert.deepEqual(seqs(), [])
  assert.deepEqual(saidOf('open'), [{ type: 'open', conversation: talk, epoch, seq: 2 }])
  hear(events(3, 4, 5, 6))
  assert.deepEqual(seqs(), [3, 4, 5, 6])
  assert.equal(saidOf('open').length, 1)
})

test('an answer that does not reach what was heard of is asked for again', () => {
  const { hear, seqs, saidOf } = following(0)
  hear(events(4))
  hear(events(1, 2))
  assert.deepEqual(
    saidOf('open').map(({ seq }) => seq),
    [0, 2],
  )
  hear(events(3, 4))
  assert.deepEqual(seqs(), [1, 2, 3, 4])
})

test('the place of a staff-only event is counted and shown as nothing but its number', () => {
  const { hear, seqs, connection } = following(0)
  hear({ type: 'events', conversation: talk, events: [{ seq: 1, type: 'private' }, message(2)] })
  assert.deepEqual(seqs(), [1, 2])
  assert.equal(connection.seqOf(talk), 2)
})

test('a snapshot replaces what was held, and an older one of the same history does not', () => {
  const { hear, shown, connection } = following(5)
  hear(snapshot(9))
  assert.equal(connection.seqOf(talk), 9)
  hear(snapshot(7))
  assert.equal(connection.seqOf(talk), 9)
  assert.equal(shown.filter(({ type }) => type === 'snapshot').length, 2)
})

test('a resync that was lost is asked for again at the next heartbeat after its time', () => {
  const { hear, saidOf, clock } = following(3)
  hear(events(7))
  hear({ type: 'heartbeat', tops: { [talk]: 7 } })
  assert.equal(saidOf('open').length, 1)
  clock.pass(25_000)
  hear({ type: 'heartbeat', tops: { [talk]: 7 } })
  assert.equal(saidOf('open').length, 2)
})

test('a heartbeat is answered, and a top above what is held brings a resync', () => {
  const { hear, said } = following(3)
  hear({ type: 'heartbeat', tops: { [talk]: 3 } })
  assert.deepEqual(said, [{ type: 'beat' }])
  hear({ type: 'heartbeat', tops: { [talk]: 4 } })
  assert.deepEqual(said.slice(1), [{ type: 'beat' }, { type: 'open', conversation: talk, epoch, seq: 3 }])
})

test('a conversation that the server does not count any more is followed again', () => {
  const { hear, saidOf } = following(3)
  hear({ type: 'heartbeat', tops: {} })
  assert.equal(saidOf('open').length, 1)
})

test('a burst of events is acknowledged in one frame, with the highest contiguous seq', () => {
  const { hear, saidOf, clock } = following(0)
  for (const seq of [1, 2, 3, 7]) hear(events(seq))
  clock.pass(deliveredDelayMs)
  assert.deepEqual(saidOf('delivered'), [{ type: 'delivered', conversation: talk, seq: 3 }])
})

test('silence drops the connection within 30 s, and any frame puts it off', () => {
  const { clock, states, hear, hellos } = following(0)
  clock.pass(silenceMsMax - 1)
  hear({ type: 'heartbeat', tops: { [talk]: 0 } })
  clock.pass(silenceMsMax - 1)
  assert.equal(states.at(-1)!.kind, 'online')
  clock.pass(2)
  assert.equal(states.at(-1)!.kind, 'waiting')
  assert.ok(silenceMsMax <= 30_000)
  clock.pass(1_000)
  assert.deepEqual(hellos[1]!.hello.positions, [{ conversation: talk, epoch, seq: 0 }])
})

test('the delay before a new try is drawn from 0 to twice the former bound, and never above 30 s', () => {
  for (const [share, expected] of [
    [0.999, [1, 2, 4, 8, 16, 30, 30].map((s) => s * 999)],
    [0, [0, 0, 0, 0, 0, 0, 0]],
  ] as const) {
    const { retry, states, lose } = byHand({ random: () => share })
    const delays: number[] = []
    for (let i = 0; i < 7; i++) {
      lose()
      const state = states.at(-1)!
      assert.equal(state.kind, 'waiting')
      if (state.kind === 'waiting') delays.push(state.retryMs)
      retry()
    }
    assert.deepEqual(delays, expected)
  }
})

test('a command lost with its connection is said again under the same id, before the ones behind it', async () => {
  const { connection, welcome, lose, clock, saidOf, hear } = byHand()
  welcome()
  const answers = ['a', 'b', 'c'].map((id) => connection.command(send(id)))
  lose()
  clock.pass(1_000)
  welcome()
  assert.deepEqual(
    saidOf('send').map(({ id }) => id),
    ['a', 'a'],
  )
  for (const id of ['a', 'b', 'c']) hear({ type: 'ack', id, conversation: talk, seq: 1 })
  assert.deepEqual(
    (await Promise.all(answers)).map(({ type }) => type),
    ['ack', 'ack', 'ack'],
  )
  assert.deepEqual(
    saidOf('send').map(({ id }) => id),
    ['a', 'a', 'b', 'c'],
  )
})

test('an answer lost on a living connection is asked for again, and its event answers as well', async () => {
  const { connection, clock, saidOf, hear } = following(0)
  const answer = connection.command(send('a'))
  clock.pass(answerMsMax)
  assert.equal(saidOf('send').length, 2)
  hear({ type: 'events', conversation: talk, events: [message(1, 'a')] })
  assert.deepEqual(await answer, {
    type: 'ack',
    id: 'a',
    conversation: talk,
    seq: 1,
    at: message(1).at,
  })
  assert.deepEqual(connection.pending(), [])
})

test('a message refused as busy waits as long as it was told, and nothing overtakes it', async () => {
  const { connection, clock, saidOf, hear } = following(0)
  void connection.command(send('a'))
  void connection.command(send('b'))
  void connection.command({ type: 'read', id: 'r', conversation: talk, upTo: 1 })
  hear({ type: 'refused', id: 'a', code: 'too_many', message: '', retryAfterMs: 5_000 })
  clock.pass(4_999)
  assert.equal(saidOf('send').length, 1)
  assert.equal(saidOf('read').length, 1, 'a read mark waits for nobody')
  clock.pass(1)
  assert.deepEqual(
    saidOf('send').map(({ id }) => id),
    ['a', 'a'],
  )
})

test('any other refusal is the answer of its command', async () => {
  const { connection, hear } = following(0)
  const answer = connection.command(send('a'))
  hear({ type: 'refused', id: 'a', code: 'idempotency_conflict', message: 'no' })
  const { type, ...rest } = await answer
  assert.equal(type, 'refused')
  assert.equal('code' in rest && rest.code, 'idempotency_conflict')
})

test('a goodbye that is nobody’s fault is followed by a new try', () => {
  const { hear, states } = byHand()
  hear({ type: 'goodbye', code: 'malformed', message: 'Say hello first.', retryAfterMs: 5_000 })
  assert.equal(states.at(-1)!.kind, 'waiting')
})

test('who is contained says so, does nothing more, and does not come back', () => {
  const { clock, hear, lose, states, saidOf, hellos, shown, connection } = following(1)
  hear({ type: 'goodbye', code: 'contained', message: 'Switched off.', retryAfterMs: 5_000 })
  assert.deepEqual(saidOf('stopped'), [{ type: 'stopped' }])
  const before = shown.length
  hear(events(2))
  void connection.command(send('m2'))
  connection.remark({ type: 'typing', conversation: talk, on: true })
  assert.deepEqual([shown.length, saidOf('send').length, saidOf('typing').length], [before, 0, 0])
  lose()
  assert.deepEqual(states.at(-1), {
    kind: 'refused',
    refusal: { code: 'contained', message: 'Switched off.' },
  })
  clock.pass(24 * 3_600_000)
  assert.equal(hellos.length, 1)
})

test('a server that does not end what it contained is left', () => {
  const { clock, hear, states, hellos } = following(1)
  hear({ type: 'goodbye', code: 'contained', message: '', retryAfterMs: 5_000 })
  clock.pass(1_000)
  assert.equal(states.at(-1)!.kind, 'refused')
  clock.pass(3_600_000)
  assert.equal(hellos.length, 1)
})

test('who is refused as contained at the hello is refused for good, until somebody asks anew', () => {
  const { clock, hear, lose, states, hellos, connection } = byHand()
  hear({ type: 'goodbye', code: 'contained', message: '', retryAfterMs: 5_000 })
  lose()
  clock.pass(3_600_000)
  assert.equal(states.at(-1)!.kind, 'refused')
  assert.equal(hellos.length, 1)
  connection.reconnect()
  assert.equal(hellos.length, 2)
})

test('an identified visitor follows what the server says is theirs, and nothing else', () => {
  const { hear, saidOf, connection, seqs } = following(3)
  const other = 'b0000000-0000-7000-8000-000000000001'
  connection.follow(other)
  hear({
    type: 'identified',
    id: 'i',
    you: { kind: 'visitor', id: 'u', name: 'Grace' },
    token: 't',
    conversations: [stateOf(talk, 3)],
  })
  assert.deepEqual(saidOf('open').at(-1), { type: 'open', conversation: talk, epoch, seq: 3 })
  hear({ type: 'events', conversation: other, events: [message(1)] })
  assert.deepEqual(seqs(), [])
})

test('a full outbox refuses the next command at once', async () => {
  const { connection } = byHand()
  for (let i = 0; i < outboxFramesMax; i++) void connection.command(send(`m${i}`))
  const answer = await connection.command(send('one more'))
  assert.equal(answer.type === 'refused' && answer.code, 'busy')
  assert.equal(connection.pending().length, outboxFramesMax)
})

test('a refused hello ends the tries until somebody asks for a new one', () => {
  const { hear, states, clock, hellos, connection } = byHand()
  hear({ type: 'refused', code: 'token_invalid', message: 'The token is not valid' })
  clock.pass(100_000)
  assert.deepEqual(states.at(-1), {
    kind: 'refused',
    refusal: { code: 'token_invalid', message: 'The token is not valid' },
  })
  assert.equal(hellos.length, 1)
  connection.reconnect()
  assert.equal(hellos.length, 2)
})

test('a goodbye for a restart keeps away for as long as the server asked, and a little more', () => {
  const { welcome, hear, states } = byHand({ random: () => 0.25 })
  welcome()
  hear({ type: 'goodbye', code: 'restart', message: '', retryAfterMs: 3_000 })
  assert.deepEqual(states.at(-1), { kind: 'waiting', retryMs: 3_250 })
})

test('after two failures before a welcome the other transport is tried, and one that worked is kept', () => {
  const { lose, retry, hellos, welcome } = byHand({ transports: 2 })
  const next = (): void => {
    lose()
    retry()
  }
  next()
  next()
  welcome()
  for (let i = 0; i < 4; i++) next()
  assert.deepEqual(
    hellos.map(({ transport }) => transport),
    [0, 0, 1, 1, 1, 1, 1],
  )
})

test('a server that accepts and never speaks is left', () => {
  const { clock, states } = byHand()
  clock.pass(10_000)
  assert.equal(states.at(-1)!.kind, 'waiting')
})

test('another epoch voids what is held, and it is asked for anew', () => {
  const { lose, clock, welcome, saidOf, hear, connection } = following(8)
  lose()
  clock.pass(1_000)
  welcome('00000000-0000-4000-8000-000000000002')
  assert.deepEqual(saidOf('open'), [{ type: 'open', conversation: talk }])
  hear(snapshot(3, '00000000-0000-4000-8000-000000000002'))
  assert.equal(connection.seqOf(talk), 3)
})

test('what comes late about a conversation that was left is not shown', () => {
  const { connection, hear, seqs, saidOf } = following(0)
  connection.leave(talk)
  hear(events(1))
  assert.deepEqual(seqs(), [])
  assert.equal(saidOf('leave').length, 1)
})

test('what an old connection says late is not heard', () => {
  const { connection, listeners, hellos, seqs } = following(0)
  connection.reconnect()
  listeners[0]!.heard(events(1))
  listeners[0]!.lost()
  assert.deepEqual(seqs(), [])
  assert.equal(hellos.length, 2)
})

interface Client {
  connection: Connection
  shown: number[]
  answers: Answer[]
}

function client(
  server: ReturnType<typeof modelServer>,
  clock: SimulatedClock,
  random: () => number,
  name: string,
): Client {
  const shown: number[] = []
  const connection = openConnection({
    transports: [server.transport(name)],
    hello: (positions) => ({ ...hello, positions }),
    clock,
    random,
    onFrame(frame) {
      if (frame.type === 'snapshot') {
        // What stands before a snapshot's first event is paged; here its length stands for it.
        shown.length = 0
        for (let seq = 1; seq <= frame.state.seq; seq++) shown.push(seq)
      }
      if (frame.type === 'events') for (const { seq } of frame.events) shown.push(seq)
    },
    onState: () => {},
  })
  connection.follow(talk)
  return { connection, shown, answers: [] }
}

for (const seed of [1, 2, 3, 4, 5, 6, 7, 8])
  test(`four writers in the worst network show 1..n, none missing, none double (seed ${seed})`, async () => {
    const messages = 150
    const random = seededRandom(seed)
    const clock = simulatedClock()
    const server = modelServer(clock, random)
    server.weather = { lost: 0.05, repeated: 0.1, reordered: 0.1, cut: 0.01, halfOpen: 0.002, busy: 0.03 }
    const writers = ['a', 'b', 'c', 'd'].map((name) => ({ name, ...client(server, clock, random, name) }))
    for (let i = 0; i < messages; i++) {
      for (const { name, connection, answers } of writers)
        void connection.command(send(`${name}${i}`)).then((answer) => answers.push(answer))
      clock.pass(random() * 60)
      await Promise.resolve()
    }
    for (let i = 0; i < 400 && writers.some(({ connection }) => connection.pending().length > 0); i++)
      clock.pass(5_000)
    // The weather clears; two heartbeats later everybody knows everything.
    server.weather = { lost: 0, repeated: 0, reordered: 0, cut: 0, halfOpen: 0, busy: 0 }
    clock.pass(120_000)
    await new Promise(setImmediate)

    const log = server.log(talk)
    assert.equal(log.length, messages * 4)
    assert.deepEqual(
      log.map(({ seq }) => seq),
      log.map((_, i) => i + 1),
    )
    for (const { name, shown, answers } of writers) {
      assert.deepEqual(
        shown,
        log.map(({ seq }) => seq),
      )
      assert.equal(answers.length, messages)
      assert.ok(answers.every(({ type }) => type === 'ack'))
      const mine = log.flatMap((event) =>
        event.type !== 'private' && event.actor.name === name ? [event.id] : [],
      )
      assert.deepEqual(
        mine,
        Array.from({ length: messages }, (_, i) => `${name}${i}`),
        'in the order in which they were written',
      )
    }
  })

test('a client away for more than the replay holds comes back to one snapshot', () => {
  const random = seededRandom(9)
  const clock = simulatedClock()
  const server = modelServer(clock, random)
  const { shown, connection } = client(server, clock, random, 'a')
  clock.pass(100)
  server.weather = { ...server.weather, cut: 1 }
  clock.pass(60_000)
  for (let i = 0; i < 1_000; i++) server.append(talk, { type: 'message', data: { text: 'x' } })
  server.weather = { ...server.weather, cut: 0 }
  clock.pass(60_000)
  assert.equal(connection.seqOf(talk), 1_000)
  assert.equal(shown.length, 1_000)
})

test('every server frame of a living connection is answered for, and closing ends all timers', () => {
  const random = seededRandom(3)
  const clock = simulatedClock()
  const server = modelServer(clock, random)
  const { connection } = client(server, clock, random, 'a')
  clock.pass(1_000)
  connection.close()
  clock.pass(200_000)
  assert.equal(server.connections(), 0)
  assert.equal(server.heard.filter(({ type }) => type === 'hello').length, 1)
})

test('everything that opens text is signed anew, also what is said again after a reconnect', () => {
  let signed = 0
  const side = byHand({
    proof: (conversation) => ({ key: conversation, at: String(++signed), signature: '' }),
  })
  const ats = (): (string | undefined)[] =>
    [...side.saidOf('open'), ...side.saidOf('earlier')].map(({ proof }) => proof?.at)
  side.welcome()
  side.connection.follow(talk)
  side.hear(snapshot(5))
  void side.connection.command({ type: 'earlier', id: 'e', conversation: talk, before: 5 })
  assert.deepEqual(ats(), ['1', '2'])
  assert.equal(side.saidOf('open')[0]!.proof!.key, talk)
  side.lose()
  side.retry()
  assert.equal(side.hellos.at(-1)!.hello.positions![0]!.proof!.at, '3')
  side.welcome()
  assert.deepEqual(ats(), ['1', '2', '4'])
})

test('who signs nothing sends no signature', () => {
  const { connection, saidOf, welcome } = byHand()
  welcome()
  connection.follow(talk)
  assert.deepEqual(saidOf('open'), [{ type: 'open', conversation: talk }])
})

test('a past that cannot be opened now is told, and asked for again without holding up what is written', () => {
  const { connection, clock, hear, shown, saidOf, welcome } = byHand()
  const unavailable = (more: object): ServerFrame => ({
    type: 'refused',
    conversation: talk,
    code: 'history_unavailable',
    message: '',
    retryAfterMs: 2_000,
    ...more,
  })
  welcome()
  connection.follow(talk)
  hear(unavailable({}))
  void connection.command(send('m'))
  assert.equal(saidOf('send').length, 1)
  assert.equal(shown.filter(({ type }) => type === 'refused').length, 1)
  clock.pass(1_999)
  assert.equal(saidOf('open').length, 1)
  clock.pass(1)
  assert.equal(saidOf('open').length, 2)
  hear(snapshot(5))
  void connection.command({ type: 'earlier', id: 'e', conversation: talk, before: 5 })
  hear(unavailable({ id: 'e' }))
  assert.equal(shown.filter(({ type }) => type === 'refused').length, 2)
  assert.equal(connection.pending().length, 2)
  clock.pass(2_000)
  assert.equal(saidOf('earlier').length, 2)
})

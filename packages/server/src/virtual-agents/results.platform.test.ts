import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, beforeEach, test } from 'node:test'
import { resultNumbers, type VirtualAgentResults } from '@candor/protocol/virtual-agent-results.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import { openTestRooms, type TestRooms } from '../../test/test-rooms.ts'
import { openResults, type Results } from './results.ts'

let rooms: TestRooms
let results: Results
let tenant: string
let now = 0

before(async () => {
  rooms = await openTestRooms()
  results = openResults({ ...rooms, clock: { now: () => now } })
})
beforeEach(() => {
  tenant = randomUUID()
  now = Date.parse('2026-04-01T00:00:00Z')
})
after(() => rooms.close())

const march = { from: '2026-03-01', to: '2026-03-31' }
type Outcome = string | { outcome: string; intent?: string; reason?: string; done?: false }

/** A conversation with these turns, at these times. */
async function had(
  turns: readonly (readonly [at: string, outcome: Outcome])[],
  more: { visitor?: string; status?: 'open' | 'closed' } = {},
): Promise<string> {
  const conversation = randomUUID()
  const { visitor = randomUUID(), status = 'open' } = more
  await rooms.store.write(tenant, async (q) => {
    await q(
      `insert into conversations (tenant_id, id, visitor_id, started_at, status, handler_kind, last_event_at)
       values ($1, $2, $3, $4, $5, 'virtual-agent', $4)`,
      [tenant, conversation, visitor, new Date(`${turns[0]![0]}Z`), status],
    )
    for (const [at, given] of turns) {
      const turn = typeof given === 'string' ? { outcome: given } : given
      await q(
        `insert into virtual_agent_turns
           (tenant_id, conversation_id, ends, turn_id, version, at, done_at, outcome, intent, reason)
         values ($1, $2, $3, $4, 1, $5, $6, $7, $8, $9)`,
        [
          tenant,
          conversation,
          randomUUID(),
          randomUUID(),
          new Date(`${at}Z`),
          turn.done === false ? null : new Date(`${at}Z`),
          turn.outcome,
          turn.intent ?? null,
          turn.reason ?? null,
        ],
      )
    }
  })
  return conversation
}

/** Which numbers count this conversation. */
async function countedBy(conversation: string): Promise<string[]> {
  const counted: string[] = []
  for (const number of resultNumbers) {
    const { items } = await results.conversationsOf(
      tenant,
      march,
      { number, reason: null, intent: null },
      null,
    )
    if (items.some((item) => item.conversation === conversation)) counted.push(number)
  }
  return counted
}

const opening = ['2026-03-02T10:00:00', 'opening'] as const

test('who asks, is answered and says nothing more is silent, and after seven days silent and not back', async () => {
  const conversation = await had([opening, ['2026-03-02T10:01:00', 'answered']])
  now = Date.parse('2026-03-03T10:00:59Z')
  assert.deepEqual(await countedBy(conversation), ['conversations', 'open'])
  now = Date.parse('2026-03-03T10:01:00Z')
  assert.deepEqual(await countedBy(conversation), ['conversations', 'silent', 'silent-undecided'])
  now = Date.parse('2026-03-09T10:00:59Z')
  assert.deepEqual(await countedBy(conversation), ['conversations', 'silent', 'silent-undecided'])
  now = Date.parse('2026-03-09T10:01:00Z')
  assert.deepEqual(await countedBy(conversation), ['conversations', 'silent', 'silent-not-back'])
})

test('a conversation that was closed is over at once', async () => {
  const conversation = await had([opening, ['2026-03-02T10:01:00', 'answered']], { status: 'closed' })
  now = Date.parse('2026-03-02T10:02:00Z')
  assert.deepEqual(await countedBy(conversation), ['conversations', 'silent', 'silent-undecided'])
})

test('who comes back within seven days, in whichever conversation, was not helped for good', async () => {
  const asked = ['2026-03-02T10:01:00', 'answered'] as const
  const visitors = Array.from({ length: 4 }, () => randomUUID()) as [string, string, string, string]
  const [again, late, older, same] = [
    await had([opening, asked], { visitor: visitors[0] }),
    await had([opening, asked], { visitor: visitors[1] }),
    await had([opening, asked], { visitor: visitors[2] }),
    await had([opening, asked, ['2026-03-06T10:00:00', 'answered']], { visitor: visitors[3] }),
  ]
  await had([['2026-03-09T10:01:00', 'opening']], { visitor: visitors[0] })
  await had([['2026-03-09T10:01:01', 'opening']], { visitor: visitors[1] })
  // An older conversation of theirs, in which they wrote again.
  await had(
    [
      ['2026-02-01T10:00:00', 'opening'],
      ['2026-03-05T10:00:00', 'answered'],
    ],
    { visitor: visitors[2] },
  )
  assert.deepEqual(await countedBy(again), ['conversations', 'silent', 'silent-back'])
  assert.deepEqual(await countedBy(late), ['conversations', 'silent', 'silent-not-back'])
  assert.deepEqual(await countedBy(older), ['conversations', 'silent', 'silent-back'])
  assert.deepEqual(await countedBy(same), ['conversations', 'silent', 'silent-back'])
})

test('a visitor’s yes confirms; a later question that was not understood, or a no, takes it back', async () => {
  const asked = [opening, ['2026-03-02T10:01:00', 'answered'], ['2026-03-02T10:02:00', 'confirmed']] as const
  assert.deepEqual(await countedBy(await had(asked)), ['conversations', 'confirmed'])
  assert.deepEqual(await countedBy(await had([...asked, ['2026-03-02T10:03:00', 'courtesy']])), [
    'conversations',
    'confirmed',
  ])
  assert.deepEqual(await countedBy(await had([...asked, ['2026-03-02T10:03:00', 'answered']])), [
    'conversations',
    'confirmed',
  ])
  assert.deepEqual(await countedBy(await had([...asked, ['2026-03-02T10:03:00', 'fallback']])), [
    'conversations',
    'unresolved',
    'fallback',
  ])
  assert.deepEqual(await countedBy(await had([...asked, ['2026-03-02T10:03:00', 'not-helped']])), [
    'conversations',
    'unresolved',
  ])
})

test('an answer that never went out does not count, and a person who came into it is a hand-over', async () => {
  const taken = await had([
    opening,
    ['2026-03-02T10:01:00', { outcome: 'answered', done: false }],
    ['2026-03-02T10:01:01', 'person'],
  ])
  assert.deepEqual(await countedBy(taken), [])
  const after = await had([opening, ['2026-03-02T10:01:00', 'answered'], ['2026-03-02T10:02:00', 'person']])
  assert.deepEqual(await countedBy(after), ['conversations', 'handed-over'])
  const refund = { outcome: 'handed-over', reason: 'refund', intent: 'refund' }
  await had([opening, ['2026-03-02T10:01:00', refund], ['2026-03-02T10:02:00', 'person']])
  await had([opening, ['2026-03-02T10:01:00', refund]])
  const { handedOver, perIntent } = await results.results(tenant, march)
  assert.deepEqual(handedOver, [
    { reason: 'refund', conversations: 2 },
    { reason: 'taken-over', conversations: 1 },
  ])
  assert.deepEqual(perIntent, [{ intent: 'refund', conversations: 2, confirmed: 0, handedOver: 2, wrong: 0 }])
})

test('who only greeted or was only greeted asked nothing', async () => {
  assert.deepEqual(await countedBy(await had([opening])), [])
  assert.deepEqual(await countedBy(await had([opening, ['2026-03-02T10:01:00', 'courtesy']])), [])
})

test('a conversation counts on the day on which the virtual agent spoke first', async () => {
  const before = await had([
    ['2026-02-28T23:59:59', 'opening'],
    ['2026-03-01T00:00:01', 'answered'],
  ])
  const last = await had([
    ['2026-03-31T23:59:59', 'opening'],
    ['2026-04-01T00:00:01', 'fallback'],
  ])
  assert.deepEqual(await countedBy(before), [])
  now = Date.parse('2026-04-03T00:00:00Z')
  assert.deepEqual(await countedBy(last), ['conversations', 'unresolved', 'fallback'])
})

test('a wrong answer is reported once by each person, with a note that staff alone see', async () => {
  const visitor = rooms.visitor()
  const ada = rooms.staff('Ada')
  const conversation = randomUUID()
  ;({ tenant } = rooms)
  await rooms.conversations.start(visitor, {
    id: randomUUID(),
    conversation,
    site: null,
    page: null,
    handler: 'virtual-agent',
    queue: null,
  })
  const turn = randomUUID()
  const values = [tenant, conversation, randomUUID(), turn, new Date('2026-03-02T10:00:00Z')]
  await rooms.store.write(tenant, (q) =>
    q(
      `insert into virtual_agent_turns
         (tenant_id, conversation_id, ends, turn_id, version, at, done_at, outcome, intent)
       values ($1, $2, $3, $4, 1, $5, $5, 'answered', 'baggage')`,
      values,
    ),
  )
  const report = { conversation, turn, note: 'That is the old allowance.' }
  const first = await results.report(ada, report)
  now += 60_000
  assert.deepEqual(await results.report(ada, report), first)
  await results.report(rooms.staff('Noor'), { ...report, note: null })
  const receipt = await rooms.access.receipt(ada, conversation, 'desk')
  const { events } = await rooms.conversations.snapshot(receipt)
  assert.deepEqual(
    events.flatMap((event) => (event.type === 'note' ? [event.data.text] : [])),
    [report.note],
  )
  const { wrongReports, perIntent } = await results.results(tenant, march)
  assert.deepEqual([wrongReports, perIntent[0]!.wrong], [1, 1])
  await assert.rejects(
    results.report(ada, { ...report, turn: randomUUID() }),
    (caught) => caught instanceof Refusal && caught.code === 'not_found',
  )
  await results.erase(tenant, [conversation])
  assert.deepEqual(await countedBy(conversation), [])
})

test('each conversation is in exactly one of five, and every number opens to as many as it says', async () => {
  const outcomes = ['opening', 'answered', 'passage', 'flow', 'clarified', 'fallback', 'handed-over', 'courtesy',
    'confirmed', 'not-helped', 'person'] // prettier-ignore
  // A fixed sequence of choices (a linear congruential generator, Numerical Recipes' constants).
  let state = 7
  const below = (n: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
  const visitors = Array.from({ length: 60 }, () => randomUUID())
  for (let i = 0; i < 150; i++) {
    let at = Date.parse('2026-03-01T00:00:00Z') + below(25) * 86_400_000
    const turns = Array.from({ length: 1 + below(5) }, (_, n) => {
      if (n > 0) at += below(5) === 0 ? below(9) * 86_400_000 : 60_000 + below(3_600_000)
      const outcome = n === 0 ? 'opening' : outcomes[below(outcomes.length)]!
      const reason = outcome === 'handed-over' ? { reason: below(2) === 0 ? 'refund' : 'not-understood' } : {}
      const told = { outcome, intent: `intent-${'abc'[below(3)]}`, ...reason }
      return [
        new Date(at).toISOString().slice(0, -1),
        below(9) === 0 ? { ...told, done: false as const } : told,
      ] as const
    })
    await had(turns, {
      visitor: visitors[below(visitors.length)]!,
      ...(below(4) === 0 ? { status: 'closed' as const } : {}),
    })
  }
  const sums = await results.results(tenant, march)
  const handedOver = sums.handedOver.reduce((sum, one) => sum + one.conversations, 0)
  const { confirmed, silent, silentNotBack } = sums.selfService
  assert.ok(sums.conversations > 80, `${sums.conversations} conversations`)
  for (const n of [
    confirmed,
    silent,
    silentNotBack,
    sums.silentBack,
    sums.unresolved,
    handedOver,
    sums.fallback,
  ])
    assert.ok(n > 0, JSON.stringify(sums))
  assert.equal(confirmed + silent + sums.unresolved + sums.open + handedOver, sums.conversations)
  assert.equal(silentNotBack + sums.silentBack + sums.silentUndecided, silent)

  const opened = async (number: (typeof resultNumbers)[number], more: object = {}): Promise<number> => {
    const found = new Set<string>()
    for (let cursor: string | null = null, page; ; cursor = page.next) {
      page = await results.conversationsOf(
        tenant,
        march,
        { number, reason: null, intent: null, ...more },
        cursor,
      )
      for (const { conversation } of page.items) {
        assert.ok(!found.has(conversation), 'told once')
        found.add(conversation)
      }
      if (page.next === null) return found.size
    }
  }
  const told: Record<(typeof resultNumbers)[number], number> = {
    conversations: sums.conversations,
    confirmed,
    silent,
    'silent-not-back': silentNotBack,
    'silent-back': sums.silentBack,
    'silent-undecided': sums.silentUndecided,
    unresolved: sums.unresolved,
    open: sums.open,
    'handed-over': handedOver,
    fallback: sums.fallback,
    'wrong-reports': sums.wrongReports,
  }
  for (const number of resultNumbers) assert.equal(await opened(number), told[number], number)
  for (const { reason, conversations } of sums.handedOver)
    assert.equal(await opened('handed-over', { reason }), conversations, reason)
  for (const { intent, conversations, confirmed, handedOver, wrong } of sums.perIntent) {
    assert.equal(await opened('conversations', { intent }), conversations, intent)
    assert.equal(await opened('confirmed', { intent }), confirmed, intent)
    assert.equal(await opened('handed-over', { intent }), handedOver, intent)
    assert.equal(await opened('wrong-reports', { intent }), wrong, intent)
  }
})

test('a period is days in their order, a year at most', async () => {
  const refused = async (period: { from: string; to: string }): Promise<string | undefined> => {
    let answer: VirtualAgentResults | undefined
    await assert.rejects(
      results.results(tenant, period).then((given) => (answer = given)),
      (caught) => caught instanceof Refusal && caught.code === 'invalid_field',
    )
    return answer && 'answered'
  }
  for (const period of [
    { from: '2026-03-02', to: '2026-03-01' },
    { from: '2026-02-30', to: '2026-03-01' },
    { from: '2025-01-01', to: '2026-03-01' },
    { from: 'x', to: '2026-03-01' },
  ])
    assert.equal(await refused(period), undefined)
})

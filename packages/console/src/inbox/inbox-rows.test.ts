import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ConversationRow } from '@candor/protocol/events.ts'
import { belongs, openInboxRows, views, type View } from './inbox-rows.ts'

const me = 'maya'
let made = 0

function row(change: Partial<ConversationRow> = {}): ConversationRow {
  const id = change.id ?? `c${String(made++).padStart(5, '0')}`
  return {
    id,
    seq: 1,
    status: 'open',
    handler: { kind: 'queue' },
    handlerEpoch: 0,
    queue: null,
    assignee: null,
    tags: [],
    readBy: { visitor: 0, staff: 0 },
    deliveredTo: { visitor: 0, staff: 0 },
    startedAt: time(0),
    lastEventAt: time(0),
    visitor: { id: `v-${id}`, name: 'Noah Hoffmann', identified: false, online: true },
    page: null,
    site: null,
    waitingSince: null,
    unread: 0,
    lastMessageBy: 'visitor',
    ...change,
  }
}

const time = (minutes: number): string => new Date(Date.UTC(2026, 0, 1, 12, minutes)).toISOString()
const mine = { kind: 'agent', id: me, name: 'Maya' } as const

test('who waits longest stands first; elsewhere what moved last', () => {
  const rows = openInboxRows(me)
  rows.applyLive([
    row({ id: 'b', waitingSince: time(5), lastEventAt: time(9) }),
    row({ id: 'a', waitingSince: time(1), lastEventAt: time(1) }),
    row({ id: 'm', handler: mine, lastEventAt: time(4) }),
  ])
  assert.deepEqual(rows.order.waiting.get(), ['a', 'b'])
  assert.deepEqual(rows.order.all.get(), ['b', 'm', 'a'])
  assert.deepEqual(rows.order.mine.get(), ['m'])
})

test('a row that is taken over moves from waiting to mine, one that is closed leaves both', () => {
  const rows = openInboxRows(me)
  rows.applyLive([row({ id: 'a' })])
  rows.applyLive([row({ id: 'a', seq: 2, handler: mine })])
  assert.deepEqual([rows.order.waiting.get(), rows.order.mine.get()], [[], ['a']])
  rows.applyLive([row({ id: 'a', seq: 3, handler: mine, status: 'closed' })])
  assert.deepEqual([rows.order.mine.get(), rows.order.all.get(), rows.order.closed.get()], [[], [], ['a']])
})

test('a page that was asked for before a live row came does not undo it', () => {
  let now = 1_000
  const rows = openInboxRows(me, () => now)
  rows.applyLive([row({ id: 'a', seq: 5, unread: 2 })])
  rows.applyPage([row({ id: 'a', seq: 4, unread: 9 })], 900)
  assert.equal(rows.row('a')!.unread, 2)
  rows.applyPage([row({ id: 'a', seq: 5, unread: 9 })], 900)
  assert.equal(rows.row('a')!.unread, 2, 'the same seq, but older')
  now = 3_000
  rows.applyPage([row({ id: 'a', seq: 5, unread: 0 })], 2_000)
  assert.equal(rows.row('a')!.unread, 0, 'the same seq, asked for later')
})

test('what no page knew after a whole walk is not open any more, unless it came live meanwhile', () => {
  let now = 0
  const rows = openInboxRows(me, () => now)
  rows.applyLive([row({ id: 'gone' }), row({ id: 'here' })])
  now = 2_000
  rows.applyLive([row({ id: 'new' })])
  rows.settle(new Set(['here']), 1_000)
  assert.deepEqual([...rows.order.all.get()].sort(), ['here', 'new'])
})

test('a follower of a row hears of that row only', () => {
  const rows = openInboxRows(me)
  rows.applyLive([row({ id: 'a' }), row({ id: 'b' })])
  let heard = 0
  rows.subscribeRow('a', () => heard++)
  rows.change('b', { unread: 1 })
  assert.equal(heard, 0)
  rows.change('a', { unread: 1 })
  assert.equal(heard, 1)
})

test('after any number of changes every view is what sorting all rows gives', () => {
  let seed = 11
  const random = (n: number): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % n
  const rows = openInboxRows(me)
  const all = new Map<string, ConversationRow>()
  for (let i = 0; i < 400; i++) {
    const batch = Array.from({ length: 1 + random(random(20) === 0 ? 200 : 6) }, () => {
      const id = `r${random(250)}`
      const handlers = [{ kind: 'queue' }, { kind: 'virtual-agent' }, mine, { ...mine, id: 'jonas' }] as const
      return row({
        id,
        seq: (all.get(id)?.seq ?? 0) + 1,
        handler: handlers[random(4)]!,
        status: random(5) === 0 ? 'closed' : 'open',
        lastEventAt: time(random(50)),
        waitingSince: random(2) ? time(random(50)) : null,
      })
    })
    const latest = new Map(batch.map((one) => [one.id, one]))
    for (const one of latest.values()) all.set(one.id, one)
    rows.applyLive([...latest.values()])
  }
  for (const view of views) assert.deepEqual(rows.order[view].get(), sorted(view, [...all.values()]), view)
})

function sorted(view: View, all: ConversationRow[]): string[] {
  const key = (one: ConversationRow): string =>
    view === 'waiting' ? (one.waitingSince ?? one.startedAt) : one.lastEventAt
  const way = view === 'waiting' ? 1 : -1
  return all
    .filter((one) => belongs(one, view, me))
    .sort((a, b) => (key(a) === key(b) ? (a.id < b.id ? -1 : 1) : key(a) < key(b) ? -way : way))
    .map((one) => one.id)
}

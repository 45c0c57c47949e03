import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Committed } from '../conversations/conversation.ts'
import type { Actor } from '../tenants/actor.ts'
import { openTourFeed, type FeedLine, type WatchedRooms } from './tour-feed.ts'

const ada: Actor = { tenant: 't1', kind: 'agent', id: 'a', name: 'Ada' }
const clock = { now: () => Date.UTC(2026, 3, 14) }

function wrote(tenant: string, seq: number, id = `e${seq}`): Committed {
  const actor = { kind: 'visitor' as const, id: 'v', name: 'Visitor' }
  const envelope = { id, conversation: 'c', seq, at: '', actor }
  return { tenant, visitor: 'v', event: { ...envelope, type: 'message', data: { text: 'x' } } }
}

function openFeed() {
  const feed = openTourFeed({ clock })
  feed.tellOf(new Map([['t1', 'Aurora Air']]))
  const heard: FeedLine[] = []
  const stop = feed.listen((line) => heard.push(line))
  return { feed, heard, stop: stop! }
}

const rooms: WatchedRooms = {
  access: { receipt: async () => ({ index: 1 }) },
  conversations: { send: async () => ({ kind: 'stored' }) },
  routing: { sendAsStaff: async () => ({ kind: 'stored' }) },
  visits: { cardFieldsSeen() {} },
}

test('only the demo companies are told of, and nothing before they are set up', () => {
  const feed = openTourFeed({ clock })
  feed.announced([wrote('t1', 1)])
  feed.tellOf(new Map([['t1', 'Aurora Air']]))
  feed.announced([wrote('t1', 2), wrote('a customer’s own tenant', 3)])
  assert.deepEqual(
    feed.recent().map(({ n, tenant, detail }) => [n, tenant, detail]),
    [[1, 'Aurora Air', 'Sealed and stored as event 2.']],
  )
})

test('the feed keeps its last lines and forgets the rest', () => {
  const { feed } = openFeed()
  for (let seq = 1; seq <= 200; seq++) feed.announced([wrote('t1', seq)])
  assert.equal(feed.recent().length, 60)
  assert.equal(feed.recent()[0]!.n, 141)
})

test('a listener that has stopped hears nothing more, and the two-hundred-and-first is turned away', () => {
  const { feed, heard, stop } = openFeed()
  stop()
  feed.announced([wrote('t1', 1)])
  assert.equal(heard.length, 0)
  const stops = Array.from({ length: 200 }, () => feed.listen(() => {}))
  assert.ok(stops.every((each) => each !== null))
  assert.equal(
    feed.listen(() => {}),
    null,
  )
})

test('a receipt is told after it was stored, once for as long as it lasts', async () => {
  const { feed, heard } = openFeed()
  let stored = false
  const watched = feed.watch({
    ...rooms,
    access: {
      async receipt(_actor: Actor, _conversation: string, _purpose: string) {
        assert.equal(heard.length, 0)
        stored = true
        return { index: 1 }
      },
    },
  })
  await watched.access.receipt(ada, 'c', 'desk')
  assert.ok(stored)
  assert.equal(heard.length, 1)
  assert.equal(heard[0]!.title, 'Ada opened the conversation.')
  const again = feed.watch(rooms)
  await again.access.receipt(ada, 'c', 'desk' as never)
  assert.equal(heard.length, 1)
})

test('a receipt that could not be stored is not told, and its failure is passed on', async () => {
  const { feed, heard } = openFeed()
  const watched = feed.watch({
    ...rooms,
    access: {
      async receipt(_actor: Actor, _conversation: string, _purpose: string): Promise<{ index: number }> {
        throw new Error('the database is away')
      },
    },
  })
  await assert.rejects(watched.access.receipt(ada, 'c', 'desk'), /the database is away/)
  assert.equal(heard.length, 0)
})

test('the time a message took is that from its arrival to its commit', async () => {
  const { feed, heard } = openFeed()
  const watched = feed.watch({
    ...rooms,
    conversations: {
      async send(_actor: Actor, { id }: { id: string }) {
        await new Promise((resolve) => setTimeout(resolve, 20))
        feed.announced([wrote('t1', 2, id)])
      },
    },
  })
  await watched.conversations.send({ ...ada, kind: 'visitor' }, { id: 'm1' })
  const ms = Number(/in (\d+) ms/.exec(heard[0]!.detail)?.[1])
  assert.ok(ms >= 19, `${ms} ms`)
  feed.announced([wrote('t1', 3, 'm1')])
  assert.match(heard[1]!.detail, /as event 3\.$/)
})

test('taking over before an answer is not counted as the time of the answer', async () => {
  const { feed, heard } = openFeed()
  const takeover: Committed = {
    ...wrote('t1', 2),
    event: {
      ...wrote('t1', 2).event,
      actor: { kind: 'agent', id: 'a', name: 'Ada' },
      type: 'takeover',
      data: { handlerEpoch: 1, agent: { id: 'a', name: 'Ada' } },
    },
  }
  const watched = feed.watch({
    ...rooms,
    routing: {
      async sendAsStaff(_actor: Actor, { id }: { id: string }) {
        await new Promise((resolve) => setTimeout(resolve, 200))
        feed.announced([takeover])
        feed.announced([wrote('t1', 3, id)])
      },
    },
  })
  await watched.routing.sendAsStaff(ada, { id: 'm1' })
  assert.doesNotMatch(heard[1]!.detail, /\d{3} ms/)
  assert.match(heard[1]!.detail, / ms\.$/)
})

test('a page with card fields is reported as before, and told', () => {
  const { feed, heard } = openFeed()
  const reported: string[] = []
  const watched = feed.watch({ ...rooms, visits: { cardFieldsSeen: (_, url) => void reported.push(url) } })
  watched.visits.cardFieldsSeen({ ...ada, kind: 'visitor' }, 'https://shop.example/pay')
  assert.deepEqual(reported, ['https://shop.example/pay'])
  assert.match(heard[0]!.detail, /^\/pay is not approved/)
})

/** SIGKILL at any moment of a turn: after the start there is one answer, whatever was done before. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ConversationEvent } from '@candor/protocol/events.ts'
import { systemClock } from '../src/clock.ts'
import { airlineScript } from '../src/demo/airline-script.ts'
import { openIds } from '../src/ids.ts'
import { startServerProcess, type ServerProcess } from './server-process.ts'
import { visitorClient } from './test-client.ts'

const ids = openIds(systemClock)
let server: ServerProcess

before(async () => {
  server = await startServerProcess({ CANDOR_LOG_LEVEL: 'error' }, undefined, ['--virtual-agent'])
})
after(() => server.stop())

const asked: Record<string, { last: string; types: string[] }> = {
  'can I bring skis?': {
    last: airlineScript.topics.find(({ id }) => id === 'baggage')!.answer.en!,
    types: ['turn', 'message'],
  },
  'human please': {
    last: airlineScript.phrases.nobodyHere.en!,
    types: ['turn', 'message', 'handover', 'note'],
  },
}

async function eventsOf(conversation: string): Promise<ConversationEvent[]> {
  const response = await fetch(`${server.url}/v1/conversations/${conversation}/events`, {
    headers: { authorization: `Bearer ${server.key}` },
  })
  assert.equal(response.status, 200)
  return ((await response.json()) as { events: ConversationEvent[] }).events
}

const own = (events: ConversationEvent[]): ConversationEvent[] =>
  events.filter(({ actor }) => actor.kind === 'virtual-agent')

test('killed at any moment of its turns, the virtual agent has answered each visitor once', async (t) => {
  const conversations: { id: string; text: string }[] = []
  const texts = Object.keys(asked)
  const leftAt = new Map<string, number>()
  for (let round = 0; round < 4; round++) {
    const begun: { id: string; text: string }[] = []
    // Turns begin 400 ms after the message: these are at all their steps when the server is killed.
    const each = Array.from({ length: 16 }, async (_, i) => {
      await sleep(i * 45)
      const client = await visitorClient(server.url, { tenant: server.slug, locale: 'en' })
      const [id, text] = [ids.next(), texts[i % texts.length]!]
      await client.ask({ type: 'start', id: ids.next(), conversation: id })
      const answer = await client.ask({ type: 'send', id: ids.next(), conversation: id, text })
      if (answer.type === 'ack') begun.push({ id, text })
      client.drop()
    })
    await Promise.race([Promise.allSettled(each), sleep(760 + round * 40)])
    conversations.push(...begun)
    const acknowledged = [...begun]
    await server.killAndRestart()
    for (const { id } of acknowledged) {
      const n = own(await eventsOf(id)).length
      leftAt.set(`${n}`, (leftAt.get(`${n}`) ?? 0) + 1)
    }
  }
  assert.ok(conversations.length >= 30, `${conversations.length} conversations`)
  for (const { id, text } of conversations) {
    const { last, types } = asked[text]!
    const wanted = ['turn', 'message', ...types]
    const until = Date.now() + 15_000
    let events = own(await eventsOf(id))
    for (; events.length < wanted.length && Date.now() < until; events = own(await eventsOf(id)))
      await sleep(100)
    assert.deepEqual(
      events.map(({ type }) => type),
      wanted,
      id,
    )
    const said = events.flatMap((event) => (event.type === 'message' ? [event.data.text] : []))
    assert.deepEqual(said, [airlineScript.phrases.greeting.en, last])
  }
  // Nothing more comes.
  await sleep(1_000)
  for (const { id, text } of conversations)
    assert.equal(own(await eventsOf(id)).length, asked[text]!.types.length + 2)
  t.diagnostic(
    `${conversations.length} conversations; events of its own that were found after the start: ${JSON.stringify(Object.fromEntries(leftAt))}`,
  )
})

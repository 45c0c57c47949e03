/** Server and database are killed in the middle of openings: whoever was shown a text, its entry is in the log. */
import assert from 'node:assert/strict'
import * as path from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { folderStorage } from '@candor/ledger/folder-storage.ts'
import { readLogKeys } from '@candor/ledger/log-keys.ts'
import { nodeCrypto } from '@candor/ledger/node-crypto.ts'
import { verifyLog } from '@candor/ledger/verify-log.ts'
import type { AccessEntries } from '@candor/protocol/api.ts'
import { openIds } from '../src/ids.ts'
import { startServerProcess, type ServerProcess } from './server-process.ts'
import { visitorClient } from './test-client.ts'

const ids = openIds({ now: () => Date.now() })
const conversationsMade = 60
const lanes = 8

async function get(server: ServerProcess, url: string): Promise<{ status: number; body: unknown } | null> {
  try {
    const response = await fetch(`${server.url}${url}`, {
      headers: { authorization: `Bearer ${server.key}` },
      signal: AbortSignal.timeout(10_000),
    })
    return { status: response.status, body: await response.json() }
  } catch (caught) {
    // The connection was lost, or there is none.
    if (caught instanceof Error) return null
    throw caught
  }
}

async function openingsOf(server: ServerProcess, conversation: string): Promise<AccessEntries['items']> {
  const answer = await get(server, `/v1/access/entries?conversation=${conversation}&limit=200`)
  assert.equal(answer?.status, 200, JSON.stringify(answer))
  return (answer.body as AccessEntries).items.filter(
    ({ type, outcome, actor }) =>
      ['open', 'join'].includes(type) && outcome === 'granted' && actor?.kind === 'api',
  )
}

test(
  'kill -9 of the server and of the database in a loop of openings: no text without its entry',
  { timeout: 180_000 },
  async () => {
    const server = await startServerProcess({ CANDOR_LOG_LEVEL: 'silent' })
    try {
      const visitor = await visitorClient(server.url, { tenant: server.slug })
      const conversations: string[] = []
      for (let i = 0; i < conversationsMade; i++) {
        const conversation = ids.next()
        await visitor.ask({ type: 'start', id: ids.next(), conversation })
        await visitor.ask({ type: 'send', id: ids.next(), conversation, text: `It is about ${conversation}` })
        conversations.push(conversation)
      }
      visitor.drop()

      /** How often the text of each was shown by a server that then had to ask again: none remembers what it asked. */
      const shown = new Map<string, number>()
      const faults: (() => Promise<void>)[] = [
        () => server.killAndRestart(),
        () => Promise.resolve(server.killDatabase()),
        () => server.killAndRestart(),
        () => server.killAndRestart(),
      ]
      for (const [round, fault] of faults.entries()) {
        let over = false
        const seen = new Set<string>()
        const lane = async (first: number): Promise<void> => {
          for (let i = first; !over; i += lanes) {
            const conversation = conversations[i % conversationsMade]!
            const answer = await get(server, `/v1/conversations/${conversation}/events`)
            if (answer === null) await sleep(50)
            else if (answer.status === 200 && JSON.stringify(answer.body).includes(`about ${conversation}`))
              seen.add(conversation)
          }
        }
        // Anew each time, so that every text of this round has to be opened.
        await server.killAndRestart()
        const running = Array.from({ length: lanes }, (_, i) => lane(i))
        await sleep(60 + 90 * round)
        await fault()
        await sleep(700)
        over = true
        await Promise.all(running)
        for (const conversation of seen) shown.set(conversation, (shown.get(conversation) ?? 0) + 1)
      }
      assert.ok(shown.size > 0, 'texts were shown')

      let entries = 0
      for (const [conversation, times] of shown) {
        const openings = await openingsOf(server, conversation)
        assert.ok(
          openings.length >= times,
          `${conversation}: shown in ${times} rounds, ${openings.length} entries`,
        )
        entries += openings.length
      }
      await server.stopKeepingData()
      const reader = folderStorage(path.join(server.folder, 'access-log'))
      const trusted = await readLogKeys(nodeCrypto, reader)
      assert.ok(trusted)
      let inLog = 0
      const report = await verifyLog({
        crypto: nodeCrypto,
        reader,
        trusted,
        onEntry: (_, { type, outcome }) =>
          void (inLog += Number(['open', 'join'].includes(type) && outcome === 'granted')),
      })
      assert.equal(report.kind, 'holds', JSON.stringify(report.firstBad))
      assert.ok(inLog >= entries)
    } finally {
      await server.stop()
    }
  },
)

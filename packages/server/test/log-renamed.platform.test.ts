/** A log that had to go back goes on under a new name, when the operator says so and not before. */
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import * as path from 'node:path'
import { after, before, test } from 'node:test'
import { OtherLog } from '../src/keyholder/connect-keyholder.ts'
import { TestPlatform, type TestTenant } from './test-platform.ts'

let platform: TestPlatform
let tenant: TestTenant
before(async () => {
  platform = await TestPlatform.start()
  tenant = await platform.tenant()
})
after(async () => {
  await platform.stop()
  await TestPlatform.end()
})

async function conversationWith(text: string): Promise<string> {
  const visitor = await platform.visitor(tenant)
  const conversation = platform.ids.next()
  await visitor.ask({ type: 'start', id: platform.ids.next(), conversation })
  const { type } = await visitor.ask({ type: 'send', id: platform.ids.next(), conversation, text })
  assert.equal(type, 'ack')
  return conversation
}

test('a server does not take another log for its own; told to, it opens old and new conversations through it', async () => {
  const before = await conversationWith('Where is my suitcase?')
  await platform.stopServer()
  const renamed = { logOrigin: 'renamed.example/log' }
  await assert.rejects(platform.startServer(renamed), OtherLog)
  rmSync(path.join(platform.folder, 'log-key'))
  await platform.startServer(renamed)
  const afterwards = await conversationWith('Is it found?')
  for (const conversation of [before, afterwards]) {
    const { status } = await platform.request(
      tenant,
      'GET',
      `/v1/conversations/${conversation}/events?limit=5`,
    )
    assert.equal(status, 200)
  }
  const checkpoint = await (await fetch(`${platform.url}/log/checkpoint`)).text()
  assert.match(checkpoint, /^renamed\.example\/log\n/)
  await platform.check()
})

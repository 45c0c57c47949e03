/** A root key that a passphrase protects. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import * as path from 'node:path'
import { after, before, test } from 'node:test'
import { startServerProcess, type ServerProcess } from './server-process.ts'
import { visitorClient } from './test-client.ts'

const passphrase = 'correct horse battery'
const logged: string[] = []
let server: ServerProcess
before(async () => {
  server = await startServerProcess(
    { CANDOR_KEYHOLDER_PASSPHRASE: passphrase },
    (text) => void logged.push(text),
  )
})
after(() => server.stop())

function start(env: Record<string, string>): { status: number | null; stderr: string } {
  return spawnSync(process.execPath, [path.join(import.meta.dirname, '../src/main.ts')], {
    env: {
      ...{
        PATH: process.env['PATH'],
        CANDOR_DATA_FOLDER: server.folder,
        CANDOR_DEMO: 'off',
        CANDOR_PORT: '0',
      },
      CANDOR_LOG_LEVEL: 'silent',
      ...env,
    },
    encoding: 'utf8',
    timeout: 60_000,
  })
}

test(
  'without its passphrase the server does not start and says why; with it everything opens again',
  { timeout: 120_000 },
  async () => {
    const visitor = await visitorClient(server.url, { tenant: server.slug })
    const conversation = randomUUID()
    await visitor.ask({ type: 'start', id: randomUUID(), conversation })
    await visitor.ask({ type: 'send', id: randomUUID(), conversation, text: 'Where is my suitcase?' })
    visitor.drop()
    await server.stopKeepingData()

    const file = JSON.parse(
      readFileSync(path.join(server.folder, 'keyholder/root-key.json'), 'utf8'),
    ) as object
    assert.equal('key' in file, false)
    const wrong = start({ CANDOR_KEYHOLDER_PASSPHRASE: 'correct horse batteries' })
    assert.equal(wrong.status, 1, wrong.stderr)
    assert.match(
      wrong.stderr,
      /^The keyholder did not start: The passphrase is not the one that the root key was protected with\./,
    )
    assert.doesNotMatch(wrong.stderr, /\n\s+at |batter/)
    const none = start({})
    assert.equal(none.status, 1, none.stderr)
    assert.match(
      none.stderr,
      /^The keyholder did not start: The root key has a passphrase: set CANDOR_KEYHOLDER_PASSPHRASE\./,
    )

    await server.startAgain()
    const response = await fetch(`${server.url}/v1/conversations/${conversation}/events?limit=10`, {
      headers: { authorization: `Bearer ${server.key}` },
    })
    assert.equal(response.status, 200)
    assert.match(await response.text(), /suitcase/)
    assert.equal(logged.join('').includes(passphrase), false)
  },
)

/** What a backup gives to whoever has it, and what a restore does not bring back. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { runningPostgresUrl } from '../src/postgres/embedded-postgres.ts'
import { startServerProcess, type ServerProcess } from './server-process.ts'
import { visitorClient } from './test-client.ts'
import { asOwner } from './test-platform.ts'

let server: ServerProcess
let backups: string
const logged: string[] = []
before(async () => {
  backups = mkdtempSync(path.join(tmpdir(), 'candor-backups-'))
  server = await startServerProcess(
    { CANDOR_LOG_ORIGIN: 'test.example/log' },
    (text) => void logged.push(text),
  )
})
after(async () => {
  await server.stop()
  rmSync(backups, { recursive: true, force: true })
})

const bounded = { timeout: 120_000 }
const commands = path.join(import.meta.dirname, '../src')

async function command(file: string, args: string[], dataFolder = server.folder): Promise<string> {
  const child = spawn(process.execPath, [file, ...args], {
    env: { PATH: process.env['PATH'], CANDOR_DATA_FOLDER: dataFolder, CANDOR_LOG_ORIGIN: 'test.example/log' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  const code = await new Promise((resolve) => child.once('close', resolve))
  assert.equal(code, 0, said)
  return said
}

const backUp = (target: string, ...flags: string[]): Promise<string> =>
  command(path.join(commands, 'backup-command.ts'), [target, ...flags])

const restore = (from: string, dataFolder = server.folder): Promise<string> =>
  command(path.join(commands, 'restore-command.ts'), [from, '--force'], dataFolder)

async function request(method: string, url: string, body?: unknown) {
  const response = await fetch(`${server.url}${url}`, {
    method,
    headers: {
      authorization: `Bearer ${server.key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json', 'idempotency-key': randomUUID() }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, text: await response.text() }
}

async function conversationWith(text: string): Promise<string> {
  const conversation = randomUUID()
  const visitor = await visitorClient(server.url, { tenant: server.slug })
  await visitor.ask({ type: 'start', id: randomUUID(), conversation })
  const { type } = await visitor.ask({ type: 'send', id: randomUUID(), conversation, text })
  assert.equal(type, 'ack')
  visitor.drop()
  return conversation
}

const events = (conversation: string) => request('GET', `/v1/conversations/${conversation}/events?limit=50`)

/** Details of the log's own entries, as the keyholder of this folder has them. */
async function operatorEntries(): Promise<string[]> {
  const { items } = JSON.parse((await request('GET', '/v1/access/entries?type=operator&limit=100')).text) as {
    items: { what: string }[]
  }
  return items.map(({ what }) => what)
}

const verify = (log: string): Promise<string> =>
  command(path.resolve(import.meta.dirname, '../../ledger/src/verify-command.ts'), [log])

test(
  'what was erased stays unreadable when an older backup of the database is restored',
  bounded,
  async () => {
    const [kept, erased] = [
      await conversationWith('Where is my suitcase?'),
      await conversationWith('Forget me.'),
    ]
    // As a crash leaves it: committed, and not announced to every reader.
    await asOwner(runningPostgresUrl(server.folder)!, async (client) => {
      await client.query(
        `select set_config('app.tenants', (select array_agg(tenant_id)::text from tenants), false)`,
      )
      await client.query(
        `insert into outbox (tenant_id, conversation_ids, last_seqs, event_counts)
       select tenant_id, array[id], array[seq], array[1] from conversations`,
      )
    })
    const old = path.join(backups, 'before')
    assert.match(await backUp(old), /keys are not in it/)
    assert.equal(existsSync(path.join(old, 'keyholder')), false)
    assert.equal(readdirSync(path.join(old, 'log')).includes('checkpoint'), true)
    await verify(path.join(old, 'log'))
    const erasure = await request('POST', '/v1/erasures', { scope: 'conversation', subject: erased })
    assert.equal(erasure.status, 200, erasure.text)

    await server.stopKeepingData()
    await restore(old)
    await server.startAgain()
    const opened = await events(kept)
    assert.equal(opened.status, 200, opened.text)
    assert.match(opened.text, /Where is my suitcase/)
    const refused = await events(erased)
    assert.equal(refused.status, 410, refused.text)
    assert.match(refused.text, /"erased"/)
    assert.ok(
      (await operatorEntries()).some((what) =>
        what.startsWith('The database was restored from the backup of 2'),
      ),
    )
    await asOwner(runningPostgresUrl(server.folder)!, async (client) => {
      for (let tries = 0; ; tries++) {
        const { rows } = await client.query('select 1 from outbox')
        if (rows.length === 0) break
        assert.ok(tries < 100, 'what a crash left is announced, or gone for ever')
        await sleep(100)
      }
    })
    await verify(path.join(server.folder, 'access-log'))
  },
)

test(
  'a backup with keys opens elsewhere, while the server runs and while it does not, and the log says so first',
  bounded,
  async () => {
    const conversation = await conversationWith('Is my seat by the window?')
    const running = path.join(backups, 'running')
    assert.match(await backUp(running, '--with-keys'), /whoever has this backup can read/)
    assert.equal((await operatorEntries()).filter((what) => what === 'A backup with keys.').length, 1)
    assert.deepEqual(
      readdirSync(path.join(server.folder, 'keyholder')).filter((name) => name.startsWith('copy-')),
      [],
    )
    await server.stopKeepingData()
    const stopped = path.join(backups, 'stopped')
    await backUp(stopped, '--with-keys')

    for (const backup of [running, stopped]) {
      await restore(backup)
      // Anybody may serve the log, nobody else may read the keys.
      assert.equal(statSync(path.join(server.folder, 'access-log/checkpoint')).mode & 0o777, 0o644)
      assert.equal(statSync(path.join(server.folder, 'keyholder')).mode & 0o777, 0o700)
      await server.startAgain()
      const opened = await events(conversation)
      assert.match(opened.text, /by the window/)
      const made = (await operatorEntries()).filter((what) => what === 'A backup with keys.')
      assert.equal(made.length, backup === running ? 1 : 2, 'the copy holds the entry about itself')
      await verify(path.join(server.folder, 'access-log'))
      await server.stopKeepingData()
    }
    const replaced = readdirSync(server.folder).filter((name) => name.startsWith('replaced-'))
    assert.ok(replaced.some((name) => readdirSync(path.join(server.folder, name)).includes('keyholder')))
    assert.equal(
      readFileSync(path.join(stopped, 'manifest.json'), 'utf8').includes('keyholder/root-key.json'),
      true,
    )
    assert.equal(logged.join('').includes('"level":"error"'), false, logged.join(''))
  },
)

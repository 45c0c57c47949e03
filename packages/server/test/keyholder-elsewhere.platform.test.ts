/** The keyholder on another host: certificates that each side pins, and chat that does not wait for it. */
import assert from 'node:assert/strict'
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { TestPlatform, type TestTenant } from './test-platform.ts'

const sources = path.resolve(import.meta.dirname, '../../keyholder/src')
const bounded = { timeout: 90_000 }

let host: string
let keyholder: ChildProcess
let port = 0
let platform: TestPlatform
let tenant: TestTenant

function command(file: string, ...args: string[]): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(sources, file), ...args], {
    env: { PATH: process.env['PATH'] },
    encoding: 'utf8',
  })
  return { status, said: stdout + stderr }
}

const certificate = (name: string, from = 'certificates'): string => path.join(host, from, name)

async function startKeyholder(): Promise<void> {
  const files = ['--cert', certificate('keyholder.pem'), '--key', certificate('keyholder.key')]
  keyholder = spawn(
    process.execPath,
    [
      path.join(sources, 'main.ts'),
      ...['--folder', path.join(host, 'keyholder'), '--log-folder', path.join(host, 'log')],
      ...['--origin', 'test.example/log', '--listen', `127.0.0.1:${port}`],
      ...[...files, '--peer', certificate('server.pem')],
    ],
    { env: { PATH: process.env['PATH'] }, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  for await (const line of createInterface({ input: keyholder.stdout! })) {
    const event = JSON.parse(line) as { event: string; port: number }
    if (event.event !== 'keyholder-ready') continue
    port = event.port
    keyholder.stdout!.resume()
    return
  }
  throw new Error('the keyholder ended before it was ready')
}

async function endKeyholder(): Promise<void> {
  const ended = once(keyholder, 'exit')
  keyholder.kill('SIGKILL')
  await ended
}

before(async () => {
  host = mkdtempSync(path.join(tmpdir(), 'candor-keyholder-host-'))
  for (const folder of ['certificates', 'foreign'])
    assert.equal(command('certificates-command.ts', path.join(host, folder)).status, 0)
  await startKeyholder()
  platform = await TestPlatform.start({
    config: {
      keyholderUrl: `tls://127.0.0.1:${port}`,
      keyholderCert: certificate('server.pem'),
      keyholderKey: certificate('server.key'),
      keyholderPeer: certificate('keyholder.pem'),
    },
  })
  tenant = await platform.tenant()
})
after(async () => {
  await platform.stop()
  await TestPlatform.end()
  await endKeyholder()
  rmSync(host, { recursive: true })
})

async function conversationWith(text: string): Promise<string> {
  const visitor = await platform.visitor(tenant)
  const conversation = platform.ids.next()
  await visitor.ask({ type: 'start', id: platform.ids.next(), conversation })
  const { type } = await visitor.ask({ type: 'send', id: platform.ids.next(), conversation, text })
  assert.equal(type, 'ack')
  return conversation
}

const events = (conversation: string) =>
  platform.request(tenant, 'GET', `/v1/conversations/${conversation}/events?limit=50`)

async function operatorEntries(): Promise<string> {
  const { body } = await platform.request(tenant, 'GET', '/v1/access/entries?type=operator&limit=100')
  return JSON.stringify(body)
}

test('certificates are made once, their private keys readable by their owner alone', () => {
  for (const side of ['keyholder', 'server'])
    assert.equal(statSync(certificate(`${side}.key`)).mode & 0o777, 0o600)
  const again = command('certificates-command.ts', path.join(host, 'certificates'))
  assert.equal(again.status, 1)
  assert.match(again.said, /has certificates already/)
})

test(
  'conversations open through a keyholder on another host, whose log this server does not serve',
  bounded,
  async () => {
    const conversation = await conversationWith('Where is my suitcase?')
    const { status, body } = await events(conversation)
    assert.equal(status, 200)
    assert.match(JSON.stringify(body), /suitcase/)
    assert.equal((await fetch(`${platform.url}/log/checkpoint`)).status, 404)
    assert.equal(existsSync(path.join(host, 'log/checkpoint')), true)
    assert.equal(existsSync(path.join(platform.folder, 'keyholder')), false)
  },
)

test(
  'a server with a foreign certificate does not start, and one that expects another keyholder neither',
  bounded,
  async () => {
    await platform.stopServer()
    for (const [config, why] of [
      [
        {
          keyholderCert: certificate('server.pem', 'foreign'),
          keyholderKey: certificate('server.key', 'foreign'),
        },
        'own',
      ],
      [{ keyholderPeer: certificate('keyholder.pem', 'foreign') }, 'other'],
    ] as const) {
      const dataFolder = mkdtempSync(path.join(tmpdir(), 'candor-foreign-'))
      await assert.rejects(platform.startServer({ dataFolder, ...config }), /does not answer/, why)
      rmSync(dataFolder, { recursive: true })
    }
    await platform.startServer()
  },
)

test(
  'while the keyholder is away chat goes on and the server starts; the start is in the log when it is back',
  bounded,
  async () => {
    const conversation = await conversationWith('Before.')
    await platform.stopServer()
    await endKeyholder()
    await platform.startServer()
    const visitor = await platform.visitor(tenant)
    const fresh = platform.ids.next()
    await visitor.ask({ type: 'start', id: platform.ids.next(), conversation: fresh })
    assert.equal(
      (await visitor.ask({ type: 'send', id: platform.ids.next(), conversation: fresh, text: 'Meanwhile.' }))
        .type,
      'ack',
    )
    const refused = await events(conversation)
    assert.equal(refused.status, 503)
    assert.equal(refused.body['code'], 'history_unavailable')

    await startKeyholder()
    for (let tries = 0; (await events(fresh)).status !== 200; tries++) {
      assert.ok(tries < 100, 'the keyholder is found again')
      await sleep(100)
    }
    assert.match(JSON.stringify((await events(fresh)).body), /Meanwhile/)
    for (let tries = 0; (await operatorEntries()).split('The server starts').length < 3; tries++) {
      assert.ok(tries < 100, 'both starts are in the log')
      await sleep(100)
    }
    await platform.check()
  },
)

test('its keys are backed up on its own host, while it runs, with an entry before', bounded, async () => {
  const target = path.join(host, 'backup')
  const made = command('backup-command.ts', path.join(host, 'keyholder'), target)
  assert.equal(made.status, 0, made.said)
  assert.deepEqual(readdirSync(target).sort(), ['index.sqlite', 'journal', 'root-key.json'])
  assert.equal(statSync(target).mode & 0o077, 0)
  assert.match(await operatorEntries(), /A backup with keys/)
  assert.match(
    command('backup-command.ts', path.join(host, 'nowhere'), `${target}-2`).said,
    /No keyholder runs on/,
  )
})

import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { ConfigFaults, Secret, examineConfig, readConfig, settingsTable } from './config.ts'

const repository = path.resolve(import.meta.dirname, '../../..')

function projectFolder(t: { after(act: () => void): void }, settingsFile?: string): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'candor-config-'))
  t.after(() => rmSync(folder, { recursive: true }))
  if (settingsFile !== undefined) writeFileSync(path.join(folder, 'candor.env'), settingsFile)
  return folder
}

test('with nothing set, the server runs on loopback with its own database and the demo', (t) => {
  const folder = projectFolder(t)
  const config = readConfig({}, folder)
  assert.deepEqual(config, {
    port: 7780,
    host: '127.0.0.1',
    dataFolder: path.join(folder, 'data'),
    publicUrl: undefined,
    databaseUrl: undefined,
    demo: true,
    demoPort: 7781,
    keyFile: path.join(folder, 'data/keys/keys.json'),
    keyholderFolder: path.join(folder, 'data/keyholder'),
    keyholderUrl: undefined,
    keyholderCert: undefined,
    keyholderKey: undefined,
    keyholderPeer: undefined,
    keyholderPassphrase: undefined,
    logFolder: path.join(folder, 'data/access-log'),
    logOrigin: 'candor.local/log',
    witnesses: [],
    witnessQuorum: undefined,
    authSecret: undefined,
    logLevel: 'info',
    trustProxy: false,
    socketsMax: 15_000,
    privateOrigins: [],
    metrics: true,
    smtpUrl: undefined,
    smtpFrom: undefined,
    smtpDkim: [],
    smtpSigners: 1,
    smtpConnections: 8,
    smtpDomainPerMinute: 6_000,
    smtpRetrySeconds: 60,
    smtpDoubtSeconds: 900,
    smtpHookSecret: undefined,
    browser: undefined,
  })
})

test('the environment wins over candor.env, and candor.env over the default', (t) => {
  const folder = projectFolder(t, '# our settings\nCANDOR_PORT=9000\nCANDOR_HOST="0.0.0.0"\n')
  const { config, report } = examineConfig({ CANDOR_PORT: '9001' }, folder)
  assert.equal(config.port, 9001)
  assert.equal(config.host, '0.0.0.0')
  const sources = Object.fromEntries(report.map((row) => [row.name, row.source]))
  assert.equal(sources['CANDOR_PORT'], 'environment')
  assert.equal(sources['CANDOR_HOST'], 'candor.env')
  assert.equal(sources['CANDOR_DEMO'], 'default')
})

test('all wrong settings are named at once, with the field, the value given and what would be right', (t) => {
  const wrong = {
    CANDOR_PORT: '70000',
    CANDOR_DEMO: 'yes',
    CANDOR_PUBLIC_URL: 'https://chat.example.com/path',
    CANDOR_SOCKETS_MAX: '0',
    CANDOR_PRIVATE_ORIGINS: 'http://crm.internal:8080/path',
    DATABASE_URL: 'mysql://user:hunter2@db/candor',
  }
  assert.throws(
    () => readConfig(wrong, projectFolder(t)),
    (fault: unknown) => {
      assert(fault instanceof ConfigFaults)
      assert.deepEqual(
        fault.faults.map((each) => each.name),
        [
          'CANDOR_PORT',
          'CANDOR_PUBLIC_URL',
          'DATABASE_URL',
          'CANDOR_DEMO',
          'CANDOR_PRIVATE_ORIGINS',
          'CANDOR_SOCKETS_MAX',
        ],
      )
      assert.match(
        fault.message,
        /CANDOR_PORT \(environment\): "70000" is not right; it must be a port number/,
      )
      return true
    },
  )
})

test('no secret is in a report, a fault, a log line or a dump, whether right or wrong', (t) => {
  const folder = projectFolder(t)
  const right = {
    DATABASE_URL: 'postgresql://candor:hunter2@db/candor',
    CANDOR_AUTH_SECRET: 'hunter2'.repeat(6),
  }
  const wrong = { DATABASE_URL: 'hunter2', CANDOR_AUTH_SECRET: 'hunter2' }
  for (const env of [right, wrong]) {
    const examined = examineConfig(env, folder)
    assert.doesNotMatch(JSON.stringify(examined), /hunter2/)
    assert.doesNotMatch(inspect(examined, { depth: 9, showHidden: true }), /hunter2/)
    assert.doesNotMatch(`${examined.config.databaseUrl}`, /hunter2/)
  }
  assert.equal(readConfig(right, folder).databaseUrl?.reveal(), right.DATABASE_URL)
})

test('a misspelt setting is a fault that names the right one, in the environment and in candor.env', (t) => {
  const { faults } = examineConfig(
    { CANDOR_PROT: '1', HOME: '/root' },
    projectFolder(t, 'CANDOR_DEM=off\nwhat is this\n'),
  )
  assert.deepEqual(
    faults.map((fault) => [fault.name, fault.source]),
    [
      ['line 2', 'candor.env'],
      ['CANDOR_PROT', 'environment'],
      ['CANDOR_DEM', 'candor.env'],
    ],
  )
  assert.match(faults[1]!.right, /did you mean CANDOR_PORT/)
  assert.match(faults[2]!.right, /did you mean CANDOR_DEMO/)
})

test('the demo shops cannot share the port, and so the origin, of the platform', (t) => {
  const { faults } = examineConfig({ CANDOR_PORT: '7781' }, projectFolder(t))
  assert.deepEqual(
    faults.map((fault) => fault.name),
    ['CANDOR_DEMO_PORT'],
  )
  assert.equal(examineConfig({ CANDOR_PORT: '0', CANDOR_DEMO_PORT: '0' }, projectFolder(t)).faults.length, 0)
})

test('a mail server needs an address to send from, and keys that can sign', (t) => {
  const folder = projectFolder(t)
  const pem = (name: string, key: KeyObject): string => {
    writeFileSync(path.join(folder, name), key.export({ type: 'pkcs8', format: 'pem' }))
    return `mail.example/s=${name}`
  }
  const named = (env: Record<string, string>): string[] =>
    examineConfig(env, folder).faults.map((fault) => fault.name)
  const server = { CANDOR_SMTP_URL: 'smtps://user:hunter2@mail.example' }
  assert.deepEqual(named(server), ['CANDOR_SMTP_FROM'])
  const both = { ...server, CANDOR_SMTP_FROM: 'notices@mail.example' }
  const good = pem('good.pem', generateKeyPairSync('ed25519').privateKey)
  const weak = pem('weak.pem', generateKeyPairSync('rsa', { modulusLength: 1_024 }).privateKey)
  assert.deepEqual(named({ ...both, CANDOR_SMTP_DKIM: good }), [])
  assert.deepEqual(named({ ...both, CANDOR_SMTP_DKIM: `${good} ${weak}` }), ['CANDOR_SMTP_DKIM'])
  assert.deepEqual(named({ ...both, CANDOR_SMTP_DKIM: 'mail.example/s=none.pem' }), ['CANDOR_SMTP_DKIM'])
  assert.deepEqual(named({ ...both, CANDOR_SMTP_URL: 'http://mail.example' }), ['CANDOR_SMTP_URL'])
})

test('a secret gives its value to reveal() alone', () => {
  const secret = new Secret('hunter2')
  assert.equal(secret.reveal(), 'hunter2')
  assert.equal(`${secret} ${JSON.stringify({ secret })} ${inspect([secret])}`.includes('hunter2'), false)
})

test('docs/configuration.md has the settings of the code, row by row', () => {
  const page = readFileSync(path.join(repository, 'docs/configuration.md'), 'utf8')
  const rows = [...page.matchAll(/^\| `([A-Z_]+)` *\| *(.*?) *\| *(.*?) *\| *(.*?) *\|$/gm)].map((row) =>
    row.slice(1, 5),
  )
  const plain = (text: string) => text.replaceAll('`', '')
  assert.deepEqual(
    rows.map((row) => row.map((cell) => plain(cell))),
    settingsTable().map((row) => [row.name, row.type, row.default, row.reason].map(plain)),
  )
})

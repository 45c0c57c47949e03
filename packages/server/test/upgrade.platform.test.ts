/** An installation from before there was a keyholder starts with this version, and its conversations open. */
import assert from 'node:assert/strict'
import {
  createCipheriv,
  createSecretKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
  randomUUID,
  type KeyObject,
} from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { after, before, test } from 'node:test'
import { sealText } from '../src/access/data-key.ts'
import { readMigrations } from '../src/store/migrate.ts'
import { asOwner, TestPlatform, type TestTenant } from './test-platform.ts'

let platform: TestPlatform
before(async () => {
  platform = await TestPlatform.start()
})
after(async () => {
  await platform.stop()
  await TestPlatform.end()
})

/** Those of the last version without a keyholder. */
const formerMigrations = [1, 10, 11, 12, 13, 14, 20, 30, 31, 40, 41, 42]

const old = {
  tenant: randomUUID(),
  visitor: randomUUID(),
  conversation: randomUUID(),
  event: randomUUID(),
  segment: randomUUID(),
  epoch: randomUUID(),
  text: 'Where is my suitcase?',
}
const epochKey = generateKeyPairSync('x25519')
const secret = epochKey.privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')

/** A data key as the server wrapped it itself, one ephemeral key for each. */
function wrapAsBefore(publicKey: KeyObject, context: string, dataKey: KeyObject): Buffer {
  const raw = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'spki' }).subarray(-32)
  const ephemeral = generateKeyPairSync('x25519')
  const shared = diffieHellman({ privateKey: ephemeral.privateKey, publicKey })
  const salt = Buffer.concat([raw(ephemeral.publicKey), raw(publicKey)])
  const key = Buffer.from(hkdfSync('sha256', shared, salt, `candor data key 1 ${context}`, 32))
  const cipher = createCipheriv('aes-256-gcm', key, Buffer.alloc(12))
  const body = Buffer.concat([cipher.update(dataKey.export()), cipher.final()])
  return Buffer.concat([Buffer.from([1]), raw(ephemeral.publicKey), body, cipher.getAuthTag()])
}

/** Empties database and data folder, and fills them as the former version left them. */
async function becomeAsBefore(): Promise<void> {
  await platform.stopServer()
  for (const left of ['keyholder', 'access-log', 'log-key'])
    rmSync(path.join(platform.folder, left), { recursive: true })
  mkdirSync(path.join(platform.folder, 'keys'), { recursive: true, mode: 0o700 })
  const content = { format: 1, tenants: { [old.tenant]: [{ id: old.epoch, key: secret }] } }
  writeFileSync(path.join(platform.folder, 'keys/keys.json'), JSON.stringify(content), { mode: 0o600 })

  const dataKey = createSecretKey(randomBytes(32))
  const context = `${old.tenant}/${old.conversation}/${old.segment}`
  const at = new Date()
  await asOwner(platform.databaseUrl, async (client) => {
    const database = new URL(platform.databaseUrl).pathname.slice(1)
    await client.query('drop schema public cascade; drop schema if exists auth cascade; create schema public')
    await client.query(
      'create table migrations (number int primary key, name text not null, sha256 text not null, at timestamptz not null default now())',
    )
    for (const { number, name, sha256, sql } of readMigrations()) {
      if (!formerMigrations.includes(number)) continue
      await client.query(
        sql
          .replaceAll(/(?<![:\w]):app\b/g, client.escapeIdentifier(`${database}_app`))
          .replaceAll(/(?<![:\w]):auth\b/g, client.escapeIdentifier(`${database}_auth`)),
      )
      await client.query('insert into migrations (number, name, sha256) values ($1, $2, $3)', [
        number,
        name,
        sha256,
      ])
    }
    await client.query(`select set_config('app.tenants', $1, false)`, [`{${old.tenant}}`])
    await client.query(`insert into tenants values ($1, 'aurora', 'Aurora', $2)`, [old.tenant, at])
    await client.query('insert into visitors (tenant_id, id, first_seen_at) values ($1, $2, $3)', [
      old.tenant,
      old.visitor,
      at,
    ])
    await client.query(
      `insert into conversations (tenant_id, id, visitor_id, started_at, seq, handler_kind, last_event_at, last_message_by)
       values ($1, $2, $3, $4, 1, 'queue', $4, 'visitor')`,
      [old.tenant, old.conversation, old.visitor, at],
    )
    await client.query(
      `insert into events (tenant_id, conversation_id, seq, id, type, actor_kind, actor_id, at, segment, body)
       values ($1, $2, 1, $3, 'message', 'visitor', $4, $5, $6, $7)`,
      [
        ...[old.tenant, old.conversation, old.event, old.visitor, at, old.segment],
        sealText(dataKey, `${old.conversation}/${old.event}`, old.text),
      ],
    )
    await client.query(
      'insert into data_keys (tenant_id, conversation_id, segment, epoch_key, wrapped) values ($1, $2, $3, $4, $5)',
      [
        ...[old.tenant, old.conversation, old.segment, old.epoch],
        wrapAsBefore(epochKey.publicKey, context, dataKey),
      ],
    )
  })
}

async function administratorKey(): Promise<Pick<TestTenant, 'key'>> {
  const { tenants } = platform.candor
  const person = {
    name: 'Mateo',
    email: 'mateo@aurora.example',
    role: 'administrator',
    password: randomUUID(),
  } as const
  const { id } = await tenants.createPerson(old.tenant, platform.ids.next(), person)
  const actor = { tenant: old.tenant, kind: 'agent', id, name: person.name, role: person.role } as const
  const made = await tenants.createApiKey(actor, platform.ids.next(), { name: 'test', role: 'administrator' })
  return { key: made.key! }
}

test('an installation from before the keyholder starts, its conversations open, and its keys lie in the clear no more', async () => {
  await becomeAsBefore()
  await platform.startServer()
  const tenant = (await administratorKey()) as TestTenant
  const { status, body } = await platform.request(
    tenant,
    'GET',
    `/v1/conversations/${old.conversation}/events?limit=10`,
  )
  assert.equal(status, 200)
  assert.match(JSON.stringify(body), /Where is my suitcase/)

  assert.equal(existsSync(path.join(platform.folder, 'keys/keys.json')), false)
  assert.ok(platform.logged.some(({ event }) => event === 'key-file-taken-over'))
  for (const entry of readdirSync(platform.folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name)
    if (entry.isFile()) assert.equal(readFileSync(file).includes(secret), false, file)
  }
  const entries = await platform.request(tenant, 'GET', '/v1/access/entries?type=key-made&limit=10')
  assert.match(JSON.stringify(entries.body), /made before there was a keyholder/)

  // The keys are the keyholder's now: the next start needs no file.
  await platform.stopServer()
  await platform.startServer()
  const again = await platform.request(tenant, 'GET', `/v1/conversations/${old.conversation}/events?limit=10`)
  assert.equal(again.status, 200)
  assert.match(JSON.stringify(again.body), /Where is my suitcase/)
  await platform.check()
})

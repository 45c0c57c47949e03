import assert from 'node:assert/strict'
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { after, before, test } from 'node:test'
import type { ImportedKey } from '../src/key-file.ts'
import { openKeyholder, type Keyholder } from '../src/keyholder.ts'
import { openLocalRootKey } from '../src/root-key.ts'
import { openTestKeyholder, type KeyholderUnderTest } from './keyholder-under-test.ts'

let t: KeyholderUnderTest
before(async () => void (t = await openTestKeyholder()))
after(() => t.close())

const by = { kind: 'operator' as const, id: randomUUID(), name: 'Operator' }

function openOn(
  folder: string,
  logFolder: string,
  imported: readonly ImportedKey[] = [],
): Promise<Keyholder> {
  return openKeyholder({
    folder,
    logFolder,
    imported,
    rootKey: openLocalRootKey(folder, undefined),
    origin: 'test.example/log',
    witnesses: [],
    quorum: 0,
    now: () => Date.now(),
    log: () => undefined,
    // The process would end; here whoever waits hears of it.
    fatal: () => undefined,
  })
}

test('a backup while openings go on is whole: it opens the same conversations and goes on with the same log', async () => {
  const { keyholder, folder, sealFor, opening, tenant } = t
  const conversation = randomUUID()
  const sealed = await sealFor(conversation)
  const before = (await keyholder.handle('status', {})).entries
  let going = true
  const fifty = (): Promise<unknown> =>
    Promise.all(
      Array.from({ length: 50 }, () => keyholder.handle('open', opening({ keys: [], conversation }))),
    )
  await fifty()
  const reader = (async () => {
    while (going) await fifty()
  })()
  const made = await keyholder.handle('backup', {})
  going = false
  await reader
  assert.ok(made.index >= before)
  const entries = await keyholder.handle('status', {})
  assert.ok(entries.entries > made.index)

  const other = mkdtempSync(path.join(tmpdir(), 'candor-keyholder-'))
  renameSync(path.join(folder, made.folder), path.join(other, 'restored'))
  cpSync(path.join(folder, 'log'), path.join(other, 'log'), { recursive: true })
  // The public files may be older than the keys, never newer.
  for (const file of ['checkpoint', 'tree-head']) rmSync(path.join(other, 'log', file))
  const restored = await openOn(path.join(other, 'restored'), path.join(other, 'log'))
  try {
    const { keys } = await restored.handle('open', opening({ keys: [sealed.wrapped], conversation }))
    assert.equal(keys[0], sealed.key.export().toString('base64'))
    assert.equal(
      (await restored.handle('hello', { protocol: 1 })).vkey,
      (await keyholder.handle('hello', { protocol: 1 })).vkey,
    )
    const { items } = await restored.handle('entries', { tenant, filter: { conversation }, limit: 500 })
    assert.ok(items.length > 50, `${items.length} entries`)
  } finally {
    await restored.close()
    rmSync(other, { recursive: true })
  }
})

test('what is erased while a backup is made is gone from the journal afterwards', async () => {
  const { keyholder, folder, tenant, opening } = t
  const conversation = randomUUID()
  const marked = opening({ conversation, actor: { kind: 'api', id: randomUUID(), name: 'Erasable Name' } })
  await keyholder.handle('open', marked)
  const copying = keyholder.handle('backup', {})
  await keyholder.handle('erase', {
    tenant,
    by,
    what: 'conversations',
    conversations: [conversation],
    customers: [],
  })
  await copying
  await keyholder.handle('entries', { tenant, filter: { conversation }, limit: 10 })
  await t.restart()
  const journal = path.join(folder, 'journal')
  const bytes = [
    path.join(folder, 'index.sqlite'),
    ...readdirSync(journal).map((name) => path.join(journal, name)),
  ]
  for (const file of bytes) assert.equal(readFileSync(file).includes('Erasable Name'), false, file)
})

test('a second keyholder on the same folder does not start', async () => {
  const { folder } = t
  await assert.rejects(openOn(folder, path.join(folder, 'log')), /Another keyholder runs on/)
})

test('an epoch key that was destroyed does not come back with the key file of an old backup', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'candor-keyholder-'))
  const tenant = randomUUID()
  const id = randomUUID()
  const secret = generateKeyPairSync('x25519').privateKey.export({ format: 'der', type: 'pkcs8' })
  const imported = [{ tenant, id, secret }]
  const log = path.join(folder, 'log')
  mkdirSync(log)
  try {
    let keyholder = await openOn(folder, log, imported)
    assert.equal((await keyholder.handle('destroy-epochs', { tenant, by, keys: [id] })).destroyed, 1)
    await keyholder.close()
    keyholder = await openOn(folder, log, imported)
    assert.equal((await keyholder.handle('destroy-epochs', { tenant, by, keys: [id] })).destroyed, 0)
    await keyholder.handle('erase', { tenant, by, what: 'tenant', conversations: [], customers: [] })
    await keyholder.close()
    keyholder = await openOn(folder, log, [{ tenant, id: randomUUID(), secret }])
    assert.equal((await keyholder.handle('status', {})).entries > 0, true)
    assert.equal((await keyholder.handle('destroy-epochs', { tenant, by, keys: [id] })).destroyed, 0)
    await keyholder.close()
  } finally {
    rmSync(folder, { recursive: true })
  }
})

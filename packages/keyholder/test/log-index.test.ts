import assert from 'node:assert/strict'
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { openLogIndex, type IndexRow } from '../src/log-index.ts'
import { openTestKeyholder } from './keyholder-under-test.ts'

const row = (index: number): IndexRow => ({
  index,
  at: 1_764_000_000_000 + index,
  type: 'open',
  tenant: 'a tenant',
  actor: Buffer.alloc(16, 1),
  conversation: Buffer.alloc(16, index),
  customer: null,
  purpose: 'desk',
  outcome: 'granted',
  offAssignment: false,
  afterHours: false,
  range: null,
  entry: `entry ${index}`,
  salt: null,
  detail: null,
  effects: [],
  forget: [],
})

test('what was inserted is seen at once, and is in the file alone after a sync', (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'candor-index-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const file = path.join(folder, 'index.sqlite')
  const index = openLogIndex(file)
  /** As a crash of the machine leaves it at worst: without what only the write-ahead log holds. */
  const onDisk = (): number => {
    const copy = path.join(folder, 'copy.sqlite')
    copyFileSync(file, copy)
    const db = new DatabaseSync(copy)
    const { n } = db.prepare('select count(*) as n from entries').get()!
    db.close()
    return Number(n)
  }
  index.insert([row(0), row(1)])
  index.sync()
  index.insert([row(2)])
  assert.equal(index.next(), 3)
  assert.equal(onDisk(), 2)
  index.commit()
  assert.equal(onDisk(), 2)
  index.sync()
  assert.equal(onDisk(), 3)
  index.insert([row(3)])
  index.close()
  const again = openLogIndex(file)
  assert.equal(again.next(), 4, 'an end in order commits')
  again.close()
})

test('the journal lets go of what the index holds for good, and no opening is lost', async (context) => {
  const t = await openTestKeyholder()
  context.after(() => t.close())
  const journals = (): string[] => readdirSync(path.join(t.folder, 'journal')).sort()
  const [first] = journals()
  // One conversation again and again: no budget ends it.
  const opening = t.opening()
  let opened = 0
  while (journals().includes(first!) && opened < 150_000) {
    await Promise.all(Array.from({ length: 500 }, () => t.keyholder.handle('open', opening)))
    opened += 500
  }
  assert.ok(!journals().includes(first!) && opened > 50_000, `${opened} opened, ${journals().join()}`)
  await t.restart()
  const filter = { conversation: opening.conversation }
  let found = 0
  for (let before: number | undefined; ;) {
    const asked = { tenant: t.tenant, filter: { ...filter, ...(before && { before }) }, limit: 500 }
    const page = await t.keyholder.handle('entries', asked)
    found += page.items.length
    before = page.items.at(-1)?.index
    if (!page.more) break
  }
  assert.equal(found, opened)
  const status = await t.keyholder.handle('status', {})
  assert.equal(status.size, status.entries, 'all are published')
})

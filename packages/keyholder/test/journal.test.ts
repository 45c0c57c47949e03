import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { test, type TestContext } from 'node:test'
import { JournalDamaged, openJournal } from '../src/journal.ts'

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'candor-journal-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The only file of a journal. */
function fileIn(folder: string): string {
  return path.join(folder, readdirSync(folder)[0]!)
}

async function bodiesIn(folder: string): Promise<string[]> {
  const journal = await openJournal(folder, 0)
  const bodies = [...journal.replay()].map(({ body }) => body.toString())
  await journal.close()
  return bodies
}

const batches = [['one', 'two'], ['three'], ['four', 'five', 'the sixth']]

async function write(folder: string): Promise<void> {
  const journal = await openJournal(folder, 0)
  for (const batch of batches) await journal.append(batch)
  await journal.close()
}

test('a journal cut at any byte of its last batch keeps what is whole, and goes on from there', async (t) => {
  const folder = folderFor(t)
  await write(folder)
  const whole = readFileSync(fileIn(folder))
  const lastBatchFrom = whole.length - ['four', 'five', 'the sixth'].join('').length - 3 * 12
  for (let length = lastBatchFrom; length < whole.length; length++) {
    writeFileSync(fileIn(folder), whole.subarray(0, length))
    const kept = await bodiesIn(folder)
    assert.deepEqual(kept, batches.flat().slice(0, kept.length))
    assert.equal(kept.length, length < lastBatchFrom + 16 ? 3 : length < lastBatchFrom + 32 ? 4 : 5)
    const journal = await openJournal(folder, 0)
    await journal.append(['next'])
    await journal.close()
    assert.deepEqual(await bodiesIn(folder), [...kept, 'next'], `cut at byte ${length}`)
  }
})

test('a last batch of which only the end reached the disk is cut off whole', async (t) => {
  const folder = folderFor(t)
  await write(folder)
  const bytes = readFileSync(fileIn(folder))
  const lastBatchFrom = bytes.length - 'fourfivethe sixth'.length - 3 * 12
  bytes.fill(0, lastBatchFrom, lastBatchFrom + 16)
  writeFileSync(fileIn(folder), bytes)
  assert.deepEqual(await bodiesIn(folder), ['one', 'two', 'three'])
})

test('one flipped bit before the last batch refuses the start', async (t) => {
  const folder = folderFor(t)
  await write(folder)
  const whole = readFileSync(fileIn(folder))
  const lastBatchFrom = whole.length - 'fourfivethe sixth'.length - 3 * 12
  for (let bit = 0; bit < lastBatchFrom * 8; bit++) {
    const changed = Buffer.from(whole)
    changed[bit >> 3]! ^= 1 << (bit & 7)
    writeFileSync(fileIn(folder), changed)
    await assert.rejects(openJournal(folder, 0), JournalDamaged, `bit ${bit}`)
  }
})

test('a journal that ends before what the index knows refuses the start', async (t) => {
  const folder = folderFor(t)
  await write(folder)
  await assert.rejects(openJournal(folder, 7), JournalDamaged)
  const journal = await openJournal(folder, 6)
  assert.equal(journal.next, 6)
  await journal.close()
})

import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { afterEach, test } from 'node:test'
import { folderStorage } from '../src/folder-storage.ts'
import { growTree } from '../src/growing-tree.ts'
import { LogDamaged, openTileLog, unflushedMax } from '../src/tile-log.ts'
import { memoryStorage, type TileFile } from '../src/tile-storage.ts'
import { decodeEntries } from '../src/tiles.ts'
import { crypto, logOf } from './test-log.ts'

const entryOf = (index: number): Uint8Array => new TextEncoder().encode(`{"entry":${index}}`)
const entries = (from: number, to: number): Uint8Array[] =>
  Array.from({ length: to - from }, (_, at) => entryOf(from + at))

function rootOf(size: number): Uint8Array {
  const tree = growTree(crypto)
  for (const entry of entries(0, size)) tree.addLeaf(tree.hashEntry(entry))
  return tree.root()
}

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})
function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'candor-ledger-'))
  folders.push(folder)
  return folder
}

test('a tree of 70,000 has the tiles that tlog-tiles says it has', async () => {
  const storage = memoryStorage()
  const log = await openTileLog({ crypto, reader: storage, writer: storage })
  for (let from = 0; from < 70_000; from += 7_000) {
    log.append(entries(from, from + 7_000))
    await log.flush()
  }
  const tiles = [...storage.files.keys()].filter((name) => /^tile\/\d/.test(name))
  const level = (l: number): string[] => tiles.filter((name) => name.startsWith(`tile/${l}/`))
  assert.equal(level(0).filter((name) => !name.includes('.p')).length, 273)
  // 70,000 = 273 · 256 + 112; 273 = 256 + 17
  assert.deepEqual(
    level(0).filter((name) => name.includes('.p')),
    ['tile/0/273.p/112'],
  )
  assert.ok(level(1).includes('tile/1/000'))
  assert.ok(level(1).includes('tile/1/001.p/17'))
  assert.deepEqual(level(2), ['tile/2/000.p/1'])
  assert.equal(storage.files.get('tile/1/001.p/17')!.length, 17 * 32)
  assert.equal(decodeEntries(storage.files.get('tile/entries/273.p/112')!).entries.length, 112)
  assert.deepEqual(log.rootHash(), rootOf(70_000))
})

test('a log that is opened again goes on where it was, at every size around a tile', async () => {
  for (const size of [0, 1, 2, 255, 256, 257, 511, 512, 1_000]) {
    const storage = memoryStorage()
    const first = await openTileLog({ crypto, reader: storage, writer: storage })
    first.append(entries(0, size))
    await first.flush()
    const second = await openTileLog({ crypto, reader: storage, writer: storage })
    assert.equal(second.size, size)
    assert.equal(second.append(entries(size, size + 300)), size)
    const flushed = await second.flush()
    assert.deepEqual(flushed, { size: size + 300, root: rootOf(size + 300) })
    const third = await openTileLog({ crypto, reader: storage, writer: storage })
    assert.deepEqual(third.rootHash(), rootOf(size + 300))
  }
})

test('a flush that is cut off after any file is repaired by appending the same again', async () => {
  const kept = memoryStorage()
  const log = await openTileLog({ crypto, reader: kept, writer: kept })
  log.append(entries(0, 500))
  await log.flush()
  const before = new Map(kept.files)
  // 500 to 530 completes a tile: full tiles, partial ones on three levels, bundles and the tree head.
  const written: TileFile[] = []
  const counting = {
    ...kept,
    write: (files: readonly TileFile[]) => (written.push(...files), kept.write(files)),
  }
  const whole = await openTileLog({ crypto, reader: counting, writer: counting })
  whole.append(entries(500, 530))
  const expected = await whole.flush()
  assert.ok(written.length >= 6)
  for (let done = 0; done <= written.length; done++) {
    const storage = memoryStorage()
    for (const [name, bytes] of before) storage.files.set(name, bytes)
    for (const { path: name, bytes } of written.slice(0, done)) storage.files.set(name, bytes)
    const again = await openTileLog({ crypto, reader: storage, writer: storage })
    assert.equal(again.size, done === written.length ? 530 : 500)
    await again.appendAt(480, entries(480, 530))
    assert.deepEqual(await again.flush(), expected, `cut off after ${done} files`)
  }
})

test('a flush that fails is owed, and the next one pays', async () => {
  const storage = memoryStorage()
  let failing = true
  const writer = {
    ...storage,
    write: (files: readonly TileFile[]) =>
      failing ? Promise.reject(new Error('no space left')) : storage.write(files),
  }
  const log = await openTileLog({ crypto, reader: storage, writer })
  log.append(entries(0, 600))
  await assert.rejects(log.flush(), /no space left/)
  failing = false
  log.append(entries(600, 610))
  await log.flush()
  const again = await openTileLog({ crypto, reader: storage, writer: storage })
  assert.deepEqual(again.rootHash(), rootOf(610))
})

test('replaying a journal adds what is missing and refuses what differs', async () => {
  const storage = memoryStorage()
  const log = await openTileLog({ crypto, reader: storage, writer: storage })
  await log.appendAt(0, entries(0, 400))
  await log.appendAt(0, entries(0, 400))
  await log.appendAt(390, entries(390, 410))
  assert.equal(log.size, 410)
  assert.deepEqual(log.rootHash(), rootOf(410))
  const other = entries(380, 420)
  other[5] = entryOf(9_999)
  await assert.rejects(log.appendAt(380, other), (fault) => {
    assert.ok(fault instanceof LogDamaged)
    assert.match(fault.message, /Entry 385 is another one/)
    return true
  })
  assert.equal(log.size, 410)
  await assert.rejects(log.appendAt(412, entries(412, 413)), /Entries 410 to 411 are missing/)
})

test('a log whose edge does not give its tree head is not opened', async () => {
  for (const name of ['tile/0/001.p/244', 'tile/1/000.p/1', 'tile/entries/001.p/244', 'tree-head']) {
    const storage = memoryStorage()
    const log = await openTileLog({ crypto, reader: storage, writer: storage })
    log.append(entries(0, 500))
    await log.flush()
    const bytes = storage.files.get(name)!.slice()
    bytes[7]! ^= 1
    storage.files.set(name, bytes)
    await assert.rejects(openTileLog({ crypto, reader: storage, writer: storage }), LogDamaged, name)
  }
})

test('a log whose tiles were set back behind its own checkpoint is not continued', async () => {
  const before = await logOf(entries(0, 300))
  const after = await logOf(entries(0, 310))
  before.files.set('checkpoint', after.files.get('checkpoint')!)
  await assert.rejects(
    openTileLog({ crypto, reader: before, writer: before }),
    /names 310 entries and 300 are there: the log was set back/,
  )
  // The other way round is the ordinary crash between flush and signature.
  after.files.set('checkpoint', (await logOf(entries(0, 300))).files.get('checkpoint')!)
  assert.equal((await openTileLog({ crypto, reader: after, writer: after })).size, 310)
})

test('an entry that no tile can hold is refused, and its neighbours are not added', async () => {
  const storage = memoryStorage()
  const log = await openTileLog({ crypto, reader: storage, writer: storage })
  assert.throws(() => log.append([entryOf(0), new Uint8Array(2_049)]), /2049 bytes/)
  assert.throws(() => log.append([new Uint8Array(0)]), /0 bytes/)
  assert.throws(() => log.append(new Array<Uint8Array>(unflushedMax + 1).fill(entryOf(0))), /would wait/)
  assert.equal(log.size, 0)
})

test('a folder holds the log as files that any web server can serve', async () => {
  const folder = temporaryFolder()
  const storage = folderStorage(path.join(folder, 'log'))
  const log = await openTileLog({ crypto, reader: storage, writer: storage })
  // A checkpoint for every entry leaves a partial tile for every entry; they go when the full tile is there.
  log.append(entries(0, 250))
  for (let at = 250; at < 260; at++) {
    log.append([entryOf(at)])
    await log.flush()
  }
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(path.join(folder, 'log'), path.join(entry.parentPath, entry.name)))
  assert.deepEqual(files.sort(), [
    'tile/0/000',
    'tile/0/001.p/1',
    'tile/0/001.p/2',
    'tile/0/001.p/3',
    'tile/0/001.p/4',
    'tile/1/000.p/1',
    'tile/entries/000',
    'tile/entries/001.p/1',
    'tile/entries/001.p/2',
    'tile/entries/001.p/3',
    'tile/entries/001.p/4',
    'tree-head',
  ])
  const again = await openTileLog({ crypto, reader: storage, writer: storage })
  assert.deepEqual(again.rootHash(), rootOf(260))
  await assert.rejects(async () => await storage.read('../outside'), /No file of a log/)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { browserCrypto } from '../src/browser-crypto.ts'
import { parseCheckpoint } from '../src/checkpoint.ts'
import { encodeEntry, type Entry } from '../src/entry.ts'
import { hashBytes } from '../src/ledger-crypto.ts'
import { parseVkey, signerOf, noteSignatureType } from '../src/signed-note.ts'
import { checkpointPath, decodeEntries, encodeEntries, entriesPath, tilePath } from '../src/tiles.ts'
import { verifyLog, type KeptLog, type LogReport } from '../src/verify-log.ts'
import { copyOf, crypto, entriesTo, entryAt, flipBit, logOf, trusted, type MemoryLog } from './test-log.ts'

const size = 1_100
const entries = entriesTo(size)
const honest = await logOf(entries)

const check = (log: MemoryLog, kept: KeptLog[] = []): Promise<LogReport> =>
  verifyLog({ crypto, reader: log, trusted, kept })

const checkpointOf = (log: MemoryLog): KeptLog['checkpoint'] =>
  parseCheckpoint(new TextDecoder().decode(log.files.get(checkpointPath)))!.checkpoint

/** What an auditor holds who was here before: the checkpoint, and with `copy` the hashes. */
const keptFrom = (log: MemoryLog, copy = true): KeptLog => ({
  checkpoint: checkpointOf(log),
  ...(copy ? { reader: log } : {}),
})

async function firstBad(log: MemoryLog, kept: KeptLog[] = []): Promise<[number, number]> {
  const report = await check(log, kept)
  assert.equal(report.kind, 'broken')
  return [report.firstBad!.from, report.firstBad!.to]
}

const exactly = (index: number): [number, number] => [index, index + 1]

test('an honest log holds, with every cryptography, and its entries are handed out in order', async () => {
  for (const with_ of [crypto, browserCrypto]) {
    const seen: Entry[] = []
    const report = await verifyLog({
      crypto: with_,
      reader: honest,
      trusted: { ...trusted, logKey: parseVkey(with_, trusted.logKey.vkey)! },
      kept: [keptFrom(honest), keptFrom(await logOf(entries.slice(0, 700))), keptFrom(honest, false)],
      onEntry: (index, entry) => {
        assert.equal(index, seen.length)
        seen.push(entry)
      },
    })
    assert.equal(report.kind, 'holds')
    assert.equal(report.entriesRead, size)
    assert.deepEqual(
      report.cosigners.map(({ name }) => name),
      ['w1.example'],
    )
    assert.deepEqual(seen[7], entryAt(7))
  }
})

test('logs of every size around a tile hold', async () => {
  for (const n of [0, 1, 255, 256, 257, 512, 513])
    assert.equal((await check(await logOf(entriesTo(n)))).kind, 'holds')
})

test('one bit flipped in an entry is found at that entry, wherever it is', async () => {
  for (const index of [0, 1, 255, 256, 777, 1_024, 1_099]) {
    const log = copyOf(honest)
    const position = Math.floor(index / 256)
    const path = position === 4 ? entriesPath(4, size - 1_024) : entriesPath(position)
    const { entries: there } = decodeEntries(log.files.get(path)!)
    const at = there[index % 256]!
    flipBit(log, path, at.byteOffset + Math.floor(at.length / 2))
    assert.deepEqual(await firstBad(log), exactly(index))
  }
})

test('one bit flipped in a hash tile is found at the first entry that the hash is of', async () => {
  for (const [path, byte, index] of [
    [tilePath(0, 0), 0, 0],
    [tilePath(0, 3), 9 * hashBytes + 5, 777],
    [tilePath(0, 4, 76), 75 * hashBytes, 1_099],
    [tilePath(1, 0, 4), 3 * hashBytes + 31, 768],
    [tilePath(1, 0, 4), 0, 0],
  ] as const) {
    const log = copyOf(honest)
    flipBit(log, path, byte)
    assert.deepEqual(await firstBad(log), exactly(index), path)
  }
})

test('no bit of the checkpoint can be flipped', async () => {
  const bits = honest.files.get(checkpointPath)!.length * 8
  for (let bit = 0; bit < bits; bit += 7) {
    const log = copyOf(honest)
    const bytes = log.files.get(checkpointPath)!
    bytes[Math.floor(bit / 8)]! ^= 1 << (bit % 8)
    const report = await check(log)
    assert.equal(report.kind, 'broken', `bit ${bit}`)
    assert.equal(report.firstBad!.from, 0)
  }
})

test('an entry dropped, put in or exchanged on the disk is found where it happened', async () => {
  const changedAt = (change: (list: Uint8Array[]) => void): MemoryLog => {
    const log = copyOf(honest)
    const list = decodeEntries(log.files.get(entriesPath(2))!).entries
    change(list)
    log.files.set(entriesPath(2), encodeEntries(list))
    return log
  }
  const extra = encodeEntry(entryAt(5_000))
  assert.deepEqual(await firstBad(changedAt((list) => list.splice(88, 1))), exactly(600))
  assert.deepEqual(await firstBad(changedAt((list) => list.splice(88, 0, extra))), exactly(600))
  assert.deepEqual(
    await firstBad(changedAt((list) => list.splice(88, 2, list[89]!, list[88]!))),
    exactly(600),
  )
  // The last of a bundle, and one more than a bundle holds.
  assert.deepEqual(await firstBad(changedAt((list) => list.pop())), exactly(767))
  assert.deepEqual(await firstBad(changedAt((list) => list.push(extra))), exactly(768))
})

test('a tail cut off on the disk is found at the first entry that is missing', async () => {
  const inPlace = copyOf(honest)
  const { entries: last } = decodeEntries(inPlace.files.get(entriesPath(4, 76))!)
  inPlace.files.set(entriesPath(4, 76), encodeEntries(last.slice(0, 20)))
  assert.deepEqual(await firstBad(inPlace), exactly(1_044))

  const renamed = copyOf(honest)
  renamed.files.delete(entriesPath(4, 76))
  renamed.files.set(entriesPath(4, 20), encodeEntries(last.slice(0, 20)))
  assert.deepEqual(await firstBad(renamed), exactly(1_044))

  const tiles = copyOf(renamed)
  tiles.files.delete(tilePath(0, 4, 76))
  assert.deepEqual(await firstBad(tiles), exactly(1_024))

  const bundle = copyOf(honest)
  bundle.files.delete(entriesPath(1))
  assert.deepEqual(await firstBad(bundle), exactly(256))
})

test('history rewritten with the key of the log is found exactly by who kept the hashes', async () => {
  const rewritten = async (change: (list: Uint8Array[]) => void): Promise<MemoryLog> => {
    const list = [...entries]
    change(list)
    return await logOf(list)
  }
  const kept = [keptFrom(honest)]
  const extra = encodeEntry(entryAt(5_000))
  for (const [name, change, index] of [
    ['changed', (list) => list.splice(600, 1, extra), 600],
    ['dropped', (list) => list.splice(600, 1), 600],
    ['dropped and the tail filled up', (list) => (list.splice(600, 1), list.push(extra)), 600],
    ['put in', (list) => list.splice(600, 0, extra), 600],
    ['exchanged', (list) => list.splice(600, 2, list[601]!, list[600]!), 600],
    ['truncated', (list) => list.splice(1_000), 1_000],
    [
      'rolled back and continued',
      (list) => (list.splice(900), list.push(...new Array<Uint8Array>(400).fill(extra))),
      900,
    ],
  ] as [string, (list: Uint8Array[]) => void, number][]) {
    const log = await rewritten(change)
    // To whoever comes for the first time it is a good log: only memory, or a witness, tells.
    assert.equal((await check(log)).kind, 'holds', name)
    assert.deepEqual(await firstBad(log, kept), exactly(index), name)
  }
})

test('who kept only checkpoints learns between which of them history was changed', async () => {
  const list = [...entries]
  list.splice(600, 1, encodeEntry(entryAt(5_000)))
  const log = await logOf(list)
  const before = async (n: number): Promise<KeptLog> => keptFrom(await logOf(entries.slice(0, n)), false)
  assert.deepEqual(await firstBad(log, [await before(size)]), [0, size])
  assert.deepEqual(await firstBad(log, [await before(size), await before(500)]), [500, size])
  assert.deepEqual(await firstBad(log, [await before(700), await before(500), await before(300)]), [500, 700])
  const truncated = await logOf(entries.slice(0, 1_000))
  assert.deepEqual(await firstBad(truncated, [await before(size)]), [0, 1_001])
  assert.deepEqual(await firstBad(truncated, [await before(size), await before(1_000)]), exactly(1_000))
})

test('a forked history without the quorum of witnesses does not hold', async () => {
  const list = [...entries]
  list.splice(600, 1)
  const report = await check(await logOf(list, []))
  assert.match(report.firstBad!.why, /0 of 1 witnesses cosigned it; 1 must/)
})

test('a log rewritten on the disk under the old checkpoint does not give its root', async () => {
  const list = [...entries]
  list.splice(600, 1, encodeEntry(entryAt(5_000)))
  const log = await logOf(list)
  log.files.set(checkpointPath, honest.files.get(checkpointPath)!)
  assert.deepEqual(await firstBad(log), [0, size])
  assert.deepEqual(await firstBad(log, [keptFrom(await logOf(entries.slice(0, 500)))]), [500, size])
  assert.deepEqual(await firstBad(log, [keptFrom(honest)]), exactly(600))
})

test('a copy that is damaged itself accuses nobody silently', async () => {
  const kept = copyOf(honest)
  flipBit(kept, tilePath(0, 2), 0)
  const report = await check(honest, [keptFrom(kept)])
  assert.equal(report.firstBad!.from, 512)
  assert.match(report.firstBad!.why, /does not give the root of its own checkpoint/)
})

test('an entry in another spelling is bad even where its hash is right', async () => {
  const list = [...entries]
  list[300] = new TextEncoder().encode(`${JSON.stringify(entryAt(300))} `)
  assert.deepEqual(await firstBad(await logOf(list)), exactly(300))
})

test('a clock that was set back is reported and breaks nothing', async () => {
  const list = [...entries]
  const back = (index: number, seconds: number): void => {
    const at = new Date(Date.parse(entryAt(index - 1).at) - seconds * 1_000).toISOString()
    list[index] = encodeEntry(entryAt(index, { at }))
  }
  back(200, 5)
  back(400, 6)
  back(900, 3_600)
  const report = await check(await logOf(list))
  assert.equal(report.kind, 'holds')
  assert.deepEqual(report.timeSteps, { count: 2, firstIndex: 400 })
})

test('another log with a key of its own does not pass for this one', async () => {
  const other = signerOf(crypto, 'candor.example/log', noteSignatureType, new Uint8Array(32).fill(9))
  const report = await verifyLog({
    crypto,
    reader: honest,
    trusted: { ...trusted, logKey: parseVkey(crypto, other.vkey)! },
  })
  assert.match(report.firstBad!.why, /has not signed it/)
})

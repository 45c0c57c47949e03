/** What the access log costs: appending, proving, verifying, each beside the limit of its hashing or of the disk. */
import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { signCheckpoint } from '@candor/ledger/checkpoint.ts'
import { encodeEntry, pseudonymOf } from '@candor/ledger/entry.ts'
import { folderStorage } from '@candor/ledger/folder-storage.ts'
import { hashBytes } from '@candor/ledger/ledger-crypto.ts'
import { leafHash, verifyInclusion } from '@candor/ledger/merkle-tree.ts'
import { nodeCrypto as crypto } from '@candor/ledger/node-crypto.ts'
import {
  cosignatureType,
  noteSignatureType,
  parseNote,
  parseVkey,
  signerOf,
} from '@candor/ledger/signed-note.ts'
import { openTileLog } from '@candor/ledger/tile-log.ts'
import { hashOfComplete, tileProofs } from '@candor/ledger/tile-proofs.ts'
import type { TileReader } from '@candor/ledger/tile-storage.ts'
import { checkpointPath, tileWidth } from '@candor/ledger/tiles.ts'
import { formatProof } from '@candor/ledger/tlog-proof.ts'
import { verifyLog } from '@candor/ledger/verify-log.ts'

export interface LedgerFigure {
  what: string
  figure: string
  limit: string
  ratio: string
}

const logKey = signerOf(crypto, 'bench.candor.example/log', noteSignatureType, randomBytes(32))
const witnessKey = signerOf(crypto, 'bench-witness', cosignatureType, randomBytes(32))

/** Entries in one flush while the large log is built. */
const buildBatch = 50_000
const proofsTimed = 500
const durableBatches = 200

/** @param options.entries of the log that is built on the disk. */
export async function ledgerBench(options: { entries: number }): Promise<LedgerFigure[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'candor-ledger-bench-'))
  const figures: LedgerFigure[] = []
  try {
    const { entries: n } = options
    const built = await buildLog(path.join(folder, 'log'), n)
    figures.push({
      what: `append ${count(n)} entries (memory)`,
      figure: `${count(n / built.appendSeconds)}/s`,
      limit: `two SHA-256 an entry: ${count(n / built.limitSeconds)}/s`,
      ratio: percent(built.limitSeconds / built.appendSeconds),
    })

    const storage = folderStorage(path.join(folder, 'log'))
    const startedAt = performance.now()
    const cpuBefore = process.cpuUsage()
    const report = await verifyLog({
      crypto,
      reader: storage,
      trusted: { logKey: parseVkey(crypto, logKey.vkey)!, witnessKeys: [], quorum: 0 },
    })
    const seconds = (performance.now() - startedAt) / 1_000
    const { user, system } = process.cpuUsage(cpuBefore)
    if (report.kind !== 'holds')
      throw new Error(`The log that was built does not hold: ${report.firstBad?.why}`)
    figures.push({
      what: `verify ${count(n)} entries from the disk`,
      figure: `${seconds.toFixed(1)} s, ${((user + system) / 1e6).toFixed(1)} s of CPU`,
      limit: `its SHA-256 alone: ${built.limitSeconds.toFixed(1)} s`,
      ratio: `${(seconds / built.limitSeconds).toFixed(1)} times`,
    })

    figures.push(await proofFigure(`inclusion proof at ${count(n)} (disk)`, storage, n))
    const large = 100_000_000
    figures.push(
      await proofFigure(`inclusion proof at ${count(large)} (made-up tiles)`, repeatedTiles(), large),
    )

    for (const batch of [1, 32, 256])
      figures.push(await durableFigure(path.join(folder, `durable-${batch}`), batch))
    return figures
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export function ledgerReport(figures: readonly LedgerFigure[]): string {
  const rows = figures.map(({ what, figure, limit, ratio }) => [what, figure, limit, ratio])
  const table = [['what', 'measured', 'limit, in the same run', 'ratio'], ...rows]
  const widths = table[0]!.map((_, at) => Math.max(...table.map((row) => row[at]!.length)))
  const lines = table.map((row) => `| ${row.map((cell, at) => cell.padEnd(widths[at]!)).join(' | ')} |`)
  lines.splice(1, 0, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`)
  return lines.join('\n')
}

async function buildLog(folder: string, n: number): Promise<{ appendSeconds: number; limitSeconds: number }> {
  const storage = folderStorage(folder)
  const log = await openTileLog({ crypto, reader: storage, writer: storage })
  const pseudonyms = Array.from({ length: 1_000 }, () => pseudonymOf(randomBytes(16)))
  const digest = randomBytes(32).toString('base64url')
  let appendMs = 0
  let limitMs = 0
  for (let from = 0; from < n; from += buildBatch) {
    const entries = Array.from({ length: Math.min(buildBatch, n - from) }, (_, at) =>
      entryOf(from + at, pseudonyms, digest),
    )
    const appendFrom = performance.now()
    log.append(entries)
    appendMs += performance.now() - appendFrom
    await log.flush()
    const limitFrom = performance.now()
    const node = new Uint8Array(1 + 2 * hashBytes)
    for (const entry of entries) {
      crypto.sha256(entry)
      crypto.sha256(node)
    }
    limitMs += performance.now() - limitFrom
  }
  const { size, root } = await log.flush()
  await storage.write([checkpointFile(signCheckpoint(logKey.name, size, root, logKey))])
  return { appendSeconds: appendMs / 1_000, limitSeconds: limitMs / 1_000 }
}

async function proofFigure(what: string, reader: TileReader, size: number): Promise<LedgerFigure> {
  const root = await tileProofs(crypto, reader, size).rootAt(size)
  const checkpoint = signCheckpoint(logKey.name, size, root, logKey)
  const proveMs: number[] = []
  const checkMs: number[] = []
  let bytes = 0
  let hashes = 0
  for (let round = 0; round < proofsTimed; round++) {
    const index = (Math.floor((round * size) / proofsTimed) + (round % tileWidth)) % size
    // A prover of its own for each: nothing is warm but the operating system's cache.
    const prover = tileProofs(crypto, reader, size)
    const proveFrom = performance.now()
    const proof = await prover.inclusion(index)
    const checkFrom = performance.now()
    const holds = verifyInclusion(crypto, index, size, await prover.leafAt(index), proof, root)
    checkMs.push(performance.now() - checkFrom)
    proveMs.push(checkFrom - proveFrom)
    if (!holds) throw new Error(`The proof of entry ${index} does not hold`)
    hashes = proof.length
    bytes = Math.max(bytes, formatProof({ index, hashes: proof, checkpoint }).length)
  }
  const node = new Uint8Array(1 + 2 * hashBytes)
  const limitMs = Array.from({ length: proofsTimed }, () => {
    const limitFrom = performance.now()
    for (let at = 0; at < hashes; at++) crypto.sha256(node)
    return performance.now() - limitFrom
  })
  return {
    what,
    figure: `${bytes} bytes with checkpoint, made in ${micro(median(proveMs))}, checked in ${micro(median(checkMs))}`,
    limit: `${hashes} SHA-256: ${micro(median(limitMs))}`,
    ratio: `checked in ${(median(checkMs) / median(limitMs)).toFixed(1)} times`,
  }
}

/**
 * Tiles of a tree of any size in no space: entry i hashes as entry i mod 256, so all full tiles of a level are the same.
 * Proofs are worked out and checked as for any tree; only the reading of the tiles is not in their time.
 */
function repeatedTiles(): TileReader {
  const leaves = new Uint8Array(tileWidth * hashBytes)
  for (let at = 0; at < tileWidth; at++)
    leaves.set(leafHash(crypto, new TextEncoder().encode(`entry ${at}`)), at * hashBytes)
  const levels = [leaves]
  const levelAt = (level: number): Uint8Array => {
    while (levels.length <= level) {
      const tile = new Uint8Array(tileWidth * hashBytes)
      const hash = hashOfComplete(crypto, levels.at(-1)!)
      for (let at = 0; at < tileWidth; at++) tile.set(hash, at * hashBytes)
      levels.push(tile)
    }
    return levels[level]!
  }
  return { read: (name) => Promise.resolve(levelAt(Number(name.split('/')[1]))) }
}

/** A checkpoint for every batch, durable, signed and cosigned, beside appending the same bytes to one file with fsync. */
async function durableFigure(folder: string, batch: number): Promise<LedgerFigure> {
  const storage = folderStorage(folder)
  const log = await openTileLog({ crypto, reader: storage, writer: storage })
  const pseudonyms = Array.from({ length: 1_000 }, () => pseudonymOf(randomBytes(16)))
  const digest = randomBytes(32).toString('base64url')
  const file = openSync(path.join(folder, '..', `plain-${batch}`), 'w')
  let logMs = 0
  let plainMs = 0
  for (let round = 0; round < durableBatches; round++) {
    const entries = Array.from({ length: batch }, (_, at) => entryOf(round * batch + at, pseudonyms, digest))
    const logFrom = performance.now()
    log.append(entries)
    const { size, root } = await log.flush()
    const note = signCheckpoint(logKey.name, size, root, logKey)
    const line = witnessKey.sign(parseNote(note)!.text, Math.floor(Date.now() / 1_000))
    await storage.write([checkpointFile(`${note}${line}\n`)])
    const plainFrom = performance.now()
    writeSync(file, Buffer.concat(entries))
    fsyncSync(file)
    plainMs += performance.now() - plainFrom
    logMs += plainFrom - logFrom
  }
  closeSync(file)
  const entriesWritten = durableBatches * batch
  return {
    what: `checkpoint for every ${batch === 1 ? 'entry' : `${batch} entries`}: tiles, fsync, sign, cosign`,
    figure: `${count(entriesWritten / (logMs / 1_000))} entries/s`,
    limit: `append and fsync: ${count(entriesWritten / (plainMs / 1_000))} entries/s`,
    ratio: percent(plainMs / logMs),
  }
}

function entryOf(index: number, pseudonyms: readonly string[], digest: string): Uint8Array {
  return encodeEntry({
    v: 1,
    at: new Date(Date.UTC(2026, 10, 25) + index * 50).toISOString(),
    type: 'open',
    tenant: pseudonyms[0]!,
    actor: pseudonyms[index % 50]!,
    conversation: pseudonyms[index % 1_000]!,
    range: [1, 1 + (index % 90)],
    purpose: 'bench',
    request: digest,
    detail: digest,
  })
}

const checkpointFile = (note: string): { path: string; bytes: Uint8Array } => ({
  path: checkpointPath,
  bytes: new TextEncoder().encode(note),
})

const count = (value: number): string => Math.round(value).toLocaleString('en-US')
const median = (values: readonly number[]): number =>
  values.toSorted((one, other) => one - other)[values.length >> 1]!
const percent = (share: number): string => `${Math.round(share * 100)} %`
const micro = (ms: number): string => `${Math.round(ms * 1_000)} µs`

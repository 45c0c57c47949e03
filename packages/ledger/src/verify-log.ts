/** The whole log, checked from its entries up: what `candor verify` and the proof page run. */
import { sameBytes } from './bytes.ts'
import { verifyCheckpoint, type Checkpoint, type Cosigner, type TrustedKeys } from './checkpoint.ts'
import { parseEntryText, type Entry } from './entry.ts'
import { growTree } from './growing-tree.ts'
import type { LedgerCrypto } from './ledger-crypto.ts'
import { hashBytes } from './ledger-crypto.ts'
import type { Hash } from './merkle-tree.ts'
import { decodeNote } from './signed-note.ts'
import { readBundleIfThere, type Bundle } from './tile-proofs.ts'
import type { TileReader } from './tile-storage.ts'
import { checkpointPath, entriesPath, tilePath, tileWidth, widthOf } from './tiles.ts'

/** What the verifier knows of the log from before. */
export interface KeptLog {
  /** Signed by the log; whoever hands it over has checked that. */
  checkpoint: Checkpoint
  /** Where the hashes of that time lie (`tile/0/…`); with them the first bad entry is known exactly. */
  reader?: TileReader
}

export interface LogReport {
  /** `broken` has `firstBad`. */
  kind: 'holds' | 'broken'
  /** Of the log's own words; null when there is no readable checkpoint. */
  checkpoint: Checkpoint | null
  /** The checkpoint as it was signed; null when it does not hold. */
  note: string | null
  cosigners: Cosigner[]
  /** Entries that were read and fit their hashes. */
  entriesRead: number
  firstBad: FirstBad | null
  /** Entries dated more than 5 s before the one ahead of them. A clock that was set back is no forgery: reported only. */
  timeSteps: { count: number; firstIndex: number } | null
}

/** The first bad entry is at `from`, or, when it cannot be told exactly, somewhere in [from, to). */
export interface FirstBad {
  from: number
  to: number
  why: string
}

/** More than this and a step back in time is worth a line. Entries of one moment may come in any order. */
export const timeStepMsMax = 5_000

/**
 * Reads every entry and every tile once and holds: the checkpoint and its cosignatures against the trusted keys, entries
 * against their form and their hashes, hashes against those above them on every level, all of it against the signed root,
 * and against what was kept from before. Stops at the first bad entry.
 * @param options.onEntry is told entries in order as they are read, before the root is known: nothing of it is proven
 * until the report holds.
 * @throws StorageFault when the storage does not answer.
 */
export async function verifyLog(options: {
  crypto: LedgerCrypto
  reader: TileReader
  trusted: TrustedKeys
  kept?: readonly KeptLog[]
  onEntry?: (index: number, entry: Entry) => void
  onProgress?: (entriesRead: number, size: number) => void
}): Promise<LogReport> {
  const { crypto, reader, trusted, onEntry, onProgress } = options
  const checked = await readCheckpoint(reader, trusted)
  if (checked.kind === 'invalid')
    return {
      kind: 'broken',
      checkpoint: checked.checkpoint,
      note: null,
      cosigners: [],
      entriesRead: 0,
      firstBad: {
        from: 0,
        to: 1,
        why: `nothing from entry 0 on is proven, because the checkpoint does not hold: ${checked.why}`,
      },
      timeSteps: null,
    }
  const { checkpoint, cosigners, note } = checked
  const { size } = checkpoint
  const kept = [...(options.kept ?? [])].sort((one, other) => one.checkpoint.size - other.checkpoint.size)

  let timeSteps: LogReport['timeSteps'] = null
  let lastAt = ''
  /** Entries below this are those of a checkpoint that the verifier kept. */
  let provenTo = 0
  const upper = upperTiles(reader, size)
  const tree = growTree(crypto, upper.add)
  const text = new TextDecoder('latin1')

  const report = (firstBad: FirstBad | null): LogReport => ({
    kind: firstBad === null ? 'holds' : 'broken',
    checkpoint,
    note,
    cosigners,
    entriesRead: tree.size,
    firstBad,
    timeSteps,
  })
  const exactly = (index: number, why: string): FirstBad => ({ from: index, to: index + 1, why })

  /** One bundle's entries against everything that is said of them. */
  const checkBundle = (position: number, read: ReadBundle): FirstBad | null => {
    const { bundle, hashes, keptHashes } = read
    const width = widthOf(0, position, size)
    const first = position * tileWidth
    const bundleText = bundle === null ? '' : text.decode(bundle.bytes)
    for (let at = 0; at < width; at++) {
      const index = first + at
      const bytes = bundle?.entries[at]
      if (bytes === undefined) return exactly(index, `entry ${index} is missing`)
      const start = bytes.byteOffset - bundle!.bytes.byteOffset
      const entry = parseEntryText(bundleText.slice(start, start + bytes.length))
      const leaf = tree.hashEntry(bytes)
      if (!hasHash(hashes, at, leaf))
        return exactly(
          index,
          hashes.length < (at + 1) * hashBytes
            ? `the hash of entry ${index} is missing from ${tilePath(0, position, width)}`
            : `entry ${index} does not have the hash in ${tilePath(0, position, width)}`,
        )
      for (const { of, bytes: then } of keptHashes)
        if (index < of.checkpoint.size && !hasHash(then, at, leaf))
          return exactly(
            index,
            `entry ${index} is not the one of the copy kept at ${of.checkpoint.size} entries`,
          )
      if (entry === null) return exactly(index, `entry ${index} is not in the form of an entry`)
      // Only now: a bad entry must not make the hashes above it look bad, which begin at an earlier one.
      tree.addLeaf(leaf)
      if (entry.at < lastAt && Date.parse(lastAt) - Date.parse(entry.at) > timeStepMsMax)
        timeSteps = { count: (timeSteps?.count ?? 0) + 1, firstIndex: timeSteps?.firstIndex ?? index }
      lastAt = entry.at
      onEntry?.(index, entry)
      for (const { checkpoint: then } of kept) {
        if (then.size !== tree.size) continue
        if (!sameBytes(tree.root(), then.root))
          return {
            from: provenTo,
            to: then.size,
            why: `the first ${then.size} entries are not those of the checkpoint kept: history was changed`,
          }
        provenTo = then.size
      }
    }
    if (bundle !== null && !bundle.whole)
      return exactly(first + width, `${bundle.path} holds more than the entries that were signed`)
    return null
  }

  const bundles = Math.ceil(size / tileWidth)
  const readAt = (position: number): Promise<ReadBundle> => readPosition(reader, position, size, kept)
  const ahead: Promise<ReadBundle>[] = []
  for (let position = 0; position < bundles; position++) {
    while (ahead.length < readsAhead && position + ahead.length < bundles) {
      const read = readAt(position + ahead.length)
      // It is awaited in its turn; a fault until then is not an unhandled one.
      read.catch(() => {})
      ahead.push(read)
    }
    const bad = checkBundle(position, await ahead.shift()!)
    const badAbove = await upper.check(bad !== null || position === bundles - 1)
    const firstBad = earlier(bad, badAbove)
    if (firstBad !== null) {
      const damaged = bad !== null && (await damagedCopy(crypto, kept))
      return report(damaged ? { ...firstBad, why: `${firstBad.why}; ${damaged}` } : firstBad)
    }
    onProgress?.(tree.size, size)
  }

  if (!sameBytes(tree.root(), checkpoint.root))
    return report({
      from: provenTo,
      to: Math.max(size, provenTo + 1),
      why: 'entries and hashes fit each other, but not the signed root: they are not the ones that were signed',
    })
  const longest = kept.at(-1)
  if (longest !== undefined && longest.checkpoint.size > size) {
    // Only a copy of the hashes tells whether what is left was left as it was.
    const from = longest.reader === undefined ? provenTo : size
    return report({
      from,
      to: size + 1,
      why: `entry ${size} is missing: the log had ${longest.checkpoint.size} entries when the checkpoint kept was signed`,
    })
  }
  return report(null)
}

async function readCheckpoint(
  reader: TileReader,
  trusted: TrustedKeys,
): Promise<
  | { kind: 'valid'; checkpoint: Checkpoint; cosigners: Cosigner[]; note: string }
  | { kind: 'invalid'; why: string; checkpoint: Checkpoint | null }
> {
  const bytes = await reader.read(checkpointPath)
  if (bytes === null) return { kind: 'invalid', why: 'there is none', checkpoint: null }
  const note = decodeNote(bytes)
  if (note === null) return { kind: 'invalid', why: 'it is not text', checkpoint: null }
  const checked = verifyCheckpoint(note, trusted)
  return checked.kind === 'valid' ? { ...checked, note } : checked
}

/** Enough to keep a disk or a connection busy while one bundle is hashed. */
const readsAhead = 12

interface ReadBundle {
  bundle: Bundle | null
  /** The level 0 tile, as far as it is there. */
  hashes: Uint8Array
  keptHashes: { of: KeptLog; bytes: Uint8Array }[]
}

async function readPosition(
  reader: TileReader,
  position: number,
  size: number,
  kept: readonly KeptLog[],
): Promise<ReadBundle> {
  const width = widthOf(0, position, size)
  const [bundle, hashes, keptHashes] = await Promise.all([
    readBundleIfThere(reader, position, width).then(async (found) =>
      found === null ? await narrowerBundle(reader, position, width) : found,
    ),
    readHashes(reader, 0, position, width),
    Promise.all(
      kept.flatMap((of) => {
        const keptWidth = widthOf(0, position, of.checkpoint.size)
        return of.reader === undefined || keptWidth === 0
          ? []
          : [readHashes(of.reader, 0, position, keptWidth).then((bytes) => ({ of, bytes }))]
      }),
    ),
  ])
  return { bundle, hashes, keptHashes }
}

/** Where the last bundle was cut and renamed, what is left of it says which entry is the first that is missing. */
async function narrowerBundle(reader: TileReader, position: number, width: number): Promise<Bundle | null> {
  for (let narrower = width - 1; narrower > 0; narrower--) {
    const bytes = await reader.read(entriesPath(position, narrower))
    if (bytes !== null) return await readBundleIfThere(reader, position, narrower)
  }
  return null
}

/** A tile as far as it is there: a verifier says what is missing, where a prover would give up. */
async function readHashes(
  reader: TileReader,
  level: number,
  position: number,
  width: number,
): Promise<Uint8Array> {
  const partial = await reader.read(tilePath(level, position, width))
  if (partial !== null || width === tileWidth) return (partial ?? nothing).subarray(0, width * hashBytes)
  return ((await reader.read(tilePath(level, position))) ?? nothing).subarray(0, width * hashBytes)
}

const nothing = new Uint8Array(0)

const hasHash = (tile: Uint8Array, at: number, hash: Hash): boolean =>
  sameBytes(tile.subarray(at * hashBytes, (at + 1) * hashBytes), hash)

/** The levels above the leaves: hashes as worked out from below are collected and compared tile by tile. */
function upperTiles(
  reader: TileReader,
  size: number,
): { add: (level: number, hash: Hash) => void; check: (all: boolean) => Promise<FirstBad | null> } {
  /** By level: hashes worked out and not compared yet, and the position in the level of the first. */
  const waiting: { from: number; hashes: Hash[] }[] = []
  return {
    add(level, hash) {
      if (level > 0) (waiting[level] ??= { from: 0, hashes: [] }).hashes.push(hash)
    },
    async check(all) {
      let bad: FirstBad | null = null
      for (const [level, at] of waiting.entries()) {
        if (level === 0 || at === undefined) continue
        if (at.hashes.length === 0 || (!all && at.hashes.length < tileWidth)) continue
        const position = Math.floor(at.from / tileWidth)
        const width = widthOf(level, position, size)
        const tile = await readHashes(reader, level, position, width)
        const wrong = at.hashes.findIndex((hash, i) => !hasHash(tile, i, hash))
        if (wrong !== -1) {
          const span = tileWidth ** level
          const first = (at.from + wrong) * span
          bad = earlier(bad, {
            from: first,
            to: first + 1,
            why: `hash ${wrong} in ${tilePath(level, position, width)} is not the one of entries ${first} to ${first + span - 1}`,
          })
        }
        at.from += at.hashes.length
        at.hashes = []
      }
      return bad
    },
  }
}

function earlier(one: FirstBad | null, other: FirstBad | null): FirstBad | null {
  if (one === null || other === null) return one ?? other
  return other.from < one.from ? other : one
}

/** Before a log is accused by a copy, the copy is asked for its own root. */
async function damagedCopy(crypto: LedgerCrypto, kept: readonly KeptLog[]): Promise<string | null> {
  for (const { checkpoint, reader } of kept) {
    if (reader === undefined) continue
    const tree = growTree(crypto)
    for (let position = 0; position * tileWidth < checkpoint.size; position++) {
      const hashes = await readHashes(reader, 0, position, widthOf(0, position, checkpoint.size))
      for (let at = 0; at < hashes.length; at += hashBytes) tree.addLeaf(hashes.subarray(at, at + hashBytes))
    }
    if (tree.size !== checkpoint.size || !sameBytes(tree.root(), checkpoint.root))
      return `but the copy kept at ${checkpoint.size} entries does not give the root of its own checkpoint`
  }
  return null
}

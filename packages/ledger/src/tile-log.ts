/** The writing side: an append-only log as tiles. Who signs is somebody else's business. */
import { decodeBase64, encodeBase64 } from './base64.ts'
import { sameBytes } from './bytes.ts'
import { parseCheckpoint, type Checkpoint } from './checkpoint.ts'
import { growTree } from './growing-tree.ts'
import type { LedgerCrypto } from './ledger-crypto.ts'
import { hashBytes } from './ledger-crypto.ts'
import { emptyRoot, leafHash, nodesOf, type Hash } from './merkle-tree.ts'
import { decodeNote } from './signed-note.ts'
import { hashOfComplete, readBundleIfThere, readTile } from './tile-proofs.ts'
import type { TileFile, TileReader, TileWriter } from './tile-storage.ts'
import {
  checkpointPath,
  encodeEntries,
  entriesPath,
  entryBytesMax,
  hashesAt,
  partialsPath,
  tilePath,
  tileWidth,
  widthOf,
} from './tiles.ts'

export interface TileLog {
  readonly size: number
  /** The root over all entries appended, flushed or not. */
  rootHash(): Hash
  /**
   * Adds entries in memory. @returns the index of the first.
   * @throws RangeError when one is empty or larger than 2,048 bytes, or when more than `unflushedMax` would wait; then
   * none was added.
   */
  append(entries: readonly Uint8Array[]): number
  /**
   * Appends from a given index, so that a journal can be replayed: entries below `size` are compared with those of the
   * log. @throws LogDamaged when one differs, or when entries before `index` are missing; then none was added.
   */
  appendAt(index: number, entries: readonly Uint8Array[]): Promise<void>
  /**
   * Makes everything appended so far durable: entries, hashes, and last the tree head. Only a tree that this answers may
   * be signed. Calls wait for each other; entries appended meanwhile go with the next.
   */
  flush(): Promise<FlushedTree>
}

export interface FlushedTree {
  size: number
  root: Hash
}

/** The folder and what is to be appended contradict each other. Nothing but a person can decide which is right. */
export class LogDamaged extends Error {
  override name = 'LogDamaged'
}

/** At 10,000 entries a second and a checkpoint every 2 s twelve times what ever waits. */
export const unflushedMax = 262_144

/**
 * Not part of tlog-tiles: how far the tiles are known to be durable, written after them. The signed checkpoint cannot say
 * that, since it comes later.
 */
const treeHeadPath = 'tree-head'

/**
 * Resumes from what lies in the storage, or begins an empty log. Tiles beyond the tree head (a flush that was cut off)
 * are written again by the next one.
 * @throws LogDamaged when the tiles do not give the tree head's root, or a checkpoint lies there that names more entries.
 */
export async function openTileLog(options: {
  crypto: LedgerCrypto
  reader: TileReader
  writer: TileWriter
}): Promise<TileLog> {
  const { crypto, reader, writer } = options
  const head = (await readTreeHead(reader)) ?? { size: 0, root: emptyRoot(crypto) }
  const signed = await readSigned(reader)
  if (signed !== null && signed.size > head.size)
    throw new LogDamaged(
      `A checkpoint names ${signed.size} entries and ${head.size} are there: the log was set back`,
    )
  const edge = await readEdge(crypto, reader, head.size)

  let bundle = edge.bundle
  let bundlePosition = Math.floor(head.size / tileWidth)
  const levels: Level[] = edge.tiles.map((tile, level) => ({
    tile: filled(tile),
    width: tile.length / hashBytes,
    durableWidth: tile.length / hashBytes,
    position: Math.floor(hashesAt(level, head.size) / tileWidth),
  }))
  /** Full tiles and bundles that are not durable yet. */
  let full: TileFile[] = []
  let durable = head.size
  let flushing: Promise<FlushedTree> = Promise.resolve(head)

  const tree = growTree(
    crypto,
    (level, hash) => {
      const at = (levels[level] ??= emptyLevel())
      at.tile.set(hash, at.width * hashBytes)
      at.width++
      if (at.width < tileWidth) return
      full.push({ path: tilePath(level, at.position), bytes: at.tile })
      at.tile = new Uint8Array(tileWidth * hashBytes)
      at.width = 0
      at.durableWidth = 0
      at.position++
    },
    head.size,
    edge.peaks,
  )
  if (!sameBytes(tree.root(), head.root))
    throw new LogDamaged(
      `The tiles at the right edge of ${head.size} entries do not give the root of the tree head`,
    )

  const append = (entries: readonly Uint8Array[]): number => {
    for (const entry of entries)
      if (entry.length === 0 || entry.length > entryBytesMax)
        throw new RangeError(`An entry has ${entry.length} bytes; 1 to ${entryBytesMax} fit`)
    if (tree.size - durable + entries.length > unflushedMax)
      throw new RangeError(`More than ${unflushedMax} entries would wait for a flush`)
    const first = tree.size
    for (const entry of entries) {
      bundle.push(entry.slice())
      // The bundle before its hashes: a full one is queued before the tile that covers it.
      if (bundle.length === tileWidth) {
        full.push({ path: entriesPath(bundlePosition), bytes: encodeEntries(bundle) })
        bundle = []
        bundlePosition++
      }
      tree.addLeaf(tree.hashEntry(entry))
    }
    return first
  }

  const flushNow = async (): Promise<FlushedTree> => {
    const flushed = { size: tree.size, root: tree.root() }
    if (flushed.size === durable && full.length === 0) return flushed
    const completed = full
    const files = [...completed]
    full = []
    if (bundle.length > 0)
      files.push({ path: entriesPath(bundlePosition, bundle.length), bytes: encodeEntries(bundle) })
    const partial = levels.map((at, level) => ({ at, level, width: at.width, position: at.position }))
    for (const { at, level, width, position } of partial)
      if (width !== at.durableWidth)
        files.push({ path: tilePath(level, position, width), bytes: at.tile.slice(0, width * hashBytes) })
    try {
      await writer.write(files)
      await writer.write([{ path: treeHeadPath, bytes: encodeTreeHead(flushed) }])
    } catch (fault) {
      // They are still owed: the next flush tries again.
      full = [...completed, ...full]
      throw fault
    }
    durable = flushed.size
    for (const { at, width, position } of partial) if (at.position === position) at.durableWidth = width
    // "MAY delete any partial tile once the corresponding full tile is available" (tlog-tiles).
    for (const { path } of completed) await writer.removeFolder(partialsPath(path))
    return flushed
  }

  const flush = (): Promise<FlushedTree> => {
    // After a flush that failed the next one writes what it owed.
    flushing = flushing.then(flushNow, flushNow)
    return flushing
  }

  return {
    get size() {
      return tree.size
    },
    rootHash: () => tree.root(),
    append,
    async appendAt(index, entries) {
      if (index > tree.size)
        throw new LogDamaged(`Entries ${tree.size} to ${index - 1} are missing before entry ${index}`)
      const known = Math.min(entries.length, tree.size - index)
      // What is not in the storage yet was appended by this process; flushing first leaves one way to compare.
      if (known > 0) await flush()
      const bundles = new Map<number, Uint8Array>()
      for (let at = 0; at < known; at++) {
        const position = Math.floor((index + at) / tileWidth)
        let tile = bundles.get(position)
        if (tile === undefined) {
          tile = await readTile(reader, 0, position, widthOf(0, position, durable))
          bundles.set(position, tile)
        }
        const from = ((index + at) % tileWidth) * hashBytes
        if (!sameBytes(tile.subarray(from, from + hashBytes), leafHash(crypto, entries[at]!)))
          throw new LogDamaged(`Entry ${index + at} is another one in the log`)
      }
      append(entries.slice(known))
    },
    flush,
  }
}

interface Level {
  /** Room for 256 hashes, of which `width` are there. */
  tile: Uint8Array
  width: number
  /** The width that a flush has written. */
  durableWidth: number
  position: number
}

const emptyLevel = (): Level => ({
  tile: new Uint8Array(tileWidth * hashBytes),
  width: 0,
  durableWidth: 0,
  position: 0,
})

async function readTreeHead(reader: TileReader): Promise<FlushedTree | null> {
  const bytes = await reader.read(treeHeadPath)
  if (bytes === null) return null
  const match = /^(0|[1-9]\d{0,15})\n([A-Za-z0-9+/]{43}=)\n$/.exec(new TextDecoder().decode(bytes))
  const root = match && decodeBase64(match[2]!)
  if (!match || !root) throw new LogDamaged('The tree head is not readable')
  return { size: Number(match[1]), root }
}

/** The checkpoint beside the tiles, unverified: its owner asks only whether its own files are of one time. */
async function readSigned(reader: TileReader): Promise<Checkpoint | null> {
  const bytes = await reader.read(checkpointPath)
  const note = bytes && decodeNote(bytes)
  return note ? (parseCheckpoint(note)?.checkpoint ?? null) : null
}

function encodeTreeHead({ size, root }: FlushedTree): Uint8Array {
  return new TextEncoder().encode(`${size}\n${encodeBase64(root)}\n`)
}

/** The partial tiles and the partial bundle at the right edge, and the complete subtrees they give. */
async function readEdge(
  crypto: LedgerCrypto,
  reader: TileReader,
  size: number,
): Promise<{ tiles: Uint8Array[]; bundle: Uint8Array[]; peaks: Hash[] }> {
  const tiles: Uint8Array[] = []
  for (let level = 0; hashesAt(level, size) > 0; level++) {
    const width = hashesAt(level, size) % tileWidth
    const position = Math.floor(hashesAt(level, size) / tileWidth)
    tiles.push(width === 0 ? new Uint8Array(0) : await readTile(reader, level, position, width))
  }
  const peaks = nodesOf({ from: 0, to: size }).map(({ height, position }) => {
    const level = Math.floor(height / 8)
    const span = 2 ** (height % 8)
    const at = ((position * span) % tileWidth) * hashBytes
    return hashOfComplete(crypto, tiles[level]!.subarray(at, at + span * hashBytes))
  })
  const width = size % tileWidth
  if (width === 0) return { tiles, bundle: [], peaks }
  const bundle = await readBundleIfThere(reader, Math.floor(size / tileWidth), width)
  if (bundle === null || bundle.entries.length !== width)
    throw new LogDamaged(`The last entries of ${size} are missing`)
  const leaves = tiles[0]!
  bundle.entries.forEach((entry, at) => {
    if (!sameBytes(leafHash(crypto, entry), leaves.subarray(at * hashBytes, (at + 1) * hashBytes)))
      throw new LogDamaged(`Entry ${size - width + at} does not match its hash`)
  })
  return { tiles, bundle: bundle.entries.map((entry) => entry.slice()), peaks }
}

function filled(tile: Uint8Array): Uint8Array {
  const room = new Uint8Array(tileWidth * hashBytes)
  room.set(tile)
  return room
}

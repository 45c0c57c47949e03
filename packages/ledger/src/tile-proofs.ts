import type { LedgerCrypto } from './ledger-crypto.ts'
import { hashBytes } from './ledger-crypto.ts'
import type { Hash, Node, Subtree } from './merkle-tree.ts'
import { consistencyPath, foldNodes, inclusionPath, nodeHash, nodesOf } from './merkle-tree.ts'
import type { TileReader } from './tile-storage.ts'
import { StorageFault } from './tile-storage.ts'
import { decodeEntries, entriesPath, tilePath, tileWidth, widthOf } from './tiles.ts'

/**
 * Proofs from the tiles of a log, reading only the tiles they need. What comes out is as good as the tiles: whoever does
 * not trust them verifies the proof against a root that somebody signed.
 */
export interface TileProofs {
  /** RFC 6962 §2.1.1. @throws RangeError when there is no such entry in the tree. */
  inclusion(index: number): Promise<Hash[]>
  /** RFC 6962 §2.1.2: that this tree continues the one of `firstSize`. */
  consistencyFrom(firstSize: number): Promise<Hash[]>
  /** The root of the first `size` entries. */
  rootAt(size: number): Promise<Hash>
  leafAt(index: number): Promise<Hash>
  entryAt(index: number): Promise<Uint8Array>
}

/** @param size of the tree. Tiles that are wider by now are cut to it. */
export function tileProofs(crypto: LedgerCrypto, reader: TileReader, size: number): TileProofs {
  const tiles = new Map<string, Promise<TileRows>>()

  /** Proofs of neighbours share nearly all their tiles. */
  const tileAt = (level: number, position: number): Promise<TileRows> => {
    const key = `${level}/${position}`
    let tile = tiles.get(key)
    if (tile === undefined) {
      tile = readTile(reader, level, position, widthOf(level, position, size)).then((hashes) => [
        rowOf(hashes),
      ])
      if (tiles.size >= tilesKeptMax) tiles.delete(tiles.keys().next().value!)
      tiles.set(key, tile)
    }
    return tile
  }

  const nodeAt = async ({ height, position }: Node): Promise<Hash> => {
    const level = Math.floor(height / 8)
    const span = 2 ** (height % 8)
    const first = position * span
    const rows = await tileAt(level, Math.floor(first / tileWidth))
    while (rows.length <= height % 8) rows.push(rowAbove(crypto, rows.at(-1)!))
    return rows[height % 8]![(first % tileWidth) / span]!
  }

  const hashOf = async (subtree: Subtree): Promise<Hash> =>
    foldNodes(crypto, await Promise.all(nodesOf(subtree).map(nodeAt)))

  return {
    inclusion: async (index) => await Promise.all(inclusionPath(index, size).map(hashOf)),
    consistencyFrom: async (firstSize) => await Promise.all(consistencyPath(firstSize, size).map(hashOf)),
    rootAt: (at) => hashOf({ from: 0, to: at }),
    leafAt: (index) => nodeAt({ height: 0, position: index }),
    async entryAt(index) {
      const position = Math.floor(index / tileWidth)
      const entries = await readBundle(reader, position, widthOf(0, position, size))
      const entry = entries[index % tileWidth]
      if (entry === undefined) throw new StorageFault(`Entry ${index} is not in ${entriesPath(position)}`)
      return entry
    },
  }
}

/**
 * A tile of this width, or the full one cut: "MAY fetch the full tile in parallel as a fallback in case the partial tile
 * is not available anymore" (tlog-tiles, Partial Tiles).
 */
export async function readTile(
  reader: TileReader,
  level: number,
  position: number,
  width: number,
): Promise<Uint8Array> {
  const tile = await readTileIfThere(reader, level, position, width)
  if (tile === null) throw new StorageFault(`${tilePath(level, position, width)} is missing or cut short`)
  return tile
}

export async function readTileIfThere(
  reader: TileReader,
  level: number,
  position: number,
  width: number,
): Promise<Uint8Array | null> {
  for (const path of pathsOf(width, (at) => tilePath(level, position, at))) {
    const tile = await reader.read(path)
    if (tile !== null && tile.length >= width * hashBytes) return tile.subarray(0, width * hashBytes)
  }
  return null
}

/** Entries of one bundle; they are views of `bytes`. */
export interface Bundle {
  path: string
  bytes: Uint8Array
  /** At most as many as were asked for; fewer when the bundle is damaged. */
  entries: Uint8Array[]
  /** The bundle has as many entries as its name says and ends with the last. */
  whole: boolean
}

/** @returns null when the bundle is not there. */
export async function readBundleIfThere(
  reader: TileReader,
  position: number,
  width: number,
): Promise<Bundle | null> {
  for (const path of pathsOf(width, (at) => entriesPath(position, at))) {
    const bytes = await reader.read(path)
    if (bytes === null) continue
    const { entries, whole } = decodeEntries(bytes)
    const named = path === entriesPath(position) ? tileWidth : width
    return { path, bytes, entries: entries.slice(0, width), whole: whole && entries.length === named }
  }
  return null
}

async function readBundle(reader: TileReader, position: number, width: number): Promise<Uint8Array[]> {
  const bundle = await readBundleIfThere(reader, position, width)
  if (bundle === null) throw new StorageFault(`${entriesPath(position, width)} is missing`)
  return bundle.entries
}

/** The hash over a complete subtree, from the hashes at its foot. */
export function hashOfComplete(crypto: LedgerCrypto, hashes: Uint8Array): Hash {
  let row = rowOf(hashes)
  while (row.length > 1) row = rowAbove(crypto, row)
  return row[0]!
}

/** The rows of hashes above a tile's own, which tiles leave out; worked out when a proof first needs one. */
type TileRows = Hash[][]

function rowOf(hashes: Uint8Array): Hash[] {
  const row: Hash[] = []
  for (let at = 0; at < hashes.length; at += hashBytes) row.push(hashes.subarray(at, at + hashBytes))
  return row
}

/** Complete pairs only: an odd one at the right edge belongs to no complete subtree. */
function rowAbove(crypto: LedgerCrypto, row: readonly Hash[]): Hash[] {
  const above: Hash[] = []
  for (let at = 0; at + 1 < row.length; at += 2) above.push(nodeHash(crypto, row[at]!, row[at + 1]!))
  return above
}

/** A megabyte; the tiles of any one proof are fewer. */
const tilesKeptMax = 64

const pathsOf = (width: number, pathAt: (width: number) => string): string[] =>
  width === tileWidth ? [pathAt(tileWidth)] : [pathAt(width), pathAt(tileWidth)]

/** Names and sizes of c2sp.org/tlog-tiles. */
import { hashBytes } from './ledger-crypto.ts'

/** "Full tiles MUST be exactly 256 hashes wide." */
export const tileWidth = 256

/** The largest entry of this log. tlog-tiles allows 65,535 bytes; ours are one line of JSON. */
export const entryBytesMax = 2_048

/** Signed notes are some hundred bytes; sixteen witnesses with post-quantum signatures stay below this. */
export const checkpointBytesMax = 65_536

export const checkpointPath = 'checkpoint'

/** `tile/<L>/<N>[.p/<W>]`, N in groups of three digits. */
export function tilePath(level: number, position: number, width = tileWidth): string {
  return `tile/${level}/${positionPath(position)}${width === tileWidth ? '' : `.p/${width}`}`
}

/** `tile/entries/<N>[.p/<W>]` */
export function entriesPath(position: number, width = tileWidth): string {
  return `tile/entries/${positionPath(position)}${width === tileWidth ? '' : `.p/${width}`}`
}

/** The folder of a tile's partial forms. */
export function partialsPath(fullPath: string): string {
  return `${fullPath}.p`
}

/** More bytes than a resource of this log can have: a reader stops there. */
export function bytesMaxAt(path: string): number {
  if (path.startsWith('tile/entries/')) return tileWidth * (2 + entryBytesMax)
  if (/^tile\/\d+\//.test(path)) return tileWidth * hashBytes
  return checkpointBytesMax
}

/** How many hashes stand at a level of a tree: `floor(s / 256**l)`. */
export function hashesAt(level: number, size: number): number {
  return Math.floor(size / tileWidth ** level)
}

/** How wide a tile is in a tree of `size`; 0 when it is not there. */
export function widthOf(level: number, position: number, size: number): number {
  return Math.max(0, Math.min(tileWidth, hashesAt(level, size) - position * tileWidth))
}

/** Entries of a bundle, each after its length (uint16, big-endian). */
export function encodeEntries(entries: readonly Uint8Array[]): Uint8Array {
  const bundle = new Uint8Array(entries.reduce((sum, entry) => sum + 2 + entry.length, 0))
  let at = 0
  for (const entry of entries) {
    if (entry.length > entryBytesMax) throw new RangeError(`An entry of ${entry.length} bytes`)
    bundle[at] = entry.length >> 8
    bundle[at + 1] = entry.length & 0xff
    bundle.set(entry, at + 2)
    at += 2 + entry.length
  }
  return bundle
}

/** @returns the entries up to the first that is cut short, and whether the bytes ended exactly with an entry. */
export function decodeEntries(bundle: Uint8Array): { entries: Uint8Array[]; whole: boolean } {
  const entries: Uint8Array[] = []
  let at = 0
  while (at + 2 <= bundle.length) {
    const length = (bundle[at]! << 8) | bundle[at + 1]!
    if (at + 2 + length > bundle.length) return { entries, whole: false }
    entries.push(bundle.subarray(at + 2, at + 2 + length))
    at += 2 + length
  }
  return { entries, whole: at === bundle.length }
}

function positionPath(position: number): string {
  const digits = String(position)
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/\d{3}/g)!
  return groups.map((group, at) => (at === groups.length - 1 ? group : `x${group}`)).join('/')
}

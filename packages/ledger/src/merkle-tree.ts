/**
 * The Merkle tree of RFC 6962 §2.1 (the same as RFC 9162 §2.1), its proofs, and the algorithms of RFC 9162 §2.1.3.2 and
 * §2.1.4.2 that check them. Sizes and indexes are whole numbers up to 2^53 − 1; shifts are divisions, because bit
 * operators stop at 2^32.
 */
import { concatBytes, sameBytes } from './bytes.ts'
import type { LedgerCrypto } from './ledger-crypto.ts'
import { hashBytes } from './ledger-crypto.ts'

export type Hash = Uint8Array

/** RFC 6962 §2.1: leaves are hashed with 0x00 before them and nodes with 0x01, so no node can pass as a leaf. */
export function leafHash(crypto: LedgerCrypto, entry: Uint8Array): Hash {
  return crypto.sha256(concatBytes(leafPrefix, entry))
}

export function nodeHash(crypto: LedgerCrypto, left: Hash, right: Hash): Hash {
  nodeInput.set(left, 1)
  nodeInput.set(right, 1 + hashBytes)
  return crypto.sha256(nodeInput)
}

/** RFC 6962 §2.1: the hash of the empty tree is the hash of nothing. */
export function emptyRoot(crypto: LedgerCrypto): Hash {
  return crypto.sha256(new Uint8Array(0))
}

/** RFC 9162 §2.1.3.2. */
export function verifyInclusion(
  crypto: LedgerCrypto,
  index: number,
  size: number,
  leaf: Hash,
  proof: readonly Hash[],
  root: Hash,
): boolean {
  if (!isCount(index) || !isCount(size) || index >= size) return false
  if (leaf.length !== hashBytes || root.length !== hashBytes) return false
  let fn = index
  let sn = size - 1
  let hash = leaf
  for (const sibling of proof) {
    if (sn === 0 || sibling.length !== hashBytes) return false
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(crypto, sibling, hash)
      while (fn % 2 === 0 && fn !== 0) {
        fn /= 2
        sn = half(sn)
      }
    } else hash = nodeHash(crypto, hash, sibling)
    fn = half(fn)
    sn = half(sn)
  }
  return sn === 0 && sameBytes(hash, root)
}

/**
 * RFC 9162 §2.1.4.2, with its two edges: a tree is consistent with itself by an empty proof, and everything continues
 * the empty tree by an empty proof.
 */
export function verifyConsistency(
  crypto: LedgerCrypto,
  firstSize: number,
  secondSize: number,
  firstRoot: Hash,
  secondRoot: Hash,
  proof: readonly Hash[],
): boolean {
  if (!isCount(firstSize) || !isCount(secondSize) || firstSize > secondSize) return false
  if (firstSize === secondSize) return proof.length === 0 && sameBytes(firstRoot, secondRoot)
  if (firstSize === 0) return proof.length === 0
  if (proof.length === 0) return false
  if ([firstRoot, secondRoot, ...proof].some((hash) => hash.length !== hashBytes)) return false
  const path = isPowerOfTwo(firstSize) ? [firstRoot, ...proof] : proof
  let fn = firstSize - 1
  let sn = secondSize - 1
  while (fn % 2 === 1) {
    fn = half(fn)
    sn = half(sn)
  }
  let first = path[0]!
  let second = path[0]!
  for (const hash of path.slice(1)) {
    if (sn === 0) return false
    if (fn % 2 === 1 || fn === sn) {
      first = nodeHash(crypto, hash, first)
      second = nodeHash(crypto, hash, second)
      while (fn % 2 === 0 && fn !== 0) {
        fn /= 2
        sn = half(sn)
      }
    } else second = nodeHash(crypto, second, hash)
    fn = half(fn)
    sn = half(sn)
  }
  return sn === 0 && sameBytes(first, firstRoot) && sameBytes(second, secondRoot)
}

/** A run of leaves [from, to) whose hash a proof names. */
export interface Subtree {
  from: number
  to: number
}

/** RFC 6962 §2.1.1: the subtrees whose hashes prove leaf `index` in a tree of `size`, from the leaf's sibling up. */
export function inclusionPath(index: number, size: number): Subtree[] {
  if (!isCount(index) || !isCount(size) || index >= size)
    throw new RangeError(`No entry ${index} in a tree of ${size}`)
  const path: Subtree[] = []
  let from = 0
  let to = size
  while (to - from > 1) {
    const middle = from + splitOf(to - from)
    if (index < middle) {
      path.push({ from: middle, to })
      to = middle
    } else {
      path.push({ from, to: middle })
      from = middle
    }
  }
  return path.reverse()
}

/** RFC 6962 §2.1.2: the subtrees whose hashes prove that a tree of `size` continues its first `firstSize` entries. */
export function consistencyPath(firstSize: number, size: number): Subtree[] {
  if (!isCount(firstSize) || !isCount(size) || firstSize > size)
    throw new RangeError(`No tree of ${size} continues one of ${firstSize}`)
  if (firstSize === 0 || firstSize === size) return []
  const path: Subtree[] = []
  let from = 0
  let to = size
  let isOldRoot = true
  while (to !== firstSize) {
    const middle = from + splitOf(to - from)
    if (firstSize <= middle) {
      path.push({ from: middle, to })
      to = middle
    } else {
      path.push({ from, to: middle })
      from = middle
      isOldRoot = false
    }
  }
  // The old root itself is known to whoever verifies.
  if (!isOldRoot) path.push({ from, to })
  return path.reverse()
}

/** A complete subtree: 2^height leaves from leaf position · 2^height on. */
export interface Node {
  height: number
  position: number
}

/** The complete subtrees, from the left, that a run of leaves which a path names is made of. */
export function nodesOf({ from, to }: Subtree): Node[] {
  const nodes: Node[] = []
  let at = from
  while (at < to) {
    let width = 1
    let height = 0
    while (at % (width * 2) === 0 && at + width * 2 <= to) {
      width *= 2
      height++
    }
    nodes.push({ height, position: at / width })
    at += width
  }
  return nodes
}

/** The root over complete subtrees given from the left, each larger than the next. */
export function foldNodes(crypto: LedgerCrypto, hashes: readonly Hash[]): Hash {
  if (hashes.length === 0) return emptyRoot(crypto)
  return hashes.reduceRight((right, left) => nodeHash(crypto, left, right))
}

const leafPrefix = Uint8Array.of(0)
/** One for all: hashing is synchronous, and a node a microsecond. */
const nodeInput = new Uint8Array(1 + 2 * hashBytes)
nodeInput[0] = 1

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0

const half = (value: number): number => Math.floor(value / 2)

/** RFC 6962 §2.1: the largest power of two smaller than n. */
function splitOf(n: number): number {
  let power = 1
  while (power * 2 < n) power *= 2
  return power
}

function isPowerOfTwo(n: number): boolean {
  let power = 1
  while (power < n) power *= 2
  return power === n
}

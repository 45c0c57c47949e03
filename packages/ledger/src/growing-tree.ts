import type { LedgerCrypto } from './ledger-crypto.ts'
import { foldNodes, nodeHash, type Hash } from './merkle-tree.ts'

/**
 * A tree that only grows. It keeps the complete subtrees of its right edge, one for each bit of its size; each leaf costs
 * one leaf hash and, on average, one node hash.
 */
export interface GrowingTree {
  readonly size: number
  /** The leaf hash of an entry, which is not added. */
  hashEntry(entry: Uint8Array): Hash
  addLeaf(leaf: Hash): void
  root(): Hash
}

/**
 * @param onNode is told every complete subtree of 256^level leaves, from level 0 (the leaves): exactly the hashes that
 * stand in tiles.
 * @param edge complete subtrees to resume from, largest first, one for each bit set in `size`.
 */
export function growTree(
  crypto: LedgerCrypto,
  onNode: (level: number, hash: Hash) => void = () => {},
  size = 0,
  edge: readonly Hash[] = [],
): GrowingTree {
  /** By height; holds where the size has that bit. */
  const peaks: Hash[] = []
  const rest = [...edge]
  for (let height = 0, left = size; left > 0; height++, left = Math.floor(left / 2))
    if (left % 2 === 1) peaks[height] = rest.pop()!

  // One buffer for all: an entry costs no allocation but its hash.
  let leafInput = new Uint8Array(4_096)

  const addLeaf = (leaf: Hash): void => {
    onNode(0, leaf)
    let hash = leaf
    let height = 0
    for (let left = size; left % 2 === 1; left = (left - 1) / 2) {
      hash = nodeHash(crypto, peaks[height]!, hash)
      height++
      if (height % 8 === 0) onNode(height / 8, hash)
    }
    peaks[height] = hash
    size++
  }

  return {
    get size() {
      return size
    },
    hashEntry(entry) {
      if (leafInput.length <= entry.length) {
        leafInput = new Uint8Array(entry.length + 1)
        leafInput[0] = 0
      }
      leafInput.set(entry, 1)
      return crypto.sha256(leafInput.subarray(0, entry.length + 1))
    },
    addLeaf,
    root() {
      const parts: Hash[] = []
      for (let height = 0, left = size; left > 0; height++, left = Math.floor(left / 2))
        if (left % 2 === 1) parts.unshift(peaks[height]!)
      return foldNodes(crypto, parts)
    },
  }
}

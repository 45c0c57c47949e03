/** Every proof of every small tree, and proofs that somebody changed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sameBytes } from '../src/bytes.ts'
import { growTree } from '../src/growing-tree.ts'
import { leafHash, nodeHash, verifyConsistency, verifyInclusion, type Hash } from '../src/merkle-tree.ts'
import { nodeCrypto } from '../src/node-crypto.ts'
import { openTileLog } from '../src/tile-log.ts'
import { tileProofs } from '../src/tile-proofs.ts'
import { memoryStorage } from '../src/tile-storage.ts'
import { seededRandom } from './seeded-random.ts'

const crypto = nodeCrypto
const sizeMax = 300
const seed = 20_261_125

const entryOf = (index: number): Uint8Array => new TextEncoder().encode(`entry ${index}`)

/** RFC 6962 §2.1 as it is written: the definition, which shares nothing with the code under test. */
function definedRoot(leaves: readonly Hash[]): Hash {
  if (leaves.length === 0) return crypto.sha256(new Uint8Array(0))
  if (leaves.length === 1) return leaves[0]!
  const k = 2 ** Math.ceil(Math.log2(leaves.length) - 1)
  return nodeHash(crypto, definedRoot(leaves.slice(0, k)), definedRoot(leaves.slice(k)))
}

async function logOf(size: number): Promise<ReturnType<typeof memoryStorage>> {
  const storage = memoryStorage()
  const log = await openTileLog({ crypto, reader: storage, writer: storage })
  // A flush for every entry: a tree has tiles only where a checkpoint could have been signed.
  for (let index = 0; index < size; index++) {
    log.append([entryOf(index)])
    await log.flush()
  }
  return storage
}

const leaves = Array.from({ length: sizeMax }, (_, index) => leafHash(crypto, entryOf(index)))
const roots = Array.from({ length: sizeMax + 1 }, (_, size) => definedRoot(leaves.slice(0, size)))

test('a growing tree has the root of the definition at every size', () => {
  const tree = growTree(crypto)
  assert.deepEqual(tree.root(), roots[0])
  for (let size = 1; size <= sizeMax; size++) {
    tree.addLeaf(tree.hashEntry(entryOf(size - 1)))
    assert.deepEqual(tree.root(), roots[size])
  }
})

test('every entry of every tree up to 300 is proven from its tiles', async () => {
  const storage = await logOf(sizeMax)
  let proofs = 0
  for (let size = 1; size <= sizeMax; size++) {
    const prover = tileProofs(crypto, storage, size)
    assert.ok(sameBytes(await prover.rootAt(size), roots[size]!))
    for (let index = 0; index < size; index++) {
      const proof = await prover.inclusion(index)
      assert.ok(verifyInclusion(crypto, index, size, leaves[index]!, proof, roots[size]!))
      proofs++
    }
  }
  assert.equal(proofs, (sizeMax * (sizeMax + 1)) / 2)
})

test('every tree up to 300 is proven to continue every smaller one', async () => {
  const storage = await logOf(sizeMax)
  for (let size = 0; size <= sizeMax; size++) {
    const prover = tileProofs(crypto, storage, size)
    for (let first = 0; first <= size; first++) {
      const proof = await prover.consistencyFrom(first)
      assert.ok(
        verifyConsistency(crypto, first, size, roots[first]!, roots[size]!, proof),
        `${first} of ${size}`,
      )
    }
  }
})

test('a proof with one bit, one hash, one index or one size changed proves nothing', async () => {
  const random = seededRandom(seed)
  const below = (n: number): number => Math.floor(random() * n)
  const storage = await logOf(sizeMax)
  let tried = 0
  for (let round = 0; round < 3_000; round++) {
    const size = 2 + below(sizeMax - 1)
    const index = below(size)
    const prover = tileProofs(crypto, storage, size)
    const proof = await prover.inclusion(index)
    const holds = (i: number, n: number, path: Hash[]): boolean =>
      verifyInclusion(crypto, i, n, leaves[index]!, path, roots[size]!)
    assert.equal(
      holds(index, size, changed(proof, random)),
      false,
      `inclusion ${index} of ${size}, seed ${seed}`,
    )
    // Another index with the same proof would put the entry in two places.
    const other = below(size)
    if (other !== index) assert.equal(holds(other, size, proof), false, `${index} as ${other} of ${size}`)

    const first = 1 + below(size - 1)
    const continued = await prover.consistencyFrom(first)
    const continues = (m: number, path: Hash[]): boolean =>
      verifyConsistency(crypto, m, size, roots[first]!, roots[size]!, path)
    assert.equal(
      continues(first, changed(continued, random)),
      false,
      `consistency ${first} of ${size}, seed ${seed}`,
    )
    const otherFirst = below(size)
    if (otherFirst !== first) assert.equal(continues(otherFirst, continued), false)
    tried++
  }
  assert.equal(tried, 3_000)
})

/** One of: a bit flipped, a hash left out, one put in, two exchanged. */
function changed(proof: readonly Hash[], random: () => number): Hash[] {
  const below = (n: number): number => Math.floor(random() * n)
  const copy = proof.map((hash) => hash.slice())
  const kind = below(4)
  if (kind === 0 || copy.length < 2) {
    const hash = copy[below(copy.length)]!
    hash[below(32)]! ^= 1 << below(8)
    return copy
  }
  if (kind === 1) copy.splice(below(copy.length), 1)
  else if (kind === 2) copy.splice(below(copy.length + 1), 0, copy[below(copy.length)]!)
  else {
    const one = below(copy.length - 1)
    ;[copy[one], copy[one + 1]] = [copy[one + 1]!, copy[one]!]
  }
  return copy
}

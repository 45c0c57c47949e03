/** One bit of a proof bundle turned over, in memory: whoever does not believe the green can see it turn red. */
import { decodeBase64, decodeBase64url, encodeBase64, encodeBase64url } from '@candor/ledger/base64.ts'
import type { BundledEntry, ProofBundle } from '@candor/ledger/bundle.ts'
import { formatBundle } from '@candor/ledger/bundle.ts'
import { formatProof, parseProof } from '@candor/ledger/tlog-proof.ts'

export const flipPlaces = ['entry', 'detail', 'path', 'root', 'cosignature'] as const
export type FlipPlace = (typeof flipPlaces)[number]

export interface Flip {
  index: number
  place: FlipPlace
  /** Of what was flipped, from 0. */
  byte: number
  before: number
  after: number
}

/** @returns null where the bundle has no such place: no entry, or its detail was erased. */
export function flipByte(bundle: ProofBundle, place: FlipPlace): { text: string; flip: Flip } | null {
  const entries = structuredClone(bundle.entries)
  // Somewhere in the middle: the verifier names the first that does not hold, not the first there is.
  const entry = entries.toSorted((a, b) => a.index - b.index)[Math.floor(entries.length / 2)]
  const flipped = entry && flipIn(entry, place)
  return flipped
    ? { text: formatBundle({ ...bundle, entries }), flip: { index: entry.index, place, ...flipped } }
    : null
}

type Flipped = Pick<Flip, 'byte' | 'before' | 'after'>

function flipIn(entry: BundledEntry, place: FlipPlace): Flipped | null {
  if (place === 'entry') {
    const bytes = decodeBase64url(entry.entry)
    if (!bytes) return null
    const flipped = flipAt(bytes, Math.floor(bytes.length / 2))
    entry.entry = encodeBase64url(bytes)
    return flipped
  }
  if (place === 'detail') {
    if (!entry.detail) return null
    const bytes = new TextEncoder().encode(entry.detail.text)
    // A letter of a name stays a letter: bit 0 of ASCII.
    const name = entry.detail.text.indexOf('"name":"')
    const flipped = flipAt(bytes, name === -1 ? Math.floor(bytes.length / 2) : name + '"name":"'.length)
    entry.detail.text = new TextDecoder().decode(bytes)
    return flipped
  }
  const proof = parseProof(entry.proof)
  if (!proof) return null
  if (place === 'path') {
    const [first] = proof.hashes
    if (!first) return null
    const flipped = flipAt(first, 16)
    entry.proof = formatProof(proof)
    return flipped
  }
  const lines = proof.checkpoint.split('\n')
  // The third line is the root; the last one before the final newline a cosignature, after its name.
  const at = place === 'root' ? 2 : lines.length - 2
  const words = lines[at]!.split(' ')
  const bytes = decodeBase64(words.at(-1)!)
  if (!bytes) return null
  const flipped = flipAt(bytes, bytes.length - 16)
  words[words.length - 1] = encodeBase64(bytes)
  lines[at] = words.join(' ')
  entry.proof = formatProof({ ...proof, checkpoint: lines.join('\n') })
  return flipped
}

function flipAt(bytes: Uint8Array, byte: number): Flipped {
  const before = bytes[byte]!
  const after = before ^ 1
  bytes[byte] = after
  return { byte, before, after }
}

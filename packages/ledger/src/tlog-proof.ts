/** Inclusion proofs that stand alone, c2sp.org/tlog-proof. */
import { decodeBase64, encodeBase64 } from './base64.ts'
import { verifyCheckpoint, type Checkpoint, type Cosigner, type TrustedKeys } from './checkpoint.ts'
import type { LedgerCrypto } from './ledger-crypto.ts'
import { hashBytes } from './ledger-crypto.ts'
import { verifyInclusion, type Hash } from './merkle-tree.ts'
import { noteCharsMax } from './signed-note.ts'

export interface TlogProof {
  index: number
  hashes: Hash[]
  /** The signed note, verbatim. */
  checkpoint: string
  /** Not authenticated by anything. */
  extra?: Uint8Array
}

export function formatProof({ index, hashes, checkpoint, extra }: TlogProof): string {
  const lines = [
    header,
    ...(extra === undefined ? [] : [`extra ${encodeBase64(extra)}`]),
    `index ${index}`,
    ...hashes.map(encodeBase64),
  ]
  return `${lines.join('\n')}\n\n${checkpoint}`
}

/** @returns null when it is not a proof of this format. */
export function parseProof(text: string): TlogProof | null {
  if (text.length > proofCharsMax) return null
  const split = text.indexOf('\n\n')
  if (split === -1) return null
  const lines = text.slice(0, split).split('\n')
  if (lines.shift() !== header) return null
  let extra: Uint8Array | null = null
  if (lines[0]?.startsWith('extra ')) {
    extra = decodeBase64(lines.shift()!.slice('extra '.length))
    if (extra === null) return null
  }
  const index = /^index (0|[1-9]\d{0,15})$/.exec(lines.shift() ?? '')
  if (!index || !Number.isSafeInteger(Number(index[1])) || lines.length > pathHashesMax) return null
  const hashes: Hash[] = []
  for (const line of lines) {
    const hash = decodeBase64(line)
    if (hash?.length !== hashBytes) return null
    hashes.push(hash)
  }
  return {
    index: Number(index[1]),
    hashes,
    checkpoint: text.slice(split + 2),
    ...(extra === null ? {} : { extra }),
  }
}

export type CheckedProof =
  | { kind: 'valid'; index: number; checkpoint: Checkpoint; cosigners: Cosigner[] }
  | { kind: 'invalid'; why: string }

/** Whether somebody with the trusted keys signed a tree in which the leaf stands at the proof's index. */
export function verifyProof(
  crypto: LedgerCrypto,
  text: string,
  leaf: Hash,
  trusted: TrustedKeys,
): CheckedProof {
  const proof = parseProof(text)
  if (proof === null) return { kind: 'invalid', why: 'it is not a proof' }
  const checked = verifyCheckpoint(proof.checkpoint, trusted)
  if (checked.kind === 'invalid') return { kind: 'invalid', why: `the checkpoint: ${checked.why}` }
  const { checkpoint, cosigners } = checked
  if (!verifyInclusion(crypto, proof.index, checkpoint.size, leaf, proof.hashes, checkpoint.root))
    return { kind: 'invalid', why: 'the entry is not in the tree that was signed' }
  return { kind: 'valid', index: proof.index, checkpoint, cosigners }
}

const header = 'c2sp.org/tlog-proof@v1'
/** A path in a tree of 2^53 entries. */
const pathHashesMax = 63
const proofCharsMax = noteCharsMax + 2 * 65_536

/** `GET /w/release.json`: all that a loader needs to know that the release which it is about to open is in force. */
import { decodeBase64, encodeBase64 } from '@candor/ledger/base64.ts'
import { sameBytes } from '@candor/ledger/bytes.ts'
import { parseCheckpoint, parseCheckpointText } from '@candor/ledger/checkpoint.ts'
import { encodeEntry } from '@candor/ledger/entry.ts'
import { hashBytes } from '@candor/ledger/ledger-crypto.ts'
import { inclusionPath, leafHash, nodeHash, type Hash } from '@candor/ledger/merkle-tree.ts'
import { nodeCrypto } from '@candor/ledger/node-crypto.ts'
import { cosignedAt, parseVkey, signersOf as noteSigners } from '@candor/ledger/signed-note.ts'
import { isKey, parseManifest, releaseIdOf, type ReleaseManifest } from './manifest.ts'
import { signatureHolds } from './release-keys.ts'
import { pinOfKeys, rootKeys, signaturesMin, type ReleaseRoot } from './root.ts'
import { clockSkewMsMax, type Signatures } from './verify-release.ts'

/** Short names: every page view of every tenant may load it. Base64 is the standard alphabet, padded. */
export interface ReleaseBundle {
  /** Text of the manifest. */
  m: string
  /** Raw keys: the three release keys, the log's, every witness's. */
  k: string[]
  /** `at` of the entry that says that the release is in force. */
  a: string
  /** From the leaf up: what stands left or right of the path; the other is ''. */
  p: [left: string, right: string][]
  /** Text of the checkpoint: `origin\nsize\nroot\n`. */
  c: string
  /** Seconds since 1970 at which each witness cosigned. */
  t: number[]
  /** By `k`: the release keys over `m` ('' where absent), the log over `c`, every witness over `c` with its time. */
  s: string[]
}

/** Why a loader does not open a frame. */
export type BundleFault =
  'malformed' | 'pin' | 'unsigned' | 'log' | 'unwitnessed' | 'path' | 'stale' | 'future' | 'expired'

export type CheckedBundle =
  | { kind: 'valid'; id: string; manifest: ReleaseManifest; at: string }
  | { kind: 'invalid'; fault: BundleFault }

/** The age of an entry `in-force`: for so long a withdrawn release can be replayed by whoever serves the bundle. */
export const inForceMsMax = 24 * 3_600_000
/** As in a tree of 2^53 entries. */
const pathMax = 63
const releaseKeys = 3

/** What `verifyBundle` says of what came over the network. The same checks in the same order as in the loader. */
export function verifyBundle(value: unknown, pin: string, nowMs: number): CheckedBundle {
  const invalid = (fault: BundleFault): CheckedBundle => ({ kind: 'invalid', fault })
  if (!isBundle(value)) return invalid('malformed')
  const { m, k, a, p, c, t, s } = value
  if (pinOfKeys(k, c.split('\n')[0]!) !== pin) return invalid('pin')
  const holds = (at: number, text: string): boolean => s[at] !== '' && signatureHolds(k[at]!, text, s[at]!)
  if ([0, 1, 2].filter((at) => holds(at, m)).length < signaturesMin) return invalid('unsigned')
  if (!holds(releaseKeys, c)) return invalid('log')
  if (!t.every((time, at) => holds(releaseKeys + 1 + at, cosigned(time, c)))) return invalid('unwitnessed')
  const manifest = parseManifest(m)
  if (manifest === null) return invalid('malformed')
  const id = releaseIdOf(m)
  const entry = inForceEntry(id, a)
  const root = parseCheckpointText(c)?.root
  if (entry === null || root === undefined) return invalid('malformed')
  let hash = leafHash(nodeCrypto, entry)
  for (const [left, right] of p) {
    const other = decodeBase64(left || right)
    if (other?.length !== hashBytes || (left !== '' && right !== '')) return invalid('path')
    hash = left === '' ? nodeHash(nodeCrypto, hash, other) : nodeHash(nodeCrypto, other, hash)
  }
  if (!sameBytes(hash, root)) return invalid('path')
  if (Date.parse(a) > nowMs + clockSkewMsMax) return invalid('future')
  if (Date.parse(a) < nowMs - inForceMsMax) return invalid('stale')
  if (manifest.expires <= nowMs) return invalid('expired')
  return { kind: 'valid', id, manifest, at: a }
}

/**
 * @param at of the entry that says so, at `index` of the log.
 * @param note the checkpoint with its signatures, over a tree that holds the entry.
 * @param hashes of the inclusion proof in that tree (RFC 6962 §2.1.1).
 * @returns null where the log or a witness of the root has not signed the note.
 */
export function makeBundle(made: {
  manifest: string
  signatures: Signatures
  root: ReleaseRoot
  at: string
  index: number
  note: string
  hashes: readonly Hash[]
}): ReleaseBundle | null {
  const { root, index, hashes } = made
  const parsed = parseCheckpoint(made.note)
  if (parsed === null) return null
  const { checkpoint, note } = parsed
  const verifiers = [root.log, ...root.witnesses].map((vkey) => parseVkey(nodeCrypto, vkey)!)
  const signed = noteSigners(note, verifiers)
  if (signed.kind === 'forged') return null
  const found = verifiers.map((verifier) => signed.signers.find((signer) => signer.verifier === verifier))
  if (!found.every((signer) => signer !== undefined)) return null
  const [log, ...witnesses] = found.map(({ signature }) => signature)
  return {
    m: made.manifest,
    k: rootKeys(root),
    a: made.at,
    p: sidesOf(index, checkpoint.size, hashes),
    c: note.text,
    t: witnesses.map(cosignedAt),
    s: [
      ...made.signatures,
      encodeBase64(log!.bytes),
      // Its first eight bytes are the time.
      ...witnesses.map(({ bytes }) => encodeBase64(bytes.subarray(8))),
    ],
  }
}

/** The exact bytes of the entry; null where there can be no such entry. */
export function inForceEntry(id: string, at: string): Uint8Array | null {
  try {
    return encodeEntry({ v: 1, at, type: 'release', outcome: 'in-force', request: id })
  } catch (fault) {
    if (fault instanceof RangeError) return null
    throw fault
  }
}

/** A subtree that begins after the leaf stands on its right. */
function sidesOf(index: number, size: number, hashes: readonly Hash[]): [string, string][] {
  return inclusionPath(index, size).map(({ from }, at) => {
    const hash = encodeBase64(hashes[at]!)
    return from > index ? ['', hash] : [hash, '']
  })
}

/** c2sp.org/tlog-cosignature */
const cosigned = (time: number, text: string): string => `cosignature/v1\ntime ${time}\n${text}`

function isBundle(value: unknown): value is ReleaseBundle {
  if (typeof value !== 'object' || value === null) return false
  const { m, k, a, p, c, t, s } = value as Record<string, unknown>
  return (
    [m, a, c].every((text) => typeof text === 'string') &&
    isList(k) &&
    k.length > releaseKeys &&
    // A comma in one of them would let the same pin stand for other keys in other places.
    k.every(isKey) &&
    isList(t) &&
    t.length === k.length - releaseKeys - 1 &&
    t.every((time) => Number.isSafeInteger(time) && (time as number) >= 0) &&
    isList(s) &&
    s.length === k.length &&
    s.every((signature) => typeof signature === 'string') &&
    isList(p) &&
    p.length <= pathMax &&
    p.every(
      (sides) => isList(sides) && sides.length === 2 && sides.every((side) => typeof side === 'string'),
    ) &&
    // Three lines, and nothing that somebody else would read as another checkpoint.
    (c as string).split('\n').length === 4
  )
}

const isList = (value: unknown): value is unknown[] => Array.isArray(value) && value.length <= 64

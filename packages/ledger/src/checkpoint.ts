/** Checkpoints, c2sp.org/tlog-checkpoint: the tree head of a log as a signed note. */
import { decodeBase64, encodeBase64 } from './base64.ts'
import { hashBytes } from './ledger-crypto.ts'
import type { Hash } from './merkle-tree.ts'
import {
  cosignatureType,
  cosignedAt,
  formatNote,
  parseNote,
  signersOf,
  type NoteSigner,
  type NoteVerifier,
  type SignedNote,
} from './signed-note.ts'

export interface Checkpoint {
  origin: string
  size: number
  root: Hash
}

/** Whom a verifier trusts. */
export interface TrustedKeys {
  logKey: NoteVerifier
  witnessKeys: readonly NoteVerifier[]
  /** How many of the witnesses must have cosigned. */
  quorum: number
  /** The origin line; the name of the log's key where nothing else is said. */
  origin?: string
}

export type CheckedCheckpoint =
  | { kind: 'valid'; checkpoint: Checkpoint; cosigners: Cosigner[] }
  | { kind: 'invalid'; why: string; checkpoint: Checkpoint | null }

export interface Cosigner {
  name: string
  vkey: string
  /** Seconds since 1970. */
  atSeconds: number
}

/** @returns the signed note. The log MUST have flushed a tree of this size and root before. */
export function signCheckpoint(origin: string, size: number, root: Hash, key: NoteSigner): string {
  const text = formatCheckpoint({ origin, size, root })
  return formatNote(text, [key.sign(text, 0)])
}

/** Puts cosignature lines, as a witness answers them, below a checkpoint. */
export function addCosignatures(checkpoint: string, lines: readonly string[]): string {
  return checkpoint + lines.map((line) => `${line}\n`).join('')
}

/** The log's own signature, then the quorum. A forged signature of any trusted key spoils the whole. */
export function verifyCheckpoint(note: string, trusted: TrustedKeys): CheckedCheckpoint {
  const parsed = parseCheckpoint(note)
  if (parsed === null) return { kind: 'invalid', why: 'it is not a checkpoint', checkpoint: null }
  const { checkpoint } = parsed
  const invalid = (why: string): CheckedCheckpoint => ({ kind: 'invalid', why, checkpoint })
  const origin = trusted.origin ?? trusted.logKey.name
  if (checkpoint.origin !== origin) return invalid(`its origin is ${checkpoint.origin}, not ${origin}`)
  const witnessKeys = trusted.witnessKeys.filter(
    ({ vkey }, at) => trusted.witnessKeys.findIndex((other) => other.vkey === vkey) === at,
  )
  const checked = signersOf(parsed.note, [trusted.logKey, ...witnessKeys])
  if (checked.kind === 'forged') return invalid(`the signature of ${checked.by.name} does not hold`)
  if (!checked.signers.some(({ verifier }) => verifier === trusted.logKey))
    return invalid(`the log ${trusted.logKey.name} has not signed it`)
  const cosigners = checked.signers
    .filter(({ verifier }) => verifier !== trusted.logKey)
    .map(({ verifier, signature }) => ({
      name: verifier.name,
      vkey: verifier.vkey,
      // A witness may sign as a plain note key too; then it says nothing of the time.
      atSeconds: verifier.type === cosignatureType ? cosignedAt(signature) : 0,
    }))
  if (cosigners.length < trusted.quorum)
    return invalid(
      `${cosigners.length} of ${witnessKeys.length} witnesses cosigned it; ${trusted.quorum} must`,
    )
  return { kind: 'valid', checkpoint, cosigners }
}

/** @returns null when it is not a checkpoint. Extension lines are kept in the note, and signed, but mean nothing here. */
export function parseCheckpoint(text: string): { checkpoint: Checkpoint; note: SignedNote } | null {
  const note = parseNote(text)
  if (note === null) return null
  const checkpoint = parseCheckpointText(note.text)
  return checkpoint && { checkpoint, note }
}

/** The note text alone. */
export function parseCheckpointText(text: string): Checkpoint | null {
  const [origin, size, root, ...extensions] = text.split('\n')
  if (!origin || size === undefined || root === undefined || extensions.pop() !== '') return null
  if (!/^(0|[1-9]\d{0,15})$/.test(size) || !Number.isSafeInteger(Number(size))) return null
  if (extensions.some((line) => line === '')) return null
  const hash = decodeBase64(root)
  return hash?.length === hashBytes ? { origin, size: Number(size), root: hash } : null
}

export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${encodeBase64(root)}\n`
}

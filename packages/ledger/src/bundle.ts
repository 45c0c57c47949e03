/** A proof bundle: some entries, their proofs and what they mean, in one JSON file that is checked without a network. */
import { decodeBase64url, encodeBase64url } from './base64.ts'
import type { Cosigner, TrustedKeys } from './checkpoint.ts'
import { openDetail, parseEntry, type Entry } from './entry.ts'
import type { LedgerCrypto } from './ledger-crypto.ts'
import { leafHash } from './merkle-tree.ts'
import { parseVkey, type NoteVerifier } from './signed-note.ts'
import { entryBytesMax } from './tiles.ts'
import { parseProof, verifyProof } from './tlog-proof.ts'

export interface ProofBundle {
  format: 'candor proof bundle 1'
  log: { origin: string; vkey: string }
  /** vkeys */
  witnesses: string[]
  quorum: number
  entries: BundledEntry[]
}

export interface BundledEntry {
  index: number
  /** base64url of the entry's bytes. */
  entry: string
  /** c2sp.org/tlog-proof */
  proof: string
  /** What the entry's commitment stands for; left out once it was erased. `salt` is base64url. */
  detail?: { salt: string; text: string }
}

export type CheckedBundle =
  | { kind: 'unreadable'; why: string }
  | {
      kind: 'checked'
      /** The keys were the verifier's own, not what the bundle says of itself. */
      trusted: boolean
      origin: string
      entries: CheckedEntry[]
    }

export type CheckedEntry = { index: number } & (
  | {
      kind: 'valid'
      entry: Entry
      /** `unopened`: the entry commits to a detail that the bundle does not hold. */
      detail: 'none' | 'unopened' | { text: string }
      size: number
      cosigners: Cosigner[]
    }
  | { kind: 'invalid'; why: string }
)

export function formatBundle(bundle: ProofBundle): string {
  return `${JSON.stringify(bundle, null, 2)}\n`
}

export function bundledEntry(
  index: number,
  entry: Uint8Array,
  proof: string,
  detail?: { salt: Uint8Array; text: string },
): BundledEntry {
  return {
    index,
    entry: encodeBase64url(entry),
    proof,
    ...(detail === undefined ? {} : { detail: { salt: encodeBase64url(detail.salt), text: detail.text } }),
  }
}

/**
 * Checks every entry by itself. @param own keys that the verifier brought along: they decide, and those of the bundle
 * must be the same. Without them the bundle vouches for itself, and `trusted` is false.
 */
export function verifyBundle(crypto: LedgerCrypto, text: string, own?: TrustedKeys): CheckedBundle {
  const bundle = parseBundle(text)
  if (typeof bundle === 'string') return { kind: 'unreadable', why: bundle }
  const logKey = parseVkey(crypto, bundle.log.vkey)
  const witnessKeys = bundle.witnesses.map((vkey) => parseVkey(crypto, vkey))
  if (logKey === null || !witnessKeys.every((key) => key !== null))
    return { kind: 'unreadable', why: 'a key of the bundle is not readable' }
  const mismatch = own && differsFrom(own, logKey, witnessKeys)
  const trusted = own ?? { logKey, witnessKeys, quorum: bundle.quorum, origin: bundle.log.origin }
  return {
    kind: 'checked',
    trusted: own !== undefined,
    origin: bundle.log.origin,
    entries: bundle.entries.map((bundled) =>
      mismatch
        ? { index: bundled.index, kind: 'invalid', why: mismatch }
        : checkEntry(crypto, bundled, trusted),
    ),
  }
}

/** A customer's whole history fits; more is asked for by conversation. */
export const bundleEntriesMax = 10_000
export const bundleCharsMax = 64 * 1024 * 1024

function checkEntry(crypto: LedgerCrypto, bundled: BundledEntry, trusted: TrustedKeys): CheckedEntry {
  const { index } = bundled
  const invalid = (why: string): CheckedEntry => ({ index, kind: 'invalid', why })
  const bytes = decodeBase64url(bundled.entry)
  if (bytes === null || bytes.length > entryBytesMax) return invalid('the entry is not readable')
  const checked = verifyProof(crypto, bundled.proof, leafHash(crypto, bytes), trusted)
  if (checked.kind === 'invalid') return invalid(checked.why)
  if (parseProof(bundled.proof)!.index !== index) return invalid('the proof is for another index')
  const entry = parseEntry(bytes)
  if (entry === null) return invalid('it is in the log, but is not an entry of this format')
  const opened = openedDetail(crypto, entry, bundled)
  if (opened === null) return invalid('the detail is not what the entry commits to')
  return {
    index,
    kind: 'valid',
    entry,
    detail: opened,
    size: checked.checkpoint.size,
    cosigners: checked.cosigners,
  }
}

function openedDetail(
  crypto: LedgerCrypto,
  entry: Entry,
  { detail }: BundledEntry,
): 'none' | 'unopened' | { text: string } | null {
  if (detail === undefined) return entry.detail === undefined ? 'none' : 'unopened'
  const salt = decodeBase64url(detail.salt)
  return salt !== null && openDetail(crypto, entry, salt, detail.text) ? { text: detail.text } : null
}

function differsFrom(
  own: TrustedKeys,
  logKey: NoteVerifier,
  witnessKeys: readonly NoteVerifier[],
): string | null {
  if (own.logKey.vkey !== logKey.vkey) return `the bundle is of the log ${logKey.vkey}, not of yours`
  const theirs = new Set(witnessKeys.map(({ vkey }) => vkey))
  const missing = own.witnessKeys.find(({ vkey }) => !theirs.has(vkey))
  return missing === undefined ? null : `the bundle does not name your witness ${missing.vkey}`
}

/** @returns what is wrong, as a sentence. */
function parseBundle(text: string): ProofBundle | string {
  if (text.length > bundleCharsMax) return 'it is too long'
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (fault) {
    if (fault instanceof SyntaxError) return 'it is not JSON'
    throw fault
  }
  if (!isRecord(value) || value['format'] !== 'candor proof bundle 1')
    return 'it does not say "candor proof bundle 1"'
  const { log, witnesses, quorum, entries } = value
  if (!isRecord(log) || typeof log['origin'] !== 'string' || typeof log['vkey'] !== 'string')
    return 'it names no log'
  if (!Array.isArray(witnesses) || !witnesses.every((vkey) => typeof vkey === 'string'))
    return 'its witnesses are not a list of keys'
  if (typeof quorum !== 'number' || !isCount(quorum)) return 'its quorum is no number'
  if (!Array.isArray(entries) || entries.length > bundleEntriesMax || !entries.every(isBundledEntry))
    return 'its entries are not readable'
  return {
    format: 'candor proof bundle 1',
    log: { origin: log['origin'], vkey: log['vkey'] },
    witnesses,
    quorum,
    entries,
  }
}

function isBundledEntry(value: unknown): value is BundledEntry {
  if (!isRecord(value)) return false
  const { index, entry, proof, detail } = value
  if (typeof index !== 'number' || !isCount(index)) return false
  if (typeof entry !== 'string' || typeof proof !== 'string') return false
  return (
    detail === undefined ||
    (isRecord(detail) && typeof detail['salt'] === 'string' && typeof detail['text'] === 'string')
  )
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

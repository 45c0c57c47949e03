/** Proof bundles checked in this browser: every entry, its detail, and whether the list says what the log says. */
import type { AccessEntry } from '@candor/protocol/api.ts'
import { browserCrypto } from '@candor/ledger/browser-crypto.ts'
import {
  verifyBundle,
  type BundledEntry,
  type CheckedEntry,
  type ProofBundle,
} from '@candor/ledger/bundle.ts'
import { encodeBase64 } from '@candor/ledger/base64.ts'
import { decodeBase64url } from '@candor/ledger/base64.ts'
import type { Cosigner } from '@candor/ledger/checkpoint.ts'
import type { LedgerCrypto } from '@candor/ledger/ledger-crypto.ts'
import { leafHash, nodeHash, type Hash } from '@candor/ledger/merkle-tree.ts'
import { parseVkey, type NoteVerifier } from '@candor/ledger/signed-note.ts'
import { parseProof } from '@candor/ledger/tlog-proof.ts'
import type { LogKeysSeen, PinnedLog } from './pinned-log.ts'

export type EntryVerdict =
  | { kind: 'holds' }
  | { kind: 'broken'; why: string }
  /** Durable, and newer than the newest checkpoint that the bundle was made under. */
  | { kind: 'waiting' }

export interface BundleCheck {
  /** By index. */
  verdicts: ReadonlyMap<number, EntryVerdict>
  holding: number
  waiting: number
  /** The lowest index that does not hold, or what is wrong with the whole. */
  broken: { index: number | null; why: string } | null
  size: number
  cosigners: readonly Cosigner[]
  ms: number
}

/** What a bundle says of its own log: shown, compared with what is pinned, and trusted only the first time. */
export function keysOf({ log, witnesses, quorum }: ProofBundle): LogKeysSeen {
  return { origin: log.origin, vkey: log.vkey, witnesses, quorum }
}

export function readBundle(text: string): ProofBundle | null {
  // Its form is the verifier's affair; nothing of it is shown that the verifier has not read.
  return verifierReads(text) ? (JSON.parse(text) as ProofBundle) : null
}

/**
 * @param listed what the page shows; each MUST be found in the bundle, saying the same. Without a list every entry of the
 * bundle is checked by itself.
 */
export function checkBundle(
  text: string,
  pinned: PinnedLog,
  listed: readonly AccessEntry[] | null,
  crypto: LedgerCrypto = rememberingCrypto(),
): BundleCheck {
  const startedAt = performance.now()
  const verdicts = new Map<number, EntryVerdict>()
  const done = (more: Partial<BundleCheck>): BundleCheck => ({
    verdicts,
    holding: 0,
    waiting: 0,
    broken: null,
    size: 0,
    cosigners: [],
    ms: performance.now() - startedAt,
    ...more,
  })
  const logKey = parseVkey(crypto, pinned.vkey)
  const witnessKeys = pinned.witnesses.map((vkey) => parseVkey(crypto, vkey))
  if (!logKey || !witnessKeys.every((key): key is NoteVerifier => key !== null))
    return done({ broken: { index: null, why: 'the pinned keys cannot be read' } })
  const checked = verifyBundle(crypto, text, {
    logKey,
    witnessKeys,
    quorum: pinned.quorum,
    origin: pinned.origin,
  })
  if (checked.kind === 'unreadable') return done({ broken: { index: null, why: checked.why } })

  const proven = new Map(checked.entries.map((entry) => [entry.index, entry]))
  let size = 0
  let cosigners: readonly Cosigner[] = []
  for (const entry of checked.entries)
    if (entry.kind === 'valid' && entry.size >= size) ({ size, cosigners } = entry)
  for (const entry of listed ?? []) verdicts.set(entry.index, verdictOf(entry, proven.get(entry.index), size))
  if (listed === null)
    for (const entry of checked.entries)
      verdicts.set(
        entry.index,
        entry.kind === 'valid' ? { kind: 'holds' } : { kind: 'broken', why: entry.why },
      )

  let broken: BundleCheck['broken'] = null
  for (const [index, verdict] of [...verdicts].toSorted(([a], [b]) => a - b))
    if (verdict.kind === 'broken' && broken === null) broken = { index, why: verdict.why }
  const count = (kind: EntryVerdict['kind']): number =>
    [...verdicts.values()].filter((verdict) => verdict.kind === kind).length
  return done({ holding: count('holds'), waiting: count('waiting'), broken, size, cosigners })
}

function verdictOf(listed: AccessEntry, checked: CheckedEntry | undefined, size: number): EntryVerdict {
  if (checked === undefined)
    return listed.index >= size ? { kind: 'waiting' } : { kind: 'broken', why: 'there is no proof of it' }
  if (checked.kind === 'invalid') return { kind: 'broken', why: checked.why }
  const different = differenceOf(listed, checked)
  return different === null
    ? { kind: 'holds' }
    : { kind: 'broken', why: `the list says something else than the log: ${different}` }
}

/** @returns the name of the field that is shown otherwise than it was logged. */
function differenceOf(
  listed: AccessEntry,
  { entry, detail }: Extract<CheckedEntry, { kind: 'valid' }>,
): string | null {
  const same: [string, unknown, unknown][] = [
    ['when', listed.at, entry.at],
    ['what happened', listed.type, entry.type],
    ['the purpose', listed.purpose, entry.purpose ?? null],
    ['the outcome', listed.outcome, entry.outcome ?? null],
    ['the messages', listed.range?.join('–'), entry.range?.join('–')],
    ['the pseudonym of who read', listed.pseudonyms.actor, entry.actor ?? null],
    ['the pseudonym of the conversation', listed.pseudonyms.conversation, entry.conversation ?? null],
    ['the pseudonym of the customer', listed.pseudonyms.customer, entry.customer ?? null],
  ]
  if (typeof detail === 'object') {
    const said = readDetail(detail.text)
    same.push(
      ['who read', listed.actor && nameOf(listed.actor), said.actor ? nameOf(said.actor) : null],
      ['the conversation', listed.conversation, said.conversation ?? null],
      ['the customer', listed.customer, said.customer ?? null],
      ['off assignment', listed.offAssignment, said.offAssignment ?? false],
      ['after hours', listed.afterHours, said.afterHours ?? false],
      ['the signature', listed.signed, said.proof !== undefined],
      ['the words', listed.what, said.what ?? null],
    )
  } else if (listed.actor !== null) return 'who read, of which the log holds no detail'
  return same.find(([, shown, logged]) => shown !== logged)?.[0] ?? null
}

const nameOf = ({ kind, id, name }: { kind: string; id: string; name: string }): string =>
  `${kind} ${id} ${name}`

interface Detail {
  actor?: { kind: string; id: string; name: string }
  conversation?: string
  customer?: string
  offAssignment?: boolean
  afterHours?: boolean
  proof?: unknown
  what?: string
}

function readDetail(text: string): Detail {
  try {
    return JSON.parse(text) as Detail
  } catch (fault) {
    if (!(fault instanceof SyntaxError)) throw fault
    return {}
  }
}

/** One step of an entry's path to the root: the sibling's hash, on which side it stands, and what both give. */
export interface PathStep {
  sibling: string
  side: 'left' | 'right'
  parent: string
}

/** The way of RFC 9162 §2.1.3.2, kept for drawing. @returns null where the bundle's entry cannot be read. */
export function pathOf({
  entry,
  proof,
}: BundledEntry): { leaf: string; steps: PathStep[]; size: number } | null {
  const bytes = decodeBase64url(entry)
  const parsed = parseProof(proof)
  if (!bytes || !parsed) return null
  const size = Number(parsed.checkpoint.split('\n')[1])
  let hash: Hash = leafHash(browserCrypto, bytes)
  let fn = parsed.index
  let sn = size - 1
  const leaf = encodeBase64(hash)
  const steps = parsed.hashes.map((sibling): PathStep => {
    const isLeft = fn % 2 === 1 || fn === sn
    hash = isLeft ? nodeHash(browserCrypto, sibling, hash) : nodeHash(browserCrypto, hash, sibling)
    if (isLeft)
      while (fn % 2 === 0 && fn !== 0) {
        fn /= 2
        sn = Math.floor(sn / 2)
      }
    fn = Math.floor(fn / 2)
    sn = Math.floor(sn / 2)
    return { sibling: encodeBase64(sibling), side: isLeft ? 'left' : 'right', parent: encodeBase64(hash) }
  })
  return { leaf, steps, size }
}

function verifierReads(text: string): boolean {
  return verifyBundle(formOnly, text).kind === 'checked'
}

/** Answers for the form alone, without a signature being worked out. */
const formOnly: LedgerCrypto = { ...browserCrypto, verifyEd25519: () => false }

/** Entries of one bundle stand under one checkpoint: its signatures are worked out once and not a thousand times. */
function rememberingCrypto(): LedgerCrypto {
  const known = new Map<string, boolean>()
  return {
    ...browserCrypto,
    verifyEd25519(publicKey, message, signature) {
      const name = encodeBase64(browserCrypto.sha256(joined(publicKey, signature, message)))
      let holds = known.get(name)
      if (holds === undefined)
        known.set(name, (holds = browserCrypto.verifyEd25519(publicKey, message, signature)))
      return holds
    },
  }
}

/** Key and signature have fixed lengths, so nothing else joins to the same bytes. */
function joined(...parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

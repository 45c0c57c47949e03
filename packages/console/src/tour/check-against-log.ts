/** A bundle against the log's own public files: the same entry, at the same place, under the newest checkpoint. */
import { sameBytes } from '@candor/ledger/bytes.ts'
import { decodeBase64url } from '@candor/ledger/base64.ts'
import { browserCrypto } from '@candor/ledger/browser-crypto.ts'
import type { ProofBundle } from '@candor/ledger/bundle.ts'
import { verifyCheckpoint } from '@candor/ledger/checkpoint.ts'
import { leafHash, verifyInclusion } from '@candor/ledger/merkle-tree.ts'
import { decodeNote, parseVkey, type NoteVerifier } from '@candor/ledger/signed-note.ts'
import { tileProofs } from '@candor/ledger/tile-proofs.ts'
import { StorageFault, type TileReader } from '@candor/ledger/tile-storage.ts'
import { checkpointPath } from '@candor/ledger/tiles.ts'
import type { PinnedLog } from '../access/pinned-log.ts'

export type LogCheck =
  | { kind: 'holds'; size: number }
  | { kind: 'broken'; index: number | null; why: string }
  /** The files did not come: nothing is known. */
  | { kind: 'unknown'; why: string }

export async function checkAgainstLog(
  bundle: ProofBundle,
  pinned: PinnedLog,
  log: TileReader,
): Promise<LogCheck> {
  try {
    return await check(bundle, pinned, log)
  } catch (fault) {
    if (!(fault instanceof StorageFault)) throw fault
    return { kind: 'unknown', why: fault.message }
  }
}

async function check(bundle: ProofBundle, pinned: PinnedLog, log: TileReader): Promise<LogCheck> {
  const broken = (index: number | null, why: string): LogCheck => ({ kind: 'broken', index, why })
  const logKey = parseVkey(browserCrypto, pinned.vkey)
  const witnessKeys = pinned.witnesses.map((vkey) => parseVkey(browserCrypto, vkey))
  if (!logKey || !witnessKeys.every((key): key is NoteVerifier => key !== null))
    return broken(null, 'the pinned keys cannot be read')
  const bytes = await log.read(checkpointPath)
  if (bytes === null) throw new StorageFault('There is no checkpoint yet')
  const checked = verifyCheckpoint(decodeNote(bytes) ?? '', {
    logKey,
    witnessKeys,
    quorum: pinned.quorum,
    origin: pinned.origin,
  })
  if (checked.kind === 'invalid') return broken(null, `the checkpoint: ${checked.why}`)
  const { size, root } = checked.checkpoint
  const proofs = tileProofs(browserCrypto, log, size)
  for (const { index, entry } of bundle.entries.toSorted((a, b) => a.index - b.index)) {
    if (index >= size) return broken(index, 'the log is shorter than that')
    const own = decodeBase64url(entry)
    if (!own || !sameBytes(own, await proofs.entryAt(index)))
      return broken(index, 'the log holds another entry there')
    const path = await proofs.inclusion(index)
    if (!verifyInclusion(browserCrypto, index, size, leafHash(browserCrypto, own), path, root))
      return broken(index, 'it is not in the tree that was signed')
  }
  return { kind: 'holds', size }
}

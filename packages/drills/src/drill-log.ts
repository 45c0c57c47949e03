/** A log to attack: 2,000 entries that look like a day's. */
import { addCosignatures, parseCheckpoint, signCheckpoint } from '@candor/ledger/checkpoint.ts'
import { encodeEntry, pseudonymOf, type Entry } from '@candor/ledger/entry.ts'
import { folderStorage } from '@candor/ledger/folder-storage.ts'
import type { Hash } from '@candor/ledger/merkle-tree.ts'
import { nodeCrypto as crypto } from '@candor/ledger/node-crypto.ts'
import type { NoteSigner } from '@candor/ledger/signed-note.ts'
import { openTileLog } from '@candor/ledger/tile-log.ts'
import { tileProofs } from '@candor/ledger/tile-proofs.ts'
import { checkpointPath } from '@candor/ledger/tiles.ts'
import { openWitnessClient, type CosignAnswer } from '@candor/ledger/witness-client.ts'
import { parseVkey } from '@candor/ledger/signed-note.ts'

export function drillEntries(count: number, variant = 0): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => encodeEntry(drillEntry(index, variant)))
}

export function drillEntry(index: number, variant = 0): Entry {
  return {
    v: 1,
    at: new Date(Date.UTC(2026, 10, 25) + index * 30_000).toISOString(),
    type: index % 7 === 0 ? 'join' : 'open',
    tenant: pseudonym(1),
    actor: pseudonym(100 + ((index + variant) % 12)),
    conversation: pseudonym(1_000 + (index % 300)),
    range: [1, index % 7 === 0 ? 0 : 1 + (index % 40)],
    purpose: 'desk',
    outcome: 'released',
  }
}

/** Writes a log as its owner does: entries, tiles, and last a checkpoint signed with the log's key. */
export async function writeLog(
  folder: string,
  entries: readonly Uint8Array[],
  key: NoteSigner,
): Promise<void> {
  const storage = folderStorage(folder)
  const log = await openTileLog({ crypto, reader: storage, writer: storage })
  log.append(entries.slice(log.size))
  const { size, root } = await log.flush()
  await saveCheckpoint(folder, signCheckpoint(key.name, size, root, key))
}

/**
 * Offers the log's checkpoint to the witness as the log's owner would, with all the proofs that this folder can give. A
 * cosignature is put below the checkpoint.
 */
export async function offerToWitness(
  folder: string,
  witness: { url: string; vkey: string },
): Promise<CosignAnswer> {
  const client = openWitnessClient({
    url: witness.url,
    verifier: parseVkey(crypto, witness.vkey)!,
    timeoutMs: 10_000,
  })
  const storage = folderStorage(folder)
  const note = new TextDecoder().decode((await storage.read(checkpointPath))!)
  const { size } = parseCheckpoint(note)!.checkpoint
  const prover = tileProofs(crypto, storage, size)
  const proveFrom = async (oldSize: number): Promise<Hash[] | null> =>
    oldSize > size ? null : await prover.consistencyFrom(oldSize)
  const answer = await client.cosign(note, size, proveFrom)
  if (answer.kind === 'cosigned') await saveCheckpoint(folder, addCosignatures(note, [answer.line]))
  return answer
}

export async function saveCheckpoint(folder: string, note: string): Promise<void> {
  await folderStorage(folder).write([{ path: checkpointPath, bytes: new TextEncoder().encode(note) }])
}

function pseudonym(n: number): string {
  const bytes = new Uint8Array(16)
  new DataView(bytes.buffer).setUint32(0, n)
  return pseudonymOf(bytes)
}

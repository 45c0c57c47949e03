import { addCosignatures, signCheckpoint, type TrustedKeys } from '../src/checkpoint.ts'
import { encodeEntry, pseudonymOf, type Entry } from '../src/entry.ts'
import { nodeCrypto } from '../src/node-crypto.ts'
import {
  cosignatureType,
  noteSignatureType,
  parseNote,
  parseVkey,
  signerOf,
  type NoteSigner,
} from '../src/signed-note.ts'
import { openTileLog } from '../src/tile-log.ts'
import { memoryStorage } from '../src/tile-storage.ts'
import { checkpointPath } from '../src/tiles.ts'

export const crypto = nodeCrypto
export const origin = 'candor.example/log'
export const logSigner = signerOf(crypto, origin, noteSignatureType, new Uint8Array(32).fill(1))
export const witnessSigner = signerOf(crypto, 'w1.example', cosignatureType, new Uint8Array(32).fill(2))
export const trusted: TrustedKeys = {
  logKey: parseVkey(crypto, logSigner.vkey)!,
  witnessKeys: [parseVkey(crypto, witnessSigner.vkey)!],
  quorum: 1,
}

export const startMs = Date.UTC(2026, 10, 25, 0, 34)

export function pseudonym(n: number): string {
  const bytes = new Uint8Array(16)
  new DataView(bytes.buffer).setUint32(0, n)
  return pseudonymOf(bytes)
}

/** Ten conversations, three actors, an entry every 10 s. */
export function entryAt(index: number, changes: Partial<Entry> = {}): Entry {
  return {
    v: 1,
    at: new Date(startMs + index * 10_000).toISOString(),
    type: 'open',
    tenant: pseudonym(1_000_000),
    actor: pseudonym(100 + (index % 3)),
    conversation: pseudonym(index % 10),
    range: [1, 1 + index],
    purpose: 'desk',
    ...changes,
  }
}

export function entriesTo(size: number): Uint8Array[] {
  return Array.from({ length: size }, (_, index) => encodeEntry(entryAt(index)))
}

export type MemoryLog = ReturnType<typeof memoryStorage>

/** A whole log, with its checkpoint signed by the log and by these witnesses. */
export async function logOf(
  entries: readonly Uint8Array[],
  cosigners: readonly NoteSigner[] = [witnessSigner],
): Promise<MemoryLog> {
  const storage = memoryStorage()
  const log = await openTileLog({ crypto, reader: storage, writer: storage })
  log.append(entries)
  const { size, root } = await log.flush()
  const signed = signCheckpoint(origin, size, root, logSigner)
  const { text } = parseNote(signed)!
  const cosigned = addCosignatures(
    signed,
    cosigners.map((cosigner) => cosigner.sign(text, startMs / 1_000)),
  )
  storage.files.set(checkpointPath, new TextEncoder().encode(cosigned))
  return storage
}

export function copyOf(log: MemoryLog): MemoryLog {
  const copy = memoryStorage()
  for (const [path, bytes] of log.files) copy.files.set(path, bytes.slice())
  return copy
}

export function flipBit(log: MemoryLog, path: string, byte: number): void {
  const bytes = log.files.get(path)!.slice()
  bytes[byte]! ^= 1
  log.files.set(path, bytes)
}

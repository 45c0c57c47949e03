/** `keys.json` beside a log: what the log says of its own keys. It helps to show a log, never to trust one. */
import type { LedgerCrypto } from './ledger-crypto.ts'
import { parseVkey, type NoteVerifier } from './signed-note.ts'
import type { TileReader } from './tile-storage.ts'
import type { TrustedKeys } from './checkpoint.ts'

export const logKeysPath = 'keys.json'

export interface LogKeys {
  origin: string
  vkey: string
  witnesses: string[]
  quorum: number
}

export function encodeLogKeys(keys: LogKeys): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(keys, null, 2)}\n`)
}

/** @returns null when there is none, or none that can be read. */
export async function readLogKeys(crypto: LedgerCrypto, reader: TileReader): Promise<TrustedKeys | null> {
  const bytes = await reader.read(logKeysPath)
  if (bytes === null) return null
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder().decode(bytes))
  } catch (fault) {
    if (fault instanceof SyntaxError) return null
    throw fault
  }
  if (typeof value !== 'object' || value === null) return null
  const { origin, vkey, witnesses, quorum } = value as Record<string, unknown>
  if (typeof origin !== 'string' || typeof vkey !== 'string' || !Array.isArray(witnesses)) return null
  if (typeof quorum !== 'number' || !Number.isSafeInteger(quorum) || quorum < 0) return null
  const logKey = parseVkey(crypto, vkey)
  const witnessKeys = witnesses.map((witness: unknown) =>
    typeof witness === 'string' ? parseVkey(crypto, witness) : null,
  )
  if (logKey === null || !witnessKeys.every((key): key is NoteVerifier => key !== null)) return null
  return { origin, logKey, witnessKeys, quorum }
}

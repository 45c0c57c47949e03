import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, linkSync, readFileSync, statSync, unlinkSync } from 'node:fs'
import * as path from 'node:path'
import type { LedgerCrypto } from '@candor/ledger/ledger-crypto.ts'
import {
  cosignatureType,
  formatSkey,
  parseSkey,
  signerOf,
  type NoteSigner,
} from '@candor/ledger/signed-note.ts'
import { writeDurably } from './witness-state.ts'

/** The witness's own key: made at the first start, and never again. @throws Error when others can read it. */
export async function openWitnessKey(
  crypto: LedgerCrypto,
  folder: string,
  name: string,
): Promise<NoteSigner> {
  const place = path.join(folder, 'key')
  if (!existsSync(place)) {
    const made = path.join(folder, `key.${process.pid}`)
    await writeDurably(made, `${formatSkey(crypto, name, cosignatureType, randomBytes(32))}\n`)
    chmodSync(made, 0o600)
    try {
      // A link, not a rename: it fails where another process made a key meanwhile.
      linkSync(made, place)
    } finally {
      unlinkSync(made)
    }
  }
  if ((statSync(place).mode & 0o077) !== 0)
    throw new Error(`${place} can be read by others: set its mode to 0600, and think about a new key`)
  const key = parseSkey(crypto, readFileSync(place, 'utf8').trimEnd())
  if (key?.type !== cosignatureType) throw new Error(`${place} is not the key of a witness`)
  return signerOf(crypto, key.name, cosignatureType, key.seed)
}

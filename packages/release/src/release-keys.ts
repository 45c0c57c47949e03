/** Ed25519 keys of releases: raw public keys in base64, private ones as their 32-byte seed in base64. */
import { randomBytes } from 'node:crypto'
import { decodeBase64, encodeBase64 } from '@candor/ledger/base64.ts'
import { nodeCrypto } from '@candor/ledger/node-crypto.ts'

export interface ReleaseKey {
  publicKey: string
  /** Base64 of the signature. */
  sign(text: string): string
}

/** The text of a key file: a secret. */
export function newKeyText(): string {
  return `candor release key 1\n${encodeBase64(randomBytes(32))}\n`
}

/** @returns null for what is not the text of a key file. */
export function parseKeyText(text: string): ReleaseKey | null {
  const [, seed] = /^candor release key 1\n([A-Za-z0-9+/]{43}=)\n$/.exec(text) ?? []
  const bytes = seed === undefined ? null : decodeBase64(seed)
  if (bytes?.length !== 32) return null
  const key = nodeCrypto.ed25519Key(bytes)
  return {
    publicKey: encodeBase64(key.publicKey),
    sign: (signed) => encodeBase64(key.sign(utf8(signed))),
  }
}

/** False for anything malformed. @param key raw public key, base64 @param signature base64 */
export function signatureHolds(key: string, text: string, signature: string): boolean {
  const raw = decodeBase64(key)
  const bytes = decodeBase64(signature)
  return raw?.length === 32 && bytes?.length === 64 && nodeCrypto.verifyEd25519(raw, utf8(text), bytes)
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

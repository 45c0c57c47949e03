import { createPrivateKey, createPublicKey, hash, sign, verify } from 'node:crypto'
import type { LedgerCrypto } from './ledger-crypto.ts'
import { publicKeyBytes, signatureBytes } from './ledger-crypto.ts'

/** DER of RFC 8410 before the 32 bytes: node:crypto imports keys that way only. */
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex')
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')

/** `crypto.hash` is four times as fast as `createHash` on inputs of an entry's size. */
export const nodeCrypto: LedgerCrypto = {
  sha256: (bytes) => hash('sha256', bytes, 'buffer'),
  verifyEd25519(publicKey, message, signature) {
    if (publicKey.length !== publicKeyBytes || signature.length !== signatureBytes) return false
    const key = createPublicKey({
      key: Buffer.concat([spkiPrefix, publicKey]),
      format: 'der',
      type: 'spki',
    })
    return verify(null, message, key, signature)
  },
  ed25519Key(seed) {
    const key = createPrivateKey({
      key: Buffer.concat([pkcs8Prefix, seed]),
      format: 'der',
      type: 'pkcs8',
    })
    const spki = createPublicKey(key).export({ format: 'der', type: 'spki' })
    return {
      publicKey: new Uint8Array(spki.subarray(spkiPrefix.length)),
      sign: (message) => sign(null, message, key),
    }
  },
}

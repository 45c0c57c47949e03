import { ed25519 } from '@noble/curves/ed25519.js'
import { sha256 } from '@noble/hashes/sha2.js'
import type { LedgerCrypto } from './ledger-crypto.ts'
import { publicKeyBytes, signatureBytes } from './ledger-crypto.ts'

/** WebCrypto would be faster but is asynchronous: the verifier would be written twice. */
export const browserCrypto: LedgerCrypto = {
  sha256: (bytes) => sha256(bytes),
  verifyEd25519(publicKey, message, signature) {
    if (publicKey.length !== publicKeyBytes || signature.length !== signatureBytes) return false
    try {
      // RFC 8032 decoding, as OpenSSL does it; the library's default, ZIP 215, takes more encodings.
      return ed25519.verify(signature, message, publicKey, { zip215: false })
    } catch (fault) {
      // The library throws on points that are not on the curve.
      if (fault instanceof Error) return false
      throw fault
    }
  },
  ed25519Key: (seed) => ({
    publicKey: ed25519.getPublicKey(seed),
    sign: (message) => ed25519.sign(message, seed),
  }),
}

/**
 * What the ledger needs of cryptography. Two files make one: `node-crypto.ts` and `browser-crypto.ts`. All that decides
 * whether a log or a proof holds is written once, above this interface.
 */
export interface LedgerCrypto {
  /** SHA-256, 32 bytes. */
  sha256(bytes: Uint8Array): Uint8Array
  /**
   * RFC 8032 Ed25519. @param publicKey 32 bytes @param signature 64 bytes. Answers false for anything malformed,
   * and never throws.
   */
  verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
  /** @param seed 32 bytes, the private key of RFC 8032 §5.1.5. */
  ed25519Key(seed: Uint8Array): Ed25519Key
}

export interface Ed25519Key {
  /** 32 bytes. */
  readonly publicKey: Uint8Array
  /** 64 bytes. */
  sign(message: Uint8Array): Uint8Array
}

export const hashBytes = 32
export const signatureBytes = 64
export const publicKeyBytes = 32

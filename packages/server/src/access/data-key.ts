import { createCipheriv, createDecipheriv, createSecretKey, randomBytes, type KeyObject } from 'node:crypto'

/**
 * Sealing of one text: AES-256-GCM, 96-bit random nonce (NIST SP 800-38D §8.2.2: at most 2^32 texts a key; a
 * segment ends long before). Layout: nonce 12 | ciphertext | tag 16. The context is authenticated, so sealed
 * text moved to another event does not open.
 */
export function sealText(key: KeyObject, context: string, text: string): Buffer {
  const nonce = randomNonce()
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.from(context))
  const body = cipher.update(text, 'utf8')
  cipher.final()
  return Buffer.concat([nonce, body, cipher.getAuthTag()])
}

/** @throws Error when key, context or a single bit is not what it was. */
export function openText(key: KeyObject, context: string, sealed: Buffer): string {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12), { authTagLength: 16 })
  decipher.setAAD(Buffer.from(context))
  decipher.setAuthTag(sealed.subarray(sealed.length - 16))
  return decipher.update(sealed.subarray(12, sealed.length - 16), undefined, 'utf8') + decipher.final('utf8')
}

export function makeDataKey(): KeyObject {
  return createSecretKey(randomBytes(32))
}

/** One system call for this many nonces. */
const noncesPerDraw = 512
let nonces = Buffer.alloc(0)
let noncesUsed = 0

function randomNonce(): Buffer {
  if (noncesUsed === nonces.length) {
    nonces = randomBytes(12 * noncesPerDraw)
    noncesUsed = 0
  }
  return nonces.subarray(noncesUsed, (noncesUsed += 12))
}

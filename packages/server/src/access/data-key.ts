import {
  createCipheriv,
  createDecipheriv,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto'

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

const wrapVersion = 1
const x25519SpkiPrefix = Buffer.from('302a300506032b656e032100', 'hex')

/**
 * Wraps a data key to a tenant's public epoch key: ephemeral X25519 (RFC 7748), HKDF-SHA-256 (RFC 5869) over
 * both public keys and the context, AES-256-GCM with a fixed nonce, as the derived key is used once.
 * Layout: version 1 | ephemeral public key 32 | wrapped key 32 | tag 16.
 */
export function wrapDataKey(publicKey: KeyObject, context: string, dataKey: KeyObject): Buffer {
  const ephemeral = generateKeyPairSync('x25519')
  const ephemeralPublic = rawPublic(ephemeral.publicKey)
  const key = deriveKey(
    diffieHellman({ privateKey: ephemeral.privateKey, publicKey }),
    ephemeralPublic,
    rawPublic(publicKey),
    context,
  )
  const cipher = createCipheriv('aes-256-gcm', key, Buffer.alloc(12))
  const body = cipher.update(dataKey.export())
  cipher.final()
  return Buffer.concat([Buffer.from([wrapVersion]), ephemeralPublic, body, cipher.getAuthTag()])
}

/** @throws Error when the private key or the context is another one. */
export function unwrapDataKey(privateKey: KeyObject, context: string, wrapped: Buffer): KeyObject {
  if (wrapped.length !== 81 || wrapped[0] !== wrapVersion)
    throw new Error('A wrapped data key has an unknown layout.')
  const ephemeralPublic = wrapped.subarray(1, 33)
  const publicKey = createPublicKey({
    key: Buffer.concat([x25519SpkiPrefix, ephemeralPublic]),
    format: 'der',
    type: 'spki',
  })
  const own = rawPublic(createPublicKey(privateKey))
  const key = deriveKey(diffieHellman({ privateKey, publicKey }), ephemeralPublic, own, context)
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.alloc(12), { authTagLength: 16 })
  decipher.setAuthTag(wrapped.subarray(65))
  return createSecretKey(Buffer.concat([decipher.update(wrapped.subarray(33, 65)), decipher.final()]))
}

function deriveKey(
  shared: Buffer,
  ephemeralPublic: Buffer,
  recipientPublic: Buffer,
  context: string,
): KeyObject {
  const salt = Buffer.concat([ephemeralPublic, recipientPublic])
  return createSecretKey(Buffer.from(hkdfSync('sha256', shared, salt, `candor data key 1 ${context}`, 32)))
}

function rawPublic(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' }).subarray(x25519SpkiPrefix.length)
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

import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto'

/**
 * Data keys are wrapped to a tenant's public epoch key by whoever seals, and unwrapped by the keyholder alone:
 * ephemeral X25519 (RFC 7748), HKDF-SHA-256 (RFC 5869) over both public keys and the context, AES-256-GCM with a
 * fixed nonce, as every derived key is used once: the context names a segment, and a segment has one key.
 * Layout: version 1 | ephemeral public key 32 | wrapped key 32 | tag 16.
 */
const version = 1
const wrappedBytes = 81
const nonce = Buffer.alloc(12)
const x25519SpkiPrefix = Buffer.from('302a300506032b656e032100', 'hex')

export function wrapContext(tenant: string, conversation: string, segment: string): string {
  return `${tenant}/${conversation}/${segment}`
}

/** How long one ephemeral key serves: who takes it from memory opens what was wrapped in this time, no more. */
const ephemeralMsMax = 5 * 60_000

export interface Wrapper {
  wrap(context: string, dataKey: KeyObject, nowMs: number): Buffer
}

export function openWrapper(publicKey: KeyObject): Wrapper {
  const recipient = rawPublic(publicKey)
  let ephemeral: { publicKey: Buffer; secret: KeyObject; until: number } | null = null

  return {
    wrap(context, dataKey, nowMs) {
      if (ephemeral === null || nowMs >= ephemeral.until) {
        const pair = generateKeyPairSync('x25519')
        const own = rawPublic(pair.publicKey)
        const shared = diffieHellman({ privateKey: pair.privateKey, publicKey })
        ephemeral = { publicKey: own, secret: extract(shared, own, recipient), until: nowMs + ephemeralMsMax }
      }
      const cipher = createCipheriv('aes-256-gcm', expand(ephemeral.secret, context), nonce)
      const body = cipher.update(dataKey.export())
      cipher.final()
      return Buffer.concat([Buffer.from([version]), ephemeral.publicKey, body, cipher.getAuthTag()])
    },
  }
}

/** Shared secrets of ephemeral keys, 100 bytes each; one X25519 costs three times all the rest. */
const sharedHeldMax = 20_000

export interface Unwrapper {
  /** Null when the context or a single bit is not what it was: whoever asks can send anything. */
  unwrap(context: string, wrapped: Buffer): Buffer | null
}

export function openUnwrapper(privateKey: KeyObject): Unwrapper {
  const own = rawPublic(createPublicKey(privateKey))
  const held = new Map<string, KeyObject>()

  /** Null for one of the few points that give the same secret with every key (RFC 7748 §6.1). */
  function secretOf(ephemeral: Buffer): KeyObject | null {
    const name = ephemeral.toString('latin1')
    let secret = held.get(name)
    if (secret === undefined) {
      const publicKey = createPublicKey({
        key: Buffer.concat([x25519SpkiPrefix, ephemeral]),
        format: 'der',
        type: 'spki',
      })
      try {
        secret = extract(diffieHellman({ privateKey, publicKey }), ephemeral, own)
      } catch (caught) {
        if (caught instanceof Error && 'code' in caught && String(caught.code).startsWith('ERR_OSSL'))
          return null
        throw caught
      }
      if (held.size >= sharedHeldMax) held.delete(held.keys().next().value!)
      held.set(name, secret)
    }
    return secret
  }

  return {
    unwrap(context, wrapped) {
      if (wrapped.length !== wrappedBytes || wrapped[0] !== version) return null
      const secret = secretOf(wrapped.subarray(1, 33))
      if (secret === null) return null
      const decipher = createDecipheriv('aes-256-gcm', expand(secret, context), nonce, { authTagLength: 16 })
      decipher.setAuthTag(wrapped.subarray(65))
      const key = decipher.update(wrapped.subarray(33, 65))
      try {
        decipher.final()
      } catch (caught) {
        if (caught instanceof Error) return null
        throw caught
      }
      return key
    },
  }
}

/** RFC 5869 §2.2. */
function extract(shared: Buffer, ephemeralPublic: Buffer, recipientPublic: Buffer): KeyObject {
  const salt = Buffer.concat([ephemeralPublic, recipientPublic])
  return createSecretKey(createHmac('sha256', salt).update(shared).digest())
}

/** RFC 5869 §2.3, one block: SHA-256 gives the 32 bytes of an AES-256 key. */
function expand(secret: KeyObject, context: string): KeyObject {
  return createSecretKey(createHmac('sha256', secret).update(`candor data key 1 ${context}\u0001`).digest())
}

function rawPublic(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' }).subarray(x25519SpkiPrefix.length)
}

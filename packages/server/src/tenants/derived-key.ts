import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'

/** One key for one purpose: what leaks through one use says nothing about the others (RFC 5869). */
export function derivedKey(authSecret: string, purpose: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', authSecret, '', `candor ${purpose}`, 32)))
}

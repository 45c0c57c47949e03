import { hash } from 'node:crypto'

/**
 * An id that follows from another one: who does the same again, after a crash too, uses the same id and finds what
 * is stored. UUIDv8 (RFC 9562 §5.8), from SHA-256.
 * @param from the UUID it follows from.
 * @param what tells apart what follows from one id.
 */
export function derivedId(from: string, what: string): string {
  const hex = hash('sha256', `${from} ${what}`, 'hex')
  const variant = ((parseInt(hex[16]!, 16) & 0x3) | 0x8).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

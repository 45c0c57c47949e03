import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto'
import { Refusal } from '@candor/protocol/refusals.ts'

/**
 * What a visitor's browser keeps to be known again. It says nothing that the browser may not know, and only we can
 * write one: `base64url(content).base64url(HMAC-SHA256(content))`.
 */
export interface VisitorToken {
  tenant: string
  visitor: string
  /** One browser's lineage of tokens: renewal keeps it, logging out ends it. */
  id: string
  /** Must equal the visitor's `token_version`. */
  version: number
  issuedAt: number
}

/** Half a year without a visit, and a visitor is a stranger again. */
export const visitorTokenMsMax = 180 * 86_400_000
/** Whoever comes at least twice in half a year stays known; a new one each week is enough for that. */
export const visitorTokenRenewMs = 7 * 86_400_000

export function issueVisitorToken(key: KeyObject, token: VisitorToken): string {
  const content = Buffer.alloc(contentBytes)
  content[0] = contentFormat
  content.write(token.tenant.replaceAll('-', ''), 1, 'hex')
  content.write(token.visitor.replaceAll('-', ''), 17, 'hex')
  content.write(token.id.replaceAll('-', ''), 33, 'hex')
  content.writeUInt32BE(token.version, 49)
  content.writeUIntBE(token.issuedAt, 53, 6)
  return `${content.toString('base64url')}.${signatureOf(key, content).toString('base64url')}`
}

/** @throws Refusal `token_invalid` when we did not write it, `token_expired` when it is too old. */
export function readVisitorToken(key: KeyObject, text: string, now: number): VisitorToken {
  const parts = tokenForm.exec(text)
  if (parts === null) throw new Refusal('token_invalid')
  const content = Buffer.from(parts[1]!, 'base64url')
  // Of equal length by the form above; base64url with stray bits in its last letter is not what we wrote.
  const written = timingSafeEqual(Buffer.from(parts[2]!, 'base64url'), signatureOf(key, content))
  if (!written || content[0] !== contentFormat || content.toString('base64url') !== parts[1])
    throw new Refusal('token_invalid')
  const issuedAt = content.readUIntBE(53, 6)
  if (now - issuedAt > visitorTokenMsMax) throw new Refusal('token_expired')
  return {
    tenant: uuidAt(content, 1),
    visitor: uuidAt(content, 17),
    id: uuidAt(content, 33),
    version: content.readUInt32BE(49),
    issuedAt,
  }
}

const contentFormat = 1
/** format 1, tenant 16, visitor 16, id 16, version 4, milliseconds 6 */
const contentBytes = 59
const tokenForm = /^([A-Za-z0-9_-]{79})\.([A-Za-z0-9_-]{43})$/

function signatureOf(key: KeyObject, content: Buffer): Buffer {
  return createHmac('sha256', key).update(content).digest()
}

function uuidAt(content: Buffer, offset: number): string {
  const hex = content.toString('hex', offset, offset + 16)
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

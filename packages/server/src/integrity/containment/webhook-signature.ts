import { createHmac } from 'node:crypto'

export const signatureHeader = 'Candor-Signature'

/**
 * `t=<seconds since 1970>,v1=<hex>`: HMAC-SHA256 (RFC 2104) over the time, a full stop, and the body as it is sent. The
 * time is under the signature, so that a recorded delivery cannot be played back later: whoever checks it refuses what
 * is older than some minutes.
 */
export function signDelivery(secret: string, atMs: number, body: string): string {
  const t = Math.floor(atMs / 1_000)
  return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`
}

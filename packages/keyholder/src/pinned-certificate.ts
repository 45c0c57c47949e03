import { X509Certificate } from 'node:crypto'
import type { TLSSocket } from 'node:tls'

/**
 * Whether the other side showed exactly this certificate. Being the only authority would already keep others out; this
 * also keeps out what a certificate that may sign others has signed.
 */
export function showsCertificate(socket: TLSSocket, pinned: Buffer): boolean {
  const shown = socket.getPeerX509Certificate()
  return shown !== undefined && shown.raw.equals(new X509Certificate(pinned).raw)
}

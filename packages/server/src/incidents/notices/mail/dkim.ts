import { hash, sign, type KeyObject } from 'node:crypto'

/** One of a domain's keys; the public half is in its DNS at `<selector>._domainkey.<domain>`. */
export interface DkimKey {
  domain: string
  selector: string
  /** RSA of at least 2048 bits (RFC 8301 §3.2), or Ed25519 (RFC 8463). */
  key: KeyObject
}

export interface Header {
  name: string
  /** As it goes over the wire, folded or not, without the name. */
  value: string
}

/**
 * The value of a DKIM-Signature (RFC 6376, relaxed/relaxed), folded.
 * @param body with CRLF at the end of every line
 * @param oversigned names that no relay may add once more: they are signed as absent too (§8.15)
 */
export function dkimSignature(
  headers: readonly Header[],
  body: string,
  { domain, selector, key }: DkimKey,
  at: number,
  oversigned: readonly string[] = ['from', 'to', 'subject'],
): string {
  const names = [...headers.map(({ name }) => name.toLowerCase()), ...oversigned]
  const algorithm = key.asymmetricKeyType === 'ed25519' ? 'ed25519-sha256' : 'rsa-sha256'
  const unsigned = [
    ` v=1; a=${algorithm}; c=relaxed/relaxed;`,
    ` d=${domain}; s=${selector}; t=${Math.floor(at / 1_000)};`,
    ` h=${names.join(':').replace(/.{40,60}:/g, '$&\r\n  ')};`,
    ` bh=${bodyHash(body)};`,
    ' b=',
  ].join('\r\n')
  const signed =
    headers.map(relaxedHeader).join('') + relaxedHeader({ name: 'dkim-signature', value: unsigned })
  // The signature's own header goes in without the line end after it (§3.7).
  const input = Buffer.from(signed.slice(0, -2), 'utf8')
  const signature =
    algorithm === 'ed25519-sha256'
      ? // RFC 8463 §3: Ed25519 signs the SHA-256 of the input.
        sign(null, hash('sha256', input, 'buffer'), key)
      : sign('sha256', input, key)
  return unsigned + signature.toString('base64').replace(/.{70}(?=.)/g, '$&\r\n ')
}

export function bodyHash(body: string): string {
  return hash('sha256', Buffer.from(relaxedBody(body), 'utf8'), 'base64')
}

/** RFC 6376 §3.4.2. */
export function relaxedHeader({ name, value }: Header): string {
  const unfolded = value
    .replace(/\r\n/g, '')
    .replace(/[ \t]+/g, ' ')
    .trim()
  return `${name.toLowerCase().trim()}:${unfolded}\r\n`
}

/** RFC 6376 §3.4.4. */
function relaxedBody(body: string): string {
  const lines = body
    .replace(/[ \t]+/g, ' ')
    .replace(/ (?=\r\n|$)/g, '')
    .replace(/(\r\n)+$/, '')
  return lines === '' ? '' : `${lines}\r\n`
}

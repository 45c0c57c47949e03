/**
 * A release runs when two of the three release keys signed it, when the access log says that it is in force, when the
 * log and every witness signed for that log, and when both are young enough. Written for its bytes: `launcher.ts` and
 * `packages/release` say the same at length.
 */

import type { Launcher } from './launcher.ts'

/** Put in by the server: base64 of the SHA-256 over the keys below, joined by commas, a line feed and the log's origin. */
declare const pin: string

/** What `/w/release.json` answers; everything binary in base64. Names are short for the same reason. */
export interface ReleaseBundle {
  /** The manifest, as it was signed. */
  m: string
  /** Raw Ed25519 keys: three of releases, the log's, each witness's. */
  k: string[]
  /** When the log's entry was made that says it is in force. */
  a: string
  /** From that entry up to the root: what stands on its left and on its right, one of them empty. */
  p: [left: string, right: string][]
  /** The checkpoint's text: origin, size, root. */
  c: string
  /** By key: its signature, '' where there is none. */
  s: string[]
  /** When each witness signed, in seconds. */
  t: number[]
}

/** Younger than Ed25519 in every browser that has it (Chrome 140, Firefox 133, Safari 18.2). */
const { fromBase64 } = Uint8Array as unknown as { fromBase64(text: string): Uint8Array<ArrayBuffer> }
type Bytes = Uint8Array<ArrayBuffer> & {
  toBase64(options?: { alphabet: string; omitPadding: boolean }): string
}
const { subtle } = crypto

const bytes = (...parts: BlobPart[]): Promise<Bytes> =>
  (new Blob(parts) as unknown as { bytes(): Promise<Bytes> }).bytes()

const sha256 = async (...parts: BlobPart[]): Promise<Bytes> =>
  new Uint8Array(await subtle.digest('SHA-256', await bytes(...parts))) as Bytes

/** @returns its id and the policy for its documents. Throws, or answers nothing, whatever is wrong. */
export const verifyRelease = async (
  { m, k, a, p, c, s, t }: ReleaseBundle,
  [before, between, behind, cosignature, idForm]: Launcher['proof'],
): Promise<[id: string, csp: string] | void> => {
  const { csp, expires } = JSON.parse(m) as { csp: string; expires: number }
  const id = (await sha256(m)).toBase64(idForm)
  let root = await sha256(before + a + between + id + behind)
  // RFC 6962 §2.1: nodes are hashed behind a 1.
  for (const [left, right] of p) root = await sha256('\x01', fromBase64(left), root, fromBase64(right))
  let signed = 0
  for (const at of k.keys()) {
    const valid = await subtle.verify(
      'Ed25519',
      await subtle.importKey('raw', fromBase64(k[at]!), 'Ed25519', false, ['verify']),
      fromBase64(s[at]!),
      await bytes([m, m, m, c][at] ?? cosignature + t[at - 4] + '\n' + c),
    )
    // The first three are counted; without one of the others nothing counts. (True calculates as 1.)
    signed = at < 3 ? signed + (valid as never) : signed * (valid as never)
  }
  const ageHours = (Date.now() - Date.parse(a)) / 3_600_000
  if (
    signed > 1 &&
    pin === (await sha256(k + '\n' + c.split('\n')[0])).toBase64() &&
    c.split('\n')[2] === root.toBase64() &&
    ageHours < 24 &&
    // A browser's clock may be slow.
    ageHours > -1 &&
    expires > Date.now()
  )
    return [id, csp]
}

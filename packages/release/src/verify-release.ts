/** Whether a release may run: what the keyholder asks before it writes an entry, and everybody else after. */
import { buildStatement, parseManifest, releaseIdOf, type ReleaseManifest } from './manifest.ts'
import { signatureHolds } from './release-keys.ts'
import { signaturesMin, type ReleaseRoot } from './root.ts'

/** One for each release key, in the root's order; '' where that key has not signed. */
export type Signatures = readonly [string, string, string]

export type CheckedRelease =
  | { kind: 'valid'; id: string; manifest: ReleaseManifest }
  | { kind: 'malformed'; why: string }
  | { kind: 'unsigned'; why: string }
  | { kind: 'expired'; why: string }

/** How far clocks may differ: a release from the future is no release. */
export const clockSkewMsMax = 3_600_000

export function verifyRelease(
  manifestText: string,
  signatures: Signatures,
  root: ReleaseRoot,
  nowMs: number,
): CheckedRelease {
  const manifest = parseManifest(manifestText)
  if (manifest === null) return { kind: 'malformed', why: 'it is not a manifest in its one spelling' }
  const signers = signersOf(manifestText, signatures, root.releaseKeys)
  if (signers < signaturesMin)
    return { kind: 'unsigned', why: `${signers} of 3 release keys signed it; ${signaturesMin} must` }
  if (manifest.expires <= nowMs)
    return { kind: 'expired', why: `it expired at ${new Date(manifest.expires).toISOString()}` }
  if (Date.parse(manifest.issued) > nowMs + clockSkewMsMax)
    return { kind: 'expired', why: `it is from the future: ${manifest.issued}` }
  return { kind: 'valid', id: releaseIdOf(manifestText), manifest }
}

/** How many of the keys signed the text. */
export function signersOf(text: string, signatures: Signatures, keys: readonly string[]): number {
  return keys.filter((key, at) => signatures[at] !== '' && signatureHolds(key, text, signatures[at]!)).length
}

/** How many of the root's builders say that they built these very bytes. */
export function attestationsOf(manifest: ReleaseManifest, root: ReleaseRoot): number {
  const statement = buildStatement(manifest)
  return root.builders.filter((builder) =>
    manifest.built.some(({ by, sig }) => by === builder && signatureHolds(by, statement, sig)),
  ).length
}

export interface Revocation {
  /** Of the release. */
  id: string
  /** One line; it is public. */
  reason: string
  /** RFC 3339. */
  at: string
  signatures: Signatures
}

/** What two of the three sign to end a release for ever. */
export function revocationStatement({ id, reason, at }: Omit<Revocation, 'signatures'>): string {
  return `candor revoke 1\n${id}\n${reason}\n${at}\n`
}

export function revocationHolds(revocation: Revocation, root: ReleaseRoot): boolean {
  const { reason, signatures } = revocation
  // A second line would let one text be read as another.
  if (!/^[^\p{Cc}]{1,500}$/u.test(reason)) return false
  return signersOf(revocationStatement(revocation), signatures, root.releaseKeys) >= signaturesMin
}

/** Signed notes, c2sp.org/signed-note, with its Ed25519 signatures (0x01) and timestamped cosignatures (0x04). */
import { decodeBase64, encodeBase64 } from './base64.ts'
import { concatBytes } from './bytes.ts'
import type { LedgerCrypto } from './ledger-crypto.ts'
import { publicKeyBytes, signatureBytes } from './ledger-crypto.ts'

export interface SignedNote {
  /** With its final newline, without the empty line after it. */
  text: string
  signatures: NoteSignature[]
}

export interface NoteSignature {
  name: string
  /** Eight lower-case hexadecimal digits. It names a key, it does not prove one. */
  keyId: string
  /** What follows the key ID: 64 bytes, or 8 of time and 64 for a cosignature. */
  bytes: Uint8Array
  /** The line as it stands, without its newline. */
  line: string
}

/** Signature types of c2sp.org/signed-note. */
export const noteSignatureType = 0x01
export const cosignatureType = 0x04
export type SignatureType = typeof noteSignatureType | typeof cosignatureType

/** A key that this program trusts, from its vkey `<name>+<key ID>+<base64(type || public key)>`. */
export interface NoteVerifier {
  readonly name: string
  readonly keyId: string
  readonly type: SignatureType
  readonly vkey: string
  /** @param bytes of the signature, without key ID. */
  verify(text: string, bytes: Uint8Array): boolean
}

export interface NoteSigner {
  readonly name: string
  readonly vkey: string
  /** @param atSeconds since 1970; stands in cosignatures only. @returns the signature's line without newline. */
  sign(text: string, atSeconds: number): string
}

/** @returns null when it is not a signed note. It says nothing yet of whether any signature holds. */
export function parseNote(note: string): SignedNote | null {
  if (note.length > noteCharsMax || !note.endsWith('\n') || controlCharacter.test(note)) return null
  // The last empty line parts them: "The note text MAY contain empty lines."
  const split = note.lastIndexOf('\n\n')
  if (split === -1) return null
  const lines = note.slice(split + 2, -1).split('\n')
  if (lines.length > signaturesMax) return null
  const signatures: NoteSignature[] = []
  for (const line of lines) {
    const match = /^— (\S+) (\S+)$/u.exec(line)
    const blob = match && decodeBase64(match[2]!)
    if (!match || !isKeyName(match[1]!) || !blob || blob.length < keyIdBytes + 1) return null
    signatures.push({
      name: match[1]!,
      keyId: hex(blob.subarray(0, keyIdBytes)),
      bytes: blob.subarray(keyIdBytes),
      line,
    })
  }
  return { text: note.slice(0, split + 1), signatures }
}

/** @returns null when the bytes are not UTF-8 of a signed note. */
export function decodeNote(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (fault) {
    if (fault instanceof TypeError) return null
    throw fault
  }
}

export function formatNote(text: string, signatureLines: readonly string[]): string {
  return `${text}\n${signatureLines.map((line) => `${line}\n`).join('')}`
}

/**
 * Which of these keys signed. "If a signature from a known key fails to verify, clients SHOULD reject the whole note":
 * that is `forged`, with the first such key.
 */
export function signersOf(
  note: SignedNote,
  verifiers: readonly NoteVerifier[],
):
  | { kind: 'signers'; signers: { verifier: NoteVerifier; signature: NoteSignature }[] }
  | { kind: 'forged'; by: NoteVerifier } {
  const signers = new Map<NoteVerifier, NoteSignature>()
  for (const signature of note.signatures) {
    const verifier = verifiers.find(({ name, keyId }) => name === signature.name && keyId === signature.keyId)
    if (verifier === undefined) continue
    if (!verifier.verify(note.text, signature.bytes)) return { kind: 'forged', by: verifier }
    // Twice the same key is one signer; of two cosignatures the later says more.
    const other = signers.get(verifier)
    if (other === undefined || timeOf(signature.bytes) > timeOf(other.bytes)) signers.set(verifier, signature)
  }
  return {
    kind: 'signers',
    signers: [...signers].map(([verifier, signature]) => ({ verifier, signature })),
  }
}

/** @returns null when it is not the vkey of an Ed25519 key of a type this program knows, or its key ID is not its own. */
export function parseVkey(crypto: LedgerCrypto, vkey: string): NoteVerifier | null {
  const match = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/u.exec(vkey)
  const key = match && decodeBase64(match[3]!)
  if (!match || !key || key.length !== 1 + publicKeyBytes || !isKeyName(match[1]!)) return null
  const type = key[0]
  if (type !== noteSignatureType && type !== cosignatureType) return null
  if (keyIdOf(crypto, match[1]!, key) !== match[2]) return null
  return verifierOf(crypto, match[1]!, type, key.slice(1))
}

export function verifierOf(
  crypto: LedgerCrypto,
  name: string,
  type: SignatureType,
  publicKey: Uint8Array,
): NoteVerifier {
  const typed = concatBytes(Uint8Array.of(type), publicKey)
  const keyId = keyIdOf(crypto, name, typed)
  return {
    name,
    keyId,
    type,
    vkey: `${name}+${keyId}+${encodeBase64(typed)}`,
    verify(text, bytes) {
      if (type === noteSignatureType) return crypto.verifyEd25519(publicKey, utf8(text), bytes)
      if (bytes.length !== timeBytes + signatureBytes) return false
      const at = timeOf(bytes)
      return crypto.verifyEd25519(publicKey, utf8(cosigned(text, at)), bytes.subarray(timeBytes))
    },
  }
}

/** @param seed 32 bytes, an Ed25519 private key. */
export function signerOf(
  crypto: LedgerCrypto,
  name: string,
  type: SignatureType,
  seed: Uint8Array,
): NoteSigner {
  if (!isKeyName(name)) throw new RangeError(`Not the name of a key: ${name}`)
  const key = crypto.ed25519Key(seed)
  const { vkey, keyId } = verifierOf(crypto, name, type, key.publicKey)
  const id = Uint8Array.from(keyId.match(/../g)!, (byte) => Number.parseInt(byte, 16))
  return {
    name,
    vkey,
    sign(text, atSeconds) {
      if (type === noteSignatureType)
        return `— ${name} ${encodeBase64(concatBytes(id, key.sign(utf8(text))))}`
      const time = new Uint8Array(timeBytes)
      new DataView(time.buffer).setBigUint64(0, BigInt(atSeconds))
      return `— ${name} ${encodeBase64(concatBytes(id, time, key.sign(utf8(cosigned(text, BigInt(atSeconds))))))}`
    },
  }
}

/** `PRIVATE+KEY+<name>+<key ID>+<base64(type || seed)>`, as golang.org/x/mod/sumdb/note writes it. */
export function parseSkey(
  crypto: LedgerCrypto,
  skey: string,
): { name: string; type: SignatureType; seed: Uint8Array } | null {
  const match = /^PRIVATE\+KEY\+([^+]+)\+([0-9a-f]{8})\+(.+)$/u.exec(skey)
  const key = match && decodeBase64(match[3]!)
  if (!match || !key || key.length !== 1 + seedBytes || !isKeyName(match[1]!)) return null
  const type = key[0]
  if (type !== noteSignatureType && type !== cosignatureType) return null
  const seed = key.slice(1)
  const { keyId } = verifierOf(crypto, match[1]!, type, crypto.ed25519Key(seed).publicKey)
  return keyId === match[2] ? { name: match[1]!, type, seed } : null
}

export function formatSkey(
  crypto: LedgerCrypto,
  name: string,
  type: SignatureType,
  seed: Uint8Array,
): string {
  const { keyId } = verifierOf(crypto, name, type, crypto.ed25519Key(seed).publicKey)
  return `PRIVATE+KEY+${name}+${keyId}+${encodeBase64(concatBytes(Uint8Array.of(type), seed))}`
}

/** When a cosignature was made, in seconds since 1970. */
export function cosignedAt(signature: NoteSignature): number {
  return Number(timeOf(signature.bytes))
}

/** "Key names MUST be non-empty and MUST NOT contain any Unicode spaces or plus characters." */
export function isKeyName(name: string): boolean {
  return name.length > 0 && name.length <= nameCharsMax && !/[\s+\p{White_Space}]/u.test(name)
}

/** As much as a checkpoint with many cosignatures can have; a note is read whole before it is parsed. */
export const noteCharsMax = 65_536
/** "MUST accept at least up to 16 signatures." */
export const signaturesMax = 64
/** Key names are URLs without scheme. */
const nameCharsMax = 255
const keyIdBytes = 4
const timeBytes = 8
const seedBytes = 32

/** "MUST NOT contain any ASCII control characters (those below U+0020) other than newline." */
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const controlCharacter = /[\u0000-\u0009\u000b-\u001f\ufffd]/

/** c2sp.org/tlog-cosignature: two lines before the note text keep a cosignature from passing as another signature. */
const cosigned = (text: string, at: bigint): string => `cosignature/v1\ntime ${at}\n${text}`

const timeOf = (bytes: Uint8Array): bigint =>
  bytes.length < timeBytes ? 0n : new DataView(bytes.buffer, bytes.byteOffset, timeBytes).getBigUint64(0)

const keyIdOf = (crypto: LedgerCrypto, name: string, typedKey: Uint8Array): string =>
  hex(crypto.sha256(concatBytes(utf8(`${name}\n`), typedKey)).subarray(0, keyIdBytes))

const hex = (bytes: Uint8Array): string =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

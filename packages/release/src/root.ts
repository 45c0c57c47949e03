/** The trust root of releases, a public file: who signs, which log, which witnesses, who builds. docs/releases.md */
import { hash } from 'node:crypto'
import { decodeBase64, encodeBase64 } from '@candor/ledger/base64.ts'
import { nodeCrypto } from '@candor/ledger/node-crypto.ts'
import {
  cosignatureType,
  noteSignatureType,
  parseVkey,
  type NoteVerifier,
} from '@candor/ledger/signed-note.ts'
import { integrityOf, isKey } from './manifest.ts'

export interface ReleaseRoot {
  v: 1
  /** Raw Ed25519, base64; two of the three sign a release. */
  releaseKeys: [string, string, string]
  /** vkey of the access log. */
  log: string
  /** vkeys; every one of them has to have cosigned. */
  witnesses: string[]
  /** Raw Ed25519, base64. */
  builders: [string, string]
}

/** How many release keys sign. */
export const signaturesMin = 2
/** Every witness costs a visitor's browser a signature to check. */
const witnessesMax = 8

/** @returns null for what is no root: also where the same key stands twice, as one thief would then count as two. */
export function parseRoot(text: string): ReleaseRoot | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (fault) {
    if (fault instanceof SyntaxError) return null
    throw fault
  }
  if (typeof value !== 'object' || value === null) return null
  const { v, releaseKeys, log, witnesses, builders, ...more } = value as Record<string, unknown>
  if (v !== 1 || Object.keys(more).length > 0) return null
  if (!isKeys(releaseKeys, 3) || !isKeys(builders, 2)) return null
  if (typeof log !== 'string' || verifierOf(log)?.type !== noteSignatureType) return null
  if (!Array.isArray(witnesses) || witnesses.length > witnessesMax) return null
  const texts: string[] = []
  for (const witness of witnesses as unknown[]) {
    if (typeof witness !== 'string' || verifierOf(witness)?.type !== cosignatureType) return null
    texts.push(witness)
  }
  const raw = [...releaseKeys, log, ...texts].map((key) => (isKey(key) ? key : rawKeyOf(key)))
  if (new Set([...raw, ...builders]).size !== raw.length + builders.length) return null
  return {
    v: 1,
    releaseKeys: releaseKeys as ReleaseRoot['releaseKeys'],
    log,
    witnesses: texts,
    builders: builders as ReleaseRoot['builders'],
  }
}

export function spellRoot({ v, releaseKeys, log, witnesses, builders }: ReleaseRoot): string {
  return `${JSON.stringify({ v, releaseKeys, log, witnesses, builders }, null, 2)}\n`
}

/** The three release keys, the log's and every witness's: raw, base64, in the order that the pin is made of. */
export function rootKeys(root: ReleaseRoot): string[] {
  return [...root.releaseKeys, rawKeyOf(root.log), ...root.witnesses.map(rawKeyOf)]
}

/**
 * SHA-256 over the keys and the log's origin, base64, 44 characters: what a loader carries. Builders are the monitor's
 * business alone.
 */
export function pinOf(root: ReleaseRoot): string {
  return pinOfKeys(rootKeys(root), verifierOf(root.log)!.name)
}

/**
 * The origin is in it because a witness may serve many logs: whoever stole the log's key could have it cosign another
 * log of that key, which nobody watches. A line feed stands in neither, so that no part of one can pass for the other.
 */
export function pinOfKeys(keys: readonly string[], origin: string): string {
  return hash('sha256', `${keys.join(',')}\n${origin}`, 'base64')
}

/** What stands in a built loader until a server puts its pin there; as long as a pin. */
export const pinPlaceholder = '@candor-pin:00000000000000000000000000000000'

export interface PinnedLoader {
  /** `loader.<hash>.js` */
  name: string
  integrity: string
  content: Buffer
}

/** @throws RangeError unless the template has the placeholder exactly once. */
export function pinLoader(template: Uint8Array, pin: string): PinnedLoader {
  if (pin.length !== pinPlaceholder.length) throw new RangeError('A pin has 44 characters.')
  const parts = Buffer.from(template).toString('utf8').split(pinPlaceholder)
  if (parts.length !== 2) throw new RangeError('A loader has one place for its pin.')
  const content = Buffer.from(parts.join(pin))
  return {
    name: `loader.${hash('sha256', content, 'hex').slice(0, 8)}.js`,
    integrity: integrityOf(content),
    content,
  }
}

/** @throws RangeError for what is no vkey. */
export function rawKeyOf(vkey: string): string {
  if (verifierOf(vkey) === null) throw new RangeError(`Not a vkey: ${vkey}`)
  // `<name>+<key id>+<base64 of type and key>`
  return encodeBase64(decodeBase64(vkey.slice(vkey.indexOf('+', vkey.indexOf('+') + 1) + 1))!.subarray(1))
}

function verifierOf(vkey: string): NoteVerifier | null {
  return parseVkey(nodeCrypto, vkey)
}

function isKeys(value: unknown, count: number): value is string[] {
  return Array.isArray(value) && value.length === count && value.every(isKey)
}

import { hash, randomBytes } from 'node:crypto'
import { decodeBase32, encodeBase32 } from '../base32.ts'

/**
 * The code on a letter: 128 random bits as 26 letters of base32, and two more from their hash, so that a slip is told
 * from a code that is not ours without asking the database. Printed in seven groups of four.
 */
export interface LetterCode {
  /** `mfzg-…` */
  printed: string
  /** SHA-256 of the 16 bytes: all that is kept. A slow hash would protect guessable secrets; this is none. */
  hash: Buffer
}

const codeBytes = 16
const codeLetters = 26
const checkLetters = 2

export function makeLetterCode(): LetterCode {
  const bytes = randomBytes(codeBytes)
  const letters = encodeBase32(bytes) + checkOf(bytes)
  return { printed: letters.replace(/.{4}(?=.)/g, '$&-'), hash: hashOf(bytes) }
}

/** Its hash, however it was typed: case, blanks, hyphens. Null: mistyped. */
export function readLetterCode(typed: string): Buffer | null {
  // Nothing is mistaken for 1, 0 or 8 in base32, so these are slips for the letters that look like them.
  const letters = typed
    .toLowerCase()
    .replaceAll(/[\s-]/g, '')
    .replaceAll('0', 'o')
    .replaceAll('1', 'l')
    .replaceAll('8', 'b')
  if (letters.length !== codeLetters + checkLetters) return null
  const bytes = decodeBase32(letters.slice(0, codeLetters))
  if (bytes?.length !== codeBytes || checkOf(bytes) !== letters.slice(codeLetters)) return null
  return hashOf(bytes)
}

function hashOf(bytes: Uint8Array): Buffer {
  return hash('sha256', bytes, 'buffer')
}

function checkOf(bytes: Uint8Array): string {
  return encodeBase32(hash('sha256', Buffer.concat([Buffer.from('check'), bytes]), 'buffer')).slice(
    0,
    checkLetters,
  )
}

/** Screens one text with one guard: finds, masks, and reads what is left anew. */

import type { IdentifierFormat } from './identifier-formats.ts'
import type { Finding, ScreenedText } from './mask.ts'
import { mask, maskOf, union } from './mask.ts'
import type { Piece } from './pieces.ts'
import type { Lexed } from './read-digits.ts'
import { lex } from './read-digits.ts'

export interface Screened {
  readonly text: ScreenedText
  readonly findings: readonly Finding[]
  /** True when the text may be a piece of a number that is split over messages: seal it under a key of its own. */
  readonly mayContinue: boolean
}

export interface GuardOptions {
  readonly identifiers?: readonly IdentifierFormat[]
  /** The same author gave a card number just before, so that three digits may be its code. */
  readonly nearCard?: boolean
}

/** What one build of the guard can do: the server's knows more than the composer's. */
export interface Guard {
  find(text: string, lexed: Lexed, options: GuardOptions): Finding[]
  /** What other messages may complete. */
  piecesIn(text: string, lexed: Lexed): readonly Piece[]
}

/** Finds and masks the card data of one text. Screening the result again masks nothing more. */
export function screenWith(guard: Guard, text: string, options: GuardOptions): Screened {
  const { text: masked, findings, pieces } = screenText(guard, text, options)
  return { text: masked, findings, mayContinue: pieces.length > 0 }
}

interface ScreenedAlone {
  readonly text: ScreenedText
  readonly findings: readonly Finding[]
  readonly otherWords: number
  /** What is left of digits that other messages may complete. Offsets into the masked text. */
  readonly pieces: readonly Piece[]
}

/** What `screen` finds, and what waits in the text for other messages. */
export function screenText(guard: Guard, text: string, options: GuardOptions): ScreenedAlone {
  let lexed = lex(text)
  const { otherWords } = lexed
  if (lexed.digitsMax === 0 && !lexed.mayBeEncoded) {
    return { text: text as ScreenedText, findings: [], otherWords, pieces: [] }
  }
  let findings: Finding[] = []
  let masked = text as ScreenedText
  // A mask takes words and digits away, and what is left is read anew, until nothing is found.
  for (let round = 0; round < roundsMax; round++) {
    const fresh = guard.find(masked, lexed, options)
    if (fresh.length === 0) break
    findings = union([...findings, ...toOriginal(fresh, findings)])
    masked = mask(text, findings)
    lexed = lex(masked)
  }
  return { text: masked, findings, otherWords: lexed.otherWords, pieces: guard.piecesIn(masked, lexed) }
}

/** Findings in the masked text, told in offsets of the text that `before` was found in. */
export function toOriginal(found: readonly Finding[], before: readonly Finding[]): Finding[] {
  if (before.length === 0) return [...found]
  const at = (offset: number, isEnd: boolean): number => {
    let shift = 0
    for (const finding of before) {
      const start = finding.start + shift
      const end = start + maskOf[finding.kind].length
      if (offset <= start) break
      if (offset < end) return isEnd ? finding.end : finding.start
      shift += maskOf[finding.kind].length - (finding.end - finding.start)
    }
    return offset - shift
  }
  return found.map((finding) => ({ ...finding, start: at(finding.start, false), end: at(finding.end, true) }))
}

/** Two rounds settle real text; the bound is for text made to need more. */
const roundsMax = 12

/** The stretches of digits in a message that could belong to a longer number. */

import { panDigitsMax } from './issuer-ranges.ts'
import type { Span } from './not-cards.ts'
import type { DigitStream, Group, Lexed } from './read-digits.ts'
import { broken, glued } from './read-digits.ts'

export interface Piece extends Span {
  readonly digits: readonly number[]
  readonly groups: readonly Group[]
  /**
   * What the message says besides its digits. `bare`: nothing, or only such words as go with the pieces of a number
   * ("then", "the last four are"). `worded`: a few words more. `chatter`: a sentence.
   */
  readonly voice: 'bare' | 'worded' | 'chatter'
  /** The message has no word at all. */
  readonly alone: boolean
  /** The text calls it something else, or it has the shape of something else. */
  readonly otherwise: () => 'name' | 'shape' | 'certain' | undefined
}

export interface JoinedNumber<P extends Piece = Piece> {
  readonly pieces: readonly P[]
  readonly network: string | undefined
}

/** What is known of a message beside its digits. */
export interface Tellings {
  voice(text: string, lexed: Lexed): Piece['voice']
  otherwise(text: string, run: readonly Group[]): ReturnType<Piece['otherwise']>
  /** Digits that only say which piece this is, or how many digits come. */
  isTold?(text: string, lexed: Lexed, stream: DigitStream): (group: number) => boolean
}

/**
 * The stretches of a message that could be completed by other messages: not those inside words and measures ("w1-7",
 * "153ms", "0.25"), and of a sentence only what has the print of a card, for every sentence has some digit.
 */
export function piecesOfMessage(
  text: string,
  lexed: Lexed,
  stream: DigitStream,
  tellings: Tellings,
): Piece[] {
  if (lexed.digitsMax === 0) return []
  const alone = lexed.otherWords === 0
  const chatter = lexed.otherWords > chatterWordsMax
  let voice: Piece['voice'] | undefined
  const pieces: Piece[] = []
  for (const run of runsIn(stream, tellings.isTold?.(text, lexed, stream))) {
    const digits = run.at(-1)!.at + run.at(-1)!.size - run[0]!.at
    const isWord = run.every((group) => group.form === 'word')
    if (isWord && run.length === 1 && !alone) continue
    if (chatter && (digits % 4 !== 0 || isWord)) continue
    if (isInsideWord(text, run, digits) || isMeasure(text, run)) continue
    voice ??= tellings.voice(text, lexed)
    const piece = pieceOf(stream, run, { voice, alone }, () => tellings.otherwise(text, run))
    if (piece) pieces.push(piece)
  }
  // The first may end a number and the last begin one; what lies between could do neither.
  return pieces.length > piecesOfMessageMax
    ? [...pieces.slice(0, piecesOfMessageMax / 2), ...pieces.slice(-piecesOfMessageMax / 2)]
    : pieces
}

/** In a longer sentence only digits by fours are taken for a piece of a card. */
const chatterWordsMax = 12
/** A number has 19 digits at most, and each piece one at least: more in one message is a list. */
const piecesOfMessageMax = 40
/** How far a word is looked at around its digits; longer ones are ids and codes. */
const wordMax = 48
/** Expiry date and code behind the last piece. */
export const tailMax = 7

/** "is" and "so" look like 15 and 50; at the ends of a run they are words. */
function withoutLooseEnds(run: readonly Group[]): readonly Group[] {
  const isWord = (group: Group | undefined, neighbour: Group | undefined) =>
    group !== undefined && group.form !== 'real' && group.form !== 'word' && neighbour?.before !== glued
  let first = 0
  let end = run.length
  while (first < end && isWord(run[first], run[first + 1])) first++
  while (end > first && isWord(run[end - 1], run[end - 1])) end--
  return run.slice(first, end)
}

/** Groups that no other word parts. */
export function runsIn(
  { groups }: DigitStream,
  isLeftOut?: (group: number) => boolean,
): (readonly Group[])[] {
  const runs: (readonly Group[])[] = []
  let run: Group[] = []
  const endRun = () => {
    const kept = withoutLooseEnds(run)
    if (kept.length > 0) runs.push(kept)
    run = []
  }
  for (let i = 0; i < groups.length; i++) {
    if (isLeftOut?.(i)) continue
    if (groups[i]!.before === broken) endRun()
    run.push(groups[i]!)
  }
  endRun()
  return runs
}

/** The digits are part of a word with letters. Four or eight behind or before a word, "card4111", may be a piece all the same. */
function isInsideWord(text: string, run: readonly Group[], digits: number): boolean {
  const { start } = run[0]!
  const { end } = run.at(-1)!
  if (!mayGoOn.test(text[start - 1] ?? ' ') && !mayGoOn.test(text[end] ?? ' ')) return false
  const before = /[\p{L}\p{N}_-]*$/u.exec(text.slice(Math.max(0, start - wordMax), start))![0]
  const behind = /^[\p{L}\p{N}_-]*/u.exec(text.slice(end, end + wordMax))![0]
  if (!/\p{L}/u.test(before) && !/\p{L}/u.test(behind)) return false
  return digits % 4 !== 0 || (before !== '' && behind !== '') || /\p{N}/u.test(before + behind)
}

const mayGoOn = /[a-z_\-\x80-\uffff]/i

/** "0.25", "12,5", "40 %": a number with decimals is no piece. Fours may stand apart by a point. */
function isMeasure(text: string, run: readonly Group[]): boolean {
  const { end } = run.at(-1)!
  if (/^ ?[%°]/.test(text.slice(end, end + 2))) return true
  if (run.every(({ size }) => size % 4 === 0)) return false
  return /(?<![\d.,])\d+[.,]\d+(?![.,]?\d)/.test(text.slice(run[0]!.start, end))
}

export function pieceOf(
  stream: DigitStream,
  run: readonly Group[],
  said: Pick<Piece, 'voice' | 'alone'>,
  otherwiseAt: Piece['otherwise'],
): Piece | undefined {
  const { start, at: from } = run[0]!
  const { end, at, size } = run.at(-1)!
  if (at + size - from > panDigitsMax + tailMax) return undefined
  let known: ReturnType<Piece['otherwise']> | null = null
  // Asked of the few pieces that arithmetic joins, so it is looked up then.
  const otherwise = () => (known === null ? (known = otherwiseAt()) : known)
  return { digits: stream.digits.slice(from, at + size), groups: run, start, end, ...said, otherwise }
}

/** Sizes of the groups of these pieces that lie between the digits `from` and `to`. */
export function groupSizes(chain: readonly Piece[], from: number, to: number): number[] {
  const sizes: number[] = []
  let at = 0
  for (const piece of chain) {
    for (const group of piece.groups) {
      if (at >= from && at + group.size <= to) sizes.push(group.size)
      at += group.size
    }
  }
  return sizes
}

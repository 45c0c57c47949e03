/** The stretches of digits in a text that could belong to a longer number, and the joining of those in one text. */

import { isCardShape, headOf, luhnSums } from './find-cards.ts'
import { isIssuerHead, networkOf, panDigitsMax, panDigitsMin, tierOf } from './issuer-ranges.ts'
import type { OtherThings, Span } from './not-cards.ts'
import { otherThingsIn, saysOtherwise } from './not-cards.ts'
import type { DigitStream, Group, Lexed, Reading } from './read-digits.ts'
import { broken, glued, layOut, plainReading } from './read-digits.ts'
import { isSplitTalk } from './split-talk.ts'

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

/** The stretches of one text that stand between other words: they are joined by print alone, so every one counts. */
export function piecesWithin(text: string, lexed: Lexed, reading: Reading, others: OtherThings): Piece[] {
  return runsIn(text, lexed, reading).flatMap(({ stream, run }) => {
    // "a1b": no one tells a number inside words. "4111x1111" is another thing.
    if (run[0]!.size % 4 !== 0 && isLetter(text[run[0]!.start - 1]) && isLetter(text[run.at(-1)!.end]))
      return []
    const piece = pieceOf(stream, run, text, { voice: 'bare', alone: false }, others)
    return piece ? [piece] : []
  })
}

/**
 * The stretches of a message that could be completed by other messages: not those inside words and measures ("w1-7",
 * "153ms", "0.25"), and of a sentence only what has the print of a card, for every sentence has some digit.
 */
export function piecesOfMessage(text: string, lexed: Lexed): Piece[] {
  if (lexed.digitsMax === 0) return []
  const alone = lexed.otherWords === 0
  const chatter = lexed.otherWords > chatterWordsMax
  let voice: Piece['voice'] | undefined
  let others: OtherThings | undefined
  const pieces: Piece[] = []
  for (const { stream, run } of runsIn(text, lexed, plainReading)) {
    const digits = run.at(-1)!.at + run.at(-1)!.size - run[0]!.at
    const isWord = run.every((group) => group.form === 'word')
    if (isWord && run.length === 1 && !alone) continue
    if (chatter && (digits % 4 !== 0 || isWord)) continue
    if (isInsideWord(text, run, digits) || isMeasure(text, run)) continue
    voice ??= voiceOf(text, lexed)
    const piece = pieceOf(stream, run, text, { voice, alone }, (others ??= otherThingsIn(text)))
    if (piece) pieces.push(piece)
  }
  // The first may end a number and the last begin one; what lies between could do neither.
  return pieces.length > piecesOfMessageMax
    ? [...pieces.slice(0, piecesOfMessageMax / 2), ...pieces.slice(-piecesOfMessageMax / 2)]
    : pieces
}

/** Numbers whose pieces stand in one text, other words between: "4111 and then 1111 …". Linear in the number of pieces. */
export function joinWithin(pieces: readonly Piece[], aboutCards: boolean): JoinedNumber[] {
  const joined: JoinedNumber[] = []
  const digits = pieces.flatMap((piece) => piece.digits)
  const sums = luhnSums(digits)
  let headAt = 0
  for (const [first, head] of pieces.entries()) {
    for (const { at } of head.groups) {
      const from = headAt + at - head.groups[0]!.at
      if (from + panDigitsMin > digits.length || !isIssuerHead(headOf(digits, from))) continue
      let tailAt = headAt + head.digits.length
      for (let last = first + 1; last < pieces.length && tailAt - from < panDigitsMax; last++) {
        const tail = pieces[last]!
        if (tail.start - pieces[last - 1]!.end > sameTextGapMax) break
        for (const { at, size } of tail.groups) {
          const to = tailAt + at - tail.groups[0]!.at + size
          if (to - from < panDigitsMin || to - from > panDigitsMax || !sums.hold(from, to)) continue
          const tier = tierOf(headOf(digits, from), to - from)
          if (!tier) continue
          const chain = pieces.slice(first, last + 1)
          if (!isPrinted(chain, from - headAt, to - headAt, tier, aboutCards)) continue
          joined.push({ pieces: chain, network: networkOf(digits.slice(from, to).join('')) })
        }
        tailAt += tail.digits.length
      }
    }
    headAt += head.digits.length
  }
  return joined
}

/** "4111, now comes the second group: 1111" */
const sameTextGapMax = 48
/** With more other words than this a message is a sentence. */
const bareWordsMax = 4
/** "the last four digits of it are" */
const cuedWordsMax = 8
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

interface Run {
  readonly stream: DigitStream
  readonly run: readonly Group[]
}

function runsIn(text: string, lexed: Lexed, reading: Reading): Run[] {
  const stream = layOut(lexed, reading, true)
  const labelEnd = label.exec(text)?.[0].length ?? 0
  const talks = lexed.lexemes.some(({ kind }) => kind === 'other' || kind === 'filler')
  const runs: (readonly Group[])[] = []
  let run: Group[] = []
  const endRun = () => {
    const kept = withoutLooseEnds(run)
    if (kept.length > 0) runs.push(kept)
    run = []
  }
  for (const [i, group] of stream.groups.entries()) {
    if (group.end <= labelEnd || (talks && isCount(stream, i))) continue
    if (group.before === broken) endRun()
    run.push(group)
  }
  endRun()
  return runs.map((run) => ({ stream, run }))
}

/** "1/4: 4111", "part 2: 1111", "3) 1111": which piece this is. */
const label =
  /^\W{0,3}(?:\d{1,2} ?(?:\/|of|von|de|sur) ?\d{1,2}(?= ?\D)|(?:part|piece|group|set|block|teil|parte|partie|grupo|groupe|gruppe)\W{0,3}\d{1,2}(?!\d)|\d{1,2}[.):] (?=\d{3}))/i

/** "the next four are 1111", "first 4 digits: 4111": how many digits follow. */
function isCount({ digits, groups }: DigitStream, i: number): boolean {
  const group = groups[i]!
  const next = groups[i + 1]
  const count = digits[group.at]!
  return (
    group.size === 1 && count > 1 && next?.size === count && next.before !== glued && next.start - group.end <= countedMax &&
    groups[i + 2]?.before !== glued
  ) // prettier-ignore
}

/** "4 digits of it are now" */
const countedMax = 24

function voiceOf(text: string, lexed: Lexed): Piece['voice'] {
  if (lexed.otherWords === 0) return /[#№]/.test(text) ? 'worded' : 'bare'
  if (lexed.otherWords <= cuedWordsMax) {
    const said = lexed.lexemes.filter(({ kind }) => kind === 'other')
    if (said.every(({ start, end }) => isSplitTalk(text.slice(start, end)))) return 'bare'
  }
  return lexed.otherWords <= bareWordsMax ? 'worded' : 'chatter'
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

function isLetter(character = ''): boolean {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z')
}

const mayGoOn = /[a-z_\-\x80-\uffff]/i

/** "0.25", "12,5", "40 %": a number with decimals is no piece. Fours may stand apart by a point. */
function isMeasure(text: string, run: readonly Group[]): boolean {
  const { end } = run.at(-1)!
  if (/^ ?[%°]/.test(text.slice(end, end + 2))) return true
  if (run.every(({ size }) => size % 4 === 0)) return false
  return /(?<![\d.,])\d+[.,]\d+(?![.,]?\d)/.test(text.slice(run[0]!.start, end))
}

function pieceOf(
  stream: DigitStream,
  run: readonly Group[],
  text: string,
  said: Pick<Piece, 'voice' | 'alone'>,
  others: OtherThings,
): Piece | undefined {
  const { start, at: from } = run[0]!
  const { end, at, size } = run.at(-1)!
  if (at + size - from > panDigitsMax + tailMax) return undefined
  let known: ReturnType<Piece['otherwise']> | null = null
  // Asked of the few pieces that arithmetic joins, so it is looked up then.
  const otherwise = () => (known === null ? (known = otherwiseAt(text, run, others)) : known)
  return { digits: stream.digits.slice(from, at + size), groups: run, start, end, ...said, otherwise }
}

function otherwiseAt(
  text: string,
  run: readonly Group[],
  others: OtherThings,
): ReturnType<Piece['otherwise']> {
  const { start, size } = run[0]!
  const { end } = run.at(-1)!
  // One short group has no shape of its own but that of an amount.
  const beside = text.slice(Math.max(0, start - 2), start) + text.slice(end, end + 5)
  if (run.length === 1 && size < 7 && !/[$€£¥₹+]|[a-z]{3}/i.test(beside))
    return saysOtherwise(text, start) ? 'name' : undefined
  if (others.certain({ start, end }).length > 0) return 'certain'
  if (others.likely({ start, end }).length > 0) return 'shape'
  return saysOtherwise(text, start) ? 'name' : undefined
}

/** Would a person write one number in these pieces of one text? Bare digits prove nothing here. */
function isPrinted(
  chain: readonly Piece[],
  from: number,
  to: number,
  tier: 'firm' | 'wide',
  aboutCards: boolean,
): boolean {
  const sizes = groupSizes(chain, from, to)
  const printed = isCardShape(sizes) || sizes.every((size) => size === 1)
  if (tier === 'wide' && !(to - from > 15 && printed && aboutCards)) return false
  if (!printed && !aboutCards) return false
  return chain.every(({ otherwise }) => {
    const other = otherwise()
    return other === undefined || (other === 'name' && printed && aboutCards)
  })
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

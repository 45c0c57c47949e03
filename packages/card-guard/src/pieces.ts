/** Joins pieces of a number that other words, or other messages, stand between. */

import { isCardShape, headOf, luhnSums } from './find-cards.ts'
import type { Tier } from './issuer-ranges.ts'
import { isIssuerHead, networkOf, panDigitsMax, panDigitsMin, tierOf } from './issuer-ranges.ts'
import type { OtherThings, Span } from './not-cards.ts'
import { meeting, otherThingsIn, saysOtherwise } from './not-cards.ts'
import type { DigitStream, Group, Lexed, Reading } from './read-digits.ts'
import { broken, glued, layOut, plainReading } from './read-digits.ts'

export interface Piece extends Span {
  readonly digits: readonly number[]
  readonly groups: readonly Group[]
  /** The message it stands in, counted up. */
  readonly message: number
  /** The message says little else, or nothing else. */
  readonly bare: boolean
  readonly alone: boolean
  /** The text calls it something else, or it has the shape of something else: it joins only to the print of a card. */
  readonly otherwise: () => 'name' | 'shape' | 'certain' | undefined
  /** It was part of a number already, and its text is masked. */
  readonly masked: boolean
}

/** Pieces of one text are joined by print alone, so every stretch counts. */
export interface WithinText {
  readonly reading: Reading
  readonly others: OtherThings
}

export interface JoinedNumber {
  readonly pieces: readonly Piece[]
  readonly network: string | undefined
}

/**
 * The stretches of digits in a message that could belong to a longer number. Lone digits in a long sentence are left out
 * unless asked for: every message has some.
 */
export function piecesIn(text: string, lexed: Lexed, message: number, within?: WithinText): Piece[] {
  if (lexed.digitsMax === 0) return []
  const stream = layOut(lexed, within?.reading ?? plainReading, true)
  const { groups } = stream
  if (groups.length === 0) return []
  const bare = lexed.otherWords <= bareWordsMax
  const alone = lexed.otherWords === 0
  const talkative = !within && lexed.otherWords > chatterWordsMax
  const others = within?.others ?? otherThingsIn(text)
  const pieces: Piece[] = []
  for (let first = 0; first < groups.length;) {
    let next = first + 1
    while (next < groups.length && groups[next]!.before !== broken) next++
    const run = withoutLooseEnds(groups.slice(first, next))
    const piece = run.length > 0 && pieceOf(stream, run, text, message, { bare, alone }, others)
    const isWord = run.every((group) => group.form === 'word')
    if (
      piece &&
      !(talkative && (piece.digits.length % 4 !== 0 || isWord)) &&
      !(isWord && run.length === 1 && lexed.otherWords > 0)
    ) {
      pieces.push(piece)
    }
    first = next
  }
  return pieces
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
          if (!isTold(chain, from - headAt, to - headAt, tier, 0, { aboutCards, sameText: true })) continue
          joined.push({ pieces: chain, network: networkOf(digits.slice(from, to).join('')) })
        }
        tailAt += tail.digits.length
      }
    }
    headAt += head.digits.length
  }
  return joined
}

/** All numbers that the pieces of several messages complete, the last piece of each among those from `fresh` on. */
export function joinPieces(pieces: readonly Piece[], fresh: number, aboutCards: boolean): JoinedNumber[] {
  const evidence: Evidence = { aboutCards, sameText: false }
  const joined: JoinedNumber[] = []
  let steps = 0
  for (let last = pieces.length - 1; last >= fresh && last > 0; last--) {
    steps = 0
    extend([pieces[last]!], pieces[last]!.digits, last, leftOutMax)
  }
  return joined

  /** Puts earlier pieces before the chain, the nearest first. */
  function extend(
    chain: readonly Piece[],
    digits: readonly number[],
    first: number,
    mayLeaveOut: number,
  ): void {
    if (++steps > stepsMax) return
    const total = digits.length
    if (chain.length > 1 && total >= panDigitsMin) {
      const number = numberOf(chain, digits, leftOutMax - mayLeaveOut, evidence)
      if (number) joined.push(number)
    }
    if (total >= panDigitsMax) return
    let leaves = mayLeaveOut
    for (let i = first - 1; i >= 0; i--) {
      const piece = pieces[i]!
      if (total + piece.digits.length <= panDigitsMax + tailMax) {
        extend([piece, ...chain], [...piece.digits, ...digits], i, leaves)
      }
      // Digits in a sentence may be chatter; a message of digits alone is left out for the print of a card only.
      if (piece.bare && --leaves < 0) return
    }
  }
}

interface Evidence {
  /** The author speaks of cards in these messages. */
  readonly aboutCards: boolean
  /** The pieces stand in one text, where bare digits prove nothing. */
  readonly sameText: boolean
}

/** "4111, now comes the second group: 1111" */
const sameTextGapMax = 48
/** "the next four are 1111": a message with this many other words says little besides its digits. */
const bareWordsMax = 4
/** In a longer sentence only digits by fours are taken for a piece of a card. */
const chatterWordsMax = 12
/** Bare digits left out between the pieces of one number: a slip and its repetition. */
const leftOutMax = 2
/** Ways of joining tried for one last piece; a number of 16 pieces with chatter between takes some hundreds. */
const stepsMax = 1500
/** Expiry date and code behind the last piece. */
const tailMax = 7

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

function pieceOf(
  stream: DigitStream,
  run: readonly Group[],
  text: string,
  message: number,
  said: Pick<Piece, 'bare' | 'alone'>,
  others: OtherThings,
): Piece | undefined {
  const start = run[0]!.start
  const end = run.at(-1)!.end
  const from = run[0]!.at
  const digits = stream.digits.slice(from, run.at(-1)!.at + run.at(-1)!.size)
  if (digits.length > panDigitsMax + tailMax) return undefined
  let known: ReturnType<Piece['otherwise']> | null = null
  // Asked of the few pieces that arithmetic joins, so it is looked up then.
  const otherwise = () => (known === null ? (known = otherwiseAt(text, start, end, others)) : known)
  return { digits, groups: run, start, end, message, ...said, otherwise, masked: false }
}

function otherwiseAt(
  text: string,
  start: number,
  end: number,
  others: OtherThings,
): ReturnType<Piece['otherwise']> {
  if (meeting(others.certain(), { start, end }).length > 0) return 'certain'
  if (meeting(others.likely(), { start, end }).length > 0) return 'shape'
  return saysOtherwise(text, start) ? 'name' : undefined
}

/** The number in these pieces. It may begin behind other groups of the first and end before other groups of the last. */
function numberOf(
  chain: readonly Piece[],
  digits: readonly number[],
  leftOut: number,
  evidence: Evidence,
): JoinedNumber | undefined {
  const head = chain[0]!
  const tail = chain.at(-1)!
  const tailAt = digits.length - tail.digits.length - tail.groups[0]!.at
  for (const { at } of head.groups) {
    const from = at - head.groups[0]!.at
    if (from + panDigitsMin > digits.length || !isIssuerHead(headOf(digits, from))) continue
    for (const { at, size } of tail.groups) {
      const to = tailAt + at + size
      const length = to - from
      if (length < panDigitsMin || length > panDigitsMax) continue
      const tier = tierOf(headOf(digits, from), length)
      if (!tier || !luhnSums(digits).hold(from, to) || !isTold(chain, from, to, tier, leftOut, evidence))
        continue
      return { pieces: chain, network: networkOf(digits.slice(from, to).join('')) }
    }
  }
  return undefined
}

/** Would a person send one number in these pieces? Asked only where arithmetic holds. */
function isTold(
  chain: readonly Piece[],
  from: number,
  to: number,
  tier: Tier,
  leftOut: number,
  { aboutCards, sameText }: Evidence,
): boolean {
  const otherwise = new Set(chain.map((piece) => piece.otherwise()))
  const plain = otherwise.size === 1 && otherwise.has(undefined)
  if (otherwise.has('certain')) return false
  if (sameText && (otherwise.has('shape') || (!plain && !aboutCards))) return false
  const groups = groupSizes(chain, from, to)
  const printed =
    isCardShape(groups) ||
    (!sameText && isCardShape(pieceSizes(chain, from, to))) ||
    groups.every((size) => size === 1)
  const bare = !sameText && chain.every((piece) => piece.bare)
  // Short and rare numbers are joined by chance too often.
  if (tier === 'wide') return to - from > 15 && printed && (bare || aboutCards)
  // A phone number's worth of digits beside a few others is a phone number, unless nothing else is said.
  const hasPhone = chain.some(({ digits }) => digits.length >= 10 && digits.length <= 12)
  const unspoken = !hasPhone || chain.length > 3 || chain.every((piece) => piece.alone)
  return printed || (plain && leftOut === 0 && ((bare && unspoken) || aboutCards))
}

function pieceSizes(chain: readonly Piece[], from: number, to: number): number[] {
  let at = 0
  return chain.map(({ digits }) => {
    const start = Math.max(at, from)
    at += digits.length
    return Math.min(at, to) - start
  })
}

function groupSizes(chain: readonly Piece[], from: number, to: number): number[] {
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

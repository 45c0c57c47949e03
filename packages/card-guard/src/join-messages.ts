/**
 * Joins pieces of a number that stand in several messages of one author.
 *
 * Short numbers make a valid card number by chance at every turn: of ten counters in a row some stretch is one. So the
 * check digit opens the question here and does not answer it. What answers it is how a person sends a number in pieces:
 * it begins where the numbers begin, nothing is left out, the messages say little else, and it does not count.
 */

import { headOf, isCardShape } from './card-windows.ts'
import type { Tier } from './issuer-ranges.ts'
import { isIssuerHead, networkOf, panDigitsMax, panDigitsMin, tierOf } from './issuer-ranges.ts'
import type { JoinedNumber, Piece } from './pieces.ts'
import { groupSizes, tailMax } from './pieces.ts'

/** A piece that waits for the rest of its number. */
export interface WaitingPiece extends Piece {
  /** The message it stands in, counted up. */
  readonly message: number
  /** Numbers that the author wrote before it and that belonged to nothing; older ones count less. */
  readonly strays: Strays
  /** The author's message before it had no number. */
  readonly afterSilence: boolean
  /** It was part of a number already, and its text is masked. */
  readonly masked: boolean
}

export interface Strays {
  /** In messages that say nothing else. */
  readonly bare: number
  /** In messages with a few words too. */
  readonly worded: number
  /** Of as many digits as a part of a printed number. */
  readonly fours: number
}

export const noStrays: Strays = { bare: 0, worded: 0, fours: 0 }

/** The count of strays behind a message with these pieces. */
export function straysBehind(strays: Strays, pieces: readonly Piece[]): Strays {
  let { bare, worded, fours } = strays
  for (const piece of pieces) {
    if (hasOtherShape(piece)) continue
    if (piece.voice === 'bare') bare++
    else if (piece.voice === 'worded') worded++
    if (isPrint(piece)) fours++
  }
  return { bare: bare * strayStays, worded: worded * strayStays, fours: fours * strayStays }
}

/** The numbers that the pieces from `fresh` on complete, each with a piece among those before. */
export function joinMessages(
  pieces: readonly WaitingPiece[],
  fresh: number,
  aboutCards: boolean,
  allWays: readonly Way[],
): JoinedNumber<WaitingPiece>[] {
  const joined: JoinedNumber<WaitingPiece>[] = []
  if (fresh === 0) return joined
  const ways = allWays.filter((way) => {
    for (let i = fresh - 1; i >= 0; i--) if (way.begins(pieces[i]!, aboutCards)) return true
    return false
  })
  for (let last = pieces.length - 1; last >= fresh && ways.length > 0; last--) {
    const piece = pieces[last]!
    for (const way of ways) {
      const search: Search = { pieces, fresh, aboutCards, joined, way, steps: 0 }
      extend(search, [piece], piece.digits, last, 0)
    }
  }
  return joined
}

/** A stray is half forgotten after some thirty messages. */
const strayStays = 0.98
/** Between two pieces of one number the author says no more than this. */
const betweenMessagesMax = 8
/** Numbers left out between the pieces of one: a slip and its repetition. */
const leftOutMax = 2
/** Ways of joining tried for one last piece, at a microsecond each; a number by fours with slips takes some thirty. */
const stepsMax = 120

interface Search {
  readonly pieces: readonly WaitingPiece[]
  /** Index of the first piece of the newest message: a number that lies in it whole was looked for already. */
  readonly fresh: number
  readonly aboutCards: boolean
  readonly joined: JoinedNumber<WaitingPiece>[]
  readonly way: Way
  steps: number
}

/** Which pieces a chain is made of, and when it is believed. */
export interface Way {
  /** A number may begin here: few numbers that belong to nothing went before. */
  begins(piece: WaitingPiece, aboutCards: boolean): boolean
  /** May stand in the chain, before others of it. */
  fits(piece: WaitingPiece, aboutCards: boolean): boolean
  /** To pass over it costs so much of `leftOutMax`. */
  cost(piece: WaitingPiece, aboutCards: boolean): number
  /** Asked of chains that begin where a number may. */
  believes(chain: readonly WaitingPiece[], window: NumberWindow, aboutCards: boolean): boolean
}

interface NumberWindow {
  readonly from: number
  readonly to: number
  readonly tier: Tier
}

/** Puts earlier pieces before the chain, the nearest first. */
function extend(
  search: Search,
  chain: readonly WaitingPiece[],
  digits: readonly number[],
  first: number,
  leftOut: number,
): void {
  if (++search.steps > stepsMax) return
  const { pieces, fresh, way, aboutCards } = search
  for (let i = first - 1; i >= 0; i--) {
    const piece = pieces[i]!
    if (chain[0]!.message - piece.message > betweenMessagesMax) return
    if (way.fits(piece, aboutCards) && digits.length + piece.digits.length <= panDigitsMax + tailMax) {
      const longer = [piece, ...chain]
      const all = [...piece.digits, ...digits]
      if (i < fresh && way.begins(piece, aboutCards)) take(search, longer, all)
      if (all.length < panDigitsMax) extend(search, longer, all, i, leftOut)
    }
    leftOut += way.cost(piece, aboutCards)
    if (leftOut > leftOutMax) return
  }
}

/** Cut anywhere, in messages that say nothing else: every such piece belongs to it, so there is one way to join them. */
export const bare: Way = {
  begins: ({ strays }) => strays.bare <= 3,
  fits: (piece) => piece.voice === 'bare' && !isOther(piece),
  cost: (piece) => (bare.fits(piece, false) ? leftOutMax + 1 : 0),
  believes(chain, { from, to, tier }) {
    const { strays, afterSilence } = chain[0]!
    // The smaller the pieces, the more of them make a number by chance.
    const isSmall = to - from <= 2 * chain.length
    if (tier === 'wide' || (isSmall && strays.bare > (afterSilence ? 2 : 0))) return false
    return chain.every(({ voice, otherwise }) => voice === 'bare' && otherwise() === undefined)
  },
}

/** By fours, or 4-6-5, as cards are printed. */
export const printed: Way = {
  begins: ({ strays }, aboutCards) => strays.fours <= (aboutCards ? 6 : 4),
  fits: (piece, aboutCards) => {
    return isPrint(piece) && !(aboutCards ? hasOtherShape(piece) : isOther(piece))
  },
  cost(piece, aboutCards) {
    if (aboutCards ? hasOtherShape(piece) : isOther(piece)) return 0
    // "1111" left out between fours is an odd slip; "111" is a likely one.
    if (piece.digits.length % 4 === 0) return aboutCards && !piece.masked ? 1 : leftOutMax + 1
    return piece.voice === 'bare' ? 1 : 0
  },
  believes(chain, { from, to, tier }, aboutCards) {
    if (!isCardShape(groupSizes(chain, from, to)) && !isCardShape(pieceSizes(chain, from, to))) return false
    const bare = chain.filter(({ voice }) => voice === 'bare').length
    // Short and rare numbers are joined by chance too often.
    if (tier === 'wide' && !(to - from > 15 && (bare === chain.length || aboutCards))) return false
    if (!aboutCards && bare * 2 < chain.length && chain[0]!.strays.fours > 1) return false
    const named = chain.filter(({ otherwise }) => otherwise() !== undefined).length
    return named * 2 < chain.length || aboutCards
  },
}

/** Cut anywhere, in messages with a few words: only with talk of a card, or where most of them say nothing else. */
export const told: Way = {
  begins: ({ strays }) => strays.bare + strays.worded <= 3,
  fits: (piece) =>
    (piece.voice === 'bare' || (piece.voice === 'worded' && piece.digits.length > 1)) && !isOther(piece),
  cost: (piece) => (piece.voice !== 'chatter' && !isOther(piece) ? 1 : 0),
  believes(chain, { tier }, aboutCards) {
    const worded = chain.filter(({ voice }) => voice === 'worded').length
    return (
      worded > 0 &&
      tier === 'firm' &&
      (aboutCards || worded * 3 <= chain.length) &&
      chain.every(({ voice, otherwise }) => voice !== 'chatter' && otherwise() === undefined)
    )
  },
}

/** A date, a time, an order number: digits that are said between the pieces of a number. */
function isOther(piece: Piece): boolean {
  return mayBeOther(piece) && piece.otherwise() !== undefined
}

function hasOtherShape(piece: Piece): boolean {
  return mayBeOther(piece) && piece.otherwise() !== undefined && piece.otherwise() !== 'name'
}

/** By fours, or the second group of 4-6-5, or both of the first. */
function isPrint({ digits, voice }: Piece): boolean {
  return digits.length % 4 === 0 || (voice !== 'chatter' && (digits.length === 6 || digits.length === 10))
}

function mayBeOther({ groups, alone }: Piece): boolean {
  return groups.length > 1 || !alone
}

/** Takes the number in this chain, if there is one. It may begin behind other groups of the first and end before other groups of the last. */
function take(search: Search, chain: readonly WaitingPiece[], digits: readonly number[]): void {
  if (digits.length < panDigitsMin) return
  const head = chain[0]!
  const tail = chain.at(-1)!
  const tailAt = digits.length - tail.digits.length - tail.groups[0]!.at
  for (const { at } of head.groups) {
    const from = at - head.groups[0]!.at
    if (from + panDigitsMin > digits.length) return
    const first = headOf(digits, from)
    if (!isIssuerHead(first)) continue
    for (const { at, size } of tail.groups) {
      const to = tailAt + at + size
      if (to - from < panDigitsMin || to - from > panDigitsMax) continue
      const tier = tierOf(first, to - from)
      if (!tier || !luhnHolds(digits, from, to) || counts(chain)) continue
      if (
        chain.some(({ otherwise }) => otherwise() === 'certain') ||
        !search.way.believes(chain, { from, to, tier }, search.aboutCards)
      )
        continue
      search.joined.push({ pieces: chain, network: networkOf(digits.slice(from, to).join('')) })
      return
    }
  }
}

function luhnHolds(digits: readonly number[], from: number, to: number): boolean {
  let sum = 0
  for (let i = from; i < to; i++) {
    const digit = digits[i]!
    sum += (to - i) % 2 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2
  }
  return sum % 10 === 0
}

/** Do the messages count, up or down, with their first number or their last? */
function counts(chain: readonly WaitingPiece[]): boolean {
  const firsts: number[] = []
  const lasts: number[] = []
  for (const [i, piece] of chain.entries()) {
    if (chain[i - 1]?.message !== piece.message) firsts.push(valueOf(piece, 0))
    if (chain[i + 1]?.message !== piece.message) lasts.push(valueOf(piece, piece.groups.length - 1))
  }
  return isProgression(firsts) || isProgression(lasts)
}

/** Steps of one size for the most part, or small steps in one direction. */
function isProgression(values: readonly number[]): boolean {
  if (values.length < 2) return false
  const steps = values.slice(1).map((value, i) => value - values[i]!)
  if (values.length === 2) return steps[0] !== 0 && Math.abs(steps[0]!) <= countStepMax && values[0]! > 999
  if (steps.every((step) => step > 0 && step <= countStepMax)) return values.length > 3 || values[0]! > 999
  if (steps.every((step) => step < 0 && step >= -countStepMax)) return values.length > 3 || values[0]! > 999
  return steps.some((step) => {
    const isCount = step !== 0 && (Math.abs(step) <= 10 * countStepMax || step % 10 === 0)
    return isCount && steps.filter((other) => other === step).length * 5 >= steps.length * 3
  })
}

/** Others count too, and each sees its own share of the counter. */
const countStepMax = 20

function valueOf({ digits, groups }: WaitingPiece, index: number): number {
  const { at, size } = groups[index]!
  const from = at - groups[0]!.at
  return digits.slice(from, from + size).reduce((value, digit) => value * 10 + digit, 0)
}

function pieceSizes(chain: readonly WaitingPiece[], from: number, to: number): number[] {
  let at = 0
  return chain.map(({ digits }) => {
    const start = Math.max(at, from)
    at += digits.length
    return Math.min(at, to) - start
  })
}

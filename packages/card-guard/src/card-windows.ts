/** Finds the windows of a digit stream that could be card numbers: length, issuer range and Luhn, on group boundaries. */

import type { Tier } from './issuer-ranges.ts'
import { isIssuerHead, networkOf, panDigitsMax, panDigitsMin, tierOf } from './issuer-ranges.ts'
import type { Span } from './not-cards.ts'
import type { DigitStream, Group } from './read-digits.ts'
import { broken, glued } from './read-digits.ts'

export interface CardSpan extends Span {
  readonly network: string | undefined
}

export interface CardWindow {
  readonly stream: DigitStream
  readonly text: string
  readonly first: number
  readonly last: number
  readonly length: number
  /** Digits of the last group behind the window. */
  readonly tail: number
  /** Sizes of the groups as the eye sees them: what is glued together is one. */
  readonly sizes: readonly number[]
  readonly tier: Tier
  readonly aboutCards: boolean
}

export interface LuhnSums {
  hold(from: number, to: number): boolean
}

/**
 * All card numbers in one text; what each reading finds is asked for in turn. `endOf` judges a window whose arithmetic
 * holds: the group that the number ends with, -1 when it is none.
 */
export function cardsIn(
  stream: DigitStream,
  text: string,
  aboutCards: boolean,
  endOf: (window: CardWindow, sums: LuhnSums) => number,
): CardSpan[] {
  const { digits, groups } = stream
  if (digits.length < panDigitsMin) return []
  const sums = luhnSums(digits)
  const found: { start: number; end: number; network: string | undefined }[] = []
  let runEnd = 0
  let coveredTo = 0

  for (let first = 0; first < groups.length; first++) {
    const from = groups[first]!.at
    if (groups[first]!.before === broken) runEnd = endOfRun(groups, first)
    if (from + panDigitsMin > runEnd) continue
    const head = headOf(digits, from)
    if (!isIssuerHead(head)) continue
    // The longest first: what ends inside an earlier find adds nothing to the union.
    const longest = Math.min(panDigitsMax, runEnd - from)
    let last = first
    while (groups[last]!.at + groups[last]!.size < from + longest) last++
    for (let length = longest; length >= panDigitsMin; length--) {
      const to = from + length
      const tier = tierOf(head, length)
      if (!tier || !sums.hold(from, to)) continue
      while (groups[last]!.at >= to) last--
      const tail = groups[last]!.at + groups[last]!.size - to
      // A month glued behind may have its year in the next group.
      if (tail !== 2 && groups[last]!.end <= coveredTo) continue
      const sizes = sizesOf(stream, first, last, tail)
      const end = endOf({ stream, text, first, last, length, tail, sizes, tier, aboutCards }, sums)
      if (end < 0) continue
      const { start } = groups[first]!
      const previous = found.at(-1)
      // Of the numbers that overlap the first gives the name.
      if (previous && start < coveredTo) previous.end = Math.max(coveredTo, groups[end]!.end)
      else found.push({ start, end: groups[end]!.end, network: networkOf(digits.slice(from, to).join('')) })
      coveredTo = found.at(-1)!.end
    }
  }
  return found
}

/**
 * Nothing but a card number is written this way: in one group, in the groups of print, digit by digit, in words. The last
 * group, or -1.
 */
export function endOfPlainCard(window: CardWindow): number {
  const { stream, text, first, last, length, tail, sizes, tier } = window
  const { groups } = stream
  const head = groups[first]!
  let loose = 0
  let plain = 0
  let words = 0
  for (let i = first; i <= last; i++) {
    const { form, size } = groups[i]!
    if (form === 'word') words += size
    else if (form === 'loose') loose += size
    else if (form === 'plain') plain += size
  }
  const letters = loose + plain
  const isPlain =
    sizes.length === 1 || isCardShape(sizes) || sizes.every((size) => size === 1) || words * 2 > length
  const isGlued = head.before === glued && (letters > 0 || head.form === groups[first - 1]?.form)
  if (tail > 0 || !isPlain || isGlued || (tier === 'wide' && length < 16)) return -1
  if (letters > 0 && (touchesLetters(window) || loose * 2 > length)) return -1
  return decimalOrIban.test(text.slice(Math.max(0, head.start - ibanMax), groups[last]!.end)) ? -1 : last
}

/** 0.04960356143903011, DE89 3704 0044 0532 0130 00 */
const decimalOrIban = /(?<![\d.])\d{1,6}\.\d{9,}$|\b[A-Z]{2}\d\d[\dA-Z -]*$/
const ibanMax = 34

/** Luhn's sum of any stretch in constant time: running sums with the even, and with the odd, places doubled. */
export function luhnSums(digits: readonly number[]): LuhnSums {
  const sums = [new Uint32Array(digits.length + 1), new Uint32Array(digits.length + 1)] as const
  for (let i = 0; i < digits.length; i++) {
    const digit = digits[i]!
    const doubled = digit > 4 ? digit * 2 - 9 : digit * 2
    sums[0][i + 1] = sums[0][i]! + (i % 2 === 0 ? doubled : digit)
    sums[1][i + 1] = sums[1][i]! + (i % 2 === 1 ? doubled : digit)
  }
  return {
    hold(from, to) {
      const running = sums[to % 2 === 0 ? 0 : 1]
      return (running[to]! - running[from]!) % 10 === 0
    },
  }
}

export function headOf(digits: readonly number[], from: number): number {
  return digits[from]! * 1000 + digits[from + 1]! * 100 + digits[from + 2]! * 10 + digits[from + 3]!
}

/** Groups cut as cards print them: by fours (the last may be shorter), 4-6-5, 4-6-4. */
export function isCardShape(sizes: readonly number[]): boolean {
  if (sizes.length < 2) return false
  if (sizes.length === 3 && sizes[0] === 4 && sizes[1] === 6) return sizes[2] === 5 || sizes[2] === 4
  return sizes.every((size, i) => size % 4 === 0 || (i === sizes.length - 1 && sizes.length > 2 && size < 4))
}

/** Other letters right before or behind, in the same word. */
export function touchesLetters({ stream, text, first, last }: CardWindow): boolean {
  const before = text[stream.groups[first]!.start - 1] ?? ''
  const behind = text[stream.groups[last]!.end] ?? ''
  return /\p{L}/u.test(before) || /\p{L}/u.test(behind)
}

/** Where the digits end that no other word parts from this group's. */
function endOfRun(groups: readonly Group[], first: number): number {
  let last = first
  while (last + 1 < groups.length && groups[last + 1]!.before !== broken) last++
  return groups[last]!.at + groups[last]!.size
}

function sizesOf(stream: DigitStream, first: number, last: number, tail: number): number[] {
  const sizes: number[] = []
  for (let i = first; i <= last; i++) {
    const { before, size, form } = stream.groups[i]!
    // Words written without gaps are still one digit after another.
    if (i > first && before === glued && form !== 'word') sizes[sizes.length - 1]! += size
    else sizes.push(size)
  }
  sizes[sizes.length - 1]! -= tail
  return sizes
}

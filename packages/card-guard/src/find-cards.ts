/** Would a person write a card number this way, or is it a date, a phone number, a list? */

import type { CardWindow, LuhnSums } from './card-windows.ts'
import { headOf, isCardShape, touchesLetters } from './card-windows.ts'
import type { IdentifierAt } from './identifier-formats.ts'
import { tierOf } from './issuer-ranges.ts'
import type { OtherThings, Span } from './not-cards.ts'
import { saysOtherwise } from './not-cards.ts'
import type { DigitStream, Group } from './read-digits.ts'
import { broken, glued } from './read-digits.ts'

/** The group that a card number ends with which begins in this window, with what is glued behind; -1 when it is none. */
export function endOfCard(
  window: CardWindow,
  sums: LuhnSums,
  others: OtherThings,
  named: IdentifierAt,
): number {
  const { stream, first, last, tail } = window
  const { groups } = stream
  const end = tail > 0 ? endOfTail(window, sums) : last
  if (end < 0 || !isWritten(window)) return -1
  const span = { start: groups[first]!.start, end: groups[end]!.end }
  const name = named(span)
  if (name === 'introduced' || (name === 'alike' && isOddlyWritten(window))) return -1
  if (others.certain(span).some((other) => other.start <= span.start && other.end >= span.end)) return -1
  if (isApart(window, others)) return -1
  if (last > first && !isUnmistakable(window) && others.likely(span).some((other) => cuts(window, other)))
    return -1
  return end
}

/**
 * What may be glued behind a number: its expiry date, its code, or a second number. The group that it ends with, -1 when
 * it is nothing of that kind.
 */
function endOfTail(window: CardWindow, sums: LuhnSums): number {
  const { stream, text, first, last, tail, tier, aboutCards } = window
  if (tier === 'wide') return -1
  const { digits, groups } = stream
  const group = groups[last]!
  const end = group.at + group.size
  const rest = digits.slice(end - tail, end).join('')
  if (expiryBehind.test(rest)) return last
  const next = groups[last + 1]
  if (next && isMonth(rest) && next.before !== broken && next.size % 2 === 0 && next.size < 5) {
    if (/^\s?[/.-]\s?$/.test(text.slice(group.end, next.start))) return last + 1
  }
  if (aboutCards && tail <= 11 && first === last) return last
  if (aboutCards && (tail === 3 || tail === 4)) return last
  for (let length = 15; length <= 16; length++) {
    if (
      tail >= length &&
      tierOf(headOf(digits, end - tail), length) === 'firm' &&
      sums.hold(end - tail, end - tail + length)
    ) {
      return last
    }
  }
  return -1
}

/** MMYY, MMYYYY or YYMM within a card's life, and a code behind it or not. */
const expiryBehind = /^(?:(?:0[1-9]|1[0-2])(?:20)?(?:[2-4]\d)|(?:2[4-9]|3\d)(?:0[1-9]|1[0-2]))(?:\d{3,4})?$/

function isMonth(digits: string): boolean {
  return /^(?:0[1-9]|1[0-2])$/.test(digits)
}

/** Would a person write a number this way? Asked only of windows whose arithmetic holds. */
function isWritten(window: CardWindow): boolean {
  const { stream, text, first, last, length, tier, aboutCards } = window
  const { groups } = stream
  let letters = 0
  let words = 0
  let loose = 0
  for (let i = first; i <= last; i++) {
    const { form, size } = groups[i]!
    if (form === 'word') words += size
    else if (form === 'plain') letters += size
    else if (form === 'loose') loose += size
  }
  const cardShape = isCardShape(window.sizes)
  const one = window.sizes.length === 1
  const singles = window.sizes.every((size) => size === 1)
  const real = length - letters - loose

  // A number starts where a group starts. Inside "B4111…" that is the digit; among letters it is the edge of the word.
  if (letters + loose > 0) {
    if (groups[first]!.before === glued || isGluedBehind(groups, last) || touchesLetters(window)) return false
    if (one && !aboutCards && isHexWord(text.slice(groups[first]!.start, groups[last]!.end))) return false
    if (real < 1 || (loose > 0 && real * (one || cardShape ? 3 : 2) < length)) return false
    if (!cardShape && !singles && !one && (real * 2 < length || hasLetterGroup(window))) return false
  } else if (groups[first]!.before === glued && groups[first]!.form === groups[first - 1]?.form) return false

  const isNamed = () => !aboutCards && saysOtherwise(text, groups[first]!.start)
  if (tier === 'wide') {
    if ((length < 16 && !(one || cardShape)) || isNamed()) return false
  }
  if (one || cardShape || singles) return true

  let rising = true
  let farApart = false
  let apart = 0
  let listed = 0
  let value = -1
  for (let i = first; i <= last; i++) {
    const group = groups[i]!
    const next = valueOf(stream, group)
    rising &&= next >= value && group.size < 4
    value = next
    if (i > first && group.before !== glued) {
      const between = text.slice(groups[i - 1]!.end, group.start)
      farApart ||= /[,;\n\t]\s/.test(between) || between.length > gapTightMax
      apart++
      if (/[,;\t]/.test(between)) listed++
    }
  }
  if (rising && window.sizes.length > 3) return false // 36, 37, 38, 39, 40: sizes in stock
  if (isNamed()) return false
  const isList = apart > 2 && listed === apart && words * 2 < length
  if (isList && !aboutCards && !isWholeList(window)) return false
  if (isEven(window) && (!farApart || aboutCards || isWholeRun(window))) return true
  // Words are spoken with commas in them; digits with wide gaps are more than one number.
  if (words * 2 >= length) return true
  return !(farApart || isList) || aboutCards
}

/** Sixteen and more small hexadecimal letters and digits are an id: of these letters only `b` passes for a digit. */
function isHexWord(word: string): boolean {
  return /^[0-9b]{16,}$/.test(word)
}

/** A gap longer than this between uneven groups parts two numbers. */
const gapTightMax = 6

/** The groups alone say that this is one number, whatever else parts of it look like. */
function isUnmistakable(window: CardWindow): boolean {
  const { sizes } = window
  return isCardShape(sizes) || sizes.every((size) => size === 1) || isEven(window)
}

/**
 * In uneven groups, as nobody writes a card number, and with no talk of cards. Shape alone frees nothing else: sixteen open
 * digits would let every network through.
 */
function isOddlyWritten(window: CardWindow): boolean {
  return window.last > window.first && !isUnmistakable(window) && !window.aboutCards
}

/** Nothing else stands in the run: a list of numbers has rarely the length of a card. */
function isWholeRun(window: CardWindow): boolean {
  return isRun(window) && !(window.stream.groups[window.first]!.size === 3 && window.length % 3 === 0)
}

function isRun({ stream, first, last }: CardWindow): boolean {
  return stream.groups[first]!.before === broken && (stream.groups[last + 1]?.before ?? broken) === broken
}

/** "411,111,…": groups of one size which are all there is, and no array of a program. */
function isWholeList(window: CardWindow): boolean {
  const { stream, text, first, last } = window
  const { groups } = stream
  const next = groups[last + 1]
  const gapBehind = (i: number) => text.slice(groups[i]!.end, groups[i + 1]!.start)
  if (text[groups[first]!.start - 1] === '[' || !isEven(window)) return false
  return !next || next.before === broken || gapBehind(last) !== gapBehind(first)
}

/** Groups of one size with the same gap between, from the start of a run: "41.11.11…", "411 111 111 …". */
function isEven(window: CardWindow): boolean {
  const { stream, text, first, last, sizes } = window
  const { groups } = stream
  if (sizes.some((size, i) => size !== sizes[0] && !(i === sizes.length - 1 && size < sizes[0]!)))
    return false
  const gapBefore = (i: number) => text.slice(groups[i - 1]!.end, groups[i]!.start)
  let between: string | undefined
  for (let i = first + 1; i <= last; i++) {
    if (groups[i]!.before === glued) continue
    if (between !== undefined && gapBefore(i) !== between) return false
    between = gapBefore(i)
  }
  return first === 0 || groups[first]!.before === broken || gapBefore(first) !== between
}

function isGluedBehind(groups: readonly Group[], last: number): boolean {
  return groups[last + 1]?.before === glued
}

/** A group of two letters and more, "SO-2026-…". */
function hasLetterGroup({ stream, first, last }: CardWindow): boolean {
  const { groups } = stream
  for (let i = first; i <= last; i++) {
    const { form, size, before } = groups[i]!
    if ((form === 'loose' || form === 'plain') && size > 1 && before !== glued && !isGluedBehind(groups, i))
      return true
  }
  return false
}

/**
 * A number with decimals or a longer hexadecimal word shares digits with the window. Talk of cards closes this door, so
 * that nobody sends a card number as a fraction.
 */
function isApart({ stream, text, first, last, aboutCards }: CardWindow, others: OtherThings): boolean {
  if (aboutCards) return false
  const span = { start: stream.groups[first]!.start, end: stream.groups[last]!.end }
  if (others.decimals(span).length > 0) return true
  if (!/[a-f]/i.test(text[span.end] ?? text[span.start - 1] ?? '')) return false
  const before = /[0-9a-z]*$/i.exec(text.slice(Math.max(0, span.start - hexWordMax), span.start))![0]
  const behind = /^[0-9a-z]*/i.exec(text.slice(span.end, span.end + hexWordMax))![0]
  // Letters alone behind a number, "…1111abc", are no hexadecimal.
  return (
    /\d/.test(before + behind) && /[a-f].*[a-f]/i.test(before + behind) && !/[g-z]/i.test(before + behind)
  )
}

/** SHA-512 in hexadecimal. */
const hexWordMax = 128

/** The other thing spans a gap of the window, or begins or ends outside: its groups do not belong to a card number. */
function cuts({ stream, first, last }: CardWindow, other: Span): boolean {
  const { groups } = stream
  if (other.end <= groups[first]!.start || other.start >= groups[last]!.end) return false
  if (other.start < groups[first]!.start || other.end > groups[last]!.end) return true
  let inside = 0
  for (let i = first; i <= last; i++)
    if (groups[i]!.start >= other.start && groups[i]!.end <= other.end) inside++
  return inside > 1
}

function valueOf(stream: DigitStream, group: Group): number {
  let value = 0
  for (let i = group.at; i < group.at + group.size; i++) value = value * 10 + stream.digits[i]!
  return value
}

/** A tenant's own kinds of numbers, and where they could be mistaken for cards. */

import { issuerRanges } from './issuer-ranges.ts'
import type { Span } from './not-cards.ts'

/** A tenant's own kind of number, e.g. `{ name: 'Miles number', pattern: 'MM##########', prefix: 'miles' }`. */
export interface IdentifierFormat {
  readonly name: string
  /** `#` is a digit, `@` a letter, `?` either; anything else stands for itself, in either case. At most 64 characters. */
  readonly pattern: string
  /** The word that introduces it in a sentence. */
  readonly prefix?: string
}

export interface IssuerOverlap {
  readonly network: string
  /** First digits, `from` to `to`. */
  readonly from: string
  readonly to: string
  /** The length in digits at which the format could be a number of this network. */
  readonly length: number
}

/**
 * Which networks issue numbers that this format could be, for the tenant to see before the format is taken.
 * One in ten numbers inside an overlap passes the check digit and is masked, unless the format's prefix stands before it.
 */
export function overlapWithIssuerRanges(format: IdentifierFormat): IssuerOverlap[] {
  // Letters break a number, so each stretch without them is looked at by itself.
  return format.pattern.split(/[\p{L}@?]+/u).flatMap((stretch) => {
    const digits = stretch.replace(/[^#\d]/g, '')
    return issuerRanges
      .filter(({ from, to, lengths }) => lengths.includes(digits.length) && meets(digits, from, to))
      .map(({ network, from, to }) => ({ network, from, to, length: digits.length }))
  })
}

export interface IdentifierSpan extends Span {
  readonly name: string
  readonly introduced: boolean
}

/** Where numbers of these formats stand. Introduced: by letters in the pattern, or by the prefix just before. */
export function identifiersIn(text: string, formats: readonly IdentifierFormat[]): IdentifierSpan[] {
  return formats.flatMap((format) => {
    const { prefix } = format
    const ownLetters = /[\p{L}@]/u.test(format.pattern)
    return [...text.matchAll(expressionOf(format))].map((match) => {
      const start = match.index
      const before = text.slice(Math.max(0, start - introductionMax), start).toLowerCase()
      const introduced = ownLetters || (!!prefix && before.includes(prefix.toLowerCase()))
      return { name: format.name, start, end: start + match[0].length, introduced }
    })
  })
}

/** Longer patterns are no number that a person types; the bound keeps matching linear. */
const patternMax = 64
/** "my miles number is: " between the prefix and the number, and the prefix itself. */
const introductionMax = 40

const expressions = new WeakMap<IdentifierFormat, RegExp>()

function expressionOf(format: IdentifierFormat): RegExp {
  let expression = expressions.get(format)
  if (!expression) {
    const body = [...format.pattern.slice(0, patternMax)]
      .map((c) =>
        c === '#'
          ? '\\d'
          : c === '@'
            ? '\\p{L}'
            : c === '?'
              ? '[\\p{L}\\d]'
              : `\\u{${c.codePointAt(0)!.toString(16)}}`,
      )
      .join('')
    expression = new RegExp(`(?<![\\p{L}\\d])${body}(?![\\p{L}\\d])`, 'giu')
    expressions.set(format, expression)
  }
  return expression
}

/** Could digits, some of them open (`#`), begin with a prefix in this range? */
function meets(digits: string, from: string, to: string): boolean {
  const head = digits.slice(0, from.length)
  return head.replaceAll('#', '0') <= to && head.replaceAll('#', '9') >= from && hasFit(head, from, to)
}

function hasFit(head: string, from: string, to: string): boolean {
  for (let prefix = Number(from); prefix <= Number(to); prefix++) {
    const digits = String(prefix)
    if ([...digits].every((digit, i) => head[i] === '#' || head[i] === digit)) return true
  }
  return false
}

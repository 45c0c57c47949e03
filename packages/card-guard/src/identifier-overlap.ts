/** What a tenant is shown of a format of its own before it is taken: how often it is a card number by chance. */

import { luhnSums } from './card-windows.ts'
import type { IdentifierFormat } from './identifier-formats.ts'
import { introducesItself, weaknessOf } from './identifier-formats.ts'
import { issuerRanges, panDigitsMax, panDigitsMin, tierOf } from './issuer-ranges.ts'

export interface IssuerOverlap {
  /** One in so many numbers of this format is a card number by length, range and check digit; null when none is. */
  readonly oneIn: number | null
  readonly networks: readonly NetworkOverlap[]
  /** The same in a sentence. */
  readonly summary: string
  /** What lets such a number through: a word in the pattern, the prefix before it, or nothing. */
  readonly introducedBy: 'pattern' | 'prefix' | 'nothing'
}

export interface NetworkOverlap {
  readonly network: string
  /** First digits that the format can have, "4" or "51-55". */
  readonly ranges: readonly string[]
  /** Lengths in digits at which it can be a number of this network. */
  readonly lengths: readonly number[]
}

/**
 * Which networks issue numbers that this format could be, and how many of its numbers pass the check digit there. All of
 * those are masked unless the format is introduced (`identifiersIn`).
 */
export function overlapWithIssuerRanges(format: IdentifierFormat): IssuerOverlap {
  const numbers = numbersWithin(format.pattern)
  const shares = new Map<string, number>()
  const share = numbers.reduce((sum, digits) => {
    // A pattern of single digits has hundreds of stretches, and few beginnings.
    const key = `${digits.slice(0, 4)} ${digits.length}`
    const known = shares.get(key) ?? shareInRanges(digits)
    shares.set(key, known)
    return sum + known * checkDigitShare
  }, 0)
  const networks = new Map<string, { ranges: Set<string>; lengths: Set<number> }>()
  for (const digits of numbers)
    for (const { network, from, to, lengths } of issuerRanges) {
      if (!lengths.includes(digits.length) || !hasFit(digits.slice(0, from.length), from, to)) continue
      const known = networks.get(network) ?? { ranges: new Set(), lengths: new Set() }
      known.ranges.add(from === to ? from : `${from}-${to}`)
      known.lengths.add(digits.length)
      networks.set(network, known)
    }
  const oneIn = share > 0 ? Math.max(1, Math.round(1 / share)) : null
  const introducedBy = introductionOf(format)
  return {
    oneIn,
    networks: Array.from(networks, ([network, { ranges, lengths }]) => ({
      network,
      ranges: [...ranges],
      lengths: [...lengths],
    })),
    introducedBy,
    summary:
      oneIn === null ? noOverlap : `${oftenIs(oneIn, numbers.length > 1)} ${passes(format, introducedBy)}`,
  }
}

function introductionOf({ pattern, prefix }: IdentifierFormat): IssuerOverlap['introducedBy'] {
  if (introducesItself(pattern)) return 'pattern'
  return prefix !== undefined && weaknessOf(prefix) === undefined ? 'prefix' : 'nothing'
}

const noOverlap = 'No number of this format is a card number. The card guard lets it pass anyway.'

function oftenIs(oneIn: number, orHolds: boolean): string {
  const often = oneIn === 1 ? 'Every number' : `One in ${oneIn.toLocaleString('en')} numbers`
  return `${often} of this format ${orHolds ? 'is or holds' : 'is'} a valid card number.`
}

function passes({ prefix }: IdentifierFormat, introducedBy: IssuerOverlap['introducedBy']): string {
  if (introducedBy === 'pattern') return 'Such a number is let through, for its own letters say what it is.'
  if (introducedBy === 'prefix')
    return `Such a number is let through behind “${prefix}”, and masked everywhere else.`
  return prefix === undefined
    ? 'Such a number is masked: nothing says that it is yours. Name a word that stands before it.'
    : `Such a number is masked: “${prefix}” cannot introduce it.`
}

/** A number of this format that is none by chance of a card: digits in order, the letters A, B, C. */
export function exampleOf({ pattern }: IdentifierFormat): string {
  let example = ''
  for (let first = 0; first < 9; first++) {
    let digit = first
    let letter = 0
    example = pattern.replace(/[#@?]/g, (open) =>
      open === '@' ? String.fromCharCode(65 + (letter++ % 26)) : String((digit++ % 9) + 1),
    )
    if (!numbersWithin(example).some(isCard)) break
  }
  return example
}

/** Of numbers in a range, those whose last digit is the right one. */
const checkDigitShare = 0.1

/** The stretches of a pattern that could be a card number, from group to group, as digits and `#`. */
function numbersWithin(pattern: string): string[] {
  // A place that may be a letter or a digit counts as a digit: the tenant should see the worst.
  const parts = pattern.split(/[\p{L}@]+/u).flatMap((part) => {
    const groups = part.replaceAll('?', '#').match(/[#\d]+/g) ?? []
    return groups.flatMap((_, first) =>
      groups.slice(first).map((_, i) => groups.slice(first, first + i + 1).join('')),
    )
  })
  return parts.filter(({ length }) => length >= panDigitsMin && length <= panDigitsMax)
}

/** Of the first four digits that are possible here, the part in which a network issues numbers of this length. */
function shareInRanges(digits: string): number {
  const heads = [...digits.slice(0, 4)].reduce(
    (heads, digit) =>
      heads.flatMap((head) => (digit === '#' ? tenDigits : [Number(digit)]).map((next) => head * 10 + next)),
    [0],
  )
  return heads.filter((head) => tierOf(head, digits.length) !== undefined).length / heads.length
}

const tenDigits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]

/** Or begins with one: a date may be glued behind. */
function isCard(digits: string): boolean {
  const sums = luhnSums([...digits].map(Number))
  for (let length = panDigitsMin; length <= digits.length; length++)
    if (tierOf(Number(digits.slice(0, 4)), length) && sums.hold(0, length)) return true
  return false
}

/** Could digits, some of them open (`#`), begin with a prefix in this range? */
function hasFit(head: string, from: string, to: string): boolean {
  for (let prefix = Number(from); prefix <= Number(to); prefix++) {
    const digits = String(prefix)
    if ([...digits].every((digit, i) => head[i] === '#' || head[i] === digit)) return true
  }
  return false
}

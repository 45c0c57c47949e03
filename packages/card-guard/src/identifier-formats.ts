/** A tenant's own kinds of numbers: where they stand in a text, and whether something says that it is one. */

import { speaksOfCards } from './card-talk.ts'
import { issuerRanges, panDigitsMin } from './issuer-ranges.ts'
import type { Span } from './not-cards.ts'
import { firstFrom } from './not-cards.ts'

/** A tenant's own kind of number, e.g. `{ name: 'Miles number', pattern: 'MM##########', prefix: 'miles' }`. */
export interface IdentifierFormat {
  readonly name: string
  /** `#` is a digit, `@` a letter, `?` either; anything else stands for itself, in either case. At most 64 characters. */
  readonly pattern: string
  /** The word that introduces it in a sentence. */
  readonly prefix?: string
}

/**
 * Is this a number of the tenant's own? `introduced`: by a word of its own in the pattern, or by the prefix just before, in
 * a sentence that does not speak of cards. Words that stand before any number introduce none. `alike`: by its shape only.
 */
export type IdentifierAt = (span: Span) => 'introduced' | 'alike' | undefined

/** Numbers of these formats in a text, looked for when first asked: only what arithmetic takes for a card needs the answer. */
export function identifiersIn(text: string, formats: readonly IdentifierFormat[]): IdentifierAt {
  if (formats.length === 0) return () => undefined
  let found: FoundIdentifier[] | undefined
  return ({ start, end }) => {
    found ??= findIdentifiers(text, formats)
    let named: ReturnType<IdentifierAt>
    for (let i = firstFrom(found, end - patternMax * 2); i < found.length && found[i]!.start <= start; i++) {
      const one = found[i]!
      if (one.end < end) continue
      one.introduced ??=
        one.reading.introducesItself || isIntroduced(text, one.start, one.end, one.reading.prefix)
      if (one.introduced) return 'introduced'
      named = 'alike'
    }
    return named
  }
}

interface FoundIdentifier extends Span {
  readonly reading: Reading
  introduced?: boolean
}

function findIdentifiers(text: string, formats: readonly IdentifierFormat[]): FoundIdentifier[] {
  const found: FoundIdentifier[] = []
  for (const format of formats) {
    const reading = readingOf(format)
    const { expression } = reading
    if (!expression) continue
    // `matchAll` would make an expression anew for each text, and each would have to be compiled.
    expression.lastIndex = 0
    for (let match = expression.exec(text); match; match = expression.exec(text))
      found.push({ start: match.index, end: match.index + match[0].length, reading })
  }
  return found.sort((a, b) => a.start - b.start)
}

/** Why a word would introduce too much: it names cards, or stands before numbers of every kind. */
export type WeakWord = 'short' | 'card-talk' | 'everyday'

/** What is wrong with a prefix; undefined when it is a word of the tenant's own. */
export function weaknessOf(prefix: string): WeakWord | undefined {
  const words = prefix.match(/\p{L}+/gu) ?? []
  if (namesCards(prefix)) return 'card-talk'
  if (words.length > 0 && words.every((word) => everydayWords.has(word.toLowerCase()))) return 'everyday'
  return words.some((word) => isTelling(word, wordLettersMin)) ? undefined : 'short'
}

/** Does a word inside the pattern say what the number is: "ORD-####", "booking ####"? */
export function introducesItself(pattern: string): boolean {
  if (namesCards(pattern)) return false
  return pattern
    .split(/\s+/)
    .some((part) =>
      (part.match(/\p{L}+/gu) ?? []).some((word) =>
        isTelling(word, /[#\d?]/.test(part) ? markLettersMin : wordLettersMin),
      ),
    )
}

/** Does the text name cards or one of their networks? */
export function namesCards(text: string): boolean {
  const words = text.toLowerCase().match(/\p{L}+/gu) ?? []
  return speaksOfCards(text) || words.some((word) => speaksOfCards(word) || networkNames.has(word))
}

/** Longer patterns are no number that a person types; the bound keeps matching linear. */
export const patternMax = 64
/** "my miles number is: " between the prefix and the number, and the prefix itself. */
const introductionMax = 40
/** A prefix fits into what stands before a number, and leaves room for "number is". */
export const prefixMax = 24
/** Fewer letters begin too many words. */
const wordLettersMin = 3
/** Joined with the digits, "OR4111…" is a mark; one letter is not. */
const markLettersMin = 2

const networkNames = new Set(issuerRanges.map(({ network }) => network))

/** Words that stand before numbers of every kind, in the five languages of the guard. */
const everydayWords = new Set(
  `a an and are as at but by can for from has have here hello hey hi i in is it its me mine my new no not now nr num of ok
   on or please so thank thanks that the then there these this to use was with yes you your number numbers numero número
   nummer nombre numéro número digits digit zahl ziffern el la los las de del es esta este aquí mi por favor gracias con
   le les des est c'est voici mon ma merci avec pour der die das den dem ist hier mein meine bitte danke mit und für o os
   da do é está aqui meu minha obrigado obrigada com uma um`.split(/\s+/),
)

function isTelling(word: string, lettersMin: number): boolean {
  if (everydayWords.has(word.toLowerCase())) return false
  return word.length >= (ideographs.test(word) ? markLettersMin : lettersMin)
}

/** Where a character is a word or half of one, and no gap parts them. */
const ideographs = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]/u

function isIntroduced(text: string, start: number, end: number, prefix: string | undefined): boolean {
  if (prefix === undefined) return false
  const before = sentenceBefore(text, start)
  const at = lastWordStart(before.toLowerCase(), prefix)
  // Another number between: that is the one which was introduced.
  if (at < 0 || /\p{N}/u.test(before.slice(at + prefix.length))) return false
  return !speaksOfCards(before + ' ' + sentenceBehind(text, end))
}

/** Where the prefix begins a word last: "order" also in "Ordernumber", not in "border". -1 when nowhere. */
function lastWordStart(text: string, prefix: string): number {
  let at = text.lastIndexOf(prefix)
  while (at > 0 && /\p{L}/u.test(text[at - 1]!) && !ideographs.test(prefix[0]!))
    at = text.lastIndexOf(prefix, at - 1)
  return at
}

/** Where one sentence ends and the next begins, or one field of a form; "no." and "Nr." end none. */
const sentenceEnd = /[;!?]|"\s*,\s*"|(?<=\p{L}{4})\.\s/gu

function sentenceBefore(text: string, start: number): string {
  const before = text.slice(Math.max(0, start - introductionMax), start)
  const last = Array.from(before.matchAll(sentenceEnd)).at(-1)
  return last ? before.slice(last.index + last[0].length) : before
}

function sentenceBehind(text: string, end: number): string {
  const behind = text.slice(end, end + introductionMax)
  const stop = /^\.\s/.test(behind) ? 0 : behind.search(sentenceEnd)
  return stop < 0 ? behind : behind.slice(0, stop)
}

interface Reading {
  /** Undefined where no card number fits into the pattern: there is nothing to let through. */
  readonly expression: RegExp | undefined
  readonly introducesItself: boolean
  /** In small letters; undefined when there is none that could introduce anything. */
  readonly prefix: string | undefined
}

const holdsCard = new RegExp(`^(?:[^#\\d?]*[#\\d?]){${panDigitsMin}}`)

const readings = new WeakMap<IdentifierFormat, Reading>()

function readingOf(format: IdentifierFormat): Reading {
  let reading = readings.get(format)
  if (!reading) {
    const prefix = format.prefix?.trim().toLowerCase()
    reading = {
      expression: holdsCard.test(format.pattern) ? expressionOf(format.pattern) : undefined,
      introducesItself: introducesItself(format.pattern),
      prefix: prefix && weaknessOf(prefix) === undefined ? prefix : undefined,
    }
    readings.set(format, reading)
  }
  return reading
}

function expressionOf(pattern: string): RegExp {
  const body = [...pattern.slice(0, patternMax)]
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
  return new RegExp(`(?<![\\p{L}\\d])${body}(?![\\p{L}\\d])`, 'giu')
}

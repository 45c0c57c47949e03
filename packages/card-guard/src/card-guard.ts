/**
 * Finds card data in text and masks it. No input or output, no clock, no logging: a guard that can log can leak.
 * Runs unchanged in the visitor's browser and in the server.
 */
import { secretsBeside, trackAround } from './beside-cards.ts'
import { blobsIn, depthMax, maySpellBytes, unescapeText } from './encodings.ts'
import type { CardSpan, NamedSpans } from './find-cards.ts'
import { cardsIn } from './find-cards.ts'
import type { IdentifierFormat } from './identifier-formats.ts'
import { identifiersIn } from './identifier-formats.ts'
import { panDigitsMin } from './issuer-ranges.ts'
import type { Finding, ScreenedText } from './mask.ts'
import { mask, maskOf, union } from './mask.ts'
import { otherThingsIn, speaksOfCards } from './not-cards.ts'
import type { Piece } from './pieces.ts'
import { joinWithin, piecesOfMessage, piecesWithin } from './pieces.ts'
import type { DigitStream, Lexed } from './read-digits.ts'
import { layOut, lex, lexSigns, plainReading } from './read-digits.ts'

export type { Finding, FindingKind, ScreenedText } from './mask.ts'
export { maskOf }
export type { IdentifierFormat, IssuerOverlap } from './identifier-formats.ts'
export { overlapWithIssuerRanges } from './identifier-formats.ts'
export type { EarlierScreened, GuardWindow, WindowLimits, WindowScreened } from './guard-window.ts'
export { openWindow } from './guard-window.ts'

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

/** Finds and masks the card data of one text. Screening the result again masks nothing more. */
export function screen(text: string, options: GuardOptions = {}): Screened {
  const { text: masked, findings, pieces } = screenText(text, options)
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
export function screenText(text: string, options: GuardOptions): ScreenedAlone {
  let lexed = lex(text)
  let findings: Finding[] = []
  let masked = text as ScreenedText
  // A mask takes words and digits away, and what is left is read anew, until nothing is found.
  for (let round = 0; round < roundsMax; round++) {
    const fresh = findIn(masked, lexed, options, 0)
    if (fresh.length === 0) break
    findings = union([...findings, ...toOriginal(fresh, findings)])
    masked = mask(text, findings)
    lexed = lex(masked)
  }
  return { text: masked, findings, otherWords: lexed.otherWords, pieces: piecesOfMessage(masked, lexed) }
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

function findIn(text: string, lexed: Lexed, options: GuardOptions, depth: number): Finding[] {
  const plain = findPlain(text, lexed, options)
  const mayBeEncoded = lexed.mayBeEncoded || (lexed.digitsMax >= 2 * panDigitsMin && maySpellBytes(text))
  if (!mayBeEncoded || depth >= depthMax) return plain
  const found = plain
  const unescaped = unescapeText(text)
  if (unescaped) {
    const lexed = lex(unescaped.text)
    // Where no escape stood all was read already.
    const stretches = lexed.stretches.filter(({ from, to }) => unescaped.hadEscape(from, to))
    for (const finding of findPlain(unescaped.text, { ...lexed, stretches }, options, 'stretches')) {
      found.push({ ...finding, ...unescaped.toOriginal(finding.start, finding.end) })
    }
  }
  const known = new Map<string, Finding | undefined>()
  for (const layer of unescaped ? [undefined, unescaped] : [undefined]) {
    for (const blob of blobsIn(layer?.text ?? text)) {
      if (!known.has(blob.text)) known.set(blob.text, numberIn(blob.text, options, depth + 1))
      const inside = known.get(blob.text)
      if (inside)
        found.push({
          ...inside,
          ...(layer ? layer.toOriginal(blob.start, blob.end) : { start: blob.start, end: blob.end }),
        })
    }
  }
  return union(found)
}

function numberIn(text: string, options: GuardOptions, depth: number): Finding | undefined {
  return findIn(text, lex(text), options, depth).find(({ kind }) => kind === 'pan' || kind === 'track')
}

function findPlain(
  text: string,
  lexed: Lexed,
  options: GuardOptions,
  extent: 'text' | 'stretches' = 'text',
): Finding[] {
  if (lexed.digitsMax < codeDigitsMin) return []
  const stream = layOut(lexed, plainReading)
  let about: boolean | undefined
  const aboutCards = () => (about ??= speaksOfCards(text))
  const found: Finding[] = []
  if (lexed.digitsMax >= panDigitsMin || lexed.hasSigns) {
    for (const { start, end, network } of cardsOf(text, lexed, stream, aboutCards(), options, extent)) {
      const track = trackAround(text, { start, end })
      const name = network === undefined ? {} : { network }
      found.push(track ? { kind: 'track', ...track, ...name } : { kind: 'pan', start, end, ...name })
    }
  }
  const cards = union(found)
  const beside = secretsBeside(text, stream, cards, aboutCards, options.nearCard ?? false)
  return beside.length > 0 ? union([...cards, ...beside]) : cards
}

function cardsOf(
  text: string,
  lexed: Lexed,
  plain: DigitStream,
  aboutCards: boolean,
  options: GuardOptions,
  extent: 'text' | 'stretches',
): CardSpan[] {
  const named = namedSpans(text, options)
  const others = otherThingsIn(text)
  const cards: CardSpan[] = []
  for (const reading of lexed.readings) {
    const isPlain = reading === plainReading
    const stream = isPlain && extent === 'text' ? plain : layOut(lexed, reading, isPlain, 'stretches')
    cards.push(...cardsIn(stream, text, aboutCards, others, named))
  }
  if (lexed.hasSigns) {
    for (const signed of lexSigns(text, lexed)) {
      for (const reading of signed.readings)
        cards.push(...cardsIn(layOut(signed, reading), text, aboutCards, others, named))
    }
  }
  if (
    cards.length === 0 &&
    (extent === 'text' || lexed.stretches.length > 0) &&
    plain.digits.length >= panDigitsMin
  ) {
    // With look-alikes and without: "4111 so 1111" is no 50 in the middle.
    for (const reading of lexed.readings.filter((one) => one === plainReading || one.alike === 'no')) {
      for (const { pieces, network } of joinWithin(piecesWithin(text, lexed, reading, others), aboutCards)) {
        for (const { start, end } of pieces) cards.push({ start, end, network })
      }
    }
  }
  return cards
}

/** Verification codes have three digits or four. */
const codeDigitsMin = 3

function namedSpans(text: string, options: GuardOptions): NamedSpans {
  if (!options.identifiers?.length) return () => undefined
  const spans = identifiersIn(text, options.identifiers)
  return ({ start, end }) => {
    const inside = spans.filter((span) => span.start <= start && span.end >= end)
    if (inside.length === 0) return undefined
    return inside.some((span) => span.introduced) ? 'introduced' : 'alike'
  }
}

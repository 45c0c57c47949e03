/**
 * Finds card data in text and masks it. No input or output, no clock, no logging: a guard that can log can leak.
 * This is the whole guard, as the server has it; `composer.ts` is the part that every visitor's browser loads.
 */
import { secretsBeside, trackAround } from './beside-cards.ts'
import { speaksOfCards } from './card-talk.ts'
import type { CardSpan } from './card-windows.ts'
import { cardsIn } from './card-windows.ts'
import { plainReading, readingsOf } from './compose-numbers.ts'
import { blobsIn, depthMax, maySpellBytes, unescapeText } from './encodings.ts'
import { endOfCard } from './find-cards.ts'
import type { GuardWindow, WindowOptions } from './guard-window.ts'
import { openWindowOf } from './guard-window.ts'
import { identifiersIn } from './identifier-formats.ts'
import { panDigitsMin } from './issuer-ranges.ts'
import { bare, printed, told } from './join-messages.ts'
import { joinWithin, piecesWithin } from './join-within.ts'
import type { Finding } from './mask.ts'
import { mask, maskOf, union } from './mask.ts'
import { otherThingsIn } from './not-cards.ts'
import { piecesOfMessage } from './pieces.ts'
import type { DigitStream, Lexed, Stretch } from './read-digits.ts'
import { layOut, lex } from './read-digits.ts'
import type { Guard, GuardOptions, Screened } from './screen-text.ts'
import { screenWith } from './screen-text.ts'
import { tellingsOf } from './split-talk.ts'
import { lexSigns, stretchesOf } from './stretches.ts'

export type { GuardOptions, Screened } from './screen-text.ts'
export type { Finding, FindingKind, ScreenedText } from './mask.ts'
export { maskOf }
export type { IdentifierFormat, WeakWord } from './identifier-formats.ts'
export { namesCards, patternMax, prefixMax, weaknessOf } from './identifier-formats.ts'
export type { IssuerOverlap, NetworkOverlap } from './identifier-overlap.ts'
export { exampleOf, overlapWithIssuerRanges } from './identifier-overlap.ts'
export type { EarlierScreened, GuardWindow, WindowLimits, WindowScreened } from './guard-window.ts'

/** Finds and masks the card data of one text. Screening the result again masks nothing more. */
export function screen(text: string, options: GuardOptions = {}): Screened {
  return screenWith(guard, text, options)
}

/** Screens a value that stands under a name, as in a form: the name may introduce a number of the tenant's own. */
export function screenField(name: string, value: string, options: GuardOptions): Screened {
  const alone = screen(value, options)
  if (alone.findings.length === 0 || !options.identifiers?.length) return alone
  if (screen(`${name}: ${value}`, options).findings.length > 0) return alone
  return { ...alone, text: mask(value, []), findings: [] }
}

/** Opens a window on one author's messages in one conversation. */
export function openWindow(options: WindowOptions = {}): GuardWindow {
  return openWindowOf(guard, [bare, told, printed], options)
}

const guard: Guard = {
  find: (text, lexed, options) => findIn(text, lexed, options, 0),
  piecesIn: (text, lexed) =>
    lexed.digitsMax === 0 ? [] : piecesOfMessage(text, lexed, layOut(lexed, plainReading), tellingsOf(text)),
}

function findIn(text: string, lexed: Lexed, options: GuardOptions, depth: number): Finding[] {
  const plain = findPlain(text, lexed, options)
  const mayBeEncoded = lexed.mayBeEncoded || (lexed.digitsMax >= 2 * panDigitsMin && maySpellBytes(text))
  if (!mayBeEncoded || depth >= depthMax) return plain
  const found = plain
  const unescaped = unescapeText(text)
  if (unescaped) {
    const lexed = lex(unescaped.text)
    // Where no escape stood all was read already.
    const stretches = stretchesOf(unescaped.text, lexed).filter(({ from, to }) =>
      unescaped.hadEscape(from, to),
    )
    for (const finding of findPlain(unescaped.text, lexed, options, stretches)) {
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

function findPlain(text: string, lexed: Lexed, options: GuardOptions, part?: readonly Stretch[]): Finding[] {
  if (lexed.digitsMax < codeDigitsMin) return []
  const stream = layOut(lexed, plainReading)
  let about: boolean | undefined
  const aboutCards = () => (about ??= speaksOfCards(text))
  const found: Finding[] = []
  if (lexed.digitsMax >= panDigitsMin || lexed.hasSigns) {
    for (const { start, end, network } of cardsOf(text, lexed, stream, aboutCards(), options, part)) {
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
  part: readonly Stretch[] | undefined,
): CardSpan[] {
  const named = identifiersIn(text, options.identifiers ?? [])
  const others = otherThingsIn(text)
  const endOf: Parameters<typeof cardsIn>[3] = (window, sums) => endOfCard(window, sums, others, named)
  const cards: CardSpan[] = []
  const readings = readingsOf(text, lexed)
  const stretches = part ?? (readings.length > 1 || lexed.hasSigns ? stretchesOf(text, lexed) : [])
  for (const reading of readings) {
    const isPlain = reading === plainReading
    const stream =
      isPlain && !part ? plain : layOut(lexed, reading, isPlain ? undefined : plainReading, stretches)
    cards.push(...cardsIn(stream, text, aboutCards, endOf))
  }
  if (lexed.hasSigns) {
    for (const signed of lexSigns(text, stretches)) {
      for (const reading of readingsOf(text, signed))
        cards.push(...cardsIn(layOut(signed, reading, plainReading), text, aboutCards, endOf))
    }
  }
  if (cards.length === 0 && part?.length !== 0 && plain.digits.length >= panDigitsMin) {
    // With look-alikes and without: "4111 so 1111" is no 50 in the middle.
    for (const reading of readings.filter((one) => one === plainReading || one.alike === 'no')) {
      for (const { pieces, network } of joinWithin(piecesWithin(text, lexed, reading, others), aboutCards)) {
        for (const { start, end } of pieces) cards.push({ start, end, network })
      }
    }
  }
  return cards
}

/** Verification codes have three digits or four. */
const codeDigitsMin = 3

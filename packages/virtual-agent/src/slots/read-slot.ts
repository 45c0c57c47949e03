import { codesIn, parseCodeShape } from './code-shape.ts'
import { foldText, readCharactersMax } from './folded-text.ts'
import { numbersIn } from './number-words.ts'
import { choicesIn } from './read-choice.ts'
import { dateRangesIn, datesIn } from './read-date.ts'
import { emailsIn } from './read-email.ts'
import { moneyIn } from './read-money.ts'
import { phonesIn } from './read-phone.ts'
import { timesIn } from './read-time.ts'
import { yesNoOf } from './read-yes-no.ts'
import type { Reading, ReadingContext, SlotType, SlotValue, Span } from './slot-type.ts'

/** What the card guard puts in place of card data: `maskOf` in card-guard. It is never a part of a value. */
const maskPattern = /\[(?:card|security|expiry)[a-z ]* removed\]/g

/** Where a text is masked. */
export function masksIn(text: string): Span[] {
  return [...text.matchAll(maskPattern)].map((match) => ({
    start: match.index,
    end: match.index + match[0].length,
  }))
}

/** All values of a type that a screened text gives, in order. Values out of the bounds of the type are left out. */
export function readSlot(type: SlotType, text: string, context: ReadingContext): Reading[] {
  const read = text.slice(0, readCharactersMax)
  const masks = masksIn(read)
  // Masked places are blanked, place for place, so that nothing is read out of a mask or across one.
  const seen = masks.reduce(
    (rest, { start, end }) => rest.slice(0, start) + '\u2028'.repeat(end - start) + rest.slice(end),
    read,
  )
  const found = readType(type, seen, context)
  return found.filter(({ span }) => !masks.some((mask) => mask.start < span.end && span.start < mask.end))
}

/** The value that a text as a whole stands for, as a form field or a quick reply gives it. */
export function readWhole(type: SlotType, text: string, context: ReadingContext): Reading | null {
  const readings = readSlot(type, text, { ...context, expected: true })
  return readings.length === 1 ? readings[0]! : null
}

export const textCharactersMax = 500

function readType(type: SlotType, text: string, context: ReadingContext): Reading[] {
  switch (type.kind) {
    case 'date':
      return datesIn(text, { ...context, prefer: type.prefer })
        .filter(({ from, to }) => from === to)
        .map(({ from, span }) => ({ value: { kind: 'date', date: from }, span }))
    case 'dateRange':
      return dateRangesIn(text, context).map(({ from, to, span }) => ({
        value: { kind: 'dateRange', from, to },
        span,
      }))
    case 'time':
      return timesIn(text, context).map(({ time, span }) => ({ value: { kind: 'time', time }, span }))
    case 'money':
      return moneyIn(text, context)
        .filter(
          ({ amount, currency }) => (currency ?? type.currency) === type.currency && within(amount, type),
        )
        .map(({ amount, span }) => ({ value: { kind: 'money', amount, currency: type.currency }, span }))
    case 'quantity':
      return quantitiesIn(text, type, context)
    case 'code':
      return type.shapes.flatMap((written) => {
        const shape = parseCodeShape(written)
        return 'fault' in shape
          ? []
          : codesIn(text, shape).map(({ code, start, end }): Reading => ({
              value: { kind: 'code', code },
              span: { start, end },
            }))
      })
    case 'email':
      return emailsIn(text).map(({ email, span }) => ({ value: { kind: 'email', email }, span }))
    case 'phone':
      return phonesIn(text, type.country).map(({ phone, span }) => ({
        value: { kind: 'phone', phone },
        span,
      }))
    case 'choice':
      return choicesIn(text, type.choices, context).map(({ choice, or, span }) => ({
        value: { kind: 'choice', choice },
        span,
        ...(or.length === 0 ? {} : { or: or.map((other): SlotValue => ({ kind: 'choice', choice: other })) }),
      }))
    case 'yesNo': {
      const yes = yesNoOf(text, context.language)
      return yes === null ? [] : [{ value: { kind: 'yesNo', yes }, span: { start: 0, end: text.length } }]
    }
    case 'text': {
      // Anything can be a text, so it is read only where one was asked for.
      const trimmed = text.trim()
      const start = text.indexOf(trimmed)
      const max = type.charactersMax ?? textCharactersMax
      if (context.expected !== true || trimmed === '' || trimmed.length > max) return []
      return [{ value: { kind: 'text', text: trimmed }, span: { start, end: start + trimmed.length } }]
    }
  }
}

function quantitiesIn(
  text: string,
  type: SlotType & { kind: 'quantity' },
  context: ReadingContext,
): Reading[] {
  const folded = foldText(text)
  // A number that belongs to a day, a time or an amount is not one of things.
  const others = [
    ...datesIn(text, { ...context, expected: false }),
    ...timesIn(text, { ...context, expected: false }),
    ...moneyIn(text, { ...context, expected: false }).filter(({ currency }) => currency !== null),
  ].map(({ span }) => span)
  return numbersIn(folded, context.language)
    .filter(
      ({ value, start, end }) =>
        within(value, type) && !others.some((other) => other.start < end && start < other.end),
    )
    .map(({ value, start, end }) => ({ value: { kind: 'quantity', number: value }, span: { start, end } }))
}

function within(number: number, { min, max }: { min?: number; max?: number }): boolean {
  return number >= (min ?? 0) && number <= (max ?? Infinity)
}

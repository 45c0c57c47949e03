import { languages } from '../script.ts'
import { foldText } from './folded-text.ts'
import { numbersIn } from './number-words.ts'
import type { ReadingContext, Span } from './slot-type.ts'

export interface MoneyRead {
  amount: number
  /** Null when the text names none. */
  currency: string | null
  span: Span
}

/**
 * Amounts with their currency: `45 €`, `1.200,50 EUR`, `fifty pounds`, `3 thousand dollars`. A bare number is an
 * amount only when one was asked for, or when it has exactly two decimals.
 */
export function moneyIn(text: string, context: ReadingContext): MoneyRead[] {
  const folded = foldText(text)
  const order = [context.language, ...languages.filter((language) => language !== context.language)]
  for (const language of order) {
    const found: MoneyRead[] = []
    for (const number of numbersIn(folded, language)) {
      if (!Number.isFinite(number.value) || number.value > amountMax || number.value < 0) continue
      const written = folded.slice(number.start, number.end)
      const amount = Math.round(number.value * 100) / 100
      if (Math.abs(amount - number.value) > 1e-9) continue
      const after = currencyAfter.exec(folded.slice(number.end, number.end + 24))
      const before = currencyBefore.exec(folded.slice(Math.max(0, number.start - 12), number.start))
      // "a thousand pounds": the article belongs to the number.
      const article = /(?:^|[^\p{L}])(an? )$/u.exec(folded.slice(Math.max(0, number.start - 4), number.start))
      const start = number.start - (!number.digits && article !== null ? article[1]!.length : 0)
      if (after !== null)
        found.push({
          amount,
          currency: currencyOf(after[1]!),
          span: { start, end: number.end + after[0].length },
        })
      else if (before !== null)
        found.push({
          amount,
          currency: currencyOf(before[1]!),
          span: { start: number.start - before[0].length, end: number.end },
        })
      else if (
        (context.expected === true && language === context.language && !nextIsDay(folded, number.end)) ||
        /^\d{1,7}[.,]\d{2}$/.test(written)
      )
        found.push({ amount, currency: null, span: { start: number.start, end: number.end } })
    }
    if (found.length > 0) return found
  }
  return []
}

/** Beyond this no shop pays back in a chat; and it keeps cents exact in a double. */
const amountMax = 10_000_000

function nextIsDay(folded: string, end: number): boolean {
  return /^(?:st|nd|rd|th|\.\d|\/|:)/.test(folded.slice(end, end + 3))
}

const names: Record<string, string> = {
  EUR: '€|eur|euros?',
  USD: '\\$|us\\$|usd|dollars?|dolares|bucks?|dollar',
  GBP: '£|gbp|pounds?(?: sterling)?|libras?(?: esterlinas)?|pfund|quid',
  CHF: 'chf|francs?|franken|francos?|sfr',
  JPY: '¥|jpy|yen(?:es)?',
  MXN: 'mxn|pesos?',
  SAR: 'sar|ريال',
  AED: 'aed|درهم',
  EGP: 'egp|جنيه',
  CAD: 'cad',
  AUD: 'aud',
  SEK: 'sek|kronor',
  PLN: 'pln|zloty',
}
const anyName = Object.values(names).join('|')
const currencyAfter = new RegExp(`^ ?(${anyName})(?![\\p{L}])`, 'u')
const currencyBefore = new RegExp(`(?<![\\p{L}])(${anyName}) ?$`, 'u')

function currencyOf(written: string): string {
  return Object.entries(names).find(([, spellings]) =>
    new RegExp(`^(?:${spellings})$`, 'u').test(written),
  )![0]
}

import { foldText } from './folded-text.ts'
import type { Span } from './slot-type.ts'

/** E.164: at most fifteen digits; fewer than seven are no number one can be called on from elsewhere. */
const digitsMin = 7
const digitsMax = 15

/** Phone numbers, as E.164 where the text or the country says which country they are of, else as their digits. */
export function phonesIn(text: string, country?: string): { phone: string; span: Span }[] {
  const found: { phone: string; span: Span }[] = []
  for (const match of foldText(text).matchAll(
    /(?<![\p{L}\d])(?:\+|\(\+?|00)?\d(?:[ ()/.-]{0,2}\d){6,16}(?![\p{L}\d])/gu,
  )) {
    const written = match[0]
    const digits = written.replaceAll(/\D/g, '')
    const span = { start: match.index, end: match.index + written.length }
    // A date or an amount of digits and dots is no phone number.
    if (/^\d{1,4}[./-]\d{1,2}[./-]\d{1,4}$/.test(written)) continue
    const international = /^\(?\+/.test(written) ? digits : digits.startsWith('00') ? digits.slice(2) : null
    const national = digits.startsWith('0') ? digits.slice(1) : digits
    const full =
      international?.replace(/^(\d{1,3})0(?=\d{9,})/, written.includes('(0)') ? '$1' : '$10') ?? null
    const phone = full !== null ? `+${full}` : country === undefined ? digits : `+${country}${national}`
    const count = phone.replaceAll(/\D/g, '').length
    if (count >= digitsMin && count <= digitsMax) found.push({ phone, span })
  }
  return found
}

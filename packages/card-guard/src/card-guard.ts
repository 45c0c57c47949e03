/**
 * Finds card data in text and masks it. No input or output, no clock, no logging: a guard that can log can leak.
 * Runs unchanged in the visitor's browser and in the server.
 */
import { panDigitsMax, panDigitsMin, tierOf, networkOf } from './issuer-ranges.ts'

declare const screened: unique symbol

/** Text that holds no card data this guard can see. Only this package makes one; the store takes nothing else. */
export type ScreenedText = string & { readonly [screened]: true }

export type FindingKind = 'pan' | 'track' | 'verification-code' | 'expiry'

export interface Finding {
  readonly kind: FindingKind
  /** Offsets into the text that was given, in UTF-16 units, end exclusive. */
  readonly start: number
  readonly end: number
  /** The card network by issuer range, where a number was read. No digit of the number leaves the guard. */
  readonly network?: string
}

export interface Screened {
  readonly text: ScreenedText
  readonly findings: readonly Finding[]
  /** True when the text may be a piece of a number that is split over messages: seal it under a key of its own. */
  readonly mayContinue: boolean
}

/** A tenant's own kind of number, e.g. `{ name: 'Miles number', pattern: 'MM##########', prefix: 'miles' }`. */
export interface IdentifierFormat {
  readonly name: string
  /** `#` is a digit, `@` a letter, `?` either; anything else stands for itself, in either case. */
  readonly pattern: string
  /** The word that introduces it in a sentence. */
  readonly prefix?: string
}

export interface GuardOptions {
  readonly identifiers?: readonly IdentifierFormat[]
}

/** What stands in place of what was found. No digits: a rest of a number could be joined with another rest. */
export const maskOf: Record<FindingKind, string> = {
  pan: '[card number removed]',
  track: '[card data removed]',
  'verification-code': '[security code removed]',
  expiry: '[expiry date removed]',
}

export interface EarlierScreened {
  readonly id: string
  /** Replaces the text returned before for this id. */
  readonly text: ScreenedText
  /** Offsets into the text returned before for this id. */
  readonly findings: readonly Finding[]
}

export interface WindowScreened extends Screened {
  /** Earlier messages that turned out to be pieces of a number which this message completed. */
  readonly earlier: readonly EarlierScreened[]
}

/** Screens the messages of ONE author in ONE conversation, in order. */
export interface GuardWindow {
  screen(id: string, text: string): WindowScreened
}

export interface WindowLimits {
  readonly piecesMax?: number
  readonly charactersMax?: number
}

export function screen(text: string, _options: GuardOptions = {}): Screened {
  const findings: Finding[] = []
  for (const match of text.matchAll(/\d(?:[ .-]?\d){11,18}(?!\d)/g)) {
    const digits = match[0].replace(/\D/g, '')
    if (digits.length < panDigitsMin || digits.length > panDigitsMax) continue
    if (!tierOf(Number(digits.slice(0, 4)), digits.length) || !luhn(digits)) continue
    const network = networkOf(digits)
    findings.push({
      kind: 'pan',
      start: match.index,
      end: match.index + match[0].length,
      ...(network && { network }),
    })
  }
  return { text: mask(text, findings), findings, mayContinue: findings.length === 0 && /\d/.test(text) }
}

export function openWindow(options: GuardOptions & { limits?: WindowLimits } = {}): GuardWindow {
  return { screen: (_id, text) => ({ ...screen(text, options), earlier: [] }) }
}

function mask(text: string, findings: readonly Finding[]): ScreenedText {
  let masked = ''
  let at = 0
  for (const { kind, start, end } of findings) {
    masked += text.slice(at, start) + maskOf[kind]
    at = end
  }
  return (masked + text.slice(at)) as ScreenedText
}

function luhn(digits: string): boolean {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48
    sum += i % 2 ? (digit > 4 ? digit * 2 - 9 : digit * 2) : digit
  }
  return sum % 10 === 0
}

/** The only place that makes a `ScreenedText`. */

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

/** What stands in place of what was found. No digits: the rest of one number could be joined with another rest. */
export const maskOf: Readonly<Record<FindingKind, string>> = {
  pan: '[card number removed]',
  track: '[card data removed]',
  'verification-code': '[security code removed]',
  expiry: '[expiry date removed]',
}

/** Puts the masks in. `findings` MUST be in order and apart from each other, see `union`. */
export function mask(text: string, findings: readonly Finding[]): ScreenedText {
  let masked = ''
  let at = 0
  for (const { kind, start, end } of findings) {
    masked += text.slice(at, start) + maskOf[kind]
    at = end
  }
  return (masked + text.slice(at)) as ScreenedText
}

/** Overlapping findings become one; the graver kind (track, number, code, date) names it. */
export function union(findings: readonly Finding[]): Finding[] {
  const sorted = [...findings].sort((a, b) => a.start - b.start || b.end - a.end)
  const joined: Finding[] = []
  for (const next of sorted) {
    const last = joined.at(-1)
    if (!last || next.start >= last.end) {
      joined.push(next)
      continue
    }
    const graver = gravity.indexOf(next.kind) < gravity.indexOf(last.kind) ? next : last
    joined[joined.length - 1] = { ...graver, start: last.start, end: Math.max(last.end, next.end) }
  }
  return joined
}

const gravity: readonly FindingKind[] = ['track', 'pan', 'verification-code', 'expiry']

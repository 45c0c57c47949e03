import { screen, type ScreenedText } from '@candor/card-guard'
import type { IdentifierFormat } from '@candor/protocol/frames.ts'

/** A record that may be stored. */
export interface ScreenedRecord {
  kind: 'clean'
  /** As it will be read again: numbers in its texts are masked. */
  record: Readonly<Record<string, unknown>>
  json: ScreenedText
  /** Digits in it may be a piece of a number: it is sealed under a key of its own. */
  ownKey: boolean
}

/** `found`: as a whole it reads as card data, however it is masked. It must not be stored. */
export type RecordScreening = ScreenedRecord | { kind: 'found' }

/** Deeper than this is no record. */
const depthMax = 24

/**
 * Screens what a program has put together from a visitor's words: every text in it by itself, then all of it as one
 * text, since a number may be spread over several fields.
 */
export function screenRecord(
  record: Readonly<Record<string, unknown>>,
  identifiers: readonly IdentifierFormat[],
): RecordScreening {
  let ownKey = false

  function leaf(text: string): string {
    const screened = screen(text, { identifiers })
    ownKey ||= screened.mayContinue
    return screened.text
  }

  function screened(value: unknown, depth: number): unknown {
    if (depth > depthMax) throw new TypeError('a record is nested too deeply')
    if (typeof value === 'string') return leaf(value)
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map((item) => screened(item, depth + 1))
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [leaf(name), screened(inner, depth + 1)]),
    )
  }

  const masked = screened(record, 0) as Readonly<Record<string, unknown>>
  const whole = screen(JSON.stringify(masked), { identifiers })
  return whole.findings.length > 0
    ? { kind: 'found' }
    : { kind: 'clean', record: masked, json: whole.text, ownKey }
}

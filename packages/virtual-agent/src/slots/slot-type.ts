import type { Language, Localised } from '../script.ts'

/** What a slot, an argument or a field of a tool's answer can hold. Closed: nothing in here is code or a pattern that backtracks. */
export type SlotType =
  | { kind: 'date'; prefer?: 'past' }
  /** First and last day, both included. */
  | { kind: 'dateRange' }
  | { kind: 'time' }
  /** Amounts in another currency are not read: a limit of 200 EUR says nothing about 200 JPY. */
  | { kind: 'money'; currency: string; min?: number; max?: number }
  | { kind: 'quantity'; min?: number; max?: number }
  /** Order and booking numbers by shape: see slots/code-shape.ts. */
  | { kind: 'code'; shapes: string[] }
  | { kind: 'email' }
  /** `country` is the calling code that a number without one belongs to, such as 49. */
  | { kind: 'phone'; country?: string }
  | { kind: 'choice'; choices: Choice[] }
  | { kind: 'yesNo' }
  | { kind: 'text'; charactersMax?: number }

export interface Choice {
  /** What conditions and tools see. */
  id: string
  title: Localised
  /** Other words for it. */
  synonyms?: Partial<Record<Language, string[]>>
}

/** A value as it stands in the dialogue state: plain JSON. */
export type SlotValue =
  /** ISO 8601 */
  | { kind: 'date'; date: string }
  | { kind: 'dateRange'; from: string; to: string }
  /** `HH:MM`, 24 hours */
  | { kind: 'time'; time: string }
  /** In whole units of the currency with at most its decimals: 12.5 is 12 EUR 50. */
  | { kind: 'money'; amount: number; currency: string }
  | { kind: 'quantity'; number: number }
  | { kind: 'code'; code: string }
  | { kind: 'email'; email: string }
  /** E.164 where the country is known, else the digits. */
  | { kind: 'phone'; phone: string }
  | { kind: 'choice'; choice: string }
  | { kind: 'yesNo'; yes: boolean }
  | { kind: 'text'; text: string }

/** Half-open, in UTF-16 units of the text as the visitor wrote it. */
export interface Span {
  start: number
  end: number
}

/** A value and where in the text it was read. */
export interface Reading {
  value: SlotValue
  span: Span
  /** Other values that the same words may mean, such as two choices that are alike. Ask before one is used. */
  or?: SlotValue[]
}

export interface ReadingContext {
  language: Language
  /** ISO date on which the visitor writes: relative dates count from here. */
  today: string
  /** `en-US` writes the month first; by default the day comes first. */
  monthFirst?: boolean
  /** The slot was asked for: a bare "5" may be a time, an amount or a day of the month. */
  expected?: boolean
}

/** What goes in and out of the intent engine: the wall that the rooms of the server build on. */

/** One thing a visitor may say, and the intent it belongs to. */
export interface Example {
  text: string
  label: string
}

/**
 * Turns texts into vectors that are near each other when the meanings are. English only.
 * MUST give the same vectors for the same texts on every machine, so that a turn taken again decides the same.
 */
export interface Encoder {
  /** Lengths of the parts that a vector consists of; the cosine of the first parts says how near two texts are. */
  readonly parts: readonly number[]
  /** One vector for each text, in order; a text without a piece gets zeros. */
  encode(texts: readonly string[]): Float32Array[]
}

/** Why the second tier did not have its say, as a person should read it; null when it had, or was not needed. */
export type LanguageNote =
  /** The model's language is not the encoder's: n-grams alone decide. */
  | 'encoder-is-english-only'
  /** The model was trained with an encoder, and the caller has none at hand. */
  | 'encoder-absent'

export interface Ranked {
  intent: string
  /** Calibrated: of the turns with 0.8, eight in ten are right. */
  probability: number
}

export interface Classification {
  /** Best first, at most `rankedMax`; empty only when a text says nothing (no letter, digit or symbol). */
  ranked: Ranked[]
  /** No intent covers the turn: `confidence` is below `threshold`, or there is nothing to rank. */
  outOfScope: boolean
  /** 0 to 1: how surely some intent covers the turn. Compared with `threshold`, which training chose. */
  confidence: number
  threshold: number
  /** Probability of the first less that of the second: how clear the choice is. */
  margin: number
  /** The tier that decided. */
  tier: 1 | 2
  languageNote: LanguageNote | null
  /** The strongest words and pieces of the text that speak for the first intent, strongest first. */
  features: { feature: string; weight: number }[]
  /** Examples that mean nearly the same, nearest first; only when the second tier decided. */
  nearest: { text: string; intent: string; similarity: number }[]
}

export const rankedMax = 5

/** How well a model does on examples that it had not seen: what an author reads after training. */
export interface CrossValidation {
  /** Examples that were held out in turn. */
  heldOut: number
  accuracy: number
  macroF1: number
  /** Share of held-out turns that the threshold rejects though an intent covers them. */
  rejectedInScope: number
  /** Share of out-of-scope turns that the threshold rejects. */
  rejectedOutOfScope: number
  /** What stood for out-of-scope turns: given ones, or the examples of intents that were left out in turn. */
  outOfScopeFrom: 'given' | 'left-out-intents' | 'none'
  areaUnderRoc: number | null
  calibrationError: number
  intents: { intent: string; examples: number; precision: number; recall: number }[]
  /** Most frequent first: examples of `intent` that were taken for `takenFor`. */
  confusions: { intent: string; takenFor: string; count: number; examples: string[] }[]
  /** Examples that sit nearer to another intent: perhaps mislabelled, perhaps two intents that are one. */
  doubtful: { text: string; intent: string; nearerTo: string; probability: number }[]
  /** What training tried and chose, in words for the author. */
  chosen: { what: string; value: string }[]
}

export type TrainingProgress = (fraction: number, what: string) => void

/** More are no tenant's hand-written examples; with 500 intents these take two minutes in the first tier, eight in all, and 1 GB. */
export const examplesMax = 50_000
/** A longer turn is a story: its beginning says what it is about, and a turn must not cost more than milliseconds. */
export const textCharactersMax = 2_000
/** The weights are one row of all intents for each feature; beyond this a model outgrows what is loaded per tenant. */
export const labelsMax = 500
export const labelCharactersMax = 200

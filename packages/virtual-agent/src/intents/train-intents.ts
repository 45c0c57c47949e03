import type { IntentModel } from './intent-model.ts'
import type { Encoder, Example, TrainingProgress } from './intent-types.ts'

export interface TrainingOptions {
  /** Ties and folds follow from the texts and this. */
  seed: number
  /** BCP 47; the encoder is used for English only. */
  language: string
  encoder: Encoder | null
  /** Examples to choose thresholds and features on, beside what cross-validation holds out of the training ones. */
  valid?: readonly Example[]
  /** Turns that no intent covers, to learn from. */
  outOfScope?: readonly string[]
  /** Turns that no intent covers, to choose the threshold on. */
  outOfScopeValid?: readonly string[]
  progress?: TrainingProgress
}

/** The same model for the same examples, in whatever order they come. */
export function trainIntents(examples: readonly Example[], options: TrainingOptions): IntentModel {
  throw new Error(`not built: ${examples.length} ${options.seed}`)
}

import type { Definition } from './definition.ts'
import type { Encoder } from './intents/intent-types.ts'
import type { IntentModel } from './intents/intent-model.ts'

/** A definition with what was made of it, compiled once and used for every conversation. */
export interface Agent {
  readonly definition: Definition
  /** Number of the published version; 0 for a draft. */
  readonly version: number
  readonly model: IntentModel | null
  readonly encoder: Encoder | null
}

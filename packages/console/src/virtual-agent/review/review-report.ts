/** What the engine reports of a trained draft. */
export interface ReviewReport {
  coverage: {
    heldOut: number
    /** Shares of held-out examples. */
    understood: number
    wrong: number
    rejected: number
    /** Of turns that no intent covers, those that are rejected; null when there were none to try. */
    rejectedOutOfScope: number | null
  }
  perIntent: { intent: string; examples: number; precision: number; recall: number }[]
  confusions: { intent: string; takenFor: string; count: number; examples: string[] }[]
  nearDuplicates: {
    text: string
    intent: string
    other: { text: string; intent: string }
    similarity: number
  }[]
  missingTranslations: { field: string; language: string }[]
  unreachable: { kind: 'intent' | 'flow' | 'tool'; id: string; why: string }[]
  warnings: string[]
}

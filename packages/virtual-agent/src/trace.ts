import type { Command } from './flows/commands.ts'
import type { LanguageNote } from './intents/intent-types.ts'
import type { Language } from './script.ts'

/**
 * Why a turn was decided as it was, for staff. Numbers are whole thousandths, 0 to 1000: the record is screened for
 * card numbers, and a row of decimals looks like one.
 */
export interface Trace {
  /** Which step of `decide` decided. */
  rule: Rule
  /** What came of it, for results. */
  outcome: Outcome
  /** What was found in the text for the rule: the words of a trigger, the quick reply, the example. */
  found: string[]
  /** What was said last or done: an intent, a passage's article, a flow. */
  intent: string | null
  article: string | null
  flow: string | null
  /** In which the visitor is answered. */
  language: Language
  classified: ClassifiedTrace | null
  passage: PassageFound | null
  /** Where the flow stood before and what happened in it, step by step. */
  flowSteps: FlowStepTrace[]
  /** All that was proposed, and what of it code did not let through. */
  proposed: Command[]
  refused: { command: Command; why: string }[]
  /** What it might have been instead, nearest first. `title` is that of an article: ids of these say nothing. */
  alternatives: { kind: 'intent' | 'article'; id: string; title?: string; permille: number }[]
}

export type Rule =
  | 'started'
  | 'back'
  | 'form'
  | 'tool-result'
  /** One of the quick replies shown last. */
  | 'quick-reply'
  /** Words that call a person; `found` says which. */
  | 'trigger'
  /** The flow under way took it. */
  | 'flow'
  /** A question in the middle of a flow, answered; the flow goes on. */
  | 'digression'
  /** Word for word an example of the intent. */
  | 'example'
  | 'classifier'
  /** No model is trained: the nearest example by words. */
  | 'nearest-example'
  | 'passage'
  | 'card-removed'
  | 'courtesy'
  | 'confirmed'
  | 'not-helped'
  | 'clarification'
  | 'not-understood'
  /** Asked back once already. */
  | 'not-understood-again'
  /** The state outgrew its limit. */
  | 'state-too-large'

export type Outcome =
  | 'opening'
  | 'answered'
  | 'passage'
  | 'flow'
  | 'clarified'
  | 'fallback'
  | 'handed-over'
  | 'courtesy'
  /** The visitor says that it helped: self-service, confirmed. */
  | 'confirmed'
  | 'not-helped'

export interface ClassifiedTrace {
  /** Null when no model is trained and words alone decided. */
  tier: 1 | 2 | null
  /** Best first. */
  intents: { id: string; permille: number }[]
  /** How surely some intent covers the text, and how sure it must be. */
  confidencePermille: number
  thresholdPermille: number
  marginPermille: number
  outOfScope: boolean
  /** Why only the first tier had its say; null when both could. */
  languageNote: LanguageNote | 'not-the-models-language' | 'no-model' | null
  features: string[]
  nearest: { text: string; intent: string; permille: number }[]
}

export interface PassageFound {
  id: string
  article: string
  version: number
  title: string
  heading: string
  permille: number
  thresholdPermille: number
  answered: boolean
  terms: string[]
  question: string | null
}

export interface FlowStepTrace {
  flow: string
  step: string
  /** `entered`, `set`, `corrected`, … and what it was about. */
  what: string
  about: string | null
}

/** A share as a whole number of thousandths. */
export function permille(share: number): number {
  return Math.round(1_000 * Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0)))
}

/** A trace says what was found, not everything that was said. */
export function shortened(text: string): string {
  return text.length <= tracedCharactersMax ? text : `${text.slice(0, tracedCharactersMax).toWellFormed()}…`
}

const tracedCharactersMax = 120

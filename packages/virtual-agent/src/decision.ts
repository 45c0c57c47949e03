import type { FormField } from '@candor/protocol/events.ts'
import type { SlotValue } from './slots/slot-type.ts'
import type { Trace } from './trace.ts'
import type { AgentState, ToolCall } from './turn.ts'

/** What is to be done. Deciding does nothing: the server carries it out. */
export type Decision =
  | { kind: 'reply'; say: Say; state: AgentState; trace: Trace }
  /** Say this, then give the conversation to the people. `reason`: lower-case words joined by hyphens. */
  | { kind: 'handOver'; say: Say; reason: string; summary: Summary; state: AgentState; trace: Trace }
  /** Say this, call the tool, then ask again with what came of it. */
  | { kind: 'call'; call: ToolCall; say?: Say; state: AgentState; trace: Trace }

export interface Say {
  text: string
  /** Quick replies: what the visitor says when they choose one. */
  options: string[]
  form?: { id: string; fields: FormField[] }
  /** The approved texts that `text` is made of, in order; a blank line stands between them. */
  parts: SaidPart[]
}

export interface SaidPart {
  /** As `approvedTexts` names it, such as `intents.opening-hours.answer.en`. */
  textId: string
  /** What stands in the text's `{placeholders}`. */
  values: Record<string, SlotValue>
}

/** For the person who goes on. */
export interface Summary {
  /** What the visitor wants, as far as it is known: title of the flow or the intent, in the definition's language. */
  wish: string | null
  slots: { name: string; label: string; value: string }[]
  /** Titles of what was finished in this conversation. */
  done: string[]
  reason: string
}

/** Form that asks where to answer when nobody is here. */
export const contactForm = 'contact'

/** Form of an intent that asks for fields. */
export function formOfIntent(intent: string): string {
  return `topic-${intent}`
}

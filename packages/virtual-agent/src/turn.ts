import type { Language } from './script.ts'
import type { DialogueState } from './flows/dialogue-state.ts'
import type { ToolOutcome } from './flows/tool.ts'
import type { SlotValue } from './slots/slot-type.ts'

/** What was said before, oldest first. Texts are screened. */
export interface Line {
  by: 'visitor' | 'virtual-agent' | 'person'
  text: string
}

/** Why the virtual agent is asked now. */
export type Occasion =
  | { kind: 'started' }
  /** What the visitor wrote in quick succession, joined by line ends. Screened. */
  | { kind: 'said'; text: string }
  /** The visitor answered the form with this id; what was answered is not the engine's business. */
  | { kind: 'form'; form: string }
  /** A person handed the conversation back. */
  | { kind: 'back' }
  /** What came of the call that the last decision asked for. */
  | { kind: 'tool'; call: ToolCall; result: ToolResult }

export interface ToolCall {
  /** The same for the same call of the same conversation: what carries it out sends it as Idempotency-Key. */
  key: string
  tool: string
  /** By name of the tool's input field. */
  args: Record<string, SlotValue>
}

export type ToolResult = ToolOutcome

export interface Turn {
  /** Names the conversation in idempotency keys. */
  conversation: string
  /** Id of this turn. */
  id: string
  occasion: Occasion
  history: readonly Line[]
  /** As the newest decision of this conversation left it; null before the first. */
  state: AgentState | null
  /** BCP 47, as the visitor's browser says it. */
  locale: string | null
  /** ISO date in the tenant's time zone. */
  today: string
  /** Whether a person can answer now. */
  agentsOnline: boolean
}

/** Where a conversation stands: plain JSON, at most `agentStateBytesMax`, kept by the caller between turns. */
export interface AgentState {
  version: 1
  /** Flows under way and done. */
  flows: DialogueState
  /** What the visitor was asked last that was not part of a flow; asked back twice in a row, a person comes. */
  asked: 'clarification' | 'not-understood' | 'helped' | null
  /** Quick replies below the last thing said, as they were shown. */
  options: string[]
  /** What the last answer was given from; "did this help?" is about this. */
  about: { kind: 'intent' | 'article' | 'flow'; id: string } | null
  /** Ids of the next best intents, offered when the answer did not help. */
  others: string[]
  /** In which the visitor wrote last, as far as it showed: an order number and a quick reply show nothing. */
  language: Language | null
}

/** Read and written with every turn; the server seals and stores it each time. */
export const agentStateBytesMax = 8_192

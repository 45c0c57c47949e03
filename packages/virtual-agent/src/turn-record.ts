import type { Say, Summary } from './decision.ts'
import type { Trace } from './trace.ts'
import type { AgentState, Occasion, ToolCall } from './turn.ts'

/**
 * A decision as it is kept: stored before it is carried out, so that after a crash it is carried out and not decided
 * again, and shown to staff as the reason of what was said. `record` of the event `turn`.
 */
export interface TurnRecord {
  version: 1
  occasion: Occasion['kind']
  does: Deed
  /** For the next turn. Null: it begins anew. */
  state: AgentState | null
  /** Null: what was found was not fit to be kept, or it was not decided by rules but by a fault. */
  trace: Trace | null
}

export type Deed =
  | { kind: 'reply'; say: Say }
  /** `say` null: nothing is said that could be. */
  | { kind: 'handOver'; say: Say | null; reason: string; summary: Summary }
  | { kind: 'call'; call: ToolCall; say: Say | null }

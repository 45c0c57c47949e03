import type { SaidPart } from '../decision.ts'
import type { Language } from '../script.ts'
import type { SlotValue } from '../slots/slot-type.ts'
import type { AcceptedCommand } from './commands.ts'
import type { FlowPhrases } from './flow-phrases.ts'
import type { DialogueState } from './dialogue-state.ts'
import type { ToolOutcome } from './tool.ts'

/** Why the machine runs now. */
export type MachineInput =
  | { kind: 'commands'; commands: readonly AcceptedCommand[] }
  | { kind: 'toolResult'; key: string; outcome: ToolOutcome }

export interface MachineContext {
  /** Names the conversation in idempotency keys. */
  conversation: string
  language: Language
  /** ISO date for conditions with `today`. */
  today: string
  /** What the tenant's people want the machine itself to say; without it, its own words. */
  phrases?: FlowPhrases
}

/** What is to happen, in this order. The machine itself does nothing. `parts` says which texts `text` is made of. */
export type Effect =
  | { kind: 'say'; text: string; parts: SaidPart[] }
  /** The turn is the visitor's. `options` are quick replies. */
  | { kind: 'ask'; flow: string; slot: string; text: string; parts: SaidPart[]; options: string[] }
  | { kind: 'confirm'; flow: string; text: string; parts: SaidPart[]; options: [yes: string, no: string] }
  /** The server calls the tool and runs the machine again with what came of it under this key. */
  | { kind: 'callTool'; tool: string; args: Record<string, SlotValue>; key: string }
  | { kind: 'handOver'; reason: string; summary: SummaryLine[] }
  /** A flow has come to its end. */
  | { kind: 'done'; flow: string }

/** What is known, for the person who goes on, in the language of the book. */
export interface SummaryLine {
  name: string
  title: string
  value: string
}

export type TraceEntry = { flow: string; step: string } & (
  | { kind: 'started'; digression: boolean }
  | { kind: 'entered' }
  | { kind: 'set'; slot: string }
  | { kind: 'corrected'; slot: string; backTo: string | null }
  | { kind: 'rejected'; slot: string; condition: string }
  | { kind: 'notRead'; slot: string; attempts: number }
  | { kind: 'branched'; condition: string; to: string }
  | { kind: 'confirmed' }
  | { kind: 'denied' }
  | { kind: 'called'; tool: string; key: string }
  | { kind: 'callRefused'; tool: string; reason: string }
  | { kind: 'answered'; tool: string; outcome: string }
  | { kind: 'returned' }
  | { kind: 'cancelled' }
  | { kind: 'ended' }
  | { kind: 'handedOver'; reason: string }
  /** The flow was edited meanwhile and this place is no longer in it. */
  | { kind: 'dropped' }
)

export interface Advance {
  state: DialogueState
  effects: Effect[]
  trace: TraceEntry[]
}

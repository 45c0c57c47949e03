import type { SlotValue } from '../slots/slot-type.ts'

/** Where a conversation stands in its flows: plain JSON, at most `stateBytesMax`, written after every turn. */
export interface DialogueState {
  version: 1
  /** The last one is current; the one below is returned to. */
  frames: Frame[]
  /** Flows begun and ended in this conversation, each once. */
  started: string[]
  finished: string[]
  /** Calls by tool, for budgets. */
  callsByTool: Record<string, number>
  /** All calls so far: a part of the idempotency key of the next one. */
  calls: number
}

/** One flow under way. */
export interface Frame {
  flow: string
  step: string
  slots: Record<string, SlotValue>
  /** What the current step waits for; null only between turns of the machine. */
  waiting: Waiting | null
  /** Steps that were carried out, oldest first: a correction goes back to the first one that used the value. */
  path: string[]
  /** Runs for the frame below, which goes on at its call step's `next`. */
  called?: true
}

export type Waiting =
  { for: 'slot'; attempts: number } | { for: 'confirmation'; attempts: number } | { for: 'tool'; key: string }

/** A state is read and written with every message; more is a flow out of hand. */
export const stateBytesMax = 8_192

export function newDialogueState(): DialogueState {
  return { version: 1, frames: [], started: [], finished: [], callsByTool: {}, calls: 0 }
}

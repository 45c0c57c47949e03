import type { Language, Localised } from '../script.ts'
import type { SlotType } from '../slots/slot-type.ts'
import type { Tool } from './tool.ts'

/** All flows and tools of a tenant's virtual agent: data, compiled by `compileBook`, never code. */
export interface FlowBook {
  version: 1
  /** Every text is there in this language; it stands in for the others. */
  language: Language
  tools: Tool[]
  flows: Flow[]
}

/** How one matter is settled, step by step. */
export interface Flow {
  /** Lower-case words joined by hyphens. */
  id: string
  /** What a visitor is told this is: "Back to: {title}". */
  title: Localised
  /** What it is for, for whoever edits it and for a proposer of commands. */
  description?: string
  slots: Slot[]
  /** Id of the first step. */
  start: string
  steps: Step[]
}

export interface Slot {
  /** `[a-z][a-z0-9_]*`: conditions and `{placeholders}` name it. */
  name: string
  title: Localised
  type: SlotType
}

export type Step = CollectStep | ActionStep | SayStep | SetStep | LinkStep | CallStep | HandOverStep | EndStep

/** Asks until the slot is known; passes on at once when it is. */
export interface CollectStep {
  id: string
  kind: 'collect'
  slot: string
  ask: Localised
  /** Said instead of `ask` after an answer that could not be read. */
  again?: Localised
  /** Quick replies. A choice or a yes/no offers its own where none are given. */
  options?: Localised[]
  /** Values that are read but not taken, each with what is said. */
  rejections?: { if: string; say: Localised }[]
  /** So many answers that cannot be read (default 3), then `onFailure`, or a person. */
  attemptsMax?: number
  onFailure?: string
  next: Next
}

/** Calls a tool. One that changes something is confirmed by the visitor first: `confirm` is required. */
export interface ActionStep {
  id: string
  kind: 'action'
  tool: string
  /** Argument by name of the tool's input field. */
  args: Record<string, Argument>
  /** Slot by name of the tool's output field. */
  save?: Record<string, string>
  confirm?: Localised
  /** The visitor said no: without it the flow is cancelled. */
  onDenied?: string
  /** Time-out, refusal or an answer of the wrong shape: without it a person takes over. */
  onFault?: string
  /** The policy or the budget of the tool does not allow this call: without it a person takes over. */
  onRefused?: string
  next: Next
}

export interface SayStep {
  id: string
  kind: 'say'
  /** `{slot}` is replaced by its value as the language writes it. */
  say: Localised
  next: Next
}

/** Gives slots a value, or forgets them (null) so that they are asked for again. */
export interface SetStep {
  id: string
  kind: 'set'
  values: Record<string, Literal | null>
  next: Next
}

/** Ends this flow and goes on with another. */
export interface LinkStep {
  id: string
  kind: 'link'
  flow: string
  /** Slots of the other flow filled from this one. */
  with?: Record<string, Argument>
}

/** Runs another flow and comes back. */
export interface CallStep {
  id: string
  kind: 'call'
  flow: string
  with?: Record<string, Argument>
  /** Own slot by slot of the called flow, taken over when it has ended. */
  save?: Record<string, string>
  next: Next
}

export interface HandOverStep {
  id: string
  kind: 'handOver'
  /** Lower-case words joined by hyphens. */
  reason: string
  say?: Localised
}

export interface EndStep {
  id: string
  kind: 'end'
}

/** From a slot, or written down. */
export type Argument = { slot: string } | { value: Literal }

/** A number, a truth value, or a text that the type of its place must be able to read: `2026-03-15`, `18:30`, a choice. */
export type Literal = string | number | boolean

/** The id of a step, or the first branch whose condition holds; the last branch is the `else`. */
export type Next = string | Branch[]
export type Branch = { if: string; to: string } | { else: string }

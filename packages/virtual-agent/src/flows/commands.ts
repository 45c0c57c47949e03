import type { SlotValue, Span } from '../slots/slot-type.ts'

/**
 * All that a proposer can want to happen: a closed grammar. Rules and classifiers propose today; a language model
 * could, with no more power. A proposer never makes a value: it points at the visitor's own words, and code reads
 * the value there (`checkCommands`), so nothing can be filled in that nobody said.
 */
export type Command =
  | { kind: 'startFlow'; flow: string }
  /** A slot of the current flow. */
  | { kind: 'setSlot'; slot: string; span: Span }
  /** A slot that has a value already: "no, Tuesday". */
  | { kind: 'correctSlot'; slot: string; span: Span }
  | { kind: 'affirm' }
  | { kind: 'deny' }
  /** Give up the current flow. */
  | { kind: 'cancel' }
  /** Which of these flows? */
  | { kind: 'clarify'; flows: string[] }
  /** Answer from knowledge with this passage. */
  | { kind: 'answer'; passage: string }
  /** Lower-case words joined by hyphens. */
  | { kind: 'handOver'; reason: string }
  | { kind: 'courtesy'; courtesy: 'greeting' | 'thanks' | 'goodbye' | 'chitChat' }
  /** Nothing was understood. */
  | { kind: 'none' }

/** A command that code has let through; values are read by code. */
export type AcceptedCommand =
  | Exclude<Command, { kind: 'setSlot' | 'correctSlot' }>
  | { kind: 'setSlot'; slot: string; span: Span; value: SlotValue }
  | { kind: 'correctSlot'; slot: string; span: Span; value: SlotValue }

/** Why code refused a proposal; it goes into the trace. */
export type CommandRefusal =
  | 'malformed'
  | 'too-many-commands'
  | 'unknown-flow'
  | 'flow-already-open'
  | 'too-many-open-flows'
  | 'no-open-flow'
  | 'unknown-slot'
  | 'slot-not-for-visitors'
  | 'span-outside-text'
  | 'card-data'
  | 'value-not-read'
  | 'value-ambiguous'
  | 'nothing-to-correct'
  | 'already-carried-out'
  | 'nothing-to-confirm'
  | 'confirmation-beside-change'
  | 'call-under-way'

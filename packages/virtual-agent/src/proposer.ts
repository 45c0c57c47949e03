import type { Command } from './flows/commands.ts'
import type { CompiledBook } from './flows/compile-book.ts'
import type { DialogueState } from './flows/dialogue-state.ts'
import { proposeForFlow, proposeForStart } from './flows/propose-for-flow.ts'
import type { ReadingContext } from './slots/slot-type.ts'

/**
 * Says what a visitor's words ask of the flows, in commands of the closed grammar. Whatever it proposes,
 * `checkCommands` lets through only what the state, the flows and the visitor's own words bear out: a proposer that
 * is a language model has no more power than these rules.
 */
export type Proposer = (context: ProposerContext) => Command[]

export interface ProposerContext {
  compiled: CompiledBook
  flows: DialogueState
  /** As the visitor wrote it; spans of commands point into it. */
  text: string
  reading: ReadingContext
  /** The flow that is to begin with these words; null: the words are for the flow that is open. */
  begins: string | null
}

export function proposeByRules({ compiled, flows, text, reading, begins }: ProposerContext): Command[] {
  return begins === null
    ? proposeForFlow(compiled, flows, text, reading)
    : proposeForStart(compiled, begins, text, reading)
}

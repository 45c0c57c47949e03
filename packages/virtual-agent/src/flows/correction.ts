import type { CompiledBook } from './compile-book.ts'
import type { Frame } from './dialogue-state.ts'

/** What a new value for a known slot means for what was done with the old one. */
export type Correction =
  /** Nothing was done with it. */
  | { kind: 'free' }
  /** The flow goes back to this place of its path. */
  | { kind: 'back'; index: number }
  /** Something outside was changed with it, or after it; that is not undone by a word. */
  | { kind: 'tooLate' }

export function correctionOf(compiled: CompiledBook, frame: Frame, slot: string): Correction {
  const flow = compiled.flows.get(frame.flow)
  const index = frame.path.findIndex((id) => flow?.steps.get(id)?.uses.has(slot) === true)
  if (index === -1) return { kind: 'free' }
  const written = frame.path.slice(index).some((id) => isWrite(compiled, frame.flow, id))
  return written ? { kind: 'tooLate' } : { kind: 'back', index }
}

/** Whether a step changes something outside, itself or by a flow that it calls. */
export function isWrite(compiled: CompiledBook, flow: string, id: string): boolean {
  const step = compiled.flows.get(flow)?.steps.get(id)?.step
  if (step?.kind === 'action') return compiled.tools.get(step.tool)?.tool.effect === 'write'
  if (step?.kind !== 'call') return false
  // Calls do not go round (compileBook), so this ends.
  return (
    compiled.flows.get(step.flow)?.flow.steps.some((other) => isWrite(compiled, step.flow, other.id)) === true
  )
}

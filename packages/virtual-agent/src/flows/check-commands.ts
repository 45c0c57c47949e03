import { masksIn, readSlot, readWhole } from '../slots/read-slot.ts'
import { sameValue } from '../slots/slot-json.ts'
import type { Reading, ReadingContext, SlotType, SlotValue, Span } from '../slots/slot-type.ts'
import type { AcceptedCommand, Command, CommandRefusal } from './commands.ts'
import type { CompiledBook, CompiledFlow } from './compile-book.ts'
import { correctionOf } from './correction.ts'
import type { DialogueState, Frame } from './dialogue-state.ts'
import { idPattern } from './field-reader.ts'
import { framesMax } from './run-flows.ts'

export interface CheckedCommands {
  accepted: AcceptedCommand[]
  /** What was proposed and not let through, for the trace. */
  refused: { proposed: unknown; reason: CommandRefusal }[]
}

/** One message asks for one thing and gives a handful of values; a proposer that lists more has lost the thread. */
export const commandsMax = 12

/**
 * Lets through what the state, the book and the visitor's own words bear out, in the order proposed. `proposed` is
 * data of unknown origin: a proposer may be a model. Values are read here, at the place that the proposer points to.
 */
export function checkCommands(
  compiled: CompiledBook,
  state: DialogueState,
  proposed: unknown,
  text: string,
  context: ReadingContext,
): CheckedCommands {
  const accepted: AcceptedCommand[] = []
  const refused: CheckedCommands['refused'] = []
  if (!Array.isArray(proposed)) return { accepted, refused: [{ proposed, reason: 'malformed' }] }
  const masks = masksIn(text)
  const top = state.frames.at(-1)
  const view: View = {
    compiled,
    state,
    flow: top === undefined ? undefined : compiled.flows.get(top.flow),
    frame: top,
    opened: 0,
    text,
    context,
    masks,
  }
  for (const [i, each] of proposed.entries()) {
    const command = i < commandsMax ? parseCommand(each) : null
    const judged =
      i >= commandsMax ? 'too-many-commands' : command === null ? 'malformed' : judge(view, command)
    if (typeof judged === 'string') refused.push({ proposed: each, reason: judged })
    else accepted.push(judged)
  }
  // A yes is one to what was read out; with another value in the same breath it is a yes to something else.
  if (accepted.some(({ kind }) => kind === 'setSlot' || kind === 'correctSlot' || kind === 'startFlow'))
    for (const [i, command] of [...accepted.entries()].reverse())
      if (command.kind === 'affirm' && top?.waiting?.for === 'confirmation') {
        accepted.splice(i, 1)
        refused.push({ proposed: command, reason: 'confirmation-beside-change' })
      }
  return { accepted, refused }
}

/** What the commands before have made of the state, as far as later ones depend on it. */
interface View {
  compiled: CompiledBook
  state: DialogueState
  flow: CompiledFlow | undefined
  /** Undefined for a flow that one of these commands starts. */
  frame: Frame | undefined
  opened: number
  text: string
  context: ReadingContext
  masks: Span[]
}

function judge(view: View, command: Command): AcceptedCommand | CommandRefusal {
  const { compiled, state, frame } = view
  const calling = frame?.waiting?.for === 'tool'
  switch (command.kind) {
    case 'startFlow': {
      const flow = compiled.flows.get(command.flow)
      if (flow === undefined) return 'unknown-flow'
      if (calling) return 'call-under-way'
      const below = state.frames.find((other) => other.flow === command.flow && other.called !== true)
      if (below !== undefined && below === state.frames.at(-1)) return 'flow-already-open'
      if (below === undefined && state.frames.length + view.opened >= framesMax) return 'too-many-open-flows'
      if (below === undefined) view.opened++
      view.flow = flow
      view.frame = below
      return command
    }
    case 'setSlot':
    case 'correctSlot':
      return calling ? 'call-under-way' : judgeSlot(view, command)
    case 'affirm':
    case 'deny': {
      if (calling) return 'call-under-way'
      const step = frame === undefined ? undefined : view.flow?.steps.get(frame.step)?.step
      const asked =
        step?.kind === 'collect' && frame?.waiting?.for === 'slot'
          ? view.flow?.slots.get(step.slot)?.type.kind === 'yesNo'
          : false
      return frame?.waiting?.for === 'confirmation' || asked ? command : 'nothing-to-confirm'
    }
    case 'cancel':
      return frame === undefined ? 'no-open-flow' : calling ? 'call-under-way' : command
    case 'clarify':
      return command.flows.every((id) => compiled.flows.has(id)) ? command : 'unknown-flow'
    case 'answer':
    case 'handOver':
    case 'courtesy':
    case 'none':
      return command
  }
}

function judgeSlot(
  view: View,
  command: Command & { kind: 'setSlot' | 'correctSlot' },
): AcceptedCommand | CommandRefusal {
  const { compiled, flow, frame, text, span } = { ...view, span: command.span }
  if (flow === undefined) return 'no-open-flow'
  const slot = flow.slots.get(command.slot)
  if (slot === undefined) return 'unknown-slot'
  if (!flow.collected.has(command.slot)) return 'slot-not-for-visitors'
  if (span.start < 0 || span.end <= span.start || span.end > text.length) return 'span-outside-text'
  if (view.masks.some((mask) => mask.start < span.end && span.start < mask.end)) return 'card-data'
  const reading = readAt(slot.type, text, span, view.context)
  if (reading === null) return 'value-not-read'
  const value = settled(reading)
  if (value === null) return 'value-ambiguous'
  const before = frame?.slots[command.slot]
  if (command.kind === 'correctSlot' && before === undefined) return 'nothing-to-correct'
  if (frame !== undefined && before !== undefined && !sameValue(before, value))
    if (correctionOf(compiled, frame, command.slot).kind === 'tooLate') return 'already-carried-out'
  return { ...command, value }
}

/** The value that stands exactly there in the sentence, or that the words there stand for by themselves. */
function readAt(type: SlotType, text: string, span: Span, context: ReadingContext): Reading | null {
  for (const expected of [true, false])
    for (const reading of readSlot(type, text, { ...context, expected }))
      if (reading.span.start === span.start && reading.span.end === span.end) return reading
  return readWhole(type, text.slice(span.start, span.end), context)
}

function settled(reading: Reading): SlotValue | null {
  return (reading.or ?? []).length > 0 ? null : reading.value
}

const courtesies = ['greeting', 'thanks', 'goodbye', 'chitChat'] as const
const passageCharactersMax = 200

/** A command as a proposer wrote it, or null when it is none of the grammar. Unknown fields are no part of it. */
function parseCommand(value: unknown): Command | null {
  if (typeof value !== 'object' || value === null) return null
  const o = value as Record<string, unknown>
  const id = (name: string): string | null => {
    const given = o[name]
    return typeof given === 'string' && given.length <= 60 && idPattern.test(given) ? given : null
  }
  switch (o['kind']) {
    case 'startFlow': {
      const flow = id('flow')
      return flow === null ? null : { kind: 'startFlow', flow }
    }
    case 'setSlot':
    case 'correctSlot': {
      const { slot, span } = o
      if (typeof slot !== 'string' || typeof span !== 'object' || span === null) return null
      const { start, end } = span as Record<string, unknown>
      if (!Number.isInteger(start) || !Number.isInteger(end)) return null
      return { kind: o['kind'], slot, span: { start: start as number, end: end as number } }
    }
    case 'affirm':
    case 'deny':
    case 'cancel':
    case 'none':
      return { kind: o['kind'] }
    case 'clarify': {
      const flows = o['flows']
      if (!Array.isArray(flows) || flows.length < 2 || flows.length > 6) return null
      return flows.every((flow) => typeof flow === 'string') ? { kind: 'clarify', flows } : null
    }
    case 'answer': {
      const passage = o['passage']
      const fits = typeof passage === 'string' && passage !== '' && passage.length <= passageCharactersMax
      return fits ? { kind: 'answer', passage } : null
    }
    case 'handOver': {
      const reason = id('reason')
      return reason === null ? null : { kind: 'handOver', reason }
    }
    case 'courtesy': {
      const courtesy = courtesies.find((known) => known === o['courtesy'])
      return courtesy === undefined ? null : { kind: 'courtesy', courtesy }
    }
    default:
      return null
  }
}

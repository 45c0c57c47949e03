import type { SaidPart } from '../decision.ts'
import type { Language, Localised } from '../script.ts'
import { formatSlot } from '../slots/format-slot.ts'
import { fitsType, sameValue, valueOfJson } from '../slots/slot-json.ts'
import type { SlotValue } from '../slots/slot-type.ts'
import type { AcceptedCommand } from './commands.ts'
import type { CompiledBook, CompiledFlow, CompiledStep } from './compile-book.ts'
import { holds } from './condition.ts'
import { correctionOf, isWrite } from './correction.ts'
import { stateBytesMax, type DialogueState, type Frame } from './dialogue-state.ts'
import type { ActionStep, CollectStep, Next } from './flow.ts'
import { flowPhrases, type FlowPhraseName } from './flow-phrases.ts'
import { argumentsOf, asType, policyRefusal, readAnswer } from './judge-call.ts'
import { textIn } from './localised.ts'
import type { Advance, Effect, MachineContext, MachineInput, SummaryLine, TraceEntry } from './machine.ts'
import { placeholdersOf, renderText } from './template.ts'
import type { ToolOutcome } from './tool.ts'

/**
 * Takes the flows of a conversation as far as they go without the visitor or a tool: the same book, state, input and
 * context always make the same state and effects. The state that is given is not changed.
 */
export function advance(
  compiled: CompiledBook,
  state: DialogueState,
  input: MachineInput,
  context: MachineContext,
): Advance {
  const run = new Run(compiled, structuredClone(state), context)
  run.dropStale()
  if (input.kind === 'commands') run.take(input.commands)
  else run.takeResult(input.key, input.outcome)
  run.go()
  run.keepSmall()
  return { state: run.state, effects: run.effects, trace: run.trace }
}

/** A visitor waits for one answer; a flow that takes more steps without asking is going round. */
const stepsPerTurnMax = 100
/** Matters that lie open at once, with the flows they call; people lose track long before. */
export const framesMax = 8
const attemptsMaxDefault = 3
const pathMax = 120

class Run {
  readonly compiled: CompiledBook
  readonly state: DialogueState
  readonly effects: Effect[] = []
  readonly trace: TraceEntry[] = []
  readonly #context: MachineContext
  /** The flow that is gone back to, said before the next question. */
  #returned: string | null = null
  #steps = 0

  constructor(compiled: CompiledBook, state: DialogueState, context: MachineContext) {
    this.compiled = compiled
    this.state = state
    this.#context = context
  }

  /** Flows are edited while conversations go on: what no longer fits is left, from the first such frame on. */
  dropStale(): void {
    const index = this.state.frames.findIndex((frame) => {
      const flow = this.compiled.flows.get(frame.flow)
      if (flow === undefined || !flow.steps.has(frame.step)) return true
      return Object.entries(frame.slots).some(([name, value]) => {
        const slot = flow.slots.get(name)
        return slot === undefined || !fitsType(slot.type, value)
      })
    })
    if (index !== -1)
      for (const frame of this.state.frames.splice(index)) this.#note(frame, { kind: 'dropped' })
    // A step that is another now waits for another thing, or for nothing.
    for (const frame of this.state.frames) if (!this.#canWait(frame)) frame.waiting = null
  }

  take(commands: readonly AcceptedCommand[]): void {
    for (const command of commands) {
      switch (command.kind) {
        case 'startFlow':
          this.#start(command.flow)
          break
        case 'setSlot':
        case 'correctSlot':
          this.#set(command.slot, command.value)
          break
        case 'affirm':
        case 'deny':
          this.#answer(command.kind === 'affirm')
          break
        case 'cancel':
          this.#cancel()
          break
        case 'handOver':
          this.#handOver(command.reason)
          return
        case 'none':
          this.#notUnderstood()
          break
        // These are said by whoever asked; the question that is open is asked again after them.
        case 'answer':
          this.#returned = this.state.frames.at(-1)?.flow ?? null
          break
        case 'clarify':
        case 'courtesy':
          break
      }
    }
  }

  takeResult(key: string, outcome: ToolOutcome): void {
    const frame = this.state.frames.at(-1)
    if (frame?.waiting?.for !== 'tool' || frame.waiting.key !== key) return
    const { step } = this.#stepOf(frame)
    if (step.kind !== 'action') return
    frame.waiting = null
    const tool = this.compiled.tools.get(step.tool)!.tool
    const answer = outcome.kind === 'answer' ? readAnswer(tool, outcome.body) : null
    if (answer === null) {
      const fault = outcome.kind === 'fault' ? outcome.fault : 'malformed'
      this.#note(frame, { kind: 'answered', tool: tool.id, outcome: fault })
      this.#branchOff(frame, step.onFault, 'tool-fault')
      return
    }
    this.#note(frame, { kind: 'answered', tool: tool.id, outcome: 'answer' })
    const { slots } = this.#flowOf(frame)
    for (const [field, slot] of Object.entries(step.save ?? {})) {
      const value = answer[field]
      if (value === undefined) delete frame.slots[slot]
      else frame.slots[slot] = asType(slots.get(slot)!.type, value)
    }
    this.#follow(frame, step.next)
  }

  /** Until something is waited for, or nothing is left to do. */
  go(): void {
    for (;;) {
      const frame = this.state.frames.at(-1)
      if (frame === undefined) return
      if (frame.waiting?.for === 'tool') return this.#say(this.#phrase('waiting'), true)
      if (frame.waiting !== null && !this.#isSettled(frame)) return this.#askAgain(frame)
      frame.waiting = null
      if (++this.#steps > stepsPerTurnMax) return this.#handOver('flow-without-end')
      if (!this.#carryOut(frame)) return
    }
  }

  /** Values of thousands of characters in flow upon flow: a person takes it from there. */
  keepSmall(): void {
    if (bytesOf(this.state) > stateBytesMax) this.#handOver('too-much-to-remember')
  }

  /** The step that a frame is at; false when the turn is over. */
  #carryOut(frame: Frame): boolean {
    const { step } = this.#stepOf(frame)
    switch (step.kind) {
      case 'collect':
        return this.#collect(frame, step)
      case 'action':
        return this.#act(frame, step)
      case 'say':
        this.#note(frame, { kind: 'entered' })
        this.#say(this.#render(frame, 'say', step.say))
        this.#follow(frame, step.next)
        return true
      case 'set': {
        const { slots } = this.#flowOf(frame)
        for (const [name, literal] of Object.entries(step.values)) {
          const value = literal === null ? null : valueOfJson(slots.get(name)!.type, literal)
          if (value === null) delete frame.slots[name]
          else frame.slots[name] = value
        }
        this.#follow(frame, step.next)
        return true
      }
      case 'link': {
        const target = this.compiled.flows.get(step.flow)!
        const slots = this.#passed(frame, step.with ?? {}, target)
        this.#ended(frame)
        this.state.frames.pop()
        this.#push(target, slots, frame.called === true, false)
        return true
      }
      case 'call': {
        const target = this.compiled.flows.get(step.flow)!
        if (this.state.frames.length >= framesMax) {
          this.#handOver('too-many-open-flows')
          return false
        }
        this.#push(target, this.#passed(frame, step.with ?? {}, target), true, false)
        return true
      }
      case 'handOver':
        if (step.say !== undefined) this.#say(this.#render(frame, 'say', step.say))
        this.#handOver(step.reason)
        return false
      case 'end':
        this.#end(frame)
        return true
    }
  }

  #collect(frame: Frame, step: CollectStep): boolean {
    const value = frame.slots[step.slot]
    if (value !== undefined) {
      const { conditions } = this.#stepOf(frame)
      const index = (step.rejections ?? []).findIndex((each) =>
        holds(conditions.get(each.if)!, frame.slots, this.#context.today),
      )
      const rejection = step.rejections?.[index]
      if (rejection === undefined) {
        this.#follow(frame, step.next)
        return true
      }
      this.#note(frame, { kind: 'rejected', slot: step.slot, condition: rejection.if })
      this.#say(this.#render(frame, `rejections.${index}.say`, rejection.say))
      delete frame.slots[step.slot]
    }
    frame.waiting = { for: 'slot', attempts: 0 }
    this.#note(frame, { kind: 'entered' })
    this.#ask(frame, step, [this.#render(frame, 'ask', step.ask)])
    return false
  }

  #act(frame: Frame, step: ActionStep): boolean {
    const tool = this.compiled.tools.get(step.tool)!
    const args = argumentsOf(step.args, tool.tool.input, frame.slots)
    const refusal = policyRefusal(tool, args, this.state.callsByTool[tool.tool.id] ?? 0, this.#context.today)
    if (refusal !== null) {
      this.#note(frame, { kind: 'callRefused', tool: tool.tool.id, reason: refusal.kind })
      this.#branchOff(frame, step.onRefused, `call-refused-${refusal.kind}`)
      return true
    }
    if (step.confirm !== undefined) {
      frame.waiting = { for: 'confirmation', attempts: 0 }
      this.#note(frame, { kind: 'entered' })
      this.#confirm(frame, step)
      return false
    }
    this.#call(frame, step)
    return frame.waiting === null
  }

  /** Policy and budget are judged again here: a value may have changed since the confirmation was asked for. */
  #call(frame: Frame, step: ActionStep): void {
    const tool = this.compiled.tools.get(step.tool)!
    const args = argumentsOf(step.args, tool.tool.input, frame.slots)
    const before = this.state.callsByTool[tool.tool.id] ?? 0
    const refusal = policyRefusal(tool, args, before, this.#context.today)
    if (refusal !== null) {
      this.#note(frame, { kind: 'callRefused', tool: tool.tool.id, reason: refusal.kind })
      this.#branchOff(frame, step.onRefused, `call-refused-${refusal.kind}`)
      return
    }
    this.state.calls++
    this.state.callsByTool[tool.tool.id] = before + 1
    const key = `${this.#context.conversation}:${this.state.calls}:${frame.flow}:${step.id}`
    frame.waiting = { for: 'tool', key }
    this.#note(frame, { kind: 'called', tool: tool.tool.id, key })
    this.effects.push({ kind: 'callTool', tool: tool.tool.id, args, key })
  }

  #start(id: string): void {
    const flow = this.compiled.flows.get(id)
    if (flow === undefined) return
    const open = this.state.frames.findIndex((frame) => frame.flow === id && frame.called !== true)
    if (open !== -1) {
      // It lies open below: it and what it called come to the top, with all that is known.
      let end = open + 1
      while (this.state.frames[end]?.called === true) end++
      if (end === this.state.frames.length) return
      this.state.frames.push(...this.state.frames.splice(open, end - open))
      this.#returned = this.state.frames.at(-1)!.flow
      return
    }
    if (this.state.frames.length >= framesMax) return
    this.#push(flow, {}, false, this.state.frames.length > 0)
  }

  #push(flow: CompiledFlow, slots: Record<string, SlotValue>, called: boolean, digression: boolean): void {
    const frame: Frame = {
      flow: flow.flow.id,
      step: flow.flow.start,
      slots,
      waiting: null,
      path: [],
      ...(called ? { called: true } : {}),
    }
    this.state.frames.push(frame)
    if (!this.state.started.includes(frame.flow)) this.state.started.push(frame.flow)
    this.#note(frame, { kind: 'started', digression })
  }

  #set(slot: string, value: SlotValue): void {
    const frame = this.state.frames.at(-1)
    if (frame === undefined || !this.#flowOf(frame).slots.has(slot)) return
    const before = frame.slots[slot]
    frame.slots[slot] = value
    if (before === undefined) {
      this.#note(frame, { kind: 'set', slot })
      return
    }
    if (sameValue(before, value)) return
    const correction = correctionOf(this.compiled, frame, slot)
    if (correction.kind === 'tooLate') {
      frame.slots[slot] = before
      return
    }
    if (correction.kind === 'back') this.#goBack(frame, correction.index, slot)
    // What was to be confirmed is no longer what would be done.
    else if (frame.waiting?.for === 'confirmation') frame.waiting = null
    this.#note(frame, { kind: 'corrected', slot, backTo: correction.kind === 'back' ? frame.step : null })
  }

  #goBack(frame: Frame, index: number, corrected: string): void {
    const { steps } = this.#flowOf(frame)
    frame.step = frame.path[index]!
    // What was found out with the old value no longer holds.
    for (const id of frame.path.splice(index)) {
      const step = steps.get(id)?.step
      if (step?.kind === 'action' || step?.kind === 'call')
        for (const slot of Object.values(step.save ?? {})) if (slot !== corrected) delete frame.slots[slot]
    }
    frame.waiting = null
  }

  #answer(yes: boolean): void {
    const frame = this.state.frames.at(-1)
    if (frame === undefined) return
    const { step } = this.#stepOf(frame)
    if (frame.waiting?.for === 'confirmation' && step.kind === 'action') {
      this.#note(frame, { kind: yes ? 'confirmed' : 'denied' })
      frame.waiting = null
      if (yes) this.#call(frame, step)
      else if (step.onDenied !== undefined) this.#goTo(frame, step.onDenied)
      else this.#cancel()
      return
    }
    if (frame.waiting?.for === 'slot' && step.kind === 'collect') {
      const slot = this.#flowOf(frame).slots.get(step.slot)!
      if (slot.type.kind === 'yesNo') this.#set(step.slot, { kind: 'yesNo', yes })
      else this.#notUnderstood()
    }
  }

  /** Leaves the current matter, called flows included. */
  #cancel(): void {
    const top = this.state.frames.at(-1)
    if (top === undefined || top.waiting?.for === 'tool') return
    let first = this.state.frames.length - 1
    while (this.state.frames[first]!.called === true && first > 0) first--
    const { flow } = this.state.frames[first]!
    const written = this.state.frames
      .slice(first)
      .some((frame) => frame.path.some((id) => isWrite(this.compiled, frame.flow, id)))
    for (const frame of this.state.frames.splice(first)) this.#note(frame, { kind: 'cancelled' })
    // "Nothing was done" is only said where it is so.
    this.#say(this.#phrase(written ? 'stopped' : 'cancelled', flow))
    this.#returnTo()
  }

  #notUnderstood(): void {
    const frame = this.state.frames.at(-1)
    if (frame === undefined || frame.waiting === null || frame.waiting.for === 'tool') return
    const { step } = this.#stepOf(frame)
    frame.waiting.attempts++
    const attempts = frame.waiting.attempts
    if (step.kind === 'collect') {
      this.#note(frame, { kind: 'notRead', slot: step.slot, attempts })
      if (attempts < (step.attemptsMax ?? attemptsMaxDefault)) return
      frame.waiting = null
      this.#branchOff(frame, step.onFailure, 'answer-not-understood')
    } else if (attempts >= attemptsMaxDefault) this.#handOver('answer-not-understood')
  }

  #end(frame: Frame): void {
    this.#ended(frame)
    this.state.frames.pop()
    const caller = this.state.frames.at(-1)
    if (frame.called === true && caller !== undefined) {
      const call = this.#stepOf(caller).step
      if (call.kind !== 'call') return
      const { slots } = this.#flowOf(caller)
      for (const [theirs, own] of Object.entries(call.save ?? {})) {
        const value = frame.slots[theirs]
        if (value === undefined) delete caller.slots[own]
        else caller.slots[own] = asType(slots.get(own)!.type, value)
      }
      this.#note(caller, { kind: 'returned' })
      this.#follow(caller, call.next)
      return
    }
    this.#returnTo()
  }

  #ended(frame: Frame): void {
    this.#note(frame, { kind: 'ended' })
    if (!this.state.finished.includes(frame.flow)) this.state.finished.push(frame.flow)
    this.effects.push({ kind: 'done', flow: frame.flow })
  }

  /** After a digression the visitor is told what is open before it is asked again. */
  #returnTo(): void {
    const frame = this.state.frames.at(-1)
    if (frame === undefined) return
    this.#note(frame, { kind: 'returned' })
    this.#returned = frame.flow
    // A question that went unanswered over another matter is no failed attempt.
    if (frame.waiting !== null && frame.waiting.for !== 'tool') frame.waiting.attempts = 0
  }

  #handOver(reason: string): void {
    const frames = this.state.frames.splice(0)
    const last = frames.at(-1)
    if (last !== undefined) this.#note(last, { kind: 'handedOver', reason })
    const { language } = this.compiled.book
    const summary: SummaryLine[] = frames.flatMap((frame) => {
      const { slots } = this.#flowOf(frame)
      return Object.entries(frame.slots).map(([name, value]) => ({
        name,
        title: textIn(slots.get(name)!.title, language, language),
        value: formatSlot(value, language, slots.get(name)!.type),
      }))
    })
    this.effects.push({ kind: 'handOver', reason, summary })
  }

  #branchOff(frame: Frame, to: string | undefined, reason: string): void {
    if (to === undefined) this.#handOver(reason)
    else this.#goTo(frame, to)
  }

  #goTo(frame: Frame, step: string): void {
    frame.path.push(frame.step)
    // The oldest steps of a long way round no longer matter for a correction.
    if (frame.path.length > pathMax) frame.path.splice(0, frame.path.length - pathMax)
    frame.step = step
    frame.waiting = null
  }

  #follow(frame: Frame, next: Next): void {
    if (typeof next === 'string') return this.#goTo(frame, next)
    const { conditions } = this.#stepOf(frame)
    for (const branch of next) {
      if ('else' in branch) return this.#goTo(frame, branch.else)
      if (!holds(conditions.get(branch.if)!, frame.slots, this.#context.today)) continue
      this.#note(frame, { kind: 'branched', condition: branch.if, to: branch.to })
      return this.#goTo(frame, branch.to)
    }
  }

  #canWait(frame: Frame): boolean {
    const { step } = this.#stepOf(frame)
    switch (frame.waiting?.for) {
      case 'slot':
        return step.kind === 'collect'
      case 'confirmation':
        return step.kind === 'action' && step.confirm !== undefined
      case 'tool':
        return step.kind === 'action'
      case undefined:
        return true
    }
  }

  /** Whether what a frame waited for is there. */
  #isSettled(frame: Frame): boolean {
    const { step } = this.#stepOf(frame)
    return frame.waiting?.for === 'slot' && step.kind === 'collect' && frame.slots[step.slot] !== undefined
  }

  #askAgain(frame: Frame): void {
    const { step } = this.#stepOf(frame)
    const failed = frame.waiting !== null && frame.waiting.for !== 'tool' && frame.waiting.attempts > 0
    if (step.kind === 'collect') {
      const ask = this.#render(frame, 'ask', step.ask)
      if (!failed) this.#ask(frame, step, [ask])
      else if (step.again === undefined) this.#ask(frame, step, [this.#phrase('notRead'), ask])
      else this.#ask(frame, step, [this.#render(frame, 'again', step.again)])
    } else if (step.kind === 'action')
      this.#confirm(frame, step, failed ? [this.#phrase('notConfirmed')] : [])
  }

  #ask(frame: Frame, step: CollectStep, said: Said[]): void {
    const own = this.compiled.book.language
    const { type } = this.#flowOf(frame).slots.get(step.slot)!
    const options =
      step.options?.map((option) => textIn(option, own, this.#language)) ??
      (type.kind === 'yesNo'
        ? [...this.#yesNo()]
        : type.kind === 'choice' && type.choices.length <= optionsOfChoiceMax
          ? type.choices.map(({ title }) => textIn(title, own, this.#language))
          : [])
    this.effects.push({ kind: 'ask', flow: frame.flow, slot: step.slot, ...this.#led(said), options })
  }

  #confirm(frame: Frame, step: ActionStep, before: Said[] = []): void {
    const said = [...before, this.#render(frame, 'confirm', step.confirm!)]
    this.effects.push({ kind: 'confirm', flow: frame.flow, ...this.#led(said), options: this.#yesNo() })
  }

  #say({ text, part }: Said, onlyIfSilent = false): void {
    if (onlyIfSilent && this.effects.length > 0) return
    this.effects.push({ kind: 'say', text, parts: [part] })
  }

  /** "Back to: …" before a question that is asked again. */
  #led(said: Said[]): { text: string; parts: SaidPart[] } {
    const all = this.#returned === null ? said : [this.#phrase('backTo', this.#returned), ...said]
    this.#returned = null
    return { text: all.map(({ text }) => text).join(' '), parts: all.map(({ part }) => part) }
  }

  #yesNo(): [yes: string, no: string] {
    const { confirmYes, confirmNo } = this.#context.phrases ?? flowPhrases
    const own = this.compiled.book.language
    return [textIn(confirmYes, own, this.#language), textIn(confirmNo, own, this.#language)]
  }

  #phrase(name: FlowPhraseName, flow?: string): Said {
    const phrase = (this.#context.phrases ?? flowPhrases)[name]
    const title = flow === undefined ? undefined : this.compiled.flows.get(flow)?.flow.title
    const own = this.compiled.book.language
    const language = this.#languageOf(phrase)
    return {
      text: textIn(phrase, own, language).replaceAll('{title}', () =>
        title === undefined ? '…' : textIn(title, own, language),
      ),
      part: {
        textId: `phrases.${name}.${language}`,
        values: flow === undefined ? {} : { title: { kind: 'choice', choice: flow } },
      },
    }
  }

  #passed(
    frame: Frame,
    args: NonNullable<Extract<CompiledStep['step'], { kind: 'call' }>['with']>,
    target: CompiledFlow,
  ): Record<string, SlotValue> {
    return argumentsOf(args, target.flow.slots, frame.slots)
  }

  #render(frame: Frame, field: string, text: Localised): Said {
    const { slots } = this.#flowOf(frame)
    const language = this.#languageOf(text)
    const named = placeholdersOf(textIn(text, language, language))
    return {
      text: renderText(text, language, language, slots, frame.slots),
      part: {
        textId: `flows.${frame.flow}.steps.${frame.step}.${field}.${language}`,
        values: Object.fromEntries(
          named.flatMap((name) => (frame.slots[name] === undefined ? [] : [[name, frame.slots[name]]])),
        ),
      },
    }
  }

  /** The visitor's, where the text is there in it; values are written in the language of their sentence. */
  #languageOf(text: Localised): Language {
    return text[this.#language] === undefined ? this.compiled.book.language : this.#language
  }

  #flowOf(frame: Frame): CompiledFlow {
    return this.compiled.flows.get(frame.flow)!
  }

  #stepOf(frame: Frame): CompiledStep {
    return this.#flowOf(frame).steps.get(frame.step)!
  }

  get #language(): MachineContext['language'] {
    return this.#context.language
  }

  #note(frame: Frame, entry: WithoutPlace<TraceEntry>): void {
    this.trace.push({ flow: frame.flow, step: frame.step, ...entry })
  }
}

function bytesOf(state: DialogueState): number {
  return new TextEncoder().encode(JSON.stringify(state)).byteLength
}

/** More quick replies than these are a menu that nobody reads. */
const optionsOfChoiceMax = 6

interface Said {
  text: string
  part: SaidPart
}

type WithoutPlace<T> = T extends unknown ? Omit<T, 'flow' | 'step'> : never

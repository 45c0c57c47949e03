/** Changes of flows as whole new definitions; what refers to a flow, a step or a slot follows it. */
import type { Definition } from '@candor/virtual-agent/definition.ts'
import { idCharactersMax, idPattern, namePattern } from '@candor/virtual-agent/flows/field-reader.ts'
import type { Argument, Flow, Next, Slot, Step } from '@candor/virtual-agent/flows/flow.ts'
import type { Language, Localised } from '@candor/virtual-agent/script.ts'
import { asWords } from '../intents/change-intents.ts'

export function changeFlow(definition: Definition, id: string, change: (flow: Flow) => Flow): Definition {
  let changed = false
  const flows = definition.flows.map((flow) => {
    if (flow.id !== id) return flow
    const next = change(flow)
    changed ||= next !== flow
    return next
  })
  return changed ? { ...definition, flows } : definition
}

/** A new flow that ends at once: steps are put before its end. */
export function addFlow(
  definition: Definition,
  title: string,
  language: Language,
): { definition: Definition; id: string } {
  const id = freeId(title, 'flow', new Set(definition.flows.map((flow) => flow.id)))
  const flow: Flow = {
    id,
    title: inLanguages(definition, title, language),
    slots: [],
    start: 'end',
    steps: [{ id: 'end', kind: 'end' }],
  }
  return { definition: { ...definition, flows: [...definition.flows, flow] }, id }
}

export function duplicateFlow(definition: Definition, id: string): { definition: Definition; id: string } {
  const flow = definition.flows.find((one) => one.id === id)
  if (!flow) return { definition, id }
  const copy = structuredClone(flow)
  copy.id = freeId(`${id} copy`, 'flow', new Set(definition.flows.map((one) => one.id)))
  const at = definition.flows.indexOf(flow) + 1
  return { definition: { ...definition, flows: definition.flows.toSpliced(at, 0, copy) }, id: copy.id }
}

export function removeFlow(definition: Definition, id: string): Definition {
  return { ...definition, flows: definition.flows.filter((flow) => flow.id !== id) }
}

export function renameFlow(definition: Definition, id: string, to: string): Definition {
  if (id === to) return definition
  return {
    ...definition,
    intents: definition.intents.map((intent) => (intent.flow === id ? { ...intent, flow: to } : intent)),
    flows: definition.flows.map((flow) => ({
      ...flow,
      id: flow.id === id ? to : flow.id,
      steps: flow.steps.map((step) =>
        (step.kind === 'link' || step.kind === 'call') && step.flow === id ? { ...step, flow: to } : step,
      ),
    })),
  }
}

/** Titles of what starts or calls a flow: they are told before it is removed. */
export function usersOfFlow(definition: Definition, id: string): { intents: string[]; flows: string[] } {
  return {
    intents: definition.intents.filter(({ flow }) => flow === id).map((intent) => intent.id),
    flows: definition.flows
      .filter((flow) =>
        flow.steps.some((step) => (step.kind === 'link' || step.kind === 'call') && step.flow === id),
      )
      .map((flow) => flow.id),
  }
}

/** In the order in which they are offered. */
export const stepKinds = [
  'collect',
  'action',
  'say',
  'set',
  'call',
  'link',
  'handOver',
  'end',
] as const satisfies Step['kind'][]

/**
 * Puts a new step into the way: behind a step that goes on, before one that ends. What led there leads to the new
 * step, and the new step leads where that led.
 */
export function addStep(
  definition: Definition,
  flow: Flow,
  kind: Step['kind'],
  beside: string | null,
): { flow: Flow; id: string } {
  const id = freeId(newStepNames[kind], 'step', new Set(flow.steps.map((step) => step.id)))
  const neighbour = flow.steps.find((step) => step.id === beside) ?? flow.steps.at(-1)
  if (neighbour === undefined)
    return { flow: { ...flow, start: id, steps: [newStep(definition, flow, kind, id, id)] }, id }
  if (!('next' in neighbour)) {
    const made = newStep(definition, flow, kind, id, neighbour.id)
    const steps = flow.steps.map((step) => redirected(step, neighbour.id, id))
    const at = flow.steps.indexOf(neighbour)
    return {
      flow: {
        ...flow,
        start: flow.start === neighbour.id ? id : flow.start,
        steps: steps.toSpliced(at, 0, made),
      },
      id,
    }
  }
  const made = newStep(definition, flow, kind, id, lastTarget(neighbour.next) ?? neighbour.id)
  const steps = flow.steps.map((step) =>
    step === neighbour ? { ...neighbour, next: withLastTarget(neighbour.next, id) } : step,
  )
  return { flow: { ...flow, steps: steps.toSpliced(flow.steps.indexOf(neighbour) + 1, 0, made) }, id }
}

/** What led to the step leads on to where it went, if it went anywhere. */
export function removeStep(flow: Flow, id: string): Flow {
  const step = flow.steps.find((one) => one.id === id)
  if (!step || flow.steps.length === 1) return flow
  const to = 'next' in step ? lastTarget(step.next) : undefined
  const rest = flow.steps.filter((one) => one !== step)
  if (to === undefined || to === id) return { ...flow, steps: rest }
  return {
    ...flow,
    start: flow.start === id ? to : flow.start,
    steps: rest.map((one) => redirected(one, id, to)),
  }
}

/** By places in the list: how it is read. Where the flow goes stays as it is. */
export function moveStep(flow: Flow, id: string, by: -1 | 1): Flow {
  const at = flow.steps.findIndex((step) => step.id === id)
  const to = at + by
  if (at === -1 || to < 0 || to >= flow.steps.length) return flow
  const step = flow.steps[at]!
  return { ...flow, steps: flow.steps.toSpliced(at, 1).toSpliced(to, 0, step) }
}

export function renameStep(flow: Flow, id: string, to: string): Flow {
  if (id === to) return flow
  return {
    ...flow,
    start: flow.start === id ? to : flow.start,
    steps: flow.steps.map((step) => {
      const follows = redirected(step, id, to)
      return step.id === id ? { ...follows, id: to } : follows
    }),
  }
}

export function changeStep(flow: Flow, id: string, change: (step: Step) => Step): Flow {
  return { ...flow, steps: flow.steps.map((step) => (step.id === id ? change(step) : step)) }
}

export function putSlot(flow: Flow, before: string | null, slot: Slot): Flow {
  if (before === null) return { ...flow, slots: [...flow.slots, slot] }
  const renamed = before === slot.name ? flow : renameSlot(flow, before, slot.name)
  return { ...renamed, slots: renamed.slots.map((one) => (one.name === slot.name ? slot : one)) }
}

export function removeSlot(flow: Flow, name: string): Flow {
  return { ...flow, slots: flow.slots.filter((slot) => slot.name !== name) }
}

export function isStepId(id: string): boolean {
  return idPattern.test(id) && id.length <= idCharactersMax
}

export function isName(name: string): boolean {
  return namePattern.test(name)
}

/** `New day` → `new_day` */
export function freeName(title: string, otherwise: string, taken: ReadonlySet<string>): string {
  const words = asWords(title)
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^[_0-9]+|_+$/g, '')
  const base = words.slice(0, 36) || otherwise
  let name = base
  for (let n = 2; taken.has(name); n++) name = `${base}_${n}`
  return name
}

/** `Change a booking` → `change-a-booking`, and `change-a-booking-2` where that is taken. */
export function freeId(title: string, otherwise: string, taken: ReadonlySet<string>): string {
  const words = asWords(title).match(/[a-z0-9]+/g) ?? [otherwise]
  const base = words
    .slice(0, 8)
    .join('-')
    .slice(0, idCharactersMax - 4)
    .replace(/-$/, '')
  let id = base
  for (let n = 2; taken.has(id); n++) id = `${base}-${n}`
  return id
}

const newStepNames: Record<Step['kind'], string> = {
  collect: 'ask',
  action: 'look up',
  say: 'say',
  set: 'set',
  link: 'go on with',
  call: 'run',
  handOver: 'person',
  end: 'end',
}

/** Where a choice is needed the first that fits is taken: the fault says so where there is none. */
function newStep(definition: Definition, flow: Flow, kind: Step['kind'], id: string, next: string): Step {
  const other = definition.flows.find((one) => one.id !== flow.id)?.id ?? ''
  const asked = new Set(flow.steps.flatMap((step) => (step.kind === 'collect' ? [step.slot] : [])))
  switch (kind) {
    case 'collect': {
      const slot = flow.slots.find(({ name }) => !asked.has(name)) ?? flow.slots[0]
      return { id, kind, slot: slot?.name ?? '', ask: {}, next }
    }
    case 'action':
      return { id, kind, ...calling(definition, flow, definition.tools[0]?.id ?? ''), next }
    case 'say':
      return { id, kind, say: {}, next }
    case 'set':
      return { id, kind, values: {}, next }
    case 'link':
      return { id, kind, flow: other }
    case 'call':
      return { id, kind, flow: other, next }
    case 'handOver':
      return { id, kind, reason: flow.id.match(/[a-z]+/g)?.join('-') ?? 'person' }
    case 'end':
      return { id, kind }
  }
}

/** A tool with slots of the same name where there are such: most are called alike. */
export function calling(
  definition: Definition,
  flow: Flow,
  id: string,
): { tool: string; args: Record<string, Argument>; save?: Record<string, string>; confirm?: Localised } {
  const tool = definition.tools.find((one) => one.id === id)
  const names = new Set(flow.slots.map(({ name }) => name))
  const args = (tool?.input ?? []).flatMap(({ name }) => (names.has(name) ? [[name, { slot: name }]] : []))
  const save = (tool?.output ?? []).flatMap(({ name }) => (names.has(name) ? [[name, name]] : []))
  return {
    tool: id,
    args: Object.fromEntries(args),
    ...(save.length > 0 && { save: Object.fromEntries(save) }),
    ...(tool?.effect === 'write' && { confirm: {} }),
  }
}

function lastTarget(next: Next): string | undefined {
  if (typeof next === 'string') return next
  const last = next.at(-1)
  return last === undefined ? undefined : 'else' in last ? last.else : last.to
}

function withLastTarget(next: Next, to: string): Next {
  if (typeof next === 'string') return to
  return next.map((branch, i) =>
    i < next.length - 1 ? branch : 'else' in branch ? { else: to } : { ...branch, to },
  )
}

/** Every field of a step that names `from` names `to`. */
function redirected(step: Step, from: string, to: string): Step {
  const changed: Record<string, unknown> = {}
  for (const field of ['onFailure', 'onDenied', 'onFault', 'onRefused'])
    if ((step as unknown as Record<string, unknown>)[field] === from) changed[field] = to
  if ('next' in step) {
    const next =
      typeof step.next === 'string'
        ? step.next === from
          ? to
          : step.next
        : step.next.map((branch) =>
            'else' in branch
              ? branch.else === from
                ? { else: to }
                : branch
              : branch.to === from
                ? { ...branch, to }
                : branch,
          )
    if (JSON.stringify(next) !== JSON.stringify(step.next)) changed['next'] = next
  }
  return Object.keys(changed).length === 0 ? step : { ...step, ...changed }
}

function renameSlot(flow: Flow, from: string, to: string): Flow {
  const inText = (text: Localised): Localised =>
    Object.fromEntries(
      Object.entries(text).map(([language, said]) => [language, said.replaceAll(`{${from}}`, `{${to}}`)]),
    )
  const inCondition = (condition: string): string =>
    // A quoted text in a condition is not a slot.
    condition.replaceAll(new RegExp(`'[^']*'|\\b${from}\\b`, 'g'), (found) => (found === from ? to : found))
  const inNext = (next: Next): Next =>
    typeof next === 'string'
      ? next
      : next.map((branch) => ('if' in branch ? { ...branch, if: inCondition(branch.if) } : branch))
  const inArguments = (args: Record<string, Argument>): Record<string, Argument> =>
    Object.fromEntries(
      Object.entries(args).map(([name, arg]) => [
        name,
        'slot' in arg && arg.slot === from ? { slot: to } : arg,
      ]),
    )
  const inSave = (save: Record<string, string>): Record<string, string> =>
    Object.fromEntries(Object.entries(save).map(([name, slot]) => [name, slot === from ? to : slot]))
  const inStep = (step: Step): Step => {
    switch (step.kind) {
      case 'collect':
        return {
          ...step,
          slot: step.slot === from ? to : step.slot,
          ask: inText(step.ask),
          ...(step.again && { again: inText(step.again) }),
          ...(step.rejections && {
            rejections: step.rejections.map((one) => ({ if: inCondition(one.if), say: inText(one.say) })),
          }),
          next: inNext(step.next),
        }
      case 'action':
        return {
          ...step,
          args: inArguments(step.args),
          ...(step.save && { save: inSave(step.save) }),
          ...(step.confirm && { confirm: inText(step.confirm) }),
          next: inNext(step.next),
        }
      case 'say':
        return { ...step, say: inText(step.say), next: inNext(step.next) }
      case 'set':
        return {
          ...step,
          values: Object.fromEntries(
            Object.entries(step.values).map(([name, value]) => [name === from ? to : name, value]),
          ),
          next: inNext(step.next),
        }
      case 'link':
        return { ...step, ...(step.with && { with: inArguments(step.with) }) }
      case 'call':
        return {
          ...step,
          ...(step.with && { with: inArguments(step.with) }),
          ...(step.save && { save: inSave(step.save) }),
          next: inNext(step.next),
        }
      case 'handOver':
        return { ...step, ...(step.say && { say: inText(step.say) }) }
      case 'end':
        return step
    }
  }
  return {
    ...flow,
    slots: flow.slots.map((slot) => (slot.name === from ? { ...slot, name: to } : slot)),
    steps: flow.steps.map(inStep),
  }
}

function inLanguages(definition: Definition, text: string, language: Language): Localised {
  return { [definition.language]: text, ...(language !== definition.language && { [language]: text }) }
}

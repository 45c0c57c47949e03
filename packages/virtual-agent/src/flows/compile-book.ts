import { languages, type Localised } from '../script.ts'
import { valueOfJson } from '../slots/slot-json.ts'
import type { SlotType } from '../slots/slot-type.ts'
import { conditionKeywords, parseCondition, slotsOf, type Condition } from './condition.ts'
import { fieldReader, type FieldReader, type FlowFault } from './field-reader.ts'
import type { Argument, Flow, FlowBook, Literal, Next, Slot, Step } from './flow.ts'
import { readBook } from './parse-book.ts'
import { placeholdersOf } from './template.ts'
import type { Tool } from './tool.ts'

/** A book whose parts are known to fit: every step, slot, flow and tool that is named is there, of the right type. */
export interface CompiledBook {
  book: FlowBook
  flows: ReadonlyMap<string, CompiledFlow>
  tools: ReadonlyMap<string, CompiledTool>
}

export interface CompiledFlow {
  flow: Flow
  slots: ReadonlyMap<string, Slot>
  steps: ReadonlyMap<string, CompiledStep>
  /** Slots that a visitor fills: one that only tools fill cannot be talked into another value. */
  collected: ReadonlySet<string>
}

export interface CompiledStep {
  step: Step
  /** By their text. */
  conditions: ReadonlyMap<string, Condition>
  /** Slots that decide what the step does: after a correction of one, it is done again. */
  uses: ReadonlySet<string>
}

export interface CompiledTool {
  tool: Tool
  policy: Condition | null
}

/**
 * Reads and checks a book from data of unknown origin. Answers the compiled book, or all faults at once, each with
 * the path of its field.
 */
export function compileBook(value: unknown): { compiled: CompiledBook } | { faults: FlowFault[] } {
  const faults: FlowFault[] = []
  const reader = fieldReader(faults)
  const book = readBook(reader, value)
  // What is not even of the right shape is not worth asking what it means.
  if (faults.length > 0) return { faults }
  const tools = new Map(
    book.tools.map((tool, i) => [tool.id, compileTool(reader, tool, `tools[${i}]`)] as const),
  )
  unique(reader, book.tools, 'tools')
  unique(reader, book.flows, 'flows')
  const byId = new Map(book.flows.map((flow) => [flow.id, flow]))
  const flows = new Map(
    book.flows.map((flow, i) => [flow.id, compileFlow(reader, flow, `flows[${i}]`, byId, tools)] as const),
  )
  if (faults.length === 0) {
    refuseRecursion(reader, book)
    refuseIdleCycles(reader, book, byId)
  }
  return faults.length === 0 ? { compiled: { book, flows, tools } } : { faults }
}

/** Steps that may follow, and the field that says so. */
export function successorsOf(step: Step): { to: string; field: string }[] {
  const next = 'next' in step ? nextSteps(step.next) : []
  switch (step.kind) {
    case 'collect':
      return [...next, ...(step.onFailure === undefined ? [] : [{ to: step.onFailure, field: 'onFailure' }])]
    case 'action':
      return [
        ...next,
        ...(['onDenied', 'onFault', 'onRefused'] as const).flatMap((field) =>
          step[field] === undefined ? [] : [{ to: step[field], field }],
        ),
      ]
    case 'say':
    case 'set':
    case 'call':
    case 'link':
    case 'handOver':
    case 'end':
      return next
  }
}

/** Slots that the flow asks for itself, or hands to a flow that would ask for them. */
function collectedIn(flow: Flow, flows: ReadonlyMap<string, Flow>, above: ReadonlySet<string>): Set<string> {
  const collected = new Set<string>()
  for (const step of flow.steps) {
    if (step.kind === 'collect') collected.add(step.slot)
    if (step.kind !== 'call' && step.kind !== 'link') continue
    const other = above.has(step.flow) ? undefined : flows.get(step.flow)
    if (other === undefined || step.with === undefined) continue
    const asked = collectedIn(other, flows, new Set([...above, flow.id]))
    for (const [name, argument] of Object.entries(step.with))
      if ('slot' in argument && asked.has(name)) collected.add(argument.slot)
  }
  return collected
}

function nextSteps(next: Next): { to: string; field: string }[] {
  if (typeof next === 'string') return [{ to: next, field: 'next' }]
  return next.map((branch, i) =>
    'if' in branch
      ? { to: branch.to, field: `next[${i}].to` }
      : { to: branch.else, field: `next[${i}].else` },
  )
}

/** Headers that the connection itself speaks with, or that the server sets. */
const ownHeaders = new Set(
  `host connection content-length content-type transfer-encoding te upgrade cookie trailer expect
  idempotency-key accept user-agent proxy-authorization keep-alive`.split(/\s+/),
)

function compileTool(reader: FieldReader, tool: Tool, at: string): CompiledTool {
  for (const name of ['input', 'output'] as const)
    for (const [i, field] of tool[name].entries())
      if (tool[name].findIndex((other) => other.name === field.name) !== i)
        reader.fault(`${at}.${name}[${i}].name`, 'is used twice')
  const url = /^https?:\/\/([a-zA-Z0-9.-]+(?::\d{1,5})?)(\/[^\s#]*)?$/.exec(tool.url)
  if (url === null)
    reader.fault(
      `${at}.url`,
      'is https://host/path (http for an origin of the operator), without user, fragment or placeholders in the host',
    )
  for (const name of placeholdersOf(tool.url)) {
    const input = tool.input.find((field) => field.name === name)
    if (input === undefined) reader.fault(`${at}.url`, `names {${name}}, which is no input`)
    else if (!input.required) reader.fault(`${at}.url`, `names {${name}}, which is not required`)
  }
  if (/[{}]/.test(tool.url.replaceAll(/\{[a-z][a-z0-9_]*\}/g, '')))
    reader.fault(`${at}.url`, 'has a brace that is no placeholder')
  if (tool.effect === 'write' && tool.method === 'GET')
    reader.fault(`${at}.method`, 'is not GET for a tool that writes')
  if (tool.secretHeader !== undefined) {
    if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(tool.secretHeader))
      reader.fault(`${at}.secretHeader`, 'is the name of a header')
    else if (ownHeaders.has(tool.secretHeader.toLowerCase()))
      reader.fault(`${at}.secretHeader`, 'is a header that the server sets itself')
  }
  const types = new Map(tool.input.map(({ name, type }) => [name, type]))
  return {
    tool,
    policy: tool.policy === undefined ? null : condition(reader, tool.policy, types, `${at}.policy`),
  }
}

function compileFlow(
  reader: FieldReader,
  flow: Flow,
  at: string,
  flows: ReadonlyMap<string, Flow>,
  tools: ReadonlyMap<string, CompiledTool>,
): CompiledFlow {
  const slots = new Map(flow.slots.map((slot) => [slot.name, slot]))
  for (const [i, slot] of flow.slots.entries()) {
    if (flow.slots.findIndex((other) => other.name === slot.name) !== i)
      reader.fault(`${at}.slots[${i}].name`, 'is used twice')
    if (conditionKeywords.includes(slot.name))
      reader.fault(`${at}.slots[${i}].name`, 'is a word of conditions')
  }
  unique(reader, flow.steps, `${at}.steps`)
  const types = new Map(flow.slots.map(({ name, type }) => [name, type]))
  const ids = new Set(flow.steps.map(({ id }) => id))
  if (!ids.has(flow.start)) reader.fault(`${at}.start`, 'is no step of this flow')

  const steps = new Map<string, CompiledStep>()
  for (const [i, step] of flow.steps.entries()) {
    const field = `${at}.steps[${i}]`
    for (const { to, field: name } of successorsOf(step))
      if (!ids.has(to)) reader.fault(`${field}.${name}`, 'is no step of this flow')
    const conditions = new Map<string, Condition>()
    const uses = new Set<string>()
    const addCondition = (written: string, path: string): void => {
      const read = condition(reader, written, types, path)
      if (read === null) return
      conditions.set(written, read)
      for (const slot of slotsOf(read)) uses.add(slot)
    }
    if ('next' in step && typeof step.next !== 'string')
      for (const [j, branch] of step.next.entries())
        if ('if' in branch) addCondition(branch.if, `${field}.next[${j}].if`)
    const text = (said: Localised | undefined, name: string): void =>
      checkText(reader, said, `${field}.${name}`, types)
    switch (step.kind) {
      case 'collect':
        checkSlot(reader, step.slot, types, `${field}.slot`)
        text(step.ask, 'ask')
        text(step.again, 'again')
        for (const [j, rejection] of (step.rejections ?? []).entries()) {
          addCondition(rejection.if, `${field}.rejections[${j}].if`)
          text(rejection.say, `rejections[${j}].say`)
        }
        break
      case 'action': {
        const tool = tools.get(step.tool)?.tool
        if (tool === undefined) {
          reader.fault(`${field}.tool`, 'is no tool of this book')
          break
        }
        checkArguments(reader, step.args, tool.input, types, `${field}.args`)
        for (const argument of Object.values(step.args)) if ('slot' in argument) uses.add(argument.slot)
        for (const [name, slot] of Object.entries(step.save ?? {})) {
          const output = tool.output.find((other) => other.name === name)
          const path = `${field}.save.${name}`
          if (output === undefined) reader.fault(path, 'is no field of the answer')
          checkAssignable(reader, output?.type, slot, types, path)
        }
        if (tool.effect === 'write' && step.confirm === undefined)
          reader.fault(`${field}.confirm`, 'is needed: this tool changes something')
        if (step.confirm === undefined && step.onDenied !== undefined)
          reader.fault(`${field}.onDenied`, 'is never used: nothing is confirmed here')
        text(step.confirm, 'confirm')
        break
      }
      case 'say':
        text(step.say, 'say')
        break
      case 'set':
        for (const [name, literal] of Object.entries(step.values)) {
          const path = `${field}.values.${name}`
          if (checkSlot(reader, name, types, path) && literal !== null)
            checkLiteral(reader, literal, types.get(name)!, path)
        }
        break
      case 'link':
      case 'call': {
        const other = flows.get(step.flow)
        if (other === undefined) {
          reader.fault(`${field}.flow`, 'is no flow of this book')
          break
        }
        const fields = other.slots.map(({ name, type }) => ({ name, type, required: false }))
        checkArguments(reader, step.with ?? {}, fields, types, `${field}.with`)
        for (const argument of Object.values(step.with ?? {})) if ('slot' in argument) uses.add(argument.slot)
        if (step.kind === 'call')
          for (const [theirs, own] of Object.entries(step.save ?? {})) {
            const slot = other.slots.find(({ name }) => name === theirs)
            if (slot === undefined) reader.fault(`${field}.save.${theirs}`, 'is no slot of that flow')
            checkAssignable(reader, slot?.type, own, types, `${field}.save.${theirs}`)
          }
        break
      }
      case 'handOver':
        text(step.say, 'say')
        break
      case 'end':
        break
    }
    steps.set(step.id, { step, conditions, uses })
  }
  refuseUnreached(reader, flow, at)
  return {
    flow,
    slots,
    steps,
    collected: collectedIn(flow, flows, new Set()),
  }
}

function unique(reader: FieldReader, things: { id: string }[], at: string): void {
  for (const [i, { id }] of things.entries())
    if (things.findIndex((other) => other.id === id) !== i) reader.fault(`${at}[${i}].id`, 'is used twice')
}

function condition(
  reader: FieldReader,
  written: string,
  types: ReadonlyMap<string, SlotType>,
  at: string,
): Condition | null {
  const parsed = parseCondition(written, types)
  if ('condition' in parsed) return parsed.condition
  reader.fault(at, parsed.fault)
  return null
}

function checkSlot(
  reader: FieldReader,
  slot: string,
  types: ReadonlyMap<string, SlotType>,
  at: string,
): boolean {
  if (types.has(slot)) return true
  reader.fault(at, `names ${JSON.stringify(slot)}, which is no slot of this flow`)
  return false
}

function checkText(
  reader: FieldReader,
  said: Localised | undefined,
  at: string,
  types: ReadonlyMap<string, SlotType>,
): void {
  for (const language of languages)
    for (const name of placeholdersOf(said?.[language] ?? ''))
      checkSlot(reader, name, types, `${at}.${language}`)
}

function checkArguments(
  reader: FieldReader,
  args: Record<string, Argument>,
  fields: { name: string; type: SlotType; required: boolean }[],
  types: ReadonlyMap<string, SlotType>,
  at: string,
): void {
  for (const [name, argument] of Object.entries(args)) {
    const field = fields.find((other) => other.name === name)
    if (field === undefined) reader.fault(`${at}.${name}`, 'is not taken there')
    else if ('value' in argument) checkLiteral(reader, argument.value, field.type, `${at}.${name}.value`)
    else if (checkSlot(reader, argument.slot, types, `${at}.${name}.slot`)) {
      const type = types.get(argument.slot)!
      if (!isAssignable(type, field.type))
        reader.fault(
          `${at}.${name}.slot`,
          `is a ${type.kind} where a ${field.type.kind} of another kind is taken`,
        )
    }
  }
  for (const field of fields)
    if (field.required && args[field.name] === undefined) reader.fault(`${at}.${field.name}`, 'is missing')
}

function checkAssignable(
  reader: FieldReader,
  from: SlotType | undefined,
  slot: string,
  types: ReadonlyMap<string, SlotType>,
  at: string,
): void {
  if (!checkSlot(reader, slot, types, at) || from === undefined) return
  if (!isAssignable(from, types.get(slot)!)) reader.fault(at, `is a ${from.kind} and does not fit ${slot}`)
}

function checkLiteral(reader: FieldReader, literal: Literal, type: SlotType, at: string): void {
  if (valueOfJson(type, literal) === null) reader.fault(at, `is no ${type.kind} of this type`)
}

/** Everything can be written down as a text; an amount stays in its currency, a choice among the choices. */
function isAssignable(from: SlotType, to: SlotType): boolean {
  if (to.kind === 'text') return true
  if (from.kind === 'money' && to.kind === 'money') return from.currency === to.currency
  if (from.kind === 'choice' && to.kind === 'choice')
    return from.choices.every(({ id }) => to.choices.some((other) => other.id === id))
  return from.kind === to.kind
}

function refuseUnreached(reader: FieldReader, flow: Flow, at: string): void {
  const byId = new Map(flow.steps.map((step) => [step.id, step]))
  const reached = new Set<string>()
  const open = [flow.start]
  while (open.length > 0) {
    const id = open.pop()!
    const step = byId.get(id)
    if (step === undefined || reached.has(id)) continue
    reached.add(id)
    open.push(...successorsOf(step).map(({ to }) => to))
  }
  if (reached.size > 0)
    for (const [i, { id }] of flow.steps.entries())
      if (!reached.has(id)) reader.fault(`${at}.steps[${i}]`, 'is never reached')
}

/** A flow that calls itself, over others too, would never come to an end. */
function refuseRecursion(reader: FieldReader, book: FlowBook): void {
  const calls = new Map(
    book.flows.map((flow) => [
      flow.id,
      flow.steps.flatMap((step, j) => (step.kind === 'call' || step.kind === 'link' ? [{ step, j }] : [])),
    ]),
  )
  for (const [i, flow] of book.flows.entries())
    for (const { step, j } of calls.get(flow.id)!) {
      if (step.kind !== 'call') continue
      // From the called flow, can one come back to this flow while it still waits?
      const seen = new Set<string>()
      const open = [step.flow]
      while (open.length > 0) {
        const id = open.pop()!
        if (seen.has(id)) continue
        seen.add(id)
        open.push(...(calls.get(id) ?? []).map((other) => other.step.flow))
      }
      if (seen.has(flow.id))
        reader.fault(`flows[${i}].steps[${j}].flow`, 'leads back to this flow, which still waits for it')
    }
}

/**
 * Every cycle must pass a step where the visitor speaks: a confirmation, or a question whose slot is forgotten
 * (`set` to null) somewhere on the way round, since a known slot is not asked for.
 */
function refuseIdleCycles(reader: FieldReader, book: FlowBook, flows: ReadonlyMap<string, Flow>): void {
  const nodes = new Map<string, { step: Step; flow: Flow; field: string }>()
  for (const [i, flow] of book.flows.entries())
    for (const [j, step] of flow.steps.entries())
      nodes.set(`${flow.id}/${step.id}`, { step, flow, field: `flows[${i}].steps[${j}]` })
  const waits = (step: Step, flow: Flow): boolean =>
    (step.kind === 'action' && step.confirm !== undefined) ||
    (step.kind === 'collect' &&
      flow.steps.some((other) => other.kind === 'set' && other.values[step.slot] === null))
  const next = (key: string): string[] => {
    const { step, flow } = nodes.get(key)!
    if (waits(step, flow)) return []
    const own = successorsOf(step).map(({ to }) => `${flow.id}/${to}`)
    const other = step.kind === 'link' ? flows.get(step.flow) : undefined
    return other === undefined ? own : [...own, `${other.id}/${other.start}`]
  }
  const state = new Map<string, 'open' | 'done'>()
  for (const root of nodes.keys()) {
    if (state.has(root)) continue
    // Depth first without calling itself: a chain of flows may be thousands of steps long.
    const path: { key: string; rest: string[] }[] = [{ key: root, rest: next(root) }]
    state.set(root, 'open')
    while (path.length > 0) {
      const top = path.at(-1)!
      const to = top.rest.pop()
      if (to === undefined) {
        state.set(top.key, 'done')
        path.pop()
      } else if (state.get(to) === 'open')
        reader.fault(nodes.get(top.key)!.field, 'is on a way round on which the visitor never speaks')
      else if (!state.has(to)) {
        state.set(to, 'open')
        path.push({ key: to, rest: next(to) })
      }
    }
  }
}

import { jsonOfValue, valueOfJson } from '../slots/slot-json.ts'
import type { SlotType, SlotValue } from '../slots/slot-type.ts'
import type { CompiledTool } from './compile-book.ts'
import { holds } from './condition.ts'
import type { Argument } from './flow.ts'
import type { Tool } from './tool.ts'

/** Why a call is not made. */
export type CallRefusal =
  | { kind: 'missing-argument'; argument: string }
  | { kind: 'wrong-argument'; argument: string }
  | { kind: 'policy'; policy: string }
  | { kind: 'budget'; budget: number }

/**
 * Whether a tool may be called with these arguments after so many calls of it in this conversation; null is yes. In
 * code and before every call, whatever proposed it.
 */
export function policyRefusal(
  { tool, policy }: CompiledTool,
  args: Readonly<Record<string, SlotValue>>,
  callsBefore: number,
  today: string,
): CallRefusal | null {
  for (const field of tool.input) {
    const value = args[field.name]
    if (value === undefined) {
      if (field.required) return { kind: 'missing-argument', argument: field.name }
    } else if (valueOfJson(field.type, jsonOfValue(value)) === null)
      return { kind: 'wrong-argument', argument: field.name }
  }
  for (const name of Object.keys(args))
    if (!tool.input.some((field) => field.name === name)) return { kind: 'wrong-argument', argument: name }
  if (policy !== null && !holds(policy, args, today)) return { kind: 'policy', policy: tool.policy! }
  return callsBefore >= tool.budgetPerConversation
    ? { kind: 'budget', budget: tool.budgetPerConversation }
    : null
}

/** The arguments of a call from the slots of its flow, each of the type that the tool takes; unknown ones are left out. */
export function argumentsOf(
  args: Readonly<Record<string, Argument>>,
  fields: readonly { name: string; type: SlotType }[],
  slots: Readonly<Record<string, SlotValue>>,
): Record<string, SlotValue> {
  const given: Record<string, SlotValue> = {}
  for (const field of fields) {
    const argument = args[field.name]
    if (argument === undefined) continue
    const value = 'value' in argument ? valueOfJson(field.type, argument.value) : slots[argument.slot]
    if (value !== undefined && value !== null) given[field.name] = asType(field.type, value)
  }
  return given
}

/** A value of another type as a text, where a text is wanted. */
export function asType(type: SlotType, value: SlotValue): SlotValue {
  return type.kind === 'text' && value.kind !== 'text'
    ? { kind: 'text', text: String(jsonOfValue(value)) }
    : value
}

/** The fields of a tool's answer that its schema knows, or null when one of them is missing or of another type. */
export function readAnswer(tool: Tool, body: unknown): Record<string, SlotValue> | null {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    return tool.output.length === 0 ? {} : null
  const answer: Record<string, SlotValue> = {}
  for (const field of tool.output) {
    const given = Object.hasOwn(body, field.name) ? (body as Record<string, unknown>)[field.name] : undefined
    if (given === undefined || given === null) {
      if (field.required) return null
      continue
    }
    const value = valueOfJson(field.type, given)
    if (value === null) return null
    answer[field.name] = value
  }
  return answer
}

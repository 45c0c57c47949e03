import { addDays } from '../slots/calendar.ts'
import { jsonOfValue, valueOfJson } from '../slots/slot-json.ts'
import type { SlotType, SlotValue } from '../slots/slot-type.ts'

/**
 * Conditions of flows and policies of tools: a closed grammar, parsed and type-checked here, evaluated by walking
 * the tree.
 *
 *     condition  = both { "or" both }
 *     both       = one { "and" one }
 *     one        = "not" one | "(" condition ")" | slot "is" ["not"] "known" | slot [ operator operand ]
 *     operator   = "=" | "!=" | "<" | "<=" | ">" | ">="
 *     operand    = number | "true" | "false" | 'text' | "today" [ ("+" | "-") number "days" ] | slot
 *
 * A slot alone is a yes/no slot that is yes.
 */
export type Condition =
  | { kind: 'and' | 'or'; left: Condition; right: Condition }
  | { kind: 'not'; inner: Condition }
  | { kind: 'known'; slot: string }
  | { kind: 'compare'; slot: string; operator: Operator; with: Operand }

type Operator = '=' | '!=' | '<' | '<=' | '>' | '>='
type Operand =
  | { kind: 'json'; json: string | number | boolean }
  | { kind: 'slot'; slot: string }
  | { kind: 'today'; days: number }

/** A longer one belongs into a tool, where it can be tested. */
export const conditionCharactersMax = 300
/** Deeper nesting nobody reads, and the parser calls itself. */
const depthMax = 12

/** Reads a condition over slots of these types, or says what is wrong with it. */
export function parseCondition(
  written: string,
  types: ReadonlyMap<string, SlotType>,
): { condition: Condition } | { fault: string } {
  if (written.length > conditionCharactersMax)
    return { fault: `is longer than ${conditionCharactersMax} characters` }
  const words = wordsOf(written)
  if ('fault' in words) return words
  const parser = parserOf(words.words, types)
  try {
    const condition = parser.condition(0)
    const rest = parser.rest()
    return rest === null ? { condition } : { fault: `ends before ${JSON.stringify(rest)}` }
  } catch (error) {
    if (error instanceof ConditionFault) return { fault: error.message }
    throw error
  }
}

/**
 * Whether a condition holds. What is compared with a slot that is not known is neither true nor false (Kleene's
 * third value), and so is its negation; what is undecided in the end does not hold, so that a policy fails closed.
 */
export function holds(
  condition: Condition,
  slots: Readonly<Record<string, SlotValue>>,
  today: string,
): boolean {
  return decide(condition, slots, today) === true
}

/** Slots that a condition looks at. */
export function slotsOf(condition: Condition): string[] {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return [...slotsOf(condition.left), ...slotsOf(condition.right)]
    case 'not':
      return slotsOf(condition.inner)
    case 'known':
      return [condition.slot]
    case 'compare':
      return condition.with.kind === 'slot' ? [condition.slot, condition.with.slot] : [condition.slot]
  }
}

function decide(
  condition: Condition,
  slots: Readonly<Record<string, SlotValue>>,
  today: string,
): boolean | undefined {
  switch (condition.kind) {
    case 'and': {
      const left = decide(condition.left, slots, today)
      if (left === false) return false
      const right = decide(condition.right, slots, today)
      return right === false ? false : left === true ? right : undefined
    }
    case 'or': {
      const left = decide(condition.left, slots, today)
      if (left === true) return true
      const right = decide(condition.right, slots, today)
      return right === true ? true : left === false ? right : undefined
    }
    case 'not': {
      const inner = decide(condition.inner, slots, today)
      return inner === undefined ? undefined : !inner
    }
    case 'known':
      return slots[condition.slot] !== undefined
    case 'compare': {
      const left = slots[condition.slot]
      const other = condition.with
      const right = other.kind === 'slot' ? slots[other.slot] : undefined
      if (left === undefined || (other.kind === 'slot' && right === undefined)) return undefined
      // An amount says nothing about one in another currency.
      if (left.kind === 'money' && right?.kind === 'money' && left.currency !== right.currency)
        return undefined
      const b =
        other.kind === 'json'
          ? other.json
          : other.kind === 'today'
            ? addDays(today, other.days)
            : jsonOfValue(right!)
      return compare(jsonOfValue(left), condition.operator, b)
    }
  }
}

function compare(
  a: string | number | boolean,
  operator: Operator,
  b: string | number | boolean,
): boolean | undefined {
  if (typeof a !== typeof b) return undefined
  switch (operator) {
    case '=':
      return a === b
    case '!=':
      return a !== b
    case '<':
      return a < b
    case '<=':
      return a <= b
    case '>':
      return a > b
    case '>=':
      return a >= b
  }
}

class ConditionFault extends Error {}

type Word =
  | { kind: 'name'; name: string }
  | { kind: 'number'; number: number }
  | { kind: 'text'; text: string }
  | { kind: 'sign'; sign: string }

function wordsOf(written: string): { words: Word[] } | { fault: string } {
  const words: Word[] = []
  const pattern = /\s+|([a-z][a-z0-9_]*)|(\d+(?:\.\d+)?)|'([^']*)'|(<=|>=|!=|[=<>()+-])/gy
  while (pattern.lastIndex < written.length) {
    const at = pattern.lastIndex
    const match = pattern.exec(written)
    if (match === null) return { fault: `cannot be read from ${JSON.stringify(written.slice(at, at + 12))}` }
    if (match[1] !== undefined) words.push({ kind: 'name', name: match[1] })
    else if (match[2] !== undefined) words.push({ kind: 'number', number: Number(match[2]) })
    else if (match[3] !== undefined) words.push({ kind: 'text', text: match[3] })
    else if (match[4] !== undefined) words.push({ kind: 'sign', sign: match[4] })
  }
  return { words }
}

/** Names that mean something in the grammar, so no slot can have them. */
export const conditionKeywords: readonly string[] = [
  'and',
  'or',
  'not',
  'is',
  'known',
  'true',
  'false',
  'today',
  'days',
]

function parserOf(words: Word[], types: ReadonlyMap<string, SlotType>) {
  let at = 0

  function fault(message: string): never {
    throw new ConditionFault(message)
  }
  function isNext(written: string): boolean {
    const word = words[at]
    return (
      word !== undefined &&
      (word.kind === 'name' ? word.name : word.kind === 'sign' ? word.sign : null) === written
    )
  }
  function take(written: string): boolean {
    if (!isNext(written)) return false
    at++
    return true
  }
  function expect(written: string): void {
    if (!take(written)) fault(`has no ${JSON.stringify(written)} where one is needed`)
  }
  function typeOf(slot: string): SlotType {
    return types.get(slot) ?? fault(`names ${JSON.stringify(slot)}, which is no slot here`)
  }

  function condition(depth: number): Condition {
    if (depth > depthMax) fault('is nested too deeply')
    let left = both(depth)
    while (take('or')) left = { kind: 'or', left, right: both(depth) }
    return left
  }
  function both(depth: number): Condition {
    let left = one(depth)
    while (take('and')) left = { kind: 'and', left, right: one(depth) }
    return left
  }
  function one(depth: number): Condition {
    if (depth > depthMax) fault('is nested too deeply')
    if (take('not')) return { kind: 'not', inner: one(depth + 1) }
    if (take('(')) {
      const inner = condition(depth + 1)
      expect(')')
      return inner
    }
    const word = words[at]
    if (word?.kind !== 'name' || conditionKeywords.includes(word.name))
      fault('has no slot where one is needed')
    at++
    const slot = word.name
    const type = typeOf(slot)
    if (take('is')) {
      const negated = take('not')
      expect('known')
      const known: Condition = { kind: 'known', slot }
      return negated ? { kind: 'not', inner: known } : known
    }
    const next = words[at]
    const operator = next?.kind === 'sign' ? operators.find((known) => known === next.sign) : undefined
    if (operator === undefined) {
      if (type.kind !== 'yesNo') fault(`compares ${slot} with nothing; only a yes/no slot stands alone`)
      return { kind: 'compare', slot, operator: '=', with: { kind: 'json', json: true } }
    }
    at++
    if (operator !== '=' && operator !== '!=' && !ordered.has(type.kind))
      fault(`orders ${slot}, but a ${type.kind} has no order`)
    return { kind: 'compare', slot, operator, with: operand(slot, type) }
  }
  function operand(slot: string, type: SlotType): Operand {
    const word = words[at++]
    if (word === undefined) fault(`compares ${slot} with nothing`)
    if (word.kind === 'name' && word.name === 'today') {
      if (type.kind !== 'date') fault(`compares ${slot} with a day, but it is a ${type.kind}`)
      const sign = take('+') ? 1 : take('-') ? -1 : 0
      if (sign === 0) return { kind: 'today', days: 0 }
      const number = words[at++]
      if (number?.kind !== 'number' || number.number > 3_660)
        fault('has no number of days where one is needed')
      expect('days')
      return { kind: 'today', days: sign * number.number }
    }
    if (word.kind === 'name' && word.name !== 'true' && word.name !== 'false') {
      const other = typeOf(word.name)
      if (
        other.kind !== type.kind ||
        (other.kind === 'money' && type.kind === 'money' && other.currency !== type.currency)
      )
        fault(`compares ${slot} with ${word.name}, which is of another type`)
      return { kind: 'slot', slot: word.name }
    }
    if (word.kind === 'sign') fault(`compares ${slot} with ${JSON.stringify(word.sign)}`)
    const json =
      word.kind === 'number' ? word.number : word.kind === 'text' ? word.text : word.name === 'true'
    // Bounds of the type are for what visitors say; a condition may compare with what lies outside.
    const loose = type.kind === 'money' || type.kind === 'quantity' ? withoutBounds(type) : type
    const value = valueOfJson(loose, json)
    if (value === null)
      fault(`compares ${slot} with ${JSON.stringify(json)}, which is no ${type.kind} of this slot`)
    return { kind: 'json', json: jsonOfValue(value) }
  }
  return {
    condition,
    rest(): string | null {
      const word = words[at]
      if (word === undefined) return null
      return word.kind === 'name'
        ? word.name
        : word.kind === 'sign'
          ? word.sign
          : word.kind === 'text'
            ? word.text
            : String(word.number)
    },
  }
}

const operators: Operator[] = ['=', '!=', '<', '<=', '>', '>=']
const ordered = new Set<SlotType['kind']>(['date', 'time', 'money', 'quantity'])

function withoutBounds(type: SlotType & { kind: 'money' | 'quantity' }): SlotType {
  return type.kind === 'money' ? { kind: 'money', currency: type.currency } : { kind: 'quantity' }
}

import { isIsoDate } from './calendar.ts'
import { codesIn, parseCodeShape } from './code-shape.ts'
import { emailsIn } from './read-email.ts'
import { textCharactersMax } from './read-slot.ts'
import type { SlotType, SlotValue } from './slot-type.ts'

/** A value as tools and conditions see it. A range of days is `from/to` (ISO 8601-1 §5.5). */
export function jsonOfValue(value: SlotValue): string | number | boolean {
  switch (value.kind) {
    case 'date':
      return value.date
    case 'dateRange':
      return `${value.from}/${value.to}`
    case 'time':
      return value.time
    case 'money':
      return value.amount
    case 'quantity':
      return value.number
    case 'code':
      return value.code
    case 'email':
      return value.email
    case 'phone':
      return value.phone
    case 'choice':
      return value.choice
    case 'yesNo':
      return value.yes
    case 'text':
      return value.text
  }
}

/**
 * The value that data stands for (a tool's answer, a literal of a flow), exactly as its type has it; null for anything
 * else. Nothing is guessed here: reading what people write is `readSlot`.
 */
export function valueOfJson(type: SlotType, json: unknown): SlotValue | null {
  switch (type.kind) {
    case 'date':
      return typeof json === 'string' && isIsoDate(json) ? { kind: 'date', date: json } : null
    case 'dateRange': {
      const [from, to, more] = typeof json === 'string' ? json.split('/') : []
      if (from === undefined || to === undefined || more !== undefined) return null
      return isIsoDate(from) && isIsoDate(to) && from <= to ? { kind: 'dateRange', from, to } : null
    }
    case 'time':
      return typeof json === 'string' && /^(?:[01]\d|2[0-3]):[0-5]\d$/.test(json)
        ? { kind: 'time', time: json }
        : null
    case 'money':
      return isNumber(json, type) && Math.abs(Math.round(json * 100) / 100 - json) < 1e-9
        ? { kind: 'money', amount: json, currency: type.currency }
        : null
    case 'quantity':
      return isNumber(json, type) ? { kind: 'quantity', number: json } : null
    case 'code': {
      if (typeof json !== 'string') return null
      for (const written of type.shapes) {
        const shape = parseCodeShape(written)
        if ('fault' in shape) continue
        const [first] = codesIn(json, shape)
        if (first !== undefined && first.start === 0 && first.end === json.length)
          return { kind: 'code', code: first.code }
      }
      return null
    }
    case 'email': {
      const [first] = typeof json === 'string' ? emailsIn(json) : []
      return first !== undefined && first.span.end - first.span.start === (json as string).length
        ? { kind: 'email', email: first.email }
        : null
    }
    case 'phone':
      return typeof json === 'string' && /^\+?\d{7,15}$/.test(json) ? { kind: 'phone', phone: json } : null
    case 'choice':
      return typeof json === 'string' && type.choices.some(({ id }) => id === json)
        ? { kind: 'choice', choice: json }
        : null
    case 'yesNo':
      return typeof json === 'boolean' ? { kind: 'yesNo', yes: json } : null
    case 'text':
      return typeof json === 'string' &&
        json.length <= (type.charactersMax ?? textCharactersMax) &&
        isClean(json)
        ? { kind: 'text', text: json }
        : null
  }
}

/** Whether a value is one of this type: what a state carries may be older than the flow. */
export function fitsType(type: SlotType, value: SlotValue): boolean {
  if (value.kind !== type.kind) return false
  if (value.kind === 'money' && type.kind === 'money' && value.currency !== type.currency) return false
  return valueOfJson(type, jsonOfValue(value)) !== null
}

export function sameValue(a: SlotValue, b: SlotValue): boolean {
  return a.kind === b.kind && jsonOfValue(a) === jsonOfValue(b)
}

function isNumber(json: unknown, { min, max }: { min?: number; max?: number }): json is number {
  return typeof json === 'number' && Number.isFinite(json) && json >= (min ?? 0) && json <= (max ?? Infinity)
}

function isClean(text: string): boolean {
  return text.isWellFormed() && !/[^\P{Cc}\t\n]/u.test(text)
}

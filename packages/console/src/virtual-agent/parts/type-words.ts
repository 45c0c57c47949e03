/** Kinds of values in the words of who writes a flow. */
import type { SlotType } from '@candor/virtual-agent/slots/slot-type.ts'

export const typeNames: Record<SlotType['kind'], string> = {
  text: 'Text',
  yesNo: 'Yes or no',
  choice: 'One of several',
  date: 'Day',
  dateRange: 'From day to day',
  time: 'Time of day',
  quantity: 'Number',
  money: 'Amount of money',
  code: 'Code',
  email: 'E-mail address',
  phone: 'Phone number',
}

export const typeKinds = Object.keys(typeNames) as SlotType['kind'][]

/** "Code AA9999", "Number from 1 to 9" */
export function typeInWords(type: SlotType): string {
  const name = typeNames[type.kind]
  switch (type.kind) {
    case 'code':
      return `${name} ${type.shapes.join(' or ')}`.trim()
    case 'money':
      return `${name} in ${type.currency || '…'}${bounds(type)}`
    case 'quantity':
      return `${name}${bounds(type)}`
    case 'choice':
      return `${name}: ${type.choices.map(({ id }) => id).join(', ')}`
    case 'phone':
      return type.country === undefined ? name : `${name} of +${type.country}`
    case 'date':
      return type.prefer === 'past' ? `${name} in the past` : name
    case 'text':
      return type.charactersMax === undefined ? name : `${name} of at most ${type.charactersMax} characters`
    case 'dateRange':
    case 'time':
    case 'email':
    case 'yesNo':
      return name
  }
}

export function newType(kind: SlotType['kind']): SlotType {
  switch (kind) {
    case 'money':
      return { kind, currency: 'EUR' }
    case 'code':
      return { kind, shapes: ['AA9999'] }
    case 'choice':
      return {
        kind,
        choices: [
          { id: 'first', title: {} },
          { id: 'second', title: {} },
        ],
      }
    default:
      return { kind }
  }
}

function bounds({ min, max }: { min?: number; max?: number }): string {
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`
  if (min !== undefined) return ` from ${min}`
  return max === undefined ? '' : ` up to ${max}`
}

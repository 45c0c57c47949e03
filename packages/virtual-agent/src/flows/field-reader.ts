import { languages, type Language, type Localised } from '../script.ts'

export interface FlowFault {
  /** `flows[2].steps[3].next` */
  field: string
  message: string
}

/** Reads data of unknown origin field by field; what is wrong is noted with its path, and reading goes on. */
export interface FieldReader {
  fault(field: string, message: string): void
  object(value: unknown, field: string, allowed: readonly string[]): Record<string, unknown>
  text(value: unknown, field: string, charactersMax: number): string
  list(value: unknown, field: string, itemsMax: number, itemsMin?: number): unknown[]
  /** By name, each name of the pattern. */
  record(value: unknown, field: string, itemsMax: number): [name: string, value: unknown][]
  number(value: unknown, field: string, min: number, max: number, whole?: boolean): number
  oneOf<T extends string>(value: unknown, field: string, allowed: readonly T[]): T
  localised(value: unknown, field: string, own: Language, charactersMax: number): Localised
}

/** Names of slots and of fields of tools. */
export const namePattern = /^[a-z][a-z0-9_]{0,39}$/
/** Ids of flows, steps and tools. */
export const idPattern = /^[a-z0-9]+(?:-[a-z0-9]+){0,11}$/
export const idCharactersMax = 60

export function fieldReader(faults: FlowFault[]): FieldReader {
  /** More than these nobody reads at once; and data of a megabyte must not make a list of ten. */
  const faultsMax = 200
  const fault = (field: string, message: string): void => {
    if (faults.length < faultsMax) faults.push({ field, message })
  }

  function object(value: unknown, field: string, allowed: readonly string[]): Record<string, unknown> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      fault(field, 'is an object')
      return {}
    }
    for (const name of Object.keys(value))
      if (!allowed.includes(name)) fault(field === '' ? name : `${field}.${name}`, 'is not known')
    return value as Record<string, unknown>
  }

  function text(value: unknown, field: string, charactersMax: number): string {
    if (typeof value !== 'string' || value.trim() === '' || value.length > charactersMax)
      fault(field, `is a text of 1 to ${charactersMax} characters`)
    else if (/[^\P{Cc}\t\n]/u.test(value) || !value.isWellFormed()) fault(field, 'has control characters')
    else return value
    return ''
  }

  return {
    fault,
    object,
    text,
    list(value, field, itemsMax, itemsMin = 0) {
      if (Array.isArray(value) && value.length <= itemsMax && value.length >= itemsMin) return value
      fault(
        field,
        itemsMin === 0 ? `is a list of at most ${itemsMax}` : `is a list of ${itemsMin} to ${itemsMax}`,
      )
      return []
    },
    record(value, field, itemsMax) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        fault(field, 'is an object')
        return []
      }
      const entries = Object.entries(value)
      if (entries.length > itemsMax) fault(field, `has at most ${itemsMax} names`)
      return entries.slice(0, itemsMax).filter(([name]) => {
        if (namePattern.test(name)) return true
        fault(`${field}.${name}`, 'is no name: lower-case letters, digits and underscores')
        return false
      })
    },
    number(value, field, min, max, whole = false) {
      if (typeof value === 'number' && value >= min && value <= max && (!whole || Number.isInteger(value)))
        return value
      fault(field, `is a ${whole ? 'whole ' : ''}number from ${min} to ${max}`)
      return min
    },
    oneOf(value, field, allowed) {
      const found = allowed.find((known) => known === value)
      if (found === undefined) fault(field, `is one of ${allowed.join(', ')}`)
      return found ?? allowed[0]!
    },
    localised(value, field, own, charactersMax) {
      const given = object(value, field, languages)
      const read: Localised = {}
      for (const language of languages)
        if (given[language] !== undefined || language === own)
          read[language] = text(given[language], `${field}.${language}`, charactersMax)
      return read
    },
  }
}

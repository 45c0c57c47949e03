import { screen } from '@candor/card-guard'
import { Refusal } from '@candor/protocol/refusals.ts'

/**
 * Reads data from outside field by field and gathers all that is wrong, so that who wrote it corrects it once. Each
 * reader answers something of its type whatever it was given; nothing of it is used where there are faults.
 */
export interface FieldReader {
  fault(field: string, message: string): void
  /** An object with these fields and no others. */
  object(value: unknown, field: string, known: readonly string[]): Record<string, unknown>
  list<T>(value: unknown, field: string, max: number, read: (item: unknown, field: string) => T): T[]
  line(value: unknown, field: string, charactersMax: number): string
  oneOf<T extends string>(value: unknown, field: string, known: readonly T[]): T
  whole(value: unknown, field: string, min: number, max: number): number
  flag(value: unknown, field: string): boolean
  /** RFC 3339, answered in UTC. */
  moment(value: unknown, field: string): string
  day(value: unknown, field: string): string
  /** null stays null. */
  maybe<T>(value: unknown, read: (value: unknown) => T): T | null
  /** Nothing was wrong so far: what compares fields may rely on them. */
  clean(): boolean
  /** @throws Refusal `invalid_field` with every fault. */
  done(): void
}

/** More faults than this help nobody; the rest comes when these are corrected. */
const faultsMax = 50

export function openFieldReader(): FieldReader {
  const faults: { field: string; message: string }[] = []
  const fault = (field: string, message: string): void => {
    if (faults.length < faultsMax) faults.push({ field, message })
  }
  return {
    fault,
    object(value, field, known) {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) {
        fault(field, 'is an object')
        return {}
      }
      for (const name of Object.keys(value))
        if (!known.includes(name))
          fault(`${field === '' ? '' : `${field}.`}${name.slice(0, 40)}`, 'is not known')
      return value as Record<string, unknown>
    },
    list(value, field, max, read) {
      if (!Array.isArray(value)) {
        fault(field, 'is a list')
        return []
      }
      if (value.length > max) {
        fault(field, `has at most ${max} entries`)
        return []
      }
      return value.map((item, i) => read(item, `${field}[${i}]`))
    },
    line(value, field, charactersMax) {
      const text = typeof value === 'string' ? value.trim() : ''
      if (text === '') fault(field, 'is a text, and not empty')
      else if (text.length > charactersMax) fault(field, `has at most ${charactersMax} characters`)
      else if (/\p{Cc}/u.test(text) || !text.isWellFormed()) fault(field, 'has no control characters')
      else if (screen(text).findings.length > 0) fault(field, 'holds no card number')
      return text
    },
    oneOf<T extends string>(value: unknown, field: string, known: readonly T[]): T {
      if (known.includes(value as T)) return value as T
      fault(field, `is one of ${known.join(', ')}`)
      return known[0]!
    },
    whole(value, field, min, max) {
      if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max)
        return value as number
      fault(field, `is a whole number from ${min} to ${max}`)
      return min
    },
    flag(value, field) {
      if (typeof value !== 'boolean') fault(field, 'is true or false')
      return value === true
    },
    moment(value, field) {
      const ms = typeof value === 'string' && momentForm.test(value) ? Date.parse(value) : NaN
      if (!Number.isNaN(ms)) return new Date(ms).toISOString()
      fault(field, 'is a time with its offset, such as 2026-05-04T08:30:00Z')
      return new Date(0).toISOString()
    },
    day(value, field) {
      // 2026-02-30 becomes 2 March, and so is no day.
      const ms =
        typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) ? Date.parse(`${value}T00:00Z`) : NaN
      if (!Number.isNaN(ms) && new Date(ms).toISOString().startsWith(value as string)) return value as string
      fault(field, 'is a day, such as 2026-05-04')
      return '1970-01-01'
    },
    maybe: (value, read) => (value === null || value === undefined ? null : read(value)),
    clean: () => faults.length === 0,
    done() {
      const [first] = faults
      if (first === undefined) return
      const field = first.field === '' ? 'body' : first.field
      throw new Refusal('invalid_field', `The field ${field} ${first.message}.`, { field, faults })
    },
  }
}

const momentForm = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/

import { screen } from '@candor/card-guard'
import type { IdentifierFormat } from '@candor/protocol/frames.ts'
import type { Fault } from '@candor/protocol/virtual-agent-api.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import { definitionBytesMax, type Definition } from '@candor/virtual-agent/definition.ts'
import { parseDefinition } from '@candor/virtual-agent/parse-definition.ts'

/** A definition that may be kept, with its JSON as it is stored. */
export interface CheckedDefinition {
  definition: Definition
  json: string
}

/** Whoever sends nonsense is told where it begins, not of every place in it. */
const faultsMax = 200

/**
 * Reads a definition (or a script of the first version) from data of unknown origin: parsed strictly, no larger than
 * may be held for a tenant, and without a card number in any of its texts.
 * @param identifiers the tenant's own kinds of numbers, which are no cards.
 */
export function checkDefinition(
  value: unknown,
  identifiers: readonly IdentifierFormat[],
): CheckedDefinition | { faults: Fault[] } {
  const parsed = parseDefinition(value)
  if ('faults' in parsed) return { faults: parsed.faults.slice(0, faultsMax) }
  const { definition } = parsed
  const json = JSON.stringify(definition)
  const bytes = Buffer.byteLength(json)
  if (bytes > definitionBytesMax)
    return { faults: [{ field: '', message: `has at most ${definitionBytesMax} bytes, and not ${bytes}` }] }
  const faults = cardFaults(definition, identifiers)
  return faults.length === 0 ? { definition, json } : { faults }
}

/** @throws Refusal `invalid_field` with all faults. */
export function requireDefinition(
  value: unknown,
  identifiers: readonly IdentifierFormat[],
): CheckedDefinition {
  const checked = checkDefinition(value, identifiers)
  if ('faults' in checked) throw faultsRefusal(checked.faults, 'definition')
  return checked
}

/** @param root what the paths of the faults begin at, where one is empty. */
export function faultsRefusal(faults: readonly Fault[], root: string): Refusal {
  const [first] = faults
  const field = first === undefined || first.field === '' ? root : first.field
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : ''
  return new Refusal('invalid_field', `${field} ${first?.message ?? 'is not accepted'}${more}.`, {
    field,
    faults,
  })
}

/** Texts with a card number in them, also one that is spread over the items of a list. */
export function cardFaults(value: unknown, identifiers: readonly IdentifierFormat[]): Fault[] {
  const faults: Fault[] = []
  const hasCard = (text: string): boolean =>
    /\p{N}/u.test(text) && screen(text, { identifiers }).findings.length > 0
  const look = (at: unknown, field: string): void => {
    if (faults.length >= faultsMax) return
    if (typeof at === 'string') {
      if (hasCard(at)) faults.push({ field, message: 'has a card number in it' })
    } else if (Array.isArray(at)) {
      const before = faults.length
      for (const [i, item] of at.entries()) look(item, `${field}[${i}]`)
      const texts = at.filter((item) => typeof item === 'string')
      if (faults.length === before && texts.length > 1 && hasCard(texts.join('\n')))
        faults.push({ field, message: 'has a card number in it, spread over several texts' })
    } else if (typeof at === 'object' && at !== null)
      for (const [name, item] of Object.entries(at)) look(item, field === '' ? name : `${field}.${name}`)
  }
  look(value, '')
  return faults
}

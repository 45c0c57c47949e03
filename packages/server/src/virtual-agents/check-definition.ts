import { setImmediate } from 'node:timers/promises'
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
export async function checkDefinition(
  value: unknown,
  identifiers: readonly IdentifierFormat[],
): Promise<CheckedDefinition | { faults: Fault[] }> {
  const parsed = parseDefinition(value)
  if ('faults' in parsed) return { faults: parsed.faults.slice(0, faultsMax) }
  const { definition } = parsed
  const json = JSON.stringify(definition)
  const bytes = Buffer.byteLength(json)
  if (bytes > definitionBytesMax)
    return { faults: [{ field: '', message: `has at most ${definitionBytesMax} bytes, and not ${bytes}` }] }
  const faults = await cardFaults(definition, identifiers)
  return faults.length === 0 ? { definition, json } : { faults }
}

/** @throws Refusal `invalid_field` with all faults. */
export async function requireDefinition(
  value: unknown,
  identifiers: readonly IdentifierFormat[],
): Promise<CheckedDefinition> {
  const checked = await checkDefinition(value, identifiers)
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

/**
 * Texts with a card number in them, also one that is spread over the items of a list. The largest definition takes
 * more than a second: visitors are answered in between.
 */
export async function cardFaults(value: unknown, identifiers: readonly IdentifierFormat[]): Promise<Fault[]> {
  const faults: Fault[] = []
  let since = performance.now()

  async function hasCard(text: string): Promise<boolean> {
    if (performance.now() - since > sliceMs) {
      await setImmediate()
      since = performance.now()
    }
    return screen(text, { identifiers }).findings.length > 0
  }

  async function look(at: unknown, field: string): Promise<void> {
    if (faults.length >= faultsMax) return
    if (typeof at === 'string') {
      if (await hasCard(at)) faults.push({ field, message: 'has a card number in it' })
    } else if (Array.isArray(at)) {
      const before = faults.length
      for (const [i, item] of at.entries()) await look(item, `${field}[${i}]`)
      if (faults.length > before) return
      for (const texts of runsOf(at))
        if (await hasCard(texts))
          return void faults.push({ field, message: 'has a card number in it, spread over several texts' })
    } else if (typeof at === 'object' && at !== null)
      for (const [name, item] of Object.entries(at))
        await look(item, field === '' ? name : `${field}.${name}`)
  }

  await look(value, '')
  return faults
}

/**
 * Texts that may be one number when they are read together: each with what follows it, as long as that has no letter.
 * Sentences with a number in each are not read together: twenty examples of "what is 18 plus 24" would be a card.
 */
function runsOf(items: readonly unknown[]): string[] {
  const runs: string[][] = []
  let run: string[] | null = null
  for (const item of items) {
    if (typeof item !== 'string') run = null
    else if (run !== null && !/\p{L}/u.test(item)) run.push(item)
    else runs.push((run = [item]))
  }
  return runs.filter(({ length }) => length > 1).map((texts) => texts.join('\n'))
}

/** So long may a check keep everybody else waiting. */
const sliceMs = 10

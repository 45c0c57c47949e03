/**
 * The card guard as the composer has it, with the tenant's own kinds of numbers. A file of its own: it is loaded with the
 * first character that a visitor types, and nothing is sent before it is there.
 */
import {
  openWindow as openGuardWindow,
  screen as screenText,
  screenField as screenNamed,
  type IdentifierFormat,
} from '@candor/card-guard'
import type { Guard } from './chat.ts'

/** The server lets a tenant have no more. */
const formatsMax = 12

export const screen: Guard['screen'] = (text, formats) =>
  screenText(text, { identifiers: readFormats(formats) })

export const screenField: Guard['screenField'] = (name, value, formats) =>
  screenNamed(name, value, { identifiers: readFormats(formats) })

export const openWindow: Guard['openWindow'] = () => {
  const window = openGuardWindow()
  return { screen: (id, text, formats) => window.screen(id, text, readFormats(formats)) }
}

const read = new WeakMap<object, IdentifierFormat[]>()

/** Whatever came as configuration → formats; what is none is left out, and then the guard masks more. */
function readFormats(value: unknown): readonly IdentifierFormat[] {
  if (!Array.isArray(value)) return []
  let formats = read.get(value)
  if (!formats) {
    formats = value.slice(0, formatsMax).flatMap((one: unknown): IdentifierFormat[] => {
      const { name, pattern, prefix } = (one ?? {}) as Record<string, unknown>
      if (typeof name !== 'string' || typeof pattern !== 'string') return []
      return [{ name, pattern, ...(typeof prefix === 'string' && { prefix }) }]
    })
    read.set(value, formats)
  }
  return formats
}

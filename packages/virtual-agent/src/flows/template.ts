import type { Language, Localised } from '../script.ts'
import { formatSlot } from '../slots/format-slot.ts'
import type { SlotValue } from '../slots/slot-type.ts'
import type { Slot } from './flow.ts'
import { textIn } from './localised.ts'

const placeholder = /\{([a-z][a-z0-9_]*)\}/g

/** Slots that a text names in `{braces}`. */
export function placeholdersOf(text: string): string[] {
  return [...text.matchAll(placeholder)].map((match) => match[1]!)
}

/**
 * The text in a language, with the values of its slots as the language writes them; `…` where one is not known.
 * One pass: a value that looks like a placeholder stays what the visitor wrote.
 */
export function renderText(
  text: Localised,
  own: Language,
  language: Language,
  slots: ReadonlyMap<string, Slot>,
  values: Readonly<Record<string, SlotValue>>,
): string {
  return textIn(text, own, language).replaceAll(placeholder, (_, name: string) => {
    const value = values[name]
    return value === undefined ? '…' : formatSlot(value, language, slots.get(name)?.type)
  })
}

import type { ToolField } from '@candor/virtual-agent/flows/tool.ts'
import { valueOfJson } from '@candor/virtual-agent/slots/slot-json.ts'

/**
 * What was typed into the fields of a tool's answer, as the JSON that the tool would send; or what is wrong with it.
 * An empty field that may be missing is left out; a yes or no that was not touched is a no.
 */
export function readToolAnswer(
  fields: readonly ToolField[],
  typed: Readonly<Record<string, string>>,
): { body: Record<string, string | number | boolean> } | { wrong: string } {
  const body: Record<string, string | number | boolean> = {}
  for (const { name, type, required } of fields) {
    const text = (typed[name] ?? '').trim()
    if (type.kind === 'yesNo') {
      body[name] = text === 'true'
      continue
    }
    if (text === '') {
      if (required) return { wrong: `${name} has to be there.` }
      continue
    }
    const json = type.kind === 'money' || type.kind === 'quantity' ? Number(text.replace(',', '.')) : text
    if (valueOfJson(type, json) === null) return { wrong: `“${text}” is not what ${name} takes.` }
    body[name] = json
  }
  return { body }
}

/** A flow as its author types it, read by the engine's own parser beside the other flows and the tools. */
import type { Definition } from '@candor/virtual-agent/definition.ts'
import { compileBook } from '@candor/virtual-agent/flows/compile-book.ts'
import type { Flow } from '@candor/virtual-agent/flows/flow.ts'
import { parseBook } from '@candor/virtual-agent/flows/parse-book.ts'
import { lineOfField, readPlacedJson } from './json-places.ts'

export interface TextFault {
  line: number
  /** Within the flow: `steps[2].next`; empty where it is the text as a whole. */
  field: string
  message: string
}

export interface ReadFlowText {
  /** Null until the text is of the shape of a flow. It may have faults: the form shows them as well. */
  flow: Flow | null
  faults: TextFault[]
}

export function writeFlowText(flow: Flow): string {
  return JSON.stringify(flow, null, 2)
}

/** @param at place of the flow in the definition. */
export function readFlowText(text: string, definition: Definition, at: number): ReadFlowText {
  const placed = readPlacedJson(text)
  if ('fault' in placed)
    return { flow: null, faults: [{ line: placed.line, field: '', message: placed.fault }] }
  const { value, lineOf } = placed
  const fault = (field: string, message: string): TextFault => ({
    line: lineOfField(lineOf, field),
    field,
    message,
  })
  const { language } = definition
  // By itself first: what is wrong elsewhere is not a matter of this text.
  const alone = parseBook({ version: 1, language, tools: [], flows: [value] })
  if ('faults' in alone)
    return { flow: null, faults: alone.faults.map(({ field, message }) => fault(within(field, 0), message)) }
  const flow = alone.book.flows[0]!
  const flows = definition.flows.map((other, i) => (i === at ? flow : other))
  const book = compileBook({ version: 1, language, tools: definition.tools, flows })
  const faults =
    'faults' in book
      ? book.faults
          .filter(({ field }) => field === `flows[${at}]` || field.startsWith(`flows[${at}].`))
          .map(({ field, message }) => fault(within(field, at), message))
      : []
  if (flow.id !== definition.flows[at]?.id)
    return {
      flow: null,
      faults: [
        fault('id', 'is changed with “Rename the id”, so that what starts the flow follows'),
        ...faults,
      ],
    }
  return { flow, faults }
}

function within(field: string, at: number): string {
  return field.slice(`flows[${at}]`.length).replace(/^\./, '')
}

import type { Tool, ToolField } from '@candor/virtual-agent/flows/tool.ts'
import type { SlotValue } from '@candor/virtual-agent/slots/slot-type.ts'

/** What is sent to a tool, without what authorises it. */
export interface ToolRequest {
  method: Tool['method']
  url: URL
  /** JSON; null for methods without a body. */
  body: string | null
}

/**
 * A tool's request from its typed arguments. Null when they do not make one: a required one is missing, or a value
 * would change the path that it stands in.
 */
export function toolRequest(tool: Tool, args: Readonly<Record<string, SlotValue>>): ToolRequest | null {
  const given = new Map<string, { field: ToolField; value: SlotValue }>()
  for (const field of tool.input) {
    const value = Object.hasOwn(args, field.name) ? args[field.name] : undefined
    if (value !== undefined) given.set(field.name, { field, value })
    else if (field.required) return null
  }
  const inAddress = new Set<string>()
  let whole = true
  const address = tool.url.replaceAll(placeholder, (_, name: string) => {
    inAddress.add(name)
    const one = given.get(name)
    const text = one === undefined ? '' : textOfArgument(one.value)
    // A segment of dots would be another path: the parser of URLs removes it, encoded or not (WHATWG URL, §4.4).
    if (text === '' || /^\.{1,2}$/.test(text)) whole = false
    return encodeURIComponent(text)
  })
  if (!whole || !URL.canParse(address)) return null
  const url = new URL(address)
  // Placeholders stand behind the origin; whatever they hold, no other server is asked.
  if (url.origin !== new URL(tool.url.replaceAll(placeholder, 'x')).origin) return null
  const rest = [...given].filter(([name]) => !inAddress.has(name))
  if (tool.method !== 'GET' && tool.method !== 'DELETE') {
    const body = Object.fromEntries(rest.map(([name, { value }]) => [name, jsonOfArgument(value)]))
    return { method: tool.method, url, body: JSON.stringify(body) }
  }
  for (const [name, { value }] of rest) url.searchParams.append(name, textOfArgument(value))
  return { method: tool.method, url, body: null }
}

/** Of a tool's answer, what it is known to answer. Null when it is no JSON object. */
export function knownFields(tool: Tool, body: string): Record<string, unknown> | null {
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch (caught) {
    if (caught instanceof SyntaxError) return null
    throw caught
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return null
  const known: Record<string, unknown> = {}
  for (const { name } of tool.output)
    if (Object.hasOwn(parsed, name)) known[name] = (parsed as Record<string, unknown>)[name]
  return known
}

const placeholder = /\{([a-z][a-z0-9_]*)\}/g

/** In an address: ISO 8601 for dates and stretches of them, a bare number for an amount, whose currency is agreed. */
function textOfArgument(value: SlotValue): string {
  return String(jsonOfArgument(value))
}

function jsonOfArgument(value: SlotValue): string | number | boolean {
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

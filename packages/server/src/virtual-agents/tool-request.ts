import type { Tool, ToolField } from '@candor/virtual-agent/flows/tool.ts'
import { jsonOfValue } from '@candor/virtual-agent/slots/slot-json.ts'
import type { SlotValue } from '@candor/virtual-agent/slots/slot-type.ts'

/** What is sent to a tool, without what authorises it. */
export interface ToolRequest {
  method: Tool['method']
  url: URL
  /** What its body holds; null for methods without one. */
  json: Record<string, string | number | boolean> | null
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
    const text = one === undefined ? '' : String(jsonOfValue(one.value))
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
    const json = Object.fromEntries(rest.map(([name, { value }]) => [name, jsonOfValue(value)]))
    return { method: tool.method, url, json }
  }
  for (const [name, { value }] of rest) url.searchParams.append(name, String(jsonOfValue(value)))
  return { method: tool.method, url, json: null }
}

/** Of a tool's answer, what it is known to answer. Null when it is no JSON object. */
export function knownFields(tool: Tool, body: Buffer): Record<string, unknown> | null {
  let parsed: unknown
  try {
    parsed = JSON.parse(utf8.decode(body))
  } catch (caught) {
    // Not UTF-8, or no JSON.
    if (caught instanceof TypeError || caught instanceof SyntaxError) return null
    throw caught
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return null
  const known: Record<string, unknown> = {}
  for (const { name } of tool.output)
    if (Object.hasOwn(parsed, name)) known[name] = (parsed as Record<string, unknown>)[name]
  return known
}

const utf8 = new TextDecoder('utf-8', { fatal: true })
const placeholder = /\{([a-z][a-z0-9_]*)\}/g

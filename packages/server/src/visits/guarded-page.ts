import { screen, screenField } from '@candor/card-guard'
import type { IdentifierFormat } from '@candor/protocol/frames.ts'

/** Longest address kept; what stands behind it says nothing more to a person at the desk. */
const urlCharactersMax = 500
const titleCharactersMax = 200
/** Proxies refuse header lines of more than this. */
const policyCharactersMax = 8_192
const nameCharactersMax = 100
/** `track` is for what happened and a few facts about it, not for documents. */
const propertiesMax = 20
const valueCharactersMax = 200

/** What a page may put beside an event's name. */
export type Properties = Record<string, string | number | boolean>

type Formats = readonly IdentifierFormat[]

/**
 * Origin and path of a page, screened. Query and fragment carry order numbers, tokens and names, and are never
 * kept; null for anything that is not a web page.
 */
export function guardedUrl(raw: string, formats: Formats): string | null {
  if (!URL.canParse(raw)) return null
  const { protocol, origin, pathname } = new URL(raw)
  if (protocol !== 'https:' && protocol !== 'http:') return null
  return guarded(origin + pathname, urlCharactersMax, formats)
}

/**
 * A script's address in the same way. What has no address of its own is named by its scheme; null for what is no
 * page's doing, such as the scripts of a browser's extensions.
 */
export function guardedScript(raw: string, formats: Formats): string | null {
  const scheme = /^(data|blob):/i.exec(raw)?.[0]
  return scheme?.toLowerCase() ?? guardedUrl(raw, formats)
}

/** A policy as a browser quotes it, without what differs between two page views. */
export function guardedPolicy(raw: string): string {
  const policy = raw
    .replaceAll(/'nonce-[^']*'/g, `'nonce-…'`)
    .replaceAll(/(report-uri\s+[^\s?;]*)\?[^\s;]*/g, '$1')
  return guarded(policy, policyCharactersMax, [])
}

export function guardedTitle(raw: string, formats: Formats): string {
  return guarded(raw, titleCharactersMax, formats)
}

export function guardedName(raw: string): string {
  return guarded(raw, nameCharactersMax, [])
}

/** Names and values screened one by one, then together: a number spread over several of them is masked too. */
export function guardedProperties(raw: Properties, formats: Formats): Properties {
  const kept: Properties = {}
  for (const [name, value] of Object.entries(raw).slice(0, propertiesMax))
    kept[guardedName(name)] = guardedValue(name, value, formats)
  // A number of the tenant's own is whole, and no piece of another.
  const others = Object.entries(kept).filter(([, value]) => screen(String(value)).findings.length === 0)
  if (!spellsCard(Object.fromEntries(others))) return kept
  for (const [name, value] of Object.entries(kept)) if (/\p{N}/u.test(String(value))) kept[name] = '•••'
  return spellsCard(kept) ? {} : kept
}

function spellsCard(properties: Properties): boolean {
  const texts = [Object.values(properties), Object.entries(properties).flat()]
  return texts.some((parts) => screen(parts.join(' ')).findings.length > 0)
}

function guardedValue(
  name: string,
  value: string | number | boolean,
  formats: Formats,
): string | number | boolean {
  if (typeof value === 'boolean') return value
  const screened = (text: string): string => screenField(name, text, { identifiers: formats }).text
  if (typeof value === 'string') return cut(screened(oneLine(value)), valueCharactersMax)
  // Infinity and NaN are no JSON; a number may be a card number as well as a text.
  const text = cut(screened(String(value)), valueCharactersMax)
  return Number.isFinite(value) && text === String(value) ? value : text
}

/** Screened before it is cut: a cut number would no longer be recognised. */
function guarded(raw: string, charactersMax: number, identifiers: Formats): string {
  return cut(screen(oneLine(raw), { identifiers }).text, charactersMax)
}

function oneLine(raw: string): string {
  return raw
    .toWellFormed()
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim()
}

function cut(text: string, charactersMax: number): string {
  return text.length <= charactersMax ? text : `${text.slice(0, charactersMax - 1).toWellFormed()}…`
}

/**
 * What loader and frame say to each other over their private MessagePort: all of it. Neither side trusts the
 * other: the loader stands in a page that others write too, the frame shows what a server sent. So each side
 * reads with its own strict list, drops what is not on it, and nothing here is ever code or markup.
 */
import type { PageInfo } from '@candor/protocol/frames.ts'

export type Primitive = string | number | boolean

/** What all tabs of a visitor share: the token, and the conversation that was opened last. */
export interface Kept {
  token: string
  conversation?: string
}

/**
 * What the frame understands once it is read. On the wire it is a list, for the loader's bytes: the type and what
 * belongs to it; a command of the page has a dot before its name, so that no page can speak as the loader.
 */
export type ToFrame =
  | { type: 'open' }
  | { type: 'close' }
  | { type: 'page'; page: PageInfo }
  /** Another tab stored this, or (null) logged out. */
  | { type: 'kept'; kept: Kept | null }
  | { type: 'identify'; jwt: string }
  | { type: 'track'; name: string; properties: Record<string, Primitive> }
  | { type: 'set'; traits: Record<string, Primitive> }
  | { type: 'shutdown' }

/** With the port, to the frame's window, once: `[tenant, kept, visit]`. */
export interface Boot {
  tenant: string
  kept: Kept | null
  /** UUID of this tab's visit, by which page views and the conversation belong together. */
  visit: string | null
}

export type ToLoader =
  /** For the listeners of `on(type)`, and for nobody else. A message's text is not for the host page. */
  | [what: 'emit', type: 'ready' | 'message']
  | [what: 'emit', type: 'unread', count: number]
  | [what: 'emit', type: 'refused' | 'error', code: string]
  /** The server welcomed this visitor on this page. The launcher takes the accent where its tag names none. */
  | [what: 'ready', accent: string]
  /** Please store. Opaque to the loader: `writeKept` makes it. */
  | [what: 'keep', kept: string]
  /** What stands on the badge, and the button's name with it. */
  | [what: 'unread', badge: string, text: string]
  | [what: 'hide']
  /** The panel closes and `text` says why, beside the button. */
  | [what: 'refused', text: string]
  /** A person clicked a link; a sandboxed frame cannot open it itself. */
  | [what: 'link', href: string]
  /** Logged out at the server, or contained: the widget goes. */
  | [what: 'gone']

/** A token is at most this long (the server reads no longer one). */
const tokenCharactersMax = 512
/** What a host page may set at once; the server's limit too. */
const propertiesMax = 50

export const writeKept = ({ token, conversation = '' }: Kept): string => `${token} ${conversation}`

/** Reads what came with the port. */
export function readBoot(value: unknown): Boot | null {
  if (!Array.isArray(value)) return null
  const [first, kept, visit] = value as unknown[]
  const tenant = text(first, 64)
  return tenant === undefined ? null : { tenant, kept: readKept(kept), visit: isId(visit) ? visit : null }
}

/** Reads what the loader said. Whoever holds the port could be any script of the host page. */
export function readToFrame(value: unknown): ToFrame | null {
  if (!Array.isArray(value)) return null
  const [type, a, b, c] = value as unknown[]
  switch (type) {
    case 'open':
    case 'close':
      return { type }
    case '.shutdown':
      return { type: 'shutdown' }
    case 'page': {
      const page = readPage(a, b, c)
      return page && { type, page }
    }
    case 'kept':
      return { type, kept: readKept(a) }
    case '.identify': {
      const jwt = text(a, 8_192)
      return jwt === undefined ? null : { type: 'identify', jwt }
    }
    case '.track': {
      const name = text(a, 100)
      return name === undefined ? null : { type: 'track', name, properties: readProperties(b) }
    }
    case '.set':
      return { type: 'set', traits: readProperties(a) }
    default:
      return null
  }
}

/** A UUID, closely enough to be sent; the server looks closer. */
const isId = (value: unknown): value is string => typeof value === 'string' && /^[\da-f-]{36}$/.test(value)

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function text(value: unknown, charactersMax: number): string | undefined {
  return typeof value === 'string' && value !== '' && value.length <= charactersMax ? value : undefined
}

function readKept(value: unknown): Kept | null {
  if (typeof value !== 'string') return null
  const [token = '', conversation = ''] = value.split(' ')
  if (token === '' || token.length > tokenCharactersMax) return null
  return { token, ...(isId(conversation) ? { conversation } : {}) }
}

function readPage(address: unknown, title: unknown, cardFields: unknown): PageInfo | null {
  const url = text(address, 2_048)
  if (!url || typeof title !== 'string') return null
  // Whatever is not a clear "no" counts as a page with card fields.
  return { url, title: title.slice(0, 300), cardFields: cardFields !== false }
}

function readProperties(value: unknown): Record<string, Primitive> {
  const properties: Record<string, Primitive> = {}
  if (!isRecord(value)) return properties
  for (const [name, entry] of Object.entries(value).slice(0, propertiesMax)) {
    if (name === '' || name.length > 64 || name === '__proto__') continue
    if (typeof entry === 'string') properties[name] = entry.slice(0, 1_000)
    else if (typeof entry === 'boolean' || (typeof entry === 'number' && Number.isFinite(entry)))
      properties[name] = entry
  }
  return properties
}

import type { ServerFrame } from './frames.ts'

/**
 * One text message of the server → a frame, or null where this client does not know such a frame. A client
 * runs code that the same server gave it, so this guards against faults and not against the server: it checks
 * what the delivery contract counts with. Texts are shown as text and never as anything else.
 */
export function readServerFrame(raw: string): ServerFrame | null {
  let value: unknown
  try {
    value = JSON.parse(raw)
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    return null
  }
  if (!isObject(value) || typeof value['type'] !== 'string') return null
  const needed = neededFields[value['type']]
  if (!needed) return null
  for (const field of needed) if (!shapes[field]!(value[field])) return null
  return value as unknown as ServerFrame
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isString = (value: unknown): boolean => typeof value === 'string'
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0

/** What a field of this name is, in every frame that has it. */
const shapes: Record<string, (value: unknown) => boolean> = {
  id: isString,
  conversation: isString,
  epoch: isString,
  code: isString,
  actor: isObject,
  you: isObject,
  seq: isCount,
  retryAfterMs: isCount,
  conversations: Array.isArray,
  rows: Array.isArray,
  formats: Array.isArray,
  items: Array.isArray,
  viewers: Array.isArray,
  online: (value) => value !== undefined,
  state: (value) => isObject(value) && isCount(value['seq']),
  tops: (value) => isObject(value) && Object.values(value).every(isCount),
  events: (value) =>
    Array.isArray(value) &&
    value.every((event) => isObject(event) && isCount(event['seq']) && isString(event['type'])),
}

const neededFields: Record<string, readonly string[] | undefined> = {
  __proto__: null as never,
  welcome: ['epoch', 'you', 'conversations'],
  events: ['conversation', 'events'],
  snapshot: ['conversation', 'epoch', 'state', 'events'],
  earlier: ['id', 'conversation', 'events'],
  ack: ['id'],
  refused: ['code'],
  heartbeat: ['tops'],
  typing: ['conversation', 'actor'],
  presence: ['conversation', 'viewers'],
  delivered: ['conversation', 'seq'],
  rows: ['rows'],
  team: ['online'],
  identified: ['id', 'you', 'conversations'],
  'logged-out': ['id'],
  'agents-online': ['online'],
  'identifier-formats': ['formats'],
  containments: ['items'],
  goodbye: ['code', 'retryAfterMs'],
}

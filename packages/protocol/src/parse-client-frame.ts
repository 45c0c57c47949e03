import { textCharactersMax, type ClientFrame, type PageInfo, type Position } from './frames.ts'
import { parseProof, type OpenProof } from './open-statement.ts'
import { Refusal } from './refusals.ts'

/** A URL longer than this is not shown to an agent anyway. */
const urlCharactersMax = 2_048
/** Conversations one connection may follow at once; more belong on a second connection. */
export const positionsMax = 500
/** Answers of one form. */
const answersMax = 20
/** Properties of one `track` or traits of one `set`. */
const propertiesMax = 50

/**
 * One text message of a socket → a frame that the server may trust in shape (not in right).
 * @throws Refusal `malformed` (not JSON, no such type) or `invalid_field` with the field's path.
 */
export function parseClientFrame(raw: string): ClientFrame {
  let value: unknown
  try {
    value = JSON.parse(raw)
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw new Refusal('malformed', 'A frame is one JSON object.', { cause })
  }
  return checkClientFrame(value)
}

/** The same for a value that has been through JSON.parse already (frames that come by POST). */
export function checkClientFrame(value: unknown): ClientFrame {
  const o = object(value, 'frame')
  switch (o['type']) {
    case 'hello':
      return hello(o)
    case 'send':
      return { type: 'send', id: uuid(o, 'id'), conversation: uuid(o, 'conversation'), text: text(o, 'text') }
    case 'beat':
    case 'stopped':
      return { type: o['type'] }
    case 'delivered':
      return { type: 'delivered', conversation: uuid(o, 'conversation'), seq: seq(o, 'seq') }
    case 'read':
      return { type: 'read', id: uuid(o, 'id'), conversation: uuid(o, 'conversation'), upTo: seq(o, 'upTo') }
    case 'typing':
      return { type: 'typing', conversation: uuid(o, 'conversation'), on: boolean(o, 'on') }
    case 'start':
      return { type: 'start', id: uuid(o, 'id'), conversation: uuid(o, 'conversation') }
    case 'open':
      return {
        type: 'open',
        conversation: uuid(o, 'conversation'),
        ...(o['epoch'] === undefined ? {} : { epoch: uuid(o, 'epoch') }),
        ...(o['seq'] === undefined ? {} : { seq: seq(o, 'seq') }),
        ...proof(o),
      }
    case 'leave':
      return { type: 'leave', conversation: uuid(o, 'conversation') }
    case 'earlier':
      return {
        type: 'earlier',
        id: uuid(o, 'id'),
        conversation: uuid(o, 'conversation'),
        before: seq(o, 'before'),
        ...proof(o),
      }
    case 'edit':
      return {
        type: 'edit',
        id: uuid(o, 'id'),
        conversation: uuid(o, 'conversation'),
        target: seq(o, 'target'),
        text: text(o, 'text'),
      }
    case 'delete':
      return {
        type: 'delete',
        id: uuid(o, 'id'),
        conversation: uuid(o, 'conversation'),
        target: seq(o, 'target'),
      }
    case 'note':
      return { type: 'note', id: uuid(o, 'id'), conversation: uuid(o, 'conversation'), text: text(o, 'text') }
    case 'form':
      return {
        type: 'form',
        id: uuid(o, 'id'),
        conversation: uuid(o, 'conversation'),
        form: string(o, 'form', 64),
        answers: answers(o['answers']),
      }
    case 'identify':
      return { type: 'identify', id: uuid(o, 'id'), jwt: string(o, 'jwt', 8_192) }
    case 'logout':
      return { type: 'logout', id: uuid(o, 'id') }
    case 'page':
      return { type: 'page', page: page(o['page']) }
    case 'track':
      return {
        type: 'track',
        id: uuid(o, 'id'),
        name: string(o, 'name', 100),
        properties: properties(o['properties'] ?? {}, 'properties'),
      }
    case 'set':
      return { type: 'set', id: uuid(o, 'id'), traits: properties(o['traits'], 'traits') }
    case 'presence': {
      const state = o['state']
      if (state !== 'online' && state !== 'away') refuse('state', 'is "online" or "away"')
      return { type: 'presence', state }
    }
    default:
      throw new Refusal('malformed', 'There is no frame of this type.', { field: 'type' })
  }
}

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** Lower-case UUID of any version. */
export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && uuidForm.test(value)
}

/**
 * A message text as both sides accept it: 1 to `textCharactersMax` UTF-16 units, not only white space, well
 * formed, without U+0000 (PostgreSQL and logs cannot carry it).
 */
export function checkText(value: unknown, field = 'text'): string {
  if (typeof value !== 'string') refuse(field, 'is a string')
  if (value.length > textCharactersMax)
    throw new Refusal('too_large', `A message has at most ${textCharactersMax} characters.`, { field })
  if (value.trim() === '') refuse(field, 'is not empty')
  if (value.includes('\u0000') || !value.isWellFormed()) refuse(field, 'is well-formed text without U+0000')
  return value
}

function hello(o: Record<string, unknown>): ClientFrame {
  const protocol = o['protocol']
  if (typeof protocol !== 'number') refuse('protocol', 'is a number')
  const known = o['positions'] === undefined ? {} : { positions: positions(o['positions']) }
  if (o['role'] === 'visitor')
    return {
      type: 'hello',
      protocol,
      role: 'visitor',
      tenant: string(o, 'tenant', 64),
      ...known,
      ...(o['token'] === undefined ? {} : { token: string(o, 'token', 512) }),
      ...(o['origin'] === undefined ? {} : { origin: string(o, 'origin', 300) }),
      ...(o['page'] === undefined ? {} : { page: page(o['page']) }),
      ...(o['release'] === undefined ? {} : { release: release(o) }),
      ...(o['locale'] === undefined ? {} : { locale: string(o, 'locale', 35) }),
      ...(o['visit'] === undefined ? {} : { visit: uuid(o, 'visit') }),
    }
  if (o['role'] === 'staff')
    return {
      type: 'hello',
      protocol,
      role: 'staff',
      ...known,
      ...(o['key'] === undefined ? {} : { key: string(o, 'key', 200) }),
      ...(o['inbox'] === undefined ? {} : { inbox: boolean(o, 'inbox') }),
    }
  refuse('role', 'is "visitor" or "staff"')
}

/** Base64url of SHA-256. */
const releaseForm = /^[\w-]{43}$/

export function isReleaseId(value: unknown): value is string {
  return typeof value === 'string' && releaseForm.test(value)
}

function release(o: Record<string, unknown>): string {
  const id = o['release']
  return isReleaseId(id) ? id : refuse('release', 'is the id of a release')
}

function positions(value: unknown): Position[] {
  if (!Array.isArray(value) || value.length > positionsMax)
    refuse('positions', `is a list of at most ${positionsMax}`)
  return value.map((entry: unknown, i) => {
    const o = object(entry, `positions[${i}]`)
    return {
      conversation: uuid(o, 'conversation', `positions[${i}].`),
      epoch: uuid(o, 'epoch', `positions[${i}].`),
      seq: seq(o, 'seq', `positions[${i}].`),
      ...proof(o, `positions[${i}].`),
    }
  })
}

function proof(o: Record<string, unknown>, path = ''): { proof?: OpenProof } {
  if (o['proof'] === undefined) return {}
  const parsed = parseProof(o['proof'])
  if (parsed === null) refuse(`${path}proof`, 'is a key, a time and a signature')
  return { proof: parsed }
}

function page(value: unknown): PageInfo {
  const o = object(value, 'page')
  return {
    url: string(o, 'url', urlCharactersMax, 'page.'),
    title: typeof o['title'] === 'string' ? o['title'].slice(0, 300) : refuse('page.title', 'is a string'),
    cardFields: boolean(o, 'cardFields', 'page.'),
  }
}

function answers(value: unknown): Record<string, string> {
  const entries = Object.entries(object(value, 'answers'))
  if (entries.length === 0 || entries.length > answersMax) refuse('answers', `has 1 to ${answersMax} entries`)
  return Object.fromEntries(
    entries.map(([name, answer]) => {
      if (name.length > 64) refuse('answers', 'has names of at most 64 characters')
      if (typeof answer !== 'string' || answer.length > 1_000 || answer.includes('\u0000'))
        refuse(`answers.${name}`, 'is a string of at most 1,000 characters')
      return [name, answer]
    }),
  )
}

function properties(value: unknown, field: string): Record<string, string | number | boolean> {
  const entries = Object.entries(object(value, field))
  if (entries.length > propertiesMax) refuse(field, `has at most ${propertiesMax} entries`)
  return Object.fromEntries(
    entries.map(([name, entry]) => {
      if (name.length === 0 || name.length > 64 || name.includes('\u0000'))
        refuse(field, 'has names of 1 to 64 characters')
      if (typeof entry === 'string' && (entry.length > 1_000 || entry.includes('\u0000')))
        refuse(`${field}.${name}`, 'has at most 1,000 characters')
      if (
        typeof entry !== 'string' &&
        typeof entry !== 'boolean' &&
        !(typeof entry === 'number' && Number.isFinite(entry))
      )
        refuse(`${field}.${name}`, 'is a string, a number or a boolean')
      return [name, entry]
    }),
  )
}

function object(value: unknown, field: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(field, 'is an object')
  return value as Record<string, unknown>
}

function string(o: Record<string, unknown>, name: string, charactersMax: number, path = ''): string {
  const value = o[name]
  if (typeof value !== 'string' || value.length === 0) refuse(path + name, 'is a string that is not empty')
  if (value.length > charactersMax) refuse(path + name, `has at most ${charactersMax} characters`)
  if (value.includes('\u0000')) refuse(path + name, 'has no U+0000')
  return value
}

function text(o: Record<string, unknown>, name: string): string {
  return checkText(o[name], name)
}

function uuid(o: Record<string, unknown>, name: string, path = ''): string {
  const value = o[name]
  if (!isUuid(value)) refuse(path + name, 'is a lower-case UUID')
  return value
}

function seq(o: Record<string, unknown>, name: string, path = ''): number {
  const value = o[name]
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 2_147_483_647)
    refuse(path + name, 'is an integer from 0')
  return value
}

function boolean(o: Record<string, unknown>, name: string, path = ''): boolean {
  const value = o[name]
  if (typeof value !== 'boolean') refuse(path + name, 'is true or false')
  return value
}

function refuse(field: string, rule: string): never {
  throw new Refusal('invalid_field', `The field ${field} ${rule}.`, { field })
}

/** What stands in the access log: one line of JSON an entry, in one spelling. */
import { decodeBase64url, encodeBase64url } from './base64.ts'
import { sameBytes } from './bytes.ts'
import type { LedgerCrypto } from './ledger-crypto.ts'
import { entryBytesMax } from './tiles.ts'

export const entryTypes = [
  /** Keys were released for text at rest. */
  'open',
  /** Somebody joined a live conversation, before the first text. */
  'join',
  /** A release was refused; `outcome` says why. */
  'denial',
  /** A browser registered the key that it signs its requests with. */
  'session-key',
  'key-made',
  'key-destroyed',
  'erasure',
  'hold',
  'operator',
  'access-widened',
  'suspension',
  'reinstatement',
  'alarm',
  'start',
  /** A release of the widget was published, is in force, or was revoked; `request` is its id. */
  'release',
  /** The kill switch: begun, or undone. */
  'containment',
] as const

export const entryPurposes = [
  'participant',
  'desk',
  'supervisor',
  'api',
  'virtual-agent',
  'card-guard',
  'replay-check',
  'export',
  'webhook',
  'backup',
  'proof',
  'drill',
  'bench',
] as const

export type EntryType = (typeof entryTypes)[number]
export type EntryPurpose = (typeof entryPurposes)[number]

export interface Entry {
  v: 1
  /** UTC with milliseconds, `2026-11-25T00:34:04.123Z`. */
  at: string
  type: EntryType
  /** These four are pseudonyms: 16 random bytes as base64url, 22 characters. Who they are stands outside the log. */
  tenant?: string
  actor?: string
  conversation?: string
  customer?: string
  /** Event numbers, first and last. A last of 0 means live, open-ended. */
  range?: readonly [from: number, to: number]
  purpose?: EntryPurpose
  /** A lower-case word, with hyphens; for a denial, its reason. */
  outcome?: string
  /** SHA-256 of the signed request, base64url, 43 characters. */
  request?: string
  /** The commitment of `commitDetail`. */
  detail?: string
}

/** @returns the canonical bytes. @throws RangeError for what is not an entry: a bug of the caller. */
export function encodeEntry(entry: Entry): Uint8Array {
  return encoder.encode(spellEntry(entry))
}

/** The same as text, in which every byte is one character. @throws RangeError */
export function spellEntry(entry: Entry): string {
  const text = spell(entry)
  if (parseEntryText(text) === null) throw new RangeError(`Not an entry: ${text}`)
  return text
}

/**
 * @returns null for anything but the canonical bytes of an entry: another order, an unknown key, white space, an escape,
 * a date that is none.
 */
export function parseEntry(bytes: Uint8Array): Entry | null {
  if (bytes.length > entryBytesMax) return null
  return parseEntryText(new TextDecoder().decode(bytes))
}

/**
 * The same of text in which every byte is one character, so that a bundle is decoded at once.
 *
 * No value of an entry needs an escape, so the canonical form is a regular language and this pattern is its grammar: what
 * matches cannot be spelled otherwise.
 */
export function parseEntryText(text: string): Entry | null {
  const match = grammar.exec(text)
  if (!match || text.length > entryBytesMax) return null
  const [, at, type, tenant, actor, conversation, customer, from, to, purpose, outcome, request, detail] =
    match
  if (!isInstant(at!)) return null
  const entry: Entry = { v: 1, at: at!, type: type as EntryType }
  if (tenant !== undefined) entry.tenant = tenant
  if (actor !== undefined) entry.actor = actor
  if (conversation !== undefined) entry.conversation = conversation
  if (customer !== undefined) entry.customer = customer
  if (from !== undefined) {
    const range = [Number(from), Number(to)] as const
    if (!range.every(Number.isSafeInteger) || (range[1] !== 0 && range[1] < range[0])) return null
    entry.range = range
  }
  if (purpose !== undefined) entry.purpose = purpose as EntryPurpose
  if (outcome !== undefined) {
    if (outcome.length > outcomeCharsMax) return null
    entry.outcome = outcome
  }
  if (request !== undefined) entry.request = request
  if (detail !== undefined) entry.detail = detail
  return entry
}

/** SHA-256 over `candor detail 1\n`, the salt and the text: without the salt nobody can try out guesses. */
export function commitDetail(crypto: LedgerCrypto, salt: Uint8Array, text: string): string {
  if (salt.length !== saltBytes) throw new RangeError(`A salt has ${saltBytes} bytes`)
  const from = detailPrefix.length + saltBytes
  // Three bytes are the most that a UTF-16 unit needs.
  const bytesMax = from + 3 * text.length
  if (detailInput.length < bytesMax) {
    detailInput = new Uint8Array(2 * bytesMax)
    detailInput.set(detailPrefix)
  }
  detailInput.set(salt, detailPrefix.length)
  const { written } = encoder.encodeInto(text, detailInput.subarray(from))
  return encodeBase64url(crypto.sha256(detailInput.subarray(0, from + written)))
}

/** Whether this text, with this salt, is the detail that the entry was written with. */
export function openDetail(crypto: LedgerCrypto, entry: Entry, salt: Uint8Array, text: string): boolean {
  if (entry.detail === undefined || salt.length !== saltBytes) return false
  const committed = decodeBase64url(entry.detail)
  const shown = decodeBase64url(commitDetail(crypto, salt, text))
  return committed !== null && shown !== null && sameBytes(committed, shown)
}

/** A pseudonym from 16 random bytes. */
export function pseudonymOf(random: Uint8Array): string {
  if (random.length !== 16) throw new RangeError('A pseudonym has 16 bytes')
  return encodeBase64url(random)
}

const encoder = new TextEncoder()
const detailPrefix = encoder.encode('candor detail 1\n')
/** One buffer for all: there is a detail to most entries. */
let detailInput = new Uint8Array(0)

export const saltBytes = 16
export const outcomeCharsMax = 40

/** 16 bytes: the last of 22 characters carries two bits. */
const pseudonym = '[A-Za-z0-9_-]{21}[AQgw]'
/** 32 bytes: the last of 43 characters carries four bits. */
const digest = '[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]'
const count = '0|[1-9]\\d{0,15}'

const optional = (key: string, value: string): string => `(?:,"${key}":"(${value})")?`

const grammar = new RegExp(
  `^\\{"v":1,"at":"(\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z)","type":"(${entryTypes.join('|')})"` +
    optional('tenant', pseudonym) +
    optional('actor', pseudonym) +
    optional('conversation', pseudonym) +
    optional('customer', pseudonym) +
    `(?:,"range":\\[(${count}),(${count})\\])?` +
    optional('purpose', entryPurposes.join('|')) +
    optional('outcome', '[a-z]+(?:-[a-z]+)*') +
    optional('request', digest) +
    optional('detail', digest) +
    '\\}$',
)

function spell(entry: Entry): string {
  let text = `{"v":1,"at":"${entry.at}","type":"${entry.type}"`
  if (entry.tenant !== undefined) text += `,"tenant":"${entry.tenant}"`
  if (entry.actor !== undefined) text += `,"actor":"${entry.actor}"`
  if (entry.conversation !== undefined) text += `,"conversation":"${entry.conversation}"`
  if (entry.customer !== undefined) text += `,"customer":"${entry.customer}"`
  if (entry.range !== undefined) text += `,"range":[${entry.range[0]},${entry.range[1]}]`
  if (entry.purpose !== undefined) text += `,"purpose":"${entry.purpose}"`
  if (entry.outcome !== undefined) text += `,"outcome":"${entry.outcome}"`
  if (entry.request !== undefined) text += `,"request":"${entry.request}"`
  if (entry.detail !== undefined) text += `,"detail":"${entry.detail}"`
  return `${text}}`
}

let knownDay = ''

/** The day is asked of the calendar once in a row of entries of that day. */
function isInstant(at: string): boolean {
  if (at.slice(11, 13) > '23' || at.slice(14, 16) > '59' || at.slice(17, 19) > '59') return false
  const day = at.slice(0, 10)
  if (day === knownDay) return true
  const date = new Date(`${day}T00:00:00.000Z`)
  if (Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== day) return false
  knownDay = day
  return true
}

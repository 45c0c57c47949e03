import { inflateRawSync, inflateSync, constants } from 'node:zlib'

/** Bytes with one more encoding undone, and which encodings that were, outermost first. */
export interface Layer {
  bytes: Buffer
  path: readonly string[]
  /** A code read from where it does not begin, or backwards, gives noise: not worth being inflated. */
  aligned: boolean
}

/** An encoding inside an encoding: JSON in base64 in a form field in a compressed body. */
const depthMax = 4
/** Of all layers of one part of a request: a body is searched, not a film. */
const bytesMax = 8_000_000
const layersMax = 400
/** The number packed as tightly as it goes. */
const bytesMin = 7
/** 16 digits are 22 characters of base64; a word that short has room for nothing else. */
const base64CharactersMin = 22
const gzipHeadsMax = 8

/** The bytes as they are, then everything that may be inside them. Bounded; what is over the bound is left out. */
export function* layersOf(bytes: Uint8Array): Generator<Layer & { text: string }> {
  const queue: Layer[] = [
    { bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), path: [], aligned: true },
  ]
  const known = new Set<string>()
  let left = bytesMax
  for (let at = 0; at < queue.length && at < layersMax; at++) {
    const layer = queue[at]!
    left -= layer.bytes.length
    if (left < 0) return
    const text = layer.bytes.toString('latin1')
    yield { ...layer, text }
    if (layer.path.length >= depthMax) continue
    for (const { name, bytes: inner, aligned = true } of undone(layer, text)) {
      if (inner.length < bytesMin) continue
      const key = inner.toString('latin1')
      if (known.has(key)) continue
      known.add(key)
      queue.push({ bytes: inner, path: [...layer.path, name], aligned })
    }
  }
}

interface Undone {
  name: string
  bytes: Buffer
  aligned?: boolean
}

function* undone({ bytes, aligned }: Layer, text: string): Generator<Undone> {
  const isText = !/[^\t\n\r\x20-\x7e]/.test(text)
  if (aligned && !isText) yield* inflated(bytes)
  if (!isText && isNoise(bytes)) return
  if (text.includes('%')) {
    const plain = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => character(hex, 16))
    if (plain !== text) yield { name: 'URL', bytes: Buffer.from(plain, 'latin1') }
  }
  if (/\\u|\\x|\\[0-7]/i.test(text)) {
    const plain = text
      .replace(/\\u\{?0*([0-9a-f]{1,4})\}?/gi, (_, hex: string) => character(hex, 16))
      .replace(/\\x([0-9a-f]{2})/gi, (_, hex: string) => character(hex, 16))
      .replace(/\\([0-7]{2,3})/g, (_, octal: string) => character(octal, 8))
    if (plain !== text) yield { name: 'JSON', bytes: Buffer.from(plain, 'latin1') }
  }
  if (text.includes('&#')) {
    const plain = text
      .replace(/&#x0*([0-9a-f]{1,4});?/gi, (_, hex: string) => character(hex, 16))
      .replace(/&#0*(\d{1,5});?/g, (_, decimal: string) => character(decimal, 10))
    if (plain !== text) yield { name: 'HTML', bytes: Buffer.from(plain, 'latin1') }
  }
  // Two bytes a character, as JavaScript's strings are; and digits written wide, U+FF10 to U+FF19 in UTF-8.
  if (bytes.includes(0)) {
    const narrow = bytes.filter((byte) => byte !== 0)
    if (narrow.length * 2 <= bytes.length + 4) yield { name: 'UTF-16', bytes: Buffer.from(narrow) }
  }
  if (text.includes('\xef\xbc')) {
    const plain = text.replace(/\xef\xbc([\x90-\x99])/g, (_, low: string) => String(low.charCodeAt(0) - 0x90))
    if (plain !== text) yield { name: 'wide digits', bytes: Buffer.from(plain, 'latin1') }
  }
  for (const [word] of text.matchAll(base64Word)) {
    const signs = word.replace(/\s/g, '')
    if (signs.length < base64CharactersMin) continue
    for (const [name, letters] of [
      ['base64', signs],
      ['base64, reversed', [...signs].reverse().join('')],
    ] as const) {
      // Something may be glued in front, so that the code begins at any of four places in a quantum.
      for (let skip = 0; skip < 4; skip++)
        yield {
          name,
          bytes: Buffer.from(letters.slice(skip), 'base64'),
          aligned: letters === signs && skip === 0,
        }
    }
  }
  for (const [word] of text.matchAll(hexWord)) {
    const digits = word.replace(/0x|\\x|[^0-9a-f]/gi, '')
    for (let skip = 0; skip < 2; skip++)
      yield { name: 'hex', bytes: Buffer.from(digits.slice(skip), 'hex'), aligned: skip === 0 }
  }
  for (const [list] of text.matchAll(codeList))
    yield { name: 'character codes', bytes: Buffer.from(list.match(/\d+/g)!.map(Number)) }
}

const base64Word = /[A-Za-z0-9+/_-]{22,}(?:\r?\n[A-Za-z0-9+/_-]+)*/g
const hexWord = /(?:(?:0x|\\x)?[0-9a-f]{2}[\s:;,.|-]{0,2}){7,}/gi
const codeList = /\d{1,3}(?:[^0-9]{1,3}\d{1,3}){15,}/g

/** Half of it is no text in any of the ways in which text is written here. */
function isNoise(bytes: Buffer): boolean {
  let odd = 0
  for (const byte of bytes)
    if ((byte < 32 && byte !== 0 && byte !== 9 && byte !== 10 && byte !== 13) || byte > 126) odd++
  return odd * 2 > bytes.length && !bytes.includes(wideHead)
}

const wideHead = Buffer.from([0xef, 0xbc])

function* inflated(bytes: Buffer): Generator<Undone> {
  let heads = 0
  for (
    let at = bytes.indexOf(gzipHead);
    at !== -1 && heads < gzipHeadsMax;
    at = bytes.indexOf(gzipHead, at + 1)
  ) {
    heads++
    const inner = tried(() => inflateRawSync(bytes.subarray(gzipBodyAt(bytes, at)), inflating))
    if (inner !== null) yield { name: 'gzip', bytes: inner }
  }
  // RFC 1950 §2.2: the low half of the first byte is the method, 8, and the two bytes are a multiple of 31.
  if (bytes.length > 8 && (bytes[0]! & 15) === 8 && bytes.readUInt16BE(0) % 31 === 0) {
    const inner = tried(() => inflateSync(bytes, inflating))
    if (inner !== null) yield { name: 'deflate', bytes: inner }
  }
  if (bytes.length > 8) {
    const inner = tried(() => inflateRawSync(bytes, inflating))
    // Random bytes inflate to a few bytes more often than one thinks.
    if (inner !== null && inner.length >= 16) yield { name: 'raw deflate', bytes: inner }
  }
}

/** RFC 1952 §2.3: ten bytes, then an extra field, a name and a comment where the flags say so. */
function gzipBodyAt(bytes: Buffer, head: number): number {
  const flags = bytes[head + 3] ?? 0
  let at = head + 10
  if (flags & 4 && at + 2 <= bytes.length) at += 2 + bytes.readUInt16LE(at)
  for (const flag of [8, 16]) if (flags & flag) at = bytes.indexOf(0, at) + 1 || bytes.length
  return flags & 2 ? at + 2 : at
}

const gzipHead = Buffer.from([0x1f, 0x8b, 0x08])
/** A body that was cut off is read as far as it goes; a bomb ends at the limit. */
const inflating = { maxOutputLength: bytesMax, finishFlush: constants.Z_SYNC_FLUSH }

function tried(act: () => Buffer): Buffer | null {
  try {
    return act()
  } catch (caught) {
    // Z_DATA_ERROR, Z_BUF_ERROR, ERR_BUFFER_TOO_LARGE: not compressed, or not for us.
    if (!(caught instanceof Error && 'code' in caught)) throw caught
    return null
  }
}

function character(digits: string, radix: number): string {
  const code = parseInt(digits, radix)
  return code < 256 ? String.fromCharCode(code) : ' '
}

/** Undoes the encodings in which a number arrives from forms, links, pages and programs. */

export interface Unescaped {
  readonly text: string
  /** Does an escape stand in or at this stretch of the unescaped text? */
  hadEscape(start: number, end: number): boolean
  /** Where in the given text a stretch of the unescaped one stands. */
  toOriginal(start: number, end: number): { start: number; end: number }
}

/** Percent, HTML entity, JSON and program escapes, up to `depthMax` deep; nothing when there are none. */
export function unescapeText(text: string): Unescaped | undefined {
  let layer: Layer | undefined
  for (let depth = 0; depth < depthMax; depth++) {
    const next = undoOnce(layer?.text ?? text)
    if (!next) break
    const below: Layer | undefined = layer
    layer = below
      ? {
          text: next.text,
          starts: next.starts.map((at) => below.starts[at]!),
          ends: next.ends.map((at) => below.ends[at - 1]!),
        }
      : next
  }
  if (!layer) return undefined
  const { starts, ends } = layer
  const escapes = starts.flatMap((at, i) => (ends[i]! - at === 1 ? [] : [i]))
  return {
    text: layer.text,
    hadEscape(start, end) {
      let low = 0
      let high = escapes.length
      while (low < high) {
        const middle = (low + high) >> 1
        if (escapes[middle]! < start - 1) low = middle + 1
        else high = middle
      }
      return low < escapes.length && escapes[low]! <= end
    },
    toOriginal: (start, end) => ({ start: starts[start]!, end: ends[end - 1]! }),
  }
}

export interface Blob {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** Words that are base64, base64url or hexadecimal of readable text. */
export function* blobsIn(text: string): Generator<Blob> {
  for (const match of text.matchAll(base64Word)) {
    const word = match[0].replace(/[=%].*$/s, '')
    // The code of digits has letters in it, and the code of anything else too.
    if (!/[a-z]/i.test(word)) continue
    // A path or a key may be glued in front, so that the code begins at any of four places in a quantum.
    for (let skip = 0; skip < 4; skip++) {
      const decoded = readable(base64Bytes(word, skip))
      if (decoded) yield { start: match.index, end: match.index + match[0].length, text: decoded }
    }
  }
  for (const match of text.matchAll(hexWord)) {
    const digits = match[0].replace(/0x|\\x|[^0-9a-f]/gi, '')
    for (let skip = 0; skip < 2; skip++) {
      const bytes = new Uint8Array((digits.length - skip) >> 1)
      for (let i = 0; i < bytes.length; i++) {
        bytes[i] = (nibble(digits, skip + 2 * i) << 4) | nibble(digits, skip + 2 * i + 1)
      }
      const decoded = readable(bytes)
      if (decoded) yield { start: match.index, end: match.index + match[0].length, text: decoded }
    }
  }
}

/** Encodings inside encodings are undone this often: a JSON string in a form field in a link. */
export const depthMax = 3

interface Layer {
  readonly text: string
  readonly starts: number[]
  readonly ends: number[]
}

const escape =
  /(?:%[0-9a-f]{2})+|&#(\d{1,7});?|&#x([0-9a-f]{1,6});?|&([a-z]{2,8});|\\u([0-9a-f]{4}|\{[0-9a-f]{1,6}\})|\\x([0-9a-f]{2})|\\([0-7]{2,3})|\\([nrtbf"'/\\])/gi

/** Named entities that are not a gap of some kind. */
const entities: Readonly<Record<string, string>> = { amp: '&', percnt: '%', bsol: '\\', num: '#', semi: ';' }

function undoOnce(text: string): Layer | undefined {
  let out = ''
  const starts: number[] = []
  const ends: number[] = []
  let at = 0
  let changed = false
  const put = (part: string, start: number, end: number) => {
    out += part
    for (let i = 0; i < part.length; i++) {
      starts.push(start)
      ends.push(end)
    }
  }
  for (const match of text.matchAll(escape)) {
    changed = true
    for (; at < match.index; at++) put(text[at]!, at, at + 1)
    const [whole, decimal, hex, entity, unicode, byte, octal, control] = match
    const end = match.index + whole.length
    if (whole.startsWith('%')) {
      const bytes = new Uint8Array(whole.length / 3)
      for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(whole.slice(3 * i + 1, 3 * i + 3), 16)
      eachCharacter(bytes, (character, from, to) =>
        put(character, match.index + 3 * from, match.index + 3 * to),
      )
    } else if (entity) put(entities[entity.toLowerCase()] ?? ' ', match.index, end)
    else if (control) put(control === '\\' ? '\\' : ' ', match.index, end)
    else {
      const code = decimal
        ? Number(decimal)
        : octal
          ? parseInt(octal, 8)
          : parseInt((hex ?? unicode?.replace(/[{}]/g, '') ?? byte)!, 16)
      put(code > 0x10ffff ? ' ' : String.fromCodePoint(code), match.index, end)
    }
    at = end
  }
  if (!changed) return undefined
  for (; at < text.length; at++) put(text[at]!, at, at + 1)
  return { text: out, starts, ends }
}

/** UTF-8, forgiving: a byte that begins nothing stands for itself. */
function eachCharacter(bytes: Uint8Array, take: (character: string, from: number, to: number) => void): void {
  for (let i = 0; i < bytes.length;) {
    const lead = bytes[i]!
    const size = lead < 0xc2 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 1
    let code = size === 1 ? lead : lead & (0xff >> (size + 1))
    let ok = i + size <= bytes.length
    for (let j = 1; ok && j < size; j++) {
      ok = (bytes[i + j]! & 0xc0) === 0x80
      code = (code << 6) | (bytes[i + j]! & 0x3f)
    }
    const to = ok ? i + size : i + 1
    take(String.fromCodePoint(ok && code <= 0x10ffff ? code : lead), i, to)
    i = to
  }
}

/** Twelve digits, the shortest card number, are sixteen characters; lines of 60 and more go on in the next line. */
const base64Word = /[A-Za-z0-9+/_-]{16,}(?:(?<=[A-Za-z0-9+/_-]{60})\r?\n[A-Za-z0-9+/_-]+)*(?:=|%3d){0,2}/gi
const hexWord = /(?:(?:0x|\\x)?[0-9a-f]{2}[\s:,-]?){12,}/gi

function nibble(digits: string, at: number): number {
  const code = digits.charCodeAt(at)
  return code < 58 ? code - 48 : (code | 32) - 87
}

/** Bytes written apart, "34 31 31": no long word shows them. */
export function maySpellBytes(text: string): boolean {
  return /(?:(?:0x|\\x)?3\d[\s:,-]{0,2}){12}/i.test(text)
}

const sextets = new Int8Array(128).fill(-1)
;[...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'].forEach(
  (c, i) => (sextets[c.charCodeAt(0)] = i),
)
sextets[45] = 62
sextets[95] = 63

function base64Bytes(word: string, skip: number): Uint8Array {
  const bytes = new Uint8Array(((word.length - skip) * 3) >> 2)
  let bits = 0
  let held = 0
  let length = 0
  for (let i = skip; i < word.length; i++) {
    const sextet = sextets[word.charCodeAt(i)]!
    if (sextet < 0) continue
    held = ((held << 6) | sextet) & 0xffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[length++] = (held >> bits) & 255
    }
  }
  return bytes.subarray(0, length)
}

/** The bytes as text when they are readable through and through, or hold a number's worth of digits in a row. */
function readable(bytes: Uint8Array): string | undefined {
  let odd = 0
  let zeros = 0
  let row = 0
  let rowMax = 0
  for (const byte of bytes) {
    if (byte >= 48 && byte < 58) row++
    else if (byte !== 32 && byte !== 45 && byte !== 0) {
      if (row > rowMax) rowMax = row
      row = 0
    }
    if (byte === 0) zeros++
    else if ((byte < 32 && byte !== 9 && byte !== 10 && byte !== 13) || byte > 126) odd++
  }
  const wide = zeros * 3 > bytes.length // UTF-16
  if ((odd > 0 || (zeros > 0 && !wide)) && Math.max(row, rowMax) < 12) return undefined
  let text = ''
  eachCharacter(wide ? bytes.filter((byte) => byte !== 0) : bytes, (character) => (text += character))
  return text
}

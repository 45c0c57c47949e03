import type { Encoder } from '../intents/intent-types.ts'
import { languages, type Language } from '../script.ts'
import type { KnowledgeIndex, KnownShelf, RankModel } from './knowledge-index.ts'
import type { ExampleHead } from './example-head.ts'
import { openShelf, partNames, type Entry, type EntryVectors, type ShelfVectors } from './shelf.ts'
import { fromBytes, toBytes } from './vector.ts'

/**
 * An index as bytes:
 *
 *     "CKIX", format (uint16), reserved (uint16), header bytes (uint32), checksum of all that follows (uint32)
 *     header: JSON in UTF-8, with the texts, the models and how many vectors of which length follow
 *     for each shelf: its vectors (float32 scale, then one int8 a dimension), then its head (float32 each)
 *
 * All numbers are little-endian. Word statistics are not in it: they follow from the texts. A change of how texts
 * are cut into words, or of what the models mean, MUST raise `format`: models learnt under other words are wrong.
 */
export const indexFormat = 2

/** A knowledge base of the largest size has about 40 MB of texts and 30 MB of vectors. */
export const indexBytesMax = 256_000_000

/** These bytes are no index that can be opened: build it again from the articles. */
export class IndexFault extends Error {
  override readonly name = 'IndexFault'
}

export function saveIndex(index: KnowledgeIndex): Uint8Array<ArrayBuffer> {
  const header: Header = {
    shelves: index.shelves.map(({ language, shelf, lexical, full, vectors }) => ({
      language,
      entries: shelf.entries as Entry[],
      lexical,
      full,
      parts: vectors === null ? null : [...vectors.parts],
      head: shelf.head !== null,
    })),
  }
  const parts: Uint8Array[] = [new TextEncoder().encode(JSON.stringify(header))]
  const headerBytes = parts[0]!.length
  for (const { shelf, vectors } of index.shelves) {
    for (const vector of vectors?.entries.flatMap(inOrder) ?? []) {
      const { scale, bytes } = toBytes(vector)
      parts.push(floatBytes([scale]), new Uint8Array(bytes.buffer))
    }
    if (shelf.head !== null) parts.push(floatBytes(shelf.head.rows))
  }
  const body = joined(parts)
  const prefix = new DataView(new ArrayBuffer(prefixBytes))
  for (const [i, letter] of magic.entries()) prefix.setUint8(i, letter)
  prefix.setUint16(4, indexFormat, true)
  prefix.setUint32(8, headerBytes, true)
  prefix.setUint32(12, checksumOf(body), true)
  return joined([new Uint8Array(prefix.buffer), body])
}

/**
 * Opens what `saveIndex` made; it answers as the index that was saved does, given the same encoder.
 *
 * @param encoder null where there is none: words and letters decide then
 * @throws IndexFault when the bytes are cut, changed, of another format, or made with another encoder
 */
export function loadIndex(bytes: Uint8Array, encoder: Encoder | null): KnowledgeIndex {
  if (bytes.length > indexBytesMax) throw new IndexFault('These bytes are larger than an index can be.')
  if (bytes.length < prefixBytes || !magic.every((letter, i) => bytes[i] === letter))
    throw new IndexFault('These bytes are no index.')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const format = view.getUint16(4, true)
  if (format !== indexFormat)
    throw new IndexFault(`This index has format ${format}; this program reads ${indexFormat}.`)
  const body = bytes.subarray(prefixBytes)
  const headerBytes = view.getUint32(8, true)
  if (headerBytes > body.length || checksumOf(body) !== view.getUint32(12, true))
    throw new IndexFault('This index is incomplete or was changed.')
  const header = readHeader(body.subarray(0, headerBytes))
  const needed = header.shelves.reduce((sum, shelf) => sum + numberBytes(shelf), headerBytes)
  if (needed !== body.length) throw new IndexFault('This index has not the length that it tells.')
  let at = headerBytes
  const shelves = header.shelves.map((saved): KnownShelf => {
    const { language, entries, lexical, parts } = saved
    if (parts !== null && encoder !== null && String(encoder.parts) !== String(parts))
      throw new IndexFault('This index was made with another encoder.')
    const readVector = (length: number): Float32Array => {
      const scale = new DataView(body.buffer, body.byteOffset + at, 4).getFloat32(0, true)
      const bytes = new Int8Array(body.buffer, body.byteOffset + at + 4, length)
      at += 4 + length
      return fromBytes({ scale, bytes })
    }
    let vectors: ShelfVectors | null = null
    let head: ExampleHead | null = null
    if (parts !== null) {
      const first = parts[0]!
      const whole = sumOf(parts)
      vectors = {
        parts,
        entries: entries.map((entry): EntryVectors => ({
          title: readVector(first),
          headings: entry.passages.map(() => readVector(first)),
          passages: entry.passages.map(() => readVector(first)),
          questions: entry.questions.map(() => readVector(whole)),
        })),
      }
      if (saved.head) {
        const count = entries.length * whole
        const numbers = new DataView(body.buffer, body.byteOffset + at, count * 4)
        const rows = Float32Array.from({ length: count }, (_, i) => numbers.getFloat32(i * 4, true))
        head = { dimensions: whole, rows }
        at += count * 4
      }
    }
    const shelf = openShelf(entries, vectors, language, { head })
    return { language, shelf, vectors, lexical, full: encoder === null ? null : saved.full }
  })
  return { shelves, encoder }
}

const magic = [...'CKIX'].map((letter) => letter.charCodeAt(0))
const prefixBytes = 16

interface Header {
  shelves: {
    language: Language
    entries: Entry[]
    lexical: RankModel
    full: RankModel | null
    /** Lengths of the parts of the encoder's vectors; null when no vectors follow. */
    parts: number[] | null
    head: boolean
  }[]
}

function inOrder({ title, headings, passages, questions }: EntryVectors): Float32Array[] {
  return [title, ...headings, ...passages, ...questions]
}

function numberBytes({ entries, parts, head }: Header['shelves'][number]): number {
  if (parts === null) return 0
  const first = parts[0]!
  const whole = sumOf(parts)
  const vectors = entries.reduce(
    (sum, { passages, questions }) =>
      sum + (1 + 2 * passages.length) * (4 + first) + questions.length * (4 + whole),
    0,
  )
  return vectors + (head ? entries.length * whole * 4 : 0)
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0)

/** The checksum says that these are the bytes that were saved; this says that a program of this format saved them. */
function readHeader(bytes: Uint8Array): Header {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error
    throw new IndexFault('The header of this index cannot be read.', { cause: error })
  }
  if (!isHeader(value)) throw new IndexFault('The header of this index has another shape.')
  return value
}

function isHeader(value: unknown): value is Header {
  return isObject(value) && Array.isArray(value['shelves']) && value['shelves'].every(isSavedShelf)
}

function isSavedShelf(value: unknown): boolean {
  if (!isObject(value)) return false
  const { language, entries, lexical, full, parts, head } = value
  return (
    languages.some((known) => known === language) &&
    (parts === null ? full === null && head === false : arePartLengths(parts)) &&
    typeof head === 'boolean' &&
    isModel(lexical) &&
    (full === null || isModel(full)) &&
    Array.isArray(entries) &&
    entries.every(isEntry)
  )
}

function arePartLengths(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length >= 1 &&
    value.length <= 8 &&
    value.every((length) => Number.isSafeInteger(length) && length >= 1 && length <= 4_096)
  )
}

function isModel(value: unknown): boolean {
  if (!isObject(value) || !isObject(value['answer'])) return false
  const { coefficients, threshold } = value['answer']
  return (
    isNumbers(value['weights'], partNames.length) &&
    isNumbers(coefficients, partNames.length + 3) &&
    typeof threshold === 'number'
  )
}

function isNumbers(value: unknown, length: number): boolean {
  return Array.isArray(value) && value.length === length && value.every(Number.isFinite)
}

function isEntry(value: unknown): boolean {
  if (!isObject(value)) return false
  const { id, title, passages, questions } = value
  return (
    typeof id === 'string' &&
    typeof title === 'string' &&
    Array.isArray(questions) &&
    questions.every((one) => typeof one === 'string') &&
    Array.isArray(passages) &&
    passages.every(
      (one) => isObject(one) && typeof one['text'] === 'string' && Array.isArray(one['headings']),
    )
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function floatBytes(numbers: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(numbers.length * 4))
  for (let i = 0; i < numbers.length; i++) view.setFloat32(i * 4, numbers[i]!, true)
  return new Uint8Array(view.buffer)
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** FNV-1a in 32 bits: finds cut and damaged bytes. Against people who change them, the database's walls stand. */
function checksumOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}

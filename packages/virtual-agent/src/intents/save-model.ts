/**
 * A model as bytes and back. A head in JSON says what follows; then come the arrays, little-endian, one after the other.
 * What is read is checked before it is used: lengths against the head and each other, numbers for being numbers.
 */
import type { Confidence } from './confidence.ts'
import { examplesPerModelMax, rowsTimesClassesMax } from './intent-limits.ts'
import type { IntentModel } from './intent-model.ts'
import { labelsMax, type CrossValidation } from './intent-types.ts'
import type { Calibration, FirstTier, SecondTier } from './tiers.ts'

/** A model at all its limits stays below: weights, vocabulary, examples, and a head with the texts of these. */
export const modelBytesMax = 96 * 1024 * 1024

export class ModelFault extends Error {}

export function saveModel(model: IntentModel): Uint8Array {
  const { first, second, calibration } = model.parts
  const arrays: Record<string, Saved> = {
    hashes: first.vocabulary.hashes,
    kinds: first.vocabulary.kinds,
    rarity: first.vocabulary.rarity,
    weights: first.weights,
    units: first.units,
    ...(second !== null && {
      means: second.means,
      secondWeights: second.weights,
      directions: second.directions,
      offsets: second.offsets,
      curvature: second.curvature,
      exampleClasses: second.examples.classes,
      exampleVectors: second.examples.vectors,
    }),
  }
  const head: Head = {
    labels: model.labels,
    language: model.language,
    tiers: model.tiers,
    threshold: model.threshold,
    trainedOn: model.trainedOn,
    crossValidation: model.crossValidation,
    languageNote: model.languageNote,
    wordShare: first.vocabulary.wordShare,
    calibration,
    parts: second === null ? null : second.parts,
    exampleTexts: second === null ? [] : second.examples.texts,
    arrays: Object.entries(arrays).map(([name, { length }]) => [name, length]),
  }
  const headBytes = new TextEncoder().encode(JSON.stringify(head))
  const size = Object.values(arrays).reduce(
    (sum, { byteLength }) => sum + byteLength,
    prefixBytes + headBytes.length,
  )
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  bytes.set(magic)
  view.setUint32(magic.length, headBytes.length, true)
  bytes.set(headBytes, prefixBytes)
  let at = prefixBytes + headBytes.length
  for (const array of Object.values(arrays)) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at)
    at += array.byteLength
  }
  view.setUint32(magic.length + 4, sumOf(bytes), true)
  return bytes
}

/** @throws ModelFault for bytes that are no model, of another version, or damaged. */
export function loadModel(bytes: Uint8Array): IntentModel {
  if (bytes.length > modelBytesMax) throw new ModelFault(`${bytes.length} bytes are more than a model has.`)
  if (bytes.length < prefixBytes || magic.some((byte, i) => bytes[i] !== byte))
    throw new ModelFault('The bytes are no intent model of this version.')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(magic.length + 4, true) !== sumOf(bytes)) throw new ModelFault('The model is damaged.')
  const headEnd = prefixBytes + view.getUint32(magic.length, true)
  if (headEnd > bytes.length) throw new ModelFault('The head is longer than the model.')
  const head = readHead(bytes.subarray(prefixBytes, headEnd))
  const arrays = readArrays(bytes, headEnd, head)

  const classes = head.labels.length
  const features = arrays.hashes.length
  expect(features * classes <= rowsTimesClassesMax, 'vocabulary')
  expect(arrays.kinds.length === features && arrays.rarity.length === features, 'vocabulary')
  expect(
    arrays.units.length === features + 1 && arrays.weights.length === (features + 1) * classes,
    'weights',
  )
  for (const numbers of [arrays.rarity, arrays.units]) expect(numbers.every(Number.isFinite), 'weights')
  const first: FirstTier = {
    vocabulary: {
      hashes: arrays.hashes,
      kinds: arrays.kinds,
      rarity: arrays.rarity,
      wordShare: head.wordShare,
    },
    weights: arrays.weights,
    units: arrays.units,
  }
  expect((head.tiers === 2) === (head.parts !== null), 'tiers')
  return {
    labels: head.labels,
    language: head.language,
    tiers: head.tiers,
    threshold: head.threshold,
    trainedOn: head.trainedOn,
    crossValidation: head.crossValidation,
    languageNote: head.languageNote,
    parts: {
      first,
      second: head.parts === null ? null : readSecond(head, head.parts, arrays),
      calibration: head.calibration,
    },
  }
}

type Saved = Int8Array | Uint8Array | Int16Array | Int32Array | Float32Array

interface Head {
  labels: readonly string[]
  language: string
  tiers: 1 | 2
  threshold: number
  trainedOn: IntentModel['trainedOn']
  crossValidation: CrossValidation
  languageNote: IntentModel['languageNote']
  wordShare: number
  calibration: Calibration
  parts: readonly number[] | null
  exampleTexts: readonly string[]
  /** Name and number of elements, in the order of the bytes. */
  arrays: [name: string, length: number][]
}

/** The last byte is the version: another one is another format. */
const magic = Uint8Array.from([...'CANDORI\u0001'].map((letter) => letter.charCodeAt(0)))
/** Magic, length of the head, sum of all that follows. */
const prefixBytes = magic.length + 8
const partsMax = 8
const dimensionsMax = 4_096

/** FNV-1a over four bytes at a time: finds damage, not malice. */
function sumOf(bytes: Uint8Array): number {
  let sum = 0x811c9dc5
  let at = prefixBytes
  for (; at + 4 <= bytes.length; at += 4)
    sum = Math.imul(
      sum ^ (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)),
      0x01000193,
    )
  for (; at < bytes.length; at++) sum = Math.imul(sum ^ bytes[at]!, 0x01000193)
  return sum >>> 0
}

function expect(holds: boolean, what: string): void {
  if (!holds) throw new ModelFault(`The model's ${what} cannot be right.`)
}

function readHead(bytes: Uint8Array): Head {
  let head: Head
  try {
    head = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Head
  } catch (cause) {
    if (!(cause instanceof SyntaxError || cause instanceof TypeError)) throw cause
    throw new ModelFault('The head of the model is not JSON.', { cause })
  }
  expect(typeof head === 'object' && head !== null, 'head')
  expect(isStrings(head.labels) && head.labels.length > 0 && head.labels.length <= labelsMax, 'labels')
  expect(typeof head.language === 'string' && (head.tiers === 1 || head.tiers === 2), 'head')
  expect(isShare(head.threshold) && isShare(head.wordShare), 'threshold')
  expect(isStrings(head.exampleTexts) && head.exampleTexts.length <= examplesPerModelMax, 'examples')
  expect(
    head.parts === null ||
      (Array.isArray(head.parts) &&
        head.parts.length > 0 &&
        head.parts.length <= partsMax &&
        head.parts.every((size) => Number.isInteger(size) && size > 0 && size <= dimensionsMax)),
    'parts',
  )
  const { calibration } = head
  expect(
    typeof calibration === 'object' &&
      calibration !== null &&
      [calibration.secondShare, calibration.sureFrom, ...(calibration.sharpness ?? [NaN])].every(
        Number.isFinite,
      ) &&
      calibration.sharpness.length === 2 &&
      Array.isArray(calibration.confidence) &&
      calibration.confidence.length === 2 &&
      isConfidence(calibration.confidence[0], 3) &&
      isConfidence(calibration.confidence[1], 4),
    'calibration',
  )
  expect(Array.isArray(head.arrays), 'head')
  return head
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string')
}

function isShare(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= 1
}

function isConfidence(value: Confidence, signals: number): boolean {
  return (
    Number.isFinite(value?.bias) &&
    [value.weights, value.means, value.deviations].every(
      (list) => Array.isArray(list) && list.length === signals && list.every(Number.isFinite),
    )
  )
}

interface Arrays {
  hashes: Int32Array
  kinds: Uint8Array
  rarity: Float32Array
  weights: Int8Array
  units: Float32Array
  means: Float32Array
  secondWeights: Float32Array
  directions: Float32Array
  offsets: Float32Array
  curvature: Float32Array
  exampleClasses: Int16Array
  exampleVectors: Int8Array
}

const arrayTypes = {
  hashes: Int32Array,
  kinds: Uint8Array,
  rarity: Float32Array,
  weights: Int8Array,
  units: Float32Array,
  means: Float32Array,
  secondWeights: Float32Array,
  directions: Float32Array,
  offsets: Float32Array,
  curvature: Float32Array,
  exampleClasses: Int16Array,
  exampleVectors: Int8Array,
} as const

function readArrays(bytes: Uint8Array, from: number, head: Head): Arrays {
  const found = new Map<string, Saved>()
  let at = from
  for (const [name, length] of head.arrays) {
    expect(Object.hasOwn(arrayTypes, name) && !found.has(name), 'arrays')
    expect(Number.isInteger(length) && length >= 0, 'arrays')
    const type = arrayTypes[name as keyof Arrays]
    const size = length * type.BYTES_PER_ELEMENT
    expect(at + size <= bytes.length, 'length')
    // A copy, so that elements begin where they may, and nobody else writes to them.
    const copy = new Uint8Array(size)
    copy.set(bytes.subarray(at, at + size))
    found.set(name, new type(copy.buffer))
    at += size
  }
  expect(at === bytes.length, 'length')
  const names = Object.keys(arrayTypes).slice(0, head.parts === null ? 5 : 12)
  expect(names.length === found.size && names.every((name) => found.has(name)), 'arrays')
  return Object.fromEntries(found) as unknown as Arrays
}

function readSecond(head: Head, parts: readonly number[], arrays: Arrays): SecondTier {
  const classes = head.labels.length
  const size = parts[0]!
  const dimensions = parts.reduce((sum, part) => sum + part, 0)
  const count = head.exampleTexts.length
  expect(arrays.means.length === dimensions, 'means')
  expect(arrays.secondWeights.length === (dimensions + 1) * classes, 'weights')
  expect(arrays.directions.length === classes * size && arrays.offsets.length === classes, 'spread')
  expect(arrays.curvature.length === (size * (size + 1)) / 2, 'spread')
  expect(arrays.exampleClasses.length === count && arrays.exampleVectors.length === count * size, 'examples')
  expect(
    arrays.exampleClasses.every((which) => which >= 0 && which < classes),
    'examples',
  )
  for (const numbers of [
    arrays.means,
    arrays.secondWeights,
    arrays.directions,
    arrays.offsets,
    arrays.curvature,
  ])
    expect(numbers.every(Number.isFinite), 'weights')
  return {
    parts,
    means: arrays.means,
    weights: arrays.secondWeights,
    directions: arrays.directions,
    offsets: arrays.offsets,
    curvature: arrays.curvature,
    examples: {
      texts: head.exampleTexts,
      classes: arrays.exampleClasses,
      vectors: arrays.exampleVectors,
    },
  }
}

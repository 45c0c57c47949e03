/** What a trained model consists of, and how its two tiers read a text. Training and classifying share this code. */
import type { Confidence } from './confidence.ts'
import type { TextVector, Vocabulary } from './vocabulary.ts'

export interface FirstTier {
  vocabulary: Vocabulary
  /** One row of a whole number per class for each piece, the constants in the row after the last. */
  weights: Int8Array
  /** What a unit of a row stands for. */
  units: Float32Array
}

export interface SecondTier {
  /** Lengths of the parts of the encoder's vectors. */
  parts: readonly number[]
  /** What the examples have in common says nothing: it is taken off before a part is brought to length 1. */
  means: Float32Array
  /** One row per dimension, the constants in the row after the last. */
  weights: Float32Array
  /** How typical a vector of the first part is of a class, against how typical of all examples: see `typicality`. */
  directions: Float32Array
  offsets: Float32Array
  curvature: Float32Array
  examples: NearExamples
}

export interface NearExamples {
  texts: readonly string[]
  classes: Int16Array
  /** First parts, of length `nearUnit(size)`. */
  vectors: Int8Array
}

/** Set by calibration, after the tiers were fitted. */
export interface Calibration {
  /** Weight of the second tier's scores beside the first's. */
  secondShare: number
  /** What scores are multiplied by before they become probabilities, for each tier. */
  sharpness: [first: number, second: number]
  confidence: [first: Confidence, second: Confidence]
  /** The first tier decides alone when both its first probability and its confidence reach this. */
  sureFrom: number
}

export interface ModelParts {
  first: FirstTier
  second: SecondTier | null
  calibration: Calibration
}

/** Largest value of a row in `FirstTier.weights`. */
export const weightUnitsMax = 127
/** Length 1 in whole numbers: a typical dimension gets 22, so that one of nearly six times that still fits a byte. */
export function nearUnit(size: number): number {
  return 22 * Math.sqrt(size)
}

export function scoreFirst({ weights, units }: FirstTier, vector: TextVector, out: Float32Array): void {
  const classes = out.length
  const constants = units.length - 1
  const constantUnit = units[constants]!
  for (let c = 0; c < classes; c++) out[c] = constantUnit * weights[constants * classes + c]!
  const { rows, values, count } = vector
  for (let j = 0; j < count; j++) {
    const row = rows[j]!
    const value = values[j]! * units[row]!
    const from = row * classes
    for (let c = 0; c < classes; c++) out[c] = out[c]! + value * weights[from + c]!
  }
}

/** The vector that the second tier works with; null when the encoder saw nothing in the text. */
export function centred(
  { parts, means }: Pick<SecondTier, 'parts' | 'means'>,
  vector: Float32Array,
): Float32Array | null {
  if (vector.every((value) => value === 0)) return null
  const out = new Float32Array(vector.length)
  let from = 0
  for (const size of parts) {
    let squares = 0
    for (let d = from; d < from + size; d++) {
      out[d] = vector[d]! - means[d]!
      squares += out[d]! * out[d]!
    }
    const factor = squares === 0 ? 0 : 1 / Math.sqrt(squares * parts.length)
    for (let d = from; d < from + size; d++) out[d] = out[d]! * factor
    from += size
  }
  return out
}

export function scoreSecond({ weights }: SecondTier, vector: Float32Array, out: Float32Array): void {
  const classes = out.length
  const constants = vector.length * classes
  for (let c = 0; c < classes; c++) out[c] = weights[constants + c]!
  for (let d = 0; d < vector.length; d++) {
    const value = vector[d]!
    const from = d * classes
    for (let c = 0; c < classes; c++) out[c] = out[c]! + value * weights[from + c]!
  }
}

/**
 * The relative Mahalanobis distance to the nearest class, negated and per dimension (Ren et al. 2021,
 * arXiv:2106.09022): a turn that is as far from every intent as from the examples as a whole belongs to none.
 */
export function typicality(
  { parts, directions, offsets, curvature }: SecondTier,
  vector: Float32Array,
): number {
  const size = parts[0]!
  let most = -Infinity
  for (let c = 0; c < offsets.length; c++) {
    let sum = offsets[c]!
    for (let d = 0; d < size; d++) sum += directions[c * size + d]! * vector[d]!
    if (sum > most) most = sum
  }
  let bend = 0
  let at = 0
  // The lower half of a symmetric matrix, row after row.
  for (let i = 0; i < size; i++) {
    let sum = 0
    for (let j = 0; j < i; j++) sum += curvature[at++]! * vector[j]!
    bend += vector[i]! * (2 * sum + curvature[at++]! * vector[i]!)
  }
  return (most + bend) / size
}

/** Cosines of the examples of these classes with the vector, nearest first. */
export function nearestOf(
  { parts, examples }: SecondTier,
  vector: Float32Array,
  classes: readonly number[],
): { example: number; similarity: number }[] {
  const size = parts[0]!
  const near: { example: number; similarity: number }[] = []
  const factor = Math.sqrt(parts.length) / nearUnit(size)
  for (let example = 0; example < examples.classes.length; example++) {
    if (!classes.includes(examples.classes[example]!)) continue
    let sum = 0
    const from = example * size
    for (let d = 0; d < size; d++) sum += examples.vectors[from + d]! * vector[d]!
    near.push({ example, similarity: sum * factor })
  }
  return near.sort((a, b) => b.similarity - a.similarity || a.example - b.example)
}

/** Mean similarity of the nearest three: one alone may be an odd one. */
export function nearnessOf(near: readonly { similarity: number }[]): number {
  const few = near.slice(0, 3)
  return few.length === 0 ? 0 : few.reduce((sum, { similarity }) => sum + similarity, 0) / few.length
}

export interface Ranking {
  /** Best first. */
  classes: number[]
  probabilities: number[]
  /** Highest score. */
  score: number
}

export function rank(scores: Float32Array, sharpness: number, count: number): Ranking {
  const classes: number[] = []
  for (let c = 0; c < scores.length; c++) {
    let place = classes.length
    while (place > 0 && scores[c]! > scores[classes[place - 1]!]!) place--
    if (place < count) {
      classes.splice(place, 0, c)
      if (classes.length > count) classes.pop()
    }
  }
  const most = classes.length === 0 ? 0 : scores[classes[0]!]!
  let all = 0
  for (let c = 0; c < scores.length; c++) all += Math.exp((scores[c]! - most) * sharpness)
  return {
    classes,
    probabilities: classes.map((c) => Math.exp((scores[c]! - most) * sharpness) / all),
    score: most,
  }
}

/** What `Calibration.confidence` was fitted on, in this order, and how much each usually counts. */
export const usualWeights: [first: number[], second: number[]] = [
  // Highest score, clearness, share of known pieces.
  [1.2, 0.6, 0.4],
  // Highest score, clearness, nearness to examples of the first class, typicality.
  [0.8, 0.4, 0.6, 0.8],
]

export function clearness({ probabilities }: Ranking): number {
  return (probabilities[0] ?? 0) - (probabilities[1] ?? 0)
}

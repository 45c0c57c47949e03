/** Fits both tiers to some of the examples. */
import { examplesPerModelMax, rowsTimesClassesMax } from './intent-limits.ts'
import { solveLinear, type SparseRows } from './linear-solver.ts'
import { centred, nearUnit, weightUnitsMax, type FirstTier, type SecondTier } from './tiers.ts'
import { gatherVocabulary, openVectorReader } from './vocabulary.ts'

export interface TrainingRows {
  texts: readonly string[]
  /** -1: out of scope. */
  classes: Int32Array
  /** Null without an encoder. */
  vectors: readonly Float32Array[] | null
}

export interface FitSettings {
  seed: number
  classes: number
  wordShare: number
}

/** From so many examples on, a piece that one text alone has is chance; with fewer it may be all there is. */
const rarePiecesFrom = 2_000
/** Chosen on the development splits of BANKING77 and CLINC150; figures in docs/virtual-agent-intents.md. */
const cost = 2
const rounds = 12
const restMin = 0.05

export function fitFirstTier(rows: TrainingRows, { seed, classes, wordShare }: FitSettings): FirstTier {
  const inScope = rows.texts.filter((_, i) => rows.classes[i]! >= 0)
  const vocabulary = gatherVocabulary(
    inScope,
    inScope.length < rarePiecesFrom ? 1 : 2,
    Math.floor(rowsTimesClassesMax / classes),
    wordShare,
  )
  const features = vocabulary.hashes.length
  const { weights, columnsPadded } = solveLinear({
    examples: sparseRows(rows.texts, openVectorReader(vocabulary)),
    features,
    columns: classes,
    classes: rows.classes,
    cost,
    rounds,
    restMin,
    seed,
  })
  const units = new Float32Array(features + 1)
  const rounded = new Int8Array((features + 1) * classes)
  for (let row = 0; row <= features; row++) {
    const own = weights.subarray(row * columnsPadded, row * columnsPadded + classes)
    const most = own.reduce((max, weight) => Math.max(max, Math.abs(weight)), 0)
    units[row] = most / weightUnitsMax
    if (most > 0)
      own.forEach((weight, c) => (rounded[row * classes + c] = Math.round((weight / most) * weightUnitsMax)))
  }
  return { vocabulary, weights: rounded, units }
}

function sparseRows(texts: readonly string[], reader: ReturnType<typeof openVectorReader>): SparseRows {
  const starts = new Int32Array(texts.length + 1)
  let rows = new Int32Array(texts.length * 128 + 128)
  let values = new Float32Array(rows.length)
  for (const [i, text] of texts.entries()) {
    const vector = reader.read(text)
    const from = starts[i]!
    const to = from + vector.count
    if (to > rows.length) {
      const [moreRows, moreValues] = [new Int32Array(2 * to), new Float32Array(2 * to)]
      moreRows.set(rows)
      moreValues.set(values)
      rows = moreRows
      values = moreValues
    }
    rows.set(vector.rows.subarray(0, vector.count), from)
    values.set(vector.values.subarray(0, vector.count), from)
    starts[i + 1] = to
  }
  return { starts, rows, values }
}

/** Rows whose vector says nothing are left out. */
export function fitSecondTier(
  rows: TrainingRows,
  parts: readonly number[],
  { seed, classes }: FitSettings,
): SecondTier {
  const dimensions = parts.reduce((sum, size) => sum + size, 0)
  const means = new Float32Array(dimensions)
  const given = rows.vectors!
  const inScope = given.filter((_, i) => rows.classes[i]! >= 0)
  for (const vector of inScope)
    for (let d = 0; d < dimensions; d++) means[d] = means[d]! + vector[d]! / inScope.length
  const kept = given.flatMap((vector, i) => {
    const own = centred({ parts, means }, vector)
    return own === null ? [] : [{ vector: own, class: rows.classes[i]!, text: rows.texts[i]! }]
  })
  const { weights, columnsPadded } = solveLinear({
    examples: denseRows(
      kept.map(({ vector }) => vector),
      dimensions,
    ),
    features: dimensions,
    columns: classes,
    classes: Int32Array.from(kept, (row) => row.class),
    cost,
    rounds,
    restMin,
    seed,
  })
  const packed = new Float32Array((dimensions + 1) * classes)
  for (let d = 0; d <= dimensions; d++)
    packed.set(weights.subarray(d * columnsPadded, d * columnsPadded + classes), d * classes)

  const typical = kept.filter((row) => row.class >= 0)
  const size = parts[0]!
  const perClass = Math.max(1, Math.floor(examplesPerModelMax / classes))
  const counts = new Int32Array(classes)
  const near = typical.filter((row) => counts[row.class]!++ < perClass)
  const vectors = new Int8Array(near.length * size)
  const factor = Math.sqrt(parts.length) * nearUnit(size)
  for (const [i, { vector }] of near.entries())
    for (let d = 0; d < size; d++)
      vectors[i * size + d] = Math.max(-127, Math.min(127, Math.round(vector[d]! * factor)))
  return {
    parts,
    means,
    weights: packed,
    ...gaussians(typical, classes, size),
    examples: {
      texts: near.map(({ text }) => text),
      classes: Int16Array.from(near, (row) => row.class),
      vectors,
    },
  }
}

function denseRows(vectors: readonly Float32Array[], dimensions: number): SparseRows {
  const starts = Int32Array.from({ length: vectors.length + 1 }, (_, i) => i * dimensions)
  const rows = new Int32Array(vectors.length * dimensions)
  const values = new Float32Array(vectors.length * dimensions)
  for (const [i, vector] of vectors.entries()) {
    values.set(vector, i * dimensions)
    for (let d = 0; d < dimensions; d++) rows[i * dimensions + d] = d
  }
  return { starts, rows, values }
}

/** More rows tell little more about how the vectors spread, and cost a second each thousand. */
const spreadRowsMax = 4_000

/**
 * One normal distribution per class with a common spread, and one for all: what `typicality` compares. Spreads are
 * pulled towards a sphere, the more the fewer examples there are (Ledoit and Wolf 2004).
 */
function gaussians(
  rows: readonly { vector: Float32Array; class: number }[],
  classes: number,
  size: number,
): Pick<SecondTier, 'directions' | 'offsets' | 'curvature'> {
  const counts = new Float64Array(classes)
  const centres = new Float64Array(classes * size)
  const overall = new Float64Array(size)
  for (const row of rows) {
    counts[row.class]!++
    for (let d = 0; d < size; d++) {
      centres[row.class * size + d] = centres[row.class * size + d]! + row.vector[d]!
      overall[d] = overall[d]! + row.vector[d]! / rows.length
    }
  }
  for (let c = 0; c < classes; c++)
    for (let d = 0; d < size; d++)
      centres[c * size + d] = counts[c] === 0 ? 0 : centres[c * size + d]! / counts[c]!

  const within = new Float64Array(size * size)
  const between = new Float64Array(size * size)
  const step = Math.max(1, Math.ceil(rows.length / spreadRowsMax))
  const used = rows.filter((_, i) => i % step === 0)
  const difference = new Float64Array(size)
  for (const row of used) {
    for (let d = 0; d < size; d++) difference[d] = row.vector[d]! - centres[row.class * size + d]!
    addOuter(within, difference, 1 / used.length)
  }
  for (let c = 0; c < classes; c++) {
    for (let d = 0; d < size; d++) difference[d] = centres[c * size + d]! - overall[d]!
    addOuter(between, difference, counts[c]! / rows.length)
  }
  const shrink = Math.max(0.1, Math.min(0.9, size / rows.length))
  const narrow = inverse(shrunk(within, size, shrink), size)
  for (let i = 0; i < within.length; i++) between[i] = between[i]! + within[i]!
  const wide = inverse(shrunk(between, size, shrink), size)

  const toOverall = times(wide, overall, size)
  const directions = new Float32Array(classes * size)
  const offsets = new Float32Array(classes)
  const centre = new Float64Array(size)
  for (let c = 0; c < classes; c++) {
    centre.set(centres.subarray(c * size, (c + 1) * size))
    const toCentre = times(narrow, centre, size)
    for (let d = 0; d < size; d++) directions[c * size + d] = 2 * (toCentre[d]! - toOverall[d]!)
    // A class without examples is typical of nothing.
    offsets[c] = counts[c] === 0 ? -1e30 : dot(overall, toOverall) - dot(centre, toCentre)
  }
  const curvature = new Float32Array((size * (size + 1)) / 2)
  let at = 0
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) curvature[at++] = wide[i * size + j]! - narrow[i * size + j]!
  return { directions, offsets, curvature }
}

/** Into the lower half. */
function addOuter(matrix: Float64Array, vector: Float64Array, weight: number): void {
  const size = vector.length
  for (let i = 0; i < size; i++) {
    const factor = weight * vector[i]!
    const from = i * size
    for (let j = 0; j <= i; j++) matrix[from + j] = matrix[from + j]! + factor * vector[j]!
  }
}

/** Never so flat that it cannot be inverted. */
const spreadMin = 1e-6

function shrunk(matrix: Float64Array, size: number, share: number): Float64Array {
  let trace = 0
  for (let i = 0; i < size; i++) trace += matrix[i * size + i]!
  const out = matrix.map((value) => (1 - share) * value)
  for (let i = 0; i < size; i++)
    out[i * size + i] = out[i * size + i]! + Math.max(spreadMin, (share * trace) / size)
  return out
}

/** Of a positive definite matrix whose lower half is given, by Cholesky's factors; the whole is answered. */
function inverse(matrix: Float64Array, size: number): Float64Array {
  const factor = matrix.slice()
  for (let j = 0; j < size; j++) {
    for (let i = j; i < size; i++) {
      let sum = factor[i * size + j]!
      for (let k = 0; k < j; k++) sum -= factor[i * size + k]! * factor[j * size + k]!
      factor[i * size + j] = i === j ? Math.sqrt(sum) : sum / factor[j * size + j]!
    }
  }
  // Rows of `half` are the columns of the inverse of the factor.
  const half = new Float64Array(size * size)
  for (let column = 0; column < size; column++)
    for (let i = column; i < size; i++) {
      let sum = i === column ? 1 : 0
      for (let k = column; k < i; k++) sum -= factor[i * size + k]! * half[column * size + k]!
      half[column * size + i] = sum / factor[i * size + i]!
    }
  const out = new Float64Array(size * size)
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      let sum = 0
      for (let k = i; k < size; k++) sum += half[i * size + k]! * half[j * size + k]!
      out[i * size + j] = sum
      out[j * size + i] = sum
    }
  return out
}

function times(matrix: Float64Array, vector: Float64Array, size: number): Float64Array {
  return Float64Array.from({ length: size }, (_, i) => dot(matrix.subarray(i * size, (i + 1) * size), vector))
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/**
 * Learns from example questions which article a direction of meaning speaks for: ridge regression of "is of this
 * article" on the vectors. What all questions of a bank have in common tells nothing and is weighted down, which
 * the plain cosine does not do.
 */
export interface ExampleHead {
  readonly dimensions: number
  /** One row of `dimensions` numbers for each article. */
  readonly rows: Float32Array
}

/** How much a direction must say before it is believed, for each part of a vector. Chosen on development questions. */
const ridgePerPart = 0.1

/**
 * @param parts how many parts of length 1 a vector has
 * @returns null when there is nothing to tell apart
 */
export function learnExampleHead(
  examples: readonly { vector: Float32Array; article: number }[],
  articles: number,
  parts: number,
): ExampleHead | null {
  if (new Set(examples.map(({ article }) => article)).size < 2) return null
  const dimensions = examples[0]!.vector.length
  const rows = new Float32Array(articles * dimensions)
  const ridge = ridgePerPart * parts
  const of = Map.groupBy(examples.keys(), (i) => examples[i]!.article)
  // Two ways to the same rows; the one with the smaller matrix is taken.
  if (examples.length <= dimensions) {
    const near = lowerHalf(examples.length, ridge, (i, j) => dot(examples[i]!.vector, examples[j]!.vector))
    for (const [article, own] of of) {
      const shares = new Float64Array(examples.length)
      for (const i of own) shares[i] = 1
      solveInPlace(near, examples.length, shares)
      const row = new Float64Array(dimensions)
      for (const [i, share] of shares.entries()) addScaled(row, examples[i]!.vector, share)
      rows.set(row, article * dimensions)
    }
  } else {
    const spread = new Float64Array(dimensions * dimensions)
    for (const { vector } of examples)
      for (let i = 0; i < dimensions; i++) {
        const x = vector[i]!
        for (let j = 0; j <= i; j++) spread[i * dimensions + j]! += x * vector[j]!
      }
    for (let i = 0; i < dimensions; i++) spread[i * dimensions + i]! += ridge
    choleskyInPlace(spread, dimensions)
    for (const [article, own] of of) {
      const row = new Float64Array(dimensions)
      for (const i of own) addScaled(row, examples[i]!.vector, 1)
      solveInPlace(spread, dimensions, row)
      rows.set(row, article * dimensions)
    }
  }
  return { dimensions, rows }
}

/** About 1 for the article of an example, about 0 for the others. */
export function headScore(head: ExampleHead, article: number, vector: Float32Array): number {
  let sum = 0
  const from = article * head.dimensions
  for (let i = 0; i < head.dimensions; i++) sum += head.rows[from + i]! * vector[i]!
  return sum
}

function lowerHalf(size: number, ridge: number, value: (i: number, j: number) => number): Float64Array {
  const matrix = new Float64Array(size * size)
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) matrix[i * size + j] = value(i, j) + (i === j ? ridge : 0)
  choleskyInPlace(matrix, size)
  return matrix
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

function addScaled(sum: Float64Array, vector: Float32Array, factor: number): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += factor * vector[i]!
}

/** A = L·Lᵀ; L takes the place of the lower half of A. */
function choleskyInPlace(a: Float64Array, size: number): void {
  for (let i = 0; i < size; i++)
    for (let j = 0; j <= i; j++) {
      let sum = a[i * size + j]!
      for (let k = 0; k < j; k++) sum -= a[i * size + k]! * a[j * size + k]!
      a[i * size + j] = i === j ? Math.sqrt(sum) : sum / a[j * size + j]!
    }
}

/** x becomes the solution of L·Lᵀ·x = b, which it holds before. */
function solveInPlace(l: Float64Array, size: number, x: Float64Array): void {
  for (let i = 0; i < size; i++) {
    let sum = x[i]!
    for (let k = 0; k < i; k++) sum -= l[i * size + k]! * x[k]!
    x[i] = sum / l[i * size + i]!
  }
  for (let i = size - 1; i >= 0; i--) {
    const solved = x[i]! / l[i * size + i]!
    x[i] = solved
    for (let k = 0; k < i; k++) x[k]! -= l[i * size + k]! * solved
  }
}

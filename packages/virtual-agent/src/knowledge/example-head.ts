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

/** How much a direction must say before it is believed, for each thousand examples. Chosen on development questions. */
const ridgePerThousand = 0.5

/** @returns null when there is nothing to tell apart. */
export function learnExampleHead(
  examples: readonly { vector: Float32Array; article: number }[],
  articles: number,
): ExampleHead | null {
  const dimensions = examples[0]?.vector.length ?? 0
  if (new Set(examples.map(({ article }) => article)).size < 2) return null
  const gram = new Float64Array(dimensions * dimensions)
  for (const { vector } of examples)
    for (let i = 0; i < dimensions; i++) {
      const x = vector[i]!
      if (x === 0) continue
      for (let j = 0; j <= i; j++) gram[i * dimensions + j]! += x * vector[j]!
    }
  const ridge = (ridgePerThousand * examples.length) / 1_000
  for (let i = 0; i < dimensions; i++) gram[i * dimensions + i]! += ridge
  choleskyInPlace(gram, dimensions)
  const rows = new Float32Array(articles * dimensions)
  const sums = new Map<number, Float64Array>()
  for (const { vector, article } of examples) {
    let sum = sums.get(article)
    if (sum === undefined) sums.set(article, (sum = new Float64Array(dimensions)))
    for (let i = 0; i < dimensions; i++) sum[i]! += vector[i]!
  }
  for (const [article, sum] of sums) {
    solveInPlace(gram, dimensions, sum)
    rows.set(sum, article * dimensions)
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

/** When an answer is likely enough to be given: a logistic curve over what speaks for it, and a threshold on it. */
export interface AnswerProbability {
  /** One coefficient for each sign, then the constant. */
  coefficients: number[]
  threshold: number
  /** What it was estimated from. */
  from: 'questions' | 'titles' | 'defaults'
  /** Questions that it was estimated from; each also counts once as a question that nothing covers. */
  asked: number
  /** Of the answers given above the threshold, the share that was right, and of the questions the share answered. */
  precision: number
  answered: number
}

/** A question whose outcome is known. */
export interface Asked {
  signs: number[]
  right: boolean
  /** How much it counts. */
  weight: number
  fold: number
}

export function probabilityOf(coefficients: readonly number[], signs: readonly number[]): number {
  let sum = coefficients[signs.length]!
  for (const [i, sign] of signs.entries()) sum += coefficients[i]! * sign
  return 1 / (1 + Math.exp(-sum))
}

/**
 * @param precisionMin share of answers that must be right
 * @param folds each question is judged by a curve that was fitted without its fold
 */
export function estimateProbability(
  asked: readonly Asked[],
  precisionMin: number,
  folds: number,
): Pick<AnswerProbability, 'coefficients' | 'threshold' | 'precision' | 'answered'> {
  const judged = Array.from({ length: folds }, (_, fold) => {
    const others = fitLogistic(asked.filter((one) => one.fold !== fold))
    return asked
      .filter((one) => one.fold === fold)
      .map(({ signs, right, weight }) => ({ probability: probabilityOf(others, signs), right, weight }))
  }).flat()
  return { coefficients: fitLogistic(asked), ...chooseThreshold(judged, precisionMin) }
}

/**
 * The lowest threshold above which `precisionMin` of the answers are right. Fewer than `answersMin` prove nothing;
 * where no threshold will do, nothing is ever answered.
 */
export function chooseThreshold(
  judged: readonly { probability: number; right: boolean; weight: number }[],
  precisionMin: number,
): { threshold: number; precision: number; answered: number } {
  const sorted = [...judged].sort((a, b) => b.probability - a.probability)
  const all = sorted.reduce((sum, { weight }) => sum + weight, 0)
  let chosen = { threshold: neverAnswers, precision: 1, answered: 0 }
  let right = 0
  let given = 0
  for (const [i, one] of sorted.entries()) {
    given += one.weight
    if (one.right) right += one.weight
    const next = sorted[i + 1]?.probability ?? 0
    // Questions of the same probability are answered together or not at all.
    if (next === one.probability || i + 1 < answersMin) continue
    if (right / given >= precisionMin)
      chosen = { threshold: (one.probability + next) / 2, precision: right / given, answered: given / all }
  }
  return chosen
}

const answersMin = 20
/** No probability reaches it. */
export const neverAnswers = 2

/** Newton's method with a small ridge: few signs, so a handful of steps end it. */
function fitLogistic(asked: readonly Asked[]): number[] {
  const size = (asked[0]?.signs.length ?? 0) + 1
  const coefficients = Array.from({ length: size }, () => 0)
  for (let step = 0; step < 25; step++) {
    const gradient = coefficients.map((c, i) => (i === size - 1 ? 0 : -ridge * c))
    const curvature = Array.from({ length: size }, (_, i) =>
      Array.from({ length: size }, (_, j) => (i === j ? ridge : 0)),
    )
    for (const { signs, right, weight } of asked) {
      const p = probabilityOf(coefficients, signs)
      const x = [...signs, 1]
      for (let i = 0; i < size; i++) {
        gradient[i]! += weight * ((right ? 1 : 0) - p) * x[i]!
        for (let j = 0; j < size; j++) curvature[i]![j]! += weight * p * (1 - p) * x[i]! * x[j]!
      }
    }
    const move = solve(curvature, gradient)
    for (let i = 0; i < size; i++) coefficients[i]! += Math.max(-5, Math.min(5, move[i]!))
    if (move.every((x) => Math.abs(x) < 1e-8)) break
  }
  return coefficients
}

/** Keeps the curve from becoming a step where the signs part right from wrong without a fault. */
const ridge = 0.1

/** Gaussian elimination with the largest pivot. */
function solve(matrix: number[][], right: number[]): number[] {
  const size = right.length
  const rows = matrix.map((row, i) => [...row, right[i]!])
  for (let i = 0; i < size; i++) {
    let pivot = i
    for (let k = i + 1; k < size; k++) if (Math.abs(rows[k]![i]!) > Math.abs(rows[pivot]![i]!)) pivot = k
    ;[rows[i], rows[pivot]] = [rows[pivot]!, rows[i]!]
    for (let k = i + 1; k < size; k++) {
      const factor = rows[k]![i]! / rows[i]![i]!
      for (let j = i; j <= size; j++) rows[k]![j]! -= factor * rows[i]![j]!
    }
  }
  for (let i = size - 1; i >= 0; i--) {
    for (let j = i + 1; j < size; j++) rows[i]![size]! -= rows[i]![j]! * rows[j]![size]!
    rows[i]![size]! /= rows[i]![i]!
  }
  return rows.map((row) => row[size]!)
}

/** How surely some intent covers a turn: a logistic function of a few signals, fitted on turns that were held out. */

export interface Confidence {
  bias: number
  weights: number[]
  /** Signals are brought to mean 0 and deviation 1 of the held-out turns in scope. */
  means: number[]
  deviations: number[]
}

export function confidenceOf(
  { bias, weights, means, deviations }: Confidence,
  signals: ArrayLike<number>,
): number {
  let sum = bias
  for (let i = 0; i < weights.length; i++) sum += (weights[i]! * (signals[i]! - means[i]!)) / deviations[i]!
  return 1 / (1 + Math.exp(-sum))
}

/**
 * Both kinds of turns weigh the same, however many there are of each. The weights are pulled towards those given, the
 * more the fewer turns there are: with ten of them it would be chance that speaks.
 */
export function fitConfidence(
  inScope: readonly ArrayLike<number>[],
  outOfScope: readonly ArrayLike<number>[],
  usualWeights: readonly number[],
): Confidence {
  const size = usualWeights.length
  const means = usualWeights.map((_, i) => mean(inScope.map((signals) => signals[i]!)))
  const deviations = usualWeights.map(
    (_, i) => Math.sqrt(mean(inScope.map((signals) => (signals[i]! - means[i]!) ** 2))) || 1,
  )
  const standard = (signals: ArrayLike<number>): number[] => [
    ...usualWeights.map((_, i) => (signals[i]! - means[i]!) / deviations[i]!),
    1,
  ]
  const usual = [...usualWeights, usualBias]
  if (inScope.length === 0 || outOfScope.length === 0)
    return { bias: usualBias, weights: [...usualWeights], means, deviations }
  const sides = [
    { rows: inScope.map(standard), target: 1 },
    { rows: outOfScope.map(standard), target: 0 },
  ]
  const pull = pullTurns / Math.min(inScope.length, outOfScope.length)
  const weights = [...usual]
  for (let step = 0; step < newtonSteps; step++) {
    const slope = weights.map((weight, i) => pull * (weight - usual[i]!))
    const bend = weights.map((_, i) => weights.map((_, j) => (i === j ? pull : 0)))
    for (const { rows, target } of sides)
      for (const row of rows) {
        const sum = row.reduce((total, value, i) => total + value * weights[i]!, 0)
        const p = 1 / (1 + Math.exp(-sum))
        const share = 0.5 / rows.length
        for (let i = 0; i <= size; i++) {
          slope[i]! += share * (p - target) * row[i]!
          for (let j = 0; j <= size; j++) bend[i]![j]! += share * p * (1 - p) * row[i]! * row[j]!
        }
      }
    const move = solve(bend, slope)
    for (let i = 0; i <= size; i++) weights[i]! -= move[i]!
    // A signal never speaks against what it stands for, whatever a small sample says.
    for (let i = 0; i < size; i++) weights[i] = Math.max(0, weights[i]!)
  }
  return { bias: weights[size]!, weights: weights.slice(0, size), means, deviations }
}

/** Where nothing is known: a turn like the average one in scope is surely in scope, one two deviations off is not. */
const usualBias = 2
/** So many turns of each kind weigh as much as what is usual. */
const pullTurns = 2
const newtonSteps = 25

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Gaussian elimination; the matrix is positive definite. */
function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]!])
  const size = rows.length
  for (let pivot = 0; pivot < size; pivot++)
    for (let other = 0; other < size; other++) {
      if (other === pivot) continue
      const factor = rows[other]![pivot]! / rows[pivot]![pivot]!
      for (let k = pivot; k <= size; k++) rows[other]![k]! -= factor * rows[pivot]![k]!
    }
  return rows.map((row, i) => row[size]! / row[i]!)
}

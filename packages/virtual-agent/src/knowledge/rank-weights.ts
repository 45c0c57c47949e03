/** Parts of candidates beside each other, and which of them is right; `right` is -1 when none is. */
export interface Ranking {
  /** For each part, a value for each candidate. */
  parts: readonly ArrayLike<number>[]
  right: number
}

/**
 * How much each part counts: the weights under which the right candidates are likeliest, when a candidate's chance
 * is its share of exp(score) (multinomial logit; D. McFadden 1974). Weights are never negative: more in common
 * never speaks against an article. Deterministic: full gradient steps from where `start` stands.
 */
export function learnRankWeights(rankings: readonly Ranking[], start: readonly number[]): number[] {
  const weights = [...start]
  const momentum = weights.map(() => 0)
  const variance = weights.map(() => 0)
  const known = rankings.filter(({ right }) => right >= 0)
  // Adam (Kingma and Ba 2014) with its usual constants; the problem is convex, so any descent ends in one place.
  for (let step = 1; step <= steps; step++) {
    const gradient = gradientOf(known, weights)
    for (let k = 0; k < weights.length; k++) {
      const g = gradient[k]! - shrink * (weights[k]! - start[k]!)
      momentum[k] = 0.9 * momentum[k]! + 0.1 * g
      variance[k] = 0.999 * variance[k]! + 0.001 * g * g
      const move = momentum[k]! / (1 - 0.9 ** step) / (Math.sqrt(variance[k]! / (1 - 0.999 ** step)) + 1e-9)
      weights[k] = Math.max(0, weights[k]! + (stepSize / Math.sqrt(step)) * move)
    }
  }
  return weights
}

const steps = 250
const stepSize = 1
/** Pulls towards `start`: matters where questions are few. */
const shrink = 1e-4

export function scoresOf(parts: readonly ArrayLike<number>[], weights: readonly number[]): Float64Array {
  const scores = new Float64Array(parts[0]!.length)
  for (const [k, values] of parts.entries())
    if (weights[k] !== 0) for (let c = 0; c < scores.length; c++) scores[c]! += weights[k]! * values[c]!
  return scores
}

/** exp(score), each divided by their sum. */
export function shares(scores: Float64Array): Float64Array {
  const highest = scores.reduce((most, score) => Math.max(most, score), -Infinity)
  const raised = scores.map((score) => Math.exp(score - highest))
  const sum = raised.reduce((all, x) => all + x, 0)
  return raised.map((x) => x / sum)
}

function gradientOf(rankings: readonly Ranking[], weights: readonly number[]): number[] {
  const gradient = weights.map(() => 0)
  for (const { parts, right } of rankings) {
    const chances = shares(scoresOf(parts, weights))
    for (const [k, values] of parts.entries()) {
      let expected = 0
      for (let c = 0; c < chances.length; c++) expected += chances[c]! * values[c]!
      gradient[k]! += (values[right]! - expected) / rankings.length
    }
  }
  return gradient
}

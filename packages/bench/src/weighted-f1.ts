/**
 * F1 of each class weighted by how often it is true, as scikit-learn's `f1_score(average='weighted')`: a class that
 * is only predicted has no weight, but costs the precision of nobody else.
 */
export function weightedF1(truth: readonly string[], predicted: readonly string[]): number {
  const counts = new Map<string, { both: number; truth: number; predicted: number }>()
  const of = (label: string): { both: number; truth: number; predicted: number } => {
    const known = counts.get(label) ?? { both: 0, truth: 0, predicted: 0 }
    counts.set(label, known)
    return known
  }
  for (const [i, label] of truth.entries()) {
    of(label).truth++
    of(predicted[i]!).predicted++
    if (predicted[i] === label) of(label).both++
  }
  let sum = 0
  for (const { both, truth: support, predicted: claimed } of counts.values())
    if (support > 0) sum += support * ((2 * both) / (support + claimed))
  return truth.length === 0 ? 0 : sum / truth.length
}

export function accuracy(truth: readonly string[], predicted: readonly string[]): number {
  const right = truth.filter((label, i) => predicted[i] === label).length
  return truth.length === 0 ? 0 : right / truth.length
}

/** Figures that say how good a classifier is. */

export interface Judged {
  /** The class it belongs to; -1 for a turn that none covers. */
  truth: number
  first: number
  probability: number
  confidence: number
}

export function accuracyOf(turns: readonly Judged[]): number {
  return share(turns, ({ truth, first }) => truth === first)
}

export function macroF1Of(turns: readonly Judged[]): number {
  const f1s = perClass(turns).map(({ precision, recall }) =>
    precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall),
  )
  return f1s.length === 0 ? 0 : f1s.reduce((sum, f1) => sum + f1, 0) / f1s.length
}

/** Of the classes that occur, in their order. Precision of a class that was never chosen is 0. */
export function perClass(
  turns: readonly Judged[],
): { class: number; count: number; precision: number; recall: number }[] {
  const counts = new Map<number, { own: number; chosen: number; right: number }>()
  const of = (which: number): { own: number; chosen: number; right: number } => {
    let entry = counts.get(which)
    if (entry === undefined) counts.set(which, (entry = { own: 0, chosen: 0, right: 0 }))
    return entry
  }
  for (const { truth, first } of turns) {
    of(truth).own++
    of(first).chosen++
    if (truth === first) of(truth).right++
  }
  return [...counts]
    .filter(([, { own }]) => own > 0)
    .sort(([a], [b]) => a - b)
    .map(([which, { own, chosen, right }]) => ({
      class: which,
      count: own,
      precision: chosen === 0 ? 0 : right / chosen,
      recall: right / own,
    }))
}

/** Expected calibration error over fifteen bins of equal width (Guo et al. 2017, arXiv:1706.04599 §2). */
export function calibrationErrorOf(turns: readonly Judged[]): number {
  const bins = Array.from({ length: 15 }, () => ({ count: 0, right: 0, probability: 0 }))
  for (const { truth, first, probability } of turns) {
    const bin = bins[Math.min(14, Math.floor(probability * 15))]!
    bin.count++
    bin.probability += probability
    if (truth === first) bin.right++
  }
  return (
    bins.reduce((sum, { right, probability }) => sum + Math.abs(right - probability), 0) / (turns.length || 1)
  )
}

/** How often a turn in scope has the higher confidence than one out of scope; half for equal ones. Null without both. */
export function areaUnderRocOf(turns: readonly Judged[]): number | null {
  const sorted = turns.toSorted((a, b) => a.confidence - b.confidence)
  let ranks = 0
  let inScope = 0
  for (let from = 0; from < sorted.length;) {
    let to = from
    while (to < sorted.length && sorted[to]!.confidence === sorted[from]!.confidence) to++
    for (let i = from; i < to; i++)
      if (sorted[i]!.truth >= 0) {
        ranks += (from + to + 1) / 2
        inScope++
      }
    from = to
  }
  const outOfScope = sorted.length - inScope
  if (inScope === 0 || outOfScope === 0) return null
  return (ranks - (inScope * (inScope + 1)) / 2) / (inScope * outOfScope)
}

/**
 * The threshold with the highest accuracy when "out of scope" is one more class (Larson et al. 2019, §4.2); of equal
 * ones the lowest, which asks back least.
 */
export function mostAccurateThreshold(turns: readonly Judged[]): number {
  return bestThreshold(turns, ({ truth, first }) => (truth < 0 ? 1 : truth === first ? -1 : 0))
}

/** As if there were as many turns out of scope as in scope. */
export function balancedThreshold(turns: readonly Judged[]): number {
  const outOfScope = turns.filter(({ truth }) => truth < 0).length
  const weight = outOfScope === 0 ? 0 : (turns.length - outOfScope) / outOfScope
  return bestThreshold(turns, ({ truth, first }) => (truth < 0 ? weight : truth === first ? -1 : 0))
}

/** The threshold that at most this share of the right answers is below. */
export function sparingThreshold(turns: readonly Judged[], rejectedMax: number): number {
  const right = turns
    .filter(({ truth, first }) => truth === first)
    .map(({ confidence }) => confidence)
    .sort((a, b) => a - b)
  return right.length === 0 ? 0 : right[Math.floor(right.length * rejectedMax)]!
}

export function share<T>(list: readonly T[], holds: (one: T) => boolean): number {
  return list.length === 0 ? 0 : list.filter(holds).length / list.length
}

/** Between two neighbours in confidence, where what rejecting all below gains is most. */
function bestThreshold(turns: readonly Judged[], gainOfRejecting: (turn: Judged) => number): number {
  const sorted = turns.toSorted((a, b) => a.confidence - b.confidence)
  let gain = 0
  let best = 0
  let threshold = 0
  for (const [i, turn] of sorted.entries()) {
    gain += gainOfRejecting(turn)
    const next = sorted[i + 1]?.confidence ?? 1
    if (gain > best && next > turn.confidence) {
      best = gain
      threshold = (turn.confidence + next) / 2
    }
  }
  return threshold
}

/** What an author reads after training. */
import {
  accuracyOf,
  areaUnderRocOf,
  calibrationErrorOf,
  macroF1Of,
  perClass,
  share,
  type Judged,
} from './evaluation.ts'
import type { CrossValidation } from './intent-types.ts'

export type JudgedRow = Judged & { row: number }

export interface ReportInput {
  /** In scope, read by tiers that know all intents. */
  turns: readonly JudgedRow[]
  /** In scope and out of it, read by the same tiers. */
  scoped: readonly JudgedRow[]
  outOfScope: readonly JudgedRow[]
  outOfScopeFrom: CrossValidation['outOfScopeFrom']
  threshold: number
  labels: readonly string[]
  /** Training examples of each. */
  counts: readonly number[]
  textOf(turn: JudgedRow): string
  chosen: CrossValidation['chosen']
}

const confusionsMax = 50
const examplesPerConfusion = 3
const doubtfulMax = 100
/** Less sure that it is another's, and it may be the model that errs. */
const doubtfulFrom = 0.6

export function reportOf(input: ReportInput): CrossValidation {
  const { turns, scoped, outOfScope, threshold, labels, counts, textOf } = input
  const rejects = ({ confidence }: Judged): boolean => confidence < threshold
  const found = new Map(perClass(turns).map((entry) => [entry.class, entry]))
  const mistaken = turns.filter(({ truth, first }) => truth !== first)
  return {
    heldOut: turns.length,
    accuracy: accuracyOf(turns),
    macroF1: macroF1Of(turns),
    rejectedInScope: share(scoped, rejects),
    rejectedOutOfScope: share(outOfScope, rejects),
    outOfScopeFrom: input.outOfScopeFrom,
    areaUnderRoc: areaUnderRocOf([...scoped, ...outOfScope]),
    calibrationError: calibrationErrorOf(turns),
    intents: labels.map((intent, i) => ({
      intent,
      examples: counts[i]!,
      precision: found.get(i)?.precision ?? 0,
      recall: found.get(i)?.recall ?? 0,
    })),
    confusions: confusionsOf(mistaken, labels, textOf),
    doubtful: mistaken
      .filter(({ probability }) => probability >= doubtfulFrom)
      .sort((a, b) => b.probability - a.probability || a.row - b.row)
      .slice(0, doubtfulMax)
      .map((turn) => ({
        text: textOf(turn),
        intent: labels[turn.truth]!,
        nearerTo: labels[turn.first]!,
        probability: turn.probability,
      })),
    chosen: input.chosen,
  }
}

function confusionsOf(
  mistaken: readonly JudgedRow[],
  labels: readonly string[],
  textOf: ReportInput['textOf'],
): CrossValidation['confusions'] {
  const pairs = new Map<string, JudgedRow[]>()
  for (const turn of mistaken) {
    const key = `${turn.truth} ${turn.first}`
    pairs.set(key, [...(pairs.get(key) ?? []), turn])
  }
  return [...pairs.values()]
    .sort((a, b) => b.length - a.length || a[0]!.truth - b[0]!.truth || a[0]!.first - b[0]!.first)
    .slice(0, confusionsMax)
    .map((turns) => ({
      intent: labels[turns[0]!.truth]!,
      takenFor: labels[turns[0]!.first]!,
      count: turns.length,
      examples: turns.slice(0, examplesPerConfusion).map(textOf),
    }))
}

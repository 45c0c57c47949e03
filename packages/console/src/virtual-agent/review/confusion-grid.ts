/** Which intents are taken for which: the part of the matrix that has something in it. */
import type { Review } from '@candor/virtual-agent/review.ts'

export interface ConfusionGrid {
  intents: string[]
  /** Examples of the row that are taken for the column; on the diagonal those that are understood. */
  cells: { count: number; examples: string[]; /** Of the row's examples. */ share: number }[][]
  /** Intents of the report that are not in it: nothing of them is confused, or they are too many. */
  left: number
}

/** As many as fit on a screen with their names; the most confused ones come first. */
export const gridMax = 12

export function confusionGrid({
  perIntent,
  confusions,
}: Pick<Review, 'perIntent' | 'confusions'>): ConfusionGrid {
  const weight = new Map<string, number>()
  for (const { intent, takenFor, count } of confusions) {
    weight.set(intent, (weight.get(intent) ?? 0) + count)
    weight.set(takenFor, (weight.get(takenFor) ?? 0) + count)
  }
  const intents = [...weight.entries()]
    .toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, gridMax)
    .map(([intent]) => intent)
  return {
    intents,
    left: perIntent.length - intents.length,
    cells: intents.map((row) => {
      const own = perIntent.find(({ intent }) => intent === row)
      const examples = own?.examples ?? 0
      return intents.map((column) => {
        if (row === column)
          return { count: Math.round((own?.recall ?? 0) * examples), examples: [], share: own?.recall ?? 0 }
        const found = confusions.find((one) => one.intent === row && one.takenFor === column)
        return {
          count: found?.count ?? 0,
          examples: found?.examples ?? [],
          share: examples === 0 ? 0 : (found?.count ?? 0) / examples,
        }
      })
    }),
  }
}

/** How deep a cell is coloured, 0 to 4: small shares must still show. */
export function depth(share: number): 0 | 1 | 2 | 3 | 4 {
  if (share <= 0) return 0
  return share < 0.05 ? 1 : share < 0.15 ? 2 : share < 0.4 ? 3 : 4
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bankUtterances, clusterScores, evaluateClusters, insuranceUtterances } from './clusters-eval.ts'
import { missingDataSet } from './data-sets.ts'

test('scores are 1 for the same groups under other names, and about 0 for groups that say nothing', () => {
  const labels = Array.from({ length: 90 }, (_, i) => `label ${i % 3}`)
  const same = clusterScores(
    labels,
    labels.map((_, i) => (i + 1) % 3),
  )
  assert.ok(Math.abs(same.nmi - 1) < 1e-9 && Math.abs(same.ari - 1) < 1e-9 && same.accuracy === 1)
  const blind = clusterScores(
    labels,
    labels.map((_, i) => Math.floor(i / 30)),
  )
  assert.ok(blind.nmi < 0.05 && Math.abs(blind.ari) < 0.05)
})

for (const [name, set] of [
  ['natcs', insuranceUtterances()],
  ['banking77', bankUtterances()],
] as const)
  test(
    `by words alone, questions of ${name} are grouped better than by k-means that knows their number`,
    { skip: set === null && missingDataSet(name) },
    () => {
      const [words, kMeans] = evaluateClusters(name, set!, null)
      assert.ok(words!.ari > kMeans!.ari, `${words!.ari} and ${kMeans!.ari}`)
    },
  )

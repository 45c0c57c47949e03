import assert from 'node:assert/strict'
import { test } from 'node:test'
import { headScore, learnExampleHead } from './example-head.ts'

/** Examples of three articles: what all share, then a direction of each article's own, then noise. */
function examples(count: number): { vector: Float32Array; article: number }[] {
  let state = 5
  const noise = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state / 2 ** 32 - 0.5) * 0.6
  }
  return Array.from({ length: count }, (_, i) => {
    const vector = Float32Array.from({ length: 8 }, () => noise())
    vector[0]! += 3
    vector[1 + (i % 3)]! += 1
    const length = Math.hypot(...vector)
    return { vector: vector.map((x) => x / length), article: i % 3 }
  })
}

test('an article’s own questions score near 1 and others near 0, also when all questions are much alike', () => {
  // Six examples are fewer than dimensions, sixty are more: both ways to solve it.
  for (const count of [6, 60]) {
    const head = learnExampleHead(examples(count), 4, 1)!
    for (const { vector, article } of examples(count + 30).slice(count)) {
      const scores = [0, 1, 2, 3].map((one) => headScore(head, one, vector))
      assert.equal(scores.indexOf(Math.max(...scores)), article)
      assert.equal(scores[3], 0)
    }
  }
})

test('both ways to solve it come to the same rows', () => {
  // Zeros added to the vectors change nothing but which way is shorter.
  const few = examples(12)
  const padded = few.map(({ vector, article }) => ({
    article,
    vector: Float32Array.of(...vector, 0, 0, 0, 0, 0, 0),
  }))
  const one = learnExampleHead(few, 3, 1)!
  const other = learnExampleHead(padded, 3, 1)!
  for (const { vector } of examples(20))
    for (const article of [0, 1, 2])
      assert.ok(
        Math.abs(headScore(one, article, vector) - headScore(other, article, Float32Array.of(...vector, 0, 0, 0, 0, 0, 0))) < 1e-4,
      ) // prettier-ignore
})

test('there is nothing to learn from questions of one article', () => {
  assert.equal(learnExampleHead([], 3, 1), null)
  assert.equal(
    learnExampleHead(
      examples(9).filter(({ article }) => article === 1),
      3,
      1,
    ),
    null,
  )
})

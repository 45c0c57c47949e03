import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  chooseThreshold,
  estimateProbability,
  neverAnswers,
  probabilityOf,
  type Asked,
} from './answer-probability.ts'

/** Numbers in [0, 1) that are the same in every run. */
function numbers(): () => number {
  let state = 1
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

function asked(count: number, truth: (sign: number) => number): Asked[] {
  const next = numbers()
  return Array.from({ length: count }, (_, i) => {
    const sign = next() * 4 - 2
    return { signs: [sign, next()], right: next() < truth(sign), weight: 1, fold: i % 5 }
  })
}

test('of answers with a probability of p, a share of p is right', () => {
  const truth = (sign: number): number => 1 / (1 + Math.exp(-(2 * sign + 0.5)))
  const { coefficients } = estimateProbability(asked(4_000, truth), 0.9, 5)
  for (const sign of [-1.5, -0.5, 0, 0.5, 1.5])
    assert.ok(Math.abs(probabilityOf(coefficients, [sign, 0.5]) - truth(sign)) < 0.04, String(sign))
})

test('the threshold is the lowest above which enough answers are right', () => {
  const judged = Array.from({ length: 200 }, (_, i) => ({
    probability: 1 - i / 200,
    right: i < 100 || i % 2 === 0,
    weight: 1,
  }))
  const { threshold, precision, answered } = chooseThreshold(judged, 0.9)
  const given = judged.filter(({ probability }) => probability >= threshold)
  assert.ok(precision >= 0.9)
  assert.equal(given.filter(({ right }) => right).length / given.length, precision)
  assert.equal(given.length / judged.length, answered)
  const more = judged.slice(0, given.length + 6)
  assert.ok(more.filter(({ right }) => right).length / more.length < 0.9)
})

test('where no threshold will do, nothing is ever answered', () => {
  const { threshold } = estimateProbability(
    asked(300, () => 0.3),
    0.9,
    5,
  )
  assert.equal(threshold, neverAnswers)
})

test('a handful of right answers proves no threshold', () => {
  const judged = Array.from({ length: 19 }, () => ({ probability: 0.99, right: true, weight: 1 }))
  assert.equal(chooseThreshold(judged, 0.9).threshold, neverAnswers)
  assert.ok(chooseThreshold([...judged, judged[0]!], 0.9).threshold < 1)
})

test('signs that part right from wrong without a fault give a curve with finite coefficients', () => {
  const { coefficients, threshold } = estimateProbability(
    asked(200, (sign) => (sign > 0 ? 1 : 0)),
    0.9,
    5,
  )
  assert.ok(coefficients.every(Number.isFinite))
  assert.ok(threshold > 0 && threshold < 1)
})

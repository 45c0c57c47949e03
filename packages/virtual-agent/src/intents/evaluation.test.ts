import assert from 'node:assert/strict'
import { test } from 'node:test'
import { confidenceOf, fitConfidence } from './confidence.ts'
import {
  areaUnderRocOf,
  balancedThreshold,
  calibrationErrorOf,
  macroF1Of,
  mostAccurateThreshold,
  sparingThreshold,
  type Judged,
} from './evaluation.ts'

function judged(truth: number, first: number, confidence: number, probability = confidence): Judged {
  return { truth, first, confidence, probability }
}

test('the area under the curve counts pairs in the right order, and halves for equal ones', () => {
  const turns = [judged(0, 0, 0.9), judged(0, 1, 0.5), judged(-1, 0, 0.5), judged(-1, 0, 0.1)]
  assert.equal(areaUnderRocOf(turns), 3.5 / 4)
  assert.equal(areaUnderRocOf(turns.slice(0, 2)), null)
})

test('the most accurate threshold parts what is right from what is out of scope', () => {
  const turns = [
    judged(-1, 0, 0.1),
    judged(0, 1, 0.2),
    judged(0, 0, 0.3),
    judged(-1, 0, 0.4),
    judged(-1, 1, 0.5),
    judged(0, 0, 0.8),
  ]
  assert.equal(mostAccurateThreshold(turns), 0.65)
  assert.equal(mostAccurateThreshold(turns.filter(({ truth }) => truth >= 0)), 0)
  assert.equal(balancedThreshold([...turns.slice(0, 3), judged(0, 0, 0.9)]), 0.15000000000000002)
})

test('a sparing threshold rejects no more of the right answers than it may', () => {
  const turns = Array.from({ length: 100 }, (_, i) => judged(0, 0, (i + 1) / 100))
  assert.equal(turns.filter(({ confidence }) => confidence < sparingThreshold(turns, 0.03)).length, 3)
})

test('of the turns with 0.9 nine in ten are right: no error; all wrong: an error of 0.9', () => {
  const ten = Array.from({ length: 10 }, (_, i) => judged(0, i === 0 ? 1 : 0, 0.9))
  assert.ok(calibrationErrorOf(ten) < 1e-12)
  assert.ok(Math.abs(calibrationErrorOf(ten.map((turn) => ({ ...turn, first: 1 }))) - 0.9) < 1e-12)
})

test('an intent that is never found counts as much as one that always is', () => {
  const turns = [judged(0, 0, 1), judged(0, 0, 1), judged(0, 0, 1), judged(1, 0, 1)]
  assert.ok(Math.abs(macroF1Of(turns) - 6 / 7 / 2) < 1e-12)
})

test('signals that part the turns get weight, those that do not get none', () => {
  const inScope = Array.from({ length: 200 }, (_, i) => [1 + (i % 5) / 10, (i * 7) % 3])
  const outOfScope = Array.from({ length: 200 }, (_, i) => [(i % 5) / 10, (i * 7) % 3])
  const fitted = fitConfidence(inScope, outOfScope, [0.5, 0.5])
  assert.ok(fitted.weights[0]! > 2 * fitted.weights[1]!)
  assert.ok(confidenceOf(fitted, [1.2, 1]) > 0.9 && confidenceOf(fitted, [0.2, 1]) < 0.1)
})

test('without any turn out of scope what is usual stays', () => {
  assert.deepEqual(fitConfidence([[1], [3]], [], [0.7]), {
    bias: 2,
    weights: [0.7],
    means: [2],
    deviations: [1],
  })
})

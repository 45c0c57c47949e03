import assert from 'node:assert/strict'
import { test } from 'node:test'
import { evaluateAskingBack } from './asking-back-eval.ts'
import { missingDataSet } from './data-sets.ts'

const found = evaluateAskingBack(10, null)

test(
  'of fifteen intents with ten examples each, nine of ten first messages are answered, and one of fifty wrongly',
  { skip: found === null && missingDataSet('clinc150') },
  () => {
    const { covered, uncovered } = found!
    assert.ok(covered.right >= 0.9 && covered.wrong <= 0.02, JSON.stringify(covered))
    assert.ok(uncovered.wrong <= 0.15, JSON.stringify(uncovered))
  },
)

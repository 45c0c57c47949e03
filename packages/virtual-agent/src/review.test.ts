import assert from 'node:assert/strict'
import { test } from 'node:test'
import { trainIntents } from './intents/train-intents.ts'
import { reviewDefinition } from './review.ts'
import { testDefinition } from './test-definition.ts'
import { trainingExamples } from './training-examples.ts'
import type { Definition } from './definition.ts'

test('coverage, per-intent figures and confusions come from held-out examples', () => {
  const { crossValidation } = trainIntents(trainingExamples(testDefinition), {
    seed: 1,
    language: 'en',
    encoder: null,
  })
  const { coverage, perIntent, confusions } = reviewDefinition(testDefinition, crossValidation)
  assert.equal(coverage.heldOut, crossValidation.heldOut)
  assert.ok(Math.abs(coverage.understood + coverage.wrong + coverage.rejected - 1) < 1e-9)
  assert.deepEqual(
    perIntent.map(({ intent }) => intent),
    testDefinition.intents.map(({ id }) => id),
  )
  assert.ok(perIntent.every(({ examples, recall }) => examples > 0 && recall >= 0 && recall <= 1))
  assert.deepEqual(confusions, crossValidation.confusions)
})

test('examples of two intents that say the same are found, also when a word more stands in one', () => {
  const definition: Definition = {
    ...testDefinition,
    intents: testDefinition.intents.map((intent) =>
      intent.id === 'parking'
        ? { ...intent, examples: { en: ['is the shop open on sunday', 'where to park'] } }
        : intent.id === 'hours'
          ? { ...intent, examples: { en: ['shop open on sunday', 'opening times'] } }
          : intent,
    ),
  }
  const [first, ...others] = reviewDefinition(definition, null).nearDuplicates
  assert.deepEqual([first?.intent, first?.other.intent, others], ['hours', 'parking', []])
})

test('what a promised language lacks, what nothing leads to, and what is thin is said', () => {
  const definition: Definition = {
    ...testDefinition,
    intents: testDefinition.intents.filter(({ id }) => id !== 'book-table'),
    triggers: { ...testDefinition.triggers, payment: false },
  }
  const { missingTranslations, unreachable, warnings } = reviewDefinition(definition, null)
  assert.ok(missingTranslations.some(({ field, language }) => field === 'phrases.back' && language === 'de'))
  assert.ok(missingTranslations.every(({ language }) => language === 'de'))
  assert.deepEqual(
    unreachable.map(({ kind, id }) => `${kind} ${id}`),
    ['flow table', 'flow feedback', 'flow hours', 'tool find-table', 'tool book-table'],
  )
  for (const expected of [/not trained/, /“payment”/, /“Parking” has 2 of at least/])
    assert.ok(
      warnings.some((warning) => expected.test(warning)),
      String(expected),
    )
})

test('as many examples as a definition may have are reviewed in seconds', () => {
  const words = [
    'refund',
    'order',
    'parcel',
    'flight',
    'invoice',
    'size',
    'colour',
    'price',
    'delivery',
    'store',
  ]
  const intents = Array.from({ length: 200 }, (_, i) => ({
    ...testDefinition.intents[0]!,
    id: `intent-${'abcdefghij'[i % 10]}${'abcdefghij'[Math.floor(i / 10) % 10]}${'ab'[Math.floor(i / 100)]}`,
    followUps: [],
    examples: {
      en: Array.from(
        { length: 100 },
        (_, j) => `${words[(i + j) % 10]} ${words[(i * j) % 10]} number${i}x${j} please`,
      ),
    },
  }))
  const startedAt = performance.now()
  reviewDefinition({ ...testDefinition, intents }, null)
  assert.ok(performance.now() - startedAt < 5_000, `${performance.now() - startedAt} ms`)
})

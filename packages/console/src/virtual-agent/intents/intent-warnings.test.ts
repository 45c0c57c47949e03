import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Definition, Intent } from '@candor/virtual-agent/definition.ts'
import { newDefinition } from '@candor/virtual-agent/upgrade-script.ts'
import { examplesAdvised, missingLanguages, warningsOf } from './intent-warnings.ts'

const intent = (id: string, more: Partial<Intent>): Intent => ({
  id,
  title: { en: id },
  examples: { en: Array.from({ length: examplesAdvised }, (_, i) => `${id} ${i}`) },
  answer: { en: 'Yes.' },
  followUps: [],
  ...more,
})
const withIntents = (...intents: Intent[]): Definition => ({ ...newDefinition('Aurelia', 'en'), intents })

test('an intent with enough examples and an answer in every language of the others warns of nothing', () => {
  const one = intent('seat', {})
  assert.deepEqual(warningsOf(one, withIntents(one)), [])
})

test('few examples, and a missing answer, are told with what to do', () => {
  const one = intent('seat', { examples: { en: ['my seat'] }, answer: {} })
  assert.deepEqual(
    warningsOf(one, withIntents(one)).map(({ short }) => short),
    ['Few examples', 'No answer'],
  )
})

test('a language counts once another intent speaks it, and the first language is never told as missing', () => {
  const one = intent('seat', { title: {} })
  const german = intent('bag', { title: { en: 'bag', de: 'Koffer' }, answer: { en: 'Yes.', de: 'Ja.' } })
  assert.deepEqual([...missingLanguages(one, withIntents(one))], [])
  assert.deepEqual([...missingLanguages(one, withIntents(one, german))], ['de'])
})

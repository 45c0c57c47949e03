import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import { newDefinition } from '@candor/virtual-agent/upgrade-script.ts'
import { addExamples, addIntent, changeIntent, removeIntent } from '../intents/change-intents.ts'
import { diffDefinitions } from './diff-definitions.ts'

const base: Definition = addIntent(newDefinition('Aurelia', 'en'), 'Refunds', 'en', ['Money back']).definition

test('nothing differs between a definition and a copy of it', () => {
  assert.deepEqual(diffDefinitions(base, structuredClone(base)), [])
})

test('an intent that came, one that went and one that says something else are told apart', () => {
  const after = removeIntent(addIntent(base, 'Baggage', 'en', ['My bag']).definition, 'refunds')
  assert.deepEqual(
    diffDefinitions(base, after).map(({ kind, title }) => [kind, title]),
    [
      ['added', 'Baggage'],
      ['removed', 'Refunds'],
    ],
  )
  const said = changeIntent(base, 'refunds', (intent) => ({ ...intent, answer: { en: 'Within 7 days.' } }))
  assert.deepEqual(diffDefinitions(base, said), [
    {
      kind: 'changed',
      what: 'intent',
      id: 'refunds',
      title: 'Refunds',
      lines: [{ label: 'Answer, English', before: null, after: 'Within 7 days.' }],
    },
  ])
})

test('of examples only those that came and went are shown', () => {
  const more = addExamples(base, 'refunds', 'en', ['Refund me']).definition
  const [change] = diffDefinitions(base, more)
  assert.deepEqual(change!.lines, [
    { label: 'Examples, English', before: null, after: 'Refund me', list: true },
  ])
})

test('a phrase, a trigger and the mode of approved texts are changes of their own', () => {
  const after: Definition = {
    ...base,
    approvedOnly: true,
    triggers: { ...base.triggers, anger: false },
    phrases: { ...base.phrases, greeting: { ...base.phrases.greeting, en: 'Good day.' } },
  }
  assert.deepEqual(
    diffDefinitions(base, after).map(({ title, lines }) => [title, lines.map(({ label }) => label)]),
    [
      ['Settings', ['Only approved texts', 'Calls a person: anger']],
      ['Greeting', ['English']],
    ],
  )
})

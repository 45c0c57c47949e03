import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exampleCharactersMax, idCharactersMax, type Definition } from '@candor/virtual-agent/definition.ts'
import { newDefinition } from '@candor/virtual-agent/upgrade-script.ts'
import {
  addExamples,
  addIntent,
  asWords,
  exampleOwners,
  freeId,
  isIntentId,
  moveExample,
  removeIntent,
  renameIntent,
} from './change-intents.ts'

function definition(): Definition {
  const made = addIntent(newDefinition('Aurelia', 'en'), 'Refunds', 'en', ['I want my money back'])
  const both = addIntent(made.definition, 'Baggage', 'en', ['Where is my bag?'])
  return {
    ...both.definition,
    intents: both.definition.intents.map((intent) =>
      intent.id === 'baggage' ? { ...intent, followUps: ['refunds'] } : intent,
    ),
  }
}

test('an id is made of the title, is one that the engine takes, and is never one that is taken', () => {
  assert.equal(freeId('Change a booking!', new Set()), 'change-a-booking')
  assert.equal(freeId('Übergepäck', new Set()), 'ubergepack')
  assert.equal(freeId('الأمتعة', new Set()), 'intent')
  const taken = new Set<string>()
  for (let i = 0; i < 80; i++) {
    const id = freeId('A title that is much longer than an identifier is allowed to be here', taken)
    assert.ok(isIntentId(id) && id.length <= idCharactersMax, id)
    assert.ok(!taken.has(id), id)
    taken.add(id)
  }
})

test('an intent that is renamed or removed is followed by what offers it', () => {
  const renamed = renameIntent(definition(), 'refunds', 'money-back')
  assert.deepEqual(
    renamed.intents.map(({ id, followUps }) => [id, followUps]),
    [
      ['money-back', []],
      ['baggage', ['money-back']],
    ],
  )
  assert.deepEqual(
    removeIntent(definition(), 'refunds').intents.map(({ id, followUps }) => [id, followUps]),
    [['baggage', []]],
  )
})

test('pasted lines become examples once each; what differs in case or signs only is known already', () => {
  const {
    definition: next,
    added,
    known,
    left,
  } = addExamples(definition(), 'refunds', 'en', [
    '  Refund   please ',
    'i want my money back!',
    'refund, please.',
    '',
    'x'.repeat(exampleCharactersMax + 1),
  ])
  assert.deepEqual({ added, known, left }, { added: 1, known: 2, left: 1 })
  assert.deepEqual(next.intents[0]!.examples.en, ['I want my money back', 'Refund please'])
})

test('an example that is moved leaves one intent and joins the other in its language', () => {
  const german = addExamples(definition(), 'refunds', 'de', ['Wo ist mein Koffer?']).definition
  const moved = moveExample(german, 'Wo ist mein Koffer?', 'refunds', 'baggage')
  assert.deepEqual(moved.intents[0]!.examples, { en: ['I want my money back'] })
  assert.deepEqual(moved.intents[1]!.examples.de, ['Wo ist mein Koffer?'])
})

test('a text of two intents is found whatever its spelling', () => {
  const clash = addExamples(definition(), 'refunds', 'en', ['where is my BAG']).definition
  assert.deepEqual(exampleOwners(clash).get(asWords('Where is my bag?')), ['refunds', 'baggage'])
})

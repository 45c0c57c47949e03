import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Definition } from './definition.ts'
import { prepareAgent } from './prepare-agent.ts'
import { replay } from './replay.ts'
import { testDefinition } from './test-definition.ts'
import type { Line } from './turn.ts'

const agentOf = (definition: Definition): ReturnType<typeof prepareAgent> =>
  prepareAgent({ definition, version: 1, model: null, knowledge: null, encoder: null })
const current = agentOf(testDefinition)
const draft = agentOf({
  ...testDefinition,
  phrases: { ...testDefinition.phrases, greeting: { en: 'Good day!', de: 'Hallo!' } },
  intents: [
    ...testDefinition.intents.filter(({ id }) => id !== 'parking'),
    {
      id: 'match',
      title: { en: 'The match' },
      examples: { en: ['who won the match', 'the match yesterday'] },
      answer: { en: 'We do not know.' },
      followUps: [],
    },
  ],
})
const lines = (...texts: string[]): Line[] =>
  texts.flatMap((text): Line[] => [
    { by: 'visitor', text },
    { by: 'virtual-agent', text: 'as it was answered then' },
  ])
const conversation = { id: 'c7', locale: 'en', today: '2022-03-15' }

test('a conversation against the same agent differs nowhere', () => {
  const { turns, diffs } = replay(current, current, {
    ...conversation,
    lines: lines('when are you open', 'where can I park my car', 'book a table', 'tomorrow'),
  })
  assert.deepEqual([turns, diffs], [5, []])
})

test('each difference says what changed: other words, understood now, no longer understood', () => {
  const { turns, diffs } = replay(current, draft, {
    ...conversation,
    lines: lines('who won the match', 'when are you open', 'where can I park my car'),
  })
  assert.equal(turns, 4)
  assert.deepEqual(
    diffs.map(({ turn, said, change }) => [turn, said, change]),
    [
      [0, '', 'other-words'],
      [1, 'who won the match', 'understood-now'],
      [3, 'where can I park my car', 'no-longer-understood'],
    ],
  )
  const [, understood] = diffs
  assert.deepEqual(
    [understood?.before.outcome, understood?.after.intent, understood?.after.text],
    ['fallback', 'match', 'We do not know.'],
  )
})

test('it ends where one of them hands over, and where a person spoke', () => {
  const over = replay(current, draft, {
    ...conversation,
    lines: lines('talk to a human', 'who won the match'),
  })
  assert.equal(over.turns, 2)
  const person: Line[] = [
    ...lines('when are you open'),
    { by: 'person', text: 'Hi' },
    ...lines('who won the match'),
  ]
  assert.equal(replay(current, draft, { ...conversation, lines: person }).turns, 2)
})

test('what a visitor wrote in quick succession is one turn', () => {
  const split: Line[] = [
    { by: 'visitor', text: 'when are' },
    { by: 'visitor', text: 'you open' },
  ]
  assert.equal(replay(current, current, { ...conversation, lines: split }).turns, 2)
})

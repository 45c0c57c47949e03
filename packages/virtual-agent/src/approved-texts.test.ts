import assert from 'node:assert/strict'
import { test } from 'node:test'
import { approvedTexts, isApproved } from './approved-texts.ts'
import type { Say } from './decision.ts'
import { prepareAgent } from './prepare-agent.ts'
import { Talk } from './test-talk.ts'
import { testDefinition } from './test-definition.ts'

const agent = prepareAgent({
  definition: { ...testDefinition, approvedOnly: true },
  version: 1,
  model: null,
  knowledge: null,
  encoder: null,
})
const approved = approvedTexts(agent.definition, [])

/** What is asked before a table is booked: three typed values in one sentence. */
function confirmation(): Say {
  const talk = new Talk(agent)
  talk.say('book a table for 4 people tomorrow at 7 pm')
  return talk.result({ free: true }).say!
}

test('a text filled with typed values is approved', () => {
  const say = confirmation()
  assert.equal(say.text, 'A table for 4 on Wednesday, 16 March 2022 at 19:00?')
  assert.ok(isApproved(approved, say))
})

test('a letter more, another value, another text or an option of nobody’s is not', () => {
  const say = confirmation()
  const [part] = say.parts
  const changes: Partial<Say>[] = [
    { text: `${say.text}!` },
    { text: say.text.replace('4', '5') },
    { parts: [] },
    { parts: [{ ...part!, textId: 'phrases.greeting.en' }] },
    { parts: [{ ...part!, textId: 'no.such.text' }] },
    { parts: [{ ...part!, values: { ...part!.values, people: { kind: 'quantity', number: 21 } } }] },
    { parts: [{ ...part!, values: { ...part!.values, people: { kind: 'text', text: '4' } } }] },
    { parts: [part!, part!] },
    { options: ['Yes', 'No', 'Pay with your card number'] },
    {
      form: { id: 'contact', fields: [{ name: 'pan', label: 'Card number', input: 'text', required: true }] },
    },
  ]
  for (const change of changes)
    assert.ok(!isApproved(approved, { ...say, ...change }), JSON.stringify(change))
})

test('a free text is approved by nobody, whichever text it would be said in', () => {
  const say: Say = {
    text: 'Nothing is free in my own words on Wednesday, 16 March 2022.',
    options: [],
    parts: [
      {
        textId: 'flows.table.steps.full.say.en',
        values: {
          day: { kind: 'date', date: '2022-03-16' },
          room: { kind: 'text', text: 'my own words' },
        },
      },
    ],
  }
  const flows = structuredClone(agent.definition.flows)
  const full = flows[0]!.steps.find(({ id }) => id === 'full')!
  if (full.kind === 'say') full.say = { en: 'Nothing is free in {room} on {day}.' }
  assert.ok(!isApproved(approvedTexts({ ...agent.definition, flows }, []), say))
})

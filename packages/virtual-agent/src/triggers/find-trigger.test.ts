import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Triggers } from '../definition.ts'
import { findTrigger, type TriggerGroup } from './find-trigger.ts'
import { labelledSentences } from './labelled-sentences.ts'

const allOn: Triggers = { anger: true, payment: true, legal: true, emergency: true, rejection: true }
const groupOf = (text: string, on: Triggers = allOn): TriggerGroup | 'none' =>
  findTrigger(text, on)?.group ?? 'none'

const sentences = Object.entries(labelledSentences).flatMap(([label, texts]) =>
  texts.map((text) => ({ label: label as TriggerGroup | 'none', text })),
)

test('of more than 250 labelled sentences, each group of words finds its own and leaves the others', () => {
  assert.ok(sentences.length >= 250, `${sentences.length} sentences`)
  const wrong = sentences.filter(({ label, text }) => groupOf(text) !== label)
  for (const { label, text } of wrong) console.log(`${label} taken for ${groupOf(text)}: ${text}`)
  for (const group of Object.keys(labelledSentences)) {
    const labelled = sentences.filter(({ label }) => label === group)
    const found = sentences.filter(({ text }) => groupOf(text) === group)
    const right = found.filter(({ label }) => label === group).length
    assert.ok(right / found.length >= 0.97, `precision of ${group}: ${right} of ${found.length}`)
    assert.ok(right / labelled.length >= 0.97, `recall of ${group}: ${right} of ${labelled.length}`)
  }
})

test('a group that the tenant switched off finds nothing; a crisis and the wish for a person cannot be switched off', () => {
  const off: Triggers = { anger: false, payment: false, legal: false, emergency: false, rejection: false }
  for (const [label, texts] of Object.entries(labelledSentences))
    for (const text of texts) {
      if (label === 'crisis') assert.equal(groupOf(text, off), 'crisis', text)
      else if (label === 'person') assert.equal(groupOf(text, off), 'person', text)
      else if (label !== 'none') assert.ok(['none', 'person'].includes(groupOf(text, off)), text)
    }
})

test('the gravest is found first, wherever it stands', () => {
  assert.equal(groupOf('my card was stolen, I want a human and I want to kill myself'), 'crisis')
  assert.equal(groupOf('get me an agent or I will sue you'), 'legal')
  const long = 'and then I waited for the parcel and nothing came. '.repeat(300)
  assert.equal(groupOf(`${long} I want to talk to a person`), 'person')
  assert.equal(groupOf(`I want to talk to a person. ${long}`), 'person')
})

test('what is denied is no trigger', () => {
  for (const text of [
    'I am not going to sue you',
    "it's not a complaint",
    'this is not an emergency',
    'my card was not stolen',
    'Das ist keine Frechheit',
    'no es una emergencia',
    'nobody was injured',
  ])
    assert.equal(groupOf(text), 'none', text)
  // A "no" that answers something denies nothing of what follows.
  assert.equal(groupOf('no my card was stolen'), 'payment')
})

test('a text as long as a message may be is read in less than 50 ms', () => {
  const text = 'my card and your agent and no lawyer in charge of a double room '.repeat(130).slice(0, 8_000)
  groupOf(text)
  const startedAt = performance.now()
  groupOf(text)
  assert.ok(performance.now() - startedAt < 50, `${performance.now() - startedAt} ms`)
})

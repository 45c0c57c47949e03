import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  cardMask,
  contactForm,
  decide,
  type Decision,
  type Line,
  type Occasion,
  type Turn,
} from './virtual-agent.ts'
import { testScript } from './test-script.ts'

function turn(occasion: Occasion, more: Partial<Turn> = {}): Decision {
  return decide(testScript, { occasion, history: [], locale: 'en', agentsOnline: true, ...more })
}
const said = (text: string, more: Partial<Turn> = {}): Decision => turn({ kind: 'said', text }, more)
const before = (...texts: string[]): Line[] => texts.map((text) => ({ by: 'virtual-agent', text }))

test('a person is offered with everything it says', () => {
  const decisions = [
    turn({ kind: 'started' }),
    turn({ kind: 'back' }),
    said('when are you open'),
    said('who won the match'),
    said('are you open, or a refund?'),
    said('[card number removed]'),
    said('thank you'),
  ]
  for (const decision of decisions) {
    assert.equal(decision.kind, 'reply')
    assert.equal(decision.say.options.at(-1), 'Talk to a person')
  }
})

test('the same turn gets the same decision', () => {
  assert.deepEqual(said('how do I return something'), said('how do I return something'))
})

test('a quick reply leads to its topic, whatever else its words could mean', () => {
  for (const topic of testScript.topics.slice(0, 2))
    assert.equal(said(topic.title.en!).say.text, topic.answer.en)
  assert.deepEqual(said('Talk to a person'), {
    kind: 'handOver',
    reason: 'asked-for-a-person',
    say: { text: 'A person comes.', options: [] },
  })
})

test('it asks back once; who is not understood again gets a person', () => {
  const first = said('who won the match')
  assert.equal(first.kind, 'reply')
  assert.equal(first.say.text, 'Say it differently?')
  const second = said('the match yesterday', { history: before('Hello!', first.say.text) })
  assert.equal(second.kind === 'handOver' && second.reason, 'not-understood')
  const later = said('the match yesterday', { history: before(first.say.text, 'Nine to five.') })
  assert.equal(later.kind, 'reply')
})

test('a topic for people is answered with why, and handed over under its name', () => {
  assert.deepEqual(said('I want my money back'), {
    kind: 'handOver',
    reason: 'refund',
    say: { text: 'That is for a person.\n\nA person comes.', options: [] },
  })
})

test('when nobody is here it says so, asks where to answer, and hands over all the same', () => {
  const decision = said('human please', { agentsOnline: false })
  assert.deepEqual(decision, {
    kind: 'handOver',
    reason: 'asked-for-a-person',
    say: {
      text: 'Nobody is here.',
      options: [],
      form: {
        id: contactForm,
        fields: [{ name: 'email', label: 'E-mail', input: 'email', required: true }],
      },
    },
  })
})

test('a topic’s form is asked with its answer; filled in, it goes to a person with thanks', () => {
  const asked = said('how do I return something')
  assert.equal(asked.kind, 'reply')
  assert.deepEqual(asked.say.form, {
    id: 'topic-returns',
    fields: [{ name: 'order', label: 'Order', input: 'text', required: true }],
  })
  const filled = turn({ kind: 'form', form: 'topic-returns' })
  assert.deepEqual(filled, { kind: 'handOver', reason: 'returns', say: { text: 'Noted.', options: [] } })
  assert.equal(turn({ kind: 'form', form: 'another' }).kind, 'reply')
})

test('it answers in the language that the visitor writes, else in that of their browser, else in its own', () => {
  assert.equal(said('Wann haben Sie am Montag geöffnet?').say.text, 'Neun bis fünf.')
  assert.equal(turn({ kind: 'started' }, { locale: 'de-AT' }).say.text, 'Hallo!')
  assert.equal(turn({ kind: 'started' }, { locale: 'fr' }).say.text, 'Hello!')
  assert.equal(said('when are you open', { locale: 'de' }).say.text, 'Nine to five.')
  assert.equal(said('Öffnungszeiten').say.text, 'Neun bis fünf.')
  const german: Line[] = [{ by: 'visitor', text: 'Guten Tag, ich habe eine Frage' }]
  assert.equal(said('Refund', { history: german, locale: null }).kind, 'handOver')
  assert.equal(said('xyz', { history: german, locale: null }).say.text, 'Anders gesagt?')
})

test('a masked card gets a kind word; what stands beside it is answered', () => {
  assert.equal(said('it is [card number removed] [security code removed]').say.text, 'I removed a card.')
  assert.equal(said('when are you open? [card number removed]').say.text, 'Nine to five.')
  assert.equal('[card number removed]'.replaceAll(cardMask, ''), '')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isApproved } from './approved-texts.ts'
import { buildIndex } from './knowledge/knowledge-index.ts'
import { testArticlesWithQuestions } from './knowledge/test-articles.ts'
import { trainIntents } from './intents/train-intents.ts'
import { trainingExamples } from './training-examples.ts'
import { cardMask, decide } from './decide.ts'
import { contactForm, type Decision } from './decision.ts'
import { prepareAgent } from './prepare-agent.ts'
import { Talk } from './test-talk.ts'
import { testDefinition } from './test-definition.ts'
import { testScript } from './test-script.ts'
import type { Turn } from './turn.ts'
import { upgradeScript } from './upgrade-script.ts'

const agent = prepareAgent({
  definition: testDefinition,
  version: 1,
  model: null,
  knowledge: null,
  encoder: null,
})
const talk = (more: Partial<Turn> = {}): Talk => new Talk(agent, more)
const said = (text: string, more: Partial<Turn> = {}): Decision => talk(more).say(text)
const textOf = (decision: Decision): string => decision.say?.text ?? ''
const optionsOf = (decision: Decision): string[] => decision.say?.options ?? []

test('a person is offered with everything it says', () => {
  const decisions = [
    talk().turn({ kind: 'started' }),
    talk().turn({ kind: 'back' }),
    said('when are you open'),
    said('who won the match'),
    said('are you open, or a refund?'),
    said('[card number removed]'),
    said('thank you'),
    said('hello'),
    said('book a table'),
  ]
  for (const decision of decisions) {
    assert.equal(decision.kind, 'reply')
    assert.equal(optionsOf(decision).at(-1), 'Talk to a person')
  }
})

test('a quick reply leads to its intent, whatever else its words could mean', () => {
  for (const intent of testScript.topics.slice(0, 2)) {
    const decision = said(intent.title.en!)
    assert.ok(textOf(decision).startsWith(intent.answer.en!))
    assert.equal(decision.trace.rule, 'quick-reply')
    assert.equal(decision.trace.intent, intent.id)
  }
  const over = said('Talk to a person')
  assert.equal(over.kind === 'handOver' && over.reason, 'asked-for-a-person')
  assert.equal(textOf(over), 'A person comes.')
})

test('it asks back once; who is not understood again gets a person, with why', () => {
  const visitor = talk()
  const first = visitor.say('who won the match')
  assert.deepEqual(
    [first.kind, textOf(first), first.trace.outcome],
    ['reply', 'Say it differently?', 'fallback'],
  )
  const second = visitor.say('the match yesterday')
  assert.equal(second.kind === 'handOver' && second.reason, 'not-understood')
  assert.equal(second.trace.rule, 'not-understood-again')

  const other = talk()
  other.say('who won the match')
  other.say('when are you open')
  assert.equal(other.say('the match yesterday').kind, 'reply')
})

test('of two or three things that fit alike it asks which one, and never twice in a row', () => {
  const visitor = talk()
  const asked = visitor.say('are you open, or a refund?')
  assert.equal(textOf(asked), 'Which one?')
  assert.deepEqual(optionsOf(asked), ['Shop hours', 'Refund', 'Talk to a person'])
  assert.equal(asked.trace.outcome, 'clarified')
  const over = visitor.say('are you open, or a refund?')
  assert.equal(over.kind === 'handOver' && over.reason, 'not-understood')

  const chooser = talk()
  chooser.say('are you open, or a refund?')
  assert.equal(textOf(chooser.say('Shop hours')), 'Nine to five.')
})

test('an intent for people is answered with why, and handed over under its name', () => {
  const over = said('I want my money back')
  assert.equal(over.kind, 'handOver')
  assert.deepEqual(over.kind === 'handOver' && [over.reason, over.say.text, over.summary.wish], [
    'refund',
    'That is for a person.\n\nA person comes.',
    'Refund',
  ])
})

test('when nobody is here it says so, asks where to answer, and hands over all the same', () => {
  const over = said('human please', { agentsOnline: false })
  assert.equal(over.kind === 'handOver' && over.reason, 'asked-for-a-person')
  assert.deepEqual(over.say?.form, {
    id: contactForm,
    fields: [{ name: 'email', label: 'E-mail', input: 'email', required: true }],
  })
  assert.equal(textOf(over), 'Nobody is here.')
})

test('an intent’s form is asked with its answer; filled in, it goes to a person with thanks', () => {
  const asked = said('how do I return something')
  assert.equal(asked.kind, 'reply')
  assert.deepEqual(asked.say?.form, {
    id: 'topic-returns',
    fields: [{ name: 'order', label: 'Order', input: 'text', required: true }],
  })
  const filled = talk().turn({ kind: 'form', form: 'topic-returns' })
  assert.deepEqual([filled.kind, textOf(filled)], ['handOver', 'Noted.'])
  assert.equal(filled.kind === 'handOver' && filled.reason, 'returns')
  assert.equal(talk().turn({ kind: 'form', form: 'another' }).kind, 'reply')
})

test('it answers in the language that the visitor writes, else in that of their browser, else in its own', () => {
  assert.equal(textOf(said('Wann haben Sie am Montag geöffnet?')), 'Neun bis fünf.')
  assert.equal(textOf(talk({ locale: 'de-AT' }).turn({ kind: 'started' })), 'Hallo!')
  assert.equal(textOf(talk({ locale: 'fr' }).turn({ kind: 'started' })), 'Hello!')
  assert.equal(textOf(said('when are you open', { locale: 'de' })), 'Nine to five.')
  assert.equal(textOf(said('Öffnungszeiten')), 'Neun bis fünf.')
  const german = talk({ locale: null, history: [{ by: 'visitor', text: 'Guten Tag, ich habe eine Frage' }] })
  assert.equal(textOf(german.say('xyz')), 'Anders gesagt?')
})

test('a masked card gets a kind word; what stands beside it is answered', () => {
  assert.equal(textOf(said('it is [card number removed] [security code removed]')), 'I removed a card.')
  assert.equal(textOf(said('when are you open? [card number removed]')), 'Nine to five.')
  assert.equal('[card number removed]'.replaceAll(cardMask, ''), '')
})

test('each group of words calls a person under its own reason; a crisis is met with its own words', () => {
  for (const [text, reason] of [
    ['I will sue you', 'legal'],
    ['this is fucking ridiculous', 'anger'],
    ['my card was charged twice', 'payment-trouble'],
    ['let me talk to a human', 'asked-for-a-person'],
    ['there is a fire in the store', 'emergency'],
    ["that's not what I asked", 'answer-rejected'],
  ] as const) {
    const over = said(text)
    assert.equal(over.kind === 'handOver' && over.reason, reason, text)
    assert.equal(over.trace.rule, 'trigger')
  }
  const crisis = said('I want to kill myself')
  assert.equal(crisis.kind === 'handOver' && crisis.reason, 'crisis')
  assert.ok(textOf(crisis).startsWith(testDefinition.phrases.crisis.en!))
  assert.equal(said('no human needed, when are you open').kind, 'reply')
})

test('after an answer the visitor says whether it helped; if not, what else it may have been is offered', () => {
  const visitor = talk()
  const answer = visitor.say('when are you open')
  assert.deepEqual(optionsOf(answer), [
    'Return something',
    'That helped',
    'That did not help',
    'Talk to a person',
  ])
  const thanks = visitor.say('That helped')
  assert.deepEqual(
    [textOf(thanks), thanks.trace.outcome, thanks.trace.intent],
    ['Good to hear.', 'confirmed', 'hours'],
  )

  const other = talk()
  other.say('when are you open')
  const sorry = other.say('no')
  assert.equal(sorry.trace.outcome, 'not-helped')
  assert.equal(optionsOf(sorry).at(-1), 'Talk to a person')
  const over = other.say('who won the match')
  assert.equal(over.kind === 'handOver' && over.reason, 'not-understood')
  // Without an answer before it, a yes is no confirmation.
  assert.notEqual(said('That helped').trace.outcome, 'confirmed')
})

test('a flow asks, calls its tools, confirms what it changes and says what was done', () => {
  const visitor = talk()
  const first = visitor.say('I would like to book a table for 4 people tomorrow')
  assert.deepEqual([textOf(first), first.trace.flow, first.trace.outcome], ['At what time?', 'table', 'flow'])
  const find = visitor.say('at 7 pm')
  assert.equal(find.kind === 'call' && find.call.tool, 'find-table')
  const confirm = visitor.result({ free: true })
  assert.ok(textOf(confirm).startsWith('A table for 4 on'))
  assert.deepEqual(optionsOf(confirm), ['Yes', 'No', 'Talk to a person'])
  const book = visitor.say('Yes')
  assert.equal(book.kind === 'call' && book.call.tool, 'book-table')
  const booked = visitor.result({ number: 'AB1234' })
  assert.equal(textOf(booked), 'Booked: AB1234.\n\nWas that easy?')
  const end = visitor.say('yes')
  assert.equal(end.kind, 'reply')
  assert.deepEqual(end.state.flows.frames, [])
  assert.equal(visitor.say('That helped').trace.flow, 'table')
})

test('a question in the middle of a flow is answered, then the flow goes on where it was', () => {
  const visitor = talk()
  visitor.say('book a table')
  const aside = visitor.say('where can I park my car?')
  assert.equal(textOf(aside), 'Behind the house.\n\nBack to: Book a table.\n\nFor which day?')
  assert.deepEqual(
    [aside.trace.rule, aside.trace.intent, aside.trace.flow],
    ['digression', 'parking', 'table'],
  )
  assert.equal(textOf(visitor.say('tomorrow')), 'At what time?')
  assert.ok(textOf(visitor.say('thanks')).endsWith('At what time?'))
  assert.equal(visitor.say('at 7').state.flows.frames.at(-1)?.slots['time']?.kind, 'time')
})

test('a correction is one, not a rejection; giving up ends the flow', () => {
  const visitor = talk()
  visitor.say('book a table tomorrow at 7 pm for 2 people')
  const confirm = visitor.result({ free: true })
  assert.ok(textOf(confirm).includes('for 2'))
  visitor.say("no, that's wrong, for 5 people")
  const again = visitor.result({ free: true })
  assert.ok(textOf(again).includes('for 5'), textOf(again))
  const cancelled = visitor.say('never mind')
  assert.ok(textOf(cancelled).startsWith('All right'))
  assert.deepEqual(cancelled.state.flows.frames, [])
})

test('in a flow, words that call a person do so at once, with what is known', () => {
  const visitor = talk()
  visitor.say('book a table for 4 people tomorrow')
  const over = visitor.say('let me talk to a human')
  assert.equal(over.kind, 'handOver')
  assert.deepEqual(over.kind === 'handOver' && over.summary.wish, 'Book a table')
  assert.deepEqual(over.kind === 'handOver' && over.summary.slots.map(({ name, value }) => [name, value]), [
    ['day', 'Wednesday, 16 March 2022'],
    ['people', '4'],
  ])
  assert.deepEqual(over.state.flows.frames, [])
})

test('a tool that fails brings a person, who is told what is known; one that never comes back too', () => {
  const visitor = talk()
  visitor.say('pay me back for my order AB123456, 20 €')
  const call = visitor.say('Yes')
  assert.equal(call.kind, 'call')
  const over = visitor.fault('timeout')
  assert.equal(over.kind === 'handOver' && over.reason, 'tool-fault')
  assert.ok(textOf(over).startsWith(testDefinition.phrases.toolFailed.en!))
  assert.equal(over.kind === 'handOver' && over.summary.slots.length, 2)

  const waiting = talk()
  waiting.say('pay me back for my order AB123456, 20 €')
  waiting.say('Yes')
  const later = waiting.say('hello?')
  assert.equal(later.kind === 'handOver' && later.reason, 'tool-fault')
})

test('a result that nobody waits for any more brings a person instead of a guess', () => {
  const call = { key: 'gone', tool: 'refund', args: {} }
  const over = talk().turn({ kind: 'tool', call, result: { kind: 'answer', body: {} } })
  assert.equal(over.kind === 'handOver' && over.reason, 'tool-fault')
})

test('a state that was damaged begins anew, and what was given is left as it was', () => {
  const visitor = talk()
  visitor.say('book a table')
  const state = structuredClone(visitor.state)
  for (const damaged of [{ ...state, flows: 7 }, { ...state, more: 1 }, [], 'x', { version: 9 }]) {
    const decision = decide(agent, {
      ...visitor.at({ kind: 'said', text: 'tomorrow' }),
      state: damaged as never,
    })
    assert.deepEqual(decision.state.flows.frames, [])
  }
  const turn = visitor.at({ kind: 'said', text: 'tomorrow for 3 at 8 pm' })
  const before = structuredClone(turn)
  assert.deepEqual(decide(agent, turn), decide(agent, turn))
  assert.deepEqual(turn, before)
  visitor.turn({ kind: 'back' })
  assert.deepEqual(turn, before)
})

test('a proposer of commands has no more power than the rules', () => {
  const visitor = talk()
  visitor.say('pay me back for my order AB123456')
  const turn = visitor.at({ kind: 'said', text: 'that would be 20 €' })
  const decision = decide(agent, turn, () => [
    { kind: 'affirm' },
    { kind: 'startFlow', flow: 'no-such-flow' },
    { kind: 'setSlot', slot: 'amount', span: { start: 0, end: 400 } },
  ])
  assert.equal(decision.kind, 'reply')
  assert.deepEqual(
    decision.trace.refused.map(({ why }) => why),
    ['nothing-to-confirm', 'unknown-flow', 'span-outside-text'],
  )
})

test('a script of version 1 says as a definition what it said before', () => {
  const upgraded = prepareAgent({
    definition: upgradeScript(testScript),
    version: 1,
    model: null,
    knowledge: null,
    encoder: null,
  })
  const visitor = new Talk(upgraded)
  assert.equal(textOf(visitor.turn({ kind: 'started' })), 'Hello!')
  assert.equal(textOf(visitor.say('closing time today')), 'Nine to five.')
  assert.equal(textOf(visitor.turn({ kind: 'back' })), 'Me again.')
})

const informed = prepareAgent({
  definition: testDefinition,
  version: 1,
  model: null,
  knowledge: buildIndex(testArticlesWithQuestions(), { encoder: null }),
  encoder: null,
})

test('what no intent covers is answered from the articles, word for word, with where it stands', () => {
  const visitor = new Talk(informed)
  const quoted = visitor.say('can i travel with two cats')
  assert.equal(
    textOf(quoted),
    'Dogs and cats up to 8 kg fly in the cabin in a soft carrier. They need a passport.\n\n— Travelling with pets: https://air.example/help/pets',
  )
  assert.deepEqual(
    [quoted.trace.rule, quoted.trace.outcome, quoted.trace.article],
    ['passage', 'passage', 'pets'],
  )
  assert.ok(quoted.trace.passage!.answered && quoted.trace.passage!.terms.length > 0)
  assert.deepEqual(optionsOf(quoted), ['That helped', 'That did not help', 'Talk to a person'])
  assert.deepEqual(visitor.say('yes').trace.article, 'pets')
  assert.ok(isApproved(informed.approved, quoted.say!))
  assert.ok(!isApproved(agent.approved, quoted.say!))
})

test('in the middle of a flow an article is quoted, and the flow asks again', () => {
  const visitor = new Talk(informed)
  visitor.say('book a table')
  const aside = visitor.say('may i travel with my dog')
  assert.ok(textOf(aside).endsWith('Back to: Book a table.\n\nFor which day?'), textOf(aside))
  assert.deepEqual(
    [aside.trace.rule, aside.trace.outcome, aside.trace.article],
    ['digression', 'passage', 'pets'],
  )
})

const trained = prepareAgent({
  definition: testDefinition,
  version: 1,
  model: trainIntents(trainingExamples(testDefinition), { seed: 1, language: 'en', encoder: null }),
  knowledge: null,
  encoder: null,
})

test('a trained model decides, and the trace says how: intents, threshold, what spoke for it, what else it may have been', () => {
  const { trace, say } = new Talk(trained).say('could you tell me the closing times please')
  assert.equal(say?.text, 'Nine to five.')
  assert.deepEqual([trace.rule, trace.intent, trace.classified?.tier], ['classifier', 'hours', 1])
  assert.equal(trace.classified!.intents[0]!.id, 'hours')
  assert.ok(trace.classified!.confidencePermille >= trace.classified!.thresholdPermille)
  assert.ok(trace.classified!.features.length > 0)
  assert.equal(trace.alternatives[0]!.id, 'hours')
  const example = new Talk(trained).say('Is there a CAR park?').trace
  assert.deepEqual([example.rule, example.found], ['example', ['Is there a CAR park?']])
})

test('where only words like "are you" are known, a trained model does not guess', () => {
  for (const text of ['are you hiring', 'who won the match', 'write me a poem'])
    assert.notEqual(new Talk(trained).say(text).trace.outcome, 'answered', text)
})

test('in a language that is not the model’s, the first tier alone decides, and the trace says so', () => {
  const { trace, say } = new Talk(trained).say('Wann haben Sie am Sonntag geöffnet?')
  assert.equal(say?.text, 'Neun bis fünf.')
  assert.deepEqual([trace.language, trace.classified?.languageNote], ['de', 'not-the-models-language'])
})

test('everything that it says is made of approved texts', () => {
  const visitor = talk()
  for (const text of [
    'hello',
    'book a table',
    'what?',
    'tomorrow',
    'where can I park my car?',
    'never mind',
    'xyzzy',
  ])
    assert.ok(isApproved(agent.approved, visitor.say(text).say!), text)
})

test('what came of a call is said in the language in which it was asked for, whatever the browser speaks', () => {
  const talk = new Talk(agent, { locale: 'en' })
  talk.say('Ich möchte einen Tisch buchen')
  talk.say('morgen')
  talk.say('19:00')
  assert.equal(talk.say('4').kind, 'call')
  assert.match(talk.result({ free: false }).say!.text, /ist nichts frei/)
})

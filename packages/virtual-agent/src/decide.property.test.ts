import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bytesOfState, parseAgentState } from './agent-state.ts'
import type { Agent } from './agent.ts'
import { isApproved } from './approved-texts.ts'
import { decide } from './decide.ts'
import type { Definition } from './definition.ts'
import { trainIntents } from './intents/train-intents.ts'
import { buildIndex } from './knowledge/knowledge-index.ts'
import { testArticlesWithQuestions } from './knowledge/test-articles.ts'
import { parseDefinition } from './parse-definition.ts'
import { prepareAgent } from './prepare-agent.ts'
import { Talk } from './test-talk.ts'
import { testDefinition } from './test-definition.ts'
import { trainingExamples } from './training-examples.ts'
import { labelledSentences } from './triggers/labelled-sentences.ts'
import { agentStateBytesMax, type Occasion } from './turn.ts'

const articles = testArticlesWithQuestions()

const definition: Definition = { ...testDefinition, approvedOnly: true }
const agents: Agent[] = [
  null,
  trainIntents(trainingExamples(definition), { seed: 1, language: 'en', encoder: null }),
].map((model) =>
  prepareAgent({
    definition,
    version: 1,
    model,
    knowledge: buildIndex(articles, { encoder: null }),
    encoder: null,
  }),
)

/** The same numbers for the same seed: a failure is found again. */
function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const said = [
  ...Object.values(labelledSentences).flat(),
  ...trainingExamples(definition).map(({ text }) => text),
  'tomorrow', 'at 7 pm', 'for 4 people', '4', 'AB123456', '20 €', 'yes', 'no', 'Yes', 'No', 'never mind',
  'no, Friday', 'make it five people', 'thanks', 'hello', 'That helped', 'That did not help',
  'are you open, or a refund?', 'asdf qwer', 'are you hiring',
  ...articles.flatMap(({ questions }) => questions.slice(0, 3)),
'[card number removed]', 'my card is [card number removed] [security code removed] when are you open',
] // prettier-ignore

const odd = [
  '',
  ' ',
  '\u0000\u0001',
  '\ud83d',
  '\udc00 tail',
  '👩‍👩‍👧‍👦'.repeat(50),
  'ً'.repeat(3_000),
  'a'.repeat(8_000),
  'no '.repeat(2_600),
  '{title} {day} {room}',
  '__proto__ constructor toString',
  '𝕴 𝖜𝖆𝖓𝖙 𝖙𝖔 𝖙𝖆𝖑𝖐',
  '١٢٣ ٤٥',
  '?'.repeat(500),
  '-'.repeat(999),
  'book a table '.repeat(600),
  '\n\n\r\n\t',
]

function oneText(random: (below: number) => number): string {
  switch (random(8)) {
    case 0:
      return odd[random(odd.length)]!
    case 1:
      return `${said[random(said.length)]!} ${said[random(said.length)]!}`
    case 2:
      return said[random(said.length)]!.slice(random(8)).toUpperCase()
    case 3:
      return Array.from({ length: random(60) }, () => String.fromCharCode(random(0x1_0000))).join('')
    default:
      return said[random(said.length)]!
  }
}

function oneOccasion(random: (below: number) => number, talk: Talk): Occasion {
  const { last } = talk
  if (last?.kind === 'call') {
    const bodies = [
      { free: true, room: 'any text' },
      { free: false },
      { number: 'AB1234' },
      {},
      null,
      'x',
      [1],
    ]
    const result =
      random(4) === 0
        ? ({ kind: 'fault', fault: 'timeout' } as const)
        : ({ kind: 'answer', body: bodies[random(bodies.length)] } as const)
    if (random(8) > 0) return { kind: 'tool', call: last.call, result }
  }
  const options = last?.say?.options ?? []
  if (options.length > 0 && random(3) === 0) return { kind: 'said', text: options[random(options.length)]! }
  switch (random(30)) {
    case 0:
      return { kind: 'back' }
    case 1:
      return { kind: 'form', form: ['topic-returns', 'contact', ''][random(3)]! }
    case 2:
      return { kind: 'tool', call: { key: 'x', tool: 'y', args: {} }, result: { kind: 'answer', body: {} } }
    default:
      return { kind: 'said', text: oneText(random) }
  }
}

test('whatever is said, it decides: the same each time, from a small state, in approved texts, asking back once', () => {
  assert.ok('definition' in parseDefinition(definition))
  const outcomes = new Map<string, number>()
  for (const [a, agent] of agents.entries())
    for (let seed = 1; seed <= 90; seed++) {
      const random = randomOf(seed * 7 + a)
      const talk = new Talk(agent, {
        locale: ['en', 'de-AT', 'ar', 'xx', null, 'en-US'][random(6)]!,
        agentsOnline: random(2) === 0,
      })
      let askedBefore = false
      for (let turn = 0; turn < 14; turn++) {
        const occasion = turn === 0 ? ({ kind: 'started' } as const) : oneOccasion(random, talk)
        const at = talk.at(occasion)
        const place = `agent ${a}, seed ${seed}, turn ${turn}`
        const decision = talk.turn(occasion)
        assert.deepEqual(decide(agent, at), decision, place)
        outcomes.set(decision.trace.outcome, (outcomes.get(decision.trace.outcome) ?? 0) + 1)
        assert.ok(bytesOfState(decision.state) <= agentStateBytesMax, place)
        assert.deepEqual(parseAgentState(JSON.parse(JSON.stringify(decision.state))), decision.state, place)
        const say = decision.say
        if (decision.kind !== 'call' || say !== undefined) {
          assert.ok(say !== undefined && say.text !== '', place)
          assert.ok(isApproved(agent.approved, say), `${place}: ${say.text}`)
        }
        const asks = ['clarification', 'not-understood'].includes(decision.trace.rule)
        assert.ok(!(asks && askedBefore), `${place}: asked back twice in a row`)
        askedBefore = asks
        assertSmallWholeNumbers(JSON.parse(JSON.stringify(decision.trace)), place)
        if (decision.kind === 'handOver') {
          assert.match(decision.reason, /^[a-z]+(-[a-z]+)*$/, place)
          assert.deepEqual(decision.state.flows.frames, [], place)
        }
      }
    }
  // Otherwise nothing of this was shown.
  for (const outcome of [
    'answered',
    'passage',
    'flow',
    'clarified',
    'fallback',
    'handed-over',
    'confirmed',
    'courtesy',
  ])
    assert.ok((outcomes.get(outcome) ?? 0) > 5, `${outcome} came ${outcomes.get(outcome) ?? 0} times`)
})

test('a text as long as a message may be is decided in less than 150 ms', () => {
  const long = 'could you return my order to the shop that opens early and park '.repeat(125).slice(0, 8_000)
  for (const agent of agents) {
    const talk = new Talk(agent)
    talk.say(long)
    talk.say('book a table')
    const startedAt = performance.now()
    talk.say(long)
    assert.ok(performance.now() - startedAt < 150, `${performance.now() - startedAt} ms`)
  }
})

/** A record is screened for card numbers: a row of digits in it may look like one. */
function assertSmallWholeNumbers(value: unknown, place: string): void {
  if (typeof value === 'number')
    assert.ok(Number.isInteger(value) && value >= 0 && value <= 9_999, `${place}: ${value}`)
  else if (typeof value === 'object' && value !== null)
    for (const inner of Object.values(value)) assertSmallWholeNumbers(inner, place)
}

import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fastify from 'fastify'
import { decide } from '@candor/virtual-agent/decide.ts'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import { trainIntents } from '@candor/virtual-agent/intents/train-intents.ts'
import { buildIndex } from '@candor/virtual-agent/knowledge/knowledge-index.ts'
import { parseDefinition } from '@candor/virtual-agent/parse-definition.ts'
import { prepareAgent } from '@candor/virtual-agent/prepare-agent.ts'
import { languages, type Language } from '@candor/virtual-agent/script.ts'
import { trainingExamples } from '@candor/virtual-agent/training-examples.ts'
import type { AgentState, Occasion } from '@candor/virtual-agent/turn.ts'
import { knownFields, toolRequest } from '../virtual-agents/tool-request.ts'
import { airlineAgent } from './airline-agent.ts'
import { openDemoSystems, systemsKeyHeader } from './demo-systems.ts'
import { retailerAgent } from './retailer-agent.ts'
import { demoArticles } from './seed-virtual-agent.ts'

const now = Date.parse('2026-11-25T09:00:00Z')
const today = '2026-11-25'
const url = 'http://127.0.0.1:7701'
const companies = { airline: airlineAgent(url), retailer: retailerAgent(url) }

for (const [name, definition] of Object.entries(companies)) {
  test(`the virtual agent of the ${name} is a definition as a tenant’s is`, () => {
    const parsed = parseDefinition(JSON.parse(JSON.stringify(definition)))
    assert.deepEqual('faults' in parsed ? parsed.faults : [], [])
  })

  test(`the flows of the ${name} ask, confirm and answer in all four languages`, () => {
    for (const flow of definition.flows)
      for (const step of flow.steps) {
        const texts = [
          ...(step.kind === 'collect' ? [step.ask, step.again] : []),
          ...(step.kind === 'say' ? [step.say] : []),
          ...(step.kind === 'action' ? [step.confirm] : []),
        ]
        for (const text of texts)
          if (text !== undefined) assert.deepEqual(Object.keys(text).sort(), [...languages].sort(), step.id)
      }
  })
}

const app = fastify()
openDemoSystems({ now: () => now }, () => 'the key').routes(app)
after(() => app.close())

/** A conversation with the trained virtual agent and the company's systems; what it says, turn by turn. */
async function talk(definition: Definition, locale: Language, said: readonly string[]): Promise<string[]> {
  const model = trainIntents(trainingExamples(definition), { seed: 1, language: 'en', encoder: null })
  const agent = prepareAgent({ definition, version: 1, model, knowledge: null, encoder: null })
  const answers: string[] = []
  let state: AgentState | null = null
  for (const [i, text] of said.entries()) {
    let occasion: Occasion = { kind: 'said', text }
    const heard: string[] = []
    for (let call = 0; call < 8; call++) {
      const decision = decide(agent, {
        conversation: 'c1',
        id: `t${i}.${call}`,
        occasion,
        history: [],
        state,
        locale,
        today,
        agentsOnline: true,
      })
      ;({ state } = decision)
      if (decision.say) heard.push(decision.say.text)
      if (decision.kind !== 'call') break
      const tool = definition.tools.find(({ id }) => id === decision.call.tool)!
      const request = toolRequest(tool, decision.call.args)!
      const answer = await app.inject({
        method: request.method,
        url: request.url.pathname + request.url.search,
        headers: {
          'idempotency-key': decision.call.key,
          ...(tool.secretHeader === undefined ? {} : { [systemsKeyHeader]: 'the key' }),
        },
        ...(request.json === null ? {} : { payload: request.json }),
      })
      assert.equal(answer.statusCode, 200, answer.body)
      occasion = {
        kind: 'tool',
        call: decision.call,
        result: { kind: 'answer', body: knownFields(tool, answer.rawPayload) },
      }
    }
    answers.push(heard.join('\n'))
  }
  return answers
}

test('a flight is moved: what the first sentence gives is not asked for again', async () => {
  const [surname, offer, confirm, done] = await talk(companies.airline, 'en', [
    'I want to move my flight AU4821 to next Friday',
    'Lindgren',
    'the early one',
    'yes',
  ])
  assert.match(surname!, /surname/)
  assert.match(offer!, /Portland to Reykjavík[^]*4 December 2026 there are seats at 8:15/)
  assert.match(confirm!, /^Move AU4821 to Friday, 4 December 2026 at 8:15\? The change costs €45/)
  assert.match(done!, /^Done: AU4821 is on Friday, 4 December 2026/)
})

test('a flight is moved in German, with a change of mind', async () => {
  const answers = await talk(companies.airline, 'de', [
    'Ich möchte den Flug AU5530 umbuchen',
    'Okafor',
    'auf den 18. Dezember',
    'den späteren',
    'nein, doch am 21. Dezember',
  ])
  assert.match(answers[1]!, /Portland nach Lissabon/)
  assert.match(answers[3]!, /18\. Dezember 2026/)
  assert.match(answers.at(-1)!, /21\. Dezember 2026/)
})

test('a fare that cannot be changed goes to a person, and a wrong name finds nothing', async () => {
  const fixed = await talk(companies.airline, 'en', ['change my flight AU7714', 'Marsh'])
  assert.match(fixed.at(-1)!, /Light fare/)
  const unknown = await talk(companies.airline, 'en', ['show me booking AU4821', 'Nobody'])
  assert.match(unknown.at(-1)!, /do not find AU4821/)
})

test('an order is looked up in Spanish and in Arabic', async () => {
  const es = await talk(companies.retailer, 'es', ['¿Dónde está mi pedido MM20418?'])
  assert.match(es[0]!, /MM20418 del .* está en camino/)
  const ar = await talk(companies.retailer, 'ar', ['أين طلبي MM20418'])
  assert.match(ar[0]!, /في الطريق/)
})

test('a return is registered once, after a yes', async () => {
  const answers = await talk(companies.retailer, 'en', [
    'start a return for order MM20377',
    'too small',
    'in a store',
    'yes',
  ])
  assert.match(answers[2]!, /^Register a return of order MM20377\? Reason: Wrong size; In a store/)
  assert.match(answers[3]!, /return number is RM3101/)
})

test('what the articles cover is quoted, also where an intent shares its words', () => {
  for (const [site, definition, text, quoted] of [
    ['aurora-air', companies.airline, 'can I take my dog with me in the cabin', /^Small dogs and cats/],
    ['aurora-air', companies.airline, 'is there wifi', /have Wi-Fi/],
    ['maple-main', companies.retailer, 'do you sell gift cards', /^Gift cards come by e-mail/],
  ] as const) {
    const model = trainIntents(trainingExamples(definition), { seed: 1, language: 'en', encoder: null })
    const articles = demoArticles(site).map(({ name, title, body, questions }) => ({
      id: name,
      version: 1,
      title,
      body,
      questions,
      language: 'en' as const,
      address: null,
      source: 'written' as const,
      approved: true,
    }))
    const knowledge = buildIndex(articles, { encoder: null })
    const agent = prepareAgent({ definition, version: 1, model, knowledge, encoder: null })
    const occasion: Occasion = { kind: 'said', text }
    const turn = { conversation: 'c1', id: 't1', occasion, history: [], state: null, locale: 'en', today }
    const { say } = decide(agent, { ...turn, agentsOnline: true })
    assert.match(say?.text ?? '', quoted, text)
  }
})

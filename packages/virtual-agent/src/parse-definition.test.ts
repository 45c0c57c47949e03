import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newDefinition, upgradeScript } from './upgrade-script.ts'
import { parseDefinition } from './parse-definition.ts'
import { testDefinition } from './test-definition.ts'
import { testScript } from './test-script.ts'
import { languages } from './script.ts'

/** The test definition with other values at some paths. */
function changed(changes: Record<string, unknown>): unknown {
  const copy: unknown = structuredClone(testDefinition)
  for (const [path, value] of Object.entries(changes)) {
    const names = path.split('.')
    let at = copy as Record<string, unknown>
    for (const name of names.slice(0, -1)) at = at[name] as Record<string, unknown>
    if (value === undefined) delete at[names.at(-1)!]
    else at[names.at(-1)!] = value
  }
  return copy
}

function faultsOf(value: unknown): string[] {
  const parsed = parseDefinition(value)
  return 'faults' in parsed ? parsed.faults.map((fault) => fault.field) : []
}

test('a definition survives its way through JSON', () => {
  assert.deepEqual(parseDefinition(JSON.parse(JSON.stringify(testDefinition))), {
    definition: testDefinition,
  })
})

test('a script of version 1 becomes a definition that says the same', () => {
  const parsed = parseDefinition(JSON.parse(JSON.stringify(testScript)))
  assert.ok('definition' in parsed)
  const { definition } = parsed
  assert.deepEqual(definition, upgradeScript(testScript))
  assert.deepEqual(faultsOf(definition), [])
  for (const [name, text] of Object.entries(testScript.phrases))
    assert.deepEqual(definition.phrases[name as keyof typeof definition.phrases], text)
  assert.deepEqual(
    definition.intents.map(({ id }) => id),
    testScript.topics.map(({ id }) => id),
  )
})

test('a new definition is without fault in every language', () => {
  for (const language of languages) assert.deepEqual(faultsOf(newDefinition('Robin', language)), [])
})

test('all faults are named at once, each with its field', () => {
  assert.deepEqual(
    faultsOf(
      changed({
        version: 3,
        'phrases.greeting': { de: 'Hallo!' },
        'phrases.gretting': { en: 'Hello!' },
        'intents.0.followUps': ['returns', 'nowhere'],
        'intents.1.id': 'Returns!',
        'intents.2.examples': {},
        'intents.3.flow': 'no-such-flow',
        'intents.3.person': true,
        'intents.4.answer': { en: 'Both.' },
        'intents.5.answer': undefined,
        'triggers.crisis': true,
        'triggers.anger': 'yes',
        approvedOnly: undefined,
      }),
    ).sort(),
    [
      'approvedOnly',
      'intents[0].followUps[0]',
      'intents[0].followUps[1]',
      'intents[1].id',
      'intents[2].examples.en',
      'intents[3].flow',
      'intents[3].person',
      'intents[4]',
      'intents[5]',
      'phrases.greeting.en',
      'phrases.gretting',
      'triggers.anger',
      'triggers.crisis',
      'version',
    ],
  )
})

test('what flows mean is checked too, and a reason has the form of reasons', () => {
  const table = testDefinition.flows[0]!
  const steps = (change: (step: (typeof table.steps)[number]) => object): unknown =>
    changed({ 'flows.0.steps': table.steps.map((step) => ({ ...step, ...change(step) })) })
  assert.deepEqual(
    faultsOf(steps((step) => (step.id === 'full' ? { next: 'nowhere' } : {}))).filter((at) =>
      at.includes('next'),
    ),
    ['flows[0].steps[4].next'],
  )
  assert.deepEqual(faultsOf(steps((step) => (step.kind === 'handOver' ? { reason: 'error-42' } : {}))), [
    'flows[0].steps[9].reason',
  ])
})

test('where only approved texts are sent, a flow that says a free text is refused', () => {
  assert.deepEqual(faultsOf(changed({ approvedOnly: true })), [])
  const say = { en: 'Nothing is free in {room} on {day}.' }
  assert.deepEqual(faultsOf(changed({ approvedOnly: true, 'flows.0.steps.4.say': say })), [
    'flows[0].steps[4].say',
  ])
  assert.deepEqual(faultsOf(changed({ approvedOnly: false, 'flows.0.steps.4.say': say })), [])
})

test('what is no definition at all is refused without a fault of ours', () => {
  for (const value of [
    null,
    undefined,
    7,
    'x',
    [],
    {},
    { version: 1 },
    { version: 2, intents: [null, 7], flows: 7 },
  ])
    assert.notDeepEqual(faultsOf(value), [])
})

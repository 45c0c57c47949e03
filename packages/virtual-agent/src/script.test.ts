import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseScript } from './script.ts'
import { testScript } from './test-script.ts'

/** The test script with other values at some paths. */
function changed(changes: Record<string, unknown>): unknown {
  const copy: unknown = structuredClone(testScript)
  for (const [path, value] of Object.entries(changes)) {
    const names = path.split('.')
    let at = copy as Record<string, unknown>
    for (const name of names.slice(0, -1)) at = at[name] as Record<string, unknown>
    at[names.at(-1)!] = value
  }
  return copy
}

function faultsOf(value: unknown): string[] {
  const parsed = parseScript(value)
  return 'faults' in parsed ? parsed.faults.map((fault) => fault.field) : []
}

test('a script survives its way through JSON', () => {
  assert.deepEqual(parseScript(JSON.parse(JSON.stringify(testScript))), { script: testScript })
})

test('all faults of a script are named at once, each with its field', () => {
  const value = changed({
    version: 2,
    'phrases.greeting': { de: 'Hallo!' },
    'phrases.gretting': { en: 'Hello!' },
    'topics.0.followUps': ['returns', 'nowhere'],
    'topics.1.id': 'Returns!',
    'topics.2.examples': {},
    'topics.2.answer.fr': 'Non.',
  })
  assert.deepEqual(faultsOf(value).sort(), [
    'phrases.greeting.en',
    'phrases.gretting',
    'topics[0].followUps[0]',
    'topics[0].followUps[1]',
    'topics[1].id',
    'topics[2].answer.fr',
    'topics[2].examples.en',
    'version',
  ])
})

test('what is no script at all is refused without a fault of ours', () => {
  for (const value of [null, undefined, 7, 'x', [], {}, { topics: 'x' }, { topics: [null, 7] }])
    assert.notDeepEqual(faultsOf(value), [])
})

test('texts that no column or wire takes, and texts without end, are refused', () => {
  for (const text of ['', '   ', 'a\u0000b', '\ud800', 'x'.repeat(1_201), 7, null])
    assert.deepEqual(faultsOf(changed({ 'phrases.greeting.en': text })), ['phrases.greeting.en'])
  assert.deepEqual(faultsOf(changed({ 'topics.3': testScript.topics[0] })), ['topics[3].id'])
})

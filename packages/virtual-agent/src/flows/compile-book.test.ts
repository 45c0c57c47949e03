import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileBook } from './compile-book.ts'
import { testBook } from './test-book.ts'

/** The test book with other values at some paths; undefined takes the field away. */
function changed(changes: Record<string, unknown>): unknown {
  const copy: unknown = structuredClone(testBook)
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
  const result = compileBook(value)
  return 'faults' in result ? result.faults.map(({ field }) => field) : []
}

test('a book survives its way through JSON and the compiler', () => {
  const result = compileBook(JSON.parse(JSON.stringify(testBook)))
  assert.ok('compiled' in result)
  assert.deepEqual(result.compiled.book, testBook)
})

test('all faults of shape are named at once, each with its field', () => {
  const value = changed({
    version: 2,
    'tools.0.timeoutMs': 0,
    'tools.1.surprise': true,
    'flows.0.title': { de: 'Tisch' },
    'flows.0.steps.0.kind': 'think',
    'flows.0.steps.1.next': [{ if: 'x', to: 'y' }],
    'flows.2.slots.0.type': { kind: 'code', shapes: ['(a+)+$'] },
    'flows.3.steps': [],
  })
  assert.deepEqual(faultsOf(value).sort(), [
    'flows[0].steps[0].kind',
    'flows[0].steps[1].next[0]',
    'flows[0].title.en',
    'flows[2].slots[0].type.shapes[0]',
    'flows[3].steps',
    'tools[0].timeoutMs',
    'tools[1].surprise',
    'version',
  ])
})

/** One change, and the one fault that it makes. */
const wrong: [what: string, changes: Record<string, unknown>, field: string][] = [
  ['a start that is no step', { 'flows.3.start': 'nowhere' }, 'flows[3].start'],
  ['a next that is no step', { 'flows.2.steps.0.next': 'nowhere' }, 'flows[2].steps[0].next'],
  ['a branch to no step', { 'flows.0.steps.3.next.1.else': 'nowhere' }, 'flows[0].steps[3].next[1].else'],
  ['a slot that is not declared', { 'flows.0.steps.1.slot': 'hour' }, 'flows[0].steps[1].slot'],
  ['a tool that is not there', { 'flows.0.steps.3.tool': 'guess' }, 'flows[0].steps[3].tool'],
  ['a flow that is not there', { 'flows.0.steps.8.flow': 'guess' }, 'flows[0].steps[8].flow'],
  ['a placeholder for no slot', { 'flows.0.steps.4.say.de': 'Am {tag}.' }, 'flows[0].steps[4].say.de'],
  ['a condition over no slot', { 'flows.0.steps.3.next.0.if': 'frei' }, 'flows[0].steps[3].next[0].if'],
  ['a missing argument', { 'flows.0.steps.3.args.day': undefined }, 'flows[0].steps[3].args.day'],
  ['an argument of another type', { 'flows.0.steps.3.args.day': { slot: 'time' } }, 'flows[0].steps[3].args.day.slot'],
  ['a literal of another type', { 'flows.0.steps.3.args.day': { value: 'soon' } }, 'flows[0].steps[3].args.day.value'],
  ['a result into a slot of another type', { 'flows.0.steps.3.save.free': 'day' }, 'flows[0].steps[3].save.free'],
  ['a write without a confirmation', { 'flows.0.steps.6.confirm': undefined }, 'flows[0].steps[6].confirm'],
  ['a policy over what is no input', { 'tools.2.policy': 'total <= 200' }, 'tools[2].policy'],
  ['a URL with a placeholder for the host', { 'tools.2.url': 'https://{order}.example/' }, 'tools[2].url'],
  ['a URL that is none of the web', { 'tools.2.url': 'ftp://shop.example/{order}' }, 'tools[2].url'],
  ['a header of the server', { 'tools.1.secretHeader': 'Host' }, 'tools[1].secretHeader'],
  ['a write by GET', { 'tools.1.method': 'GET' }, 'tools[1].method'],
  ['a flow that calls itself', { 'flows.0.steps.8.flow': 'table' }, 'flows[0].steps[8].flow'],
  ['a way round without a question', { 'flows.0.steps.5.values': { room: null } }, 'flows[0].steps[5]'],
  ['an id that is used twice', { 'flows.3.id': 'refund' }, 'flows[3].id'],
  ['a word of conditions as a slot', { 'flows.1.slots.0.name': 'known', 'flows.1.steps.0.slot': 'known' }, 'flows[1].slots[0].name'],
] // prettier-ignore

for (const [what, changes, field] of wrong)
  test(`${what} is a fault of its field`, () => {
    const faults = faultsOf(changed(changes))
    assert.ok(faults.includes(field), `${field} is not among ${faults.join(', ')}`)
  })

test('a step that nothing leads to is a fault', () => {
  assert.deepEqual(faultsOf(changed({ 'flows.0.steps.6.onFault': undefined })), ['flows[0].steps[9]'])
})

test('two flows that link to each other without a question are a fault', () => {
  const steps = (flow: string): unknown[] => [{ id: 'go', kind: 'link', flow }]
  const faults = faultsOf(
    changed({
      'flows.3.start': 'go',
      'flows.3.steps': steps('feedback'),
      'flows.1.start': 'go',
      'flows.1.steps': steps('hours'),
      'flows.1.slots': [],
    }),
  )
  assert.equal(faults.length, 1)
})

test('what is no book at all is refused without a fault of ours', () => {
  for (const value of [
    null,
    undefined,
    7,
    'x',
    [],
    {},
    { flows: [null, 7], tools: [[]] },
    { version: 1, language: 'en', tools: {}, flows: [{ steps: [{ kind: 'constructor' }] }] },
  ])
    // prettier-ignore
    assert.notDeepEqual(faultsOf(value), [])
})

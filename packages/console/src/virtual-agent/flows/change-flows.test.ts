import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import { compileBook } from '@candor/virtual-agent/flows/compile-book.ts'
import type { Flow, Step } from '@candor/virtual-agent/flows/flow.ts'
import { testBook } from '@candor/virtual-agent/flows/test-book.ts'
import { newDefinition } from '@candor/virtual-agent/upgrade-script.ts'
import {
  addFlow,
  addStep,
  changeFlow,
  changeStep,
  duplicateFlow,
  moveStep,
  putSlot,
  removeStep,
  renameFlow,
  renameStep,
  stepKinds,
} from './change-flows.ts'

const given: Definition = {
  ...newDefinition('Test', testBook.language),
  flows: testBook.flows,
  tools: testBook.tools,
}

function faultsOf({ language, flows, tools }: Definition): string[] {
  const book = compileBook({ version: 1, language, flows, tools })
  return 'faults' in book ? book.faults.map(({ field, message }) => `${field} ${message}`) : []
}

const stepOf = (flow: Flow, id: string): Step => flow.steps.find((step) => step.id === id)!

test('a new flow is one that compiles, and so is a copy', () => {
  const made = addFlow(given, 'Lost & found!', given.language)
  assert.equal(made.id, 'lost-found')
  assert.deepEqual(faultsOf(made.definition), [])
  const copied = duplicateFlow(made.definition, testBook.flows[0]!.id)
  assert.deepEqual(faultsOf(copied.definition), [])
  assert.equal(copied.definition.flows.length, given.flows.length + 2)
  assert.notEqual(
    copied.definition.flows.find(({ id }) => id === copied.id)!.steps,
    testBook.flows[0]!.steps,
    'a copy shares nothing with the first',
  )
})

test('a step is put into the way: before the end, and behind one that goes on', () => {
  const { definition, id } = addFlow(given, 'New', given.language)
  const empty = definition.flows.find((flow) => flow.id === id)!
  const first = addStep(definition, empty, 'say', 'end')
  assert.equal(first.flow.start, first.id)
  assert.deepEqual(
    first.flow.steps.map((step) => step.id),
    [first.id, 'end'],
  )
  const second = addStep(definition, first.flow, 'set', first.id)
  assert.equal((stepOf(second.flow, first.id) as { next: unknown }).next, second.id)
  assert.equal((stepOf(second.flow, second.id) as { next: unknown }).next, 'end')
})

test('whatever kind of step is added, every step stays reached and every way leads somewhere', () => {
  for (const flow of given.flows)
    for (const beside of flow.steps)
      for (const kind of stepKinds.filter((one) => one !== 'end' && one !== 'link' && one !== 'handOver')) {
        const made = addStep(given, flow, kind, beside.id)
        const faults = faultsOf({
          ...given,
          flows: given.flows.map((one) => (one.id === flow.id ? made.flow : one)),
        })
        assert.deepEqual(
          faults.filter((fault) => /is no step|is not reached|never reached/.test(fault)),
          [],
          `${kind} beside ${flow.id}/${beside.id}`,
        )
      }
})

test('a step with branches gets the new one behind its else', () => {
  const branching: Flow = {
    id: 'f',
    title: { en: 'F' },
    slots: [{ name: 'n', title: { en: 'N' }, type: { kind: 'quantity' } }],
    start: 'a',
    steps: [
      {
        id: 'a',
        kind: 'collect',
        slot: 'n',
        ask: { en: 'How many?' },
        next: [{ if: 'n > 2', to: 'b' }, { else: 'c' }],
      },
      { id: 'b', kind: 'say', say: { en: 'Many' }, next: 'c' },
      { id: 'c', kind: 'end' },
    ],
  }
  const made = addStep(given, branching, 'say', 'a')
  assert.deepEqual((stepOf(made.flow, 'a') as { next: unknown }).next, [
    { if: 'n > 2', to: 'b' },
    { else: made.id },
  ])
  const removed = removeStep(made.flow, made.id)
  assert.deepEqual(removed, branching, 'taken out again, it is as before')
})

test('a renamed step, slot or flow is followed by everything that names it', () => {
  for (const flow of given.flows) {
    for (const { id } of flow.steps) {
      const renamed = changeFlow(given, flow.id, (one) => renameStep(one, id, 'quite-new'))
      assert.deepEqual(faultsOf(renamed), [], `step ${id}`)
    }
    const others = given.flows.some((one) =>
      one.steps.some((step) => (step.kind === 'call' || step.kind === 'link') && step.flow === flow.id),
    )
    // What another flow fills is named there: the fault tells it.
    if (!others)
      for (const slot of flow.slots) {
        const renamed = changeFlow(given, flow.id, (one) =>
          putSlot(one, slot.name, { ...slot, name: 'quite_new' }),
        )
        assert.deepEqual(faultsOf(renamed), [], `slot ${flow.id}.${slot.name}`)
        assert.ok(
          !JSON.stringify(renamed.flows.find(({ id }) => id === flow.id)!.steps).includes(`{${slot.name}}`),
          'texts name the new one',
        )
      }
    assert.deepEqual(faultsOf(renameFlow(given, flow.id, 'quite-new')), [], `flow ${flow.id}`)
  }
})

test('moving a step changes how it is read and not where it goes', () => {
  const flow = given.flows[0]!
  const moved = moveStep(flow, flow.steps[1]!.id, -1)
  assert.equal(moved.steps[0]!.id, flow.steps[1]!.id)
  assert.equal(moved.start, flow.start)
  assert.equal(moveStep(flow, flow.steps[0]!.id, -1), flow, 'the first stays')
  assert.equal(moveStep(flow, flow.steps.at(-1)!.id, 1), flow, 'the last stays')
})

test('a change of a step that is not there is none', () => {
  const flow = given.flows[0]!
  assert.deepEqual(
    changeStep(flow, 'nowhere', () => ({ id: 'x', kind: 'end' })),
    flow,
  )
})

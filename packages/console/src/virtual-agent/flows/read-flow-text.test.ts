import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import type { Flow, Step } from '@candor/virtual-agent/flows/flow.ts'
import { testBook } from '@candor/virtual-agent/flows/test-book.ts'
import { newDefinition } from '@candor/virtual-agent/upgrade-script.ts'
import { readFlowText, writeFlowText } from './read-flow-text.ts'
import { nameOfStep, waysInWords, waysOf } from './step-words.ts'

const given: Definition = {
  ...newDefinition('Test', testBook.language),
  flows: testBook.flows,
  tools: testBook.tools,
}

test('what is written of a flow is read as the same flow', () => {
  for (const [at, flow] of given.flows.entries())
    assert.deepEqual(readFlowText(writeFlowText(flow), given, at), { flow, faults: [] })
})

test('a fault is told with its field and the line on which it stands', () => {
  const flow = given.flows[0]!
  const text = writeFlowText({ ...flow, start: 'nowhere' })
  const read = readFlowText(text, given, 0)
  const fault = read.faults.find(({ field }) => field === 'start')!
  assert.match(text.split('\n')[fault.line - 1]!, /"start": "nowhere"/)
  assert.notEqual(
    read.flow,
    null,
    'a flow with a fault of meaning can be taken over and put right in the form',
  )

  const shapeless = readFlowText(text.replace('"start"', '"begin"'), given, 0)
  assert.equal(shapeless.flow, null)
  assert.ok(shapeless.faults.some(({ field, message }) => field === 'begin' && /not known/.test(message)))
})

test('an id changed in the text is sent to the dialog that lets everything follow', () => {
  const flow = given.flows[0]!
  const { flow: read, faults } = readFlowText(writeFlowText({ ...flow, id: 'other' }), given, 0)
  assert.equal(read, null)
  assert.ok(faults.some(({ field, line }) => field === 'id' && line === 2))
})

test('every step is told in words with every way on', () => {
  for (const flow of given.flows)
    for (const step of flow.steps) {
      const words = nameOfStep(step, flow, given) + waysInWords(step)
      assert.ok(words.length > 2)
      for (const { to } of waysOf(step)) assert.ok(words.includes(to), words)
    }
  const step: Step = {
    id: 'a',
    kind: 'collect',
    slot: 'booking',
    ask: {},
    next: [{ if: 'n > 1', to: 'b' }, { else: 'c' }],
  }
  const flow: Flow = {
    id: 'f',
    title: { en: 'F' },
    start: 'a',
    steps: [step],
    slots: [{ name: 'booking', title: { en: 'Booking number' }, type: { kind: 'email' } }],
  }
  assert.equal(nameOfStep(step, flow, { ...given, language: 'en' }), 'Ask booking number')
  assert.equal(waysInWords(step), ', if n > 1 b, else c')
})

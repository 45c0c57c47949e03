import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ToolField } from '@candor/virtual-agent/flows/tool.ts'
import { readToolAnswer } from './tool-answer.ts'

const fields: ToolField[] = [
  { name: 'total', type: { kind: 'money', currency: 'EUR', max: 500 }, required: true },
  { name: 'due', type: { kind: 'date' }, required: false },
  { name: 'paid', type: { kind: 'yesNo' }, required: true },
]

test('what is typed becomes the JSON that the tool would send', () => {
  assert.deepEqual(readToolAnswer(fields, { total: '12,50', due: '2026-03-01', paid: 'true' }), {
    body: { total: 12.5, due: '2026-03-01', paid: true },
  })
})

test('a field that may be missing can stay empty, one that may not is asked for', () => {
  assert.deepEqual(readToolAnswer(fields, { total: '3' }), { body: { total: 3, paid: false } })
  assert.deepEqual(readToolAnswer(fields, {}), { wrong: 'total has to be there.' })
})

test('what the tool could not send is not simulated', () => {
  assert.deepEqual(readToolAnswer(fields, { total: '900' }), { wrong: '“900” is not what total takes.' })
  assert.deepEqual(readToolAnswer(fields, { total: '3', due: 'tomorrow' }), {
    wrong: '“tomorrow” is not what due takes.',
  })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SlotType, SlotValue } from '../slots/slot-type.ts'
import { holds, parseCondition } from './condition.ts'

const types = new Map<string, SlotType>([
  ['amount', { kind: 'money', currency: 'EUR', max: 100 }],
  ['bags', { kind: 'quantity' }],
  ['day', { kind: 'date' }],
  ['back', { kind: 'date' }],
  ['paid', { kind: 'yesNo' }],
  ['class', { kind: 'choice', choices: [{ id: 'first', title: { en: 'First' } }, { id: 'second', title: { en: 'Second' } }] }], // prettier-ignore
  ['note', { kind: 'text' }],
])

const slots: Record<string, SlotValue> = {
  amount: { kind: 'money', amount: 45, currency: 'EUR' },
  day: { kind: 'date', date: '2022-03-20' },
  back: { kind: 'date', date: '2022-03-25' },
  paid: { kind: 'yesNo', yes: true },
  class: { kind: 'choice', choice: 'first' },
}

function decided(written: string): boolean {
  const parsed = parseCondition(written, types)
  assert.ok('condition' in parsed, `${written}: ${'fault' in parsed ? parsed.fault : ''}`)
  return holds(parsed.condition, slots, '2022-03-15')
}

test('conditions compare slots with what is written and with one another', () => {
  for (const written of [
    'amount <= 200',
    'amount = 45 and paid',
    'not (amount > 45) or bags > 3',
    "class = 'first'",
    "class != 'second'",
    'day < back',
    'day >= today',
    'day <= today + 5 days',
    'day > today + 4 days',
    'bags is not known',
    'day is known and not bags is known',
    "day = '2022-03-20'",
    'paid = true',
  ])
    assert.equal(decided(written), true, written)
  for (const written of ['amount > 45', "class = 'second'", 'back < day', 'day < today - 1 days', 'not paid'])
    assert.equal(decided(written), false, written)
})

test('what is compared with an unknown slot does not hold, and neither does its opposite', () => {
  for (const written of ['bags > 3', 'not (bags > 3)', 'bags > 3 and paid', 'not (bags > 3 or not paid)'])
    assert.equal(decided(written), false, written)
  assert.equal(decided('bags > 3 or paid'), true)
})

test('what is no condition over these slots is said so, with a reason', () => {
  for (const written of [
    '',
    'amount',
    'amount >',
    'amount > paid',
    'cost > 3',
    'note < 5',
    "class > 'first'",
    "class = 'third'",
    'day = 5',
    "day = '2022-02-30'",
    'amount > today',
    'amount > 3 and',
    '(amount > 3',
    'amount > 3)',
    'amount > 3; process.exit()',
    'constructor = 1',
    `${'('.repeat(40)}paid${')'.repeat(40)}`,
    `${'not '.repeat(60)}paid`,
    `paid${' and paid'.repeat(60)}`,
  ]) {
    const parsed = parseCondition(written, types)
    assert.ok('fault' in parsed && parsed.fault !== '', written)
  }
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkIdentifierFormat, type GivenFormat } from './identifier-formats.ts'

const order = { name: 'Order number', pattern: '#### #### #### ####', prefix: 'order' }
const refused = (change: Partial<GivenFormat>, field: string, says: RegExp): void =>
  assert.throws(() => checkIdentifierFormat({ ...order, ...change }), {
    code: 'invalid_field',
    field,
    message: says,
  })

test('a format has a name, a pattern with open digits, and a prefix or none', () => {
  assert.deepEqual(checkIdentifierFormat(order), order)
  const { prefix: _, ...bare } = order
  for (const prefix of [null, undefined, ''])
    assert.deepEqual(checkIdentifierFormat({ ...order, prefix }), bare)
  assert.equal(checkIdentifierFormat({ ...order, pattern: '  C-### ' }).pattern, 'C-###')
})

test('what is wrong is said by field', () => {
  refused({ name: ' ' }, 'name', /not empty/)
  refused({ name: 'x'.repeat(61) }, 'name', /at most 60/)
  refused({ name: 7 }, 'name', /a string/)
  refused({ pattern: 'ORDER' }, 'pattern', /a # for each digit/)
  refused({ pattern: '@@@@' }, 'pattern', /a # for each digit/)
  refused({ pattern: '#'.repeat(65) }, 'pattern', /at most 64/)
  refused({ pattern: '٤٤##' }, 'pattern', /0 to 9/)
  refused({ pattern: '##\u0000##' }, 'pattern', /control/)
  refused({ prefix: 'x'.repeat(25) }, 'prefix', /at most 24/)
})

test('a prefix that would introduce card numbers is refused', () => {
  for (const prefix of ['card', 'Visa', 'credit', 'Karte', 'tarjeta', 'my jcb'])
    refused({ prefix }, 'prefix', /names cards/)
  for (const prefix of ['number', 'my', 'Nummer', 'is it'])
    refused({ prefix }, 'prefix', /a word of your own/)
  for (const prefix of ['x1', '##', 'po']) refused({ prefix }, 'prefix', /three letters/)
  refused({ pattern: 'card ################' }, 'pattern', /names cards/)
})

test('no part of a format is a card number, nor most of one', () => {
  for (const field of ['name', 'pattern', 'prefix'] as const)
    refused({ [field]: `#4111 1111 1111 1111` }, field, /no card number/)
  refused({ pattern: '411111111111111#' }, 'pattern', /at most 8 digits/)
  assert.ok(checkIdentifierFormat({ ...order, pattern: '41111111########' }))
})

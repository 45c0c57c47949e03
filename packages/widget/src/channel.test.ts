import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readBoot, readToFrame, writeKept } from './channel.ts'

const conversation = '01a20a54-1169-7366-9fad-2d92b8908d53'

test('what is kept is read back as it was written', () => {
  for (const kept of [{ token: 'abc.def' }, { token: 'abc', conversation }])
    assert.deepEqual(readBoot(['t', writeKept(kept), conversation]), {
      tenant: 't',
      kept,
      visit: conversation,
    })
})

test('a boot that is not one, or brings storage that somebody else wrote, gives nothing to trust', () => {
  for (const value of [null, 0, 'boot', [], {}, { tenant: 't' }, [''], [7], ['x'.repeat(65)]])
    assert.equal(readBoot(value), null)
  for (const kept of [undefined, null, 7, {}, '', ' ', ' ' + conversation, 'x'.repeat(513)])
    assert.equal(readBoot(['t', kept])?.kept, null)
  assert.deepEqual(readBoot(['t', 'token ../../evil'])?.kept, { token: 'token' })
  for (const visit of [undefined, 7, '', 'visit', conversation.toUpperCase()])
    assert.equal(readBoot(['t', '', visit])?.visit, null)
})

test('only what is on the list is read, and only its fields', () => {
  assert.deepEqual(readToFrame(['open', 1, 2]), { type: 'open' })
  assert.deepEqual(readToFrame(['.identify', 'jwt']), { type: 'identify', jwt: 'jwt' })
  for (const type of ['boot', 'eval', '__proto__', 'constructor', 'toString', '', null, 7, {}])
    assert.equal(readToFrame([type, 'x', {}]), null)
  for (const value of [null, 'open', {}, { type: 'open' }, { 0: 'open' }])
    assert.equal(readToFrame(value), null)
  for (const a of [undefined, '', 7, {}, 'x'.repeat(8_193)]) assert.equal(readToFrame(['.identify', a]), null)
})

test('what a page calls is never taken for what the loader says', () => {
  for (const command of ['open', 'close', 'page', 'kept', 'show', 'boot'])
    assert.equal(readToFrame(['.' + command, 'https://a.example/', '', false]), null)
  for (const command of ['identify', 'track', 'set', 'shutdown'])
    assert.equal(readToFrame([command, 'x']), null)
})

test('a page that does not clearly say "no card fields" has some', () => {
  const page = (cardFields: unknown) => readToFrame(['page', 'https://a.example/', '', cardFields])
  assert.deepEqual(page(false), {
    type: 'page',
    page: { url: 'https://a.example/', title: '', cardFields: false },
  })
  for (const value of [true, undefined, null, 0, '', 'false'])
    assert.deepEqual(page(value), {
      type: 'page',
      page: { url: 'https://a.example/', title: '', cardFields: true },
    })
})

test('traits and properties are flat, bounded, and no way into a prototype', () => {
  const read = readToFrame([
    '.set',
    JSON.parse(
      `{"tier":"gold","age":7,"on":true,"deep":{"a":1},"none":null,"__proto__":"x","":1,"long":"${'y'.repeat(2_000)}"}`,
    ),
  ])
  assert.deepEqual(read, { type: 'set', traits: { tier: 'gold', age: 7, on: true, long: 'y'.repeat(1_000) } })
  const many = Object.fromEntries(Array.from({ length: 90 }, (_, i) => ['k' + i, i]))
  const bounded = readToFrame(['.track', 'n', many])
  assert.equal(bounded?.type === 'track' && Object.keys(bounded.properties).length, 50)
})

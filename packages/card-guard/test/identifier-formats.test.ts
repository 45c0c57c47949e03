import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { IdentifierFormat } from '../src/card-guard.ts'
import { exampleOf, openWindow, overlapWithIssuerRanges, screen, weaknessOf } from '../src/card-guard.ts'

const order: IdentifierFormat = { name: 'Order number', pattern: '################', prefix: 'order' }
const found = (text: string, ...identifiers: IdentifierFormat[]): number =>
  screen(text, { identifiers }).findings.length

test("a number of the tenant's own passes where its prefix introduces it", () => {
  for (const text of [
    'my order 4012888888881881 is late',
    'Order number: 4012888888881881',
    'Orders: 4012888888881881',
    'order no. 4012888888881881.',
    'Order\n4012888888881881',
    'I paid by card yesterday. Where is my order 4012888888881881?',
    '{"order":"4012888888881881","name":"Ada"}',
  ]) {
    assert.equal(found(text, order), 0, text)
    assert.equal(found(text), 1, `${text}, without the format`)
  }
})

test('a card number stays masked where the prefix does not introduce it', () => {
  for (const text of [
    '4111111111111111',
    'take 4111111111111111 please',
    // Another word, or the same one in another sentence.
    'the border 4111111111111111',
    'where is my order? 4111111111111111',
    'Thanks for the order. 4111111111111111',
    // The prefix introduces one number, the next is none of its.
    'order 77: 4111111111111111',
    // A sentence that speaks of cards introduces nothing.
    'my card for the order is 4111111111111111',
    'order 4111111111111111, visa, cvv 123',
    // Not as the format has it.
    'order 4111 1111 1111 1111',
    'order 4111-1111-1111-1111',
    'order number four one one one one one one one one one one one one one one one',
  ])
    assert.ok(found(text, order) > 0, text)
})

test('a card number beside an order number is masked, and the order number is not', () => {
  assert.equal(
    screen('Order 4012888888881881 came broken. Refund me on 4111111111111111', { identifiers: [order] })
      .text,
    'Order 4012888888881881 came broken. Refund me on [card number removed]',
  )
})

test('no shape alone lets a number through that is written as cards are, in any range', () => {
  const shapes = [
    '############',
    '#############',
    '##############',
    '###############',
    '################',
    '###################',
    '#### #### #### ####',
    '####-####-####-####',
    '#### ###### #####',
    '#### ###### ####',
    '## ## ## ## ## ## ## ##',
    '# # # # # # # # # # # # # # # #',
    '@###############',
    '?###############',
    '@@################',
    '????????????????',
    '@@@@ ################',
  ].map((pattern): IdentifierFormat => ({ name: 'Anything', pattern }))
  for (const card of [
    '4111111111111111',
    '4222222222222',
    '378282246310005',
    '30569309025904',
    '6011111111111117',
    '135410014004955',
    '6304000000000000',
    '6011000990139424',
    '4111 1111 1111 1111',
    '4111-1111-1111-1111',
    '3782 822463 10005',
    '3056 930902 5904',
    '41 11 11 11 11 11 11 11',
    '4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1',
    'card4111111111111111',
    'card 4111111111111111',
  ])
    assert.equal(found(card, ...shapes), found(card), card)
})

test('a shape in uneven groups is no card number, unless the text speaks of cards', () => {
  const format: IdentifierFormat = { name: 'Meter', pattern: '#####-##-###-######' }
  const number = '41111-11-111-111111'
  assert.equal(found(`reading ${number}`), 1)
  assert.equal(found(`reading ${number}`, format), 0)
  assert.equal(found(`my card is ${number}`, format), 1)
})

test('a word of the pattern introduces its number, a letter or any letters do not', () => {
  const pattern = (pattern: string): IdentifierFormat => ({ name: 'Order', pattern })
  assert.equal(found('ORD-4012888888881881', pattern('ORD-################')), 0)
  assert.equal(found('bk4012888888881881', pattern('BK################')), 0)
  assert.equal(found('no4012888888881881', pattern('NO################')), 1)
  assert.equal(found('N4012888888881881', pattern('N################')), 1)
  assert.equal(found('no 4012888888881881', pattern('no ################')), 1)
  assert.equal(found('ab4012888888881881', pattern('@@################')), 1)
  assert.equal(found('card 4012888888881881', pattern('card ################')), 1)
})

test('words that name cards, or that stand before every number, are no prefix', () => {
  for (const prefix of ['card', 'Visa', 'my UnionPay', 'Kredit', 'pay'])
    assert.equal(weaknessOf(prefix), 'card-talk', prefix)
  for (const prefix of ['number', 'my', 'is the', 'Nummer'])
    assert.equal(weaknessOf(prefix), 'everyday', prefix)
  for (const prefix of ['po', '#', 'x y']) assert.equal(weaknessOf(prefix), 'short', prefix)
  for (const prefix of ['order', 'Order number', 'PNR', '订单', 'رحلة'])
    assert.equal(weaknessOf(prefix), undefined, prefix)
  for (const prefix of ['card', 'my', 'x'])
    assert.equal(found(`${prefix} 4111111111111111`, { ...order, prefix }), 1, prefix)
})

test('a window asks the formats of the moment', () => {
  const window = openWindow()
  const text = 'order 4012888888881881'
  assert.equal(window.screen('1', text).findings.length, 1)
  assert.equal(window.screen('2', text, [order]).findings.length, 0)
  assert.equal(window.screen('3', '4111111111111111', [order]).findings.length, 1)
  assert.equal(window.screen('4', text).findings.length, 1)
})

test('the overlap is the share of its numbers that are a card by length, range and check digit', () => {
  // Counted, not computed: numbers in steps that are prime to ten.
  for (const pattern of ['################', '##############', '####-####-####', '6###############']) {
    const { oneIn, networks } = overlapWithIssuerRanges({ name: 'Any', pattern })
    const open = pattern.replace(/[^#]/g, '').length
    let cards = 0
    const tried = 20_000
    let at = 7n
    for (let i = 0; i < tried; i++) {
      at = (at * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) % 2n ** 64n
      const digits = String(at >> 3n).padStart(19, '0')
      let next = 19 - open
      const written = pattern.replace(/#/g, () => digits[next++]!)
      if (found(written) > 0) cards++
    }
    assert.ok(oneIn !== null && networks.length > 0, pattern)
    const share = cards / tried
    assert.ok(share <= 1.25 / oneIn && share >= 0.5 / oneIn, `${pattern}: one in ${oneIn}, counted ${share}`)
  }
})

test('the overlap names networks, first digits and lengths, and what introduces the format', () => {
  const visa = overlapWithIssuerRanges({ ...order, pattern: '4###############' })
  assert.equal(visa.oneIn, 10)
  assert.deepEqual(visa.networks, [{ network: 'visa', ranges: ['4'], lengths: [16] }])
  assert.equal(visa.introducedBy, 'prefix')
  assert.equal(overlapWithIssuerRanges({ name: 'x', pattern: 'ORD################' }).introducedBy, 'pattern')
  assert.equal(overlapWithIssuerRanges({ ...order, prefix: 'card' }).introducedBy, 'nothing')
  const short = overlapWithIssuerRanges({ name: 'Case', pattern: 'C-########' })
  assert.deepEqual([short.oneIn, short.networks], [null, []])
  const rare = overlapWithIssuerRanges({ name: 'Meter', pattern: '9###############' })
  assert.deepEqual(
    rare.networks.map(({ network, ranges }) => [network, ...ranges]),
    [
      ['troy', '9792'],
      ['humo', '9860'],
      ['napas', '9704'],
    ],
  )
})

test('an example of a format is none of a card', () => {
  assert.equal(exampleOf({ name: 'Case', pattern: 'C-@@-###' }), 'C-AB-123')
  for (let head = 0; head < 1_000; head++) {
    const example = exampleOf({ name: 'Any', pattern: `${String(head).padStart(3, '0')}#############` })
    assert.equal(found(example), 0, example)
  }
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { guardedProperties, guardedTitle, guardedUrl } from './guarded-page.ts'

const card = '4111111111111111'

test('of an address its origin and path are kept: no query, no fragment, no credentials', () => {
  assert.equal(
    guardedUrl('https://ana:secret@shop.example/cart/42?token=abc&email=a@b.example#pay', []),
    'https://shop.example/cart/42',
  )
})

test('what is not a web page is not kept', () => {
  for (const raw of ['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'nothing', ''])
    assert.equal(guardedUrl(raw, []), null)
})

test('a card number in the path or the title is masked', () => {
  assert.doesNotMatch(guardedUrl(`https://shop.example/pay/${card}`, [])!, /4111|1111/)
  assert.doesNotMatch(guardedUrl(`https://shop.example/pay/4111%201111%201111%201111/`, [])!, /4111|1111/)
  assert.doesNotMatch(guardedTitle(`Receipt ${card}`, []), /4111|1111/)
})

test('a card number that a cut would hide from the guard is masked before the cut', () => {
  const title = guardedTitle(`${'x'.repeat(190)} ${card}`, [])
  assert.doesNotMatch(title, /4111/)
  assert.ok(title.length <= 200)
})

test('numbers, truth values and texts about an event are kept as they are', () => {
  const properties = { plan: 'gold', amount: 19.9, isGift: true, order: 1042 }
  assert.deepEqual(guardedProperties(properties, []), properties)
})

test('a card number is masked as a text, as a number, as a name and spread over values', () => {
  for (const properties of [
    { note: `my card ${card}` },
    { n: Number(card) },
    { [card]: true },
    { a: '4111', b: '1111', c: '1111', d: '1111' },
    { card1: 41111111, card2: 11111111 },
  ])
    assert.doesNotMatch(
      JSON.stringify(guardedProperties(properties, [])).replaceAll(/\D/g, ''),
      /4111111111111111/,
    )
})

test('characters that no JSON column takes do not stand in the way', () => {
  assert.equal(guardedTitle('a\u0000b\ud800', []), 'a b\ufffd')
})

test("a number of the tenant's own is kept where the address, the title or the property's name introduces it", () => {
  const formats = [{ name: 'Order number', pattern: '################', prefix: 'order' }]
  assert.match(guardedUrl(`https://shop.example/orders/${card}`, formats)!, /4111/)
  assert.doesNotMatch(guardedUrl(`https://shop.example/pay/${card}`, formats)!, /4111/)
  assert.match(guardedTitle(`Your order ${card}`, formats), /4111/)
  assert.deepEqual(guardedProperties({ order: card, total: 20, plan: 'gold' }, formats), {
    order: card,
    total: 20,
    plan: 'gold',
  })
  const both = JSON.stringify(guardedProperties({ order: card, other: '5500005555555559' }, formats))
  assert.match(both, /4111/)
  assert.doesNotMatch(both, /5500/)
})

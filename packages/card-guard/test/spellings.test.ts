/** One line per way of writing a card number, readable as a list of what the guard finds. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { screen } from '../src/card-guard.ts'

const found: Record<string, string[]> = {
  'plain, grouped, with any separator': [
    '4111111111111111',
    '4111 1111 1111 1111',
    '4111-1111-1111-1111',
    '4111.1111/1111,1111',
    '4111|1111|1111|1111',
    '4111\n1111\n1111\n1111',
    '4111👍1111💳1111 ➡️ 1111',
    '4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1',
    '41.11.11.11.11.11.11.11',
    '41111111 11111111',
    '(4111) [1111] "1111" 1111',
    '3782 822463 10005',
    '3056 930902 5904',
  ],
  'digits of other scripts and shapes': [
    '４１１１１１１１１１１１１１１１',
    '٤١١١ ١١١١ ١١١١ ١١١١',
    '४१११११११११११११११',
    '𝟒𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏',
    '④①①①①①①①①①①①①①①①',
    '⁴¹¹¹¹¹¹¹¹¹¹¹¹¹¹¹',
    '4️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣1️⃣',
    '4̶1̶1̶1̶1̶1̶1̶1̶1̶1̶1̶1̶1̶1̶1̶1̶',
    '四一一一一一一一一一一一一一一一',
  ],
  'characters that nobody sees between': [
    '41\u200b11\u20601111\u00ad1111\u202e1111',
    '4\u034f111111111111111',
  ],
  'number words in five languages': [
    'four one one one one one one one one one one one one one one one',
    'fouroneoneoneoneoneoneoneoneoneoneoneoneoneoneone',
    'four, triple one, quadruple one, quadruple one, quadruple one',
    'forty-one eleven eleven eleven eleven eleven eleven eleven',
    'cuatro uno uno uno 1111 1111 1111',
    'cuarenta y uno once once once once once once once',
    'quarante et un onze onze onze onze onze onze onze',
    'quatre mille cent onze, 1111, 1111, 1111',
    'einundvierzig elf elf elf elf elf elf elf',
    'quatro um um um quatro vezes um quatro vezes um quatro vezes um',
    'four one 1 1 one one 11 then 1111 dash 1111',
  ],
  'letters that look like digits': [
    '4lll llll llll llll',
    '4IIIIIIlllllll11',
    '4II1 1I11 1l11 1|11',
    '4ООO-OOOO-OOOO-OOO2',
  ],
  encodings: [
    '%34%31%31%31%31%31%31%31%31%31%31%31%31%31%31%31',
    '4111%201111%201111%201111',
    '%2534%2531%2531%2531111111111111',
    '&#52;&#49;&#x31;&#x31;111111111111',
    '4111&nbsp;1111&ndash;1111&nbsp;1111',
    '{"n":"\\u0034\\u0031\\u0031\\u0031111111111111"}',
    'NDExMTExMTExMTExMTExMQ==',
    'eyJjYXJkIjoiNDExMSAxMTExIDExMTEgMTExMSJ9',
    '34313131313131313131313131313131',
    '34 31 31 31 31 31 31 31 31 31 31 31 31 31 31 31',
  ],
  'in other text': [
    'order4111111111111111',
    'order 4111111111111111',
    'https://shop.example/pay?card=4111111111111111&exp=1226',
    'scan_4111-1111-1111-1111_front.jpg',
    '{"number":"4111111111111111","name":"A. Doe"}',
    'the first four are 4111 and then 1111 after that 1111 and at last 1111',
  ],
}

for (const [form, spellings] of Object.entries(found)) {
  test(`a card number is masked: ${form}`, () => {
    for (const spelling of spellings) {
      const { text, findings } = screen(`pay with ${spelling} please`)
      assert.ok(
        findings.some(({ kind }) => kind === 'pan'),
        `${spelling} was not found`,
      )
      assert.doesNotMatch(text, /1111|llll|o[nc]e.*o[nc]e/, `${spelling} left a rest`)
    }
  })
}

test('a magnetic track is masked whole', () => {
  assert.equal(screen('%B4111111111111111^DOE/JANE^26121010000000000000?').text, '[card data removed]')
  assert.equal(
    screen('swipe ;4111111111111111=26121010000012300000? ok').text,
    'swipe [card data removed] ok',
  )
})

test('an expiry date is masked with the number it is written behind', () => {
  assert.equal(screen('41111111111111111226').text, '[card number removed]')
  assert.equal(screen('4111 1111 1111 111112/26').text, '[card number removed]')
  assert.equal(screen('4111111111111111 12/26').text, '[card number removed] [expiry date removed]')
})

test('a verification code is masked beside a card, or when it is called by its name', () => {
  for (const name of [
    'cvv',
    'CVC2:',
    'security code',
    'código de seguridad',
    'Prüfnummer',
    'cryptogramme',
    'código de segurança',
  ]) {
    const { text } = screen(`4111 1111 1111 1111 ${name} 123`)
    assert.equal(text, `[card number removed] ${name} [security code removed]`)
  }
  assert.equal(screen('my cvv is one two three').text, 'my cvv is [security code removed]')
  assert.equal(screen('123 is my cvv').text, '[security code removed] is my cvv')
  assert.equal(screen('the door code is 123').text, 'the door code is 123')
})

const leftAlone: Record<string, string[]> = {
  phones: [
    '+49 151 2345 6789',
    '(555) 123-4567 or 555-987-6543',
    '01 23 45 67 89 / 06 98 76 54 32',
    '+57 338 266 4012',
  ],
  'dates and times': ['30/04/2024 12:30:45', '2026-05-31T10:30:00Z', 'from 22/05/2024 to 29/05/2024'],
  'orders and parcels': [
    'order 114-3941689-8772232',
    '1Z999AA10123456784',
    '9400 5041 7065 6775 1826 98',
    'RR123456789CN',
  ],
  'device numbers': ['IMEI 354916110000005', 'MAC 00:1a:2b:3c:4d:5e'],
  accounts: ['DE89 3704 0044 0532 0130 00', 'DK5000400440116243', 'GB29NWBK60161331926819'],
  'ids and hashes': [
    '6f2705c0-205c-4040-ad58-a6c2ffff44b6',
    'msg-660-09670779-4341-43fe-a376-614a56ae8c2d',
    '427 56AEE0A9-D376-4333-AE49-68ECC6567729',
    '5089059791846f1c',
    '9f648441030492bd8f9800ca4437b4cfa651f9cd',
  ],
  'numbers with decimals': ['hello 23 0.2698567754268879', '2622.531950028348', 'took 181.58075850000012 ms'],
  'arrays of programs': ['{"n":21,"values":[558,621,160,92,30,371,122,310]}'],
  money: ['$4,179.13 + €8.281,89', 'total 41.11 and 11.11'],
  places: ['40.712776, -74.005974', '192.168.10.20:8080'],
  lists: ['do you have 36, 37, 38, 39, 40, 41, 42 in stock?', '1 2 3 4 5 6 7 8 9 10 11 12'],
  'wrong check digit or range': ['4111 1111 1111 1112', '1111 2222 3333 4444', '9999999999999995'],
  'words with numbers in them': ['one or two of the four seats', 'someone told me once, for the tenth time'],
}

for (const [kind, texts] of Object.entries(leftAlone)) {
  test(`card-free text is left alone: ${kind}`, () => {
    for (const text of texts) assert.deepEqual(screen(text).findings, [], text)
  })
}

test('talk of a card closes the door of a fraction', () => {
  assert.equal(screen('my card is 0.4111111111111111').findings.length, 1)
})

test('no mask holds a digit, so that two rests never join', () => {
  assert.doesNotMatch(screen('4111111111111111 12/26 cvv 123').text, /\d/)
})

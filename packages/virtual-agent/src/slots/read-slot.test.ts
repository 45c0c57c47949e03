import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Language } from '../script.ts'
import { formatSlot } from './format-slot.ts'
import { readSlot, readWhole } from './read-slot.ts'
import { fitsType, jsonOfValue, valueOfJson } from './slot-json.ts'
import type { ReadingContext, SlotType } from './slot-type.ts'

/** A Tuesday. */
const today = '2022-03-15'

function context(language: Language, more: Partial<ReadingContext> = {}): ReadingContext {
  return { language, today, ...more }
}

/** What is read, as conditions and tools see it. */
function read(
  type: SlotType,
  text: string,
  language: Language = 'en',
  more: Partial<ReadingContext> = {},
): unknown[] {
  return readSlot(type, text, context(language, more)).map(({ value }) => jsonOfValue(value))
}

/** Every line of a table, each as its own complaint. */
function holds(type: SlotType, language: Language, table: [text: string, ...values: unknown[]][]): void {
  for (const [text, ...values] of table) assert.deepEqual(read(type, text, language), values, text)
}

test('days are read as English writes them, counted from the day of the visitor', () => {
  holds({ kind: 'date' }, 'en', [
    ['tomorrow', '2022-03-16'],
    ['the day after tomorrow please', '2022-03-17'],
    ['next Friday', '2022-03-25'],
    ['this Friday', '2022-03-18'],
    ['last Friday', '2022-03-11'],
    ['Tuesday', '2022-03-22'],
    ['in three days', '2022-03-18'],
    ['two weeks ago', '2022-03-01'],
    ['8th of October', '2022-10-08'],
    ['Jan 10th', '2023-01-10'],
    ['April 14 2018', '2018-04-14'],
    ['2022-02-28', '2022-02-28'],
    ['11/04/23', '2023-04-11'],
    ['from Monday to Thursday next week', '2022-03-21', '2022-03-24'],
    ['on the 4th of each month'],
    ['30 February'],
    ['order 4711, please'],
  ])
})

test('days are read as Spanish writes them', () => {
  holds({ kind: 'date' }, 'es', [
    ['mañana', '2022-03-16'],
    ['pasado mañana', '2022-03-17'],
    ['ayer por la tarde', '2022-03-14'],
    ['el próximo viernes', '2022-03-25'],
    ['el viernes que viene', '2022-03-25'],
    ['el lunes pasado', '2022-03-14'],
    ['el 5 de mayo de 2023', '2023-05-05'],
    ['el 5 de mayo', '2022-05-05'],
    ['dentro de dos semanas', '2022-03-29'],
    ['hace tres días', '2022-03-12'],
    ['el 20', '2022-03-20'],
    ['03/04/2022', '2022-04-03'],
  ])
})

test('days are read as German writes them', () => {
  holds({ kind: 'date' }, 'de', [
    ['übermorgen', '2022-03-17'],
    ['vorgestern', '2022-03-13'],
    ['nächsten Freitag', '2022-03-25'],
    ['letzten Montag', '2022-03-14'],
    ['am 5. Mai', '2022-05-05'],
    ['am 3.4.', '2022-04-03'],
    ['03.04.2022', '2022-04-03'],
    ['in drei Tagen', '2022-03-18'],
    ['vor zwei Wochen', '2022-03-01'],
    ['Freitag nächster Woche', '2022-03-25'],
    ['so geht das nicht, do mi'],
  ])
})

test('days are read in Arabic digits and words too', () => {
  holds({ kind: 'date' }, 'ar', [
    ['غدا', '2022-03-16'],
    ['بعد غد', '2022-03-17'],
    ['٥/٤/٢٠٢٢', '2022-04-05'],
    ['الجمعة', '2022-03-18'],
  ])
})

test('the third of April or the fourth of March is a matter of the locale, never of a thirteenth month', () => {
  const type: SlotType = { kind: 'date' }
  assert.deepEqual(read(type, '03/04/2022', 'en'), ['2022-04-03'])
  assert.deepEqual(read(type, '03/04/2022', 'en', { monthFirst: true }), ['2022-03-04'])
  assert.deepEqual(read(type, '03/25/2022', 'en'), ['2022-03-25'])
  assert.deepEqual(read(type, '25/03/2022', 'en', { monthFirst: true }), ['2022-03-25'])
})

test('a day without a year lies ahead, or behind where the slot says so', () => {
  assert.deepEqual(read({ kind: 'date' }, '10 January'), ['2023-01-10'])
  assert.deepEqual(read({ kind: 'date', prefer: 'past' }, '10 January'), ['2022-01-10'])
  assert.deepEqual(read({ kind: 'date', prefer: 'past' }, 'on Friday'), ['2022-03-11'])
})

test('asked for a day, a bare number is one', () => {
  assert.deepEqual(read({ kind: 'date' }, 'the 20', 'en', { expected: true }), ['2022-03-20'])
  assert.deepEqual(read({ kind: 'date' }, 'the 20'), [])
})

test('a language that was guessed wrong does not keep a day from being read', () => {
  assert.deepEqual(read({ kind: 'date' }, 'Dienstag', 'en'), ['2022-03-22'])
  assert.deepEqual(read({ kind: 'date' }, 'tomorrow', 'de'), ['2022-03-16'])
})

test('stretches of days', () => {
  holds({ kind: 'dateRange' }, 'en', [
    ['next week', '2022-03-21/2022-03-27'],
    ['from 3 to 7 May', '2022-05-03/2022-05-07'],
    ['from the 21st to the 24th of June', '2022-06-21/2022-06-24'],
    ['between May 22 and May 29th', '2022-05-22/2022-05-29'],
    ['Monday to Sunday', '2022-03-21/2022-03-27'],
    ['last month', '2022-02-01/2022-02-28'],
    ['this weekend', '2022-03-19/2022-03-20'],
    ['last 3 days', '2022-03-12/2022-03-15'],
    ['in October', '2022-10-01/2022-10-31'],
    ['23 December', '2022-12-23/2022-12-23'],
  ])
  holds({ kind: 'dateRange' }, 'de', [
    ['nächste Woche', '2022-03-21/2022-03-27'],
    ['vom 3. bis 7. Mai', '2022-05-03/2022-05-07'],
  ])
  holds({ kind: 'dateRange' }, 'es', [
    ['la semana que viene', '2022-03-21/2022-03-27'],
    ['del 3 al 7 de mayo', '2022-05-03/2022-05-07'],
  ])
})

test('times of day in three languages', () => {
  holds({ kind: 'time' }, 'en', [
    ['9 05 in the morning', '09:05'],
    ['25 to 7 p.m.', '18:35'],
    ['half past 5 in the afternoon', '17:30'],
    ['10 to 1 in the afternoon', '12:50'],
    ['2pm', '14:00'],
    ['at noon', '12:00'],
    ['12:30 a.m.', '00:30'],
    ['at 18:30', '18:30'],
    ["six o'clock", '06:00'],
    ['25:00'],
    ['after 3 years'],
  ])
  holds({ kind: 'time' }, 'de', [
    ['um halb sieben', '06:30'],
    ['um 18 Uhr 30', '18:30'],
    ['viertel nach acht abends', '20:15'],
    ['um 7 Uhr', '07:00'],
  ])
  holds({ kind: 'time' }, 'es', [
    ['a las seis y media de la tarde', '18:30'],
    ['a las 7 menos cuarto', '06:45'],
    ['a las 9', '09:00'],
  ])
})

test('amounts with their currency, in the separators of their language', () => {
  const eur: SlotType = { kind: 'money', currency: 'EUR' }
  holds(eur, 'en', [
    ['45 €', 45],
    ['€1,200.50', 1200.5],
    ['I paid fifty euros for two', 50],
    ['3 thousand euros', 3000],
    ['200 dollars'],
    ['I have 3 bags'],
  ])
  holds(eur, 'de', [
    ['1.200,50 EUR', 1200.5],
    ['zwanzig Euro', 20],
    ['1.200 Euro', 1200],
  ])
  holds(eur, 'es', [
    ['cuarenta y cinco euros', 45],
    ['1.200,50 €', 1200.5],
  ])
  assert.deepEqual(read(eur, '45', 'en', { expected: true }), [45])
  assert.deepEqual(read({ ...eur, max: 100 }, '101 €'), [])
})

test('quantities in digits and words, never the digits of a day, a time or an amount', () => {
  const quantity: SlotType = { kind: 'quantity' }
  holds(quantity, 'en', [
    ['3 bags', 3],
    ['twenty five people', 25],
    ['one hundred and twenty', 120],
    ['three bags on 5 May at 6pm for 40 €', 3],
  ])
  holds(quantity, 'de', [
    ['fünfundzwanzig Leute', 25],
    ['zweihundertdreißig', 230],
    ['2 Koffer', 2],
  ])
  holds(quantity, 'es', [
    ['treinta y dos personas', 32],
    ['doscientas cinco', 205],
  ])
  holds(quantity, 'ar', [['٣ حقائب', 3]])
})

test('codes by their shape, however people space them', () => {
  const code: SlotType = { kind: 'code', shapes: ['AA999999', "'ORD'-9{4,6}"] }
  holds(code, 'en', [
    ['my number is ab123456, thanks', 'AB123456'],
    ['ab 123 456', 'AB123456'],
    ['it is ord 12345', 'ORD-12345'],
    ['ORD-123456', 'ORD-123456'],
    ['ab1234567'],
    ['xab123456'],
  ])
})

test('e-mail addresses and phone numbers', () => {
  holds({ kind: 'email' }, 'en', [
    ['write to Ann.Lee+x@Example.com.', 'Ann.Lee+x@example.com'],
    ['ann@@example..com'],
    ['me@localhost'],
  ])
  holds({ kind: 'phone', country: '49' }, 'de', [
    ['0151 2345 6789', '+4915123456789'],
    ['+44 20 7946 0958', '+442079460958'],
    ['0044 20 7946 0958', '+442079460958'],
    ['am 03.04.2022'],
    ['12345'],
  ])
})

const hotels: SlotType = {
  kind: 'choice',
  choices: [
    { id: 'shadyside', title: { en: 'Shadyside Inn' } },
    { id: 'hilton', title: { en: 'Hilton Hotel' } },
    { id: 'hyatt', title: { en: 'Hyatt Hotel' }, synonyms: { de: ['das Haus am Park'] } },
  ],
}

test('choices by title, synonym, with typing errors, by a part and by their place', () => {
  assert.deepEqual(read(hotels, 'the Hilton Hotel please'), ['hilton'])
  assert.deepEqual(read(hotels, 'das haus am park', 'de'), ['hyatt'])
  assert.deepEqual(read(hotels, 'the shadysde inn'), ['shadyside'])
  assert.deepEqual(read(hotels, 'a shady inn'), [])
  assert.deepEqual(read(hotels, 'the inn', 'en', { expected: true }), ['shadyside'])
  assert.deepEqual(read(hotels, 'the second one', 'en', { expected: true }), ['hilton'])
  assert.deepEqual(read(hotels, 'the second one'), [])
})

test('what two choices share names neither', () => {
  const [reading] = readSlot(hotels, 'the hotel', context('en', { expected: true }))
  assert.deepEqual(reading?.or, [{ kind: 'choice', choice: 'hyatt' }])
})

test('a yes or a no is an answer only where nothing else is said', () => {
  const type: SlotType = { kind: 'yesNo' }
  holds(type, 'en', [
    ['yes please', true],
    ["No, that's wrong", false],
    ['nope', false],
    ['ok', true],
    ['no idea what you mean'],
    ['yes but on Tuesday'],
  ])
  holds(type, 'de', [
    ['ja, gerne', true],
    ['nein danke', false],
  ])
  holds(type, 'es', [
    ['sí, por favor', true],
    ['claro que no', false],
  ])
  holds(type, 'ar', [
    ['نعم', true],
    ['لا', false],
  ])
})

test('a place where card data was masked is never a part of a value', () => {
  const masked = 'it is [card number removed] and AB123456'
  assert.deepEqual(read({ kind: 'code', shapes: ['AA999999'] }, masked), ['AB123456'])
  assert.deepEqual(read({ kind: 'text' }, masked, 'en', { expected: true }), [])
  const card: SlotType = { kind: 'choice', choices: [{ id: 'card', title: { en: 'card number' } }] }
  assert.deepEqual(read(card, '[card number removed]', 'en', { expected: true }), [])
})

test('a text is read only where one was asked for', () => {
  assert.deepEqual(read({ kind: 'text' }, '  it broke '), [])
  assert.deepEqual(read({ kind: 'text' }, '  it broke ', 'en', { expected: true }), ['it broke'])
  assert.equal(readWhole({ kind: 'text', charactersMax: 5 }, 'it broke', context('en')), null)
})

test('the place of every reading holds its words', () => {
  const text = 'Für zwei Personen am 5. Mai um halb sieben, ann@example.com'
  const types: [SlotType, string][] = [
    [{ kind: 'date' }, '5. Mai'],
    [{ kind: 'time' }, 'um halb sieben'],
    [{ kind: 'quantity' }, 'zwei'],
    [{ kind: 'email' }, 'ann@example.com'],
  ]
  for (const [type, words] of types) {
    const [reading] = readSlot(type, text, context('de'))
    assert.equal(text.slice(reading!.span.start, reading!.span.end), words)
  }
})

test('values are written as their language writes them', () => {
  assert.equal(formatSlot({ kind: 'date', date: '2022-03-22' }, 'de'), 'Dienstag, 22. März 2022')
  assert.equal(formatSlot({ kind: 'date', date: '2022-03-22' }, 'en'), 'Tuesday, 22 March 2022')
  assert.equal(formatSlot({ kind: 'money', amount: 1200.5, currency: 'EUR' }, 'de'), '1.200,50\u00a0€')
  assert.equal(formatSlot({ kind: 'choice', choice: 'hyatt' }, 'en', hotels), 'Hyatt Hotel')
  assert.equal(formatSlot({ kind: 'yesNo', yes: true }, 'es'), 'Sí')
})

test('values survive their way to a tool and back, and nothing else becomes one', () => {
  const types: [SlotType, unknown][] = [
    [{ kind: 'date' }, '2022-03-15'],
    [{ kind: 'dateRange' }, '2022-03-15/2022-03-16'],
    [{ kind: 'time' }, '18:30'],
    [{ kind: 'money', currency: 'EUR' }, 12.5],
    [{ kind: 'quantity' }, 3],
    [{ kind: 'code', shapes: ['AA999'] }, 'AB123'],
    [{ kind: 'email' }, 'a@b.de'],
    [{ kind: 'phone' }, '+4915123456789'],
    [hotels, 'hilton'],
    [{ kind: 'yesNo' }, false],
    [{ kind: 'text' }, 'x'],
  ]
  for (const [type, json] of types) {
    const value = valueOfJson(type, json)
    assert.ok(value !== null && fitsType(type, value), type.kind)
    assert.deepEqual(jsonOfValue(value), json)
    for (const wrong of [null, {}, [], 'no such thing', -1, Number.NaN, '2022-02-30', '25:00'])
      if (!(type.kind === 'text' && typeof wrong === 'string'))
        assert.equal(valueOfJson(type, wrong), null, `${type.kind} ${String(wrong)}`)
  }
  assert.equal(
    fitsType({ kind: 'money', currency: 'EUR' }, { kind: 'money', amount: 1, currency: 'JPY' }),
    false,
  )
})

test('no text keeps a reader busy', () => {
  const texts = [
    '1 '.repeat(5_000),
    '9'.repeat(10_000),
    'a@'.repeat(5_000),
    'monday to '.repeat(1_000),
    '+'.repeat(9_999),
  ]
  const types: SlotType[] = [
    { kind: 'date' },
    { kind: 'dateRange' },
    { kind: 'time' },
    { kind: 'money', currency: 'EUR' },
    { kind: 'quantity' },
    { kind: 'code', shapes: ['X{1,30}', 'A{1,9}9{1,9}X{1,9}'] },
    { kind: 'email' },
    { kind: 'phone' },
    hotels,
  ]
  const started = performance.now()
  for (const text of texts) for (const type of types) readSlot(type, text, context('en', { expected: true }))
  // Some 20 ms on one core; a reader that backtracks would take minutes.
  assert.ok(performance.now() - started < 5_000)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { languageOf, stemsOf, wordsOf } from './tokens.ts'

test('words are the same with and without accents, vowel marks, case and width', () => {
  assert.deepEqual(wordsOf('¿Cuánto CUESTA?'), ['cuanto', 'cuesta'])
  assert.deepEqual(wordsOf('Ｆｌｕｇ Größe'), ['flug', 'grosse'])
  assert.deepEqual(wordsOf('أُرِيدُ'), wordsOf('اريد'))
  assert.deepEqual(wordsOf('I can’t'), wordsOf("I can't"))
})

test('forms of one word have one stem', () => {
  const forms = [
    ['return', 'returns', 'returned', 'returning'],
    ['booking', 'booked', 'book', 'bookings'],
    ['cancel', 'cancelled', 'cancelling'],
    ['maleta', 'maletas'],
    ['cambiar', 'cambio', 'cambiando'],
    ['buchung', 'buchungen', 'buchen'],
    ['koffer', 'koffers'],
    ['حقيبة', 'الحقيبة', 'حقيبتي'],
  ]
  for (const words of forms) assert.equal(new Set(words.flatMap(stemsOf)).size, 1, words.join(' '))
})

test('a language shows in its function words or its letters, and where it does not it is not guessed', () => {
  assert.equal(languageOf('where is my order'), 'en')
  assert.equal(languageOf('dónde está mi pedido'), 'es')
  assert.equal(languageOf('wo ist meine Bestellung'), 'de')
  assert.equal(languageOf('أين طلبي'), 'ar')
  assert.equal(languageOf('AB1234'), null)
  assert.equal(languageOf(''), null)
})

test('an ü between g and e or i is Spanish as much as German', () => {
  assert.equal(languageOf('Los pingüinos azules bailan'), 'es')
  assert.equal(languageOf('Gültigkeit prüfen'), 'de')
})

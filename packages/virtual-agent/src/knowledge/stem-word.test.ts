import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stemWord } from './stem-word.ts'

test('English words come to the stems that Porter’s paper gives for them', () => {
  // The examples of the paper, rule by rule; words run through all steps.
  const expected: Record<string, string> = {
    caresses: 'caress', ponies: 'poni', ties: 'ti', cats: 'cat', feed: 'feed', agreed: 'agre', plastered: 'plaster',
    bled: 'bled', motoring: 'motor', sing: 'sing', conflated: 'conflat', troubled: 'troubl', sized: 'size',
    hopping: 'hop', tanned: 'tan', falling: 'fall', hissing: 'hiss', fizzed: 'fizz', failing: 'fail', filing: 'file',
    happy: 'happi', sky: 'sky', relational: 'relat', conditional: 'condit', valency: 'valenc', digitizer: 'digit',
    vietnamization: 'vietnam', operator: 'oper', feudalism: 'feudal', decisiveness: 'decis', hopefulness: 'hope',
    callousness: 'callous', formality: 'formal', sensitivity: 'sensit', sensibility: 'sensibl', triplicate: 'triplic',
    formative: 'form', electrical: 'electr', goodness: 'good', revival: 'reviv', allowance: 'allow', inference: 'infer',
    airliner: 'airlin', adjustable: 'adjust', replacement: 'replac', adoption: 'adopt', communism: 'commun',
    effective: 'effect', probate: 'probat', rate: 'rate', cease: 'ceas', controll: 'control', roll: 'roll',
    generalizations: 'gener', oscillators: 'oscil',
  } // prettier-ignore
  for (const [word, stem] of Object.entries(expected)) assert.equal(stemWord(word, 'en'), stem, word)
})

test('forms of one word come to one stem in every language', () => {
  const families: Record<'en' | 'de' | 'es' | 'ar', string[][]> = {
    en: [['refund', 'refunds', 'refunded', 'refunding'], ['transfer', 'transfers', 'transferred', 'transferring']],
    de: [['buchung', 'buchungen'], ['koffer', 'koffers', 'koffern'], ['karte', 'karten'], ['verspatet', 'verspatete', 'verspateten']],
    es: [['equipaje', 'equipajes'], ['reserva', 'reservas'], ['cancelacion', 'cancelaciones'], ['vuelo', 'vuelos'], ['cancelar', 'cancelado', 'cancelada']],
    ar: [['الحقيبه', 'حقيبه', 'والحقيبه', 'حقيبات'], ['مسافر', 'المسافرين', 'مسافرون']],
  } // prettier-ignore
  for (const [language, all] of Object.entries(families))
    for (const family of all) {
      const stems = new Set(family.map((word) => stemWord(word, language as 'en')))
      assert.equal(stems.size, 1, `${family.join(', ')}: ${[...stems].join(', ')}`)
    }
})

test('numbers, codes and words of another script stay whole', () => {
  for (const word of ['4821', 'b737', 'حقيبه']) assert.equal(stemWord(word, 'en'), word)
})

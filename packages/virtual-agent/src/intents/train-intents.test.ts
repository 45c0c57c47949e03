import assert from 'node:assert/strict'
import { test } from 'node:test'
import { classify } from './intent-model.ts'
import { examplesMax, labelsMax, rankedMax, type Example } from './intent-types.ts'
import { saveModel } from './save-model.ts'
import { testEncoder } from './test-encoder.ts'
import { trainIntents, TrainingFault } from './train-intents.ts'

const shop: Record<string, string[]> = {
  parcel: [
    'where is my parcel',
    'my package has not arrived yet',
    'track the delivery of my order',
    'when will my parcel be delivered',
    'the courier did not bring my package',
    'has my order been shipped',
  ],
  refund: [
    'i want my money back',
    'how do i get a refund',
    'please refund what i paid',
    'return this and get the money back',
    'when will the refund be on my account',
    'send it back for a refund',
  ],
  hours: [
    'what are your opening hours',
    'when do you open on sunday',
    'are you open tomorrow',
    'until what time is the shop open',
    'do you close at noon',
    'opening times at christmas',
  ],
  size: [
    'which size do i need',
    'does it run small or large',
    'size chart for shoes',
    'do you have this dress in size 40',
    'the trousers are too tight, which size is larger',
    'is this shirt a large',
  ],
  password: [
    'i forgot my password',
    'reset the password of my account',
    'cannot log in any more',
    'my login does not work',
    'change my password please',
    'locked out of my account',
  ],
}
const examples = Object.entries(shop).flatMap(([label, texts]) => texts.map((text) => ({ text, label })))
const plain = { seed: 1, language: 'en', encoder: null }

test('turns that no example says word for word are understood', () => {
  const model = trainIntents(examples, plain)
  for (const [text, intent] of [
    ['has the parcel been delivered?', 'parcel'],
    ['could i have my money back, please', 'refund'],
    ['open on christmas?', 'hours'],
    ['need a larger size', 'size'],
    ['pasword forgoten', 'password'],
  ] as const) {
    const said = classify(model, text)
    assert.equal(said.ranked[0]!.intent, intent, text)
    assert.equal(said.outOfScope, false, text)
    assert.equal(said.tier, 1)
    assert.ok(Math.abs(said.ranked.reduce((sum, { probability }) => sum + probability, 0) - 1) < 0.01)
    assert.ok(said.margin > 0 && said.margin <= 1)
  }
})

test('with no turn out of scope given, what is unlike every example is rejected all the same', () => {
  const model = trainIntents(examples, plain)
  assert.equal(model.crossValidation.outOfScopeFrom, 'left-out-intents')
  for (const text of [
    'who won the football match yesterday',
    'tell me a joke about penguins',
    'quantum chromodynamics lecture notes',
    'asdf qwer zxcv',
  ])
    assert.equal(classify(model, text).outOfScope, true, text)
})

test('the same examples in another order make the same model, to the byte', () => {
  const model = saveModel(trainIntents(examples, plain))
  assert.deepEqual(saveModel(trainIntents(examples.toReversed(), plain)), model)
  assert.deepEqual(
    saveModel(trainIntents([...examples, ...examples.slice(3, 9)], plain)),
    model,
    'twice is once',
  )
  assert.notDeepEqual(saveModel(trainIntents(examples.slice(1), plain)), model)
})

test('the words that speak for an intent are named, strongest first', () => {
  const { features } = classify(trainIntents(examples, plain), 'How do I get a refund?')
  assert.ok(
    features.some(({ feature }) => feature === 'refund'),
    JSON.stringify(features),
  )
  const weights = features.map(({ weight }) => weight)
  assert.deepEqual(
    weights,
    weights.toSorted((a, b) => b - a),
  )
  assert.equal(new Set(features.map(({ feature }) => feature)).size, features.length)
})

test('a text that says nothing is out of scope, and pictures alone are words', () => {
  const model = trainIntents(
    [
      ...examples,
      { text: '👍', label: 'yes' },
      { text: '👍👍 ok', label: 'yes' },
      { text: 'yes ✅', label: 'yes' },
    ],
    plain,
  )
  for (const text of ['', '   ', '\n\t', '...', '\u0000'])
    assert.deepEqual(
      { ...classify(model, text), threshold: 0 },
      {
        ranked: [],
        outOfScope: true,
        confidence: 0,
        threshold: 0,
        margin: 0,
        tier: 1,
        languageNote: null,
        features: [],
        nearest: [],
      },
    )
  assert.equal(classify(model, '👍').ranked[0]!.intent, 'yes')
})

test('Arabic and Chinese are told apart by their letters, whatever is joined to them', () => {
  const model = trainIntents(
    [
      ...['أين طردي', 'متى يصل الطرد', 'لم تصل الشحنة', 'تتبع الطرد'].map((text) => ({
        text,
        label: 'parcel',
      })),
      ...['أريد استرداد أموالي', 'كيف أسترد المبلغ', 'استرجاع المال'].map((text) => ({
        text,
        label: 'refund',
      })),
      ...['我的包裹在哪里', '包裹什么时候到', '快递还没有到'].map((text) => ({ text, label: 'parcel-zh' })),
      ...['我要退款', '怎么申请退款', '退钱给我'].map((text) => ({ text, label: 'refund-zh' })),
    ],
    { ...plain, language: 'ar' },
  )
  for (const [text, intent] of [
    ['وطردي أين', 'parcel'],
    ['اريد استرداد المال', 'refund'],
    ['包裹到了吗', 'parcel-zh'],
    ['可以退款吗', 'refund-zh'],
  ] as const)
    assert.equal(classify(model, text).ranked[0]!.intent, intent, text)
  assert.equal(model.languageNote, 'encoder-is-english-only')
  assert.equal(classify(model, '退款').languageNote, 'encoder-is-english-only')
})

test('one intent, two intents and intents of one example do not break anything', () => {
  const one = trainIntents([{ text: 'where is my parcel', label: 'parcel' }], plain)
  assert.deepEqual(
    classify(one, 'where is my parcel').ranked.map(({ intent }) => intent),
    ['parcel'],
  )
  assert.equal(classify(one, 'where is my parcel').outOfScope, false)
  const two = trainIntents(
    examples.filter(({ label }) => label === 'parcel' || label === 'refund'),
    plain,
  )
  assert.equal(classify(two, 'refund please').ranked[0]!.intent, 'refund')
  assert.equal(two.crossValidation.outOfScopeFrom, 'none')
  const lone = trainIntents(
    Object.entries(shop).map(([label, [text]]) => ({ label, text: text! })),
    plain,
  )
  assert.equal(classify(lone, 'where is my parcel?').ranked[0]!.intent, 'parcel')
  assert.ok([one, two, lone].every(({ threshold }) => threshold >= 0 && threshold <= 1))
})

/** Intents whose examples share no word, only what the encoder knows. */
const told: Example[] = [
  'sofa',
  'armchair',
  'stool',
  'bench',
  'couch',
  'recliner',
  'ottoman',
  'settee',
].flatMap((thing) => [
  { text: `${thing} please`, label: 'furniture' },
  { text: `about the ${thing}`, label: 'furniture' },
])
for (const thing of ['apple', 'banana', 'cherry', 'plum', 'grape', 'mango', 'peach', 'melon'])
  told.push({ text: `${thing} please`, label: 'fruit' }, { text: `about the ${thing}`, label: 'fruit' })
const meanings = testEncoder([
  ['sofa', 'armchair', 'stool', 'bench', 'couch', 'recliner', 'ottoman', 'settee', 'chaise'],
  ['apple', 'banana', 'cherry', 'plum', 'grape', 'mango', 'peach', 'melon', 'quince'],
])

test('where words alone do not tell, the second tier does, and shows the nearest examples', () => {
  const model = trainIntents(told, { ...plain, encoder: meanings })
  assert.equal(model.tiers, 2)
  for (const [text, intent] of [
    ['chaise please', 'furniture'],
    ['about the quince', 'fruit'],
  ] as const) {
    const said = classify(model, text, meanings)
    assert.deepEqual([said.ranked[0]!.intent, said.tier], [intent, 2])
    assert.ok(
      said.nearest.length > 0 && said.nearest[0]!.intent === intent && said.nearest[0]!.similarity > 0.9,
    )
  }
  const without = classify(model, 'chaise please')
  assert.deepEqual([without.tier, without.languageNote], [1, 'encoder-absent'])
})

test('an encoder that says nothing is not asked at run time', () => {
  const model = trainIntents(examples, { ...plain, encoder: testEncoder([['no such word'], ['nor this']]) })
  assert.equal(model.tiers, 1)
  assert.equal(model.parts.second, null)
})

test('an author sees which examples sit with another intent, and which intents are mixed up', () => {
  const mixed = trainIntents(
    [
      ...examples,
      { text: 'i want a refund of my money', label: 'hours' },
      { text: 'refund, please', label: 'hours' },
    ],
    plain,
  )
  const { crossValidation } = mixed
  assert.ok(
    crossValidation.confusions.some(({ intent, takenFor }) => intent === 'hours' && takenFor === 'refund'),
    JSON.stringify(crossValidation.confusions),
  )
  assert.equal(crossValidation.intents.length, 5)
  assert.ok(crossValidation.intents.every(({ precision, recall }) => precision <= 1 && recall <= 1))
  assert.equal(crossValidation.heldOut, examples.length + 2)
})

test('given turns out of scope, the threshold is chosen on them', () => {
  const strange = Array.from({ length: 12 }, (_, i) => [
    `what is ${i} times seven`,
    `sing song number ${i}`,
  ]).flat()
  const model = trainIntents(examples, {
    ...plain,
    outOfScope: strange.slice(0, 12),
    outOfScopeValid: strange,
  })
  assert.equal(model.crossValidation.outOfScopeFrom, 'given')
  assert.ok(model.crossValidation.rejectedOutOfScope > 0.9)
  assert.equal(model.trainedOn.outOfScope, 12)
  assert.equal(classify(model, 'sing song number 99').outOfScope, true)
})

test('what nobody can learn from is refused', () => {
  const refused = (list: Example[], valid: Example[] = []): void =>
    assert.throws(() => trainIntents(list, { ...plain, valid }), TrainingFault)
  refused([])
  refused([{ text: '  ', label: 'blank' }])
  refused([{ text: 'a', label: '' }])
  refused([{ text: 'a', label: 'x'.repeat(201) }])
  refused(Array.from({ length: labelsMax + 1 }, (_, i) => ({ text: `t${i}`, label: `l${i}` })))
  refused(Array.from({ length: examplesMax + 1 }, (_, i) => ({ text: `t${i}`, label: 'l' })))
  refused(examples, [{ text: 'a', label: 'never seen' }])
})

test('a long turn is read as far as a turn goes, and ranks no more than a few', () => {
  const many = Array.from({ length: 12 }, (_, i) => ({
    text: `thing number ${'abcdefghijkl'[i]!.repeat(3)}`,
    label: `l${i}`,
  }))
  const model = trainIntents([...examples, ...many], plain)
  const start = `where is my parcel ${'and so on '.repeat(400)}`.slice(0, 2_000)
  const [short, long] = [classify(model, start), classify(model, `${start} refund refund refund`)]
  assert.deepEqual(long, short)
  assert.equal(short.ranked.length, rankedMax)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { classify } from './intent-model.ts'
import { loadModel, ModelFault, saveModel } from './save-model.ts'
import { testEncoder } from './test-encoder.ts'
import { trainIntents } from './train-intents.ts'

/** Each example has words of its own, so only the encoder knows what they have in common. */
const names = ['parcel', 'refund', 'hours', 'size', 'password']
const kinds = names.map((_, kind) =>
  Array.from({ length: 8 }, (_, i) => `${'abcdefgh'[i]!.repeat(2 + kind)}x`),
)
const examples = names.flatMap((label, kind) =>
  kinds[kind]!.map((text) => ({ text: `please ${text}`, label })),
)
const encoder = testEncoder(kinds)
const options = { seed: 1, language: 'en', encoder }

test('a model that was saved and loaded answers as before', () => {
  for (const model of [
    trainIntents(examples, options),
    trainIntents(examples, { ...options, encoder: null }),
  ]) {
    const bytes = saveModel(model)
    const loaded = loadModel(bytes)
    assert.deepEqual(loaded, model)
    assert.deepEqual(saveModel(loaded), bytes)
    for (const text of ['please aax', 'bbbbx', 'nothing of the kind', ''])
      assert.deepEqual(classify(loaded, text, encoder), classify(model, text, encoder))
  }
})

test('a model is loaded from wherever in a buffer it lies', () => {
  const bytes = saveModel(trainIntents(examples, options))
  const wider = new Uint8Array(bytes.length + 3)
  wider.set(bytes, 3)
  assert.deepEqual(loadModel(wider.subarray(3)), loadModel(bytes))
})

test('the model of these tests has both tiers', () => {
  assert.equal(trainIntents(examples, options).tiers, 2)
})

test('bytes that are cut, changed, or no model are refused', () => {
  const bytes = saveModel(trainIntents(examples, options))
  assert.throws(() => loadModel(new Uint8Array(0)), ModelFault)
  assert.throws(
    () => loadModel(new TextEncoder().encode('{"labels":[]}, which is no model at all')),
    ModelFault,
  )
  for (const length of [7, 15, 16, 200, bytes.length - 1])
    assert.throws(() => loadModel(bytes.subarray(0, length)), ModelFault, `${length} bytes`)
  for (let at = 0; at < bytes.length; at += 97) {
    const damaged = bytes.slice()
    damaged[at]! ^= 0x10
    assert.throws(() => loadModel(damaged), ModelFault, `byte ${at}`)
  }
})

test('a head that promises other lengths than there are is refused, though its sum is right', () => {
  const model = trainIntents(examples, options)
  const wrong = (parts: object): void => {
    const forged = saveModel({ ...model, ...parts })
    assert.throws(() => loadModel(forged), ModelFault, Object.keys(parts)[0])
  }
  wrong({ labels: model.labels.slice(1) })
  wrong({ labels: [] })
  wrong({ threshold: 2 })
  wrong({ tiers: 1 })
  const { second, calibration } = model.parts
  wrong({ parts: { ...model.parts, calibration: { ...calibration, sharpness: [1] } } })
  wrong({ parts: { ...model.parts, first: { ...model.parts.first, units: new Float32Array(3) } } })
  wrong({ parts: { ...model.parts, second: { ...second, offsets: new Float32Array(1) } } })
  wrong({ parts: { ...model.parts, second: { ...second, curvature: second!.curvature.map(() => NaN) } } })
  wrong({
    parts: {
      ...model.parts,
      second: {
        ...second,
        examples: { ...second!.examples, classes: second!.examples.classes.map(() => 99) },
      },
    },
  })
})

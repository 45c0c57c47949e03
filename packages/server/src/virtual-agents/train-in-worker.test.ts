import assert from 'node:assert/strict'
import { test } from 'node:test'
import { classify } from '@candor/virtual-agent/intents/intent-model.ts'
import { loadModel } from '@candor/virtual-agent/intents/save-model.ts'
import { TrainingFault } from '@candor/virtual-agent/intents/train-intents.ts'
import { readEncoder } from './read-encoder.ts'
import { trainInWorker } from './train-in-worker.ts'

const examples = [
  ['where is my parcel', 'parcel'],
  ['my package has not arrived yet', 'parcel'],
  ['track the delivery of my order', 'parcel'],
  ['when will it be delivered', 'parcel'],
  ['i want my money back', 'refund'],
  ['how do i get a refund', 'refund'],
  ['please refund what i paid', 'refund'],
  ['return this and get the money', 'refund'],
  ['what are your opening hours', 'hours'],
  ['when do you open on sunday', 'hours'],
  ['are you open tomorrow', 'hours'],
  ['until what time is the shop open', 'hours'],
].map(([text, label]) => ({ text: text!, label: label! }))
const options = { seed: 1, language: 'en' }

test('a model trained in a thread of its own answers as one would expect, and says how far it is', async () => {
  const fractions: number[] = []
  const bytes = await trainInWorker(
    { examples, options, withEncoder: true },
    { progress: (fraction) => fractions.push(fraction) },
  )
  const model = loadModel(bytes)
  assert.equal(classify(model, 'has my parcel been delivered', readEncoder()).ranked[0]!.intent, 'parcel')
  assert.ok(fractions.length > 3)
  assert.deepEqual(
    fractions,
    fractions.toSorted((a, b) => a - b),
  )
  assert.equal(fractions.at(-1), 1)
})

test('training that is aborted ends its thread and says why', async () => {
  const stop = new AbortController()
  const trained = trainInWorker(
    { examples, options, withEncoder: true },
    { signal: stop.signal, progress: () => stop.abort(new Error('the author went on writing')) },
  )
  await assert.rejects(trained, /the author went on writing/)
  await assert.rejects(
    async () => trainInWorker({ examples, options, withEncoder: false }, { signal: stop.signal }),
    /the author went on writing/,
  )
})

test('examples that nothing can be learnt from are refused with a reason', async () => {
  await assert.rejects(trainInWorker({ examples: [], options, withEncoder: false }), TrainingFault)
})

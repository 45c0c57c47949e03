/** The thread of `trainInWorker`: one order, one model. */
import { parentPort, workerData } from 'node:worker_threads'
import { saveModel } from '@candor/virtual-agent/intents/save-model.ts'
import { trainIntents, TrainingFault } from '@candor/virtual-agent/intents/train-intents.ts'
import { readEncoder } from './read-encoder.ts'
import type { TrainingMessage, TrainingOrder } from './train-in-worker.ts'

const { examples, options, withEncoder } = workerData as TrainingOrder

function say(message: TrainingMessage): void {
  parentPort!.postMessage(message)
}

try {
  const model = trainIntents(examples, {
    ...options,
    encoder: withEncoder ? readEncoder() : null,
    progress: (fraction, what) => say({ kind: 'progress', fraction, what }),
  })
  say({ kind: 'trained', model: saveModel(model) })
} catch (fault) {
  if (!(fault instanceof TrainingFault)) throw fault
  say({ kind: 'refused', message: fault.message })
}

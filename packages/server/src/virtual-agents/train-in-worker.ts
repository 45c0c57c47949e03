import { Worker } from 'node:worker_threads'
import type { TrainingProgress } from '@candor/virtual-agent/intents/intent-types.ts'
import { TrainingFault, type TrainingOptions } from '@candor/virtual-agent/intents/train-intents.ts'
import type { Example } from '@candor/virtual-agent/intents/intent-types.ts'

export interface TrainingOrder {
  examples: readonly Example[]
  options: Omit<TrainingOptions, 'encoder' | 'progress'>
  /** Without the sentence encoder training takes seconds, and the model has the first tier only. */
  withEncoder: boolean
}

export type TrainingMessage =
  | { kind: 'progress'; fraction: number; what: string }
  | { kind: 'trained'; model: Uint8Array }
  | { kind: 'refused'; message: string }

/**
 * Trains in a thread of its own, so that conversations go on meanwhile, and answers the model's bytes for `loadModel`.
 * One thread takes a core; how many train at once is the caller's to decide.
 * @throws TrainingFault when nothing can be learnt from the examples or they need too much memory; the signal's reason
 *   when it is aborted.
 */
export function trainInWorker(
  order: TrainingOrder,
  { progress, signal }: { progress?: TrainingProgress; signal?: AbortSignal } = {},
): Promise<Uint8Array> {
  signal?.throwIfAborted()
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('training-worker.ts', import.meta.url), {
      workerData: order,
      resourceLimits: { maxOldGenerationSizeMb: heapMiBMax },
      // The environment may hold secrets that training has no use for.
      env: {},
    })
    const abort = (): void => {
      reject(signal!.reason as Error)
      void worker.terminate()
    }
    signal?.addEventListener('abort', abort, { once: true })
    worker.on('message', (message: TrainingMessage) => {
      if (message.kind === 'progress') progress?.(message.fraction, message.what)
      else if (message.kind === 'trained') resolve(message.model)
      else reject(new TrainingFault(message.message))
    })
    worker.on('error', (fault: NodeJS.ErrnoException) =>
      reject(
        fault.code === 'ERR_WORKER_OUT_OF_MEMORY'
          ? new TrainingFault('The examples need more memory than training may have.', { cause: fault })
          : fault,
      ),
    )
    worker.on('exit', (code) => {
      signal?.removeEventListener('abort', abort)
      reject(new Error(`The training thread ended with ${code} before it had a model.`))
    })
  })
}

/**
 * For texts, labels and what is held out. Weights and vectors lie outside this heap; the limits of the engine on examples,
 * intents and vocabulary bound them to some 700 MiB.
 */
const heapMiBMax = 1_024

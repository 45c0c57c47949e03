import { Refusal } from '@candor/protocol/refusals.ts'
import { loadModel } from '@candor/virtual-agent/intents/save-model.ts'
import { encoderLanguage } from '@candor/virtual-agent/knowledge/knowledge-index.ts'
import { trainingExamples } from '@candor/virtual-agent/training-examples.ts'
import type { Evaluator } from './evaluation.ts'
import { runEngineTask } from './engine-thread.ts'
import { trainInWorker } from './train-in-worker.ts'
import type { How, Trainer } from './training.ts'

/** Training orders what is equal by it: the same examples give the same model. */
const seed = 1

/** Models and indexes, each made in a thread of its own. */
export const engineTrainer: Trainer = {
  async model(definition, how) {
    const { language } = definition
    const order = {
      examples: trainingExamples(definition),
      options: { seed, language },
      withEncoder: language === encoderLanguage,
    }
    const bytes = await trainInWorker(order, how)
    return { kind: 'model', bytes, crossValidation: loadModel(bytes).crossValidation }
  },
  index: async (articles, previous, how) => ({
    kind: 'index',
    ...(await runEngineTask<'index'>({ kind: 'index', articles, previous }, how)),
  }),
}

/** What authors ask for while they wait. */
export const engineEvaluator: Evaluator = {
  cluster: (texts) => inTime((how) => runEngineTask<'cluster'>({ kind: 'cluster', texts }, how)),
  replay: (before, after, conversations) =>
    inTime((how) => runEngineTask<'replay'>({ kind: 'replay', before, after, conversations }, how)),
}

/** Replaying a hundred long conversations takes some ten seconds. */
const waitedMsMax = 60_000

/** @throws Refusal `too_large` when it takes longer than anybody waits */
async function inTime<T>(work: (how: How) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(waitedMsMax)
  try {
    return await work({ signal, progress: () => undefined })
  } catch (cause) {
    if (!signal.aborted) throw cause
    throw new Refusal('too_large', `It took more than ${waitedMsMax / 1_000} s: send less at once.`, {
      cause,
    })
  }
}

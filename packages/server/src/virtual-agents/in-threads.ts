import type { Evaluator } from './evaluation.ts'
import { runEngineTask } from './engine-thread.ts'
import type { How, Trainer } from './training.ts'

/** Models and indexes, each made in a thread of its own. */
export const engineTrainer: Trainer = {
  model: async (definition, how) => ({
    kind: 'model',
    ...(await runEngineTask<'model'>({ kind: 'model', definition }, how)),
  }),
  index: async (articles, how) => ({
    kind: 'index',
    ...(await runEngineTask<'index'>({ kind: 'index', articles }, how)),
  }),
}

/** What authors ask for while they wait: replaying a hundred long conversations takes some ten seconds. */
export const engineEvaluator: Evaluator = {
  cluster: (texts) => runEngineTask<'cluster'>({ kind: 'cluster', texts }, waitedFor()),
  replay: (before, after, conversations) =>
    runEngineTask<'replay'>({ kind: 'replay', before, after, conversations }, waitedFor()),
}

const waitedMsMax = 60_000

function waitedFor(): How {
  return { signal: AbortSignal.timeout(waitedMsMax), progress: () => undefined }
}

import type { Cluster } from './evaluation.ts'
import { runEngineTask } from './engine-thread.ts'
import type { Trainer } from './training.ts'

/** Clustering the largest list of texts takes some 20 s. */
const clusterMsMax = 60_000

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

export const clusterInThread: Cluster = (texts) =>
  runEngineTask<'cluster'>(
    { kind: 'cluster', texts },
    { signal: AbortSignal.timeout(clusterMsMax), progress: () => undefined },
  )

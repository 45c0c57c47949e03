import { Worker } from 'node:worker_threads'
import type { Article } from '@candor/virtual-agent/knowledge/article.ts'
import type { ReplayDiff, ReplayedConversation } from '@candor/virtual-agent/replay.ts'
import type { AgentIngredients } from './assemble-agent.ts'
import type { How } from './training.ts'

/** What takes the engine seconds: one thread for each piece of work, which takes its memory with it when it ends. */
export type EngineTask =
  | { kind: 'index'; articles: readonly Article[]; previous: Uint8Array | null }
  | { kind: 'cluster'; texts: readonly string[] }
  | {
      kind: 'replay'
      before: AgentIngredients
      after: AgentIngredients
      conversations: readonly ReplayedConversation[]
    }

export interface EngineResults {
  index: { bytes: Uint8Array }
  cluster: FoundCluster[]
  replay: { turns: number; diffs: ReplayDiff[] }
}

export interface FoundCluster {
  representative: string
  /** Places in the list. */
  texts: number[]
}

export type FromThread =
  | { kind: 'progress'; fraction: number; what: string }
  | { kind: 'done'; result: EngineResults[keyof EngineResults] }
  | { kind: 'failed'; message: string }

/** An index of the largest size takes some 500 MB to make; what needs more is refused and not swapped. */
const heapMbMax = 1_024

/** Rejects with what went wrong, in words, or with the signal's reason once the thread has ended. */
export async function runEngineTask<Kind extends EngineTask['kind']>(
  task: Extract<EngineTask, { kind: Kind }>,
  { signal, progress }: How,
): Promise<EngineResults[Kind]> {
  signal.throwIfAborted()
  const worker = new Worker(new URL('engine-worker.ts', import.meta.url), {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: heapMbMax },
    // It may hold secrets that the engine has no use for.
    env: {},
  })
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  const stop = (): void => void worker.terminate()
  signal.addEventListener('abort', stop)
  try {
    return await new Promise<EngineResults[Kind]>((resolve, reject) => {
      worker.on('message', (message: FromThread) => {
        if (message.kind === 'progress') progress(message.fraction, message.what)
        else if (message.kind === 'done') resolve(message.result as EngineResults[Kind])
        else reject(new Error(message.message))
      })
      worker.once('error', (fault: NodeJS.ErrnoException) =>
        reject(
          fault.code === 'ERR_WORKER_OUT_OF_MEMORY'
            ? new Error('It needs more memory than it may have.')
            : fault,
        ),
      )
      worker.once('exit', () =>
        reject(signal.aborted ? signal.reason : new Error('The thread ended before it was done.')),
      )
    })
  } finally {
    signal.removeEventListener('abort', stop)
    await worker.terminate()
    await ended
  }
}

/** Runs one `EngineTask` and ends. */
import assert from 'node:assert/strict'
import { parentPort, workerData } from 'node:worker_threads'
import { clusterTexts } from '@candor/virtual-agent/cluster-texts.ts'
import type { Encoder } from '@candor/virtual-agent/intents/intent-types.ts'
import { IndexFault, loadIndex, saveIndex } from '@candor/virtual-agent/knowledge/index-bytes.ts'
import {
  buildIndex,
  encoderLanguage,
  type KnowledgeIndex,
} from '@candor/virtual-agent/knowledge/knowledge-index.ts'
import { replay } from '@candor/virtual-agent/replay.ts'
import type { EngineResults, EngineTask, FromThread } from './engine-thread.ts'
import { assembleAgent } from './assemble-agent.ts'
import { readEncoder } from './read-encoder.ts'

assert.ok(parentPort)
const port = parentPort
const tell = (message: FromThread): void => port.postMessage(message)

try {
  tell({ kind: 'done', result: resultOf(workerData as EngineTask) })
} catch (caught) {
  // Told in words: errors of other threads lose their class on the way.
  tell({ kind: 'failed', message: caught instanceof Error ? caught.message : String(caught) })
}

function resultOf(task: EngineTask): EngineResults[EngineTask['kind']] {
  switch (task.kind) {
    case 'index': {
      const english = task.articles.some(({ language }) => language === encoderLanguage)
      const encoder = english ? readEncoder() : null
      const index = buildIndex(task.articles, {
        encoder,
        previous: task.previous && readable(task.previous, encoder),
        progress: (fraction) => tell({ kind: 'progress', fraction, what: 'Indexing the articles' }),
      })
      return { bytes: saveIndex(index) }
    }
    case 'replay': {
      let encoder: Encoder | undefined
      const held = (): Encoder => (encoder ??= readEncoder())
      const before = assembleAgent(task.before, held).agent
      const after = assembleAgent(task.after, held).agent
      const replayed = task.conversations.map((conversation) => replay(before, after, conversation))
      return {
        turns: replayed.reduce((sum, { turns }) => sum + turns, 0),
        diffs: replayed.flatMap(({ diffs }) => diffs),
      }
    }
    case 'cluster':
      return clusterTexts(task.texts, readEncoder()).map(({ representative, members }) => ({
        representative,
        texts: members,
      }))
  }
}

/** One that another version of this program made is no help. */
function readable(bytes: Uint8Array, encoder: Encoder | null): KnowledgeIndex | null {
  try {
    return loadIndex(bytes, encoder)
  } catch (caught) {
    if (caught instanceof IndexFault) return null
    throw caught
  }
}

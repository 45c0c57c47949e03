/** Runs one `EngineTask` and ends. */
import assert from 'node:assert/strict'
import { parentPort, workerData } from 'node:worker_threads'
import { clusterTexts } from '@candor/virtual-agent/cluster-texts.ts'
import type { Encoder } from '@candor/virtual-agent/intents/intent-types.ts'
import { saveModel } from '@candor/virtual-agent/intents/save-model.ts'
import { trainIntents } from '@candor/virtual-agent/intents/train-intents.ts'
import { saveIndex } from '@candor/virtual-agent/knowledge/index-bytes.ts'
import { buildIndex, encoderLanguage } from '@candor/virtual-agent/knowledge/knowledge-index.ts'
import { replay } from '@candor/virtual-agent/replay.ts'
import { trainingExamples } from '@candor/virtual-agent/training-examples.ts'
import type { EngineResults, EngineTask, FromThread } from './engine-thread.ts'
import { assembleAgent } from './assemble-agent.ts'
import { readEncoder } from './read-encoder.ts'

assert.ok(parentPort)
const port = parentPort
const tell = (message: FromThread): void => port.postMessage(message)

/** Training orders what is equal by it: the same examples give the same model. */
const seed = 1

try {
  tell({ kind: 'done', result: resultOf(workerData as EngineTask) })
} catch (caught) {
  // Told in words: errors of other threads lose their class on the way.
  tell({ kind: 'failed', message: caught instanceof Error ? caught.message : String(caught) })
}

function resultOf(task: EngineTask): EngineResults[EngineTask['kind']] {
  switch (task.kind) {
    case 'model': {
      const { definition } = task
      const model = trainIntents(trainingExamples(definition), {
        seed,
        language: definition.language,
        encoder: definition.language === encoderLanguage ? readEncoder() : null,
        progress: (fraction, what) => tell({ kind: 'progress', fraction, what }),
      })
      return { bytes: saveModel(model), crossValidation: model.crossValidation }
    }
    case 'index': {
      const english = task.articles.some(({ language }) => language === encoderLanguage)
      const index = buildIndex(task.articles, {
        encoder: english ? readEncoder() : null,
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

/** What others would use for intents: two packages from npm as their manuals say, and the nearest example by BM25. */

import { createRequire } from 'node:module'
import type { Example } from '@candor/virtual-agent/intents/intent-types.ts'

export interface IntentRival {
  train(examples: readonly Example[]): Promise<void> | void
  classify(text: string): Promise<RivalAnswer> | RivalAnswer
}

export interface RivalAnswer {
  intent: string | null
  /** Higher is surer. */
  score: number
}

export const intentRivals: Record<string, () => IntentRival> = {
  'node-nlp 4.27.0': nodeNlp,
  'natural 8.1.1, Bayes': natural,
  BM25: bm25,
}

const require = createRequire(import.meta.url)

function nodeNlp(): IntentRival {
  interface Manager {
    addDocument(language: string, text: string, intent: string): void
    train(): Promise<void>
    process(language: string, text: string): Promise<{ intent: string; score: number }>
  }
  const { NlpManager } = require('node-nlp') as { NlpManager: new (options: object) => Manager }
  const manager = new NlpManager({ languages: ['en'], autoSave: false, nlu: { log: false } })
  return {
    async train(examples) {
      for (const { text, label } of examples) manager.addDocument('en', text, label)
      await manager.train()
    },
    async classify(text) {
      const { intent, score } = await manager.process('en', text)
      return { intent: intent === 'None' ? null : intent, score: intent === 'None' ? 1 - score : score }
    },
  }
}

function natural(): IntentRival {
  interface Classifier {
    addDocument(text: string, label: string): void
    train(): void
    getClassifications(text: string): { label: string; value: number }[]
  }
  const { BayesClassifier } = require('natural') as { BayesClassifier: new () => Classifier }
  const classifier = new BayesClassifier()
  return {
    train(examples) {
      for (const { text, label } of examples) if (text.trim() !== '') classifier.addDocument(text, label)
      classifier.train()
    },
    classify(text) {
      const found = classifier.getClassifications(text)
      const all = found.reduce((sum, { value }) => sum + value, 0)
      return { intent: found[0]?.label ?? null, score: all === 0 ? 0 : found[0]!.value / all }
    },
  }
}

/** Robertson and Zaragoza 2009, with the usual k1 and b. */
function bm25(): IntentRival {
  const [k1, b] = [1.2, 0.75]
  const postings = new Map<string, { example: number; times: number }[]>()
  let labels: string[] = []
  let lengths: number[] = []
  let meanLength = 0
  const words = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []
  return {
    train(examples) {
      labels = examples.map(({ label }) => label)
      lengths = examples.map(({ text }, example) => {
        const counts = new Map<string, number>()
        for (const word of words(text)) counts.set(word, (counts.get(word) ?? 0) + 1)
        for (const [word, times] of counts) {
          const list = postings.get(word) ?? []
          list.push({ example, times })
          postings.set(word, list)
        }
        return words(text).length
      })
      meanLength = lengths.reduce((sum, length) => sum + length, 0) / lengths.length
    },
    classify(text) {
      const scores = new Map<number, number>()
      for (const word of new Set(words(text))) {
        const list = postings.get(word) ?? []
        const rarity = Math.log(1 + (labels.length - list.length + 0.5) / (list.length + 0.5))
        for (const { example, times } of list) {
          const length = 1 - b + (b * lengths[example]!) / meanLength
          scores.set(
            example,
            (scores.get(example) ?? 0) + (rarity * times * (k1 + 1)) / (times + k1 * length),
          )
        }
      }
      let best: RivalAnswer = { intent: null, score: 0 }
      for (const [example, score] of scores)
        if (score > best.score) best = { intent: labels[example]!, score }
      return best
    },
  }
}

/**
 * What becomes of a first message: answered, rightly or wrongly, asked back about two or three intents, or not
 * understood. On CLINC150 with ten examples an intent; the constants of `understand` were chosen on its validation set,
 * and this is its test set.
 *
 *     CANDOR_DATA=<folder of the data sets> node packages/bench/src/asking-back-eval.ts
 */
import { readFileSync } from 'node:fs'
import * as path from 'node:path'
import { readEncoder } from '@candor/server/virtual-agents/read-encoder.ts'
import type { Agent } from '@candor/virtual-agent/agent.ts'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import type { Encoder } from '@candor/virtual-agent/intents/intent-types.ts'
import { trainIntents } from '@candor/virtual-agent/intents/train-intents.ts'
import { prepareAgent } from '@candor/virtual-agent/prepare-agent.ts'
import { trainingExamples } from '@candor/virtual-agent/training-examples.ts'
import { understand } from '@candor/virtual-agent/understand.ts'
import { newDefinition } from '@candor/virtual-agent/upgrade-script.ts'
import { dataSet, missingDataSet } from './data-sets.ts'

/** Shares of the texts. */
export interface FirstMessages {
  texts: number
  right: number
  wrong: number
  /** Asked back, and what is meant is among the quick replies; or it is not. */
  askedRight: number
  askedWrong: number
  notUnderstood: number
}

export interface AskingBack {
  covered: FirstMessages
  /** What no intent covers: every answer is wrong, and so is every question. */
  uncovered: FirstMessages
}

/** Every so many-th intent of the 150; null where the data set is not there. */
export function evaluateAskingBack(everyNth: number, encoder: Encoder | null): AskingBack | null {
  const folder = dataSet('clinc150')
  if (folder === null) return null
  const read = (file: string): Labelled[] => readLabelled(path.join(folder, file))
  const train = read('train_10.jsonl')
  const labels = [...new Set(train.map(({ label }) => label))]
    .sort((a, b) => (a < b ? -1 : 1))
    .filter((_, i) => i % everyNth === 0)
  const agent = agentOf(
    train.filter(({ label }) => labels.includes(label)),
    encoder,
  )
  const covered = read('test.jsonl').filter(({ label }) => labels.includes(label))
  return {
    covered: firstMessages(agent, covered),
    uncovered: firstMessages(
      agent,
      read('oos_test.jsonl').map(({ text }) => ({ text, label: null })),
    ),
  }
}

interface Labelled {
  text: string
  label: string
}

function agentOf(examples: readonly Labelled[], encoder: Encoder | null): Agent {
  const definition: Definition = newDefinition('Robin', 'en')
  for (const label of new Set(examples.map((example) => example.label)))
    definition.intents.push({
      id: label,
      title: { en: label },
      examples: { en: examples.filter((example) => example.label === label).map(({ text }) => text) },
      answer: { en: label },
      followUps: [],
    })
  const model = trainIntents(trainingExamples(definition), { seed: 1, language: 'en', encoder })
  return prepareAgent({ definition, version: 1, model, knowledge: null, encoder })
}

function firstMessages(
  agent: Agent,
  texts: readonly { text: string; label: string | null }[],
): FirstMessages {
  const counts = { right: 0, wrong: 0, askedRight: 0, askedWrong: 0, notUnderstood: 0 }
  for (const { text, label } of texts) {
    const { intent, candidates } = understand(agent, text, 'en')
    if (intent !== null) counts[intent.id === label ? 'right' : 'wrong']++
    else if (candidates.length >= 2)
      counts[candidates.some(({ id }) => id === label) ? 'askedRight' : 'askedWrong']++
    else counts.notUnderstood++
  }
  const shares = Object.entries(counts).map(([name, count]) => [name, count / texts.length])
  return { texts: texts.length, ...(Object.fromEntries(shares) as typeof counts) }
}

function readLabelled(file: string): Labelled[] {
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => {
      const { text, label } = JSON.parse(line) as Labelled
      return { text, label: label.replaceAll(/[^a-z]+/g, '-') }
    })
}

if (import.meta.main) {
  const encoder = readEncoder()
  for (const everyNth of [10, 1])
    for (const [tiers, with_] of [
      ['first tier', null],
      ['both tiers', encoder],
    ] as const) {
      const found = evaluateAskingBack(everyNth, with_)
      if (found === null) {
        process.stdout.write(`${missingDataSet('clinc150')}\n`)
        break
      }
      for (const [name, { texts, ...shares }] of Object.entries(found) as [string, FirstMessages][])
        process.stdout.write(
          `${150 / everyNth} intents, ${tiers}, ${texts} ${name}: ${Object.entries(shares)
            .map(([what, share]) => `${what} ${(100 * share).toFixed(1)} %`)
            .join(', ')}\n`,
        )
    }
}

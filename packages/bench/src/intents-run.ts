/** One system on one set, in a process of its own so that its memory is its own: prints one JSON line for each shuffle. */

import { parseArgs } from 'node:util'
import {
  accuracyOf,
  areaUnderRocOf,
  macroF1Of,
  mostAccurateThreshold,
  share,
  type Judged,
} from '@candor/virtual-agent/intents/evaluation.ts'
import type { Encoder, Example } from '@candor/virtual-agent/intents/intent-types.ts'
import { evaluateIntents, type EvaluationFiles } from '@candor/server/eval-command.ts'
import { readEncoder } from '@candor/server/virtual-agents/read-encoder.ts'
import { intentRivals, type IntentRival } from './intent-rivals.ts'
import { intentDataFolder, readIntentSet, type IntentSet } from './intent-sets.ts'

export interface IntentRun {
  system: string
  set: IntentSet
  seed: number
  accuracy: number
  macroF1: number
  inScopeAccuracy: number
  outOfScopeRecall: number | null
  areaUnderRoc: number | null
  calibrationError: number | null
  secondTierShare: number | null
  trainingMs: number
  trainingCpuMs: number
  turnMsP50: number
  turnMsP95: number
  /** Processor time of a turn, for turns per second and core. */
  turnCpuMs: number
  peakMiB: number
  modelBytes: number | null
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      system: { type: 'string', default: 'candor' },
      set: { type: 'string', default: 'banking77' },
      seeds: { type: 'string', default: '1' },
    },
  })
  const folder = intentDataFolder()
  if (folder === null) throw new Error('the data sets are not here')
  const set = values.set as IntentSet
  const files = readIntentSet(folder, set)
  const encoder = values.system === 'candor' ? remembering(readEncoder()) : null
  for (const seed of values.seeds.split(',').map(Number)) {
    const shuffled = { ...files, train: shuffle(files.train, seed) }
    const run = values.system.startsWith('candor')
      ? ours(shuffled, encoder, seed)
      : await theirs(shuffled, intentRivals[values.system]!())
    const peakMiB = Math.round(process.resourceUsage().maxRSS / 1024)
    process.stdout.write(`${JSON.stringify({ system: values.system, set, seed, ...run, peakMiB })}\n`)
  }
}

type Figures = Omit<IntentRun, 'system' | 'set' | 'seed' | 'peakMiB'>

function ours(files: EvaluationFiles, encoder: Encoder | null, seed: number): Figures {
  const { figures } = evaluateIntents(files, { encoder, language: 'en', seed })
  return figures
}

async function theirs(files: EvaluationFiles, rival: IntentRival): Promise<Figures> {
  const labels = [...new Set(files.train.map(({ label }) => label))]
  const started = process.cpuUsage()
  const startedMs = performance.now()
  await rival.train(files.train)
  const trainingMs = performance.now() - startedMs
  const trained = process.cpuUsage(started)
  const times: number[] = []
  const judge = async (list: readonly Example[] = [], inScope: boolean): Promise<Judged[]> => {
    const judged: Judged[] = []
    for (const { text, label } of list) {
      const start = performance.now()
      const { intent, score } = await rival.classify(text)
      times.push(performance.now() - start)
      const first = intent === null ? -2 : labels.indexOf(intent)
      judged.push({
        truth: inScope ? labels.indexOf(label) : -1,
        first,
        probability: score,
        confidence: score,
      })
    }
    return judged
  }
  const chosenOn = [...(await judge(files.valid, true)), ...(await judge(files.outOfScopeValid, false))]
  const threshold = mostAccurateThreshold(chosenOn)
  times.length = 0
  const before = process.cpuUsage()
  const scoped = await judge(files.test, true)
  const outOfScope = await judge(files.outOfScopeTest, false)
  const used = process.cpuUsage(before)
  const turns = scoped.length + outOfScope.length
  times.sort((a, b) => a - b)
  return {
    accuracy: accuracyOf(scoped),
    macroF1: macroF1Of(scoped),
    inScopeAccuracy: share(
      scoped,
      ({ truth, first, confidence }) => truth === first && confidence >= threshold,
    ),
    outOfScopeRecall:
      outOfScope.length === 0 ? null : share(outOfScope, ({ confidence }) => confidence < threshold),
    areaUnderRoc: areaUnderRocOf([...scoped, ...outOfScope]),
    calibrationError: null,
    secondTierShare: null,
    trainingMs,
    trainingCpuMs: (trained.user + trained.system) / 1000,
    turnMsP50: times[Math.floor(turns / 2)]!,
    turnMsP95: times[Math.floor(turns * 0.95)]!,
    turnCpuMs: (used.user + used.system) / 1000 / turns,
    modelBytes: null,
  }
}

/** Encodes a text once for all shuffles, so the times of all but the first say nothing about encoding. */
function remembering(encoder: Encoder): Encoder {
  const known = new Map<string, Float32Array>()
  return {
    parts: encoder.parts,
    encode(texts) {
      const strange = [...new Set(texts.filter((text) => !known.has(text)))]
      for (const [i, vector] of encoder.encode(strange).entries()) known.set(strange[i]!, vector)
      return texts.map((text) => known.get(text)!)
    },
  }
}

function shuffle(list: readonly Example[], seed: number): Example[] {
  const out = [...list]
  let state = seed
  for (let i = out.length - 1; i > 0; i--) {
    // Numerical Recipes' linear congruential generator; its high bits are good enough for an order.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const j = Math.floor((state / 4_294_967_296) * (i + 1))
    ;[out[i], out[j]] = [out[j]!, out[i]!]
  }
  return out
}

/** `candor eval intents`: trains on a set of examples and says how good the model is on another. */

import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import {
  accuracyOf,
  areaUnderRocOf,
  calibrationErrorOf,
  macroF1Of,
  share,
  type Judged,
} from '@candor/virtual-agent/intents/evaluation.ts'
import { classify } from '@candor/virtual-agent/intents/intent-model.ts'
import {
  examplesMax,
  type Classification,
  type Encoder,
  type Example,
} from '@candor/virtual-agent/intents/intent-types.ts'
import { loadModel, saveModel } from '@candor/virtual-agent/intents/save-model.ts'
import { trainIntents, TrainingFault } from '@candor/virtual-agent/intents/train-intents.ts'
import { readEncoder } from './virtual-agents/read-encoder.ts'

export const usage = `Usage: npx candor eval intents --train A.jsonl --test B.jsonl [options]

Each line of a file is {"text": "…", "label": "…"}; in the files of turns that no intent covers, labels do not count.

  --train FILE        examples to learn from
  --test FILE         turns with the intent that is right, to be judged by
  --oos FILE          turns that no intent covers, to be judged by
  --valid FILE        turns to choose thresholds on; without it, examples are held out in turn
  --oos-valid FILE    turns that no intent covers, to choose the threshold on
  --oos-train FILE    turns that no intent covers, to learn from
  --predictions FILE  writes one line for each turn of --test and --oos
  --language TAG      of the texts (default en); another than English has no second tier
  --first-tier        does without the sentence encoder
  --seed N            another order of the examples and other folds (default 1)
  --report            prints the author's report of the training beside the figures
`

export interface Evaluation {
  examples: number
  intents: number
  tiers: 1 | 2
  languageNote: string | null
  accuracy: number
  macroF1: number
  threshold: number
  /** Right and not rejected. */
  inScopeAccuracy: number
  outOfScopeRecall: number | null
  areaUnderRoc: number | null
  calibrationError: number
  secondTierShare: number
  trainingMs: number
  trainingCpuMs: number
  turnMsP50: number
  turnMsP95: number
  /** Processor time of a turn. */
  turnCpuMs: number
  modelBytes: number
}

export interface EvaluationFiles {
  train: readonly Example[]
  test: readonly Example[]
  outOfScopeTest?: readonly Example[]
  valid?: readonly Example[]
  outOfScopeValid?: readonly Example[]
  outOfScopeTrain?: readonly Example[]
}

export interface Prediction {
  text: string
  label: string | null
  intent: string | null
  probability: number
  confidence: number
  outOfScope: boolean
  tier: 1 | 2
}

/** Trains, saves, loads, and classifies every turn of the test by itself, as a server would. */
export function evaluateIntents(
  files: EvaluationFiles,
  { encoder, language, seed }: { encoder: Encoder | null; language: string; seed: number },
): { figures: Evaluation; predictions: Prediction[]; report: object } {
  const texts = (list: readonly Example[] = []): string[] => list.map(({ text }) => text)
  const started = performance.now()
  const startedCpu = process.cpuUsage()
  const trained = trainIntents(files.train, {
    seed,
    language,
    encoder,
    valid: files.valid ?? [],
    outOfScope: texts(files.outOfScopeTrain),
    outOfScopeValid: texts(files.outOfScopeValid),
  })
  const trainingMs = performance.now() - started
  const trainingCpuMs = millisecondsOf(process.cpuUsage(startedCpu))
  const bytes = saveModel(trained)
  const model = loadModel(bytes)

  const classOf = new Map(model.labels.map((label, i) => [label, i]))
  const turns = [
    ...files.test.map(({ text, label }) => ({ text, label })),
    ...(files.outOfScopeTest ?? []).map(({ text }) => ({ text, label: null })),
  ]
  // Texts of the training, so that none of the test is known when its turn comes.
  for (const { text } of files.train.slice(0, warmUpTurns)) classify(model, text, encoder)
  const times: number[] = []
  const beforeCpu = process.cpuUsage()
  const judged: (Judged & { said: Classification })[] = turns.map(({ text, label }) => {
    const start = performance.now()
    const said = classify(model, text, encoder)
    times.push(performance.now() - start)
    const best = said.ranked[0]
    return {
      said,
      // A label that training never saw cannot be right, and is not out of scope either.
      truth: label === null ? -1 : (classOf.get(label) ?? model.labels.length),
      first: best === undefined ? -2 : classOf.get(best.intent)!,
      probability: best?.probability ?? 0,
      confidence: said.confidence,
    }
  })
  const turnCpuMs = millisecondsOf(process.cpuUsage(beforeCpu)) / turns.length
  const scoped = judged.slice(0, files.test.length)
  const outOfScope = judged.slice(files.test.length)
  times.sort((a, b) => a - b)
  const rejected = ({ said }: { said: Classification }): boolean => said.outOfScope
  return {
    figures: {
      examples: model.trainedOn.examples,
      intents: model.labels.length,
      tiers: model.tiers,
      languageNote: model.languageNote,
      accuracy: accuracyOf(scoped),
      macroF1: macroF1Of(scoped),
      threshold: model.threshold,
      inScopeAccuracy: share(scoped, (turn) => turn.truth === turn.first && !rejected(turn)),
      outOfScopeRecall: outOfScope.length === 0 ? null : share(outOfScope, rejected),
      areaUnderRoc: areaUnderRocOf(judged),
      calibrationError: calibrationErrorOf(scoped),
      secondTierShare: share(judged, ({ said }) => said.tier === 2),
      trainingMs,
      trainingCpuMs,
      turnMsP50: times[Math.floor(times.length / 2)]!,
      turnMsP95: times[Math.floor(times.length * 0.95)]!,
      turnCpuMs,
      modelBytes: bytes.length,
    },
    predictions: judged.map(({ said }, i) => ({
      text: turns[i]!.text,
      label: turns[i]!.label,
      intent: said.ranked[0]?.intent ?? null,
      probability: said.ranked[0]?.probability ?? 0,
      confidence: said.confidence,
      outOfScope: said.outOfScope,
      tier: said.tier,
    })),
    report: model.crossValidation,
  }
}

function millisecondsOf({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000
}

/** Until the compiler has seen enough of a turn. */
const warmUpTurns = 300

export class ExamplesFault extends Error {}

/** @throws ExamplesFault with file, line and field. */
export function readExamples(file: string, labelled: boolean): Example[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new ExamplesFault(`${file} cannot be read`, { cause })
  }
  const examples = text.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return []
    const wrong = (what: string): ExamplesFault => new ExamplesFault(`${file}, line ${i + 1}: ${what}`)
    let value: unknown
    try {
      value = JSON.parse(line)
    } catch (cause) {
      if (!(cause instanceof SyntaxError)) throw cause
      throw wrong('not JSON')
    }
    if (typeof value !== 'object' || value === null) throw wrong('not a JSON object')
    const { text: said, label } = value as Record<string, unknown>
    // Empty texts stand in public sets: training leaves them out, and a turn without text is one that nothing covers.
    if (typeof said !== 'string') throw wrong('"text" is missing or not a string')
    if (labelled && (typeof label !== 'string' || label === ''))
      throw wrong('"label" is missing, empty or not a string')
    return [{ text: said, label: typeof label === 'string' ? label : '' }]
  })
  if (examples.length === 0) throw new ExamplesFault(`${file} has no line`)
  if (examples.length > examplesMax)
    throw new ExamplesFault(`${file} has ${examples.length} lines, more than ${examplesMax}`)
  return examples
}

/** Answers the exit code: 0, or 2 when what was given is wrong. */
export function evalCommand(
  args: readonly string[],
  out: (text: string) => void,
  errors: (text: string) => void,
): number {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        train: { type: 'string' },
        test: { type: 'string' },
        oos: { type: 'string' },
        valid: { type: 'string' },
        'oos-valid': { type: 'string' },
        'oos-train': { type: 'string' },
        predictions: { type: 'string' },
        language: { type: 'string', default: 'en' },
        'first-tier': { type: 'boolean', default: false },
        seed: { type: 'string', default: '1' },
        report: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      out(usage)
      return 0
    }
    if (positionals.length !== 1 || positionals[0] !== 'intents')
      throw new ExamplesFault('what can be evaluated is "intents"')
    if (values.train === undefined) throw new ExamplesFault('--train FILE is missing')
    if (values.test === undefined) throw new ExamplesFault('--test FILE is missing')
    if (!/^\d{1,9}$/.test(values.seed)) throw new ExamplesFault(`--seed ${values.seed} is no whole number`)
    const given = (file: string | undefined, labelled: boolean): Example[] =>
      file === undefined ? [] : readExamples(file, labelled)
    const { figures, predictions, report } = evaluateIntents(
      {
        train: readExamples(values.train, true),
        test: readExamples(values.test, true),
        outOfScopeTest: given(values.oos, false),
        valid: given(values.valid, true),
        outOfScopeValid: given(values['oos-valid'], false),
        outOfScopeTrain: given(values['oos-train'], false),
      },
      {
        encoder: values['first-tier'] ? null : readEncoder(),
        language: values.language,
        seed: Number(values.seed),
      },
    )
    if (values.predictions !== undefined)
      writeFileSync(values.predictions, predictions.map((line) => `${JSON.stringify(line)}\n`).join(''))
    out(`${JSON.stringify(values.report ? { ...figures, report } : figures)}\n`)
    return 0
  } catch (fault) {
    const isUsage =
      fault instanceof TypeError && 'code' in fault && String(fault.code).startsWith('ERR_PARSE_ARGS')
    if (!(isUsage || fault instanceof ExamplesFault || fault instanceof TrainingFault)) throw fault
    errors(`candor eval: ${fault.message}\n${isUsage ? `\n${usage}` : ''}`)
    return 2
  }
}

if (import.meta.main)
  process.exitCode = evalCommand(
    process.argv.slice(2),
    (text) => process.stdout.write(text),
    (text) => process.stderr.write(text),
  )

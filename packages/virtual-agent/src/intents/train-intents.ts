import { confidenceOf, fitConfidence, type Confidence } from './confidence.ts'
import {
  accuracyOf,
  areaUnderRocOf,
  balancedThreshold,
  mostAccurateThreshold,
  share,
  sparingThreshold,
  type Judged,
} from './evaluation.ts'
import { fitFirstTier, fitSecondTier, type FitSettings, type TrainingRows } from './fit-tiers.ts'
import { dealFolds, hashOf } from './folds.ts'
import type { IntentModel } from './intent-model.ts'
import {
  examplesMax,
  labelCharactersMax,
  labelsMax,
  textCharactersMax,
  type CrossValidation,
  type Encoder,
  type Example,
  type TrainingProgress,
} from './intent-types.ts'
import {
  centred,
  clearness,
  nearestOf,
  nearnessOf,
  rank,
  scoreFirst,
  scoreSecond,
  typicality,
  usualWeights,
  type Calibration,
  type FirstTier,
  type SecondTier,
} from './tiers.ts'
import { reportOf } from './training-report.ts'
import { openVectorReader, type VectorReader } from './vocabulary.ts'

export interface TrainingOptions {
  /** Ties and folds follow from the texts and this. */
  seed: number
  /** BCP 47; the encoder is used for English only. */
  language: string
  encoder: Encoder | null
  /** Turns to choose everything on that has to be chosen; without them, examples are held out in turn. */
  valid?: readonly Example[]
  /** Turns that no intent covers, to learn from. */
  outOfScope?: readonly string[]
  /** Turns that no intent covers, to choose the threshold on. */
  outOfScopeValid?: readonly string[]
  progress?: TrainingProgress
}

/** Examples that nothing can be learnt from; the message says which, to whoever wrote them. */
export class TrainingFault extends Error {}

/**
 * The same model for the same examples, in whatever order they come.
 * Examples without text are left out.
 * @throws TrainingFault for no example, too many, or a label that is none.
 */
export function trainIntents(examples: readonly Example[], options: TrainingOptions): IntentModel {
  const { language, seed } = options
  const progress = options.progress ?? (() => {})
  const english = language.toLowerCase().split('-')[0] === 'en'
  const encoder = english ? options.encoder : null
  const corpus = gather(examples, options, encoder, progress)
  const wordShare = chooseWordShare(corpus, seed)
  const settings: FitSettings = { seed, classes: corpus.labels.length, wordShare }

  progress(0.5, 'holding examples out')
  const final = fit(corpus, corpus.trainingRows, settings, encoder)
  const turns = heldOutTurns(corpus, settings, encoder, final, progress)
  progress(0.9, 'choosing thresholds')
  const chosen = calibrate(turns, corpus, encoder !== null)
  const crossValidation = reportOf({
    turns: turns.plain.map((turn) => chosen.judge(turn)),
    outOfScope: turns.outOfScope.map((turn) => chosen.judge(turn)),
    scoped: turns.scoped.map((turn) => chosen.judge(turn)),
    outOfScopeFrom: turns.outOfScopeFrom,
    threshold: chosen.threshold,
    labels: corpus.labels,
    textOf: (judged) => corpus.texts[judged.row]!,
    counts: corpus.counts,
    chosen: [
      { what: 'tiers', value: chosen.tiers === 2 ? 'n-grams, then the sentence encoder' : 'n-grams alone' },
      { what: 'share of words against letter groups', value: String(wordShare) },
      { what: 'weight of the second tier', value: String(chosen.calibration.secondShare) },
      { what: 'first tier decides alone from', value: chosen.calibration.sureFrom.toFixed(2) },
      { what: 'threshold', value: chosen.threshold.toFixed(3) },
      { what: 'held out', value: turns.how },
    ],
  })
  progress(1, 'done')
  return {
    labels: corpus.labels,
    language,
    tiers: chosen.tiers,
    threshold: chosen.threshold,
    trainedOn: {
      examples: corpus.counts.reduce((sum, count) => sum + count, 0),
      outOfScope: corpus.trainingRows.filter((row) => corpus.classes[row]! < 0).length,
      validation: corpus.validRows.length,
    },
    crossValidation,
    languageNote: english ? null : 'encoder-is-english-only',
    parts: {
      first: final.first,
      second: chosen.tiers === 2 ? final.second : null,
      calibration: chosen.calibration,
    },
  }
}

interface Corpus {
  labels: string[]
  /** Training rows first: examples by text, then what is out of scope; then the rows to choose on. */
  texts: string[]
  classes: Int32Array
  vectors: Float32Array[] | null
  trainingRows: number[]
  validRows: number[]
  /** Training examples of each class. */
  counts: number[]
}

function gather(
  examples: readonly Example[],
  options: TrainingOptions,
  encoder: Encoder | null,
  progress: TrainingProgress,
): Corpus {
  const valid = options.valid ?? []
  const all = examples.length + valid.length
  if (examples.every(isBlank)) throw new TrainingFault('There is no example.')
  if (all > examplesMax) throw new TrainingFault(`${all} examples are more than ${examplesMax}.`)
  for (const { label } of [...examples, ...valid]) {
    if (label === '' || label.length > labelCharactersMax)
      throw new TrainingFault(
        `A label has between 1 and ${labelCharactersMax} characters: "${label.slice(0, 40)}".`,
      )
  }
  const labels = [...new Set(examples.filter((one) => !isBlank(one)).map(({ label }) => label))].sort(byCode)
  if (labels.length > labelsMax)
    throw new TrainingFault(`${labels.length} intents are more than ${labelsMax}.`)
  const classOf = new Map(labels.map((label, i) => [label, i]))
  const strange = valid.find(({ label }) => !classOf.has(label))
  if (strange !== undefined)
    throw new TrainingFault(`"${strange.label}" has examples to choose on and none to learn from.`)

  const none = (texts: readonly string[] = []): Example[] =>
    unique(texts.map((text) => ({ text, label: '' })))
  const training = [...unique(examples), ...none(options.outOfScope)]
  const choosing = [...unique(valid), ...none(options.outOfScopeValid)]
  const rows = [...training, ...choosing]
  const classes = Int32Array.from(rows, ({ label }) => (label === '' ? -1 : classOf.get(label)!))
  const counts = labels.map(() => 0)
  for (let i = 0; i < training.length; i++) if (classes[i]! >= 0) counts[classes[i]!]!++
  return {
    labels,
    texts: rows.map(({ text }) => text),
    classes,
    vectors: encoder === null ? null : encodeAll(encoder, rows, progress),
    trainingRows: training.map((_, i) => i),
    validRows: choosing.map((_, i) => training.length + i),
    counts,
  }
}

function isBlank({ text }: Example): boolean {
  return text.trim() === ''
}

/** Texts as far as they are looked at, each with a label once, in an order of their own; blank ones say nothing. */
function unique(list: readonly Example[]): Example[] {
  const seen = new Map<string, Example>()
  for (const { text, label } of list.filter((one) => !isBlank(one))) {
    const read = text.slice(0, textCharactersMax).trim()
    seen.set(`${read}\u0000${label}`, { text: read, label })
  }
  return [...seen.keys()].sort(byCode).map((key) => seen.get(key)!)
}

function byCode(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

const encodedAtOnce = 64

function encodeAll(encoder: Encoder, rows: readonly Example[], progress: TrainingProgress): Float32Array[] {
  const vectors: Float32Array[] = []
  for (let from = 0; from < rows.length; from += encodedAtOnce) {
    vectors.push(...encoder.encode(rows.slice(from, from + encodedAtOnce).map(({ text }) => text)))
    progress((0.5 * vectors.length) / rows.length, 'encoding')
  }
  return vectors
}

interface Fitted {
  first: FirstTier
  second: SecondTier | null
  reader: VectorReader
}

function fit(
  corpus: Corpus,
  rows: readonly number[],
  settings: FitSettings,
  encoder: Encoder | null,
): Fitted {
  const training: TrainingRows = {
    texts: rows.map((row) => corpus.texts[row]!),
    classes: Int32Array.from(rows, (row) => corpus.classes[row]!),
    vectors: corpus.vectors === null ? null : rows.map((row) => corpus.vectors![row]!),
  }
  const first = fitFirstTier(training, settings)
  return {
    first,
    second: encoder === null ? null : fitSecondTier(training, encoder.parts, settings),
    reader: openVectorReader(first.vocabulary),
  }
}

/** A turn that the tiers which read it were not fitted on. */
interface Turn {
  row: number
  truth: number
  first: Float32Array
  known: number
  /** Null without a second tier, or where the encoder saw nothing. */
  second: { scores: Float32Array; meaning: Float32Array; typicality: number; tier: SecondTier } | null
}

interface HeldOut {
  /** In scope, read by tiers that know all intents. */
  plain: Turn[]
  /** For the threshold: in scope and out of it, read by the same tiers. */
  scoped: Turn[]
  outOfScope: Turn[]
  outOfScopeFrom: CrossValidation['outOfScopeFrom']
  how: string
}

/** Fewer tell too little to choose on them alone. */
const validMin = 50
/** With more examples than this, some folds stand for all. */
const manyExamples = 5_000

function heldOutTurns(
  corpus: Corpus,
  settings: FitSettings,
  encoder: Encoder | null,
  final: Fitted,
  progress: TrainingProgress,
): HeldOut {
  const { trainingRows, validRows, classes } = corpus
  const validScoped = validRows.filter((row) => classes[row]! >= 0)
  const validOut = validRows.filter((row) => classes[row]! < 0).map((row) => read(corpus, final, row))
  let plain: Turn[]
  let out = validOut
  let how: string
  if (validScoped.length >= validMin) {
    plain = validScoped.map((row) => read(corpus, final, row))
    how = `${plain.length} validation turns`
  } else {
    const large = trainingRows.length > manyExamples
    const folds = dealFolds(corpus.texts, classes, trainingRows, large ? 4 : 5, settings.seed)
    const used = large ? folds.slice(0, 2) : folds
    const read2 = used.flatMap((fold, i) => {
      progress(0.55 + (0.2 * i) / used.length, 'holding examples out')
      const held = new Set(fold)
      const others = trainingRows.filter((row) => !held.has(row))
      // An intent whose only example is held out cannot be found.
      const fitted = fit(corpus, others, settings, encoder)
      return fold.map((row) => read(corpus, fitted, row))
    })
    plain = read2.filter(({ truth }) => truth >= 0)
    if (out.length === 0) out = read2.filter(({ truth }) => truth < 0)
    how = `${plain.length} examples in ${used.length} of ${folds.length} folds`
  }
  if (out.length >= outOfScopeMin)
    return { plain, scoped: plain, outOfScope: out, outOfScopeFrom: 'given', how }
  const left = leaveIntentsOut(corpus, settings, encoder, progress)
  return left === null
    ? { plain, scoped: plain, outOfScope: [], outOfScopeFrom: 'none', how }
    : { plain, ...left, outOfScopeFrom: 'left-out-intents', how }
}

/** Fewer turns out of scope are an anecdote. */
const outOfScopeMin = 20

/**
 * Nobody gave turns out of scope: some intents are left out of training in turn, and their examples are such turns. They
 * are nearer to the intents than most of what visitors will say, so what rejects them rejects the rest.
 */
function leaveIntentsOut(
  corpus: Corpus,
  settings: FitSettings,
  encoder: Encoder | null,
  progress: TrainingProgress,
): Pick<HeldOut, 'scoped' | 'outOfScope'> | null {
  const { labels, trainingRows, classes, texts } = corpus
  if (labels.length < 4) return null
  const large = trainingRows.length > manyExamples
  const groups = Math.min(5, Math.floor(labels.length / 2))
  const order = labels
    .map((label, i) => ({ i, hash: hashOf(label, settings.seed) }))
    .sort((a, b) => a.hash - b.hash || a.i - b.i)
  const groupOf = new Int32Array(labels.length)
  for (const [place, { i }] of order.entries()) groupOf[i] = place % groups
  const folds = dealFolds(texts, classes, trainingRows, groups, settings.seed + 1)
  const scoped: Turn[] = []
  const outOfScope: Turn[] = []
  for (let group = 0; group < (large ? 2 : groups); group++) {
    progress(0.75 + (0.15 * group) / groups, 'leaving intents out')
    const held = new Set(folds[group])
    const isLeftOut = (row: number): boolean => classes[row]! >= 0 && groupOf[classes[row]!] === group
    const others = trainingRows.filter((row) => !held.has(row) && !isLeftOut(row))
    const fitted = fit(corpus, others, settings, encoder)
    for (const row of folds[group]!)
      if (!isLeftOut(row) && classes[row]! >= 0) scoped.push(read(corpus, fitted, row))
    for (const row of trainingRows)
      if (isLeftOut(row)) outOfScope.push({ ...read(corpus, fitted, row), truth: -1 })
  }
  return { scoped, outOfScope }
}

function read(corpus: Corpus, { first, second, reader }: Fitted, row: number): Turn {
  const scores = new Float32Array(corpus.labels.length)
  const vector = reader.read(corpus.texts[row]!)
  scoreFirst(first, vector, scores)
  const turn: Turn = { row, truth: corpus.classes[row]!, first: scores, known: vector.known, second: null }
  if (second === null) return turn
  const meaning = centred(second, corpus.vectors![row]!)
  if (meaning === null) return turn
  const more = new Float32Array(scores.length)
  scoreSecond(second, meaning, more)
  return {
    ...turn,
    second: { scores: more, meaning, typicality: typicality(second, meaning), tier: second },
  }
}

/** Where a set is small, how much letters may say is found out; for large ones half is as good as any. */
const wordShares = [0.5, 0.25, 0.75]
const smallSet = 3_000

function chooseWordShare(corpus: Corpus, seed: number): number {
  const { trainingRows, classes, texts, labels } = corpus
  if (trainingRows.length > smallSet || labels.length < 2) return wordShares[0]!
  const folds = dealFolds(texts, classes, trainingRows, 5, seed)
  const tried = wordShares.map((wordShare) => {
    const right = folds.map((fold) => {
      const held = new Set(fold)
      const others = trainingRows.filter((row) => !held.has(row))
      const fitted = fit(corpus, others, { seed, classes: labels.length, wordShare }, null)
      return fold.filter((row) => {
        const { first, truth } = read(corpus, fitted, row)
        return truth >= 0 && rank(first, 1, 1).classes[0] === truth
      }).length
    })
    return { wordShare, right: right.reduce((sum, count) => sum + count, 0) }
  })
  // What is usual stays unless another is better by more than chance: one in a hundred.
  const usual = tried[0]!
  const best = tried.reduce((a, b) => (b.right > a.right ? b : a))
  return best.right - usual.right > trainingRows.length / 100 ? best.wordShare : usual.wordShare
}

/** What the second tier may weigh beside the first; 0 is to do without it. */
const secondShares = [0, 0.4, 0.6, 0.8, 1, 1.3]
/** The second tier costs milliseconds a turn, so it has to be worth this much accuracy. */
const worthMin = 0.003
const sureFroms = [0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.96, 0.98, 1]
/** What may be lost by not asking the second tier about turns that the first is sure of. */
const accuracyLossMax = 0.002
const areaLossMax = 0.004
/** So many turns in scope stay with the first tier all the same: most turns have to cost microseconds. */
const sureShareMin = 0.58
/** With made-up turns out of scope, the threshold rejects no more of the right answers than this. */
const rejectedRightMax = 0.03
/** Without any, it rejects what is plainly unlike the examples. */
const rejectedRightUsual = 0.02

interface Chosen {
  calibration: Calibration
  threshold: number
  tiers: 1 | 2
  judge(turn: Turn): Judged & { row: number }
}

function calibrate(turns: HeldOut, corpus: Corpus, withEncoder: boolean): Chosen {
  const secondShare = withEncoder ? chooseShare(turns.plain) : 0
  const both = (turn: Turn): Float32Array =>
    turn.second === null
      ? turn.first
      : turn.first.map((score, c) => score + secondShare * turn.second!.scores[c]!)
  const sharpness: Calibration['sharpness'] = [
    sharpnessOf(turns.plain, (turn) => turn.first),
    sharpnessOf(turns.plain, both),
  ]
  const firstSignals = (turn: Turn): number[] => {
    const ranking = rank(turn.first, sharpness[0], 2)
    return [ranking.score, clearness(ranking), turn.known]
  }
  const secondSignals = (turn: Turn): number[] => {
    const { second } = turn
    const ranking = rank(both(turn), sharpness[1], 2)
    const own = second === null ? [] : nearestOf(second.tier, second.meaning, ranking.classes.slice(0, 1))
    return [ranking.score, clearness(ranking), nearnessOf(own), second?.typicality ?? 0]
  }
  const seen = (list: readonly Turn[]): Turn[] => list.filter(({ second }) => second !== null)
  const signals = new Map<Turn, number[]>()
  const secondSignalsOnce = (turn: Turn): number[] => {
    let found = signals.get(turn)
    if (found === undefined) signals.set(turn, (found = secondSignals(turn)))
    return found
  }
  const confidence: [Confidence, Confidence] = [
    fitConfidence(turns.scoped.map(firstSignals), turns.outOfScope.map(firstSignals), usualWeights[0]),
    fitConfidence(
      seen(turns.scoped).map(secondSignalsOnce),
      seen(turns.outOfScope).map(secondSignalsOnce),
      usualWeights[1],
    ),
  ]

  const judgeBy = (turn: Turn, sureFrom: number): Judged & { row: number } => {
    const { row, truth } = turn
    const one = rank(turn.first, sharpness[0], 1)
    const sure = confidenceOf(confidence[0], firstSignals(turn))
    if (secondShare === 0 || turn.second === null || Math.min(one.probabilities[0]!, sure) >= sureFrom)
      return { row, truth, first: one.classes[0]!, probability: one.probabilities[0]!, confidence: sure }
    const two = rank(both(turn), sharpness[1], 1)
    return {
      row,
      truth,
      first: two.classes[0]!,
      probability: two.probabilities[0]!,
      confidence: confidenceOf(confidence[1], secondSignalsOnce(turn)),
    }
  }
  const sureness = turns.plain
    .map((turn) =>
      Math.min(
        rank(turn.first, sharpness[0], 1).probabilities[0]!,
        confidenceOf(confidence[0], firstSignals(turn)),
      ),
    )
    .sort((a, b) => a - b)
  const sureFrom = secondShare === 0 ? 0 : chooseSureFrom(turns, sureness, judgeBy)
  const judge = (turn: Turn): Judged & { row: number } => judgeBy(turn, sureFrom)
  return {
    calibration: { secondShare, sharpness, confidence, sureFrom },
    threshold: chooseThreshold(turns, judge, corpus.labels.length),
    tiers: secondShare === 0 ? 1 : 2,
    judge,
  }
}

function chooseShare(turns: readonly Turn[]): number {
  const accuracies = secondShares.map((weight) =>
    share(turns, ({ first, second, truth }) => {
      const scores = second === null ? first : first.map((score, c) => score + weight * second.scores[c]!)
      return rank(scores, 1, 1).classes[0] === truth
    }),
  )
  const best = accuracies.reduce((a, accuracy, i) => (accuracy > accuracies[a]! ? i : a), 0)
  return accuracies[best]! - accuracies[0]! < worthMin ? 0 : secondShares[best]!
}

/** The sharpness under which the truths are likeliest, by golden sections of its logarithm. */
function sharpnessOf(turns: readonly Turn[], scoresOf: (turn: Turn) => Float32Array): number {
  const rows = turns.map((turn) => ({ scores: scoresOf(turn), truth: turn.truth }))
  if (rows.length === 0) return usualSharpness
  const loss = (sharpness: number): number =>
    rows.reduce((sum, { scores, truth }) => {
      let most = -Infinity
      for (const score of scores) if (score > most) most = score
      let all = 0
      for (const score of scores) all += Math.exp((score - most) * sharpness)
      return sum + Math.log(all) - (scores[truth]! - most) * sharpness
    }, 0)
  let [low, high] = [Math.log(0.5), Math.log(30)]
  const golden = (Math.sqrt(5) - 1) / 2
  for (let step = 0; step < 18; step++) {
    const [a, b] = [high - golden * (high - low), low + golden * (high - low)]
    if (loss(Math.exp(a)) < loss(Math.exp(b))) high = b
    else low = a
  }
  return Math.exp((low + high) / 2)
}

const usualSharpness = 4

function chooseSureFrom(
  turns: HeldOut,
  sureness: readonly number[],
  judge: (turn: Turn, sureFrom: number) => Judged,
): number {
  const area = (sureFrom: number): number =>
    areaUnderRocOf([...turns.scoped, ...turns.outOfScope].map((turn) => judge(turn, sureFrom))) ?? 1
  const accuracy = (sureFrom: number): number => accuracyOf(turns.plain.map((turn) => judge(turn, sureFrom)))
  // Above 1: never sure.
  const [accuracyMin, areaMin] = [accuracy(2) - accuracyLossMax, area(2) - areaLossMax]
  const from = sureFroms.find((one) => accuracy(one) >= accuracyMin && area(one) >= areaMin) ?? 2
  return Math.min(from, sureness[Math.floor(sureness.length * (1 - sureShareMin))] ?? from)
}

function chooseThreshold(turns: HeldOut, judge: (turn: Turn) => Judged, labels: number): number {
  const scoped = turns.scoped.map(judge)
  const all = [...scoped, ...turns.outOfScope.map(judge)]
  // With one intent there is nothing to tell apart, and no saying what is unlike it.
  if (labels < 2) return 0
  switch (turns.outOfScopeFrom) {
    case 'given':
      return mostAccurateThreshold(all)
    case 'left-out-intents':
      return Math.min(balancedThreshold(all), sparingThreshold(scoped, rejectedRightMax))
    case 'none':
      return sparingThreshold(scoped, rejectedRightUsual)
  }
}

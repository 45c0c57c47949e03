import type { Language } from '../script.ts'
import { estimateProbability, type AnswerProbability, type Asked } from './answer-probability.ts'
import type { RankModel } from './knowledge-index.ts'
import { learnRankWeights, scoresOf, shares, type Ranking } from './rank-weights.ts'
import { openShelf, type Entry, type LeftOut, type Query, type Shelf, type ShelfVectors } from './shelf.ts'

/** A chance is a share among so many: what stands further behind changes none. */
export const candidatesMax = 64

const folds = 5
/** Fewer held-out questions say too little about how visitors ask. */
const questionsMin = 50
/** Fewer titles and questions together say nothing at all. */
const askedMin = 20
/** More are thinned out evenly: the figures do not get better by more, and each is compared with every article. */
const askedMax = 2_000
/**
 * Each question is also asked as if nobody had written its article, and so much of that counts: one question in five
 * that no article covers. They are the hard kind, next to what is covered; visitors' small talk is easier to tell.
 */
const uncoveredWeight = 0.25

/**
 * How much parts count before anything is learnt, without the encoder and with it; kept where no questions are known.
 * A visitor's sentence and a passage of an article are seldom near for a sentence encoder, two questions are: on
 * tau-bench's bank, more weight of the meaning only found less (docs/bench.md).
 */
const weightsBefore = {
  questions: { lexical: [12, 6, 6, 0, 0], full: [4, 6, 3, 13, 4] },
  titles: { lexical: [12, 4, 6, 0, 0], full: [12, 4, 6, 0.5, 0] },
}
/** Where nothing could be estimated: half sure at a share of two thirds, and a threshold that few reach. */
const cautious: AnswerProbability = {
  coefficients: [0.8, 2, 0, 0, 2, 0, -3, -1.5],
  threshold: 0.8,
  from: 'defaults',
  asked: 0,
  precision: 0,
  answered: 0,
}

/**
 * Learns how much each part counts and how likely a first place is right, by asking what is known to belong to an
 * article and holding it out: its example questions, a fifth at a time; where those are few, its title and headings.
 */
export function learnShelf(
  entries: readonly Entry[],
  encoded: ShelfVectors | null,
  language: Language,
  precisionMin: number,
): { lexical: RankModel; full: RankModel | null } {
  const questions = entries.reduce((sum, entry) => sum + entry.questions.length, 0)
  const from = questions >= questionsMin ? 'questions' : 'titles'
  const held = holdOut(entries, encoded, from)
  const all = Array.from({ length: folds }, (_, fold) => {
    const own = held.filter((one) => one.fold === fold)
    if (own.length === 0) return []
    const shelf = openShelf(entries, encoded, language, { leftOut: leftOutOf(fold, from) })
    const { lexical, full } = weightsBefore[from]
    return own.map(({ text, vector, entry }) =>
      compareHeld(shelf, shelf.read(text, vector), entry, fold, vector === null ? lexical : full),
    )
  }).flat()
  return {
    lexical: learnModel(all, weightsBefore[from].lexical, from, precisionMin),
    full: encoded && learnModel(all, weightsBefore[from].full, from, precisionMin),
  }
}

interface HeldOut {
  text: string
  vector: Float32Array | null
  entry: number
  fold: number
}

function holdOut(
  entries: readonly Entry[],
  encoded: ShelfVectors | null,
  from: 'questions' | 'titles',
): HeldOut[] {
  const vectors = encoded?.entries
  // A title is kept with its first part only; the head says nothing to it.
  const whole = (first: Float32Array | undefined): Float32Array | null => {
    if (first === undefined) return null
    const all = new Float32Array(encoded!.parts.reduce((sum, length) => sum + length, 0))
    all.set(first)
    return all
  }
  const held = entries.flatMap((entry, e): HeldOut[] => {
    const questions = entry.questions.map((text, q) => ({
      text,
      vector: vectors?.[e]!.questions[q] ?? null,
      entry: e,
      fold: q % folds,
    }))
    // A title is asked for where there is a text to find it by.
    if (from === 'questions' || entry.passages.length === 0) return questions
    const headings = entry.passages.flatMap(({ headings }, p) =>
      headings.length === 0 || String(entry.passages[p - 1]?.headings) === String(headings)
        ? []
        : [{ text: [entry.title, ...headings].join('. '), vector: whole(vectors?.[e]!.headings[p]) }],
    )
    return [
      ...questions,
      ...[{ text: entry.title, vector: whole(vectors?.[e]!.title) }, ...headings].map((one) => ({
        ...one,
        entry: e,
        fold: e % folds,
      })),
    ]
  })
  const stride = Math.max(1, held.length / askedMax)
  return Array.from({ length: Math.min(held.length, askedMax) }, (_, i) => held[Math.floor(i * stride)]!)
}

function leftOutOf(fold: number, from: 'questions' | 'titles'): LeftOut {
  return {
    title: (entry) => from === 'titles' && entry % folds === fold,
    question: (_, question) => question % folds === fold,
  }
}

/** A held-out text beside its nearest articles, the right one first. */
interface Compared {
  query: Query
  fold: number
  /** Values of each part for the candidates; the right one is candidate 0. */
  parts: Float64Array[]
}

function compareHeld(
  shelf: Shelf,
  query: Query,
  entry: number,
  fold: number,
  weights: readonly number[],
): Compared {
  const parts = shelf.compare(query)
  const scores = scoresOf(parts, weights)
  const others = Array.from(scores, (_, i) => i)
    .filter((i) => i !== entry)
    .sort((a, b) => scores[b]! - scores[a]! || a - b)
    .slice(0, candidatesMax - 1)
  const candidates = [entry, ...others]
  return { query, fold, parts: parts.map((values) => Float64Array.from(candidates, (i) => values[i]!)) }
}

function learnModel(
  all: readonly Compared[],
  start: readonly number[],
  from: 'questions' | 'titles',
  precisionMin: number,
): RankModel {
  if (all.length < askedMin) return { weights: [...start], answer: cautious }
  const rankings = all.map(({ parts }) => ({ parts: muted(parts, start), right: 0 }) satisfies Ranking)
  // Titles are asked in the words of whoever wrote the article: they tell when an answer is likely, and not how
  // much letters or meanings count for visitors, who have words of their own.
  const weights = from === 'questions' ? learnRankWeights(rankings, start) : [...start]
  const asked = all.flatMap((one, i): Asked[] => {
    const { parts } = rankings[i]!
    const scores = scoresOf(parts, weights)
    const whole = outcome(one, parts, scores)
    // The same question, had nobody written its article.
    const without = scores.map((score, c) => (c === 0 ? -Infinity : score))
    const uncovered = scores.length < 2 ? [] : [{ ...outcome(one, parts, without), weight: uncoveredWeight }]
    return [{ ...whole, weight: 1 }, ...uncovered]
  })
  return {
    weights,
    answer: { ...estimateProbability(asked, precisionMin, folds), from, asked: all.length },
  }
}

/** Parts that do not take part in a model are left out of it, whatever they say. */
function muted(parts: readonly Float64Array[], weights: readonly number[]): Float64Array[] {
  return parts.map((values, k) => (weights[k] === 0 ? new Float64Array(values.length) : values))
}

function outcome(
  { query, fold }: Compared,
  parts: readonly Float64Array[],
  scores: Float64Array,
): Omit<Asked, 'weight'> {
  let first = 0
  for (let c = 1; c < scores.length; c++) if (scores[c]! > scores[first]!) first = c
  return { signs: signsOf(query, parts, first, shares(scores)[first]!), right: first === 0, fold }
}

/** What speaks for a first place: its lead, what it has in common with the text, and what of the text nobody wrote about. */
export function signsOf(
  query: Query,
  parts: readonly ArrayLike<number>[],
  first: number,
  share: number,
): number[] {
  const odds = Math.log(Math.max(share, 1e-6) / Math.max(1 - share, 1e-6))
  const unknown = query.unknown.length / Math.max(1, query.stems.length + query.unknown.length)
  return [odds / 4, ...parts.map((values) => values[first]!), unknown]
}

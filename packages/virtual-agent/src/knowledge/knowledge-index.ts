import { Refusal } from '@candor/protocol/refusals.ts'
import type { Encoder } from '../intents/intent-types.ts'
import type { Language } from '../script.ts'
import { languageOf } from '../tokens.ts'
import type { AnswerProbability } from './answer-probability.ts'
import { probabilityOf } from './answer-probability.ts'
import { articlesMax, type Article } from './article.ts'
import { chunkArticle, splitText } from './chunk-article.ts'
import { scoresOf, shares } from './rank-weights.ts'
import type { FoundPassage, SearchResult } from './search-result.ts'
import {
  openShelf,
  partNames,
  type Entry,
  type EntryVectors,
  type Query,
  type Shelf,
  type ShelfVectors,
} from './shelf.ts'
import { candidatesMax, learnShelf, signsOf } from './learn-shelf.ts'
import { fromBytes, meanDirection, toBytes, unitParts } from './vector.ts'

/** The approved articles of a tenant, ready to be asked. */
export interface KnowledgeIndex {
  /** One for each language. Sorted by language, their entries by id. */
  readonly shelves: readonly KnownShelf[]
  readonly encoder: Encoder | null
}

export interface KnownShelf {
  readonly language: Language
  readonly shelf: Shelf
  readonly vectors: ShelfVectors | null
  /** Words and letters only: for languages that the encoder does not know, and when there is none. */
  readonly lexical: RankModel
  /** With the encoder; null when the index was built without. */
  readonly full: RankModel | null
}

export interface RankModel {
  /** One for each of `partNames`. */
  weights: number[]
  answer: AnswerProbability
}

export interface BuildOptions {
  encoder: Encoder | null
  /** Share of given answers that must be right. */
  precisionMin?: number
  /** An earlier index made with the same encoder: what it has encoded is not encoded again. */
  previous?: KnowledgeIndex | null
  progress?: (fraction: number) => void
}

export const precisionMinDefault = 0.9
/** Each takes some 30 KB of memory; comparing a text with all of them takes some 60 ms, in which a server does nothing else. */
export const passagesMax = 20_000
/** The encoder looks at the first 128 pieces of a text, about 500 characters: longer ones are encoded in parts. */
const encodedCharactersMax = 450
/** The encoder's language. */
export const encoderLanguage: Language = 'en'

/**
 * Takes seconds to minutes (the encoder needs a few milliseconds for each passage): call it where that may be, in a
 * worker. Articles that are not approved are left out. The same articles give the same index, in whatever order.
 *
 * @throws Refusal `too_large` when there are more articles or passages than an index holds.
 */
export function buildIndex(articles: readonly Article[], options: BuildOptions): KnowledgeIndex {
  const approved = articles.filter((article) => article.approved)
  if (approved.length > articlesMax)
    throw new Refusal('too_large', `An index has at most ${articlesMax} articles.`)
  const entries = approved.map(entryOf).sort((a, b) => (a.id < b.id ? -1 : 1))
  const passages = entries.reduce((sum, entry) => sum + entry.passages.length, 0)
  if (passages > passagesMax) throw new Refusal('too_large', `An index has at most ${passagesMax} passages.`)
  const { encoder, precisionMin = precisionMinDefault, previous = null, progress = () => {} } = options
  const shelves = languagesOf(entries).map((language): KnownShelf => {
    const own = entries.filter((entry) => entry.language === language)
    const encoded = language === encoderLanguage ? encoder : null
    const vectors = encoded && encodeEntries(own, encoded, previous, (fraction) => progress(0.8 * fraction))
    const learnt = learnShelf(own, vectors, language, precisionMin)
    return { language, shelf: openShelf(own, vectors, language), vectors, ...learnt }
  })
  progress(1)
  return { shelves, encoder }
}

export interface SearchOptions {
  /** The visitor's language when it is known; else it is read from the text. */
  language?: Language | null
  /** The text's vector, as the encoder made it, when the caller has it already. */
  vector?: Float32Array | null
  passagesMax?: number
}

/** A longer turn is a story whose beginning says what it is about. */
export const textCharactersMax = 2_000
const passagesDefault = 3

/** What the articles say to a text. Deterministic; some milliseconds, most of them the encoder's. */
export function search(index: KnowledgeIndex, text: string, options: SearchOptions = {}): SearchResult {
  const { passagesMax = passagesDefault } = options
  const said = text.slice(0, textCharactersMax).toWellFormed()
  const language = options.language ?? languageOf(said)
  const spoken = index.shelves.filter((known) => known.language === language)
  const results = (spoken.length > 0 ? spoken : index.shelves).map((known) =>
    searchShelf(known, said, vectorFor(known, said, index.encoder, options.vector ?? null), passagesMax),
  )
  const first = results.reduce<SearchResult | null>(
    (best, one) =>
      best === null || (one.passages[0]?.probability ?? 0) > (best.passages[0]?.probability ?? 0)
        ? one
        : best,
    null,
  )
  if (first === null)
    return {
      passages: [],
      threshold: 1,
      answered: false,
      query: { stems: [], unknown: [], encoded: false },
    }
  // Names and numbers are alike in all languages; how likely an answer is was learnt from questions in its own.
  return { ...first, answered: first.answered && (spoken.length > 0 || language === null) }
}

function vectorFor(
  known: KnownShelf,
  text: string,
  encoder: Encoder | null,
  given: Float32Array | null,
): Float32Array | null {
  if (known.full === null) return null
  const vector = given ?? encoder?.encode([text])[0]
  return vector === undefined ? null : unitParts(vector, known.vectors!.parts)
}

function searchShelf(
  { shelf, lexical, full }: KnownShelf,
  text: string,
  vector: Float32Array | null,
  passagesMax: number,
): SearchResult {
  const query = shelf.read(text, vector)
  const model = vector === null || full === null ? lexical : full
  const parts = shelf.compare(query)
  const scores = scoresOf(parts, model.weights)
  const ranked = topOf(scores, candidatesMax)
  const chances = shares(Float64Array.from(ranked, (entry) => scores[entry]!))
  const quotable = ranked.flatMap((entry, place): FoundPassage[] => {
    if (place >= passagesMax) return []
    const passage = shelf.passageOf(query, entry)
    // Nothing in common with any article: what stands first stands there by its name only.
    if (passage === null || scores[entry]! <= 0) return []
    return [found(shelf, query, entry, passage, parts, model.weights, scores[entry]!)]
  })
  const first = ranked[0]
  const probability =
    first === undefined || scores[first]! <= 0
      ? 0
      : probabilityOf(model.answer.coefficients, signsOf(query, parts, first, chances[0]!))
  // How the places behind the first share follows from the ranking; whether anything is right at all does not.
  for (const [place, one] of quotable.entries())
    one.probability = (probability * chances[place]!) / chances[0]!
  const { threshold } = model.answer
  return {
    passages: quotable,
    threshold,
    answered:
      quotable.length > 0 && quotable[0]!.article === shelf.entries[first!]!.id && probability >= threshold,
    query: {
      stems: [...new Set(query.stems)],
      unknown: [...new Set(query.unknown)],
      encoded: vector !== null,
    },
  }
}

function found(
  shelf: Shelf,
  query: Query,
  entry: number,
  passage: number,
  parts: readonly Float64Array[],
  weights: readonly number[],
  score: number,
): FoundPassage {
  const { id, version, title, address, language, passages } = shelf.entries[entry]!
  const quoted = passages[passage]!
  return {
    id: quoted.id,
    article: id,
    version,
    title,
    heading: quoted.headings.join(' › '),
    text: quoted.text,
    address,
    language,
    score,
    probability: 0,
    why: {
      parts: partNames.map((name, k) => ({ name, value: parts[k]![entry]!, weight: weights[k]! })),
      terms: shelf.sharedStems(query, entry),
      question: shelf.nearestQuestion(query, entry),
    },
  }
}

/** Places of the highest scores, best first; of two that are alike the earlier one. */
export function topOf(scores: ArrayLike<number>, count: number): number[] {
  return Array.from(scores, (_, i) => i)
    .sort((a, b) => scores[b]! - scores[a]! || a - b)
    .slice(0, count)
}

function entryOf(article: Article): Entry {
  const { id, version, title, address, language, questions } = article
  return {
    id,
    version,
    title,
    address,
    language,
    questions: [...questions],
    passages: chunkArticle(article).map(({ id, headings, text }) => ({ id, headings, text })),
  }
}

function languagesOf(entries: readonly Entry[]): Language[] {
  return [...new Set(entries.map(({ language }) => language))].sort()
}

function encodeEntries(
  entries: readonly Entry[],
  encoder: Encoder,
  previous: KnowledgeIndex | null,
  progress: (fraction: number) => void,
): ShelfVectors {
  const { parts } = encoder
  const known = knownVectors(previous, parts)
  const whole = (text: string): Float32Array => {
    const before = known.questions.get(text)
    if (before !== undefined) return before
    const [vector] = encoder.encode([text])
    return fromBytes(toBytes(unitParts(vector!, parts)))
  }
  const meaning = (text: string): Float32Array => {
    const before = known.texts.get(text)
    if (before !== undefined) return before
    const vectors = encoder
      .encode(splitText(text, encodedCharactersMax))
      .map((vector) => unitParts(vector, parts).subarray(0, parts[0]))
    return fromBytes(toBytes(meanDirection(vectors) ?? new Float32Array(parts[0]!)))
  }
  return {
    parts,
    entries: entries.map((entry, e): EntryVectors => {
      progress(e / entries.length)
      return {
        title: meaning(entry.title),
        headings: entry.passages.map(({ headings }) => meaning(headingText(entry.title, headings))),
        passages: entry.passages.map(({ text }) => meaning(text)),
        questions: entry.questions.map(whole),
      }
    }),
  }
}

const headingText = (title: string, headings: readonly string[]): string => [title, ...headings].join('. ')

function knownVectors(previous: KnowledgeIndex | null, parts: readonly number[]) {
  const texts = new Map<string, Float32Array>()
  const questions = new Map<string, Float32Array>()
  for (const { shelf, vectors } of previous?.shelves ?? []) {
    if (vectors === null || String(vectors.parts) !== String(parts)) continue
    for (const [e, entry] of shelf.entries.entries()) {
      const own = vectors.entries[e]!
      texts.set(entry.title, own.title)
      for (const [p, { headings, text }] of entry.passages.entries()) {
        texts.set(headingText(entry.title, headings), own.headings[p]!)
        texts.set(text, own.passages[p]!)
      }
      for (const [q, question] of entry.questions.entries()) questions.set(question, own.questions[q]!)
    }
  }
  return { texts, questions }
}

import type { Language } from '../script.ts'
import { wordsOf } from '../tokens.ts'
import { openBm25 } from './bm25.ts'
import { headScore, learnExampleHead, type ExampleHead } from './example-head.ts'
import { openSpelling } from './nearest-spelling.ts'
import { isFunctionWord, letterPieces, searchStems, subjectStems } from './search-words.ts'
import { stemWord } from './stem-word.ts'
import { cosine, meanDirection } from './vector.ts'

/** An article as it is searched. */
export interface Entry {
  id: string
  version: number
  title: string
  address: string | null
  language: Language
  passages: { id: string; headings: string[]; text: string }[]
  questions: string[]
}

/**
 * What an encoder made of an entry; the title and the headings of a passage count as one text. Of these the first part
 * is kept, which cosines compare; of questions all parts, from which the example head learns.
 */
export interface EntryVectors {
  title: Float32Array
  headings: Float32Array[]
  passages: Float32Array[]
  questions: Float32Array[]
}

/** What is compared between a text and an article. Each has 0 for "nothing in common" and 1 for "all of it". */
export const partNames = ['words', 'letters', 'whole article', 'meaning', 'examples'] as const
const parts = partNames.length

export interface Query {
  text: string
  /** Stems with what spelling corrected, in order. */
  stems: string[]
  /** Of these, the ones of words that say what the text is about. */
  subject: string[]
  /** Stems that no article has, function words left out. */
  unknown: string[]
  pieces: string[]
  /** All parts, each of length 1. */
  vector: Float32Array | null
}

/** The articles of one language, ready to be compared with texts. */
export interface Shelf {
  readonly entries: readonly Entry[]
  readonly head: ExampleHead | null
  read(text: string, vector: Float32Array | null): Query
  /** For each part a value for each entry. */
  compare(query: Query): Float64Array[]
  /** Which passage of an entry is nearest, or null when it has none. */
  passageOf(query: Query, entry: number): number | null
  /** Stems that an entry shares with the text, the one that counts most first. */
  sharedStems(query: Query, entry: number): string[]
  /** The example question that is nearest in meaning, when it is nearer than every passage. */
  nearestQuestion(query: Query, entry: number): string | null
}

/** What a fold of the cross-validation must not know: it asks for just this. */
export interface LeftOut {
  title(entry: number): boolean
  question(entry: number, question: number): boolean
}

const nothingLeftOut: LeftOut = { title: () => false, question: () => false }

/** Vectors of all entries, and the lengths of the parts that a question's has. */
export interface ShelfVectors {
  parts: readonly number[]
  entries: readonly EntryVectors[]
}

export function openShelf(
  entries: readonly Entry[],
  encoded: ShelfVectors | null,
  language: Language,
  { leftOut = nothingLeftOut, head }: { leftOut?: LeftOut; head?: ExampleHead | null } = {},
): Shelf {
  const vectors = encoded?.entries ?? null
  const shown = entries.map((entry, e) => ({
    title: leftOut.title(e) ? '' : entry.title,
    passages: entry.passages.map(({ headings, text }) => ({
      headings: leftOut.title(e) ? '' : headings.join('\n'),
      text,
    })),
    questions: entry.questions.filter((_, q) => !leftOut.question(e, q)),
  }))
  const stems = (text: string): string[] => searchStems(text, language)

  // The questions of an entry are one text among its passages.
  const units: { entry: number; passage: number | null; stems: string[] }[] = shown.flatMap((entry, e) => [
    { entry: e, passage: null, stems: stems([entry.title, ...entry.questions].join('\n')) },
    ...entry.passages.map(({ headings, text }, passage) => ({
      entry: e,
      passage,
      stems: stems(`${entry.title}\n${headings}\n${text}`),
    })),
  ])
  const unitWords = openBm25(units.map((unit) => unit.stems))
  // Over a whole article function words only say how long it is.
  const wholeWords = openBm25(
    shown.map((entry) =>
      subjectStems(
        [
          entry.title,
          ...entry.questions,
          ...entry.passages.map((one) => `${one.headings}\n${one.text}`),
        ].join('\n'),
        language,
      ),
    ),
  )
  const letters = openBm25(
    shown.map((entry) =>
      letterPieces(
        [entry.title, ...new Set(entry.passages.map((one) => one.headings)), ...entry.questions].join('\n'),
      ),
    ),
  )
  const unitsOf = entries.map((): { unit: number; passage: number }[] => [])
  for (const [unit, { entry, passage }] of units.entries())
    if (passage !== null) unitsOf[entry]!.push({ unit, passage })

  const spelling = openSpelling(countWords(shown))
  const meaning = encoded && openMeaning(encoded, leftOut)
  const examples =
    encoded &&
    (head === undefined
      ? learnExampleHead(
          encoded.entries.flatMap((entry, article) =>
            entry.questions.flatMap((vector, q) =>
              leftOut.question(article, q) ? [] : [{ vector, article }],
            ),
          ),
          entries.length,
          encoded.parts.length,
        )
      : head)

  /** A word that nobody wrote weighs as the rarest: a text that is about something else must not come near 1. */
  const rarest = (texts: number): number => Math.log(1 + (texts + 0.5) / 0.5) * 2.2
  function most(index: ReturnType<typeof openBm25>, terms: readonly string[], unknown: number): number {
    return index.scoreMax(terms) + unknown * rarest(index.size)
  }

  return {
    entries,
    head: examples,
    read(text, vector) {
      const query: Query = { text, stems: [], subject: [], unknown: [], pieces: letterPieces(text), vector }
      for (const word of wordsOf(text)) {
        const empty = isFunctionWord(word)
        const stem = stemWord(word, language)
        const known = unitWords.weight(stem) > 0
        const meant = known || empty ? null : spelling.nearest(word)
        const read = known ? stem : meant === null ? null : stemWord(meant, language)
        if (read !== null) query.stems.push(read)
        if (read !== null && !empty) query.subject.push(read)
        if (read === null && !empty) query.unknown.push(stem)
      }
      return query
    },
    compare(query) {
      const values = Array.from({ length: parts }, () => new Float64Array(entries.length))
      const [words, pieces, whole, near, taught] = values as [
        Float64Array, Float64Array, Float64Array, Float64Array, Float64Array,
      ] // prettier-ignore
      const unknown = new Set(query.unknown)
      const wordsMost = most(unitWords, query.stems, unknown.size)
      if (wordsMost > 0)
        for (const [unit, score] of unitWords.scores(query.stems).entries()) {
          const { entry } = units[unit]!
          words[entry] = Math.max(words[entry]!, score / wordsMost)
        }
      const unknownPieces = new Set(query.pieces.filter((piece) => letters.weight(piece) === 0))
      const piecesMost = most(letters, query.pieces, unknownPieces.size)
      if (piecesMost > 0)
        for (const [entry, score] of letters.scores(query.pieces).entries())
          pieces[entry] = score / piecesMost
      const wholeMost = most(wholeWords, query.subject, unknown.size)
      if (wholeMost > 0)
        for (const [entry, score] of wholeWords.scores(query.subject).entries())
          whole[entry] = score / wholeMost
      if (query.vector !== null && meaning !== null)
        for (let entry = 0; entry < entries.length; entry++) {
          near[entry] = Math.max(0, meaning.nearness(query.vector, entry))
          if (examples !== null) taught[entry] = headScore(examples, entry, query.vector)
        }
      return values
    },
    passageOf(query, entry) {
      const all = unitsOf[entry]!
      if (all.length <= 1) return all[0]?.passage ?? null
      const scores = unitWords.scores(query.stems)
      const wordsMost = Math.max(1e-9, most(unitWords, query.stems, new Set(query.unknown).size))
      const rated = all.map(({ unit, passage }) => ({
        passage,
        score:
          scores[unit]! / wordsMost +
          (query.vector === null || vectors === null
            ? 0
            : passageMeaningWeight * passageNearness(vectors[entry]!, passage, query.vector)),
      }))
      return rated.reduce((best, one) => (one.score > best.score ? one : best)).passage
    },
    sharedStems: (query, entry) => wholeWords.shared(query.subject, entry),
    nearestQuestion(query, entry) {
      if (query.vector === null || vectors === null) return null
      const own = vectors[entry]!
      let best = Math.max(0, ...own.passages.map((_, p) => passageNearness(own, p, query.vector!)))
      let nearest: string | null = null
      for (const [q, vector] of own.questions.entries()) {
        const near = cosine(vector.subarray(0, encoded!.parts[0]), query.vector)
        if (near <= best) continue
        best = near
        nearest = entries[entry]!.questions[q]!
      }
      return nearest
    },
  }
}

/** Within an article the words decide first: its passages mean much the same. */
const passageMeaningWeight = 0.5

function passageNearness(vectors: EntryVectors, passage: number, query: Float32Array): number {
  return Math.max(cosine(vectors.passages[passage]!, query), cosine(vectors.headings[passage]!, query))
}

/** Nearest of: the middle of an entry's questions, its title, and each passage with its headings. */
function openMeaning({ parts, entries }: ShelfVectors, leftOut: LeftOut) {
  const compared = entries.map((entry, e): Float32Array[] => {
    const asked = entry.questions.filter((_, q) => !leftOut.question(e, q))
    const middle = meanDirection(asked.map((vector) => vector.subarray(0, parts[0])))
    return [
      ...(middle === null ? [] : [middle]),
      ...(leftOut.title(e) ? [] : [entry.title, ...entry.headings]),
      ...entry.passages,
    ]
  })
  return {
    nearness: (query: Float32Array, entry: number): number =>
      compared[entry]!.reduce((best, vector) => Math.max(best, cosine(vector, query)), 0),
  }
}

function countWords(
  shown: readonly { title: string; questions: string[]; passages: { headings: string; text: string }[] }[],
): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { title, questions, passages } of shown)
    for (const text of [title, ...questions, ...passages.flatMap((one) => [one.headings, one.text])])
      for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1)
  return counts
}

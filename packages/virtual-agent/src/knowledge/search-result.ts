import type { Language } from '../script.ts'

export interface SearchResult {
  /** Best first, at most one of each article unless there are fewer articles than places. */
  passages: FoundPassage[]
  /** The first passage is quoted when its probability reaches this. */
  threshold: number
  answered: boolean
  /** What the text was read as; the same for all passages. */
  query: QueryTrace
}

export interface FoundPassage {
  /** `article@version#ordinal` */
  id: string
  article: string
  version: number
  title: string
  /** The headings it stands under, outermost first, joined by ' › '; empty when there is none. */
  heading: string
  /** Word for word as approved. */
  text: string
  address: string | null
  language: Language
  score: number
  /** That this is what was asked for, estimated from questions whose article is known. */
  probability: number
  why: PassageTrace
}

export interface PassageTrace {
  /** Each 0 to 1, and how much it counts. The score is their weighted sum. */
  parts: { name: string; value: number; weight: number }[]
  /** Words of the visitor that stand in the article, the one that counts most first. */
  terms: string[]
  /** The example question that is nearest in meaning, if one is nearer than every passage. */
  question: string | null
}

export interface QueryTrace {
  /** Stems that were looked for. */
  stems: string[]
  /** Of these, the ones that no article has. */
  unknown: string[]
  /** Whether the encoder took part. */
  encoded: boolean
}

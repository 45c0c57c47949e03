import { languages, type Language, type Localised } from './script.ts'
import { stemsOf } from './tokens.ts'

/** What can be asked for: a topic of a script, an intent of a definition. */
export interface Askable {
  id: string
  title: Localised
  examples: Partial<Record<Language, string[]>>
}

export type Match<T extends Askable> =
  | { kind: 'topic'; topic: T }
  /** Two or three are about as near as each other. */
  | { kind: 'several'; topics: T[] }
  | { kind: 'none' }

/** Below this, a text has no more in common with an example than chance gives. */
const scoreMin = 0.34
/** Nearer to each other than this, and a question is better than a guess. */
const marginMin = 0.06
/** From here on a text is so near that even words of several topics tell which one is meant. */
const clearScore = 0.52
const offeredMax = 3
/** How much it counts against: words of the example that were not said, words of other topics, any other words. */
const unsaidWeight = 0.5
const otherTopicWeight = 0.5
const besideWeight = 0.18
/** How much a word counts for it that stands in another example of the same topic. */
const sameTopicWeight = 0.5

interface Example<T> {
  topic: T
  stems: Set<string>
}

export interface Matcher<T extends Askable> {
  /** Scores below this are chance. */
  readonly scoreMin: number
  match(text: string): Match<T>
  /** For tests and tuning: all topics, best first. */
  scores(text: string): { topic: string; score: number }[]
}

/**
 * Nearness of a text to a topic is that to its nearest example: the weight of the stems they share against the
 * weight of those they do not (Tversky 1977, asymmetric: a visitor tells a story around the question). A stem
 * weighs by how few topics use it (inverse document frequency, a topic being a document).
 */
export function openMatcher<T extends Askable>(asked: readonly T[]): Matcher<T> {
  const examples: Example<T>[] = asked.flatMap((topic) =>
    languages.flatMap((language) =>
      [...(topic.examples[language] ?? []), topic.title[language] ?? ''].map((text) => ({
        topic,
        stems: new Set(stemsOf(text)),
      })),
    ),
  )
  const topicsWith = new Map<string, Set<T>>()
  for (const { topic, stems } of examples)
    for (const stem of stems) topicsWith.set(stem, (topicsWith.get(stem) ?? new Set()).add(topic))

  /** 1 for a stem of all topics, more for a rarer one; a stem that no topic uses weighs as a rare one. */
  function weight(stem: string): number {
    const topics = topicsWith.get(stem)?.size ?? 1
    return 1 + Math.log(asked.length / topics)
  }

  function nearness(said: Set<string>, example: Example<T>): number {
    let shared = 0
    let against = 0
    for (const stem of said) {
      const topics = topicsWith.get(stem)
      if (example.stems.has(stem)) shared += weight(stem)
      else if (topics === undefined) against += besideWeight * weight(stem)
      else if (topics.has(example.topic)) shared += sameTopicWeight * weight(stem)
      else against += otherTopicWeight * weight(stem)
    }
    for (const stem of example.stems) if (!said.has(stem)) against += unsaidWeight * weight(stem)
    return shared === 0 ? 0 : shared / (shared + against)
  }

  function scores(text: string): { topic: T; score: number }[] {
    const said = new Set(stemsOf(text))
    const best = new Map<T, number>()
    for (const example of examples)
      best.set(example.topic, Math.max(best.get(example.topic) ?? 0, nearness(said, example)))
    return [...best].map(([topic, score]) => ({ topic, score })).sort((a, b) => b.score - a.score)
  }

  /** "Flight" stands in every topic of an airline: said alone, it tells none of them from the others. */
  function tellsApart(text: string, topic: T): boolean {
    return stemsOf(text).some((stem) => {
      const topics = topicsWith.get(stem)
      return topics?.size === 1 && topics.has(topic)
    })
  }

  return {
    scoreMin,
    match(text) {
      const ranked = scores(text).filter(({ score }) => score >= scoreMin)
      const first = ranked[0]
      if (first === undefined) return { kind: 'none' }
      const near = ranked.filter(
        ({ score }) =>
          first.score - score < marginMin || (first.score < clearScore && !tellsApart(text, first.topic)),
      )
      return near.length === 1
        ? { kind: 'topic', topic: first.topic }
        : { kind: 'several', topics: near.slice(0, offeredMax).map(({ topic }) => topic) }
    },
    scores: (text) => scores(text).map(({ topic, score }) => ({ topic: topic.id, score })),
  }
}

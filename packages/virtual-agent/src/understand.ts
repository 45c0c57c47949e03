import type { Agent } from './agent.ts'
import type { Intent } from './definition.ts'
import { classify } from './intents/intent-model.ts'
import type { Classification } from './intents/intent-types.ts'
import type { Language } from './script.ts'
import { stemsOf, wordsOf } from './tokens.ts'
import { permille, shortened, type ClassifiedTrace } from './trace.ts'

/** Which intent a text means, by an example, the classifier, or, where nothing is trained, by the nearest example. */
export interface Understanding {
  rule: 'example' | 'classifier' | 'nearest-example'
  /** The one that is meant, when it is sure enough to act on. */
  intent: Intent | null
  /** What to ask about when it is not: the best two or three, if they are near enough to be worth a question. */
  candidates: Intent[]
  /** Everything ranked, best first. */
  ranked: { intent: Intent; probability: number }[]
  traced: ClassifiedTrace
}

/**
 * Nearer to each other than this, and a question is better than a guess; unless the first is likely by itself. Chosen
 * on CLINC150's validation set: from here on, a wrong answer less costs more than one right answer.
 */
const marginMin = 0.3
const likely = 0.7
/** A question lists what is at least this likely, and not far behind the first. */
const candidateMin = 0.08
const candidateShare = 0.25
/** So much of the confidence that is asked for, and a question is better than "I do not understand". */
const askableShare = 0.5
export const candidatesMax = 3

export function understand(agent: Agent, text: string, language: Language): Understanding {
  const example = agent.byExample.get(wordsOf(text).join(' '))
  const found = agent.model === null ? byNearestExample(agent, text) : byClassifier(agent, text, language)
  return example === undefined ? found : { ...found, rule: 'example', intent: example }
}

function byClassifier(agent: Agent, text: string, language: Language): Understanding {
  const model = agent.model!
  // Vectors of the encoder mean something in its language only; n-grams of the examples in all of theirs.
  const encoder = language === model.language ? agent.encoder : null
  const found = classify(model, text, encoder)
  const ranked = found.ranked.flatMap(({ intent, probability }) => {
    const known = agent.intents.get(intent)
    return known === undefined ? [] : [{ intent: known, probability }]
  })
  const [first, second] = ranked
  const isFirst = first !== undefined && first.intent.id === found.ranked[0]?.intent
  const clear =
    first !== undefined &&
    (first.probability >= likely || first.probability - (second?.probability ?? 0) >= marginMin)
  const askable = !found.outOfScope || found.confidence >= found.threshold * askableShare
  const near = ranked.filter(
    ({ probability }) =>
      probability >= candidateMin && probability >= candidateShare * (first?.probability ?? 1),
  )
  const offered = near.length >= 2 ? near : ranked.slice(0, 2)
  return {
    rule: 'classifier',
    intent:
      isFirst && clear && !found.outOfScope && isBorneOut(agent, text, found, first.intent)
        ? first.intent
        : null,
    candidates:
      askable && offered.length >= 2 ? offered.slice(0, candidatesMax).map(({ intent }) => intent) : [],
    ranked,
    traced: tracedOf(found, language === model.language ? found.languageNote : 'not-the-models-language'),
  }
}

/**
 * With few intents there is little to learn what lies outside of them, and n-grams find "are you" of "are you hiring"
 * in "are you open". What the first tier alone decides must have a word of substance in common with some example,
 * and where a tier is not sure of itself, the nearest example by words must be one of the same intent.
 */
function isBorneOut(agent: Agent, text: string, found: Classification, first: Intent): boolean {
  if (agent.model!.trainedOn.examples > fewExamplesMax) return true
  const read = text.slice(0, charactersRead)
  if (found.tier === 1 && !stemsOf(read).some((stem) => agent.knownStems.has(stem))) return false
  if (found.confidence >= sureOfItself[found.tier]) return true
  const match = agent.matcher.match(read)
  return match.kind === 'topic' && match.topic === first
}

/** From here on, what training found out about the outside is worth more than a comparison of words. */
const fewExamplesMax = 3_000
/** Chosen on CLINC150's validation set with 15 and 30 intents; docs/virtual-agent.md has what the test set says. */
const sureOfItself = { 1: 0.45, 2: 0.3 } as const

function tracedOf(found: Classification, languageNote: ClassifiedTrace['languageNote']): ClassifiedTrace {
  return {
    tier: found.tier,
    intents: found.ranked.map(({ intent, probability }) => ({ id: intent, permille: permille(probability) })),
    confidencePermille: permille(found.confidence),
    thresholdPermille: permille(found.threshold),
    marginPermille: permille(found.margin),
    outOfScope: found.outOfScope,
    languageNote,
    features: found.features.slice(0, featuresMax).map(({ feature }) => shortened(feature)),
    nearest: found.nearest.slice(0, nearestMax).map(({ text, intent, similarity }) => ({
      text: shortened(text),
      intent,
      permille: permille(similarity),
    })),
  }
}

function byNearestExample(agent: Agent, text: string): Understanding {
  const read = text.slice(0, charactersRead)
  const match = agent.matcher.match(read)
  const scores = agent.matcher.scores(read).slice(0, rankedMax)
  const ranked = scores.flatMap(({ topic, score }) => {
    const intent = agent.intents.get(topic)
    return intent === undefined || score === 0 ? [] : [{ intent, probability: score }]
  })
  const first = scores[0]?.score ?? 0
  return {
    rule: 'nearest-example',
    intent: match.kind === 'topic' ? match.topic : null,
    candidates: match.kind === 'several' ? match.topics : [],
    ranked,
    traced: {
      tier: null,
      intents: ranked.map(({ intent, probability }) => ({ id: intent.id, permille: permille(probability) })),
      confidencePermille: permille(first),
      thresholdPermille: permille(agent.matcher.scoreMin),
      marginPermille: permille(first - (scores[1]?.score ?? 0)),
      outOfScope: match.kind === 'none',
      languageNote: 'no-model',
      features: [],
      nearest: [],
    },
  }
}

const rankedMax = 5
const featuresMax = 8
const nearestMax = 3
/** Comparing with every example costs by the word; what a text is about stands at its beginning. */
const charactersRead = 2_000

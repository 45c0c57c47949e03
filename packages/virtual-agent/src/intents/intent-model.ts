import { confidenceOf } from './confidence.ts'
import {
  rankedMax,
  textCharactersMax,
  type Classification,
  type CrossValidation,
  type Encoder,
  type LanguageNote,
} from './intent-types.ts'
import { pieceKinds, pieceText } from './text-pieces.ts'
import {
  centred,
  clearness,
  nearestOf,
  nearnessOf,
  rank,
  scoreFirst,
  scoreSecond,
  typicality,
  type ModelParts,
  type Ranking,
} from './tiers.ts'
import { openVectorReader, type TextVector, type VectorReader } from './vocabulary.ts'

/** A trained model. Plain data: made by `trainIntents` or `loadModel`, read by `classify`. */
export interface IntentModel {
  readonly labels: readonly string[]
  /** BCP 47 primary subtag, as given to training. */
  readonly language: string
  /** 2 when the encoder helps this set by cross-validation. */
  readonly tiers: 1 | 2
  readonly threshold: number
  readonly trainedOn: { readonly examples: number; readonly outOfScope: number; readonly validation: number }
  readonly crossValidation: CrossValidation
  /** Why a second tier is not there, when the language is the reason. */
  readonly languageNote: LanguageNote | null
  /** The engine's own. */
  readonly parts: ModelParts
}

/**
 * What a visitor means. The same answer for the same model, text and encoder; some 50 µs when the first tier is sure,
 * some milliseconds when the second is asked.
 * @param encoder the one the model was trained with; null leaves the first tier alone, and the answer says so.
 */
export function classify(model: IntentModel, text: string, encoder: Encoder | null = null): Classification {
  const { reader, scores } = workOf(model)
  const { first, second, calibration } = model.parts
  const vector = reader.read(text)
  scoreFirst(first, vector, scores)
  const ranking = rank(scores, calibration.sharpness[0], rankedMax)
  const confidence = confidenceOf(calibration.confidence[0], [
    ranking.score,
    clearness(ranking),
    vector.known,
  ])
  const answer = answered(model, 1, ranking, confidence)
  // Nothing to go by: no letter, digit or sign.
  if (vector.pieces.count === 0) return { ...answer, ranked: [], outOfScope: true, confidence: 0, margin: 0 }
  const sure = Math.min(ranking.probabilities[0] ?? 0, confidence) >= calibration.sureFrom
  if (second === null || sure || encoder === null)
    return {
      ...answer,
      languageNote: second !== null && !sure ? 'encoder-absent' : model.languageNote,
      features: featuresOf(model, vector, ranking.classes[0]!),
    }

  const meaning = centred(second, encoder.encode([text.slice(0, textCharactersMax)])[0]!)
  if (meaning === null) return { ...answer, features: featuresOf(model, vector, ranking.classes[0]!) }
  const more = new Float32Array(scores.length)
  scoreSecond(second, meaning, more)
  for (let c = 0; c < more.length; c++) more[c] = scores[c]! + calibration.secondShare * more[c]!
  const both = rank(more, calibration.sharpness[1], rankedMax)
  const near = nearestOf(second, meaning, both.classes)
  const own = near.filter(({ example }) => second.examples.classes[example] === both.classes[0])
  const surely = confidenceOf(calibration.confidence[1], [
    both.score,
    clearness(both),
    nearnessOf(own),
    typicality(second, meaning),
  ])
  return {
    ...answered(model, 2, both, surely),
    features: featuresOf(model, vector, both.classes[0]!),
    nearest: near.slice(0, nearestMax).map(({ example, similarity }) => ({
      text: second.examples.texts[example]!,
      intent: model.labels[second.examples.classes[example]!]!,
      similarity,
    })),
  }
}

const nearestMax = 5
const featuresMax = 8

function answered(model: IntentModel, tier: 1 | 2, ranking: Ranking, confidence: number): Classification {
  return {
    ranked: ranking.classes.map((c, i) => ({
      intent: model.labels[c]!,
      probability: ranking.probabilities[i]!,
    })),
    outOfScope: confidence < model.threshold,
    confidence,
    threshold: model.threshold,
    margin: clearness(ranking),
    tier,
    languageNote: model.languageNote,
    features: [],
    nearest: [],
  }
}

/** The words and pairs that add most to the score of the class, strongest first; a word has the weight of its letters too. */
function featuresOf(model: IntentModel, vector: TextVector, which: number): Classification['features'] {
  const { weights, units } = model.parts.first
  const classes = model.labels.length
  const { pieces, places, rows, values } = vector
  const strongest: { piece: number; weight: number }[] = []
  let letters = 0
  for (let piece = 0; piece < pieces.count; piece++) {
    const place = places[piece]!
    let weight = 0
    if (place >= 0) {
      const row = rows[place]!
      weight = values[place]! * units[row]! * weights[row * classes + which]!
    }
    if (pieces.kinds[piece] === pieceKinds.letters) {
      letters += weight
      continue
    }
    if (pieces.kinds[piece] === pieceKinds.word) {
      weight += letters
      letters = 0
    }
    if (weight <= 0 || (strongest.length === featuresMax && weight <= strongest.at(-1)!.weight)) continue
    let at = strongest.length
    while (at > 0 && strongest[at - 1]!.weight < weight) at--
    strongest.splice(at, 0, { piece, weight })
    if (strongest.length > featuresMax) strongest.pop()
  }
  return strongest.map(({ piece, weight }) => ({ feature: pieceText(pieces, piece), weight }))
}

interface Work {
  reader: VectorReader
  scores: Float32Array
}

/** Tables that a model is read with; they hold nothing of the texts. */
const works = new WeakMap<ModelParts, Work>()

function workOf(model: IntentModel): Work {
  let work = works.get(model.parts)
  if (work === undefined) {
    work = {
      reader: openVectorReader(model.parts.first.vocabulary),
      scores: new Float32Array(model.labels.length),
    }
    works.set(model.parts, work)
  }
  return work
}

import { seededRandom } from './seeded-random.ts'

/** Features of one candidate, each there once: places in the table of weights. */
export type Candidate = Int32Array

/** A choice among candidates; `chosen` is -1 where what was chosen is not among them. */
export interface Choice {
  candidates: Candidate[]
  chosen: number
}

export const tableBits = 21

/**
 * Multinomial choice (McFadden 1974): the chance of a candidate grows with the exponent of its weighted features.
 * Trained by stochastic gradient descent with AdaGrad steps in an order that the seed decides, weights hashed into
 * one table (Weinberger et al. 2009).
 */
export class ChoiceModel {
  readonly #weights = new Float64Array(1 << tableBits)

  train(choices: readonly Choice[], { seed, epochs, rate, decay }: TrainingPlan): void {
    const random = seededRandom(seed)
    const squares = new Float64Array(1 << tableBits)
    const order = choices.map((_, i) => i).filter((i) => choices[i]!.chosen >= 0)
    for (let epoch = 0; epoch < epochs; epoch++) {
      for (let i = order.length - 1; i > 0; i--) {
        const j = Math.floor(random() * (i + 1))
        ;[order[i], order[j]] = [order[j]!, order[i]!]
      }
      for (const index of order) {
        const { candidates, chosen } = choices[index]!
        const chances = this.chances(candidates)
        for (const [c, places] of candidates.entries()) {
          const error = chances[c]! - (c === chosen ? 1 : 0)
          // What is nearly certain teaches nothing and costs as much.
          if (Math.abs(error) < 1e-3) continue
          for (let k = 0; k < places.length; k++) {
            const place = places[k]!
            const slope = error + decay * this.#weights[place]!
            squares[place]! += slope * slope
            this.#weights[place]! -= (rate * slope) / (Math.sqrt(squares[place]!) + 1e-6)
          }
        }
      }
    }
  }

  chances(candidates: readonly Candidate[]): Float64Array {
    const scores = new Float64Array(candidates.length)
    let max = -Infinity
    for (const [c, places] of candidates.entries()) {
      let score = 0
      for (let k = 0; k < places.length; k++) score += this.#weights[places[k]!]!
      scores[c] = score
      if (score > max) max = score
    }
    let sum = 0
    for (let c = 0; c < scores.length; c++) sum += scores[c] = Math.exp(scores[c]! - max)
    for (let c = 0; c < scores.length; c++) scores[c]! /= sum
    return scores
  }
}

export interface TrainingPlan {
  seed: number
  epochs: number
  rate: number
  /** L2, per step and feature that is there. */
  decay: number
}

/** FNV-1a, 32 bits. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

/** The place of a feature that belongs to another: the same feature of another label lies elsewhere. */
export function placeOf(feature: number, owner: number): number {
  let mixed = Math.imul(feature ^ Math.imul(owner, 0x9e3779b1), 0x85ebca6b)
  mixed ^= mixed >>> 15
  mixed = Math.imul(mixed, 0xc2b2ae35)
  mixed ^= mixed >>> 13
  return mixed & ((1 << tableBits) - 1)
}

/**
 * One linear classifier per column, all trained at once: an L2-regularised support vector machine with squared hinge
 * loss, solved in its dual by coordinate descent (Hsieh et al. 2008, "A Dual Coordinate Descent Method for Large-scale
 * Linear SVM"). The problem has one solution, so the order of the examples matters only to how near it is when we stop.
 */
import { columnsPerBlock, openArena } from './kernels.ts'

export interface SparseRows {
  /** Where the features of each example begin; one more entry than examples. */
  starts: Int32Array
  rows: Int32Array
  values: Float32Array
}

export interface LinearProblem {
  examples: SparseRows
  /** The number of features. */
  features: number
  /** The number of classes. */
  columns: number
  /** The class of each example; -1 for one that belongs to none. */
  classes: Int32Array
  /** How much an error costs against a large weight. */
  cost: number
  /** Rounds over all examples at most. */
  rounds: number
  /** A round that moves less than this share of what the first one did is the last. */
  restMin: number
  seed: number
}

export interface LinearSolution {
  /** One row of `columnsPadded` weights for each feature; the row after the last is the constant. */
  weights: Float32Array
  columnsPadded: number
}

/** A further feature of this value in every example, whose weights are the constants of the classes. */
const constantValue = 1

export function solveLinear(problem: LinearProblem): LinearSolution {
  const { examples, features, columns, classes } = problem
  const blocks = Math.ceil(columns / columnsPerBlock)
  const padded = blocks * columnsPerBlock
  const count = classes.length
  const filled = examples.starts[count]! + count
  const arena = openArena(8 * filled + 4 * (features + 1) * padded + 8 * padded)
  const rows = arena.integers(filled)
  const values = arena.floats(filled)
  const weights = arena.floats((features + 1) * padded)
  const scores = arena.floats(padded)
  const steps = arena.floats(padded)
  const norms = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    const from = examples.starts[i]!
    const to = examples.starts[i + 1]!
    rows.view.set(examples.rows.subarray(from, to), from + i)
    values.view.set(examples.values.subarray(from, to), from + i)
    rows.view[to + i] = features
    values.view[to + i] = constantValue
    for (let j = from + i; j <= to + i; j++) norms[i]! += values.view[j]! ** 2
  }
  const { kernels } = arena
  const at = (i: number): number => 4 * (examples.starts[i]! + i)
  const length = (i: number): number => examples.starts[i + 1]! - examples.starts[i]! + 1
  const stride = 4 * padded

  const pulls = new Float32Array(count * columns)
  const order = Int32Array.from(classes.keys())
  const random = randomFrom(problem.seed)
  const diagonal = 1 / (2 * problem.cost)
  let firstMoved = 0
  for (let round = 0; round < problem.rounds; round++) {
    shuffle(order, random)
    let moved = 0
    for (const i of order) {
      const own = classes[i]!
      const perStep = 1 / (norms[i]! + diagonal)
      const first = i * columns
      kernels.score(rows.at + at(i), values.at + at(i), length(i), weights.at, stride, scores.at, blocks)
      let moves = false
      for (let c = 0; c < columns; c++) {
        const sign = c === own ? 1 : -1
        const pull = pulls[first + c]!
        const slope = sign * scores.view[c]! - 1 + diagonal * pull
        if (pull === 0 && slope >= 0) {
          steps.view[c] = 0
          continue
        }
        const next = Math.max(pull - slope * perStep, 0)
        pulls[first + c] = next
        const step = next - pull
        steps.view[c] = step * sign
        moved += Math.abs(step)
        moves = true
      }
      if (moves)
        kernels.update(rows.at + at(i), values.at + at(i), length(i), weights.at, stride, steps.at, blocks)
    }
    if (round === 0) firstMoved = moved
    else if (moved < problem.restMin * firstMoved) break
  }

  return { weights: weights.view, columnsPadded: padded }
}

/** Mulberry32: 32 bits of state are enough to shuffle. */
function randomFrom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

function shuffle(list: Int32Array, random: () => number): void {
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const held = list[i]!
    list[i] = list[j]!
    list[j] = held
  }
}

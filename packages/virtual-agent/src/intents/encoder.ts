/**
 * The Universal Sentence Encoder Lite (Cer et al. 2018, arXiv:1803.11175) on weights that the caller read: a
 * transformer of two layers with four heads, whose mean over the pieces of a text goes through one more layer. That is
 * the first part of a vector; the mean itself and the largest value over the pieces are the others: a classifier finds
 * in them what the last layer was not trained to keep (figures in docs/virtual-agent-intents.md).
 * Weights and activations are rounded to whole numbers before they are multiplied, so sums are exact and the
 * vectors have the same bits on every machine; against the floating-point original the cosine is above 0.9999.
 */
import {
  activationMax,
  dimensions,
  embeddingWidth,
  heads,
  innerWidth,
  piecesMax,
  readNetwork,
  readVocabulary,
  rowsMax,
  type Dense,
  type EncoderFiles,
  type Layer,
  type Network,
  type Norm,
} from './encoder-network.ts'
import type { Encoder } from './intent-types.ts'
import { columnsPerBlock, columnsPerPanel, rowsPerStep } from './kernels.ts'
import { openSentencePieces } from './sentence-pieces.ts'

/** @throws EncoderFault when the files are not those of this encoder. */
export function openEncoder(files: EncoderFiles): Encoder {
  const pieces = openSentencePieces(readVocabulary(files.vocabulary))
  const run = openRun(readNetwork(files))

  return {
    parts: [dimensions, dimensions, dimensions],
    encode(texts) {
      const cuts = texts.map((text) => pieces.cut(text.trim()).slice(0, piecesMax))
      const vectors: Float32Array[] = []
      for (let from = 0; from < cuts.length;) {
        let to = from
        let rows = 0
        while (to < cuts.length && to - from < rowsMax && rows + cuts[to]!.length <= rowsMax)
          rows += cuts[to++]!.length
        vectors.push(...run(cuts.slice(from, to)))
        from = to
      }
      return vectors
    },
  }
}

const normEpsilon = 1e-6

type Run = (cuts: readonly number[][]) => Float32Array[]

/** Takes at most `rowsMax` texts that have at most as many pieces together. */
function openRun({ arena, stack, head, embeddings, frequencies }: Network): Run {
  const { kernels } = arena
  /** What goes into a layer, as floats and rounded; what comes out, as whole numbers and as floats. */
  const input = arena.floats(rowsMax * innerWidth)
  const left = arena.shorts(rowsMax * innerWidth)
  const product = arena.integers(rowsMax * innerWidth)
  const output = arena.floats(rowsMax * innerWidth)
  const largest = arena.floats(4)
  const perUnit = arena.floats(1)
  const unit = arena.floats(1)
  const shares = arena.floats(piecesMax)
  const places = arena.integers(piecesMax)
  for (let i = 0; i < piecesMax; i++) places.view[i] = i

  return run

  function run(cuts: readonly number[][]): Float32Array[] {
    const rows = cuts.reduce((sum, cut) => sum + cut.length, 0)
    const vectors = cuts.map(() => new Float32Array(3 * dimensions))
    if (rows === 0) return vectors
    let states = embed(cuts, rows)
    for (const layer of stack) states = runLayer(layer, states, cuts, rows)
    const means = new Float32Array(cuts.length * dimensions)
    let row = 0
    for (const [text, { length }] of cuts.entries()) {
      if (length === 0) continue
      pool(states.subarray(row * dimensions, (row + length) * dimensions), vectors[text]!)
      means.set(vectors[text]!.subarray(dimensions, 2 * dimensions), text * dimensions)
      row += length
    }
    const out = apply(head, means, cuts.length)
    for (const [text, vector] of vectors.entries()) {
      if (cuts[text]!.length === 0) continue
      let squares = 0
      for (let d = 0; d < dimensions; d++) {
        const value = Math.tanh(out[text * dimensions + d]!)
        vector[d] = value
        squares += value * value
      }
      const length = Math.sqrt(squares)
      for (let d = 0; d < dimensions; d++) vector[d]! /= length
    }
    return vectors
  }

  /** Twice the piece's vector plus waves that say its place: the original adds its input to itself with waves. */
  function embed(cuts: readonly number[][], rows: number): Float32Array {
    const states = new Float32Array(rows * embeddingWidth)
    let at = 0
    for (const cut of cuts)
      for (const [place, piece] of cut.entries()) {
        const from = piece * embeddingWidth
        for (let d = 0; d < embeddingWidth / 2; d++) {
          const angle = Math.fround(place * frequencies[d]!)
          states[at + d] = 2 * embeddings[from + d]! + Math.sin(angle)
          states[at + embeddingWidth / 2 + d] =
            2 * embeddings[from + embeddingWidth / 2 + d]! + Math.cos(angle)
        }
        at += embeddingWidth
      }
    return states
  }

  function runLayer(
    layer: Layer,
    states: Float32Array,
    cuts: readonly number[][],
    rows: number,
  ): Float32Array {
    const projected = apply(
      layer.queriesKeysValues,
      normed(layer.attentionNorm, states, rows, layer.width),
      rows,
    )
    const attended = apply(layer.attentionOut, attend(projected, layer.width, cuts, rows), rows)
    const past = layer.past === null ? states : apply(layer.past, states, rows)
    for (let i = 0; i < attended.length; i++) attended[i]! += past[i]!
    const inner = apply(layer.inner, normed(layer.innerNorm, attended, rows, dimensions), rows)
    const out = apply(layer.innerOut, inner, rows)
    for (let i = 0; i < out.length; i++) out[i]! += attended[i]!
    return out
  }

  /** Rows are rounded to whole numbers, each by its own largest value. */
  function apply(layer: Dense, values: Float32Array, rows: number): Float32Array {
    const { inputs, outputs, scales, bias, least } = layer
    const steps = Math.ceil(rows / rowsPerStep)
    const units = new Float32Array(rows)
    input.view.set(values)
    for (let m = 0; m < rows; m++) {
      const from = input.at + 4 * m * inputs
      kernels.largestSize(from, from + 4 * inputs, largest.at)
      const most = Math.max(...largest.view)
      units[m] = most / activationMax
      perUnit.view[0] = most === 0 ? 0 : activationMax / most
      kernels.roundToShorts(from, from + 4 * inputs, perUnit.at, left.at + 2 * m * inputs)
    }
    left.view.fill(0, rows * inputs, steps * rowsPerStep * inputs)
    kernels.multiplyShorts(left.at, layer.at, product.at, steps, inputs / 2, outputs / columnsPerPanel)
    for (let m = 0; m < rows; m++) {
      unit.view[0] = units[m]!
      const from = 4 * m * outputs
      kernels.toFloats(
        product.at + from,
        product.at + from + 4 * outputs,
        unit.at,
        scales,
        bias,
        least,
        output.at + from,
      )
    }
    return output.view.slice(0, rows * outputs)
  }

  /** Attention of the pieces of one text among each other, per head. */
  function attend(
    projected: Float32Array,
    width: number,
    cuts: readonly number[][],
    rows: number,
  ): Float32Array {
    const perHead = width / heads
    const stride = 4 * 3 * width
    const scale = 1 / Math.sqrt(perHead)
    input.view.set(projected)
    let first = 0
    for (const { length } of cuts) {
      for (let i = 0; i < length; i++)
        for (let head = 0; head < heads; head++) {
          const text = input.at + first * stride
          const queries = 4 * head * perHead
          const keys = text + queries + 4 * width
          kernels.dots(
            text + i * stride + queries,
            4 * perHead,
            keys,
            keys + length * stride,
            stride,
            shares.at,
          )
          soften(shares.view, length, scale)
          const to = output.at + 4 * ((first + i) * width + head * perHead)
          kernels.score(places.at, shares.at, length, keys + 4 * width, stride, to, perHead / columnsPerBlock)
        }
      first += length
    }
    return output.view.slice(0, rows * width)
  }
}

/** Softmax of what is scaled, in place. */
function soften(values: Float32Array, count: number, scale: number): void {
  let most = -Infinity
  for (let i = 0; i < count; i++) if (values[i]! > most) most = values[i]!
  let all = 0
  for (let i = 0; i < count; i++) {
    const share = Math.exp((values[i]! - most) * scale)
    values[i] = share
    all += share
  }
  for (let i = 0; i < count; i++) values[i]! /= all
}

/** Mean and largest value of each dimension over the pieces of one text, into the second and third part. */
function pool(states: Float32Array, vector: Float32Array): void {
  const pieces = states.length / dimensions
  for (let d = 0; d < dimensions; d++) {
    let sum = 0
    let most = -Infinity
    for (let at = d; at < states.length; at += dimensions) {
      const value = states[at]!
      sum += value
      if (value > most) most = value
    }
    vector[dimensions + d] = sum / pieces
    vector[2 * dimensions + d] = most
  }
}

function normed({ scale, bias }: Norm, states: Float32Array, rows: number, width: number): Float32Array {
  const out = new Float32Array(rows * width)
  for (let from = 0; from < rows * width; from += width) {
    let mean = 0
    for (let d = 0; d < width; d++) mean += states[from + d]!
    mean /= width
    let variance = 0
    for (let d = 0; d < width; d++) variance += (states[from + d]! - mean) ** 2
    const perDeviation = 1 / Math.sqrt(variance / width + normEpsilon)
    for (let d = 0; d < width; d++)
      out[from + d] = scale[d]! * (states[from + d]! - mean) * perDeviation + bias[d]!
  }
  return out
}

/**
 * The Universal Sentence Encoder Lite (Cer et al. 2018, arXiv:1803.11175) on weights that the caller read: a
 * transformer of two layers with four heads, whose mean over the pieces of a text goes through one more layer. That is
 * the first part of a vector; the mean itself and the largest value over the pieces are the others: a classifier finds
 * in them what the last layer was not trained to keep (figures in docs/virtual-agent-intents.md).
 * Weights and activations are rounded to whole numbers before they are multiplied, so sums are exact and the
 * vectors have the same bits on every machine; against the floating-point original the cosine is above 0.9999.
 */
import type { Encoder } from './intent-types.ts'
import { columnsPerBlock, columnsPerPanel, openArena, rowsPerStep } from './kernels.ts'
import { openSentencePieces, type Vocabulary } from './sentence-pieces.ts'

export interface EncoderFiles {
  /** `model.json` of the weights: names, shapes and order of what is in `weights`. */
  manifest: string
  /** `vocab.json`: pieces and scores. */
  vocabulary: string
  /** The shards, one after the other. */
  weights: Uint8Array
}

export class EncoderFault extends Error {}

/** @throws EncoderFault when the files are not those of this encoder. */
export function openEncoder(files: EncoderFiles): Encoder {
  const weights = readWeights(files)
  const pieces = openSentencePieces(readVocabulary(files.vocabulary))
  const model = layOut(weights)

  return {
    parts: [dimensions, dimensions, dimensions],
    encode(texts) {
      const cuts = texts.map((text) => pieces.cut(text.trim()).slice(0, piecesMax))
      const vectors: Float32Array[] = []
      for (let from = 0; from < cuts.length;) {
        let to = from
        let rows = 0
        while (to < cuts.length && rows + cuts[to]!.length <= rowsMax) rows += cuts[to++]!.length
        vectors.push(...model.run(cuts.slice(from, to)))
        from = to
      }
      return vectors
    },
  }
}

const dimensions = 512
const embeddingWidth = 256
const innerWidth = 1536
const heads = 4
const layers = 2
/** The encoder was trained on no more; the rest of a longer text is not looked at. */
const piecesMax = 128
/** Rows that are multiplied at once: enough that weights are read from the cache, few enough that rows stay there. */
const rowsMax = 128
const normEpsilon = 1e-6

/** 1,536 products of these two are below 2^31, so a sum never overflows. */
const activationMax = 2_047
const weightMax = 511

interface Weights {
  take(name: string, shape: readonly number[]): Float32Array
}

function readVocabulary(text: string): Vocabulary {
  const list = readJson('vocabulary', text)
  const fits =
    Array.isArray(list) &&
    list.length > 0 &&
    list.length <= 100_000 &&
    list.every(
      (entry: unknown) =>
        Array.isArray(entry) &&
        typeof entry[0] === 'string' &&
        entry[0].length > 0 &&
        (typeof entry[1] === 'number' || entry[1] === null),
    )
  if (!fits) throw new EncoderFault('The vocabulary is not a list of pieces with scores.')
  // Pieces with a colon have no score in the package, and its own tokenizer counts that as 0.
  return (list as [string, number | null][]).map(([piece, score]) => [piece, score ?? 0])
}

function readWeights({ manifest, weights }: EncoderFiles): Weights {
  const groups = (readJson('manifest', manifest) as { weightsManifest?: unknown }).weightsManifest
  const parts = new Map<string, { at: number; shape: number[] }>()
  let at = 0
  if (!Array.isArray(groups)) throw new EncoderFault('The manifest names no weights.')
  for (const group of groups as { weights?: { name: string; shape: number[] }[] }[])
    for (const { name, shape } of group.weights ?? []) {
      parts.set(shortName(name), { at, shape })
      // Floats and integers alike take four bytes here.
      at += 4 * sizeOf(shape)
    }
  if (at !== weights.length)
    throw new EncoderFault(`The weights have ${weights.length} bytes; the manifest says ${at}.`)
  return {
    take(name, shape) {
      const part = parts.get(name)
      if (part === undefined) throw new EncoderFault(`The manifest has no "${name}".`)
      const count = sizeOf(shape)
      if (sizeOf(part.shape) !== count)
        throw new EncoderFault(`"${name}" has the shape ${part.shape.join('×')}, not ${shape.join('×')}.`)
      // A copy, so that it begins where floats may; `slice` of a Buffer would be none.
      const floats = new Float32Array(count)
      new Uint8Array(floats.buffer).set(weights.subarray(part.at, part.at + 4 * count))
      return floats
    },
  }
}

function readJson(what: string, text: string): object {
  try {
    return (JSON.parse(text) ?? {}) as object
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw new EncoderFault(`The ${what} is not JSON.`, { cause })
  }
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}

/** "module_apply_default/Encoder_en/KonaTransformer/Encode/Layer_1/TransformerLayer/FFN/…" without what all have. */
function shortName(name: string): string {
  return name.replace(
    /^module(_apply_default)?\/|Encoder_en\/|KonaTransformer\/Encode\/|TransformerStack\/|TransformerLayer\/|\/part_0$|\/ConcatPartitions\/concat$/g,
    '',
  )
}

/** A layer `y = x · matrix + bias` whose matrix lies in the arena as whole numbers. */
interface Dense {
  at: number
  inputs: number
  outputs: number
  /** Where in the arena: what one unit of a column stands for, and what is added. */
  scales: number
  bias: number
  /** Nothing below it is answered. */
  least: number
}

interface Layer {
  width: number
  attentionNorm: Norm
  queriesKeysValues: Dense
  attentionOut: Dense
  /** Brings what goes past the first layer to the width of the second; null where it has it. */
  past: Dense | null
  innerNorm: Norm
  inner: Dense
  innerOut: Dense
}

interface Norm {
  scale: Float32Array
  bias: Float32Array
}

function layOut(weights: Weights): { run(cuts: readonly number[][]): Float32Array[] } {
  const matrixShorts =
    embeddingWidth * (3 * embeddingWidth + 2 * dimensions) +
    dimensions * 4 * dimensions +
    layers * 2 * dimensions * innerWidth +
    dimensions * dimensions
  const columns = 3 * embeddingWidth + 3 * dimensions + layers * (dimensions + innerWidth) + 4 * dimensions
  const arena = openArena(
    2 * matrixShorts + 8 * columns + (2 + 4 + 4 + 4) * rowsMax * innerWidth + 16 * piecesMax,
  )
  const { kernels } = arena
  /** What goes into a layer, as floats and rounded; what comes out, as whole numbers and as floats. */
  const input = arena.floats(rowsMax * innerWidth)
  const left = arena.shorts(rowsMax * innerWidth)
  const product = arena.integers(rowsMax * innerWidth)
  const output = arena.floats(rowsMax * innerWidth)
  const largest = arena.floats(4)
  const perUnit = arena.floats(1)
  const unit = arena.floats(1)
  const anything = arena.floats(1)
  anything.view[0] = -Infinity
  const positive = arena.floats(1)
  const shares = arena.floats(piecesMax)
  const places = arena.integers(piecesMax)
  for (let i = 0; i < piecesMax; i++) places.view[i] = i

  function inArena(values: Float32Array): number {
    const { at, view } = arena.floats(values.length)
    view.set(values)
    return at
  }

  function dense(matrix: string, bias: string, inputs: number, outputs: number, least = anything.at): Dense {
    const source = weights.take(matrix, [inputs, outputs])
    const { at, view } = arena.shorts(inputs * outputs)
    const scales = new Float32Array(outputs)
    for (let n = 0; n < outputs; n++) {
      let most = 0
      for (let k = 0; k < inputs; k++) most = Math.max(most, Math.abs(source[k * outputs + n]!))
      scales[n] = most / weightMax
      const perUnit = most === 0 ? 0 : weightMax / most
      const panel = Math.floor(n / columnsPerPanel) * inputs * columnsPerPanel
      for (let k = 0; k < inputs; k++)
        view[panel + (k >> 1) * 2 * columnsPerPanel + (n % columnsPerPanel) * 2 + (k & 1)] = Math.round(
          source[k * outputs + n]! * perUnit,
        )
    }
    return {
      at,
      inputs,
      outputs,
      scales: inArena(scales),
      bias: inArena(weights.take(bias, [outputs])),
      least,
    }
  }

  function norm(name: string, width: number): Norm {
    return {
      scale: weights.take(`${name}/layer_prepostprocess/layer_norm/layer_norm_scale`, [width]),
      bias: weights.take(`${name}/layer_prepostprocess/layer_norm/layer_norm_bias`, [width]),
    }
  }

  const stack = Array.from({ length: layers }, (_, i): Layer => {
    const name = `Layer_${i}`
    const width = i === 0 ? embeddingWidth : dimensions
    const attention = `${name}/MultiheadAttention`
    return {
      width,
      attentionNorm: norm(name, width),
      queriesKeysValues: dense(
        `${attention}/qkv_transform_single/kernel`,
        `${attention}/qkv_transform_single/bias`,
        width,
        3 * width,
      ),
      attentionOut: dense(
        `${attention}/output_transform_single/kernel`,
        `${attention}/output_transform_single/bias`,
        width,
        dimensions,
      ),
      past: i === 0 ? dense(`${name}/dense/kernel`, `${name}/dense/bias`, width, dimensions) : null,
      innerNorm: norm(`${name}/FFN`, dimensions),
      inner: dense(
        `${name}/FFN/conv1/Tensordot/Reshape_1`,
        `${name}/FFN/conv1/bias`,
        dimensions,
        innerWidth,
        positive.at,
      ),
      innerOut: dense(
        `${name}/FFN/conv2/Tensordot/Reshape_1`,
        `${name}/FFN/conv2/bias`,
        innerWidth,
        dimensions,
      ),
    }
  })
  const head = dense(
    'hidden_layers/tanh_layer_0/weights',
    'hidden_layers/tanh_layer_0/bias',
    dimensions,
    dimensions,
  )
  const embeddings = weights.take('Embeddings_en', [embeddingRows, embeddingWidth])
  const frequencies = weights.take('Layer_0/AddTimingSignal/TimingSignal/ExpandDims_1', [embeddingWidth / 2])

  return { run: (cuts) => run(cuts) }

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

/** Pieces of the vocabulary and two that the encoder does not use. */
const embeddingRows = 8_002

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

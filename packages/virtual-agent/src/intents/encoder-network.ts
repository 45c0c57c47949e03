/** The weights of the Universal Sentence Encoder Lite: what the files must hold, and how it lies in memory. */
import { columnsPerPanel, openArena, type Arena } from './kernels.ts'
import type { Vocabulary } from './sentence-pieces.ts'

export interface EncoderFiles {
  /** `model.json` of the weights: names, shapes and order of what is in `weights`. */
  manifest: string
  /** `vocab.json`: pieces and scores. */
  vocabulary: string
  /** The shards, one after the other. */
  weights: Uint8Array
}

export class EncoderFault extends Error {}

export const dimensions = 512
export const embeddingWidth = 256
export const innerWidth = 1536
export const heads = 4
const layers = 2
/** The encoder was trained on no more; the rest of a longer text is not looked at. */
export const piecesMax = 128
/** Rows that are multiplied at once: enough that weights are read from the cache, few enough that rows stay there. */
export const rowsMax = 128

/** 1,536 products of these two are below 2^31, so a sum never overflows. */
export const activationMax = 2_047
const weightMax = 511

interface Weights {
  take(name: string, shape: readonly number[]): Float32Array
}

/** A layer `y = x · matrix + bias` whose matrix lies in the arena as whole numbers. */
export interface Dense {
  at: number
  inputs: number
  outputs: number
  /** Where in the arena: what one unit of a column stands for, and what is added. */
  scales: number
  bias: number
  /** Nothing below it is answered. */
  least: number
}

export interface Layer {
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

export interface Norm {
  scale: Float32Array
  bias: Float32Array
}

export interface Network {
  arena: Arena
  stack: readonly Layer[]
  head: Dense
  embeddings: Float32Array
  frequencies: Float32Array
}

/**
 * Lays the weights out in an arena with room for what `encoder.ts` works with.
 * @throws EncoderFault when the files are not those of this encoder.
 */
export function readNetwork(files: EncoderFiles): Network {
  const weights = readWeights(files)
  const matrixShorts =
    embeddingWidth * (3 * embeddingWidth + 2 * dimensions) +
    dimensions * 4 * dimensions +
    layers * 2 * dimensions * innerWidth +
    dimensions * dimensions
  const columns = 3 * embeddingWidth + 3 * dimensions + layers * (dimensions + innerWidth) + 4 * dimensions
  const arena = openArena(
    2 * matrixShorts + 8 * columns + (2 + 4 + 4 + 4) * rowsMax * innerWidth + 16 * piecesMax,
  )
  const floats = (value: number): number => {
    const { at, view } = arena.floats(1)
    view[0] = value
    return at
  }
  const [anything, positive] = [floats(-Infinity), floats(0)]

  function inArena(values: Float32Array): number {
    const { at, view } = arena.floats(values.length)
    view.set(values)
    return at
  }

  function dense(matrix: string, bias: string, inputs: number, outputs: number, least = anything): Dense {
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
        positive,
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

  return { arena, stack, head, embeddings, frequencies }
}

/** @throws EncoderFault when it is none. */
export function readVocabulary(text: string): Vocabulary {
  const list = readJson('vocabulary', text)
  const fits =
    Array.isArray(list) &&
    list.length > 0 &&
    list.length <= embeddingRows &&
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

/** Pieces of the vocabulary and two that the encoder does not use. */
const embeddingRows = 8_002

/**
 * The inner loops that training and encoding spend their time in, four or eight numbers at a time. WebAssembly
 * without relaxed instructions gives the same bits on every machine.
 */
import {
  add,
  addFloats,
  addIntegers,
  anyTrue,
  dotShorts,
  floatsToIntegers,
  get,
  increase,
  integer,
  integersToFloats,
  largerFloats,
  loadInteger,
  loadSplat,
  loadVector,
  multiply,
  multiplyFloats,
  narrowIntegers,
  nearestWhole,
  orVectors,
  set,
  sizesOfFloats,
  storeSum,
  storeVector,
  until,
  wasmModule,
  when,
  zeroVector,
  type Code,
  type WasmFunction,
} from './wasm-assembly.ts'

/** Columns that one step of `score` and `update` covers: four vectors of four, a cache line. */
export const columnsPerBlock = 16
/** Columns and rows that one step of `multiplyShorts` covers. */
export const columnsPerPanel = 8
export const rowsPerStep = 4

export interface Kernels {
  /**
   * `out[c] = Σ_j values[j] · weights[rows[j]][c]`. All but counts are addresses; a weight row takes `stride` bytes,
   * `blocks` · 64 of which are used. `count` and `blocks` MUST be at least 1.
   */
  score(
    rows: number,
    values: number,
    count: number,
    weights: number,
    stride: number,
    out: number,
    blocks: number,
  ): void
  /** `weights[rows[j]][c] += values[j] · steps[c]`; blocks of steps that are all zero cost nothing. */
  update(
    rows: number,
    values: number,
    count: number,
    weights: number,
    stride: number,
    steps: number,
    blocks: number,
  ): void
  /**
   * `out[m][n] = Σ_k a[m][k] · b[k][n]` in 32-bit integers. `a`: rows of 2 · `pairs` shorts; `b`: panels of eight
   * columns, each pair of k after the other, the eight columns' two shorts side by side; `out`: rows of 8 · `panels`.
   */
  multiplyShorts(a: number, b: number, out: number, rowSteps: number, pairs: number, panels: number): void
  /** Into `out`, four floats of which the largest is the largest size in `[from, end)`; 16 bytes a step. */
  largestSize(from: number, end: number, out: number): void
  /** `out[i] = round(from[i] · *scale)` as shorts; 32 bytes a step, halves to even. */
  roundToShorts(from: number, end: number, scale: number, out: number): void
  /** `out[i] = max(*least, from[i] · *unit · scales[i] + bias[i])`, from 32-bit integers; 16 bytes a step. */
  toFloats(
    from: number,
    end: number,
    unit: number,
    scales: number,
    bias: number,
    least: number,
    out: number,
  ): void
  /** `out[j] = Σ_d query[d] · keys[j][d]` for the keys in `[keys, keysEnd)`, `stride` bytes apart; `bytes` of each. */
  dots(query: number, bytes: number, keys: number, keysEnd: number, stride: number, out: number): void
}

export interface Arena {
  kernels: Kernels
  floats(count: number): { at: number; view: Float32Array<ArrayBuffer> }
  integers(count: number): { at: number; view: Int32Array<ArrayBuffer> }
  shorts(count: number): { at: number; view: Int16Array<ArrayBuffer> }
}

/** Memory for one piece of work whose needs are known beforehand; it goes when nothing refers to it. */
export function openArena(bytes: number): Arena {
  const memory = new WebAssembly.Memory({ initial: Math.ceil((bytes + slackBytes) / pageBytes) })
  module ??= new WebAssembly.Module(
    wasmModule([score, update, multiplyShorts, largestSize, roundToShorts, toFloats, dots]),
  )
  const instance = new WebAssembly.Instance(module, { engine: { memory } })
  const { buffer } = memory
  let next = 0
  const take = (size: number): number => {
    const at = next
    next += Math.ceil(size / alignment) * alignment
    if (next > buffer.byteLength) throw new Error(`the arena of ${buffer.byteLength} bytes is too small`)
    return at
  }
  const at4 = (count: number): number => take(count * 4)
  return {
    kernels: instance.exports as unknown as Kernels,
    floats: (count) => view(at4(count), (at) => new Float32Array(buffer, at, count)),
    integers: (count) => view(at4(count), (at) => new Int32Array(buffer, at, count)),
    shorts: (count) => view(take(count * 2), (at) => new Int16Array(buffer, at, count)),
  }
}

let module: WebAssembly.Module | undefined
const pageBytes = 65_536
const alignment = 64
/** For the rounding up of some dozens of pieces. */
const slackBytes = 64 * 64

function view<View>(at: number, make: (at: number) => View): { at: number; view: View } {
  return { at, view: make(at) }
}

const blockBytes = columnsPerBlock * 4
const quarters = [0, 1, 2, 3] as const

/** Locals of `score` and `update`: seven parameters, then these. */
const [rows, values, count, weights, stride, columns, blocks] = [0, 1, 2, 3, 4, 5, 6]
const [block, row, value, rowsEnd, address] = [7, 8, 9, 10, 11]
const firstSum = 12
const scale = 16

function overBlocks(before: Code, each: Code, after: Code, mask?: Code): Code {
  const walk: Code = [
    set(row, get(rows)),
    set(value, get(values)),
    until(row, rowsEnd, [
      set(scale, loadSplat(get(value))),
      set(address, add(get(weights), multiply(loadInteger(get(row)), get(stride)))),
      each,
      increase(row, integer(4)),
      increase(value, integer(4)),
    ]),
  ]
  return [
    set(rowsEnd, add(get(rows), multiply(get(count), integer(4)))),
    set(block, integer(0)),
    until(block, blocks, [
      before,
      mask === undefined ? walk : when(mask, walk),
      after,
      increase(columns, integer(blockBytes)),
      increase(weights, integer(blockBytes)),
      increase(block, integer(1)),
    ]),
  ]
}

const score: WasmFunction = {
  name: 'score',
  parameters: 7,
  integers: 5,
  vectors: 5,
  body: overBlocks(
    quarters.map((q) => set(firstSum + q, zeroVector)),
    quarters.map((q) =>
      set(
        firstSum + q,
        addFloats(get(firstSum + q), multiplyFloats(get(scale), loadVector(get(address), 16 * q))),
      ),
    ),
    quarters.map((q) => storeVector(get(columns), get(firstSum + q), 16 * q)),
  ),
}

const update: WasmFunction = {
  name: 'update',
  parameters: 7,
  integers: 5,
  vectors: 5,
  body: overBlocks(
    quarters.map((q) => set(firstSum + q, loadVector(get(columns), 16 * q))),
    quarters.map((q) =>
      storeVector(
        get(address),
        addFloats(loadVector(get(address), 16 * q), multiplyFloats(get(scale), get(firstSum + q))),
        16 * q,
      ),
    ),
    [],
    anyTrue(
      orVectors(orVectors(get(firstSum), get(firstSum + 1)), orVectors(get(firstSum + 2), get(firstSum + 3))),
    ),
  ),
}

const multiplyShorts: WasmFunction = (() => {
  const [a, b, out, rowSteps, pairs, panels] = [0, 1, 2, 3, 4, 5]
  const [panel, step, k, bEnd, to, outRow, rowBytes, outBytes] = [6, 7, 8, 9, 10, 11, 12, 13]
  const starts = [14, 15, 16, 17]
  const [left, right, spread] = [18, 19, 20]
  const sums = 21
  const body: Code = [
    set(rowBytes, multiply(get(pairs), integer(4))),
    set(outBytes, multiply(get(panels), integer(columnsPerPanel * 4))),
    set(panel, integer(0)),
    until(panel, panels, [
      set(starts[0]!, get(a)),
      set(to, get(out)),
      set(step, integer(0)),
      set(bEnd, add(get(b), multiply(get(pairs), integer(32)))),
      until(step, rowSteps, [
        starts.slice(1).map((start, i) => set(start, add(get(starts[i]!), get(rowBytes)))),
        Array.from({ length: 8 }, (_, i) => set(sums + i, zeroVector)),
        set(k, get(b)),
        until(k, bEnd, [
          set(left, loadVector(get(k))),
          set(right, loadVector(get(k), 16)),
          starts.map((start, i) => [
            set(spread, loadSplat(get(start))),
            set(sums + 2 * i, addIntegers(get(sums + 2 * i), dotShorts(get(spread), get(left)))),
            set(sums + 2 * i + 1, addIntegers(get(sums + 2 * i + 1), dotShorts(get(spread), get(right)))),
            increase(start, integer(4)),
          ]),
          increase(k, integer(32)),
        ]),
        set(outRow, get(to)),
        starts.map((_, i) => [
          storeVector(get(outRow), get(sums + 2 * i)),
          storeVector(get(outRow), get(sums + 2 * i + 1), 16),
          increase(outRow, get(outBytes)),
        ]),
        // The last of the four has walked its row to the end, where the next four begin.
        set(starts[0]!, get(starts[3]!)),
        set(to, get(outRow)),
        increase(step, integer(1)),
      ]),
      set(b, get(bEnd)),
      increase(out, integer(columnsPerPanel * 4)),
      increase(panel, integer(1)),
    ]),
  ]
  return { name: 'multiplyShorts', parameters: 6, integers: 12, vectors: 11, body }
})()

const largestSize: WasmFunction = (() => {
  const [from, end, out] = [0, 1, 2]
  const most = 3
  return {
    name: 'largestSize',
    parameters: 3,
    integers: 0,
    vectors: 1,
    body: [
      until(from, end, [
        set(most, largerFloats(get(most), sizesOfFloats(loadVector(get(from))))),
        increase(from, integer(16)),
      ]),
      storeVector(get(out), get(most)),
    ],
  }
})()

const roundToShorts: WasmFunction = (() => {
  const [from, end, scale, out] = [0, 1, 2, 3]
  const factor = 4
  const whole = (offset: number): Code =>
    floatsToIntegers(nearestWhole(multiplyFloats(loadVector(get(from), offset), get(factor))))
  return {
    name: 'roundToShorts',
    parameters: 4,
    integers: 0,
    vectors: 1,
    body: [
      set(factor, loadSplat(get(scale))),
      until(from, end, [
        storeVector(get(out), narrowIntegers(whole(0), whole(16))),
        increase(from, integer(32)),
        increase(out, integer(16)),
      ]),
    ],
  }
})()

const toFloats: WasmFunction = (() => {
  const [from, end, unit, scales, bias, least, out] = [0, 1, 2, 3, 4, 5, 6]
  const [perUnit, floor] = [7, 8]
  const value = multiplyFloats(
    integersToFloats(loadVector(get(from))),
    multiplyFloats(get(perUnit), loadVector(get(scales))),
  )
  return {
    name: 'toFloats',
    parameters: 7,
    integers: 0,
    vectors: 2,
    body: [
      set(perUnit, loadSplat(get(unit))),
      set(floor, loadSplat(get(least))),
      until(from, end, [
        storeVector(get(out), largerFloats(get(floor), addFloats(value, loadVector(get(bias))))),
        [from, scales, bias, out].map((local) => increase(local, integer(16))),
      ]),
    ],
  }
})()

const dots: WasmFunction = (() => {
  const [query, bytes, keys, keysEnd, stride, out, at, end, key] = [0, 1, 2, 3, 4, 5, 6, 7, 8]
  const sum = 9
  return {
    name: 'dots',
    parameters: 6,
    integers: 3,
    vectors: 1,
    body: [
      set(end, add(get(query), get(bytes))),
      until(keys, keysEnd, [
        set(sum, zeroVector),
        set(at, get(query)),
        set(key, get(keys)),
        until(at, end, [
          set(sum, addFloats(get(sum), multiplyFloats(loadVector(get(at)), loadVector(get(key))))),
          increase(at, integer(16)),
          increase(key, integer(16)),
        ]),
        storeSum(get(out), sum),
        increase(out, integer(4)),
        increase(keys, get(stride)),
      ]),
    ],
  }
})()

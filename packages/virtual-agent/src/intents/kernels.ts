/**
 * The three inner loops that training and encoding spend their time in, four or eight numbers at a time. WebAssembly
 * without relaxed instructions gives the same bits on every machine.
 */
import {
  add,
  addFloats,
  addIntegers,
  anyTrue,
  dotShorts,
  get,
  increase,
  integer,
  loadInteger,
  loadSplat,
  loadVector,
  multiply,
  multiplyFloats,
  orVectors,
  set,
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
  module ??= new WebAssembly.Module(wasmModule([score, update, multiplyShorts]))
  const instance = new WebAssembly.Instance(module, { engine: { memory } })
  const buffer = memory.buffer as ArrayBuffer
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
const [rows, values, count, weights, stride, columns, blocks, block, row, value, rowsEnd, address] =
  Array.from({ length: 12 }, (_, i) => i) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
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
  const [
    a,
    b,
    out,
    rowSteps,
    pairs,
    panels,
    panel,
    step,
    a0,
    a1,
    a2,
    a3,
    k,
    bEnd,
    o,
    rowBytes,
    outBytes,
    end,
  ] = Array.from({ length: 18 }, (_, i) => i) as number[]
  const [left, right, spread] = [18, 19, 20]
  const sums = 21
  const starts = [a0, a1, a2, a3] as number[]
  const body: Code = [
    set(rowBytes!, multiply(get(pairs!), integer(4))),
    set(outBytes!, multiply(get(panels!), integer(columnsPerPanel * 4))),
    set(panel!, integer(0)),
    until(panel!, panels!, [
      set(a0!, get(a!)),
      set(o!, get(out!)),
      set(step!, integer(0)),
      set(bEnd!, add(get(b!), multiply(get(pairs!), integer(32)))),
      until(step!, rowSteps!, [
        starts.slice(1).map((start, i) => set(start, add(get(starts[i]!), get(rowBytes!)))),
        Array.from({ length: 8 }, (_, i) => set(sums + i, zeroVector)),
        set(k!, get(b!)),
        until(k!, bEnd!, [
          set(left!, loadVector(get(k!))),
          set(right!, loadVector(get(k!), 16)),
          starts.map((start, i) => [
            set(spread!, loadSplat(get(start))),
            set(sums + 2 * i, addIntegers(get(sums + 2 * i), dotShorts(get(spread!), get(left!)))),
            set(sums + 2 * i + 1, addIntegers(get(sums + 2 * i + 1), dotShorts(get(spread!), get(right!)))),
            increase(start, integer(4)),
          ]),
          increase(k!, integer(32)),
        ]),
        set(end!, get(o!)),
        starts.map((_, i) => [
          storeVector(get(end!), get(sums + 2 * i)),
          storeVector(get(end!), get(sums + 2 * i + 1), 16),
          increase(end!, get(outBytes!)),
        ]),
        // The last of the four has walked its row to the end, where the next four begin.
        set(a0!, get(a3!)),
        set(o!, get(end!)),
        increase(step!, integer(1)),
      ]),
      set(b!, get(bEnd!)),
      increase(out!, integer(columnsPerPanel * 4)),
      increase(panel!, integer(1)),
    ]),
  ]
  return { name: 'multiplyShorts', parameters: 6, integers: 12, vectors: 11, body }
})()

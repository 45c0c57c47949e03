/** Writes the few WebAssembly functions of the engine as bytes: WebAssembly Core 2.0, §5 (binary format), §5.4.8 (vector instructions). */

/** One function without results whose parameters and locals are 32-bit integers, then vectors. */
export interface WasmFunction {
  name: string
  parameters: number
  /** Further integer locals; they follow the parameters. */
  integers: number
  /** Vector locals; they follow the integers. */
  vectors: number
  body: Code
}

/** Instructions in order; nested lists are flattened. */
export type Code = readonly (number | Code)[]

/** A module that imports its memory as `engine.memory` and exports the functions by name. */
export function wasmModule(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters }) => [0x60, vector(Array(parameters).fill([i32])), 0x00])
  const codes = functions.map(({ integers, vectors, body }) => {
    const locals = vector([
      [unsigned(integers), i32],
      [unsigned(vectors), v128],
    ])
    return sized([locals, body, 0x0b])
  })
  const bytes: Code = [
    [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
    section(1, vector(types)),
    section(2, vector([[text('engine'), text('memory'), 0x02, 0x00, 0x01]])),
    section(3, vector(functions.map((_, i) => [unsigned(i)]))),
    section(7, vector(functions.map(({ name }, i) => [text(name), 0x00, unsigned(i)]))),
    section(10, vector(codes)),
  ]
  return Uint8Array.from(flat(bytes))
}

export const get = (local: number): Code => [0x20, unsigned(local)]
export const set = (local: number, value: Code): Code => [value, 0x21, unsigned(local)]
export const integer = (value: number): Code => [0x41, signed(value)]
export const add = (a: Code, b: Code): Code => [a, b, 0x6a]
export const multiply = (a: Code, b: Code): Code => [a, b, 0x6c]
export const increase = (local: number, by: Code): Code => set(local, add(get(local), by))
export const loadInteger = (address: Code, offset = 0): Code => [address, 0x28, 0x02, unsigned(offset)]

/** Runs the body until `local` reaches `end`; at least once, so callers keep out empty ranges. */
export const until = (local: number, end: number, body: Code): Code => [
  [0x03, 0x40],
  body,
  [get(local), get(end), 0x49, 0x0d, 0x00],
  0x0b,
]

/** Runs the body when the value is not zero. */
export const when = (condition: Code, body: Code): Code => [condition, 0x04, 0x40, body, 0x0b]

export const loadVector = (address: Code, offset = 0): Code => [address, simd(0x00), 0x04, unsigned(offset)]
/** The four bytes at the address, four times. */
export const loadSplat = (address: Code, offset = 0): Code => [address, simd(0x09), 0x02, unsigned(offset)]
export const storeVector = (address: Code, value: Code, offset = 0): Code => [
  address,
  value,
  simd(0x0b),
  0x04,
  unsigned(offset),
]
export const zeroVector: Code = [0xfd, 0x0c, Array(16).fill(0)]
export const addFloats = (a: Code, b: Code): Code => [a, b, simd(0xe4)]
export const multiplyFloats = (a: Code, b: Code): Code => [a, b, simd(0xe6)]
export const addIntegers = (a: Code, b: Code): Code => [a, b, simd(0xae)]
/** Eight 16-bit products, added in pairs to four 32-bit integers. */
export const dotShorts = (a: Code, b: Code): Code => [a, b, simd(0xba)]
export const orVectors = (a: Code, b: Code): Code => [a, b, simd(0x50)]
export const largerFloats = (a: Code, b: Code): Code => [a, b, simd(0xe9)]
export const sizesOfFloats = (a: Code): Code => [a, simd(0xe0)]
export const nearestWhole = (a: Code): Code => [a, simd(0x6a)]
export const floatsToIntegers = (a: Code): Code => [a, simd(0xf8)]
export const integersToFloats = (a: Code): Code => [a, simd(0xfa)]
/** Eight 32-bit integers as 16-bit ones. */
export const narrowIntegers = (a: Code, b: Code): Code => [a, b, simd(0x85)]
/** Stores the sum of the four. */
export const storeSum = (address: Code, vector: number): Code => [
  address,
  [0, 1, 2, 3].map((lane): Code => [get(vector), simd(0x1f), lane]),
  [0x92, 0x92, 0x92],
  [0x38, 0x02, 0x00],
]
export const anyTrue = (a: Code): Code => [a, simd(0x53)]

const i32 = 0x7f
const v128 = 0x7b

function simd(operation: number): Code {
  return [0xfd, unsigned(operation)]
}

function section(id: number, content: Code): Code {
  return [id, sized(content)]
}

function sized(content: Code): Code {
  const bytes = flat(content)
  return [unsigned(bytes.length), bytes]
}

function vector(items: readonly Code[]): Code {
  return [unsigned(items.length), items]
}

function text(name: string): Code {
  return [unsigned(name.length), [...name].map((letter) => letter.charCodeAt(0))]
}

function flat(code: Code): number[] {
  return code.flatMap((part) => (typeof part === 'number' ? [part] : flat(part)))
}

/** LEB128, unsigned. */
function unsigned(value: number): Code {
  const bytes: number[] = []
  do {
    const low = value & 0x7f
    value >>>= 7
    bytes.push(value === 0 ? low : low | 0x80)
  } while (value !== 0)
  return bytes
}

/** LEB128, signed. */
function signed(value: number): Code {
  const bytes: number[] = []
  for (;;) {
    const low = value & 0x7f
    value >>= 7
    const done = (value === 0 && (low & 0x40) === 0) || (value === -1 && (low & 0x40) !== 0)
    bytes.push(done ? low : low | 0x80)
    if (done) return bytes
  }
}

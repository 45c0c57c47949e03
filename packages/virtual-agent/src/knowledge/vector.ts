/** Each part of an encoder's vector brought to length 1, so that none drowns the others; zeros stay zeros. */
export function unitParts(vector: Float32Array, parts: readonly number[]): Float32Array {
  const scaled = Float32Array.from(vector)
  let from = 0
  for (const length of parts) {
    const part = scaled.subarray(from, from + length)
    const size = Math.sqrt(part.reduce((sum, x) => sum + x * x, 0))
    if (size > 0) for (let i = 0; i < length; i++) part[i]! /= size
    from += length
  }
  return scaled
}

/** The cosine of `a` and the beginning of `b` that is as long, both of length 1; 0 where one is all zeros. */
export function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

/** The direction between vectors: their mean, brought to length 1; null when there is none. */
export function meanDirection(vectors: readonly Float32Array[]): Float32Array | null {
  const first = vectors[0]
  if (first === undefined) return null
  const sum = new Float64Array(first.length)
  for (const vector of vectors) for (let i = 0; i < sum.length; i++) sum[i]! += vector[i]!
  const length = Math.sqrt(sum.reduce((all, x) => all + x * x, 0))
  return Float32Array.from(sum, (x) => (length === 0 ? 0 : x / length))
}

/**
 * A vector in one byte a number, as an index keeps it: a quarter of the size, and the cosine changes by less than
 * one in a hundred. What is built computes with `fromBytes(toBytes(v))`, so that a loaded index finds the same.
 */
export function toBytes(vector: Float32Array): { scale: number; bytes: Int8Array } {
  const largest = vector.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
  const scale = shortNumber(largest / 127)
  return { scale, bytes: Int8Array.from(vector, (x) => (scale === 0 ? 0 : Math.round(x / scale))) }
}

export function fromBytes({ scale, bytes }: { scale: number; bytes: Int8Array }): Float32Array {
  return Float32Array.from(bytes, (x) => x * scale)
}

/** The next number of 16 binary digits: times a byte it is exact in 32 bits, so that bytes of bytes are the same. */
function shortNumber(x: number): number {
  if (x === 0) return 0
  const unit = 2 ** (Math.floor(Math.log2(x)) - 15)
  return Math.ceil(x / unit) * unit
}

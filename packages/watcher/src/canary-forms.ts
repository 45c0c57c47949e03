/** Finds one canary's number in bytes that are as plain as they get: no layer of encoding is undone here. */
export interface CanaryForms {
  /** The way in which the number stands in these bytes; null: it does not. */
  in(view: BytesView): string | null
}

/** Bytes, and what all canaries are searched for in: made once for all of them. */
export interface BytesView {
  bytes: Buffer
  /** Lower case, a byte a character. */
  text: string
  clusters: readonly { digits: string; steps: string }[]
  steps: Buffer
  /** The bytes xored with those one, two, three and four places on. */
  mixed: readonly Buffer[]
}

export function viewOf(bytes: Buffer, text: string): BytesView {
  return {
    bytes,
    text: text.toLowerCase(),
    clusters: [...text.matchAll(digitCluster)].map(([cluster]) => {
      const digits = cluster.replace(/\D/g, '')
      return { digits, steps: differences([...digits].map(Number), 10) }
    }),
    steps: shifted(bytes),
    mixed: Array.from({ length: xorKeyBytesMax }, (_, at) => xored(bytes, at + 1)),
  }
}

/** Longest key of a xor that is searched for; longer ones leave too few digits to be sure (docs/watcher.md). */
export const xorKeyBytesMax = 4

/** @param number 16 digits */
export function openCanaryForms(number: string): CanaryForms {
  const reversed = [...number].reverse().join('')
  const runs = [number, reversed].map((digits, i) => ({
    name: i === 0 ? 'plain' : 'reversed',
    digits,
    shifts: differences([...digits].map(Number), 10),
    mirrored: differences(
      [...digits].map((digit) => 9 - Number(digit)),
      10,
    ),
    codes: [...digits].map((digit) => String(digit.charCodeAt(0))).join(''),
    paddedCodes: [...digits].map((digit) => String(digit.charCodeAt(0)).padStart(3, '0')).join(''),
  }))
  const written = [number, reversed].flatMap((digits, i) =>
    ['', ' ', '-'].map((gap) => ({
      name: i === 0 ? '' : ', reversed',
      bytes: Buffer.from(digits.match(/.{4}/g)!.join(gap)),
    })),
  )
  // c = p xor k with a key of n bytes: c[i] xor c[i+n] = p[i] xor p[i+n], whatever the key is and wherever it begins.
  const xors = Array.from({ length: xorKeyBytesMax }, (_, at) => ({
    distance: at + 1,
    patterns: written.map(({ name, bytes }) => ({ name, pattern: xored(bytes, at + 1) })),
  }))
  const shifts = written.map(({ name, bytes }) => ({ name, pattern: shifted(bytes) }))
  const values = [...valuesOf(number)]
  const radixes = Array.from({ length: 26 }, (_, at) => ({
    radix: at + 11,
    word: BigInt(number).toString(at + 11),
  }))

  function inDigits(clusters: BytesView['clusters']): string | null {
    for (const { digits, steps } of clusters)
      for (const run of runs) {
        const backwards = run.name === 'plain' ? '' : ', reversed'
        if (digits.includes(run.digits)) return run.name
        if (digits.includes(run.paddedCodes) || digits.includes(run.codes))
          return `character codes${backwards}`
        if (steps.includes(run.shifts)) return `digits moved by a constant${backwards}`
        if (steps.includes(run.mirrored)) return `digits subtracted from a constant${backwards}`
      }
    return null
  }

  return {
    in({ bytes, text, clusters, steps, mixed }) {
      const digits = inDigits(clusters)
      if (digits !== null) return digits
      for (const { radix, word } of radixes) if (text.includes(word)) return `a number in base ${radix}`
      for (const { name, pattern } of values) if (bytes.includes(pattern)) return name
      if (bytes.length < number.length) return null
      for (const { name, pattern } of shifts)
        if (steps.includes(pattern)) return `characters moved by a constant${name}`
      for (const { distance, patterns } of xors)
        for (const { name, pattern } of patterns)
          if (mixed[distance - 1]!.includes(pattern))
            return `xor with a key of ${distance} byte${distance > 1 ? 's' : ''}${name}`
      return null
    },
  }
}

/** Digits with at most three signs between them; a letter ends it, or every page would be one long number. */
const digitCluster = /\d(?:[^0-9A-Za-z]{0,3}\d){15,}/g

/** As one letter per step, so that a pattern is found by `includes`. */
function differences(digits: readonly number[], modulus: number): string {
  let steps = ''
  for (let i = 1; i < digits.length; i++)
    steps += String.fromCharCode(97 + ((digits[i]! - digits[i - 1]! + modulus) % modulus))
  return steps
}

function shifted(bytes: Buffer): Buffer {
  const steps = Buffer.alloc(Math.max(0, bytes.length - 1))
  for (let i = 0; i < steps.length; i++) steps[i] = bytes[i + 1]! - bytes[i]!
  return steps
}

function xored(bytes: Buffer, distance: number): Buffer {
  const mixed = Buffer.alloc(Math.max(0, bytes.length - distance))
  for (let i = 0; i < mixed.length; i++) mixed[i] = bytes[i]! ^ bytes[i + distance]!
  return mixed
}

/** The number as programs hold it: packed decimal, whole number and floating point in either byte order. */
function* valuesOf(number: string): Generator<{ name: string; pattern: Buffer }> {
  yield { name: 'packed decimal', pattern: Buffer.from(number, 'hex') }
  for (const write of ['writeBigUInt64BE', 'writeBigUInt64LE'] as const) {
    const pattern = Buffer.alloc(8)
    pattern[write](BigInt(number))
    // Its empty bytes say nothing: seven of them hold all 16 digits.
    yield {
      name: 'a binary number',
      pattern: write.endsWith('BE') ? pattern.subarray(1) : pattern.subarray(0, 7),
    }
  }
  for (const write of ['writeDoubleBE', 'writeDoubleLE'] as const) {
    const pattern = Buffer.alloc(8)
    pattern[write](Number(number))
    yield { name: 'a binary number', pattern }
  }
}

/**
 * What differs between two lists of lines. Lines that occur once on both sides and in the same order are anchors
 * (Bram Cohen's patience diff); between anchors the same again, and what has none is compared line by line while it
 * is small. Blocks that moved read as removed and added, not as noise.
 */

export type Block =
  | { kind: 'same'; left: number; right: number; lines: readonly string[] }
  /** `left` and `right`: number of the first line, from 0. */
  | { kind: 'change'; left: number; right: number; gone: readonly string[]; come: readonly string[] }

/** Cells of the table for what has no anchor; more takes longer than a person waits, and reads as replaced. */
const cellsMax = 400_000

export function* diffLines(left: readonly string[], right: readonly string[]): Generator<void, Block[]> {
  const numbers = new Map<string, number>()
  const numbered = (lines: readonly string[]): Int32Array =>
    Int32Array.from(lines, (line) => {
      const known = numbers.get(line)
      if (known !== undefined) return known
      numbers.set(line, numbers.size)
      return numbers.size - 1
    })
  const a = numbered(left)
  yield
  const b = numbered(right)
  yield
  /** Pairs of lines that are the same, in order. */
  const pairs: number[] = []
  yield* pairUp({ a, b, pairs }, 0, a.length, 0, b.length)

  const blocks: Block[] = []
  let i = 0
  let j = 0
  const change = (toI: number, toJ: number): void => {
    if (toI > i || toJ > j)
      blocks.push({ kind: 'change', left: i, right: j, gone: left.slice(i, toI), come: right.slice(j, toJ) })
  }
  for (let at = 0; at < pairs.length;) {
    change(pairs[at]!, pairs[at + 1]!)
    i = pairs[at]!
    j = pairs[at + 1]!
    const fromI = i
    const fromJ = j
    while (at < pairs.length && pairs[at] === i && pairs[at + 1] === j) {
      i++
      j++
      at += 2
    }
    blocks.push({ kind: 'same', left: fromI, right: fromJ, lines: left.slice(fromI, i) })
  }
  change(left.length, right.length)
  return blocks
}

interface Sides {
  a: Int32Array
  b: Int32Array
  pairs: number[]
}

function* pairUp(
  sides: Sides,
  aFrom: number,
  aTo: number,
  bFrom: number,
  bTo: number,
): Generator<void, void> {
  const { a, b, pairs } = sides
  let i = aFrom
  let j = bFrom
  while (i < aTo && j < bTo && a[i] === b[j]) pairs.push(i++, j++)
  let aEnd = aTo
  let bEnd = bTo
  while (aEnd > i && bEnd > j && a[aEnd - 1] === b[bEnd - 1]) {
    aEnd--
    bEnd--
  }
  yield
  if (i < aEnd && j < bEnd) {
    const anchors = anchorsOf(a, b, i, aEnd, j, bEnd)
    if (anchors.length === 0) tablePairs(sides, i, aEnd, j, bEnd)
    else {
      for (const [x, y] of anchors) {
        // An anchor may lie in what the part before it already took as its common end.
        if (x < i || y < j) continue
        yield* pairUp(sides, i, x, j, y)
        pairs.push(x, y)
        i = x + 1
        j = y + 1
      }
      yield* pairUp(sides, i, aEnd, j, bEnd)
    }
  }
  for (let k = 0; aEnd + k < aTo; k++) pairs.push(aEnd + k, bEnd + k)
}

/** Lines that occur once on both sides: the longest row of them that has the same order. */
function anchorsOf(
  a: Int32Array,
  b: Int32Array,
  aFrom: number,
  aTo: number,
  bFrom: number,
  bTo: number,
): [number, number][] {
  /** Place of a line that occurs once; -1 of one that occurs again. */
  const places = (lines: Int32Array, from: number, to: number): Map<number, number> => {
    const found = new Map<number, number>()
    for (let i = from; i < to; i++) found.set(lines[i]!, found.has(lines[i]!) ? -1 : i)
    return found
  }
  const inB = places(b, bFrom, bTo)
  const once: [number, number][] = []
  for (const [line, x] of places(a, aFrom, aTo)) {
    const y = inB.get(line)
    if (x !== -1 && y !== undefined && y !== -1) once.push([x, y])
  }
  once.sort(([x], [y]) => x - y)
  return longestRising(once)
}

/** By patience sorting: each pile holds the ends of rows of its length. */
function longestRising(pairs: readonly [number, number][]): [number, number][] {
  const piles: number[] = []
  const before = new Int32Array(pairs.length).fill(-1)
  for (let i = 0; i < pairs.length; i++) {
    let low = 0
    let high = piles.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (pairs[piles[middle]!]![1] < pairs[i]![1]) low = middle + 1
      else high = middle
    }
    if (low > 0) before[i] = piles[low - 1]!
    piles[low] = i
  }
  const row: [number, number][] = []
  for (let i = piles.at(-1) ?? -1; i !== -1; i = before[i]!) row.push(pairs[i]!)
  return row.reverse()
}

/** The longest common subsequence by a table; nothing where the table would be too large. */
function tablePairs({ a, b, pairs }: Sides, aFrom: number, aTo: number, bFrom: number, bTo: number): void {
  const columns = bTo - bFrom + 1
  if ((aTo - aFrom) * columns > cellsMax) return
  const longest = new Int32Array((aTo - aFrom + 1) * columns)
  for (let i = aTo - 1; i >= aFrom; i--)
    for (let j = bTo - 1; j >= bFrom; j--) {
      const at = (i - aFrom) * columns + (j - bFrom)
      longest[at] =
        a[i] === b[j] ? longest[at + columns + 1]! + 1 : Math.max(longest[at + columns]!, longest[at + 1]!)
    }
  for (let i = aFrom, j = bFrom; i < aTo && j < bTo;) {
    const at = (i - aFrom) * columns + (j - bFrom)
    if (a[i] === b[j]) pairs.push(i++, j++)
    else if (longest[at + columns]! >= longest[at + 1]!) i++
    else j++
  }
}

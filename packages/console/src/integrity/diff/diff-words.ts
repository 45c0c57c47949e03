/** What differs within a line, by names, numbers and signs. */

export interface Part {
  text: string
  changed: boolean
}

/** Words of the part that differs, on each side; with more the whole of it is marked. */
const wordsMax = 300
/** Two lines that share less than this are two lines, not one that changed. */
const shareMin = 0.3

const wordsOf = (line: string): string[] => line.match(/[\p{L}\p{N}_$]+|\s+|[^\p{L}\p{N}_$\s]/gu) ?? []

/** Null: the lines have too little in common to be marked within. */
export function diffWords(left: string, right: string): { left: Part[]; right: Part[] } | null {
  const a = wordsOf(left)
  const b = wordsOf(right)
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head++
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++
  const x = a.slice(head, a.length - tail)
  const y = b.slice(head, b.length - tail)
  const same = x.length <= wordsMax && y.length <= wordsMax ? commonWords(x, y) : []
  const shared =
    lengthOf(a.slice(0, head)) + lengthOf(a.slice(a.length - tail)) + lengthOf(same.map(([i]) => x[i]!))
  if (shared < shareMin * Math.max(left.trim().length, right.trim().length)) return null
  const marked = (words: readonly string[], kept: ReadonlySet<number>): Part[] =>
    joined(
      words.map((text, i) => ({
        text,
        changed: i >= head && i < words.length - tail && !kept.has(i - head),
      })),
    )
  return {
    left: marked(a, new Set(same.map(([i]) => i))),
    right: marked(b, new Set(same.map(([, j]) => j))),
  }
}

const lengthOf = (words: readonly string[]): number =>
  words.reduce((sum, word) => sum + word.trim().length, 0)

function commonWords(x: readonly string[], y: readonly string[]): [number, number][] {
  const columns = y.length + 1
  const longest = new Uint16Array((x.length + 1) * columns)
  for (let i = x.length - 1; i >= 0; i--)
    for (let j = y.length - 1; j >= 0; j--) {
      const at = i * columns + j
      longest[at] =
        x[i] === y[j] ? longest[at + columns + 1]! + 1 : Math.max(longest[at + columns]!, longest[at + 1]!)
    }
  const pairs: [number, number][] = []
  for (let i = 0, j = 0; i < x.length && j < y.length;) {
    const at = i * columns + j
    if (x[i] === y[j]) pairs.push([i++, j++])
    else if (longest[at + columns]! >= longest[at + 1]!) i++
    else j++
  }
  return pairs
}

/** Neighbours of one kind are one part: fewer elements, and one piece of speech. */
function joined(parts: readonly Part[]): Part[] {
  const out: Part[] = []
  for (const part of parts) {
    const last = out.at(-1)
    if (last?.changed === part.changed) last.text += part.text
    else out.push({ ...part })
  }
  return out
}

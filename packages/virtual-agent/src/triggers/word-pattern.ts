import { wordsOf } from '../tokens.ts'

/**
 * A row of words, read from a line such as `charged|billed * twice`: `|` stands between words that do alike, a
 * final hyphen for any ending (`suicid-`), `*` for up to four words, `^` for the beginning of the clause and `$` for its end.
 * Words are written as people write them, and folded as the text is.
 */
export interface WordPattern {
  readonly places: readonly Place[]
  readonly atStart: boolean
  readonly atEnd: boolean
}

type Place = { kind: 'gap' } | { kind: 'word'; whole: ReadonlySet<string>; beginnings: readonly string[] }

/** Words between the two ends of a gap: more, and they belong to different thoughts. */
const gapMax = 4

export function wordPatterns(lines: string): WordPattern[] {
  return lines
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map(wordPattern)
}

/** The words of a text by clause: what stands behind a comma or a "but" is not negated by what stands before. */
export function clausesOf(text: string): string[][] {
  return text
    .split(/[.,;:!?()\n…،؛؟–—]+|\s-\s/u)
    .flatMap((piece) => splitAtBut(wordsOf(piece)))
    .filter((words) => words.length > 0)
}

export interface Found {
  /** Index of the first word and behind the last one, in the clause. */
  start: number
  end: number
  /** Indexes of the words that stood in gaps. */
  between: number[]
}

/** Every place at which the pattern begins to hold, each with its shortest end. */
export function findPattern(pattern: WordPattern, words: readonly string[]): Found[] {
  const found: Found[] = []
  const starts = pattern.atStart ? 1 : words.length
  for (let start = 0; start < starts; start++) {
    const match = matchFrom(pattern, words, 0, start, [])
    if (match !== null) found.push({ start, end: match.end, between: match.between })
  }
  return found
}

function wordPattern(line: string): WordPattern {
  const atStart = line.startsWith('^ ')
  const atEnd = line.endsWith(' $')
  const places = line
    .slice(atStart ? 2 : 0, atEnd ? -2 : undefined)
    .split(/\s+/)
    .map((place): Place => {
      if (place === '*') return { kind: 'gap' }
      const all = place.split('|')
      const folded = (word: string): string => wordsOf(word).join('')
      return {
        kind: 'word',
        whole: new Set(all.filter((word) => !word.endsWith('-')).map(folded)),
        beginnings: all.filter((word) => word.endsWith('-')).map(folded),
      }
    })
  return { places, atStart, atEnd }
}

function matchFrom(
  pattern: WordPattern,
  words: readonly string[],
  place: number,
  at: number,
  between: number[],
): { end: number; between: number[] } | null {
  const wanted = pattern.places[place]
  if (wanted === undefined) return pattern.atEnd && at !== words.length ? null : { end: at, between }
  if (wanted.kind === 'gap') {
    for (let skipped = 0; skipped <= gapMax && at + skipped <= words.length; skipped++) {
      const rest = [...between, ...Array.from({ length: skipped }, (_, i) => at + i)]
      const match = matchFrom(pattern, words, place + 1, at + skipped, rest)
      if (match !== null) return match
    }
    return null
  }
  const word = words[at]
  if (word === undefined) return null
  const holds = wanted.whole.has(word) || wanted.beginnings.some((beginning) => word.startsWith(beginning))
  return holds ? matchFrom(pattern, words, place + 1, at + 1, between) : null
}

const buts = new Set(['but', 'however', 'pero', 'sino', 'aber', 'sondern', 'لكن', 'ولكن', 'بل'])

function splitAtBut(words: string[]): string[][] {
  const clauses: string[][] = [[]]
  for (const word of words)
    if (buts.has(word)) clauses.push([])
    else clauses.at(-1)!.push(word)
  return clauses
}

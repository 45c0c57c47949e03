import { foldText } from './folded-text.ts'

/**
 * The shape of an order or booking number, in a language of its own: a tenant's regular expression could be made to
 * backtrack for minutes, this cannot.
 *
 *   A          a letter            'BK'      exactly these characters
 *   9          a digit             -  / .    exactly this sign; people leave it out, and that is fine
 *   X          either              A{2,4}    two to four of it; 9{6} exactly six
 *
 * `AA999999` is two letters and six digits, `'BK'-9{6,8}` is BK-123456 to BK-12345678.
 */
export interface CodeShape {
  parts: Part[]
}

type Part =
  | { kind: 'class'; of: 'letter' | 'digit' | 'either'; min: number; max: number }
  | { kind: 'sign'; sign: string }
  | { kind: 'exactly'; character: string }

/** A code is read out or typed by people; a longer one is no code but a document. */
const codeCharactersMax = 32
/** So short a code without any letter would be every small number somebody writes. */
const codeCharactersMin = 3

/** The shape, or what is wrong with it. */
export function parseCodeShape(written: string): CodeShape | { fault: string } {
  const parts: Part[] = []
  let i = 0
  while (i < written.length) {
    const at = written[i]!
    if (at === "'") {
      const end = written.indexOf("'", i + 1)
      const literal = end === -1 ? '' : written.slice(i + 1, end)
      if (!/^[A-Za-z0-9]+$/.test(literal)) return { fault: 'quotes close around letters and digits' }
      for (const character of literal) parts.push({ kind: 'exactly', character: character.toLowerCase() })
      i = end + 1
    } else if (at === '-' || at === '/' || at === '.') {
      parts.push({ kind: 'sign', sign: at })
      i++
    } else if (at === 'A' || at === '9' || at === 'X') {
      const of = at === 'A' ? 'letter' : at === '9' ? 'digit' : 'either'
      const count = /^\{(\d{1,2})(?:,(\d{1,2}))?\}/.exec(written.slice(i + 1))
      const min = count === null ? 1 : Number(count[1])
      const max = count === null ? 1 : Number(count[2] ?? count[1])
      if (min < 1 || max < min) return { fault: 'a count is {least,most} with least at least 1' }
      parts.push({ kind: 'class', of, min, max })
      i += 1 + (count?.[0].length ?? 0)
    } else return { fault: `${JSON.stringify(at)} is none of A, 9, X, a quoted text, - / .` }
  }
  const length = (pick: (part: Part & { kind: 'class' }) => number): number =>
    parts.reduce(
      (sum, part) => sum + (part.kind === 'class' ? pick(part) : part.kind === 'exactly' ? 1 : 0),
      0,
    )
  if (length((part) => part.max) > codeCharactersMax) return { fault: `is longer than ${codeCharactersMax}` }
  if (length((part) => part.min) < codeCharactersMin) return { fault: `is shorter than ${codeCharactersMin}` }
  return { parts }
}

/**
 * Where codes of this shape stand in a text, whole words only, in the spelling of the shape: capitals, with its
 * signs. Between two characters people put a space, a hyphen or a dot; these are passed over.
 */
export function codesIn(text: string, shape: CodeShape): { code: string; start: number; end: number }[] {
  const folded = foldText(text)
  const found: { code: string; start: number; end: number }[] = []
  for (let start = 0; start < folded.length;) {
    const isStart = isWordCharacter(folded[start]!) && (start === 0 || !isWordCharacter(folded[start - 1]!))
    const match = isStart ? matchAt(folded, start, shape) : null
    if (match === null) start++
    else {
      found.push({ ...match, start })
      start = match.end
    }
  }
  return found
}

/** The longest match that ends at the end of a word. Work is bounded by parts × characters: every state is visited once. */
function matchAt(folded: string, start: number, shape: CodeShape): { code: string; end: number } | null {
  let states = new Map<number, string>([[start, '']])
  for (const part of shape.parts) {
    const next = new Map<number, string>()
    for (const [at, code] of states) {
      if (part.kind === 'sign') {
        next.set(at, code + part.sign)
        if (folded[at] === part.sign) next.set(at + 1, code + part.sign)
        continue
      }
      let place = at
      let read = code
      const [min, max] = part.kind === 'class' ? [part.min, part.max] : [1, 1]
      for (let count = 1; count <= max; count++) {
        if (place > start && /[ .-]/.test(folded[place] ?? '') && isWordCharacter(folded[place + 1] ?? ''))
          place++
        const character = folded[place]
        if (character === undefined || !fits(part, character)) break
        place++
        read += character.toUpperCase()
        if (count >= min && !next.has(place)) next.set(place, read)
      }
    }
    states = next
  }
  let best: { code: string; end: number } | null = null
  for (const [end, code] of states)
    if (!isWordCharacter(folded[end] ?? ' ') && (best === null || end > best.end)) best = { code, end }
  return best
}

function fits(part: Exclude<Part, { kind: 'sign' }>, character: string): boolean {
  if (part.kind === 'exactly') return character === part.character
  const digit = character >= '0' && character <= '9'
  const letter = character >= 'a' && character <= 'z'
  return part.of === 'digit' ? digit : part.of === 'letter' ? letter : digit || letter
}

function isWordCharacter(character: string): boolean {
  return /[\p{L}\p{N}]/u.test(character)
}

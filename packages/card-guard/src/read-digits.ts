/** Reads text as a stream of digits in groups: what a person would read aloud, with where each group stands. */

import { formOf, lookAlikes, otherLetter, plainLookAlikes } from './digit-forms.ts'
import { panDigitsMin } from './issuer-ranges.ts'
import type { NumberWord } from './number-words.ts'
import { fitsNot, fitsWhole, numberWord, splitWords, wordFit } from './number-words.ts'

/** What stands between a group and the one before it. */
export const glued = 0
export const gap = 1
export const filler = 2
export const broken = 3

export interface Group {
  /** Index of its first digit in `DigitStream.digits`, and how many digits it has. */
  readonly at: number
  readonly size: number
  readonly start: number
  readonly end: number
  /** `real` digits, number `word`s, letters that are hardly anything but a digit (`plain`), other look-alikes (`loose`). */
  readonly form: 'real' | 'word' | 'plain' | 'loose'
  readonly before: typeof glued | typeof gap | typeof filler | typeof broken
}

export interface DigitStream {
  readonly digits: readonly number[]
  readonly groups: readonly Group[]
}

/** One way to understand the ambiguous parts of a text. */
export interface Reading {
  /** Look-alike letters are digits: by their first value, by their second, or not at all. */
  readonly alike: 'first' | 'second' | 'no'
  /** Reads several words as one number: "twenty one" is 21. Without it that is 20 and 1. */
  readonly compose?: Compose
  /** Reads "three zeros", "4 times one": the count stands at lexeme `i`. */
  readonly times?: (lexemes: readonly Lexeme[], i: number, count: string) => ReturnType<Compose> | undefined
  /** "um" is the sound of thinking, not Portuguese for one. */
  readonly hesitant?: boolean
}

/** The number whose words begin at lexeme `i`, as digits, and the lexeme behind it. */
export type Compose = (lexemes: readonly Lexeme[], i: number) => { digits: string; next: number }

export interface Lexed {
  readonly lexemes: readonly Lexeme[]
  /** Words that are neither digits nor filler. */
  readonly otherWords: number
  /** No reading has more digits than this; 0 when there is neither digit nor number word. */
  readonly digitsMax: number
  /** There are look-alike letters; some of them are drawn like two digits. */
  readonly alikes: boolean
  readonly alternates: boolean
  /** There are words of ten and more; one is "um". */
  readonly compounds: boolean
  readonly hesitates: boolean
  /** `|`, `!` or `$` stood beside a digit: read again with `signs` to take them for digits. */
  readonly hasSigns: boolean
  /** A character that begins an escape, or a word long enough to hold an encoded number. */
  readonly mayBeEncoded: boolean
}

/** A part of the text between other words, where every reading finds its numbers. */
export interface Stretch {
  /** First lexeme, and the one behind the last. */
  readonly first: number
  readonly end: number
  /** Where the other words before it end and those behind it start. */
  readonly from: number
  readonly to: number
  readonly digitsMax: number
}

/** Cuts text, or the part of it from `from` to `length`, into digits, look-alikes, number words, filler and the rest. `signs`: read `|`, `!` and `$` as digits. */
export function lex(text: string, signs = false, from = 0, length = text.length): Lexed {
  const lexemes: Lexeme[] = []
  let otherWords = 0
  let digitsMax = 0
  let alikeDigits = 0
  let alternates = false
  let compounds = false
  let hesitates = false
  let hasSigns = false
  let mayBeEncoded = false
  let glue = false
  let tokenStart = from

  function push(
    kind: Lexeme['kind'],
    digits: string,
    second: string,
    word: NumberWord | undefined,
    start: number,
    end: number,
  ) {
    lexemes.push({
      kind,
      digits,
      second,
      word,
      start,
      end,
      glued: glue,
      sign: signs && digits !== '' && asciiKinds[text.charCodeAt(start)] === isGap,
      dashed: text[start - 1] === '-',
    })
    glue = true
  }

  let i = from
  while (i < length) {
    const code = text.charCodeAt(i)
    const kind = code < 128 ? asciiKinds[code]! : kindAt(text, i)
    if (kind === isGap) {
      if (code < 128) {
        if (code === percent || code === ampersand || code === backslash) mayBeEncoded = true
        else if (code === bar || code === bang || code === dollar) {
          if (signs) {
            alikeDigits++
            push('alike', lookAlikes[text[i]!]![0]!, lookAlikes[text[i]!]![1]!, undefined, i, i + 1)
            i++
            continue
          }
          hasSigns ||= code === bar || isDigitOrSign(text, i - 1) || isDigitOrSign(text, i + 1)
        }
        i++
      } else i += widthAt(text, i)
      glue = false
      tokenStart = i
      continue
    }
    if (kind === isUnseen) {
      i += widthAt(text, i)
      continue
    }
    const start = i
    if (!glue && i + uuidLength <= length && text.charCodeAt(i + 8) === hyphen && isUuidAt(text, i)) {
      otherWords++
      push('other', '', '', undefined, i, i + uuidLength)
      i += uuidLength
      continue
    }
    if (kind === isDigit) {
      let digits = ''
      let end = i
      while (i < length) {
        const c = text.charCodeAt(i)
        const k = c < 128 ? asciiKinds[c]! : kindAt(text, i)
        if (k === isDigit) {
          digits += c < 128 ? text[i]! : formOf(text.codePointAt(i)!).text
          i += c < 128 ? 1 : widthAt(text, i)
          end = i
        } else if (k === isUnseen) {
          i += widthAt(text, i)
          // A keycap belongs to its digit.
          if (c === 0xfe0f || c === 0x20e3) end = i
        } else break
      }
      digitsMax += digits.length
      push('digits', digits, digits, undefined, start, end)
      if (i - tokenStart >= encodedLengthMin) mayBeEncoded = true
      continue
    }
    // Letters. The folded form is built only when a character outside ASCII asks for it.
    let folded = ''
    let ascii = true
    while (i < length) {
      const c = text.charCodeAt(i)
      if (c < 128) {
        if (asciiKinds[c] !== isLetter) break
        if (!ascii) folded += text[i]
        i++
        continue
      }
      const k = kindAt(text, i)
      if (k === isUnseen) {
        if (ascii) folded = text.slice(start, i)
        ascii = false
      } else if (k === isLetter) {
        if (ascii) folded = text.slice(start, i)
        ascii = false
        folded += formOf(text.codePointAt(i)!).text
      } else break
      i += widthAt(text, i)
    }
    if (i - tokenStart >= encodedLengthMin) mayBeEncoded = true
    const size = ascii ? i - start : folded.length
    const first = ascii ? code : folded.charCodeAt(0)
    const second = size > 1 ? (ascii ? text.charCodeAt(start + 1) : folded.charCodeAt(1)) : 0
    const fit = ascii ? wordFit(text, start, i) : wordFit(folded, 0, size)
    // "y" and "e" join words, not digits they are glued to.
    if (fit !== fitsNot && !(size === 1 && (glue || isDigitAt(text, i)))) {
      const letters = (ascii ? text.slice(start, i) : folded).toLowerCase()
      if (fit === fitsWhole) {
        const whole = numberWord(letters)!
        if (whole.value >= 10) compounds = true
        if (letters === 'um') hesitates = true
        if (whole.role === 'number' || whole.role === 'plural') digitsMax += wordDigitsMax
        push(lexemeKinds[whole.role], '', '', whole, start, i)
        continue
      }
      const split = splitWords(letters)
      if (split) {
        compounds = true
        let at = start
        for (const word of split) {
          if (word.role === 'number') digitsMax += wordDigitsMax
          // Folding may have changed lengths; then every word stands for the whole of the letters.
          push(lexemeKinds[word.role], '', '', word, ascii ? at : start, ascii ? at + word.text.length : i)
          at += word.text.length
        }
        continue
      }
    }
    if (size <= alikeLettersMax && isAlike(first) && (size === 1 || isAlike(second))) {
      const letters = ascii ? text.slice(start, i) : folded
      let one = ''
      let two = ''
      for (const letter of letters) {
        const pair = lookAlikes[letter] ?? (letter >= '0' && letter <= '9' ? letter + letter : undefined)
        if (!pair) break
        one += pair[0]
        two += pair[1]
      }
      if (one.length === letters.length) {
        alikeDigits += one.length
        if (one !== two) alternates = true
        push('alike', one, two, plainLetters.test(letters) ? plainMark : undefined, start, i)
        continue
      }
    }
    otherWords++
    const last = lexemes.at(-1)
    if (last?.kind === 'other') last.end = i
    else push('other', '', '', undefined, start, i)
    glue = true
  }

  if (signs || digitsMax > 0) digitsMax += alikeDigits
  return {
    lexemes,
    otherWords,
    digitsMax,
    alikes: alikeDigits > 0,
    alternates,
    compounds,
    hesitates,
    hasSigns,
    mayBeEncoded,
  }
}

/**
 * Lays the digits of one reading out in a row. Groups of letters alone, with no digit or number word near, are left out;
 * and, where another reading was laid out before, runs that read the same in both. `stretches`: nothing else is looked at.
 */
export function layOut(
  lexed: Lexed,
  reading: Reading,
  otherThan?: Reading,
  stretches?: readonly Stretch[],
): DigitStream {
  const everyRun = otherThan === undefined
  const { lexemes } = lexed
  const digits: number[] = []
  const groups: Group[] = []
  let before: Group['before'] = broken
  let lastEnd = 0
  let fillers = 0
  let runStart = 0
  let runIsReal = false
  /** Something in the run reads differently here, or will in the next. */
  let differs = everyRun
  let nextDiffers = false

  function endRun() {
    if (!(runIsReal && differs) && groups.length > runStart) {
      digits.length = groups[runStart]!.at
      groups.length = runStart
    }
    runStart = groups.length
    runIsReal = false
    differs = everyRun || nextDiffers
    nextDiffers = false
  }

  function push(text: string, form: Group['form'], start: number, end: number, isGlued: boolean) {
    let how: Group['before'] = isGlued && before !== broken ? glued : before
    if (how === glued && fillers > 0) how = filler
    if (groups.length && start - lastEnd > gapMax) how = broken
    if (groups.length === runStart) how = broken
    if (how === broken) endRun()
    if (form === 'real' || form === 'word') runIsReal = true
    groups.push({ at: digits.length, size: text.length, start, end, form, before: how })
    for (let i = 0; i < text.length; i++) digits.push(text.charCodeAt(i) - 48)
    lastEnd = end
    before = gap
    fillers = 0
  }

  function read(first: number, last: number) {
    for (let i = first; i < last;) {
      const lexeme = lexemes[i]!
      if (otherThan && isAmbiguous(lexeme, reading, otherThan)) {
        differs = true
        nextDiffers = true
      }
      if (lexeme.kind === 'other') {
        before = broken
        i++
      } else if (lexeme.kind === 'digits') {
        const times = reading.times?.(lexemes, i, lexeme.digits)
        if (times) {
          push(times.digits, 'word', lexeme.start, lexemes[times.next - 1]!.end, lexeme.glued)
          i = times.next
        } else {
          push(lexeme.digits, 'real', lexeme.start, lexeme.end, lexeme.glued)
          i++
        }
      } else if (lexeme.kind === 'alike') {
        if (reading.alike === 'no') before = broken
        else {
          const text = reading.alike === 'first' ? lexeme.digits : lexeme.second
          push(text, lexeme.word ? 'plain' : 'loose', lexeme.start, lexeme.end, lexeme.glued)
        }
        i++
      } else if (lexeme.kind === 'filler' || (reading.hesitant && lexeme.word?.text === 'um')) {
        if (++fillers > fillersMax) before = broken
        else if (before !== broken) before = filler
        i++
      } else if (lexeme.word!.role === 'plural') {
        before = broken // "the next ones"
        i++
      } else if (lexeme.word!.role === 'repeat') {
        const next = lexemes[i + 1]
        const digit = next && singleDigit(next, reading)
        if (digit) {
          push(digit.repeat(lexeme.word!.value), 'word', lexeme.start, next.end, lexeme.glued)
          i += 2
        } else {
          before = before === broken ? broken : filler
          i++
        }
      } else {
        const word = lexeme.word!
        const times =
          word.role === 'number' && word.value < 10
            ? reading.times?.(lexemes, i, String(word.value))
            : undefined
        const read = times ?? (reading.compose ?? singly)(lexemes, i)
        push(read.digits, 'word', lexeme.start, lexemes[read.next - 1]!.end, lexeme.glued)
        i = read.next
      }
    }
  }

  if (!stretches) read(0, lexemes.length)
  else {
    for (const { first, end, digitsMax } of stretches) {
      if (digitsMax < panDigitsMin) continue
      let ambiguous = everyRun
      for (let i = first; i < end && !ambiguous; i++)
        ambiguous = isAmbiguous(lexemes[i]!, reading, otherThan!)
      if (!ambiguous) continue
      before = broken
      read(first, end)
    }
  }
  endRun()
  return { digits, groups }
}

/** Does the reading see this otherwise than the other one does? */
function isAmbiguous(lexeme: Lexeme, reading: Reading, other: Reading): boolean {
  if (lexeme.kind === 'alike') return lexeme.sign || reading.alike === 'no' || lexeme.digits !== lexeme.second
  if (lexeme.kind !== 'word') return false
  const { value, text } = lexeme.word!
  return reading.hesitant ? text === 'um' : reading.compose !== other.compose && value >= 10
}

/** "hundred" read word by word is the zeros it adds. */
export const singly: Compose = (lexemes, i) => {
  const { value } = lexemes[i]!.word!
  return { digits: value === 100 ? '00' : value === 1000 ? '000' : String(value), next: i + 1 }
}

interface Lexeme {
  readonly kind: 'digits' | 'alike' | 'word' | 'filler' | 'other'
  readonly digits: string
  readonly second: string
  readonly word: NumberWord | undefined
  readonly start: number
  end: number
  readonly glued: boolean
  /** It is a sign, `|`, read as a digit. */
  readonly sign: boolean
  /** A hyphen stands right before. */
  readonly dashed: boolean
}

export type { Lexeme }

/** Between two groups of one number stands no more than this; further apart they are two numbers. */
const gapMax = 48
/** "four then um dash one" is three; more filler than this in one place is a sentence. */
const fillersMax = 4
/** "mil" is four digits, "quadruple one" and "nine times one" nine for one number. */
export const wordDigitsMax = 9
/** Letters in a row that may stand for digits: the longest card number. */
const alikeLettersMax = 19
/** Twelve digits, the shortest card number, take sixteen characters of base64. */
const encodedLengthMin = 16

const isGap = 0
const isDigit = 1
const isLetter = 2
const isUnseen = 3
const kindNumbers = { gap: isGap, digits: isDigit, letter: isLetter, unseen: isUnseen } as const
const percent = 37
const ampersand = 38
const backslash = 92
export const bar = 124
export const bang = 33
const hyphen = 45
export const dollar = 36

const asciiKinds = new Uint8Array(128)
for (let c = 48; c < 58; c++) asciiKinds[c] = isDigit
for (let c = 65; c < 91; c++) asciiKinds[c] = asciiKinds[c + 32] = isLetter

const alikeCodes = new Uint8Array(128)
for (const letter of Object.keys(lookAlikes)) alikeCodes[letter.charCodeAt(0)] = 1
for (let c = 48; c < 58; c++) alikeCodes[c] = 1

const plainLetters = new RegExp(`^[${plainLookAlikes}0-9]+$`)
/** Marks a look-alike lexeme as plain; it carries no word otherwise. */
const plainMark: NumberWord = { role: 'number', value: 0, text: otherLetter }

const lexemeKinds = {
  number: 'word',
  plural: 'word',
  repeat: 'word',
  times: 'filler',
  joins: 'filler',
  filler: 'filler',
} as const satisfies Record<NumberWord['role'], Lexeme['kind']>

const uuidLength = 36

/** A UUID in its printed form (RFC 9562 §4) is one word, whatever its digits. */
function isUuidAt(text: string, at: number): boolean {
  if (text.charCodeAt(at + 13) !== hyphen || text.charCodeAt(at + 18) !== hyphen) return false
  return (
    /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text.slice(at, at + uuidLength)) &&
    !/^[\p{L}\p{N}]/u.test(text.slice(at + uuidLength, at + uuidLength + 2))
  )
}

function kindAt(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return kindNumbers[formOf(code >= 0xd800 && code < 0xe000 ? text.codePointAt(at)! : code).kind]
}

function widthAt(text: string, at: number): number {
  return text.codePointAt(at)! > 0xffff ? 2 : 1
}

function isAlike(code: number): boolean {
  return code < 128 && alikeCodes[code] === 1
}

function isDigitOrSign(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return isDigitAt(text, at) || code === bar || code === bang || code === dollar
}

function isDigitAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  return code >= 48 && code < 58
}

export function singleDigit(lexeme: Lexeme, reading: Reading): string | undefined {
  if (lexeme.kind === 'word') {
    const { role, value } = lexeme.word!
    return (role === 'number' || role === 'plural') && value < 10 ? String(value) : undefined
  }
  if (lexeme.kind === 'alike' && reading.alike === 'no') return undefined
  return lexeme.digits.length === 1 ? lexeme.digits : undefined
}

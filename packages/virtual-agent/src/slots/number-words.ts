import type { Language } from '../script.ts'

/** A number in a text, in digits or in words. Places are those of the folded text. */
export interface NumberRead {
  value: number
  start: number
  end: number
  /** As it stands there. */
  digits: boolean
}

/**
 * All numbers of a folded text, in order and without overlap. `1.200,50` and `1,200.50` are the same number: the
 * last separator is the decimal one; where there is one separator only, three digits after it make it a thousands
 * separator, except as the language writes decimals.
 */
export function numbersIn(folded: string, language: Language): NumberRead[] {
  const found: NumberRead[] = []
  for (const match of folded.matchAll(/(?<![\p{L}\d.,])\d[\d.,]{0,17}/gu)) {
    const written = match[0].replace(/[.,]+$/, '')
    const value = numberOf(written, language)
    if (value === null) continue
    const end = match.index + written.length
    const scale = /^ ?(k|thousand|mil|tausend|million(?:s|en)?|millon(?:es)?|mio)\b/.exec(
      folded.slice(end, end + 12),
    )
    found.push({
      value: value * (scale === null ? 1 : (scales[scale[1]!] ?? 1_000_000)),
      start: match.index,
      end: end + (scale?.[0].length ?? 0),
      digits: true,
    })
  }
  for (const read of wordNumbers(folded, language))
    if (!found.some((other) => other.start < read.end && read.start < other.end)) found.push(read)
  return found.sort((a, b) => a.start - b.start)
}

/** Null where the separators make no number, as in a date. */
export function numberOf(written: string, language: Language): number | null {
  const separators = written.replaceAll(/\d/g, '')
  if (separators === '') return Number(written)
  const last = separators.at(-1)!
  const other = last === '.' ? ',' : '.'
  const decimalMark = language === 'es' || language === 'de' ? ',' : '.'
  const groups = written.split(last)
  const tail = groups.at(-1)!
  if (separators.includes(other)) {
    // Both: the last one is decimal and stands once; the others group three digits.
    if (groups.length !== 2 || !grouped(groups[0]!, other)) return null
    return Number(`${groups[0]!.replaceAll(other, '')}.${tail}`)
  }
  if (groups.length > 2) return grouped(written, last) ? Number(groups.join('')) : null
  if (tail.length === 3 && groups[0]!.length <= 3 && groups[0] !== '0' && last !== decimalMark)
    return Number(groups.join(''))
  return Number(`${groups[0]}.${tail}`)
}

function grouped(written: string, separator: string): boolean {
  const [first, ...rest] = written.split(separator)
  return first!.length >= 1 && first!.length <= 3 && rest.every((group) => group.length === 3)
}

const scales: Record<string, number> = {
  k: 1_000,
  thousand: 1_000,
  mil: 1_000,
  tausend: 1_000,
  mio: 1_000_000,
}

/** Words of numbers below a hundred, and the multipliers; as `foldText` leaves them. */
const units: Record<Language, Record<string, number>> = {
  en: words(`zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen`),
  es: {
    ...words(`cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis
      diecisiete dieciocho diecinueve veinte veintiuno veintidos veintitres veinticuatro veinticinco veintiseis
      veintisiete veintiocho veintinueve`),
    un: 1,
    una: 1,
    veintiun: 21,
  },
  de: {
    ...words(`null eins zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn vierzehn funfzehn sechzehn
      siebzehn achtzehn neunzehn`),
    ein: 1,
    eine: 1,
    einen: 1,
    einem: 1,
    einer: 1,
    zwo: 2,
  },
  ar: {
    واحد: 1,
    اثنان: 2,
    اثنين: 2,
    ثلاثه: 3,
    اربعه: 4,
    خمسه: 5,
    سته: 6,
    سبعه: 7,
    ثمانيه: 8,
    تسعه: 9,
    عشره: 10,
  },
}
const tens: Record<Language, Record<string, number>> = {
  en: decades('twenty thirty forty fifty sixty seventy eighty ninety', 20),
  es: decades('treinta cuarenta cincuenta sesenta setenta ochenta noventa', 30),
  de: decades('zwanzig dreisig vierzig funfzig sechzig siebzig achtzig neunzig', 20),
  ar: {},
}
const hundreds: Record<Language, Record<string, number>> = {
  en: { hundred: 100 },
  es: {
    cien: 100,
    ciento: 100,
    doscientos: 200,
    doscientas: 200,
    trescientos: 300,
    trescientas: 300,
    cuatrocientos: 400,
    quinientos: 500,
    quinientas: 500,
    seiscientos: 600,
    setecientos: 700,
    ochocientos: 800,
    novecientos: 900,
  },
  de: { hundert: 100 },
  ar: {},
}
const thousands: Record<Language, Record<string, number>> = {
  en: { thousand: 1_000, million: 1_000_000 },
  es: { mil: 1_000 },
  de: { tausend: 1_000 },
  ar: {},
}
const joiners: Record<Language, string> = { en: 'and', es: 'y', de: 'und', ar: 'و' }
/** Half a dozen, a couple: amounts that have a name. */
const named: Record<Language, Record<string, number>> = {
  en: { dozen: 12, couple: 2 },
  es: { docena: 12, par: 2 },
  de: { dutzend: 12 },
  ar: {},
}
/** "One" and "a" mostly are no numbers: they count only beside another word of a number, or alone. */
const articles = new Set(['un', 'una', 'ein', 'eine', 'einen', 'einem', 'einer'])

function words(list: string): Record<string, number> {
  return Object.fromEntries(list.split(/\s+/).map((word, i) => [word, i]))
}

function decades(list: string, from: number): Record<string, number> {
  return Object.fromEntries(list.split(' ').map((word, i) => [word, from + 10 * i]))
}

function wordNumbers(folded: string, language: Language): NumberRead[] {
  const tokens = [...folded.matchAll(/\p{L}+/gu)].map((match) => ({
    word: match[0],
    start: match.index,
    end: match.index + match[0].length,
  }))
  const found: NumberRead[] = []
  for (let i = 0; i < tokens.length;) {
    let total = 0
    let group = -1
    let end = i
    let last: 'none' | 'unit' | 'ten' | 'hundred' | 'thousand' | 'whole' = 'none'
    for (let j = i; j < tokens.length; j++) {
      const { word } = tokens[j]!
      if (j > i && !/^[ -]$/.test(folded.slice(tokens[j - 1]!.end, tokens[j]!.start))) break
      const unit = units[language][word]
      const ten = tens[language][word]
      const hundred = hundreds[language][word]
      const thousand = thousands[language][word]
      const whole = named[language][word] ?? (language === 'de' ? germanNumber(word) : null)
      if (
        unit !== undefined &&
        (last === 'none' || last === 'ten' || last === 'hundred' || last === 'thousand')
      ) {
        group = Math.max(group, 0) + unit
        last = 'unit'
      } else if (ten !== undefined && (last === 'none' || last === 'hundred' || last === 'thousand')) {
        group = Math.max(group, 0) + ten
        last = 'ten'
      } else if (hundred !== undefined && (last === 'none' || last === 'unit' || last === 'thousand')) {
        group = language === 'es' ? Math.max(group, 0) + hundred : (group < 1 ? 1 : group) * hundred
        last = 'hundred'
      } else if (thousand !== undefined && last !== 'whole') {
        total += (group < 1 ? 1 : group) * thousand
        group = 0
        last = 'thousand'
      } else if (
        whole !== null &&
        whole !== undefined &&
        (last === 'none' || (last === 'unit' && group === 1))
      ) {
        group = whole
        last = 'whole'
      } else if (word === joiners[language] && last !== 'none' && j + 1 < tokens.length) {
        if (!isNumberWord(tokens[j + 1]!.word, language)) break
        continue
      } else break
      end = j + 1
    }
    if (end > i && !(end === i + 1 && articles.has(tokens[i]!.word) && tokens.length > 1)) {
      const start = tokens[i]!.start
      found.push({ value: total + Math.max(group, 0), start, end: tokens[end - 1]!.end, digits: false })
    }
    i = Math.max(end, i + 1)
  }
  return found
}

function isNumberWord(word: string, language: Language): boolean {
  return [units, tens, hundreds, thousands].some((table) => table[language][word] !== undefined)
}

/** `dreihundertfunfundzwanzig`: units stand before tens, all in one word. */
function germanNumber(word: string): number | null {
  if (word.length > 60) return null
  const thousand = /^(.*?)tausend(.*)$/.exec(word)
  if (thousand !== null) {
    const before = thousand[1] === '' ? 1 : germanNumber(thousand[1]!)
    const after = thousand[2] === '' ? 0 : germanNumber(thousand[2]!.replace(/^und/, ''))
    return before === null || after === null ? null : before * 1_000 + after
  }
  const hundred = /^(.*?)hundert(.*)$/.exec(word)
  if (hundred !== null) {
    const before = hundred[1] === '' ? 1 : (units.de[hundred[1]!] ?? null)
    const after = hundred[2] === '' ? 0 : germanNumber(hundred[2]!.replace(/^und/, ''))
    return before === null || after === null ? null : before * 100 + after
  }
  const whole = units.de[word] ?? tens.de[word]
  if (whole !== undefined) return whole
  const joined = /^(\p{L}{3,6})und(\p{L}{5,8})$/u.exec(word)
  if (joined === null) return null
  const unit = units.de[joined[1]!]
  const ten = tens.de[joined[2]!]
  return unit === undefined || ten === undefined ? null : ten + unit
}

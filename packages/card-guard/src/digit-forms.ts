/** What one character is to a reader of numbers: a digit in some form, a letter, a mark that nobody sees, a gap. */

export interface Form {
  readonly kind: 'digits' | 'letter' | 'unseen' | 'gap'
  /** Digits in ASCII, or the letter folded to a small or capital ASCII letter where it looks like one. */
  readonly text: string
}

/** Reads one code point above U+007F. */
export function formOf(codePoint: number): Form {
  let form = known.get(codePoint)
  if (form) return form
  if (known.size >= knownMax) known.clear()
  form = readForm(codePoint)
  known.set(codePoint, form)
  return form
}

/** Letters that pass for a digit: the digit, then the second digit that some hands mean by it. */
export const lookAlikes: Readonly<Record<string, string>> = {
  O: '00', o: '00', Q: '09', D: '00', I: '11', l: '11', i: '11', L: '11', '|': '11', '!': '11',
  Z: '27', z: '27', S: '55', s: '55', $: '55', B: '88', b: '68', G: '69', g: '96', q: '99', A: '44', E: '33', T: '77',
} // prettier-ignore

/** Stands in `Form.text` for a letter that looks like no Latin one. */
export const otherLetter = '?'

/** Hardly anyone reads these as anything but a digit when one stands in a number. */
export const plainLookAlikes = 'OoQIliL|!'

/** Different characters remembered at once; more than any language writes with, and a bound against a flood. */
const knownMax = 4096
const known = new Map<number, Form>()

/** Runs of characters with a digit's value that Unicode gives no decimal or compatibility mapping: first, value, count. */
const oddDigits = [
  [0x2776, 1, 9], [0x2780, 1, 9], [0x278a, 1, 9], [0x24f5, 1, 9], [0x24ff, 0, 1], [0x1f10b, 0, 1], [0x1f10c, 0, 1],
  [0x1369, 1, 9], [0x17f0, 0, 10], [0x10a40, 1, 4], [0x10e60, 1, 9], [0x11052, 1, 9], [0x1d360, 1, 9], [0x19da, 1, 1],
  [0xe0030, 0, 10], [0x1f51f, 10, 1], [0x277f, 10, 1], [0x2789, 10, 1], [0x2793, 10, 1], [0x24fe, 10, 1],
] as const // prettier-ignore

/** Number characters that are written like words: Chinese and Japanese, in plain and in formal hand, and Korean. */
const hanDigits = [
  '〇零영공',
  '一壹일',
  '二贰貳이',
  '三叁參삼',
  '四肆사',
  '五伍오',
  '六陆陸육',
  '七柒칠',
  '八捌팔',
  '九玖구',
]

/** Cyrillic, Greek and other letters and signs drawn like a Latin letter or a digit. */
const twins: Readonly<Record<string, string>> = {
  О: 'O', о: 'o', Ο: 'O', ο: 'o', Օ: 'O', օ: 'o', ө: 'o', Ө: 'O', Ø: 'O', ø: 'o', '°': 'o', І: 'I', і: 'i', Ι: 'I', ι: 'i', ı: 'i',
  Ӏ: 'I', ӏ: 'l', ǀ: 'l', Ɩ: 'l', ו: 'l', ا: 'l', '∣': '|', '│': '|', '׀': '|', '¦': '|', Ѕ: 'S', ѕ: 's', В: 'B', Β: 'B', в: 'B', Ζ: 'Z',
  ζ: 'Z', А: 'A', Α: 'A', Е: 'E', Ε: 'E', Т: 'T', Τ: 'T', З: '3', з: '3', Ʒ: '3', ʒ: '3', б: '6', Ч: '4', ч: '4', Ƽ: '5', Ȣ: '8', '∅': '0', ß: 'ss',
} // prettier-ignore

function readForm(codePoint: number): Form {
  const character = String.fromCodePoint(codePoint)
  if (/\p{Nd}/u.test(character)) {
    // Decimal digits stand in Unicode in runs of ten from zero up (Unicode 16, chapter 4.6), so counting back gives the value.
    let first = codePoint
    while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first--
    return { kind: 'digits', text: String((codePoint - first) % 10) }
  }
  for (const [first, value, count] of oddDigits) {
    if (codePoint >= first && codePoint < first + count)
      return { kind: 'digits', text: String(value + codePoint - first) }
  }
  const han = hanDigits.findIndex((hands) => hands.includes(character))
  if (han >= 0) return { kind: 'digits', text: String(han) }
  if (/\p{Default_Ignorable_Code_Point}|\p{M}|\p{Cf}/u.test(character)) return { kind: 'unseen', text: '' }
  const folded =
    twins[character] ??
    twins[character.normalize('NFKC')] ??
    character.normalize('NFKD').replace(/\p{M}/gu, '')
  if (/^[(.,)]*[0-9]+[).,]*$/.test(folded)) return { kind: 'digits', text: folded.replace(/\D/g, '') }
  if (/^[a-z|]+$/i.test(folded)) return { kind: folded === '|' ? 'gap' : 'letter', text: folded }
  return /[\p{L}\d]/u.test(folded)
    ? { kind: 'letter', text: twins[folded] ?? otherLetter }
    : { kind: 'gap', text: '' }
}

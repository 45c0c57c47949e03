/**
 * The corpus that the guard is measured with: card numbers written in every way we know of, and card-free messages,
 * from a seed. It shares no table with the guard, so that a mistake there is not repeated here. Not part of a bundle.
 */

export interface Positive {
  readonly form: string
  readonly pan: string
  readonly text: string
  /** Where the number stands in the text, and its code when one stands beside it. */
  readonly start: number
  readonly end: number
  readonly code?: { readonly start: number; readonly end: number }
}

export interface CardFree {
  readonly kind: string
  readonly text: string
}

/** A number over several messages of one author; `piece` marks those that hold digits of it. */
export interface SplitConversation {
  readonly pan: string
  readonly messages: readonly { readonly text: string; readonly piece: boolean }[]
}

export interface Random {
  /** A whole number from 0 up to, not including, `below`. */
  below(below: number): number
  pick<T>(list: readonly T[]): T
}

/** mulberry32: small, fast, the same everywhere. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return { below, pick: (list) => list[below(list.length)]! }
}

export function positive(random: Random, form: string = random.pick(formNames)): Positive {
  const pan = cardNumber(random)
  const write = forms[form]!
  const written = write(pan, random)
  const frame = random.pick(written.frames ?? frames)
  const at = frame.indexOf('{}')
  const text = frame.slice(0, at) + written.before + written.number + written.behind + frame.slice(at + 2)
  const start = at + written.before.length
  const code = written.code && {
    start: start + written.number.length + written.code[0],
    end: start + written.number.length + written.code[1],
  }
  return { form, pan, text, start, end: start + written.number.length, ...(code && { code }) }
}

export function cardFree(random: Random, kind: string = random.pick(cardFreeKinds)): CardFree {
  for (;;) {
    const text = others[kind]!(random)
    if (!holdsCard(text)) return { kind, text }
  }
}

export function splitConversation(random: Random): SplitConversation {
  const pan = cardNumber(random)
  const [lead, chatter, follow] = random.pick(talk)
  const pieces = cut(pan, random)
  const messages: { text: string; piece: boolean }[] = []
  if (random.below(2)) messages.push({ text: random.pick(lead), piece: false })
  for (const [i, piece] of pieces.entries()) {
    const said = random.below(5) === 0 ? random.pick(follow).replace('{}', piece) : piece
    messages.push({ text: said, piece: true })
    if (i < pieces.length - 1 && random.below(3) === 0)
      messages.push({ text: random.pick(chatter), piece: false })
  }
  return { pan, messages }
}

/** A number by fours, each with the words people put around it, and chatter with other digits between. */
export function toldConversation(random: Random): SplitConversation {
  let pan = cardNumber(random)
  while (pan.length !== 16) pan = cardNumber(random)
  const told = random.pick(tellings)
  const messages: { text: string; piece: boolean }[] = []
  for (const [i, group] of printed(pan).entries()) {
    messages.push({ text: told[i]!.replace('{}', group), piece: true })
    if (i < 3 && random.below(2)) messages.push({ text: random.pick(betweenTellings), piece: false })
  }
  return { pan, messages }
}

/** Is every piece masked after the last message, and nothing of the number left? `shown` are the texts after all. */
export function isSplitMasked({ pan, messages }: SplitConversation, shown: readonly string[]): boolean {
  return (
    messages.every(({ piece }, at) => !piece || shown[at]!.includes(' removed]')) &&
    !leaks(pan, shown.join(' '))
  )
}

/** A valid number of a network in use: issuer range, length, check digit. */
export function cardNumber(random: Random): string {
  const [heads, lengths] = random.pick(networks)
  const [low, high = low] = random.pick(heads.split(',')).split('-') as [string, string?]
  const head = String(Number(low) + random.below(Number(high) - Number(low) + 1))
  const length = random.pick(lengths)
  let body = head
  while (body.length < length - 1) body += random.below(10)
  for (let check = 0; ; check++) if (luhnHolds(body + check)) return body + check
}

export function luhnHolds(digits: string): boolean {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i])
    sum += i % 2 ? (digit * 2 > 9 ? digit * 2 - 9 : digit * 2) : digit
  }
  return sum % 10 === 0
}

/** Is all of the number masked, and its code, whatever sign may be left at the edge? */
export function isMasked(
  one: Positive,
  screened: { text: string; findings: readonly { start: number; end: number }[] },
): boolean {
  const { findings } = screened
  const covers = (start: number, end: number) =>
    [
      ...one.text.slice(start, end).matchAll(one.form === 'chatter between' ? /\p{N}/gu : /[\p{L}\p{N}]/gu),
    ].every(({ index }) =>
      findings.some((finding) => finding.start <= start + index && finding.end > start + index),
    )
  return (
    covers(one.start, one.end) &&
    (!one.code || covers(one.code.start, one.code.end)) &&
    !leaks(one.pan, screened.text)
  )
}

/** Eight digits of the number in a row, anywhere in the digits of the text whatever stands between them. */
export function leaks(pan: string, masked: string): boolean {
  const digits = masked.normalize('NFKC').replace(/[^0-9]/g, '')
  for (let i = 0; i + 8 <= pan.length; i++) if (digits.includes(pan.slice(i, i + 8))) return true
  return false
}

/** Issuer ranges and lengths, each line as often met as the next so that the rare ones count. */
const networks: readonly (readonly [string, readonly number[]])[] = [
  ['4', [16]], ['4', [13, 16, 19]], ['51-55', [16]], ['2221-2720', [16]], ['34,37', [15]], ['6011,644-649,65', [16]],
  ['65', [16, 17, 18, 19]], ['300-305,36,38,39', [14]], ['36', [14, 16]], ['3528-3589', [16]], ['62', [16, 17, 18, 19]],
  ['622126-622925', [16, 19]], ['81', [16]], ['5018,5020,5038,6304,6759,6761,6762,6763', [12, 13, 14, 15, 16, 17, 18, 19]],
  ['56-58', [16]], ['2200-2204', [16]], ['60,82,508', [16]], ['506099-506198', [16, 18, 19]], ['9792', [16]], ['5019', [16]],
  ['606282', [16]], ['636368,504175,509000-509999', [16]], ['636', [16]],
] // prettier-ignore

export const networkCount = networks.length

interface Written {
  readonly before: string
  readonly number: string
  readonly behind: string
  /** Start and end of a code, counted from the end of the number. */
  readonly code?: readonly [number, number]
  readonly frames?: readonly string[]
}

const bareFrames = ['{}']
const frames = [
  '{}', '{}', 'my card number is {}', 'Here you go: {}', 'card: {} thanks', 'please charge {} for the upgrade', 'It is {}.',
  'Hi! I want to pay with {}, is that ok?', 'Use this one → {}', 'the number is {} ok?', '{} is the card', 'order 4 tickets, card {}',
  'mi tarjeta es {}', 'Mi número es {} gracias', 'puede cobrar a {}?', 'ma carte : {}', 'Voici le numéro {} merci', 'le numéro est {}.',
  'Meine Karte: {}', 'Die Nummer lautet {} danke', 'bitte {} belasten', 'meu cartão é {}', 'O número é {}, obrigado', 'pode usar {}',
  'Visa {}', 'PAN={}', 'cc:{}', '"{}"', '({})', 'number\n{}\nthanks', 'I called yesterday at 10:30 about order 88213, now pay with {}',
  'booking XK4P2T for 12 May; {}', '我的卡号是 {}', 'رقم البطاقة {}', 'номер карты {}', 'カード番号は {} です',
] // prettier-ignore

const separators = [
  ' ', '-', '.', '/', ',', '_', '|', '*', ':', ';', '  ', ' - ', '–', '—', ' . ', '·', '•', '\u00a0', '\u2009', '\u202f', '\u3000', '\n',
  '\t', '\u200b', '\u200d', '\u2060', '\u00ad', '\ufeff', '\u200e', '\u202a', '~', '+', '=', '#', '\\', '👍', '💳', ' ➡️ ', '"', "'", '`',
  '^', '&', '@', '¬', '…', '>', '<', ') (', '][', '} {', '、', '。', '・', '，', '\r\n', ', ', ' / ', ' _ ', '---', '...',
] // prettier-ignore
const fillers = [' then ', ' and ', ' dash ', ' space ', ', then ', ' y ', ' luego ', ' guion ', ' espacio ', ' puis ', ' et ', ' tiret ', ' und ', ' dann ', ' strich ', ' e ', ' depois ', ' traço ', ' hyphen ', ' followed by '] // prettier-ignore

/** Where the ten digits of a script begin. */
const scripts = [0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0xf20, 0x1040, 0x17e0, 0x1810, 0x1946, 0x1a80, 0x1b50, 0xa620, 0xa8d0, 0xaa50, 0xff10, 0x104a0, 0x11066, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e950, 0x1fbf0] // prettier-ignore
const circled = '⓪①②③④⑤⑥⑦⑧⑨'
const filled = '⓿❶❷❸❹❺❻❼❽❾'
const raised = '⁰¹²³⁴⁵⁶⁷⁸⁹'
const lowered = '₀₁₂₃₄₅₆₇₈₉'

const unitWords: Readonly<Record<string, readonly (readonly string[])[]>> = {
  en: [
    ['zero', 'oh', 'nought'],
    ['one'],
    ['two'],
    ['three'],
    ['four'],
    ['five'],
    ['six'],
    ['seven'],
    ['eight'],
    ['nine'],
  ],
  es: [['cero'], ['uno'], ['dos'], ['tres'], ['cuatro'], ['cinco'], ['seis'], ['siete'], ['ocho'], ['nueve']],
  fr: [
    ['zéro', 'zero'],
    ['un'],
    ['deux'],
    ['trois'],
    ['quatre'],
    ['cinq'],
    ['six'],
    ['sept'],
    ['huit'],
    ['neuf'],
  ],
  de: [
    ['null'],
    ['eins'],
    ['zwei', 'zwo'],
    ['drei'],
    ['vier'],
    ['fünf', 'fuenf'],
    ['sechs'],
    ['sieben'],
    ['acht'],
    ['neun'],
  ],
  pt: [
    ['zero'],
    ['um'],
    ['dois'],
    ['três', 'tres'],
    ['quatro'],
    ['cinco'],
    ['seis', 'meia'],
    ['sete'],
    ['oito'],
    ['nove'],
  ],
}
const doubles: Readonly<Record<string, readonly [string, string]>> = {
  en: ['double', 'triple'], es: ['doble', 'triple'], fr: ['double', 'triple'], de: ['doppel', 'dreimal'], pt: ['duplo', 'triplo'],
} // prettier-ignore
const languages = Object.keys(unitWords)

const alikes: Readonly<Record<string, readonly string[]>> = {
  '0': ['O', 'o', 'Q', 'О', 'о', 'Ο'], '1': ['l', 'I', 'i', 'І', '|', 'L'], '2': ['Z', 'z'], '5': ['S', 's', 'Ѕ'], '6': ['G', 'b', 'б'],
  '8': ['B', 'В'], '9': ['g', 'q'], '4': ['A'], '3': ['З', 'E'],
} // prettier-ignore

const number = (text: string, more: Partial<Written> = {}): Written => ({
  before: '',
  number: text,
  behind: '',
  ...more,
})

function printed(pan: string): string[] {
  if (pan.length === 15) return [pan.slice(0, 4), pan.slice(4, 10), pan.slice(10)]
  if (pan.length === 14) return [pan.slice(0, 4), pan.slice(4, 10), pan.slice(10)]
  return pan.match(/.{1,4}/g)!
}

function groupsOf(pan: string, random: Random, sizeMax = 6): string[] {
  const groups: string[] = []
  for (let at = 0; at < pan.length;) {
    const size = 1 + random.below(sizeMax)
    groups.push(pan.slice(at, at + size))
    at += size
  }
  return groups.length > 1 ? groups : [pan.slice(0, 5), pan.slice(5)]
}

const mapDigits = (pan: string, say: (digit: number) => string) => [...pan].map((digit) => say(Number(digit)))

const sayDigits = (pan: string, language: string, random: Random) =>
  mapDigits(pan, (digit) => random.pick(unitWords[language]![digit]!))

/** The value below a hundred in words, as people read pairs aloud. */
function sayPair(value: number, language: string): string {
  const unit = (n: number) => unitWords[language]![n]![0]!
  const [tens, ones] = [Math.floor(value / 10), value % 10]
  if (value < 10) return `${unit(0)} ${unit(value)}`
  if (language === 'en') {
    const teens = [
      'ten',
      'eleven',
      'twelve',
      'thirteen',
      'fourteen',
      'fifteen',
      'sixteen',
      'seventeen',
      'eighteen',
      'nineteen',
    ]
    const names = ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety']
    return value < 20 ? teens[ones]! : ones ? `${names[tens]}-${unit(ones)}` : names[tens]!
  }
  if (language === 'es') {
    const teens = [
      'diez',
      'once',
      'doce',
      'trece',
      'catorce',
      'quince',
      'dieciséis',
      'diecisiete',
      'dieciocho',
      'diecinueve',
    ]
    const names = [
      '',
      '',
      'veinte',
      'treinta',
      'cuarenta',
      'cincuenta',
      'sesenta',
      'setenta',
      'ochenta',
      'noventa',
    ]
    if (value < 20) return teens[ones]!
    if (tens === 2 && ones)
      return 'veinti' + ['', 'uno', 'dós', 'trés', 'cuatro', 'cinco', 'séis', 'siete', 'ocho', 'nueve'][ones]!
    return ones ? `${names[tens]} y ${unit(ones)}` : names[tens]!
  }
  if (language === 'fr') {
    const teens = [
      'dix',
      'onze',
      'douze',
      'treize',
      'quatorze',
      'quinze',
      'seize',
      'dix-sept',
      'dix-huit',
      'dix-neuf',
    ]
    if (value < 20) return teens[ones]!
    if (tens === 7) return ones === 1 ? 'soixante et onze' : `soixante-${teens[ones]}`
    if (tens === 9) return `quatre-vingt-${teens[ones]}`
    if (tens === 8) return ones ? `quatre-vingt-${unit(ones)}` : 'quatre-vingts'
    const name = ['', '', 'vingt', 'trente', 'quarante', 'cinquante', 'soixante'][tens]!
    return ones === 0 ? name : ones === 1 ? `${name} et un` : `${name}-${unit(ones)}`
  }
  if (language === 'de') {
    const teens = [
      'zehn',
      'elf',
      'zwölf',
      'dreizehn',
      'vierzehn',
      'fünfzehn',
      'sechzehn',
      'siebzehn',
      'achtzehn',
      'neunzehn',
    ]
    const names = [
      '',
      '',
      'zwanzig',
      'dreißig',
      'vierzig',
      'fünfzig',
      'sechzig',
      'siebzig',
      'achtzig',
      'neunzig',
    ]
    if (value < 20) return teens[ones]!
    return ones ? `${ones === 1 ? 'ein' : unit(ones)}und${names[tens]}` : names[tens]!
  }
  const teens = [
    'dez',
    'onze',
    'doze',
    'treze',
    'catorze',
    'quinze',
    'dezesseis',
    'dezessete',
    'dezoito',
    'dezenove',
  ]
  const names = [
    '',
    '',
    'vinte',
    'trinta',
    'quarenta',
    'cinquenta',
    'sessenta',
    'setenta',
    'oitenta',
    'noventa',
  ]
  return value < 20 ? teens[ones]! : ones ? `${names[tens]} e ${unit(ones)}` : names[tens]!
}

function withDoubles(pan: string, language: string, random: Random): string {
  const [double, triple] = doubles[language]!
  return pan.replace(/(\d)\1{0,2}/g, (run, digit: string) => {
    const word = random.pick(unitWords[language]![Number(digit)]!)
    return (run.length === 3 ? `${triple} ${word}` : run.length === 2 ? `${double} ${word}` : word) + ' '
  }).trim() // prettier-ignore
}

function lookAlike(pan: string, random: Random, share: number): string {
  const written = mapDigits(pan, (digit) => {
    const letters = alikes[String(digit)]
    return letters && random.below(100) < share ? random.pick(letters) : String(digit)
  })
  // The first digit stays: a number all in letters is a word.
  return pan[0] + written.slice(1).join('')
}

const month = (random: Random) => String(1 + random.below(12)).padStart(2, '0')
const year = (random: Random) => String(26 + random.below(8))
const latin1 = (text: string) => btoa(text)
const percent = (text: string) => [...text].map((c) => `%${c.charCodeAt(0).toString(16)}`).join('')
const someOf = (text: string, random: Random, write: (c: string) => string) =>
  [...text].map((c) => (random.below(2) ? write(c) : c)).join('')

const forms: Readonly<Record<string, (pan: string, random: Random) => Written>> = {
  plain: (pan) => number(pan),
  'as printed': (pan) => number(printed(pan).join(' ')),
  'as printed, any separator': (pan, random) => number(printed(pan).join(random.pick(separators))),
  'as printed, mixed separators': (pan, random) =>
    number(printed(pan).reduce((text, group) => text + random.pick(separators) + group)),
  'digit by digit': (pan, random) => number([...pan].join(random.pick(separators))),
  'digit by digit, mixed separators': (pan, random) =>
    number([...pan].reduce((text, group) => text + random.pick(separators.slice(0, 12)) + group)),
  pairs: (pan, random) => number(pan.match(/.{1,2}/g)!.join(random.pick(separators))),
  threes: (pan, random) => number(pan.match(/.{1,3}/g)!.join(random.pick(separators))),
  'any groups': (pan, random) =>
    number(groupsOf(pan, random).join(random.pick([' ', '-', '.', '_', '*', '|']))),
  'two groups': (pan, random) => {
    const at = 1 + random.below(pan.length - 1)
    return number(pan.slice(0, at) + random.pick([' ', '-', '/', '\n']) + pan.slice(at))
  },
  'filler between': (pan, random) => {
    const between = random.pick(fillers)
    return number(printed(pan).join(between))
  },
  'chatter between': (pan, random) =>
    number(
      printed(pan).join(
        random.pick([
          ' next ones ',
          ' ok so ',
          ' after that ',
          ' wait ',
          ' ... let me see ... ',
          ' nächste ',
          ' siguiente ',
        ]),
      ),
    ),
  'another script': (pan, random) => {
    const zero = random.pick(scripts)
    return number(mapDigits(pan, (digit) => String.fromCodePoint(zero + digit)).join(''))
  },
  'another script, grouped': (pan, random) => {
    const zero = random.pick(scripts)
    return number(printed(pan).map((group) => mapDigits(group, (d) => String.fromCodePoint(zero + d)).join('')).join(random.pick([' ', '-', '.', '\u2009']))) // prettier-ignore
  },
  'scripts mixed': (pan, random) =>
    number(mapDigits(pan, (d) => String.fromCodePoint(random.pick(scripts) + d)).join('')),
  circled: (pan, random) => {
    const set = [...random.pick([circled, filled])]
    return number(mapDigits(pan, (digit) => set[digit]!).join(random.pick(['', ' '])))
  },
  raised: (pan, random) => {
    const set = [...random.pick([raised, lowered])]
    return number(mapDigits(pan, (digit) => set[digit]!).join(''))
  },
  keycaps: (pan, random) =>
    number(mapDigits(pan, (d) => `${d}\ufe0f\u20e3`).join(random.pick(['', ' ', '-']))),
  'struck through': (pan, random) =>
    number(mapDigits(pan, (d) => `${d}${random.pick(['\u0336', '\u0332', '\u0305'])}`).join('')),
  'invisible between': (pan, random) => number([...pan].join(random.pick(['\u200b', '\u200c', '\u200d', '\u2060', '\u00ad', '\u202d', '\u2066', '\ufeff', '\u034f']))), // prettier-ignore
  words: (pan, random) =>
    number(sayDigits(pan, random.pick(languages), random).join(random.pick([' ', ' ', '-', ', ', '. ']))),
  'words without gaps': (pan, random) => number(sayDigits(pan, random.pick(languages), random).join('')),
  'words in capitals': (pan, random) =>
    number(sayDigits(pan, random.pick(languages), random).join(' ').toUpperCase()),
  'words and digits': (pan, random) => {
    const language = random.pick(languages)
    return number([...pan].map((digit) => (random.below(2) ? sayDigits(digit, language, random)[0]! : digit)).join(random.pick([' ', '-', '']))) // prettier-ignore
  },
  'double and triple': (pan, random) => number(withDoubles(pan, random.pick(languages), random)),
  'read in pairs': (pan, random) => {
    const language = random.pick(languages)
    const even = pan.length % 2 ? sayDigits(pan[0]!, language, random)[0]! + ' ' : ''
    const pairs = pan.slice(pan.length % 2).match(/../g)!
    return number(even + pairs.map((pair) => sayPair(Number(pair), language)).join(random.pick([' ', ', '])))
  },
  'look-alike letters': (pan, random) => number(lookAlike(pan, random, 35)),
  'look-alike letters, grouped': (pan, random) =>
    number(printed(lookAlike(pan, random, 35)).join(random.pick([' ', '-', '.']))),
  'look-alike zero and one': (pan) => number(pan[0] + pan.slice(1).replaceAll('0', 'O').replaceAll('1', 'l')),
  percent: (pan, random) =>
    number(
      random.below(2) ? percent(pan) : printed(pan).join(random.pick(['%20', '%2D', '%2d', '+', '%0A'])),
    ),
  'percent, some': (pan, random) => number(someOf(pan, random, percent)),
  'percent twice': (pan) => number(percent(pan).replaceAll('%', '%25')),
  'entities, decimal': (pan, random) => number(someOf(pan, random, (c) => `&#${c.charCodeAt(0)};`)),
  'entities, hexadecimal': (pan, random) =>
    number(someOf(pan, random, (c) => `&#x${c.charCodeAt(0).toString(16)};`)),
  'entities between': (pan, random) =>
    number(printed(pan).join(random.pick(['&nbsp;', '&#160;', '&#45;', '&ndash;', '&thinsp;', '&#x20;']))),
  'JSON escapes': (pan, random) => number(someOf(pan, random, (c) => `\\u00${c.charCodeAt(0).toString(16)}`)),
  'program escapes': (pan, random) =>
    number(someOf(pan, random, (c) => `\\x${c.charCodeAt(0).toString(16)}`)),
  base64: (pan, random) =>
    number(
      latin1(random.pick([pan, printed(pan).join(' '), `{"card":"${pan}"}`, `number=${pan}&exp=12/26`])),
      { behind: '' },
    ),
  base64url: (pan, random) =>
    number(
      latin1(random.pick([pan, printed(pan).join('-'), `?pan=${pan}`]))
        .replace(/=+$/, '')
        .replaceAll('+', '-')
        .replaceAll('/', '_'),
    ),
  'base64 of JSON escapes': (pan) =>
    number(latin1(`{"pan":"${[...pan].map((c) => `\\u00${c.charCodeAt(0).toString(16)}`).join('')}"}`)),
  'base64 twice': (pan) => number(latin1(latin1(pan))),
  'percent of base64': (pan) => number(latin1(`card=${pan}`).replaceAll('=', '%3D')),
  hexadecimal: (pan, random) =>
    number(mapDigits(pan, (d) => `3${d}`).join(random.pick(['', '', ' ', ':', ' 0x']))),
  'track 1': (pan, random) => number(`%B${pan}^${random.pick(['DOE/JANE', 'GARCIA/ANA M', 'MUELLER/HANS'])}^${year(random)}${month(random)}101${String(random.below(1e9)).padStart(12, '0')}?`), // prettier-ignore
  'track 2': (pan, random) => number(`;${pan}${random.pick(['=', 'D'])}${year(random)}${month(random)}101${String(random.below(1e8)).padStart(9, '0')}?`), // prettier-ignore
  'expiry glued': (pan, random) => number(pan + month(random) + year(random)),
  'expiry glued with slash': (pan, random) => number(`${pan}${month(random)}/${year(random)}`),
  'expiry beside': (pan, random) => number(pan, { behind: random.pick([' ', ' exp ', ', ', ' valid thru ', ' | ']) + `${month(random)}/${year(random)}` }), // prettier-ignore
  'code beside': (pan, random) => {
    const code = String(random.below(1000)).padStart(3, '0')
    const lead = random.pick([' cvv ', ' CVC: ', ', cvv2 is ', ' security code ', ' código de seguridad ', ' Prüfnummer ', ' cryptogramme ', ' código de segurança ', ` ${month(random)}/${year(random)} `, ' CVV is ']) // prettier-ignore
    const shape = random.pick([pan, printed(pan).join(' ')])
    return number(shape, {
      behind: lead + code,
      code: [lead.length, lead.length + code.length],
      frames: ['{}', 'card {}', '{} thanks', 'pago con {}'],
    })
  },
  'glued to letters': (pan, random) => number(pan, { before: random.pick(['card', 'visa', 'num:', 'CC', 'nr', 'n°', 'tarjeta', 'x']), behind: random.pick(['', 'exp1228', 'x', 'end', 'ok']) }), // prettier-ignore
  'in a link': (pan, random) => number(pan, { before: 'https://pay.example.com/checkout?card=', behind: '&amount=20.00', frames: [...bareFrames, 'see {} please'], ...(random.below(2) ? { before: 'https://shop.example/u/' } : {}) }), // prettier-ignore
  'in a file name': (pan, random) => number(random.pick([pan, printed(pan).join('_'), printed(pan).join('-')]), { before: random.pick(['scan_', 'card-', 'IMG ', '']), behind: random.pick(['.pdf', '_front.jpg', ' (1).png']) }), // prettier-ignore
  'in JSON': (pan, random) =>
    number(random.pick([pan, printed(pan).join(' ')]), {
      before: '{"name":"A. Doe","number":"',
      behind: '","exp":"12/29"}',
    }),
}

export const formNames: readonly string[] = Object.keys(forms)

const digitsOf = (random: Random, count: number) =>
  Array.from({ length: count }, () => random.below(10)).join('')
const letter = (random: Random) => String.fromCharCode(65 + random.below(26))
const letters = (random: Random, count: number) =>
  Array.from({ length: count }, () => letter(random)).join('')
const hex = (random: Random, count: number) =>
  Array.from({ length: count }, () => random.below(16).toString(16)).join('')
const two = (n: number) => String(n).padStart(2, '0')
const day = (random: Random) => [2015 + random.below(15), 1 + random.below(12), 1 + random.below(28)] as const
const time = (random: Random) => `${two(random.below(24))}:${two(random.below(60))}`

const ibanShapes = ['DE18', 'FR23', 'GB*BBBB14', 'ES20', 'NL*BBBB10', 'BE12', 'AT16', 'CH17', 'DK14', 'FI14', 'NO11', 'SE20', 'PL24', 'PT21', 'IT*B22', 'IE*BBBB14'] // prettier-ignore

function iban(random: Random): string {
  const shape = random.pick(ibanShapes)
  const country = shape.slice(0, 2)
  const bank = /\*(B+)/.exec(shape)?.[1]?.length ?? 0
  const body = letters(random, bank) + digitsOf(random, Number(/\d+$/.exec(shape)![0]))
  const value = [...(body + country + '00')].map((c) => parseInt(c, 36)).join('')
  const check = 98n - (BigInt(value) % 97n)
  const whole = country + two(Number(check)) + body
  return random.below(2) ? whole : whole.match(/.{1,4}/g)!.join(' ')
}

const phoneShapes = [
  '(555) ###-####', '555-###-####', '+1 ###-###-####', '+1##########', '+44 20 #### ####', '07### ######', '+44 7### ######', '+49 151 ########',
  '0151/#######', '+49 30 ######', '+33 6 ## ## ## ##', '06 ## ## ## ##', '06########', '+34 6## ### ###', '6########', '+55 11 9####-####', '(11) 9####-####',
  '+351 91# ### ###', '+52 55 #### ####', '+91 9#### #####', '+86 1## #### ####', '+81 90-####-####', '1-800-###-####', '###.###.####', '0049 89 ########',
  '+57 3## ### ####', '+62 812-####-####', '+61 4## ### ###', '020 #### ####', '+1 (###) ###-#### ext. ####', '+43 660 #######', '+41 79 ### ## ##',
] // prettier-ignore
const fill = (shape: string, random: Random) =>
  shape.replace(/#/g, () => String(random.below(10))).replace(/@/g, () => letter(random))

const moneySigns = ['$', '€', '£', 'USD ', 'EUR ', 'R$ ', '¥', 'CHF ']
const price = (random: Random) =>
  `${random.pick(moneySigns)}${random.below(9999)}${random.pick(['.', ','])}${two(random.below(100))}`

const others: Readonly<Record<string, (random: Random) => string>> = {
  phone: (r) => r.pick(['call me at {}', '{}', 'my phone is {}', 'Tel: {}', 'mein Telefon {}', 'mi teléfono es {}', 'appelez le {}', 'whatsapp {}', 'meu celular é {}']).replace('{}', fill(r.pick(phoneShapes), r)), // prettier-ignore
  'two phones': (r) => `${r.pick(['home', 'call', 'tel'])} ${fill(r.pick(phoneShapes), r)} ${r.pick(['or', '/', ',', 'and', 'oder', 'mobile'])} ${fill(r.pick(phoneShapes), r)}`, // prettier-ignore
  iban: (r) => r.pick(['IBAN {}', '{}', 'refund to {} please', 'mein Konto {}', 'mi cuenta es {}', 'IBAN: {} BIC COBADEFFXXX']).replace('{}', iban(r)), // prettier-ignore
  uuid: (r) => r.pick(['id {}', '{}', 'request-id={}', 'session {} failed']).replace('{}', `${hex(r, 8)}-${hex(r, 4)}-4${hex(r, 3)}-a${hex(r, 3)}-${hex(r, 12)}`), // prettier-ignore
  hash: (r) =>
    r.pick(['commit {}', 'sha {}', 'etag "{}"', '{}']).replace('{}', hex(r, r.pick([7, 12, 32, 40, 64]))),
  order: (r) => r.pick(['order {}', 'my order number is {}', 'Order #{} has not arrived', 'where is {}?', 'pedido {}', 'Bestellung {}', 'commande n° {}', 'pedido nº {}', '{}']).replace('{}', fill(r.pick(['########', '#########', '##########', '###########', '############', 'SO-2026-######', '###-#######-#######', '@@####-####', '################', '##############']), r)), // prettier-ignore
  tracking: (r) => r.pick(['tracking {}', 'my parcel is {}', 'Sendungsnummer {}', 'suivi {}', 'where is {}', 'tracking number: {}']).replace('{}', fill(r.pick(['1Z###@@#########', '1Z###@@##########', '94##################', '9400 #### #### #### #### ##', '92####################', '############', '### ### ### ###', '####  #### ####', '@@#########@@', '@@ ### ### ### @@', 'JD##################', '##########', '###############', '00340434##########']), r)), // prettier-ignore
  imei: (r) => {
    const body = r.pick(['35', '86', '01', '99']) + digitsOf(r, 12)
    let check = 0
    while (!luhnHolds(body + check)) check++
    const whole = body + check
    return r.pick(['IMEI {}', 'my phone imei is {}', '{}', 'IMEI: {} locked']).replace('{}', r.pick([whole, `${whole.slice(0, 2)}-${whole.slice(2, 8)}-${whole.slice(8, 14)}-${whole.slice(14)}`, whole.match(/.{1,3}/g)!.join(' ')])) // prettier-ignore
  },
  date: (r) => {
    const [y, m, d] = day(r)
    return r.pick(['on {}', 'from {} to 2026-05-31', 'arrive {} please', '{}', 'born {}', 'am {} um ' + time(r)]).replace('{}', r.pick([`${y}-${two(m)}-${two(d)}`, `${two(d)}/${two(m)}/${y}`, `${m}/${d}/${y}`, `${two(d)}.${two(m)}.${y}`, `${y}${two(m)}${two(d)}`, `${y}-${two(m)}-${two(d)}T${time(r)}:${two(r.below(60))}Z`, `${two(d)}-${two(m)}-${y} ${time(r)}:${two(r.below(60))}`])) // prettier-ignore
  },
  'dates and times': (r) => {
    const [y, m, d] = day(r)
    return `${two(d)}/${two(m)}/${y} ${time(r)} - ${two(Math.min(28, d + 1))}/${two(m)}/${y} ${time(r)}`
  },
  money: (r) => r.pick(['total {}', 'I paid {} twice', '{} + {} = {}', 'refund of {} and {}', 'costs {} or {}, shipping {}']).replace(/\{\}/g, () => price(r)), // prettier-ignore
  coordinates: (r) => `${r.pick(['I am at ', 'loc: ', ''])}${r.below(180) - 90}.${digitsOf(r, 4 + r.below(3))}, ${r.pick(['', '-'])}${r.below(180)}.${digitsOf(r, 4 + r.below(3))}`, // prettier-ignore
  ip: (r) => `${r.pick(['from', 'host', 'ip'])} ${r.below(256)}.${r.below(256)}.${r.below(256)}.${r.below(256)}${r.pick(['', ':8080', ' and 10.0.0.' + r.below(256)])}`, // prettier-ignore
  version: (r) =>
    `app ${1 + r.below(9)}.${r.below(30)}.${r.below(99)} build ${digitsOf(r, 8)} on Android ${r.below(15)}.0`,
  booking: (r) => `${r.pick(['booking', 'PNR', 'Buchung', 'reserva', 'réservation'])} ${fill(r.pick(['@#@@#@', '@@@@@@', '@@#@#@']), r)} flight ${letters(r, 2)}${digitsOf(r, 4)} on ${day(r).join('-')} at ${time(r)}`, // prettier-ignore
  ticket: (r) => r.pick(['e-ticket {}', 'ticket number {}', 'Ticket {}']).replace('{}', fill(r.pick(['###-##########', '### ##########', '#############']), r)), // prettier-ignore
  address: (r) => `${r.below(9999)} ${r.pick(['Main St', 'Av. Central', 'rue de Rivoli', 'Hauptstr.'])} ${r.below(300)}, ${digitsOf(r, 5)} ${r.pick(['Springfield', 'Lyon', 'Köln', 'Lima'])}`, // prettier-ignore
  epoch: (r) => `ts=${1_500_000_000_000 + r.below(400_000_000_000)} took ${r.below(9000)} ms`,
  snowflake: (r) =>
    `message ${1_000_000_000_000_000_000n + BigInt(r.below(2 ** 31)) * 40_000_000n + BigInt(r.below(40_000_000))}`,
  sizes: (r) =>
    `do you have ${Array.from({ length: 5 + r.below(4) }, (_, i) => 34 + r.below(3) + i * 2).join(', ')} in stock?`,
  list: (r) =>
    `${r.pick(['scores', 'qty', 'numbers'])}: ${Array.from({ length: 3 + r.below(6) }, () => r.below(1000)).join(', ')}`,
  counting: (r) =>
    Array.from({ length: 6 + r.below(9) }, (_, i) => i + 1).join(r.pick([' ', ', ', '. ', '\n'])),
  mac: (r) =>
    `device ${hex(r, 12)
      .match(/../g)!
      .join(r.pick([':', '-']))}`,
  vin: (r) => `VIN ${fill(r.pick(['WVW@@@##@##@#####', '1HG@@#####A######', 'WBA@@##@#@@######']), r)}`,
  account: (r) => `${r.pick(['account', 'customer number', 'Kundennummer', 'member id', 'policy'])} ${fill(r.pick(['########', '##-##-## ########', '### ### ###', '@@#######', '##########']), r)}`, // prettier-ignore
  words: (r) => r.pick(['one or two of the four seats, twenty-one days, three times', 'two adults and one child, four bags, seven nights', 'dos o tres veces, cuatro maletas, uno por uno', 'deux adultes, un enfant, trois valises et quatre nuits', 'zwei Erwachsene, ein Kind, drei Koffer und vier Nächte', 'dois adultos, um bebê e três malas', 'one hundred and twenty dollars for four nights, not two thousand']), // prettier-ignore
  'card talk': (r) => r.pick(['my card ending in {} was declined', 'is the cvv the 3 digits on the back?', 'card expires 12/{}', 'la tarjeta que termina en {}', 'carte se terminant par {}', 'Karte mit Endziffern {}', 'I paid {} with my visa on 12/05/2026']).replace('{}', () => digitsOf(r, 4)), // prettier-ignore
  token: (r) => r.pick(['key {}', 'https://example.com/r/{}', 'token={}']).replace('{}', Array.from({ length: 20 + r.below(24) }, () => r.pick([...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'])).join('')), // prettier-ignore
  decimals: (r) => `p=${(r.below(1e9) / 1e9).toFixed(6)} x=${r.below(1000)}.${digitsOf(r, 8)}`,
}

export const cardFreeKinds: readonly string[] = Object.keys(others)

/** By the bare definition: a stretch of 12 to 19 digits, whole, in a range above, with its check digit. Then it is a card. */
function holdsCard(text: string): boolean {
  return [...text.matchAll(/\d{12,19}/g)].some(([digits]) =>
    luhnHolds(digits) && networks.some(([heads, lengths]) => lengths.includes(digits.length) && heads.split(',').some((head) => {
      const [low, high = low] = head.split('-') as [string, string?]
      const start = digits.slice(0, low.length)
      return start >= low && start <= high
    }))) // prettier-ignore
}

/** Two to sixteen pieces: as printed, or cut anywhere. */
function cut(pan: string, random: Random): string[] {
  if (random.below(3) === 0) return printed(pan)
  if (random.below(10) === 0) return [...pan]
  const count = 2 + random.below(Math.min(15, pan.length - 2))
  const cuts = new Set<number>()
  while (cuts.size < count - 1) cuts.add(1 + random.below(pan.length - 1))
  const at = [0, ...[...cuts].sort((a, b) => a - b), pan.length]
  return at.slice(1).map((end, i) => pan.slice(at[i], end))
}

/** Before, between, and around the pieces, by language. */
const talk: readonly (readonly [readonly string[], readonly string[], readonly string[]])[] = [
  [['I want to pay now', 'ready for my card?', 'hi, can I give you the number?'], ['ok?', 'wait', 'got it?', 'one moment please', 'sorry, my phone is slow', 'did you get that', 'lol', 'the dog is barking'], ['next {}', 'then {}', '{} ok', 'and {}', 'the rest is {}']], // prettier-ignore
  [
    ['quiero pagar ya', 'le doy el número'],
    ['espere', '¿sí?', 'un momento por favor', 'perdón'],
    ['luego {}', 'y {}', '{} vale', 'sigue {}'],
  ],
  [
    ['je veux payer', 'voici ma carte'],
    ['attendez', 'ok ?', 'une seconde', 'désolé'],
    ['puis {}', 'ensuite {}', '{} voilà'],
  ],
  [
    ['ich möchte zahlen', 'hier meine Karte'],
    ['moment bitte', 'ok?', 'Entschuldigung'],
    ['dann {}', 'weiter {}', '{} so'],
  ],
  [
    ['quero pagar', 'segue o cartão'],
    ['espera', 'tá?', 'só um instante'],
    ['depois {}', '{} certo', 'e {}'],
  ],
]

/** The four messages of one number. */
const tellings: readonly (readonly string[])[] = [
  ['first four {}', 'then {}', 'next {}', 'and finally {}'],
  ['my card starts with {}', 'next four {}', 'then {}', 'last four: {}'],
  ['first 4 digits: {}', 'next 4: {}', 'next 4: {}', 'last 4: {}'],
  ['the first four digits are {}', 'the second four are {}', 'third set {}', 'and the last four {}'],
  ['part 1: {}', 'part 2: {}', 'part 3: {}', 'part 4: {}'],
  ['1/4: {}', '2/4: {}', '3/4: {}', '4/4: {}'],
  ['it is {}', '{} after that', '{} and', "{} that's all"],
  ['{}-', '{}-', '{}-', '{}'],
  ['{}...', '...{}...', '...{}...', '...{}'],
  ['los primeros cuatro son {}', 'luego {}', 'después {}', 'y los últimos {}'],
  ['les quatre premiers {}', 'puis {}', 'ensuite {}', 'et les derniers {}'],
  ['die ersten vier sind {}', 'dann {}', 'weiter {}', 'und die letzten vier {}'],
  ['os primeiros quatro são {}', 'depois {}', 'e {}', 'os últimos {}'],
]
const betweenTellings = [
  'hang on', 'ok', 'one sec', 'let me find my glasses', 'are you there?', "it's a visa", '2 minutes please', "it's 10:30 here",
  'flight BA2490 on 12 May', 'for 2 adults and 1 child',
] // prettier-ignore

/** Other things that people write in groups of digits, recognised by their own shape. */

export interface Span {
  readonly start: number
  readonly end: number
}

/** The things of one kind that meet a stretch of the text. */
export type Meeting = (span: Span) => Span[]

export interface OtherThings {
  /** An IBAN with its check digits, a hash: whatever is inside is not a card number. */
  readonly certain: Meeting
  /** Numbers with decimals: they share no digit with a card number. */
  readonly decimals: Meeting
  /** Dates, times, phones, addresses, amounts: digits that do not join with their neighbours. */
  readonly likely: Meeting
}

/** The other things in a text, looked for where asked: only what arithmetic takes for a card needs the answer. */
export function otherThingsIn(text: string): OtherThings {
  return {
    certain: meetingIn(text, hashMax, certainlyOther),
    decimals: meetingIn(text, shapeMax, (part) => Array.from(part.matchAll(decimal), spanOf)),
    likely: meetingIn(text, shapeMax, likelyOther),
  }
}

/** Looks through a text by blocks, each once and with its surroundings. Nothing found is longer than `spanMax`. */
function meetingIn(text: string, spanMax: number, find: (text: string) => Span[]): Meeting {
  const blocks: Span[][] = []
  return ({ start, end }) => {
    const met: Span[] = []
    const first = Math.max(0, Math.floor((start - spanMax) / blockLength))
    for (let block = first; block * blockLength < end; block++) {
      for (const span of (blocks[block] ??= inBlock(block)))
        if (span.start < end && span.end > start) met.push(span)
    }
    return met
  }

  function inBlock(block: number): Span[] {
    const from = block * blockLength
    const begin = Math.max(0, from - spanMax)
    const part = text.slice(begin, from + blockLength + spanMax)
    const found: Span[] = []
    for (const span of find(part)) {
      const start = span.start + begin
      if (start >= from && start < from + blockLength) found.push({ start, end: span.end + begin })
    }
    return found
  }
}

/** Messages are shorter, as a rule. */
const blockLength = 256

/** Index of the first, in order of start, that begins at the offset or behind. */
export function firstFrom(spans: readonly Span[], offset: number): number {
  let low = 0
  let high = spans.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (spans[middle]!.start < offset) low = middle + 1
    else high = middle
  }
  return low
}

/** Does the text just before say that a number of another kind follows? */
export function saysOtherwise(text: string, start: number): boolean {
  const before = text.slice(Math.max(0, start - beforeMax), start).replace(/^.*(?:[.,;!?\n]\s|\d\s)/s, '')
  return otherNames.test(before) || /(?:\+|\b00)[\s(]?$/.test(before)
}

/** How far before a number its name is looked for: "the tracking number of my second parcel is". */
const beforeMax = 40

/** The hash with its 128 digits and 0x. */
const hashMax = 130
/** The longest date, phone number or amount; a longer one is looked at in its first part. */
const shapeMax = 64

/** One point, up to six digits before it and as many behind as programs print: 0.04960356143903011. Not 4-6 as on cards. */
const decimal = /(?<![\d.,])(?!\d{4}\.\d{6}(?!\d))\d{1,6}\.\d{6,}(?![.,]?\d)/g

const hash = /(?<![0-9a-z])(?:0x)?[0-9a-f]{32,128}(?![0-9a-z])/gi

/** USPS: 22 digits, as printed on the label. */
const postalTracking = /(?<!\d)9[2-5]\d\d(?: ?\d{4}){4} ?\d\d(?! ?\d)/g

const iban = /\b[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]{1,4}){2,9}/g

/** ISO 13616 registry: country and length, of those with card-like stretches of digits. */
const ibanLengths =
  'AD24AE23AL28AT20AZ28BA20BE16BG22BH22BR29BY28CH21CR22CY28CZ24DE22DK18DO28EE20EG29ES24FI18FO18FR27GB22GE22GI23GL18GR27' +
  'GT28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LI21LT20LU20LV21MC27MD24ME22MK19MR27MT31MU30NL18NO15PK24PL28PS29PT25' +
  'QA29RO24RS22SA24SC31SE24SI19SK24SM27ST25SV28TL23TN24TR26UA29VA22VG24XK20'

/** The length of the IBAN in these characters, as written with its gaps; 0 when it is none. */
function ibanLength(written: string): number {
  const at = ibanLengths.indexOf(written.slice(0, 2).toUpperCase())
  if (at < 0 || at % 4 !== 0) return 0
  const wanted = Number(ibanLengths.slice(at + 2, at + 4))
  let plain = ''
  let length = 0
  while (length < written.length && plain.length < wanted) {
    const character = written[length++]!
    if (/[a-z0-9]/i.test(character)) plain += character.toUpperCase()
  }
  if (plain.length < wanted || /[A-Za-z0-9]/.test(written[length] ?? '')) return 0
  // ISO 7064 mod 97-10 over the number with country and check digits moved behind.
  let rest = 0
  for (const character of plain.slice(4) + plain.slice(0, 4)) {
    const value = parseInt(character, 36)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  // Longer than any card number, and written like one: a mistyped IBAN is still no card.
  const digitsBehind = /\d*$/.exec(plain)![0].length
  return rest === 1 || (digitsBehind > 19 && written.slice(0, 2) === plain.slice(0, 2)) ? length : 0
}

const likelyShapes: readonly RegExp[] = [
  // 2026-05-31, 31.05.2026, 5/31/26
  /(?<!\d[-/.]?)(?:(?:19|20)\d\d([-/.])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])(?!\1?\d)|(?:0?[1-9]|[12]\d|3[01])([-/.])(?:0?[1-9]|[12]\d|3[01])\2(?:(?:19|20)\d\d|\d\d)(?!\2?\d))/g,
  // 09:30, 09:30:15
  /(?<![\d:])(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?(?![\d:])/g,
  // +49 151 2345 6789, 0049 …: at most 15 digits (E.164), checked below by the bound on groups
  /(?<![\d])(?:\+\d{1,3}|00\d{1,3})(?:[ .\-()/]{1,3}\d{1,5}){1,6}(?![\d])/g,
  /\+\d{7,15}(?!\d)/g,
  // (555) 123-4567, 555-123-4567
  /(?<!\d)(?:\(\d{2,5}\)[ .-]?\d{2,5}(?:[ .-]?\d{2,5}){1,3}|1?[ .-]?\d{3}[ .-]\d{3}[ .-]\d{4}(?![ .-]?\d))(?!\d)/g,
  /(?<![\d.-])\d{3}([ .-])\d{3}\1\d{4}\D{1,5}\d{3}\1\d{3}\1\d{4}(?!\d)/g,
  // 01 23 45 67 89, 07700 900123
  /(?<!\d)0\d(?:[ .-]\d\d){4}(?![ .-]?\d)|(?<!\d[ .-]?)0\d{2,5}[ /-]\d{3,8}(?:[ -]\d{2,5})?(?![ .-]?\d)/g,
  // 057-2082692753 (air ticket), 114-3941689-8772232 (order)
  /(?<!\d[ -]?)\d{3}[ -](?:\d{10}|\d{7}-\d{7})(?![ -]?\d)/g,
  // 192.168.10.20
  /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/g,
  // 48.858370, -2.294481, and amounts
  /(?<![\d.])\d{1,3}\.\d{3,8}(?:\s?[,;/ ]\s?-?\d{1,3}\.\d{3,8})?(?![\d.])/g,
  /[$€£¥₹]\s?\d[\d.,' ]{0,20}\d|(?<!\d)\d[\d.,' ]{0,20}\d\s?(?:[$€£¥₹]|(?:usd|eur|gbp|brl|chf|mxn|inr)\b)|(?<!\d[.,]?)\d{1,3}(?:[.,]\d{3}){0,5}[.,]\d\d(?![.,]?\d)/gi,
]

const otherNames =
  /order|track|parcel|package|ship|deliver|\bimei|serial|phone|mobile|cell|whatsapp|\btel\b|fax|book|reserv|invoice|\bref|ticket|iban|\bean\b|isbn|\bupc\b|barcode|\bsku\b|article|item|model|product|\bpnr\b|flight|loyalty|member|customer|client|case|claim|account|transaction|pedido|seguimiento|env[ií]o|paquete|tel[eéè]f|m[oó]vil|factura|commande|suivi|colis|facture|portable|bestell|sendung|paket|rechnung|telefon|handy|kunden|vorgang|encomenda|rastre|fatura|celular|telem[oó]vel|nota fiscal|reserva/i

function spanOf(match: RegExpExecArray): Span {
  return { start: match.index, end: match.index + match[0].length }
}

function certainlyOther(text: string): Span[] {
  const certain: Span[] = []
  for (const match of text.matchAll(hash)) {
    // With a few letters only it may as well be a card number with its track.
    if (match[0].replace(/[^a-f]/gi, '').length > 3) certain.push(spanOf(match))
  }
  for (const match of text.matchAll(iban)) {
    const length = ibanLength(match[0])
    if (length) certain.push({ start: match.index, end: match.index + length })
  }
  for (const match of text.matchAll(postalTracking)) certain.push(spanOf(match))
  return certain
}

function likelyOther(text: string): Span[] {
  return likelyShapes.flatMap((shape) => Array.from(text.matchAll(shape), spanOf))
}

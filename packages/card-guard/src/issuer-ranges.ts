/** Issuer ranges (the first digits of a card number), each with the lengths its network issues. */

/** A card number has this many digits at least (Maestro) and at most (ISO/IEC 7812-1). */
export const panDigitsMin = 12
export const panDigitsMax = 19

/**
 * How much a range proves on its own.
 * `firm`: cards are issued there today, a valid number is one.
 * `wide`: reserved, discontinued or rarely issued; a valid number is taken for a card unless the text beside it
 * says what else it is (an order, a parcel, a phone).
 */
export type Tier = 'firm' | 'wide'

export interface IssuerRange {
  readonly network: string
  /** First and last prefix, both of the same number of digits. */
  readonly from: string
  readonly to: string
  readonly lengths: readonly number[]
  readonly tier: Tier
}

/**
 * Which networks issue a number of this length that begins with these digits.
 * `head` MUST hold the first four digits as a number.
 */
export function tierOf(head: number, length: number): Tier | undefined {
  const bits = lookup[head]!
  if (bits & (1 << (length - panDigitsMin))) return 'firm'
  return bits & (1 << (length - panDigitsMin + 8)) ? 'wide' : undefined
}

/** Does any network issue numbers that begin with these four digits? */
export function isIssuerHead(head: number): boolean {
  return lookup[head] !== 0
}

/** The most telling name for a number that `tierOf` accepted: the range with the longest prefix. */
export function networkOf(digits: string): string | undefined {
  return byFirstDigit[Number(digits[0])]!.find(({ from, to, lengths }) => {
    const head = digits.slice(0, from.length)
    return head >= from && head <= to && lengths.includes(digits.length)
  })?.network
}

/**
 * network: ranges: lengths; a trailing `?` marks the wide tier. Prefixes longer than four digits are held at their
 * first four where a neighbour covers them anyway. Sources: ISO/IEC 7812-1 register as published by the networks
 * (Visa, Mastercard, American Express, Discover, JCB, UnionPay, Mir, RuPay, Troy, Elo, Verve, UATP acceptance guides).
 */
const table = `visa:4:13 16 19
visa:4:18?
mastercard:51-55,2221-2720:16
amex:34,37:15
discover:6011,644-649,65:16-19
diners:300-305,3095,309,36,38,39:14 16
diners:300-305,309,36,38,39:17-19?
jcb:3528-3589:16-19
jcb:1800,2131:15
unionpay:62,81:16-19
maestro:5018,5020,5038,5893,6304,6390,6759,6761-6763,6767:12-19
maestro:50,56-58,63,67:16-19
maestro:60-61,64,66,68-69:16-19?
maestro:50,56-58,63,67:12-15?
mir:2200-2204:16-19
rupay:508,60,65,82,3530,3561:16
elo:5067,5090-5099,6277,6362-6363,6500-6509,6516,6550:16
verve:5061,5078-5079,6500:16 18 19
hipercard:6062,3841:13 16 19
interpayment:636:16-19
troy:9792:16
dankort:5019:16
borica:2205:16
uzcard:8600:16
humo:9860:16
napas:9704:16 19
uatp:1:15?`

const issuerRanges: IssuerRange[] = table.split('\n').flatMap((line) => {
  const [network, heads, spans] = line.split(':') as [string, string, string]
  const tier: Tier = spans.endsWith('?') ? 'wide' : 'firm'
  const lengths = spans
    .replace('?', '')
    .split(' ')
    .flatMap((span) => {
      const [low, high = low] = span.split('-').map(Number) as [number, number?]
      return Array.from({ length: high - low + 1 }, (_, i) => low + i)
    })
  return heads.split(',').map((head) => {
    const [from, to = from] = head.split('-') as [string, string?]
    return { network, from, to, lengths, tier }
  })
})

export { issuerRanges }

/** The longest prefix first. */
const byFirstDigit = Array.from({ length: 10 }, (_, digit) =>
  issuerRanges
    .filter(({ from, to }) => Number(from[0]) <= digit && Number(to[0]) >= digit)
    .sort((a, b) => b.from.length - a.from.length),
)

/** By the first four digits: bit n = firm at length 12 + n, bit 8 + n = wide. */
const lookup = new Uint16Array(10_000)
for (const { from, to, lengths, tier } of issuerRanges) {
  const low = Number(from.padEnd(4, '0'))
  const high = Number(to.padEnd(4, '9'))
  for (const length of lengths) {
    const bit = 1 << (length - panDigitsMin + (tier === 'wide' ? 8 : 0))
    for (let head = low; head <= high; head++) lookup[head]! |= bit
  }
}

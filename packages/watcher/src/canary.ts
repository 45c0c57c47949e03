/**
 * A card that nobody has, unique for one run. ISO/IEC 7812 reserves no range for tests; 4000 00 is the prefix from
 * which payment processors publish their sandbox cards (Stripe's 4000 0000 0000 0077, for one), forms accept it, and
 * a processor in production declines it. Of its 16 digits nine are random, which is what every bound of chance in
 * find-canary.ts counts with.
 */
export interface Canary {
  /** 16 digits, Luhn-valid. */
  number: string
  /** Two digits. */
  month: string
  /** Four digits. */
  year: string
  /** Three digits. */
  cvc: string
  name: string
}

/** The nine digits that are random can be drawn in this many ways. */
export const canarySpace = 1e9

const prefix = '400000'
/** Fewer, and the number repeats itself so much that a repeating key or a counter looks like it. */
const distinctDigitsMin = 5
const givenNames = ['Amara', 'Bruno', 'Clara', 'Dario', 'Elena', 'Felix', 'Greta', 'Hanna', 'Ivo', 'Julia']
const familyNames = [
  'Adler',
  'Brandt',
  'Costa',
  'Duran',
  'Ebner',
  'Fabre',
  'Gallo',
  'Hauser',
  'Iliev',
  'Janssen',
]

/** @param random so many bytes from a source that nobody can guess; in tests, from a seed. */
export function makeCanary(random: (bytes: number) => Uint8Array, now: Date): Canary {
  const digit = (): number => {
    // 250 is the largest multiple of ten in a byte: what is above would favour small digits.
    for (;;) {
      const byte = random(1)[0]!
      if (byte < 250) return byte % 10
    }
  }
  const digits = (count: number): string => Array.from({ length: count }, digit).join('')
  let body: string
  do body = digits(9)
  while (new Set(body).size < distinctDigitsMin)
  return {
    number: `${prefix}${body}${checkDigit(prefix + body)}`,
    month: String(1 + ((digit() * 10 + digit()) % 12)).padStart(2, '0'),
    year: String(now.getUTCFullYear() + 2 + (digit() % 3)),
    cvc: digits(3),
    name: `${givenNames[digit()]} ${familyNames[digit()]}`,
  }
}

/** ISO/IEC 7812-1, annex B (Luhn). */
function checkDigit(body: string): number {
  let sum = 0
  for (let i = 0; i < body.length; i++) {
    const value = Number(body[body.length - 1 - i]) * (i % 2 === 0 ? 2 : 1)
    sum += value > 9 ? value - 9 : value
  }
  return (10 - (sum % 10)) % 10
}

/**
 * Whether the words from `start` on are denied: "I am not going to sue", "keine Beschwerde", "no es una emergencia".
 * A short "no" that only begins a sentence ("no my card was stolen") denies nothing.
 */
export function isNegated(words: readonly string[], start: number, between: readonly number[] = []): boolean {
  for (let i = Math.max(0, start - reach); i < start; i++) if (denies(words, i)) return true
  return between.some((i) => denies(words, i))
}

export function denies(words: readonly string[], i: number): boolean {
  const word = words[i]!
  if (negators.has(word) || word.startsWith('kein')) return true
  return word === 'no' && !opensSentence.has(words[i + 1] ?? '')
}

/** Words that a negation reaches over: "not going to sue". */
const reach = 3

const negators = new Set(
  `not never without isnt arent wasnt werent dont doesnt didnt wont wouldnt havent hasnt nobody none neither
   nunca sin ni tampoco jamas
   nicht nie niemals ohne nichts
   لا ليس ليست لست بدون لم لن غير ما مش مو`.split(/\s+/),
)

const opensSentence = new Set(
  `i im ive my the this that it its you your we a there mi mis el la los esto eso yo tengo`.split(' '),
)

import { wordsOf } from './tokens.ts'

/** A few words of thanks, good-bye or greeting, and nothing besides; null for anything else. */
export function courtesyOf(text: string): 'thanks' | 'greeting' | null {
  const words = wordsOf(text)
  if (words.length > courtesyWordsMax) return null
  if (words.some((word) => thanks.has(word))) return 'thanks'
  const greets = words.some((word) => greetings.has(word))
  return greets && words.every((word) => greetings.has(word) || beside.has(word)) ? 'greeting' : null
}

/** So few words that thanks or a good-bye is all that is meant. */
const courtesyWordsMax = 5

const thanks = new Set(
  `thanks thank thx cheers bye goodbye great perfect gracias adios perfecto vale danke tschuss super perfekt dankeschon
   شكرا مشكور ممتاز`.split(/\s+/),
)
const greetings = new Set(
  `hello hi hey hiya greetings hola buenas buenos hallo hi moin servus gruss guten مرحبا اهلا السلام هلا`.split(
    /\s+/,
  ),
)
const beside = new Set(
  `there again all team good morning afternoon evening day dias tardes noches tag morgen abend zusammen gott
   عليكم بكم وسهلا صباح مساء الخير`.split(/\s+/),
)

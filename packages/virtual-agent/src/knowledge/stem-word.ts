import type { Language } from '../script.ts'

/**
 * The stem of a word as `wordsOf` leaves it (lower case, without accents), by the rules of one language: words that
 * differ in number, case or tense only should come to the same stem. What a stem looks like does not matter.
 */
export function stemWord(word: string, language: Language): string {
  // Numbers, codes and words of another script have no endings of this language.
  if (!(language === 'ar' ? /^\p{Script=Arabic}+$/u : /^[a-z]+$/).test(word)) return word
  return stemmers[language](word)
}

const stemmers: Record<Language, (word: string) => string> = {
  en: englishStem,
  de: germanStem,
  es: spanishStem,
  ar: arabicStem,
}

/*
 * English: the algorithm of M. F. Porter, "An algorithm for suffix stripping", Program 14 (1980), 130–137. A word is
 * read as [C](VC)^m[V]; m, the measure, says how much stem would be left.
 */

const consonant = '(?:[^aeiouy]|(?<=[aeiou])y|^y)'
const vowel = '(?:[aeiou]|(?<=[^aeiou])y)'
const hasVowel = new RegExp(vowel)
const endsDouble = /([^aeiou])\1$/
/** Ends consonant, vowel, consonant that is not w, x or y: "hop", where an e was cut off. */
const endsShort = new RegExp(`${consonant}${vowel}[^aeiouwxy]$`)

/** How often a vowel is followed by a consonant. */
function measure(stem: string): number {
  let count = 0
  let inVowel = false
  for (let i = 0; i < stem.length; i++) {
    const letter = stem[i]!
    const isVowel = 'aeiou'.includes(letter) || (letter === 'y' && i > 0 && !'aeiou'.includes(stem[i - 1]!))
    if (!isVowel && inVowel) count++
    inVowel = isVowel
  }
  return count
}

type Rule = [ending: string, replacement: string]

const step2: Rule[] = [
  ['ational', 'ate'], ['ization', 'ize'], ['iveness', 'ive'], ['fulness', 'ful'], ['ousness', 'ous'],
  ['tional', 'tion'], ['biliti', 'ble'], ['entli', 'ent'], ['ousli', 'ous'], ['ation', 'ate'], ['alism', 'al'],
  ['aliti', 'al'], ['iviti', 'ive'], ['enci', 'ence'], ['anci', 'ance'], ['izer', 'ize'], ['abli', 'able'],
  ['alli', 'al'], ['ator', 'ate'], ['eli', 'e'],
] // prettier-ignore
const step3: Rule[] = [
  ['icate', 'ic'], ['ative', ''], ['alize', 'al'], ['iciti', 'ic'], ['ical', 'ic'], ['ness', ''], ['ful', ''],
] // prettier-ignore
const step4 = [
  'ement', 'ance', 'ence', 'able', 'ible', 'ment', 'ant', 'ent', 'ism', 'ate', 'iti', 'ous', 'ive', 'ize', 'ion',
  'al', 'er', 'ic', 'ou',
] // prettier-ignore

/** The longest ending decides, also when what is left is too short for it to be taken off. */
function replaceEnding(word: string, rules: readonly Rule[]): string {
  const rule = rules.find(([ending]) => word.endsWith(ending))
  if (rule === undefined) return word
  const stem = word.slice(0, -rule[0].length)
  return measure(stem) > 0 ? stem + rule[1] : word
}

function englishStem(word: string): string {
  if (word.length <= 2) return word
  let w = word
  // 1a: plurals
  if (/(ss|i)es$/.test(w)) w = w.slice(0, -2)
  else if (w.endsWith('s') && !w.endsWith('ss')) w = w.slice(0, -1)
  // 1b: past and progressive
  if (w.endsWith('eed')) {
    if (measure(w.slice(0, -3)) > 0) w = w.slice(0, -1)
  } else {
    const stem = /^(.*?)(?:ed|ing)$/.exec(w)?.[1]
    if (stem !== undefined && hasVowel.test(stem)) {
      w = stem
      if (/(at|bl|iz)$/.test(w)) w += 'e'
      else if (endsDouble.test(w) && !/[lsz]$/.test(w)) w = w.slice(0, -1)
      else if (measure(w) === 1 && endsShort.test(w)) w += 'e'
    }
  }
  // 1c
  if (w.endsWith('y') && hasVowel.test(w.slice(0, -1))) w = `${w.slice(0, -1)}i`
  w = replaceEnding(replaceEnding(w, step2), step3)
  const ending = step4.find((end) => w.endsWith(end))
  if (ending !== undefined) {
    const stem = w.slice(0, -ending.length)
    if (measure(stem) > 1 && (ending !== 'ion' || /[st]$/.test(stem))) w = stem
  }
  // 5
  if (w.endsWith('e')) {
    const stem = w.slice(0, -1)
    const left = measure(stem)
    if (left > 1 || (left === 1 && !endsShort.test(stem))) w = stem
  }
  if (w.endsWith('ll') && measure(w) > 1) w = w.slice(0, -1)
  return w
}

/*
 * German: endings of declension, then of conjugation and comparison, as in steps 1 and 2 of the Snowball stemmer
 * (snowballstem.org/algorithms/german), where at least four letters are left. Umlauts are gone already.
 */
function germanStem(word: string): string {
  return word
    .replace(/(?<=.{4})(?:ern|em|er|en|es|e|(?<=[bdfghklmnrt])s)$/, '')
    .replace(/(?<=.{4})(?:en|er|est|(?<=[bdfghklmnt])st)$/, '')
}

/* Spanish: number and gender, then endings of the regular conjugations. */
function spanishStem(word: string): string {
  let w = word
  if (w.length > 5) w = w.replace(/(?:mente)$/, '')
  if (w.length > 6) w = w.replace(/(?:ciones|siones)$/, (ending) => ending.slice(0, -2))
  if (w.length > 4) w = w.replace(/ces$/, 'z')
  if (w.length > 4) w = w.replace(/(?<=[bcdfghjklmnpqrtvxyz])es$|(?<=[aeo])s$/, '')
  if (w.length > 5)
    w = w.replace(
      /(?:iendo|ando|aron|ieron|aba|ado|ada|ido|ida|ara|era|ira|are|ere|ire|amos|emos|imos|ar|er|ir)$/,
      '',
    )
  if (w.length > 3) w = w.replace(/[aeo]$/, '')
  return w
}

/*
 * Arabic: the article with its conjunctions and prepositions, and suffixes of number, gender and possession, after
 * "light10" of L. Larkey, L. Ballesteros, M. Connell, "Light stemming for Arabic information retrieval" (2007).
 */
function arabicStem(word: string): string {
  const bare = word.replace(/^(?:وال|بال|كال|فال|لل|ال|و(?=.{3}))(?=.{2})/u, '')
  return bare.replace(/(?<=..)(?:ها|ان|ات|ون|ين|يه|ه|ي)$/u, '')
}

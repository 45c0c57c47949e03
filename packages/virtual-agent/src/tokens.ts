import type { Language } from './script.ts'

/** The words of a text, normalised and cut to their stems, without those that say nothing about a topic. */
export function stemsOf(text: string): string[] {
  return wordsOf(text)
    .filter((word) => !emptyWords.has(word))
    .map(stemOf)
}

/** Lower case, without accents, short vowels and variants of letters, split at everything that is no letter or digit. */
export function wordsOf(text: string): string[] {
  return (
    text
      .normalize('NFKD')
      .toLowerCase()
      .replaceAll(/\p{M}|ـ|['’]/gu, '')
      .replaceAll(/[أإآٱ]/g, 'ا')
      .replaceAll('ى', 'ي')
      .replaceAll('ة', 'ه')
      .replaceAll('ß', 'ss')
      .match(/[\p{L}\p{N}]+/gu) ?? []
  )
}

/** Function words and courtesies of the four languages, as `wordsOf` leaves them. */
const functionWords: Record<Language, string> = {
  en: `a about am an and any are as at be been but by can could did do does dont for from get got had has have hello
    hey hi how i id if im in into is isnt it its ive just know like may me might my need of on one or our out please
    question should so some tell thank thanks that the their them then there these they this to up us was we were what
    whats when where which while who why will wish with would you your good morning evening afternoon`,
  es: `a al algo buenas buenos como con cual cuando de del desde dia dias donde e el ella en es esta este esto estoy favor
    gracias ha hay he hola la las le lo los me mi mis mucho muy necesito no nos o para pero podria por porque puede
    pueden puedo que quiero quisiera saber se si sobre son su sus tardes tengo tiene tu un una unas uno unos y ya yo`,
  de: `aber als am an auch auf aus bei bin bis bitte brauche da danke das dass dem den der des die doch du ein eine einen
    einem einer er es etwas fur gerne guten habe haben hallo hat ich ihr im in ist ja kann konnen konnte konnten man mein
    meine meinem meinen meiner meines mich mir mit mochte morgen nach nicht noch nur oder sein sich sie sind so soll tag
    uber um und uns vom von vor wann war was wenn werden wer wie will wir wird wo zu zum zur`,
  ar: `ان انا انت او اي اريد الي التي الذي اذا بعد تم ثم حتي شكرا عن علي عند في فضلك قد كان كيف كم لا لدي لو لي ليس ما ماذا متي
    مرحبا مع من مني منكم نعم هذا هذه هل هو هي و يا يمكن يمكنني ينبغي اين السلام عليكم احتاج ارجو ممكن`,
}

const emptyWords = new Set(Object.values(functionWords).flatMap((words) => words.split(/\s+/)))

/**
 * The language of a text by its function words and its letters; null when it does not show. Words that stand in
 * two languages count for both.
 */
export function languageOf(text: string): Language | null {
  if (/\p{Script=Arabic}/u.test(text)) return 'ar'
  const words = wordsOf(text)
  const counts = (['en', 'es', 'de'] as const).map((language) => {
    const known = wordSets[language]
    return { language, count: words.filter((word) => known.has(word)).length }
  })
  if (/[¿¡ñ]/i.test(text)) counts[1]!.count += 2
  // Spanish has its ü too, between g and e or i: "pingüino", "vergüenza".
  if (/[äöß]|(?<!g)ü|ü(?![eiéí])/i.test(text)) counts[2]!.count += 2
  counts.sort((a, b) => b.count - a.count)
  return counts[0]!.count > counts[1]!.count ? counts[0]!.language : null
}

const wordSets = Object.fromEntries(
  Object.entries(functionWords).map(([language, words]) => [language, new Set(words.split(/\s+/))]),
) as Record<Language, Set<string>>

/** What is left when the endings of number, case and tense are taken off, longest first; short words stay whole. */
function stemOf(word: string): string {
  return /\p{Script=Arabic}/u.test(word) ? arabicStem(word) : latinStem(word)
}

const latinEndings = [
  'aciones', 'amientos', 'amiento', 'mente', 'acion', 'ciones', 'ungen', 'lich', 'iendo', 'ando', 'ings', 'ible', 'able',
  'ungs', 'ment', 'ing', 'ung', 'ado', 'ada', 'ido', 'ida', 'ies', 'ied', 'est', 'ern', 'ion', 'en', 'er', 'em', 'es',
  'ed', 'ly', 'ar', 'ir', 'os', 'as', 'an', 'e', 's', 'n', 't', 'o', 'a', 'y',
] // prettier-ignore
const stemCharactersMin = 4

function latinStem(word: string): string {
  let stem = word
  // Twice: "buchungen" → "buchung" → "buch", "refunds" → "refund".
  for (let round = 0; round < 2; round++) {
    const ending = latinEndings.find(
      (end) => stem.endsWith(end) && stem.length - end.length >= stemCharactersMin,
    )
    if (ending === undefined) return stem
    stem = stem.slice(0, -ending.length)
    // A doubled consonant belongs to the ending: "cancelled", "cancel".
    if (/([b-df-hj-np-tv-z])\1$/.test(stem) && stem.length > stemCharactersMin) stem = stem.slice(0, -1)
  }
  return stem
}

function arabicStem(word: string): string {
  const bare = word.replace(/^(وال|بال|فال|كال|لل|ال)(?=.{3})/u, '')
  return bare.replace(/(?<=.{3})(اتي|اتك|ات|ين|ون|تي|ته|تك|ها|هم|ني|ي|ه|ك)$/u, '')
}

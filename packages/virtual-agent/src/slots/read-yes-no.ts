import { languages, type Language } from '../script.ts'
import { wordsOf } from '../tokens.ts'

/**
 * Yes, no, or neither. Only a text that is about nothing else is an answer: "no idea what you mean" is not a no to
 * a booking, and "yes but on Tuesday" is not a yes to Monday.
 */
export function yesNoOf(text: string, language: Language): boolean | null {
  const said = wordsOf(text).join(' ')
  if (said === '') return null
  const order = [language, ...languages.filter((other) => other !== language)]
  for (const each of order) {
    const rest = stripFillers(said, each)
    if (yes[each].has(rest)) return true
    if (no[each].has(rest)) return false
  }
  return null
}

/** Whether a text begins with a yes or a no, whatever follows. */
export function leadingYesNo(text: string, language: Language): { yes: boolean; rest: string } | null {
  const match = /^\s*([\p{L}\p{M}'’]+)[\s,.!;:-]+(.+)$/su.exec(text)
  if (match === null) return null
  const word = wordsOf(match[1]!).join(' ')
  for (const each of [language, ...languages.filter((other) => other !== language)])
    if (leading[each].yes.has(word)) return { yes: true, rest: match[2]! }
    else if (leading[each].no.has(word)) return { yes: false, rest: match[2]! }
  return null
}

/** As `wordsOf` leaves them. */
const yes: Record<Language, Set<string>> = {
  en: phrases(`yes|yep|yeah|yea|ya|yup|y|ok|okay|k|sure|sure thing|of course|correct|thats correct|thats right|right|exactly|
    absolutely|definitely|certainly|go ahead|do it|go for it|sounds good|that works|works for me|looks good|
    fine|thats fine|im sure|i do|it is|it does|affirmative|indeed|perfect|great|confirm|confirmed|i confirm|i agree|
    book it|yes i do|yes it is|yes i am|i am|yes i would|i would|that would be great|alright|all right|thats it`),
  es: phrases(`si|claro|claro que si|vale|ok|okay|de acuerdo|correcto|es correcto|exacto|exactamente|por supuesto|adelante|
    perfecto|esta bien|eso es|confirmo|confirmado|asi es|bueno|venga|desde luego|hazlo|hagalo`),
  de: phrases(`ja|jo|jawohl|jep|ok|okay|klar|na klar|genau|richtig|korrekt|das stimmt|stimmt|passt|das passt|einverstanden|
    gerne|sicher|naturlich|in ordnung|mach das|machen sie das|bestatigt|ich bestatige|perfekt|gut|alles klar|so ist es`),
  ar: phrases(`نعم|اجل|ايوه|ايوا|اكيد|بالتاكيد|طبعا|تمام|موافق|صحيح|حسنا|اوكي`),
}
const no: Record<Language, Set<string>> = {
  en: phrases(`no|nope|nah|n|not really|no way|of course not|negative|dont|do not|dont do it|please dont|wrong|thats wrong|
    incorrect|not correct|i dont|i do not|it isnt|it is not|it doesnt|not yet|no i dont|no its not|no it isnt|no im not|
    im not|never|no not yet|not at all|neither|none|nothing|no thats wrong|no not really|i dont think so`),
  es: phrases(`no|nop|que va|claro que no|para nada|incorrecto|no es correcto|todavia no|aun no|en absoluto|mejor no|nunca|
    no quiero|de ninguna manera`),
  de: phrases(`nein|ne|nee|no|nicht|auf keinen fall|falsch|das stimmt nicht|stimmt nicht|noch nicht|lieber nicht|nicht
    richtig|keineswegs|gar nicht|bitte nicht|niemals|eher nicht`),
  ar: phrases(`لا|كلا|ابدا|ليس بعد|غير صحيح|لا شكرا|غير موافق`),
}
const leading: Record<Language, { yes: Set<string>; no: Set<string> }> = {
  en: { yes: phrases('yes|yeah|yep|yup|sure|ok|okay|right|correct'), no: phrases('no|nope|nah|not') },
  es: { yes: phrases('si|claro|vale|correcto'), no: phrases('no') },
  de: { yes: phrases('ja|klar|genau|okay'), no: phrases('nein|nee|ne') },
  ar: { yes: phrases('نعم|اجل'), no: phrases('لا|كلا') },
}
/** Politeness and filling around an answer. */
const fillers: Record<Language, RegExp> = {
  en: /^(?:(?:um|uh|oh|well|ah|hmm|so) )+|(?: (?:please|thanks|thank you|thank you very much|sir|madam|mate|then|now))+$/g,
  es: /^(?:(?:eh|bueno|pues|ah) )+|(?: (?:por favor|gracias|muchas gracias))+$/g,
  de: /^(?:(?:ah|oh|also|na|ahm) )+|(?: (?:bitte|danke|danke schon|vielen dank|gerne))+$/g,
  ar: /(?: (?:من فضلك|شكرا|لو سمحت))+$/g,
}

function stripFillers(said: string, language: Language): string {
  const rest = said.replaceAll(fillers[language], '')
  // "Yes yes", "no no no": the same word again says no more.
  return rest.replace(/^(\p{L}+)(?: \1)+$/u, '$1')
}

function phrases(written: string): Set<string> {
  return new Set(written.split('|').map((phrase) => phrase.trim().replaceAll(/\s+/g, ' ')))
}

import { wordsOf } from './tokens.ts'

/** Why a person should answer, before any topic is looked for. */
export type Trigger = 'asked-for-a-person' | 'payment-card' | 'anger'

export function triggerOf(text: string): Trigger | null {
  const words = wordsOf(text)
  if (asksForPerson(words)) return 'asked-for-a-person'
  if (cardTrouble(words)) return 'payment-card'
  if (angry(text, words)) return 'anger'
  return null
}

/*
 * Words as `wordsOf` leaves them; a final hyphen stands for any ending. "Person" alone proves nothing ("two
 * persons", "travel agent"): it counts beside a verb of speaking or wanting, or when hardly anything else is said.
 */
const persons =
  list(`human humans person people someone somebody agent agents representative representatives operator
  advisor adviser staff employee supervisor manager
  humano humana persona alguien agente asesor asesora operador operadora representante empleado encargado
  mensch menschen person jemand jemanden jemandem mitarbeiter- berater- kundenberater- kundenservice ansprechpartner-
  sachbearbeiter-
  شخص انسان موظف الموظف موظفه بشري احد احدا مندوب ممثل وكيل مسؤول المسؤول
  لموظف بموظف لشخص بشخص`)
const speaking =
  list(`talk talking speak speaking chat connect transfer contact reach put want need call real live actual
  hablar hable hablo comunicar comunicarme conectar conecteme pasar paseme paso quiero necesito atienda contactar real
  sprechen reden rede verbinden verbinde verbunden weiterleiten echten echter echte kontaktieren chatten mochte will brauche
  اتحدث التحدث تحدث اكلم التكلم تكلم تحويل تحويلي حولني التواصل تواصل اريد احتاج حقيقي`)
/** "I travel with two persons": about a booking, not a wish. */
const counted = list(`one two three four five six per each another other extra second
  una dos tres cuatro cinco seis por otra segunda cada eine zwei drei vier funf sechs pro andere zweite weitere
  1 2 3 4 5 6 7 8 9`)
/** So few words beside "human" that nothing else can be meant. */
const shortWordsMax = 3

function asksForPerson(words: string[]): boolean {
  return words.some((word, i) => {
    if (!isOneOf(word, persons) || (i > 0 && isOneOf(words[i - 1]!, counted))) return false
    if (words.length <= shortWordsMax) return true
    // The verb stands near, before or (German) behind: "kann ich mit einem Menschen sprechen".
    return words.slice(Math.max(0, i - 5), i + 4).some((near) => isOneOf(near, speaking))
  })
}

const cards = list('card cards tarjeta tarjetas karte karten kreditkarte- بطاقه بطاقتي البطاقه')
const troubles =
  list(`declined decline declines rejected refused charged charge overcharged twice double stolen lost fraud
  fraudulent blocked failed failing fails unauthorized
  rechazada rechazado rechazan rechazo cobrado cobraron cobro doble veces robada robado perdida fraude bloqueada
  abgelehnt belastet abgebucht doppelt gestohlen verloren betrug gesperrt
  مرفوضه رفض رفضت خصم خصمتم مرتين سرقت مسروقه احتيال محظوره`)

/** A boarding card or an identity card is no payment card. */
const otherCards = list('boarding embarque identity id identidad dni الصعود صعود هويه الهويه')

function cardTrouble(words: string[]): boolean {
  const about = (subject: Words): boolean => words.some((word) => isOneOf(word, subject))
  return about(cards) && about(troubles) && !about(otherCards)
}

const outrage =
  list(`unacceptable outrageous ridiculous disgusting scam idiot idiots useless lawyer sue furious fuming
  inaceptable indignante vergonzoso estafa inutil inutiles abogado denunciar furioso furiosa
  inakzeptabel unverschamt unverschamtheit frechheit betruger anwalt wutend nutzlos unmoglich-
  فضيحه احتيال محامي غاضب سيء مهزله نصب`)

function angry(text: string, words: string[]): boolean {
  if (words.some((word) => isOneOf(word, outrage))) return true
  const letters = text.match(/\p{L}/gu) ?? []
  const capitals = text.match(/\p{Lu}/gu) ?? []
  return /[!?]{3}/.test(text) && letters.length >= 12 && capitals.length > letters.length * 0.7
}

interface Words {
  whole: ReadonlySet<string>
  beginnings: readonly string[]
}

function list(words: string): Words {
  const all = words.split(/\s+/)
  return {
    whole: new Set(all.filter((word) => !word.endsWith('-'))),
    beginnings: all.filter((word) => word.endsWith('-')).map((word) => word.slice(0, -1)),
  }
}

function isOneOf(word: string, words: Words): boolean {
  return words.whole.has(word) || words.beginnings.some((beginning) => word.startsWith(beginning))
}

import { denies } from './negation.ts'
import { findPattern, wordPatterns } from './word-pattern.ts'

/**
 * Whether a person is wished for in this clause, and by which word; null when not, or when one is declined ("no
 * human needed"). "Person" alone proves nothing ("two persons", "travel agent"): it counts beside a verb of speaking
 * or wanting, or when hardly anything else is said.
 */
export function wishForPerson(words: readonly string[]): string | null {
  for (const pattern of noMachine)
    for (const { start, end } of findPattern(pattern, words)) return words.slice(start, end).join(' ')
  for (const [i, word] of words.entries()) {
    if (!isOneOf(word, persons) || isOther(words, i)) continue
    const verb = verbNear(words, i)
    if (verb === null && words.length > shortWordsMax) continue
    if (words.length > shortWordsMax && isOneOf(word, anybody) && !isAddressed(words, i)) continue
    if (!isDeclined(words, i, verb)) return word
  }
  for (const pattern of services)
    for (const { start, end } of findPattern(pattern, words))
      if (!isDeclined(words, start, start)) return words.slice(start, end).join(' ')
  return null
}

/** So few words beside "human" that nothing else can be meant. */
const shortWordsMax = 3
/** The verb stands near, before or (German) behind: "kann ich mit einem Menschen sprechen". */
const wordsBefore = 5
const wordsBehind = 3

const persons =
  list(`human humans person people someone somebody agent agents representative representatives rep operator
  advisor adviser staff employee supervisor manager
  humano humana persona alguien agente asesor asesora operador operadora representante empleado encargado supervisora
  mensch menschen person jemand jemanden jemandem mitarbeiter- berater- kundenberater- kundenservice kundendienst
  ansprechpartner- sachbearbeiter- vorgesetzt-
  شخص انسان موظف الموظف موظفه بشري احد احدا مندوب ممثل وكيل مسؤول المسؤول مشرف
  لموظف بموظف لشخص بشخص لمسؤول`)

const speaking =
  list(`talk talking speak speaking chat connect transfer contact reach put want wanna need call real live actual get
  hablar hable hablo comunicar comunicarme conectar conecteme pasar paseme pasenme paso quiero necesito atienda
  contactar real pongame
  sprechen reden rede verbinden verbinde verbunden weiterleiten echten echter echte kontaktieren chatten mochte will
  brauche
  اتحدث التحدث تحدث اكلم التكلم تكلم تحويل تحويلي حولني التواصل تواصل اريد احتاج حقيقي ابي عايز بدي`)

/** "I travel with two persons": about a booking, not a wish. */
const counted = list(`many one two three four five six per each another other extra second
  dos tres cuatro cinco seis por otra segunda cada eine zwei drei vier funf sechs pro andere zweite weitere
  1 2 3 4 5 6 7 8 9 travel estate viajes`)

/** An agent with an office: "the closest insurance agent". */
const elsewhere = list('find nearby near nearest closest insurance local')

/** "Can someone else collect it", "jemand anderes". */
const others = list('else other anderes anderer anderen mas s')

/** A wish is declined by these, not by "can't": "why can't I talk to a human" is one. */
const declining = list(`dont dont do not no never without neednt nothing unnecessary stop
  no sin tampoco nicht ohne kein keine keinen keinem keiner brauchst لا بدون ليس لست لن ما مش`)
const unneeded = list(
  'needed necessary unnecessary required needn necesario necesaria notig erforderlich ضروري داعي',
)
const wanting = list(
  `want wanna need like wish quiero necesito hace will mochte brauche اريد احتاج ابي عايز بدي داعي`,
)

/** How people speak to a machine that they are tired of. */
const noMachine = wordPatterns(`
  no|stop|hate|not|dont * bot|bots|robot|robots|chatbot|chatbots
  dont * talk|talking|speak|chat * machine|computer|robot|bot|ai
  no quiero|hablar|más * robot|bot|máquina|chatbot
  kein|keinen|keinem|nicht * bot|roboter|chatbot|maschine
  لا اريد|احتاج * روبوت|بوت|اله
`)

const services = wordPatterns(`
  speak|talk|speaking|talking|connect|transfer|contact|reach|put * customer|client service|support|care|services
  speak|talk|connect|transfer * your|the team|support|helpdesk
  hablar|contactar|comunicarme|páseme|pasar * atención|servicio al|de cliente|clientes
  sprechen|verbinden * kundenbetreuung|hotline
  التحدث|اتحدث|التواصل|حولني * خدمه العملاء
`)

/**
 * "Transfer money to someone", "I need someone to look at it": with words for just anybody, only speaking counts, or
 * a wish that ends with them.
 */
function isAddressed(words: readonly string[], person: number): boolean {
  const near = words.slice(Math.max(0, person - wordsBefore), person + wordsBehind + 1)
  if (near.some((word) => isOneOf(word, conversing))) return true
  if (addressing.some((pattern) => findPattern(pattern, words).length > 0)) return true
  const before = words.slice(Math.max(0, person - 3), person)
  const wish = before.findLastIndex((word) => isOneOf(word, wanting))
  return (
    wish !== -1 &&
    before.slice(wish + 1).every((word) => isOneOf(word, articles)) &&
    words.slice(person + 1).every((word) => isOneOf(word, closing))
  )
}

const anybody = list(`person people someone somebody persona personas alguien jemand jemanden jemandem
  شخص احد احدا انسان لشخص بشخص`)
const conversing = list(`talk talking speak speaking chat chatting real live actual
  hablar hable hablo comunicar comunicarme conecteme paseme pasenme atienda pongame pasar
  sprechen reden rede verbinden verbinde verbunden weiterleiten echten echter echte chatten
  اتحدث التحدث تحدث اكلم التكلم تكلم حولني تحويلي التواصل حقيقي`)
const addressing = wordPatterns(`
  connect|transfer|put|contact|forward|pass me|us
  contact|reach a|an|another|any person
`)
const articles = list('a an the una un a eine einen ein')
const closing = list(
  'please now asap here instead ya ahora favor por aqui jetzt bitte sofort hier الان فضلك من',
)

function isOther(words: readonly string[], i: number): boolean {
  const before = words[i - 1]
  const behind = words[i + 1]
  // "Para una persona" is how many; "hablar con una persona" is whom.
  if (before === 'una' && ['para', 'de', 'a'].includes(words[i - 2] ?? '')) return true
  if (words[i]!.startsWith('agent') && words.some((word) => isOneOf(word, elsewhere))) return true
  return (
    (before !== undefined && isOneOf(before, counted)) || (behind !== undefined && isOneOf(behind, others))
  )
}

function verbNear(words: readonly string[], person: number): number | null {
  let nearest: number | null = null
  for (let i = Math.max(0, person - wordsBefore); i <= Math.min(words.length - 1, person + wordsBehind); i++)
    if (i !== person && isOneOf(words[i]!, speaking))
      if (nearest === null || Math.abs(i - person) <= Math.abs(nearest - person)) nearest = i
  return nearest
}

/**
 * Denied before the verb that leads to the person, or right before the person; "I don't want a bot I want a human"
 * denies the bot alone. "Why don't you", "why can't I" ask for one.
 */
function isDeclined(words: readonly string[], person: number, verb: number | null): boolean {
  const lead = Math.min(person, verb ?? person)
  let from = lead
  // Back over the chain of verbs: "don't connect", "do not want to talk".
  while (from > 0 && lead - from < 4 && !isOneOf(words[from - 1]!, resets)) from--
  for (let i = from; i < person; i++) {
    if (!(isOneOf(words[i]!, declining) && (words[i] !== 'no' || denies(words, i)))) continue
    if (words[0] === 'why' || words[0] === 'warum' || words[0] === 'por' || words[0] === 'لماذا') continue
    // A second wish behind the denial stands on its own.
    const laterWish = words
      .slice(i + 2, person)
      .some((word, j) => isOneOf(word, wanting) && isSubject(words[i + 1 + j]))
    if (!laterWish) return true
  }
  const behind = words.slice(person + 1, person + 5)
  return behind.some(
    (word, j) =>
      isOneOf(word, unneeded) &&
      (word === 'unnecessary' || behind.slice(0, j).some((w) => isOneOf(w, declining))),
  )
}

/** A new clause begins here though no comma shows it. */
const resets = list('because and so just please porque y por favor weil und bitte لان من فضلك')

function isSubject(word: string | undefined): boolean {
  return word !== undefined && isOneOf(word, list('i we you yo ich wir انا'))
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

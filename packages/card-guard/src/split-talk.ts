/** What people say around the pieces of a number they send one after another. */

import type { OtherThings } from './not-cards.ts'
import { otherThingsIn, saysOtherwise } from './not-cards.ts'
import type { Piece, Tellings } from './pieces.ts'
import type { DigitStream, Group, Lexed } from './read-digits.ts'
import { glued } from './read-digits.ts'

/** What this message tells beside its digits. */
export function tellingsOf(text: string): Tellings {
  const others = otherThingsIn(text)
  return { voice: voiceOf, otherwise: (text, run) => otherwiseAt(text, run, others), isTold: toldIn }
}

/** Digits that do not belong to the number: labels and counts. */
export function toldIn(text: string, lexed: Lexed, stream: DigitStream): (group: number) => boolean {
  const labelEnd = label.exec(text)?.[0].length ?? 0
  const talks = lexed.lexemes.some(({ kind }) => kind === 'other' || kind === 'filler')
  return (i) => stream.groups[i]!.end <= labelEnd || (talks && isCount(stream, i))
}

export function otherwiseAt(
  text: string,
  run: readonly Group[],
  others: OtherThings,
): ReturnType<Piece['otherwise']> {
  const { start, size } = run[0]!
  const { end } = run.at(-1)!
  // One short group has no shape of its own but that of an amount.
  const beside = text.slice(Math.max(0, start - 2), start) + text.slice(end, end + 5)
  if (run.length === 1 && size < 7 && !/[$€£¥₹+]|[a-z]{3}/i.test(beside))
    return saysOtherwise(text, start) ? 'name' : undefined
  if (others.certain({ start, end }).length > 0) return 'certain'
  if (others.likely({ start, end }).length > 0) return 'shape'
  return saysOtherwise(text, start) ? 'name' : undefined
}

/** With more other words than this a message is a sentence. */
const bareWordsMax = 4
/** "the last four digits of it are" */
const cuedWordsMax = 8
function voiceOf(text: string, lexed: Lexed): Piece['voice'] {
  if (lexed.otherWords === 0) return /[#№]/.test(text) ? 'worded' : 'bare'
  if (lexed.otherWords <= cuedWordsMax) {
    const said = lexed.lexemes.filter(({ kind }) => kind === 'other')
    if (said.every(({ start, end }) => isSplitTalk(text.slice(start, end)))) return 'bare'
  }
  return lexed.otherWords <= bareWordsMax ? 'worded' : 'chatter'
}

/** "1/4: 4111", "part 2: 1111", "3) 1111": which piece this is. */
const label =
  /^\W{0,3}(?:\d{1,2} ?(?:\/|of|von|de|sur) ?\d{1,2}(?= ?\D)|(?:part|piece|group|set|block|teil|parte|partie|grupo|groupe|gruppe)\W{0,3}\d{1,2}(?!\d)|\d{1,2}[.):] (?=\d{3}))/i

/** "the next four are 1111", "first 4 digits: 4111": how many digits follow. */
function isCount({ digits, groups }: DigitStream, i: number): boolean {
  const group = groups[i]!
  const next = groups[i + 1]
  const count = digits[group.at]!
  return (
    group.size === 1 && count > 1 && next?.size === count && next.before !== glued && next.start - group.end <= countedMax &&
    groups[i + 2]?.before !== glued
  ) // prettier-ignore
}

/** "4 digits of it are now" */
const countedMax = 24

/** Are these words nothing but such talk? "the last four are", "y luego", "und dann noch". */
function isSplitTalk(words: string): boolean {
  return words
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .split(/[^\p{L}]+/u)
    .every((word) => word === '' || talk.test(word))
}

/** By stems; accents are folded away. */
const talk = new RegExp(
  '^(?:' +
    // en
    'a|an|the|th|st|nd|rd|first|second|third|fourth|fifth|six(th)?|last|next|then|after|that|this|those|these|now|and|so|plus|also|' +
    'is|are|its?|it|s|was|be|here|there|comes?|goes|go|i|me|my|your|for|of|in|on|to|with|as|okay|ok|k|yes|yep|yeah|well|' +
    'rest|remaining|more|other|another|final(ly)?|ends?|ending|lastly|starts?|starting|begins?|beginning|middle|half|part|piece|group|set|block|bit|' +
    'numbers?|num|digits?|ones?|card|cards|continu\\p{L}*|follow\\p{L}*|sorry|thanks|please|done|got|ready|again|' +
    // es
    'el|la|los|las|lo|y|luego|despues|sigue\\p{L}*|siguiente\\p{L}*|primer\\p{L}*|segund\\p{L}*|tercer\\p{L}*|cuart\\p{L}*|ultim\\p{L}*|resto|' +
    'vale|numeros?|digitos?|son|es|ahora|tarjeta|termina|empieza|otr[oa]s?|finalmente|mas|con|que|si|listo|gracias|' +
    // fr
    'le|les|l|c|puis|ensuite|et|voila|premier\\p{L}*|deuxieme\\p{L}*|troisieme\\p{L}*|quatrieme\\p{L}*|derni\\p{L}*|suite|suivants?|reste|' +
    'numeros?|chiffres?|sont|est|ce|ma|carte|enfin|maintenant|apres|fin|finit|commence|oui|encore|autres?|' +
    // de
    'der|die|das|den|dem|und|dann|danach|weiter|erste\\p{L}*|zweite\\p{L}*|dritte\\p{L}*|vierte\\p{L}*|letzte\\p{L}*|nachste\\p{L}*|rest\\p{L}*|' +
    'nummer|zahlen?|ziffern?|ist|sind|jetzt|nun|noch|fertig|karte|also|ja|so|am|ende|zum|schluss|zuletzt|folgt|' +
    // pt
    'o|os|as|e|depois|certo|segu\\p{L}*|proxim\\p{L}*|primeir\\p{L}*|terceir\\p{L}*|quart[oa]s?|sao|agora|fim|final|cartao|mais|pronto|por|sim' +
    ')$',
  'u',
)

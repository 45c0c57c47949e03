/** The words that people put around the pieces of a number they send one after another. */

/** Are these words nothing but such talk? "the last four are", "y luego", "und dann noch". */
export function isSplitTalk(words: string): boolean {
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

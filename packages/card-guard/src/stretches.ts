/** Cuts a text at its other words, so that what is ambiguous in one place is not read anew in all others. */

import { panDigitsMin } from './issuer-ranges.ts'
import type { Lexed, Stretch } from './read-digits.ts'
import { bang, bar, dollar, lex, wordDigitsMax } from './read-digits.ts'

/** The parts of the text, between other words, that hold a sign and enough digits beside it: read anew with signs as digits. */
export function* lexSigns(text: string, stretches: readonly Stretch[]): Generator<Lexed> {
  for (const { from, to, digitsMax } of stretches) {
    let signs = 0
    for (let i = from; i < to; i++) {
      const code = text.charCodeAt(i)
      if (code === bar || code === bang || code === dollar) signs++
    }
    if (signs > 0 && digitsMax > 0 && digitsMax + signs >= panDigitsMin) yield lex(text, true, from, to)
  }
}

/** The stretches of a text with any digits. */
export function stretchesOf(text: string, { lexemes }: Lexed): Stretch[] {
  const stretches: Stretch[] = []
  let digitsMax = 0
  let first = 0
  let start = 0
  for (let i = 0; i <= lexemes.length; i++) {
    const lexeme = lexemes[i]
    if (lexeme && lexeme.kind !== 'other') {
      digitsMax += lexeme.kind === 'word' ? wordDigitsMax : lexeme.digits.length
      continue
    }
    if (digitsMax > 0)
      stretches.push({ first, end: i, from: start, to: lexeme?.start ?? text.length, digitsMax })
    digitsMax = 0
    first = i + 1
    start = lexeme?.end ?? text.length
  }
  return stretches
}

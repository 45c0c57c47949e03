import type { Definition } from './definition.ts'
import { languages, type Language } from './script.ts'
import { languageOf } from './tokens.ts'
import type { Turn } from './turn.ts'

/** What the visitor writes shows it better than their browser's setting; a short text shows it less. */
export function languageOfTurn(
  definition: Definition,
  turn: Pick<Turn, 'occasion' | 'history' | 'locale'>,
): Language {
  const texts = turn.history.filter((line) => line.by === 'visitor').map((line) => line.text)
  if (turn.occasion.kind === 'said') texts.push(turn.occasion.text)
  for (const text of texts.slice(-linesRead).reverse()) {
    const shown = languageOfOption(definition, text) ?? languageOf(text.slice(0, charactersRead))
    if (shown !== null) return shown
  }
  const wanted = turn.locale?.slice(0, 2).toLowerCase()
  return languages.find((language) => language === wanted) ?? definition.language
}

/** What was written longer ago says nothing that the newer lines do not. */
const linesRead = 50
const charactersRead = 2_000

/** A quick reply was written by the tenant's people: its language is known, when it is the text of one only. */
function languageOfOption({ phrases, intents }: Definition, said: string): Language | null {
  const labels = [
    phrases.personOption,
    phrases.helpedYes,
    phrases.helpedNo,
    ...intents.map((intent) => intent.title),
  ]
  const in_ = languages.filter((language) => labels.some((label) => label[language] === said))
  return in_.length === 1 ? in_[0]! : null
}

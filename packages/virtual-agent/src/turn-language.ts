import type { Definition } from './definition.ts'
import { languages, type Language } from './script.ts'
import { languageOf } from './tokens.ts'
import type { Turn } from './turn.ts'

/**
 * What the visitor writes shows it better than their browser's setting; a short text shows it less. While a tool is
 * called, and when a text shows nothing, it is the one that showed last.
 * @param known that showed in an earlier turn.
 */
export function languageOfTurn(
  definition: Definition,
  { occasion, history, locale }: Pick<Turn, 'occasion' | 'history' | 'locale'>,
  known: Language | null,
): { language: Language; shown: Language | null } {
  const said = occasion.kind === 'said' ? [occasion.text] : []
  const earlier = history.filter((line) => line.by === 'visitor').map((line) => line.text)
  const shown =
    languageShown(definition, said) ?? known ?? languageShown(definition, earlier.slice(-linesRead))
  const wanted = locale?.slice(0, 2).toLowerCase()
  return {
    language: shown ?? languages.find((language) => language === wanted) ?? definition.language,
    shown,
  }
}

function languageShown(definition: Definition, texts: readonly string[]): Language | null {
  for (const text of texts.toReversed()) {
    const shown = languageOfOption(definition, text) ?? languageOf(text.slice(0, charactersRead))
    if (shown !== null) return shown
  }
  return null
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

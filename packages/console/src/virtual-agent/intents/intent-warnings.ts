/** What an author should look at though nothing is wrong with it. */
import type { Definition, Intent } from '@candor/virtual-agent/definition.ts'
import { languages, type Language } from '@candor/virtual-agent/script.ts'
import { languageNames } from '../languages.ts'

export interface IntentWarning {
  /** For a row. */
  short: string
  /** What to do. */
  text: string
}

/** With fewer, a classifier has nothing to tell one intent from another by. */
export const examplesAdvised = 8

export function warningsOf(intent: Intent, definition: Definition): IntentWarning[] {
  const warnings: IntentWarning[] = []
  const own = intent.examples[definition.language] ?? []
  if (own.length === 0)
    warnings.push({ short: 'No examples', text: 'Write down how people ask for this, in their own words.' })
  else if (own.length < examplesAdvised)
    warnings.push({
      short: 'Few examples',
      text: `It has ${own.length} ${own.length === 1 ? 'example' : 'examples'}; from ${examplesAdvised} on it is told apart well.`,
    })
  if (intent.flow === undefined && !intent.answer?.[definition.language])
    warnings.push({ short: 'No answer', text: 'Write what is answered, or choose the flow it starts.' })
  const missing = missingLanguages(intent, definition)
  if (missing.size > 0)
    warnings.push({
      short: `Not in ${[...missing].map((language) => languageNames[language]).join(', ')}`,
      text: `Visitors who write ${[...missing].map((language) => languageNames[language]).join(' or ')} are answered in ${languageNames[definition.language]}.`,
    })
  return warnings
}

/** Languages that other intents speak and this one does not; that the first one lacks something is a fault. */
export function missingLanguages(intent: Intent, definition: Definition): Set<Language> {
  const spoken = languages.filter(
    (language) =>
      language !== definition.language &&
      definition.intents.some((one) => one.title[language] && one.answer?.[language]),
  )
  return new Set(
    spoken.filter(
      (language) => !intent.title[language] || (intent.flow === undefined && !intent.answer?.[language]),
    ),
  )
}

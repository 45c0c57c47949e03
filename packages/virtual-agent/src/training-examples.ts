import type { Definition } from './definition.ts'
import type { Example } from './intents/intent-types.ts'
import { languages } from './script.ts'

/**
 * What the classifier of a definition is trained on: all examples of all languages, and the titles, which visitors
 * see as quick replies and use as words.
 */
export function trainingExamples(definition: Pick<Definition, 'intents'>): Example[] {
  return definition.intents.flatMap((intent) =>
    languages.flatMap((language) => {
      const title = intent.title[language]
      const texts = [...(intent.examples[language] ?? []), ...(title === undefined ? [] : [title])]
      return [...new Set(texts)].map((text) => ({ text, label: intent.id }))
    }),
  )
}

import { defaultPhrases } from './default-phrases.ts'
import type { Definition, Phrases } from './definition.ts'
import { languages, type Language, type Localised, type Script } from './script.ts'

/**
 * What an installation that knew only scripts had, as a definition: topics become intents, and what it says stays as
 * it was. Phrases that scripts did not have are the default ones, in the languages that the script speaks.
 */
export function upgradeScript(script: Script): Definition {
  const spoken = languages.filter(
    (language) =>
      language === script.language ||
      Object.values(script.phrases).some((text) => text[language] !== undefined),
  )
  return {
    version: 2,
    name: script.name,
    language: script.language,
    phrases: { ...phrasesIn(spoken), ...script.phrases },
    intents: script.topics.map((topic) => ({ ...topic })),
    flows: [],
    tools: [],
    triggers: { anger: true, payment: true, legal: true, emergency: true, rejection: true },
    approvedOnly: false,
  }
}

/** What an author starts from: a definition that says nothing wrong and knows nothing yet. */
export function newDefinition(name: string, language: Language): Definition {
  return {
    version: 2,
    name,
    language,
    phrases: phrasesIn(languages),
    intents: [],
    flows: [],
    tools: [],
    triggers: { anger: true, payment: true, legal: true, emergency: true, rejection: true },
    approvedOnly: false,
  }
}

function phrasesIn(spoken: readonly Language[]): Phrases {
  const entries = Object.entries(defaultPhrases) as [keyof Phrases, Localised][]
  return Object.fromEntries(
    entries.map(([name, text]) => [
      name,
      Object.fromEntries(spoken.map((language) => [language, text[language]!])),
    ]),
  ) as unknown as Phrases
}

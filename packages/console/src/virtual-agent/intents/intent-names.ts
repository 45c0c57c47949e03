import type { Definition, Intent } from '@candor/virtual-agent/definition.ts'

/** The title in the definition's language, else any, else the id: an author must always be able to name it. */
export function nameOfIntent(definition: Pick<Definition, 'language'>, intent: Intent): string {
  const title = intent.title[definition.language] ?? Object.values(intent.title).find(Boolean)
  return title === undefined || title.trim() === '' ? intent.id : title
}

/** The same for an id that may not be there any more. */
export function nameOfIntentId(definition: Definition, id: string): string {
  const intent = definition.intents.find((one) => one.id === id)
  return intent ? nameOfIntent(definition, intent) : id
}

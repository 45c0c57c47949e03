import type { Agent } from './agent.ts'
import { addPassage, approvedTexts, definitionTexts, type ApprovedTexts } from './approved-texts.ts'
import type { Definition, Intent } from './definition.ts'
import { compileBook } from './flows/compile-book.ts'
import type { Encoder } from './intents/intent-types.ts'
import type { IntentModel } from './intents/intent-model.ts'
import type { KnowledgeIndex } from './knowledge/knowledge-index.ts'
import { openMatcher, type Matcher } from './match-topic.ts'
import { trainingExamples } from './training-examples.ts'
import { stemsOf, wordsOf } from './tokens.ts'

/**
 * Compiles a definition, some milliseconds, for as many turns as follow.
 * @param options.model trained on `trainingExamples`; labels that the definition no longer has are left out
 * @throws TypeError for a definition that did not come from `parseDefinition`
 */
export function prepareAgent(options: {
  definition: Definition
  version: number
  model: IntentModel | null
  knowledge: KnowledgeIndex | null
  encoder: Encoder | null
}): Agent {
  const { definition, version, model, knowledge, encoder } = options
  const { language, tools, flows } = definition
  const book = compileBook({ version: 1, language, tools, flows })
  if ('faults' in book) throw new TypeError(`a definition was not parsed: ${book.faults[0]!.field}`)
  const intents = new Map(definition.intents.map((intent) => [intent.id, intent]))
  let approved: ApprovedTexts | null = null
  let matcher: Matcher<Intent> | null = null
  return {
    definition,
    version,
    model,
    encoder,
    knowledge,
    compiled: book.compiled,
    intents,
    byExample: byExample(definition, intents),
    get matcher() {
      return (matcher ??= openMatcher(definition.intents))
    },
    knownStems: new Set(trainingExamples(definition).flatMap(({ text }) => stemsOf(text))),
    texts: definitionTexts(definition),
    get approved() {
      return (approved ??= approvedBy(definition, knowledge))
    },
  }
}

/** The words of an example of two intents tell neither. */
function byExample(definition: Definition, intents: ReadonlyMap<string, Intent>): Map<string, Intent> {
  const found = new Map<string, Intent | null>()
  for (const { text, label } of trainingExamples(definition)) {
    const words = wordsOf(text).join(' ')
    const intent = intents.get(label)!
    if (words !== '') found.set(words, found.has(words) && found.get(words) !== intent ? null : intent)
  }
  return new Map([...found].flatMap(([words, intent]) => (intent === null ? [] : [[words, intent] as const])))
}

function approvedBy(definition: Definition, knowledge: KnowledgeIndex | null): ApprovedTexts {
  const { texts, options, labels } = approvedTexts(definition, [])
  const all = new Map(texts)
  for (const { shelf } of knowledge?.shelves ?? [])
    for (const { title, address, language, passages } of shelf.entries)
      for (const { id, text } of passages) addPassage(all, { id, text, title, address, language })
  return { texts: all, options, labels }
}

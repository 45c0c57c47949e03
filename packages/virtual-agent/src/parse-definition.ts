import { flowTexts, freeTextsIn } from './approved-texts.ts'
import { defaultPhrases } from './default-phrases.ts'
import {
  answerCharactersMax,
  exampleCharactersMax,
  examplesMax,
  fieldsMax,
  flowsMax,
  followUpsMax,
  idCharactersMax,
  intentsMax,
  titleCharactersMax,
  toolsMax,
  type Definition,
  type Intent,
  type IntentField,
  type Phrases,
  type Triggers,
} from './definition.ts'
import { compileBook } from './flows/compile-book.ts'
import { fieldReader, type FieldReader } from './flows/field-reader.ts'
import type { Flow } from './flows/flow.ts'
import { readBook } from './flows/parse-book.ts'
import { languages, parseScript, type Language } from './script.ts'
import { upgradeScript } from './upgrade-script.ts'

export interface DefinitionFault {
  /** `intents[2].answer.en` */
  field: string
  message: string
}

/**
 * Reads a definition from data of unknown origin, or a script of version 1, which becomes one. Unknown fields are
 * faults: a misspelt one would be silently without effect. Answers the definition, or its faults (at most 200), each
 * with the path of its field.
 */
export function parseDefinition(value: unknown): { definition: Definition } | { faults: DefinitionFault[] } {
  if (isScript(value)) {
    const parsed = parseScript(value)
    return 'faults' in parsed ? parsed : { definition: upgradeScript(parsed.script) }
  }
  const faults: DefinitionFault[] = []
  const definition = readDefinition(fieldReader(faults), value)
  if (faults.length > 0) return { faults }
  // What the flows mean together is asked once everything is of the right shape.
  const { language, tools, flows } = definition
  const book = compileBook({ version: 1, language, tools, flows })
  return 'faults' in book ? { faults: book.faults } : { definition }
}

function isScript(value: unknown): boolean {
  return typeof value === 'object' && value !== null && (value as { version?: unknown }).version === 1
}

const fields = [
  'version',
  'name',
  'language',
  'phrases',
  'intents',
  'flows',
  'tools',
  'triggers',
  'approvedOnly',
]
const phraseNames = Object.keys(defaultPhrases) as (keyof Phrases)[]
/** Labels and quick replies are buttons. */
const shortPhrases = new Set<keyof Phrases>([
  'personOption',
  'emailLabel',
  'confirmYes',
  'confirmNo',
  'helpedYes',
  'helpedNo',
])
const triggerNames = [
  'anger',
  'payment',
  'legal',
  'emergency',
  'rejection',
] as const satisfies (keyof Triggers)[]

function readDefinition(reader: FieldReader, value: unknown): Definition {
  const o = reader.object(value, '', fields)
  if (o['version'] !== 2) reader.fault('version', 'is 2')
  const language = reader.oneOf(o['language'], 'language', languages)
  const phrases = reader.object(o['phrases'], 'phrases', phraseNames)
  const triggers = reader.object(o['triggers'], 'triggers', triggerNames)
  const { flows, tools } = readBook(reader, {
    version: 1,
    language,
    tools: reader.list(o['tools'], 'tools', toolsMax),
    flows: reader.list(o['flows'], 'flows', flowsMax),
  })
  const intents = reader
    .list(o['intents'], 'intents', intentsMax)
    .map((intent, i) => readIntent(reader, intent, `intents[${i}]`, language))
  const definition: Definition = {
    version: 2,
    name: reader.text(o['name'], 'name', titleCharactersMax),
    language,
    phrases: Object.fromEntries(
      phraseNames.map((name) => [
        name,
        reader.localised(
          phrases[name],
          `phrases.${name}`,
          language,
          shortPhrases.has(name) ? titleCharactersMax : answerCharactersMax,
        ),
      ]),
    ) as unknown as Phrases,
    intents,
    flows,
    tools,
    triggers: Object.fromEntries(
      triggerNames.map((name) => [name, truth(reader, triggers[name], `triggers.${name}`)]),
    ) as unknown as Triggers,
    approvedOnly: truth(reader, o['approvedOnly'], 'approvedOnly'),
  }
  checkIntents(reader, definition)
  checkReasons(reader, definition.flows)
  if (definition.approvedOnly) checkFreeTexts(reader, definition.flows)
  return definition
}

function readIntent(reader: FieldReader, value: unknown, at: string, own: Language): Intent {
  const allowed = ['id', 'title', 'examples', 'answer', 'flow', 'followUps', 'person', 'form']
  const o = reader.object(value, at, allowed)
  const id = reader.text(o['id'], `${at}.id`, idCharactersMax)
  if (id !== '' && !reasonPattern.test(id)) reader.fault(`${at}.id`, 'is lower-case words joined by hyphens')
  if (o['person'] !== undefined && o['person'] !== true)
    reader.fault(`${at}.person`, 'is true or is left out')
  if ((o['answer'] === undefined) === (o['flow'] === undefined))
    reader.fault(at, 'has either an answer or a flow')
  if (o['flow'] !== undefined)
    for (const name of ['person', 'form'])
      if (o[name] !== undefined)
        reader.fault(`${at}.${name}`, 'goes with an answer: a flow asks and hands over itself')
  return {
    id,
    title: reader.localised(o['title'], `${at}.title`, own, titleCharactersMax),
    examples: readExamples(reader, o['examples'], `${at}.examples`, own),
    ...(o['answer'] === undefined
      ? {}
      : { answer: reader.localised(o['answer'], `${at}.answer`, own, answerCharactersMax) }),
    ...(o['flow'] === undefined ? {} : { flow: reader.text(o['flow'], `${at}.flow`, idCharactersMax + 20) }),
    followUps: reader
      .list(o['followUps'], `${at}.followUps`, followUpsMax)
      .map((followUp, i) => reader.text(followUp, `${at}.followUps[${i}]`, idCharactersMax)),
    ...(o['person'] === true ? { person: true } : {}),
    ...(o['form'] === undefined ? {} : { form: readForm(reader, o['form'], `${at}.form`, own) }),
  }
}

function readExamples(reader: FieldReader, value: unknown, at: string, own: Language): Intent['examples'] {
  const given = reader.object(value, at, languages)
  const examples: Intent['examples'] = {}
  for (const language of languages)
    if (given[language] !== undefined)
      examples[language] = reader
        .list(given[language], `${at}.${language}`, examplesMax)
        .map((example, i) => reader.text(example, `${at}.${language}[${i}]`, exampleCharactersMax))
  if ((examples[own] ?? []).length === 0)
    reader.fault(`${at}.${own}`, 'has at least one example in the language of the definition')
  return examples
}

function readForm(reader: FieldReader, value: unknown, at: string, own: Language): IntentField[] {
  return reader.list(value, at, fieldsMax, 1).map((field, i) => {
    const path = `${at}[${i}]`
    const o = reader.object(field, path, ['name', 'label', 'input', 'required'])
    return {
      name: reader.text(o['name'], `${path}.name`, idCharactersMax),
      label: reader.localised(o['label'], `${path}.label`, own, titleCharactersMax),
      input: reader.oneOf(o['input'], `${path}.input`, ['text', 'email', 'tel']),
      required: truth(reader, o['required'], `${path}.required`),
    }
  })
}

function truth(reader: FieldReader, value: unknown, at: string): boolean {
  if (typeof value !== 'boolean') reader.fault(at, 'is true or false')
  return value === true
}

function checkIntents(reader: FieldReader, { intents, flows }: Definition): void {
  const ids = intents.map(({ id }) => id)
  const known = new Set(ids)
  const flowIds = new Set(flows.map(({ id }) => id))
  for (const [i, intent] of intents.entries()) {
    if (ids.indexOf(intent.id) !== i) reader.fault(`intents[${i}].id`, 'is used twice')
    if (intent.flow !== undefined && !flowIds.has(intent.flow))
      reader.fault(`intents[${i}].flow`, 'is no flow of this definition')
    for (const [j, id] of intent.followUps.entries())
      if (!known.has(id)) reader.fault(`intents[${i}].followUps[${j}]`, 'is no intent of this definition')
    const names = (intent.form ?? []).map(({ name }) => name)
    for (const [j, name] of names.entries())
      if (names.indexOf(name) !== j) reader.fault(`intents[${i}].form[${j}].name`, 'is used twice')
  }
}

/** A reason is counted in results and shown in queues, always in this form. */
const reasonPattern = /^[a-z]+(-[a-z]+)*$/

function checkReasons(reader: FieldReader, flows: readonly Flow[]): void {
  for (const [i, flow] of flows.entries())
    for (const [j, step] of flow.steps.entries())
      if (step.kind === 'handOver' && step.reason !== '' && !reasonPattern.test(step.reason))
        reader.fault(`flows[${i}].steps[${j}].reason`, 'is lower-case words joined by hyphens')
}

/** What a visitor or a system wrote freely is nobody's approved text, and may not be put into one. */
function checkFreeTexts(reader: FieldReader, flows: readonly Flow[]): void {
  for (const [i, flow] of flows.entries())
    for (const text of flowTexts(flow))
      for (const name of new Set(freeTextsIn(text)))
        reader.fault(
          `flows[${i}].${text.field}`,
          `says {${name}}, a free text: only approved texts are sent here`,
        )
}

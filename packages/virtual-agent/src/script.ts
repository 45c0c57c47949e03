import type { FormField } from '@candor/protocol/events.ts'

/** Languages the engine reads: words, endings, and how people ask for a person. */
export const languages = ['en', 'es', 'de', 'ar'] as const
export type Language = (typeof languages)[number]

/** A text by language. The script's own language is always there and stands in for the others. */
export type Localised = Partial<Record<Language, string>>

/** What a tenant's virtual agent says and knows: data, written by people, never code. */
export interface Script {
  version: 1
  /** Name under which it speaks. */
  name: string
  language: Language
  phrases: Phrases
  topics: Topic[]
}

export interface Phrases {
  greeting: Localised
  /** Nothing matched, the first time. */
  notUnderstood: Localised
  /** Two topics match alike. */
  whichOne: Localised
  /** A person will answer. */
  handOver: Localised
  /** Nobody is here now; with it goes a form that asks for an e-mail address. */
  nobodyHere: Localised
  emailLabel: Localised
  /** A form was answered. */
  formThanks: Localised
  /** Quick reply that asks for a person; offered with everything it says. */
  personOption: Localised
  /** A person handed the conversation back. */
  back: Localised
  /** The card guard masked a card in what the visitor wrote. */
  cardRemoved: Localised
  /** A few words of thanks or good-bye, answered without starting over. */
  welcome: Localised
}

export interface Topic {
  /** Lower-case words joined by hyphens; also the reason of a hand-over. */
  id: string
  /** Quick reply that leads here. */
  title: Localised
  /** How people ask, in their own words: several phrasings for each language. */
  examples: Partial<Record<Language, string[]>>
  answer: Localised
  /** Topics offered after the answer. */
  followUps: string[]
  /** After the answer a person goes on. */
  person?: true
  /** Asked for with the answer; a person goes on when it was filled in. */
  form?: { name: string; label: Localised; input: FormField['input']; required: boolean }[]
}

export function textOf(script: Script, text: Localised, language: Language): string {
  return text[language] ?? text[script.language]!
}

/** An answer is read in a small panel; more belongs on a page that the answer names. */
const answerCharactersMax = 1_200
const titleCharactersMax = 60
const exampleCharactersMax = 300
const topicsMax = 50
const examplesMax = 60
const followUpsMax = 4
const fieldsMax = 6

/**
 * Reads a script from data of unknown origin. Unknown fields are faults: a misspelt one would be silently without
 * effect. Answers the script, or all faults at once, each with the path of its field.
 */
export function parseScript(value: unknown): { script: Script } | { faults: ScriptFault[] } {
  const faults: ScriptFault[] = []
  const reader = readerOf(faults)
  const script = readScript(reader, value)
  return faults.length === 0 ? { script } : { faults }
}

export interface ScriptFault {
  /** `topics[2].answer.en` */
  field: string
  message: string
}

interface Reader {
  fault(field: string, message: string): void
  object(value: unknown, field: string, allowed: readonly string[]): Record<string, unknown>
  text(value: unknown, field: string, charactersMax: number): string
  list(value: unknown, field: string, itemsMax: number): unknown[]
  localised(value: unknown, field: string, own: Language, charactersMax: number): Localised
}

const phraseNames = {
  greeting: true,
  notUnderstood: true,
  whichOne: true,
  handOver: true,
  nobodyHere: true,
  emailLabel: true,
  formThanks: true,
  personOption: true,
  back: true,
  cardRemoved: true,
  welcome: true,
} satisfies Record<keyof Phrases, true>

function readScript(reader: Reader, value: unknown): Script {
  const o = reader.object(value, '', ['version', 'name', 'language', 'phrases', 'topics'])
  if (o['version'] !== 1) reader.fault('version', 'is 1')
  const language = languages.find((known) => known === o['language']) ?? 'en'
  if (language !== o['language']) reader.fault('language', `is one of ${languages.join(', ')}`)
  const names = Object.keys(phraseNames) as (keyof Phrases)[]
  const given = reader.object(o['phrases'], 'phrases', names)
  const phrases = Object.fromEntries(
    names.map((name) => {
      const charactersMax =
        name === 'personOption' || name === 'emailLabel' ? titleCharactersMax : answerCharactersMax
      return [name, reader.localised(given[name], `phrases.${name}`, language, charactersMax)]
    }),
  ) as unknown as Phrases
  const topics = reader
    .list(o['topics'], 'topics', topicsMax)
    .map((topic, i) => readTopic(reader, topic, `topics[${i}]`, language))
  const ids = new Set<string>()
  for (const [i, topic] of topics.entries()) {
    if (ids.has(topic.id)) reader.fault(`topics[${i}].id`, 'is used twice')
    ids.add(topic.id)
  }
  for (const [i, topic] of topics.entries())
    for (const [j, id] of topic.followUps.entries())
      if (!ids.has(id)) reader.fault(`topics[${i}].followUps[${j}]`, 'is no topic of this script')
  return {
    version: 1,
    name: reader.text(o['name'], 'name', titleCharactersMax),
    language,
    phrases,
    topics,
  }
}

function readTopic(reader: Reader, value: unknown, field: string, own: Language): Topic {
  const allowed = ['id', 'title', 'examples', 'answer', 'followUps', 'person', 'form']
  const o = reader.object(value, field, allowed)
  const id = reader.text(o['id'], `${field}.id`, 40)
  if (!/^[a-z]+(-[a-z]+)*$/.test(id)) reader.fault(`${field}.id`, 'is lower-case words joined by hyphens')
  const examples: Topic['examples'] = {}
  const given = reader.object(o['examples'], `${field}.examples`, languages)
  for (const language of languages) {
    if (given[language] === undefined) continue
    const at = `${field}.examples.${language}`
    examples[language] = reader
      .list(given[language], at, examplesMax)
      .map((example, i) => reader.text(example, `${at}[${i}]`, exampleCharactersMax))
  }
  if ((examples[own] ?? []).length === 0)
    reader.fault(`${field}.examples.${own}`, 'has at least one example in the language of the script')
  if (o['person'] !== undefined && o['person'] !== true)
    reader.fault(`${field}.person`, 'is true or is left out')
  return {
    id,
    title: reader.localised(o['title'], `${field}.title`, own, titleCharactersMax),
    examples,
    answer: reader.localised(o['answer'], `${field}.answer`, own, answerCharactersMax),
    followUps: reader
      .list(o['followUps'], `${field}.followUps`, followUpsMax)
      .map((id, i) => reader.text(id, `${field}.followUps[${i}]`, 40)),
    ...(o['person'] === true ? { person: true } : {}),
    ...(o['form'] === undefined ? {} : { form: readForm(reader, o['form'], `${field}.form`, own) }),
  }
}

function readForm(reader: Reader, value: unknown, field: string, own: Language): NonNullable<Topic['form']> {
  return reader.list(value, field, fieldsMax).map((item, i) => {
    const at = `${field}[${i}]`
    const o = reader.object(item, at, ['name', 'label', 'input', 'required'])
    const input = (['text', 'email', 'tel'] as const).find((known) => known === o['input']) ?? 'text'
    if (input !== o['input']) reader.fault(`${at}.input`, 'is one of text, email, tel')
    if (typeof o['required'] !== 'boolean') reader.fault(`${at}.required`, 'is true or false')
    return {
      name: reader.text(o['name'], `${at}.name`, 40),
      label: reader.localised(o['label'], `${at}.label`, own, titleCharactersMax),
      input,
      required: o['required'] === true,
    }
  })
}

function readerOf(faults: ScriptFault[]): Reader {
  const fault = (field: string, message: string): void => void faults.push({ field, message })

  function object(value: unknown, field: string, allowed: readonly string[]): Record<string, unknown> {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      fault(field, 'is an object')
      return {}
    }
    for (const name of Object.keys(value))
      if (!allowed.includes(name)) fault(field === '' ? name : `${field}.${name}`, 'is not known')
    return value as Record<string, unknown>
  }

  function text(value: unknown, field: string, charactersMax: number): string {
    if (typeof value !== 'string' || value.trim() === '' || value.length > charactersMax)
      fault(field, `is a text of 1 to ${charactersMax} characters`)
    else if (/[^\P{Cc}\t\n]/u.test(value) || !value.isWellFormed()) fault(field, 'has control characters')
    else return value
    return ''
  }

  return {
    fault,
    object,
    text,
    list(value, field, itemsMax) {
      if (Array.isArray(value) && value.length <= itemsMax) return value
      fault(field, `is a list of at most ${itemsMax}`)
      return []
    },
    localised(value, field, own, charactersMax) {
      const given = object(value, field, languages)
      const read: Localised = {}
      for (const language of languages)
        if (given[language] !== undefined || language === own)
          read[language] = text(given[language], `${field}.${language}`, charactersMax)
      return read
    },
  }
}

/** Changes of intents as whole new definitions; what refers to an intent follows it. */
import {
  exampleCharactersMax,
  examplesMax,
  idCharactersMax,
  type Definition,
  type Intent,
  type IntentField,
} from '@candor/virtual-agent/definition.ts'
import { languages, type Language } from '@candor/virtual-agent/script.ts'

export function changeIntent(
  definition: Definition,
  id: string,
  change: (intent: Intent) => Intent,
): Definition {
  let changed = false
  const intents = definition.intents.map((intent) => {
    if (intent.id !== id) return intent
    const next = change(intent)
    changed ||= next !== intent
    return next
  })
  return changed ? { ...definition, intents } : definition
}

/** A new intent with this title in the language that is written in, and an id made of it. */
export function addIntent(
  definition: Definition,
  title: string,
  language: Language,
  examples: readonly string[] = [],
): { definition: Definition; id: string } {
  const taken = new Set(definition.intents.map(({ id }) => id))
  const id = freeId(title, taken)
  const intent: Intent = {
    id,
    title: { [definition.language]: title, ...(language !== definition.language && { [language]: title }) },
    examples: examples.length === 0 ? {} : { [language]: unique(examples) },
    answer: {},
    followUps: [],
  }
  return { definition: { ...definition, intents: [...definition.intents, intent] }, id }
}

/** Starts this flow, or answers with a text: `flow` is ''. */
export function doesInstead(intent: Intent, flow: string): Intent {
  const { flow: _, answer, ...rest } = intent
  return flow === '' ? { ...rest, answer: answer ?? {} } : { ...rest, flow }
}

export function withPerson(intent: Intent, on: boolean): Intent {
  const { person: _, ...rest } = intent
  return on ? { ...rest, person: true } : rest
}

export function withForm(intent: Intent, fields: readonly IntentField[]): Intent {
  const { form: _, ...rest } = intent
  return fields.length === 0 ? rest : { ...rest, form: [...fields] }
}

export function removeIntent(definition: Definition, id: string): Definition {
  return {
    ...definition,
    intents: definition.intents
      .filter((intent) => intent.id !== id)
      .map((intent) =>
        intent.followUps.includes(id)
          ? { ...intent, followUps: intent.followUps.filter((one) => one !== id) }
          : intent,
      ),
  }
}

export function renameIntent(definition: Definition, id: string, to: string): Definition {
  if (id === to) return definition
  return {
    ...definition,
    intents: definition.intents.map((intent) => ({
      ...intent,
      id: intent.id === id ? to : intent.id,
      followUps: intent.followUps.map((one) => (one === id ? to : one)),
    })),
  }
}

export interface AddedExamples {
  definition: Definition
  added: number
  /** Were there already. */
  known: number
  /** Longer than an example may be, or beyond the most that an intent may have. */
  left: number
}

export function addExamples(
  definition: Definition,
  id: string,
  language: Language,
  texts: readonly string[],
): AddedExamples {
  const intent = definition.intents.find((one) => one.id === id)
  if (!intent) return { definition, added: 0, known: 0, left: texts.length }
  const held = intent.examples[language] ?? []
  const seen = new Set(held.map(asWords))
  const fresh: string[] = []
  let known = 0
  let left = 0
  for (const text of texts.map((one) => one.trim().replaceAll(/\s+/g, ' ')).filter(Boolean)) {
    if (seen.has(asWords(text))) known++
    else if (text.length > exampleCharactersMax || held.length + fresh.length >= examplesMax) left++
    else {
      seen.add(asWords(text))
      fresh.push(text)
    }
  }
  return {
    definition: setExamples(definition, id, language, [...held, ...fresh]),
    added: fresh.length,
    known,
    left,
  }
}

export function setExamples(
  definition: Definition,
  id: string,
  language: Language,
  texts: readonly string[],
): Definition {
  return changeIntent(definition, id, (intent) => {
    const { [language]: _, ...others } = intent.examples
    return { ...intent, examples: texts.length === 0 ? others : { ...others, [language]: [...texts] } }
  })
}

/** Takes a text out of every language of one intent and puts it into another one, where it stood in the same. */
export function moveExample(definition: Definition, text: string, from: string, to: string): Definition {
  const source = definition.intents.find(({ id }) => id === from)
  if (!source) return definition
  let moved = definition
  for (const language of languages) {
    const texts = source.examples[language] ?? []
    if (!texts.includes(text)) continue
    moved = addExamples(removeExample(moved, text, from), to, language, [text]).definition
  }
  return moved
}

export function removeExample(definition: Definition, text: string, from: string): Definition {
  return changeIntent(definition, from, (intent) => ({
    ...intent,
    examples: Object.fromEntries(
      Object.entries(intent.examples)
        .map(([language, texts]) => [language, texts.filter((one) => one !== text)] as const)
        .filter(([, texts]) => texts.length > 0),
    ),
  }))
}

/** Whose example each text is, by its words: a text of two intents teaches neither. */
export function exampleOwners(definition: Pick<Definition, 'intents'>): Map<string, string[]> {
  const owners = new Map<string, string[]>()
  for (const intent of definition.intents)
    for (const text of new Set(languages.flatMap((language) => intent.examples[language] ?? []).map(asWords)))
      owners.set(text, [...(owners.get(text) ?? []), intent.id])
  return owners
}

/** Two texts that differ in case, accents or signs only are the same example to an author. */
export function asWords(text: string): string {
  return text
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
}

/** `Change a booking` → `change-a-booking`; what is taken gets letters behind it, for an id has no digits. */
export function freeId(title: string, taken: ReadonlySet<string>): string {
  const words = asWords(title).match(/[a-z]+/g) ?? ['intent']
  const base = cut(words.join('-'), idCharactersMax - '-zzz'.length)
  let id = base
  for (let n = 1; taken.has(id); n++) id = `${base}-${letters(n)}`
  return id
}

export const isIntentId = (id: string): boolean =>
  /^[a-z]+(-[a-z]+)*$/.test(id) && id.length <= idCharactersMax

function cut(id: string, max: number): string {
  return id.length <= max ? id : id.slice(0, max).replace(/-[^-]*$/, '')
}

/** 1 → b, 25 → z, 26 → ba */
function letters(n: number): string {
  const last = String.fromCharCode(97 + (n % 26))
  return n < 26 ? last : letters(Math.floor(n / 26)) + last
}

function unique(texts: readonly string[]): string[] {
  const seen = new Set<string>()
  return texts.filter((text) => !seen.has(asWords(text)) && seen.add(asWords(text)))
}

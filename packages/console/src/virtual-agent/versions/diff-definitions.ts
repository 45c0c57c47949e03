/** What differs between two definitions, as an approver reads it: thing by thing, text by text. */
import {
  type Definition,
  type Intent,
  type IntentField,
  type Phrases,
  type Triggers,
} from '@candor/virtual-agent/definition.ts'
import { languages, type Localised } from '@candor/virtual-agent/script.ts'
import { languageNames } from '../languages.ts'
import { nameOfIntent } from '../intents/intent-names.ts'
import { phraseNames } from '../phrases/phrase-names.ts'

export interface DefinitionChange {
  kind: 'added' | 'removed' | 'changed'
  what: 'setting' | 'intent' | 'phrase' | 'flow' | 'tool'
  id: string
  title: string
  lines: ChangedLine[]
}

export interface ChangedLine {
  label: string
  /** Null where there was, or is, nothing. */
  before: string | null
  after: string | null
  /** Of a list: only what came and went. */
  list?: true
}

export function diffDefinitions(before: Definition, after: Definition): DefinitionChange[] {
  return [
    ...settings(before, after),
    ...diffLists(before.intents, after.intents, 'intent', nameIn(before, after), intentLines),
    ...phrases(before.phrases, after.phrases),
    ...diffLists(before.flows, after.flows, 'flow', ({ title, id }) => anyText(title) ?? id, partLines),
    ...diffLists(before.tools, after.tools, 'tool', ({ title, id }) => anyText(title) ?? id, fieldLines),
  ]
}

function nameIn(before: Definition, after: Definition): (intent: Intent) => string {
  return (intent) => nameOfIntent(after.intents.includes(intent) ? after : before, intent)
}

function settings(before: Definition, after: Definition): DefinitionChange[] {
  const lines = [
    line('Name', before.name, after.name),
    line('Language', languageNames[before.language], languageNames[after.language]),
    line('Only approved texts', yesNo(before.approvedOnly), yesNo(after.approvedOnly)),
    ...(Object.keys(after.triggers) as (keyof Triggers)[]).map((name) =>
      line(`Calls a person: ${name}`, yesNo(before.triggers[name]), yesNo(after.triggers[name])),
    ),
  ].filter((one) => one !== null)
  return lines.length === 0
    ? []
    : [{ kind: 'changed', what: 'setting', id: 'settings', title: 'Settings', lines }]
}

function phrases(before: Phrases, after: Phrases): DefinitionChange[] {
  return (Object.keys(phraseNames) as (keyof Phrases)[]).flatMap((name) => {
    const lines = localisedLines('', before[name] ?? {}, after[name] ?? {})
    return lines.length === 0
      ? []
      : [{ kind: 'changed' as const, what: 'phrase' as const, id: name, title: phraseNames[name], lines }]
  })
}

function diffLists<T extends { id: string }>(
  before: readonly T[],
  after: readonly T[],
  what: DefinitionChange['what'],
  title: (one: T) => string,
  linesOf: (before: T | null, after: T | null) => ChangedLine[],
): DefinitionChange[] {
  const old = new Map(before.map((one) => [one.id, one]))
  const kept = new Set(after.map(({ id }) => id))
  const changes: DefinitionChange[] = []
  for (const one of after) {
    const was = old.get(one.id) ?? null
    if (was === one) continue
    const lines = linesOf(was, one)
    if (was === null) changes.push({ kind: 'added', what, id: one.id, title: title(one), lines })
    else if (lines.length > 0) changes.push({ kind: 'changed', what, id: one.id, title: title(one), lines })
  }
  for (const one of before)
    if (!kept.has(one.id))
      changes.push({ kind: 'removed', what, id: one.id, title: title(one), lines: linesOf(one, null) })
  return changes
}

function intentLines(before: Intent | null, after: Intent | null): ChangedLine[] {
  const lines: (ChangedLine | null)[] = [
    ...localisedLines('Title', before?.title ?? {}, after?.title ?? {}),
    ...localisedLines('Answer', before?.answer ?? {}, after?.answer ?? {}),
    line('Starts the flow', before?.flow ?? null, after?.flow ?? null),
    line('Then offers', list(before?.followUps), list(after?.followUps)),
    line('A person goes on', person(before), person(after)),
    line('Asks for', form(before?.form), form(after?.form)),
  ]
  for (const language of languages) {
    const was = new Set(before?.examples[language] ?? [])
    const is = new Set(after?.examples[language] ?? [])
    const gone = [...was].filter((text) => !is.has(text))
    const come = [...is].filter((text) => !was.has(text))
    if (gone.length + come.length > 0)
      lines.push({
        label: `Examples, ${languageNames[language]}`,
        before: gone.length === 0 ? null : gone.join('\n'),
        after: come.length === 0 ? null : come.join('\n'),
        list: true,
      })
  }
  return lines.filter((one) => one !== null)
}

/** A flow: its own fields, then step by step. */
function partLines<T extends { id: string; steps: { id: string }[] }>(
  before: T | null,
  after: T | null,
): ChangedLine[] {
  const { steps: oldSteps, ...old } = before ?? { steps: [] }
  const { steps: newSteps, ...now } = after ?? { steps: [] }
  return [
    ...fieldLines(before && (old as { id: string }), after && (now as { id: string })),
    ...diffLists(oldSteps, newSteps, 'flow', ({ id }) => id, fieldLines).map(({ id }): ChangedLine => {
      const step = (steps: readonly { id: string }[]): string | null => {
        const found = steps.find((one) => one.id === id)
        return found ? JSON.stringify(found, null, 2) : null
      }
      return { label: `Step ${id}`, before: step(oldSteps), after: step(newSteps) }
    }),
  ]
}

function fieldLines(before: { id: string } | null, after: { id: string } | null): ChangedLine[] {
  const old = (before ?? {}) as Record<string, unknown>
  const now = (after ?? {}) as Record<string, unknown>
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .filter((name) => name !== 'id')
    .map((name) => line(name, asText(old[name]), asText(now[name])))
    .filter((one) => one !== null)
}

function localisedLines(label: string, before: Localised, after: Localised): ChangedLine[] {
  return languages
    .map((language) =>
      line(
        label === '' ? languageNames[language] : `${label}, ${languageNames[language]}`,
        before[language] ?? null,
        after[language] ?? null,
      ),
    )
    .filter((one) => one !== null)
}

function line(label: string, before: string | null, after: string | null): ChangedLine | null {
  return before === after ? null : { label, before, after }
}

function asText(value: unknown): string | null {
  if (value === undefined) return null
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2)
}

const yesNo = (value: boolean): string => (value ? 'yes' : 'no')
const person = (intent: Intent | null): string | null => intent && yesNo(intent.person === true)
const list = (values: readonly string[] | undefined): string | null =>
  values === undefined || values.length === 0 ? null : values.join(', ')
const form = (fields: readonly IntentField[] | undefined): string | null =>
  list(
    fields?.map(
      ({ label, name, required }) => `${anyText(label) ?? name}${required ? '' : ' (may stay empty)'}`,
    ),
  )

function anyText(text: Localised): string | undefined {
  return Object.values(text).find((value) => value !== '')
}

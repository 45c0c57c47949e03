import { languages, type Language } from '../script.ts'
import { parseCodeShape } from '../slots/code-shape.ts'
import type { Choice, SlotType } from '../slots/slot-type.ts'
import { conditionCharactersMax, conditionKeywords } from './condition.ts'
import {
  fieldReader,
  idCharactersMax,
  idPattern,
  namePattern,
  type FieldReader,
  type FlowFault,
} from './field-reader.ts'
import type { Argument, Branch, Flow, FlowBook, Literal, Next, Slot, Step } from './flow.ts'
import type { Tool, ToolField } from './tool.ts'

/** What a person edits and a browser draws; beyond this a tenant has several virtual agents. */
export const flowsMax = 100
/** A flow that needs more steps calls others. */
export const stepsMax = 80
export const slotsMax = 30
export const toolsMax = 60
export const toolFieldsMax = 30
export const branchesMax = 12
export const choicesMax = 60
export const optionsMax = 10
export const saidCharactersMax = 1_200
export const titleCharactersMax = 80
/** A chat waits no longer for an answer. */
export const timeoutMsMax = 30_000
export const retriesMax = 3
export const budgetMax = 50

/** Reads the shape of a book; what its parts mean together is checked by `compileBook`. */
export function parseBook(value: unknown): { book: FlowBook } | { faults: FlowFault[] } {
  const faults: FlowFault[] = []
  const book = readBook(fieldReader(faults), value)
  return faults.length === 0 ? { book } : { faults }
}

export function readBook(reader: FieldReader, value: unknown): FlowBook {
  const o = reader.object(value, '', ['version', 'language', 'tools', 'flows'])
  if (o['version'] !== 1) reader.fault('version', 'is 1')
  const language = reader.oneOf(o['language'], 'language', languages)
  return {
    version: 1,
    language,
    tools: reader
      .list(o['tools'], 'tools', toolsMax)
      .map((tool, i) => readTool(reader, tool, `tools[${i}]`, language)),
    flows: reader
      .list(o['flows'], 'flows', flowsMax)
      .map((flow, i) => readFlow(reader, flow, `flows[${i}]`, language)),
  }
}

function readFlow(reader: FieldReader, value: unknown, at: string, own: Language): Flow {
  const o = reader.object(value, at, ['id', 'title', 'description', 'slots', 'start', 'steps'])
  return {
    id: readId(reader, o['id'], `${at}.id`),
    title: reader.localised(o['title'], `${at}.title`, own, titleCharactersMax),
    ...(o['description'] === undefined
      ? {}
      : { description: reader.text(o['description'], `${at}.description`, saidCharactersMax) }),
    slots: reader
      .list(o['slots'], `${at}.slots`, slotsMax)
      .map((slot, i) => readSlotOf(reader, slot, `${at}.slots[${i}]`, own)),
    start: readId(reader, o['start'], `${at}.start`),
    steps: reader
      .list(o['steps'], `${at}.steps`, stepsMax, 1)
      .map((step, i) => readStep(reader, step, `${at}.steps[${i}]`, own)),
  }
}

function readSlotOf(reader: FieldReader, value: unknown, at: string, own: Language): Slot {
  const o = reader.object(value, at, ['name', 'title', 'type'])
  return {
    name: readName(reader, o['name'], `${at}.name`),
    title: reader.localised(o['title'], `${at}.title`, own, titleCharactersMax),
    type: readType(reader, o['type'], `${at}.type`, own),
  }
}

const kinds = [
  'date',
  'dateRange',
  'time',
  'money',
  'quantity',
  'code',
  'email',
  'phone',
  'choice',
  'yesNo',
  'text',
] as const satisfies SlotType['kind'][]

/** Fields of each type beside `kind`. */
const typeFields: Record<SlotType['kind'], string[]> = {
  date: ['prefer'],
  dateRange: [],
  time: [],
  money: ['currency', 'min', 'max'],
  quantity: ['min', 'max'],
  code: ['shapes'],
  email: [],
  phone: ['country'],
  choice: ['choices'],
  yesNo: [],
  text: ['charactersMax'],
}

function readType(reader: FieldReader, value: unknown, at: string, own: Language): SlotType {
  const kind = kinds.find((known) => known === (value as { kind?: unknown } | null)?.kind)
  const allowed = kind === undefined ? Object.values(typeFields).flat() : typeFields[kind]
  const o = reader.object(value, at, ['kind', ...allowed])
  if (kind === undefined) {
    reader.fault(`${at}.kind`, `is one of ${kinds.join(', ')}`)
    return { kind: 'text' }
  }
  const bounds = (): { min?: number; max?: number } => ({
    ...(o['min'] === undefined ? {} : { min: reader.number(o['min'], `${at}.min`, 0, 10_000_000) }),
    ...(o['max'] === undefined ? {} : { max: reader.number(o['max'], `${at}.max`, 0, 10_000_000) }),
  })
  switch (kind) {
    case 'date':
      if (o['prefer'] !== undefined && o['prefer'] !== 'past')
        reader.fault(`${at}.prefer`, 'is "past" or is left out')
      return { kind: 'date', ...(o['prefer'] === 'past' ? { prefer: 'past' } : {}) }
    case 'money': {
      const currency = reader.text(o['currency'], `${at}.currency`, 3)
      if (!/^[A-Z]{3}$/.test(currency)) reader.fault(`${at}.currency`, 'is a code of ISO 4217, such as EUR')
      return { kind: 'money', currency, ...bounds() }
    }
    case 'quantity':
      return { kind: 'quantity', ...bounds() }
    case 'code':
      return {
        kind: 'code',
        shapes: reader.list(o['shapes'], `${at}.shapes`, 8, 1).map((shape, i) => {
          const written = reader.text(shape, `${at}.shapes[${i}]`, 60)
          const parsed = parseCodeShape(written)
          if ('fault' in parsed) reader.fault(`${at}.shapes[${i}]`, parsed.fault)
          return written
        }),
      }
    case 'phone': {
      if (o['country'] === undefined) return { kind: 'phone' }
      const country = reader.text(o['country'], `${at}.country`, 3)
      if (!/^[1-9]\d{0,2}$/.test(country)) reader.fault(`${at}.country`, 'is a calling code such as 49')
      return { kind: 'phone', country }
    }
    case 'choice': {
      const choices = reader
        .list(o['choices'], `${at}.choices`, choicesMax, 2)
        .map((choice, i) => readChoice(reader, choice, `${at}.choices[${i}]`, own))
      const ids = choices.map(({ id }) => id)
      for (const [i, id] of ids.entries())
        if (ids.indexOf(id) !== i) reader.fault(`${at}.choices[${i}].id`, 'is used twice')
      return { kind: 'choice', choices }
    }
    case 'text':
      return {
        kind: 'text',
        ...(o['charactersMax'] === undefined
          ? {}
          : { charactersMax: reader.number(o['charactersMax'], `${at}.charactersMax`, 1, 1_000, true) }),
      }
    case 'dateRange':
      return { kind: 'dateRange' }
    case 'time':
      return { kind: 'time' }
    case 'email':
      return { kind: 'email' }
    case 'yesNo':
      return { kind: 'yesNo' }
  }
}

function readChoice(reader: FieldReader, value: unknown, at: string, own: Language): Choice {
  const o = reader.object(value, at, ['id', 'title', 'synonyms'])
  const id = reader.text(o['id'], `${at}.id`, idCharactersMax)
  const choice: Choice = { id, title: reader.localised(o['title'], `${at}.title`, own, titleCharactersMax) }
  if (o['synonyms'] === undefined) return choice
  const given = reader.object(o['synonyms'], `${at}.synonyms`, languages)
  choice.synonyms = {}
  for (const language of languages)
    if (given[language] !== undefined)
      choice.synonyms[language] = reader
        .list(given[language], `${at}.synonyms.${language}`, 20)
        .map((word, i) => reader.text(word, `${at}.synonyms.${language}[${i}]`, titleCharactersMax))
  return choice
}

/** Fields of each kind of step beside `id` and `kind`. */
const stepFields: Record<Step['kind'], string[]> = {
  collect: ['slot', 'ask', 'again', 'options', 'rejections', 'attemptsMax', 'onFailure', 'next'],
  action: ['tool', 'args', 'save', 'confirm', 'onDenied', 'onFault', 'onRefused', 'next'],
  say: ['say', 'next'],
  set: ['values', 'next'],
  link: ['flow', 'with'],
  call: ['flow', 'with', 'save', 'next'],
  handOver: ['reason', 'say'],
  end: [],
}
const stepKinds = Object.keys(stepFields) as Step['kind'][]

function readStep(reader: FieldReader, value: unknown, at: string, own: Language): Step {
  const kind = stepKinds.find((known) => known === (value as { kind?: unknown } | null)?.kind)
  // One fault for a kind that is not known, not one for each field that no kind of step has.
  const allowed = kind === undefined ? Object.values(stepFields).flat() : stepFields[kind]
  const o = reader.object(value, at, ['id', 'kind', ...allowed])
  const id = readId(reader, o['id'], `${at}.id`)
  if (kind === undefined) {
    reader.fault(`${at}.kind`, `is one of ${stepKinds.join(', ')}`)
    return { id, kind: 'end' }
  }
  const said = (name: string): ReturnType<FieldReader['localised']> =>
    reader.localised(o[name], `${at}.${name}`, own, saidCharactersMax)
  /** Optional fields are there or not, never undefined: a book survives its way through JSON. */
  const optional = <K extends string, V>(name: K, read: () => V): Partial<Record<K, V>> =>
    o[name] === undefined ? {} : ({ [name]: read() } as Record<K, V>)
  const step = (name: string): string => readId(reader, o[name], `${at}.${name}`)
  const next = (): Next => readNext(reader, o['next'], `${at}.next`)
  const names = (name: string): Record<string, string> =>
    Object.fromEntries(
      reader
        .record(o[name], `${at}.${name}`, slotsMax)
        .map(([key, slot]) => [key, readName(reader, slot, `${at}.${name}.${key}`)]),
    )
  const args = (name: string): Record<string, Argument> =>
    Object.fromEntries(
      reader
        .record(o[name], `${at}.${name}`, toolFieldsMax)
        .map(([key, arg]) => [key, readArgument(reader, arg, `${at}.${name}.${key}`)]),
    )
  switch (kind) {
    case 'collect':
      return {
        id,
        kind: 'collect',
        slot: readName(reader, o['slot'], `${at}.slot`),
        ask: said('ask'),
        ...optional('again', () => said('again')),
        ...optional('options', () =>
          reader
            .list(o['options'], `${at}.options`, optionsMax)
            .map((option, i) => reader.localised(option, `${at}.options[${i}]`, own, titleCharactersMax)),
        ),
        ...optional('rejections', () =>
          reader.list(o['rejections'], `${at}.rejections`, branchesMax).map((rejection, i) => {
            const field = `${at}.rejections[${i}]`
            const r = reader.object(rejection, field, ['if', 'say'])
            return {
              if: reader.text(r['if'], `${field}.if`, conditionCharactersMax),
              say: reader.localised(r['say'], `${field}.say`, own, saidCharactersMax),
            }
          }),
        ),
        ...optional('attemptsMax', () => reader.number(o['attemptsMax'], `${at}.attemptsMax`, 1, 10, true)),
        ...optional('onFailure', () => step('onFailure')),
        next: next(),
      }
    case 'action':
      return {
        id,
        kind: 'action',
        tool: readId(reader, o['tool'], `${at}.tool`),
        args: args('args'),
        ...optional('save', () => names('save')),
        ...optional('confirm', () => said('confirm')),
        ...optional('onDenied', () => step('onDenied')),
        ...optional('onFault', () => step('onFault')),
        ...optional('onRefused', () => step('onRefused')),
        next: next(),
      }
    case 'say':
      return { id, kind: 'say', say: said('say'), next: next() }
    case 'set':
      return {
        id,
        kind: 'set',
        values: Object.fromEntries(
          reader
            .record(o['values'], `${at}.values`, slotsMax)
            .map(([name, literal]) => [
              name,
              literal === null ? null : readLiteral(reader, literal, `${at}.values.${name}`),
            ]),
        ),
        next: next(),
      }
    case 'link':
      return {
        id,
        kind: 'link',
        flow: readId(reader, o['flow'], `${at}.flow`),
        ...optional('with', () => args('with')),
      }
    case 'call':
      return {
        id,
        kind: 'call',
        flow: readId(reader, o['flow'], `${at}.flow`),
        ...optional('with', () => args('with')),
        ...optional('save', () => names('save')),
        next: next(),
      }
    case 'handOver':
      return {
        id,
        kind: 'handOver',
        reason: readId(reader, o['reason'], `${at}.reason`),
        ...optional('say', () => said('say')),
      }
    case 'end':
      return { id, kind: 'end' }
  }
}

function readNext(reader: FieldReader, value: unknown, at: string): Next {
  if (typeof value === 'string') return readId(reader, value, at)
  return reader.list(value, at, branchesMax, 1).map((branch, i, all): Branch => {
    const field = `${at}[${i}]`
    const isElse = typeof branch === 'object' && branch !== null && 'else' in branch
    if (isElse !== (i === all.length - 1)) {
      reader.fault(field, isElse ? 'is an else before the last branch' : 'is the last branch and no else')
      return { else: '' }
    }
    const o = reader.object(branch, field, isElse ? ['else'] : ['if', 'to'])
    if (isElse) return { else: readId(reader, o['else'], `${field}.else`) }
    return {
      if: reader.text(o['if'], `${field}.if`, conditionCharactersMax),
      to: readId(reader, o['to'], `${field}.to`),
    }
  })
}

function readArgument(reader: FieldReader, value: unknown, at: string): Argument {
  const o = reader.object(value, at, ['slot', 'value'])
  if ((o['slot'] === undefined) === (o['value'] === undefined))
    reader.fault(at, 'has either a slot or a value')
  return o['slot'] !== undefined
    ? { slot: readName(reader, o['slot'], `${at}.slot`) }
    : { value: readLiteral(reader, o['value'], `${at}.value`) }
}

function readLiteral(reader: FieldReader, value: unknown, at: string): Literal {
  if (typeof value === 'string') return reader.text(value, at, saidCharactersMax)
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) return value
  reader.fault(at, 'is a text, a number, true or false')
  return ''
}

function readTool(reader: FieldReader, value: unknown, at: string, own: Language): Tool {
  const o = reader.object(value, at, [
    'id',
    'title',
    'effect',
    'method',
    'url',
    'input',
    'output',
    'timeoutMs',
    'retries',
    'budgetPerConversation',
    'policy',
    'secretHeader',
  ])
  const fields = (name: 'input' | 'output'): ToolField[] =>
    reader.list(o[name], `${at}.${name}`, toolFieldsMax).map((field, i) => {
      const path = `${at}.${name}[${i}]`
      const f = reader.object(field, path, ['name', 'type', 'required'])
      if (typeof f['required'] !== 'boolean') reader.fault(`${path}.required`, 'is true or false')
      return {
        name: readName(reader, f['name'], `${path}.name`),
        type: readType(reader, f['type'], `${path}.type`, own),
        required: f['required'] === true,
      }
    })
  return {
    id: readId(reader, o['id'], `${at}.id`),
    title: reader.localised(o['title'], `${at}.title`, own, titleCharactersMax),
    effect: reader.oneOf(o['effect'], `${at}.effect`, ['read', 'write']),
    method: reader.oneOf(o['method'], `${at}.method`, ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
    url: reader.text(o['url'], `${at}.url`, 500),
    input: fields('input'),
    output: fields('output'),
    timeoutMs: reader.number(o['timeoutMs'], `${at}.timeoutMs`, 100, timeoutMsMax, true),
    retries: reader.number(o['retries'], `${at}.retries`, 0, retriesMax, true),
    budgetPerConversation: reader.number(
      o['budgetPerConversation'],
      `${at}.budgetPerConversation`,
      1,
      budgetMax,
      true,
    ),
    ...(o['policy'] === undefined
      ? {}
      : { policy: reader.text(o['policy'], `${at}.policy`, conditionCharactersMax) }),
    ...(o['secretHeader'] === undefined
      ? {}
      : { secretHeader: reader.text(o['secretHeader'], `${at}.secretHeader`, 60) }),
  }
}

function readId(reader: FieldReader, value: unknown, at: string): string {
  const id = reader.text(value, at, idCharactersMax)
  if (id !== '' && !idPattern.test(id)) reader.fault(at, 'is lower-case words and digits joined by hyphens')
  return id
}

function readName(reader: FieldReader, value: unknown, at: string): string {
  const name = reader.text(value, at, 40)
  if (name === '') return name
  if (!namePattern.test(name))
    reader.fault(at, 'is lower-case letters, digits and underscores, a letter first')
  else if (conditionKeywords.includes(name)) reader.fault(at, 'is a word of conditions and cannot be a name')
  return name
}

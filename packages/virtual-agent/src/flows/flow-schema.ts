import { languages } from '../script.ts'
import { conditionCharactersMax } from './condition.ts'
import { idCharactersMax, idPattern, namePattern } from './field-reader.ts'
import {
  branchesMax,
  budgetMax,
  choicesMax,
  flowsMax,
  optionsMax,
  retriesMax,
  saidCharactersMax,
  slotsMax,
  stepsMax,
  timeoutMsMax,
  titleCharactersMax,
  toolFieldsMax,
  toolsMax,
} from './parse-book.ts'

/** A JSON Schema, as far as this one goes. */
export type Schema = { readonly [keyword: string]: unknown }

/**
 * The form of a book of flows as JSON Schema (2020-12), for editors and for the API's documentation. It says what
 * `parseBook` accepts; that the parts fit together (every step that is named is there, every value is of its slot's
 * type) only the compiler can say. Of a text by language the book's own language is required, which a schema cannot
 * name: at least one is.
 */
export const flowBookSchema: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Flows of a virtual agent',
  ...object(
    {
      version: { const: 1 },
      language: { enum: languages },
      tools: list({ $ref: '#/$defs/tool' }, toolsMax),
      flows: list({ $ref: '#/$defs/flow' }, flowsMax),
    },
    [],
  ),
  $defs: {
    id: { type: 'string', pattern: idPattern.source, maxLength: idCharactersMax },
    name: { type: 'string', pattern: namePattern.source },
    title: localised(titleCharactersMax),
    said: localised(saidCharactersMax),
    literal: { oneOf: [text(saidCharactersMax), { type: ['number', 'boolean'] }] },
    condition: { type: 'string', minLength: 1, maxLength: conditionCharactersMax, pattern: '\\S' },
    flow: object(
      {
        id: ref('id'),
        title: ref('title'),
        description: text(saidCharactersMax),
        slots: list({ $ref: '#/$defs/slot' }, slotsMax),
        start: ref('id'),
        steps: { ...list({ $ref: '#/$defs/step' }, stepsMax), minItems: 1 },
      },
      ['description'],
    ),
    slot: object({ name: ref('name'), title: ref('title'), type: ref('type') }, []),
    next: {
      oneOf: [
        ref('id'),
        {
          type: 'array',
          minItems: 1,
          maxItems: branchesMax,
          items: {
            oneOf: [object({ if: ref('condition'), to: ref('id') }, []), object({ else: ref('id') }, [])],
          },
        },
      ],
    },
    argument: { oneOf: [object({ slot: ref('name') }, []), object({ value: ref('literal') }, [])] },
    arguments: record({ $ref: '#/$defs/argument' }, toolFieldsMax),
    names: record({ $ref: '#/$defs/name' }, slotsMax),
    step: {
      oneOf: [
        step(
          'collect',
          {
            slot: ref('name'),
            ask: ref('said'),
            again: ref('said'),
            options: list({ $ref: '#/$defs/title' }, optionsMax),
            rejections: list(object({ if: ref('condition'), say: ref('said') }, []), branchesMax),
            attemptsMax: { type: 'integer', minimum: 1, maximum: 10 },
            onFailure: ref('id'),
            next: ref('next'),
          },
          ['again', 'options', 'rejections', 'attemptsMax', 'onFailure'],
        ),
        step(
          'action',
          {
            tool: ref('id'),
            args: ref('arguments'),
            save: ref('names'),
            confirm: ref('said'),
            onDenied: ref('id'),
            onFault: ref('id'),
            onRefused: ref('id'),
            next: ref('next'),
          },
          ['save', 'confirm', 'onDenied', 'onFault', 'onRefused'],
        ),
        step('say', { say: ref('said'), next: ref('next') }, []),
        step(
          'set',
          {
            values: record({ oneOf: [{ $ref: '#/$defs/literal' }, { type: 'null' }] }, slotsMax),
            next: ref('next'),
          },
          [],
        ),
        step('link', { flow: ref('id'), with: ref('arguments') }, ['with']),
        step('call', { flow: ref('id'), with: ref('arguments'), save: ref('names'), next: ref('next') }, [
          'with',
          'save',
        ]),
        step('handOver', { reason: ref('id'), say: ref('said') }, ['say']),
        step('end', {}, []),
      ],
    },
    type: {
      oneOf: [
        type('date', { prefer: { const: 'past' } }, ['prefer']),
        type('dateRange', {}, []),
        type('time', {}, []),
        type('money', { currency: { type: 'string', pattern: '^[A-Z]{3}$' }, min: bound(), max: bound() }, [
          'min',
          'max',
        ]),
        type('quantity', { min: bound(), max: bound() }, ['min', 'max']),
        type('code', { shapes: { ...list(text(60), 8), minItems: 1 } }, []),
        type('email', {}, []),
        type('phone', { country: { type: 'string', pattern: '^[1-9][0-9]{0,2}$' } }, ['country']),
        type('choice', { choices: { ...list({ $ref: '#/$defs/choice' }, choicesMax), minItems: 2 } }, []),
        type('yesNo', {}, []),
        type('text', { charactersMax: { type: 'integer', minimum: 1, maximum: 1_000 } }, ['charactersMax']),
      ],
    },
    choice: object(
      {
        id: text(idCharactersMax),
        title: ref('title'),
        synonyms: {
          type: 'object',
          properties: Object.fromEntries(
            languages.map((language) => [language, list(text(titleCharactersMax), 20)]),
          ),
          additionalProperties: false,
        },
      },
      ['synonyms'],
    ),
    toolField: object({ name: ref('name'), type: ref('type'), required: { type: 'boolean' } }, []),
    tool: object(
      {
        id: ref('id'),
        title: ref('title'),
        effect: { enum: ['read', 'write'] },
        method: { enum: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] },
        url: text(500),
        input: list({ $ref: '#/$defs/toolField' }, toolFieldsMax),
        output: list({ $ref: '#/$defs/toolField' }, toolFieldsMax),
        timeoutMs: { type: 'integer', minimum: 100, maximum: timeoutMsMax },
        retries: { type: 'integer', minimum: 0, maximum: retriesMax },
        budgetPerConversation: { type: 'integer', minimum: 1, maximum: budgetMax },
        policy: ref('condition'),
        secretHeader: text(60),
      },
      ['policy', 'secretHeader'],
    ),
  },
}

function ref(name: string): Schema {
  return { $ref: `#/$defs/${name}` }
}

/** Closed: a misspelt field would be silently without effect. */
function object(properties: Record<string, Schema>, optional: readonly string[]): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name))
  return { type: 'object', properties, required, additionalProperties: false }
}

function step(kind: string, properties: Record<string, Schema>, optional: readonly string[]): Schema {
  return object({ id: ref('id'), kind: { const: kind }, ...properties }, optional)
}

function type(kind: string, properties: Record<string, Schema>, optional: readonly string[]): Schema {
  return object({ kind: { const: kind }, ...properties }, optional)
}

function list(items: Schema, maxItems: number): Schema {
  return { type: 'array', items, maxItems }
}

function record(values: Schema, maxProperties: number): Schema {
  return {
    type: 'object',
    propertyNames: { pattern: namePattern.source },
    additionalProperties: values,
    maxProperties,
  }
}

function text(maxLength: number): Schema {
  return { type: 'string', minLength: 1, maxLength, pattern: '\\S' }
}

function localised(maxLength: number): Schema {
  return {
    type: 'object',
    properties: Object.fromEntries(languages.map((language) => [language, text(maxLength)])),
    additionalProperties: false,
    minProperties: 1,
  }
}

function bound(): Schema {
  return { type: 'number', minimum: 0, maximum: 10_000_000 }
}

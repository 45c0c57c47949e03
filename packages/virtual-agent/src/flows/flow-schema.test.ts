import assert from 'node:assert/strict'
import { test } from 'node:test'
import { flowBookSchema, type Schema } from './flow-schema.ts'
import { parseBook } from './parse-book.ts'
import { testBook } from './test-book.ts'

/** The keywords that the schema uses, and no others: an unknown one would make a check that checks nothing. */
const known = new Set(
  `$schema $defs $ref title type properties required additionalProperties propertyNames minProperties
  maxProperties items minItems maxItems enum const oneOf pattern minLength maxLength minimum maximum`.split(
    /\s+/,
  ),
)

function accepts(schema: Schema, value: unknown): boolean {
  for (const keyword of Object.keys(schema)) assert.ok(known.has(keyword), keyword)
  const ref = schema['$ref']
  if (typeof ref === 'string')
    return accepts((flowBookSchema['$defs'] as Record<string, Schema>)[ref.slice('#/$defs/'.length)]!, value)
  if ('const' in schema && schema['const'] !== value) return false
  if ('enum' in schema && !(schema['enum'] as unknown[]).includes(value)) return false
  const oneOf = schema['oneOf'] as Schema[] | undefined
  if (oneOf !== undefined && oneOf.filter((each) => accepts(each, value)).length !== 1) return false
  const types = schema['type'] === undefined ? [] : [schema['type']].flat()
  if (types.length > 0 && !types.some((type) => isOf(type as string, value))) return false
  const limit = (keyword: string, otherwise: number): number =>
    (schema[keyword] as number | undefined) ?? otherwise
  if (typeof value === 'string') {
    if (value.length < limit('minLength', 0) || value.length > limit('maxLength', Infinity)) return false
    const pattern = schema['pattern'] as string | undefined
    if (pattern !== undefined && !new RegExp(pattern, 'u').test(value)) return false
  }
  if (typeof value === 'number')
    if (value < limit('minimum', -Infinity) || value > limit('maximum', Infinity)) return false
  if (Array.isArray(value)) {
    if (value.length < limit('minItems', 0) || value.length > limit('maxItems', Infinity)) return false
    const items = schema['items'] as Schema | undefined
    return items === undefined || value.every((item) => accepts(items, item))
  }
  if (typeof value !== 'object' || value === null) return true
  const names = Object.keys(value)
  if (names.length < limit('minProperties', 0) || names.length > limit('maxProperties', Infinity))
    return false
  const properties = (schema['properties'] ?? {}) as Record<string, Schema>
  if (((schema['required'] ?? []) as string[]).some((name) => !names.includes(name))) return false
  return names.every((name) => {
    const given = (value as Record<string, unknown>)[name]
    const propertyNames = schema['propertyNames'] as Schema | undefined
    if (propertyNames !== undefined && !accepts(propertyNames, name)) return false
    if (properties[name] !== undefined) return accepts(properties[name], given)
    const more = schema['additionalProperties']
    return more === undefined || (more !== false && accepts(more as Schema, given))
  })
}

function isOf(type: string, value: unknown): boolean {
  if (type === 'null') return value === null
  if (type === 'array') return Array.isArray(value)
  if (type === 'integer') return Number.isInteger(value)
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value)
  return typeof value === type
}

test('the schema is itself JSON and accepts what the parser accepts', () => {
  assert.deepEqual(JSON.parse(JSON.stringify(flowBookSchema)), flowBookSchema)
  assert.ok(accepts(flowBookSchema, testBook))
  assert.ok('book' in parseBook(testBook))
})

/** Every field of the test book, by path. */
function* pathsOf(value: unknown, path: (string | number)[] = []): Generator<(string | number)[]> {
  if (path.length > 0) yield path
  if (typeof value !== 'object' || value === null) return
  for (const [name, inner] of Object.entries(value))
    yield* pathsOf(inner, [...path, Array.isArray(value) ? Number(name) : name])
}

function withValue(path: (string | number)[], value: unknown): unknown {
  const copy: unknown = structuredClone(testBook)
  let at = copy as Record<string | number, unknown>
  for (const name of path.slice(0, -1)) at = at[name] as Record<string | number, unknown>
  if (value === undefined) delete at[path.at(-1)!]
  else at[path.at(-1)!] = value
  return copy
}

test('schema and parser agree about every field that is missing, of another type or out of bounds', () => {
  let compared = 0
  for (const path of pathsOf(testBook)) {
    // Taken out of a list a hole would be left, which JSON does not have.
    const values = [null, 7, true, [], {}, '', ' ', 'x'.repeat(1_300), { surprise: 1 }, 'a_b', 'a-b', 'date']
    for (const value of typeof path.at(-1) === 'number' ? values : [undefined, ...values]) {
      const changed = withValue(path, value)
      const parsed = 'book' in parseBook(changed)
      // What no schema can say: that the book's own language is there, which words conditions have, how a code is shaped, that an else comes last.
      if (
        /\.(?:en|de|language)$/.test(path.join('.')) ||
        path.includes('shapes') ||
        path.at(-1) === 'language'
      )
        continue
      assert.equal(accepts(flowBookSchema, changed), parsed, `${path.join('.')} = ${JSON.stringify(value)}`)
      compared++
    }
  }
  // A loop that compared nothing would agree, too.
  assert.ok(compared > 3_000, String(compared))
})

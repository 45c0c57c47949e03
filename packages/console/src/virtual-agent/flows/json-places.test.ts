import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testBook } from '@candor/virtual-agent/flows/test-book.ts'
import { lineOfField, readPlacedJson } from './json-places.ts'

test('what is read is what JSON is, with the line of every field', () => {
  for (const value of [
    testBook,
    [],
    {},
    'a "quoted"\n\u00e9 \\ text',
    -1.5e3,
    null,
    { a: [[], [1, { b: true }]] },
  ]) {
    const placed = readPlacedJson(JSON.stringify(value, null, 2))
    assert.ok('value' in placed)
    assert.deepEqual(placed.value, value)
  }
  const text =
    '{\n  "id": "a",\n  "steps": [\n    { "id": "one" },\n    {\n      "next": [{ "if": "x" }]\n    }\n  ]\n}'
  const placed = readPlacedJson(text)
  assert.ok('lineOf' in placed)
  assert.equal(placed.lineOf.get('steps[0].id'), 4)
  assert.equal(placed.lineOf.get('steps[1].next[0].if'), 6)
  assert.equal(
    lineOfField(placed.lineOf, 'steps[1].next[0].to'),
    6,
    'what is missing is told where it belongs',
  )
  assert.equal(lineOfField(placed.lineOf, 'steps[1].kind'), 5)
  assert.equal(lineOfField(placed.lineOf, 'title.en'), 1)
})

test('what JSON.parse refuses is refused here, on the line where it goes wrong', () => {
  const wrong: [string, number][] = [
    ['', 1],
    ['{\n  "a": 1,\n}', 3],
    ['{\n  "a" 1\n}', 2],
    ['[1, 2\n3]', 2],
    ['{"a": 01}', 1],
    ["{'a': 1}", 1],
    ['{"a": "one\ntwo"}', 1],
    ['{"a": 1} x', 1],
    ['{"a": undefined}', 1],
  ]
  for (const [text, line] of wrong) {
    assert.throws(() => JSON.parse(text), text)
    const placed = readPlacedJson(text)
    assert.ok('fault' in placed, text)
    assert.equal(placed.line, line, text)
  }
  const twice = readPlacedJson('{\n "a": 1,\n "a": 2\n}')
  assert.ok('fault' in twice && twice.line === 3, 'a field that is there twice would lose one of them')
  const deep = readPlacedJson('['.repeat(10_000))
  assert.ok('fault' in deep)
})

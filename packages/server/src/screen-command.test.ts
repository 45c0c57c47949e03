import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { PassThrough, Readable, Writable } from 'node:stream'
import { test } from 'node:test'
import type { IdentifierFormat } from '@candor/protocol/frames.ts'
import { readFormats, screenCommand } from './screen-command.ts'

const visa = '4111 1111 1111 1111'

test('each line comes back in order, masked, with its place in its conversation', async () => {
  const { code, lines } = await run([
    { conversation: 'a', author: 'visitor', text: 'hello' },
    { conversation: 'b', author: 'visitor', text: `pay with ${visa}` },
    { conversation: 'a', author: 'agent', text: 'hi' },
  ])
  assert.equal(code, 0)
  assert.deepEqual(lines, [
    { conversation: 'a', index: 0, text: 'hello', findings: [] },
    {
      conversation: 'b',
      index: 0,
      text: 'pay with [card number removed]',
      findings: [{ kind: 'pan', start: 9, end: 28, network: 'visa' }],
    },
    { conversation: 'a', index: 1, text: 'hi', findings: [] },
  ])
})

test('a line that completes a split number is followed by its earlier pieces, masked', async () => {
  const { lines } = await run([
    { conversation: 'a', author: 'visitor', text: 'it is 4111' },
    { conversation: 'a', author: 'visitor', text: '1111' },
    { conversation: 'a', author: 'agent', text: 'take your time' },
    { conversation: 'a', author: 'visitor', text: '1111' },
    { conversation: 'a', author: 'visitor', text: '1111' },
  ])
  assert.deepEqual(
    lines.slice(4).map(({ index, text, findings }) => ({ index, text, followsUp: findings === undefined })),
    [
      { index: 4, text: '[card number removed]', followsUp: false },
      { index: 0, text: 'it is [card number removed]', followsUp: true },
      { index: 1, text: '[card number removed]', followsUp: true },
      { index: 3, text: '[card number removed]', followsUp: true },
    ],
  )
})

test('pieces of two authors, or of two conversations, are not joined', async () => {
  const { lines } = await run([
    { conversation: 'a', author: 'visitor', text: '4111 1111' },
    { conversation: 'a', author: 'agent', text: '1111 1111' },
    { conversation: 'b', author: 'visitor', text: '1111 1111' },
  ])
  assert.deepEqual(
    lines.map(({ text }) => text),
    ['4111 1111', '1111 1111', '1111 1111'],
  )
})

test('a line that cannot be read is refused by number and the rest goes on', async () => {
  const { code, lines, errors } = await run(['{', '[]', '{"conversation":"a","author":"v"}', '', good('ok')])
  assert.equal(code, 1)
  assert.deepEqual(
    errors.map(({ error }) => [error.line, error.code]),
    [
      [1, 'not_json'],
      [2, 'field_missing'],
      [3, 'field_missing'],
    ],
  )
  assert.deepEqual(
    lines.map(({ text }) => text),
    ['ok'],
  )
})

test('a refusal does not repeat what the line said', async () => {
  const { errors } = await run([`{"text": "${visa}"`, `{"conversation": 4111111111111111}`])
  assert.doesNotMatch(JSON.stringify(errors), /4111/)
})

test('reading waits for a slow reader of the answers', async () => {
  const output = new PassThrough({ highWaterMark: 256 })
  let given = 0
  const lines = (function* () {
    for (; given < 2_000; given++) yield good(`message ${given}`) + '\n'
  })()
  const done = screenCommand(Readable.from(lines, { highWaterMark: 1 }), output)
  await new Promise((resolve) => setTimeout(resolve, 50))
  assert.ok(given < 1_500, `${given} lines were read before one answer was taken`)
  output.resume()
  assert.equal(await done, 0)
})

test('more conversations than are held at once keep their numbering', async () => {
  const many = Array.from({ length: 2_100 }, (_, i) => ({
    conversation: String(i),
    author: 'v',
    text: 'hello',
  }))
  const { lines } = await run([...many, { conversation: '0', author: 'v', text: 'again' }])
  assert.deepEqual(lines.at(-1), { conversation: '0', index: 1, text: 'again', findings: [] })
})

test("a tenant's own formats let their numbers through, and no card number", async () => {
  const formats = [{ name: 'Order number', pattern: '################', prefix: 'order' }]
  const { lines } = await run(
    ['order 4012888888881881', 'refund 4111111111111111', '4012888888881881'].map(good),
    formats,
  )
  assert.deepEqual(
    lines.map(({ text }) => text),
    ['order 4012888888881881', 'refund [card number removed]', '[card number removed]'],
  )
})

test('a file of formats is read as the settings take them, and refused with what is wrong', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'candor-formats-'))
  const file = path.join(folder, 'formats.json')
  try {
    const formats = [{ name: 'Order number', pattern: '################', prefix: 'order' }]
    writeFileSync(file, JSON.stringify(formats))
    assert.deepEqual(readFormats(file), formats)
    for (const [content, says] of [
      ['{', /formats\.json: not JSON/],
      ['{}', /not a list/],
      [JSON.stringify(Array(13).fill(formats[0])), /at most 12/],
      ['[null]', /format 1: The field name/],
      [
        JSON.stringify([...formats, { ...formats[0], prefix: 'card' }]),
        /format 2: The field prefix names cards/,
      ],
    ] as const) {
      writeFileSync(file, content)
      assert.throws(() => readFormats(file), says)
    }
    assert.throws(() => readFormats(path.join(folder, 'none.json')), /cannot be read/)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

function good(text: string): string {
  return JSON.stringify({ conversation: 'a', author: 'visitor', text })
}

async function run(given: readonly (string | object)[], formats: readonly IdentifierFormat[] = []) {
  const out: string[] = []
  const err: string[] = []
  const into = (list: string[]) =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        list.push(chunk.toString())
        done()
      },
    })
  const input = given.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)) + '\n')
  const code = await screenCommand(Readable.from(input), into(out), into(err), formats)
  const parse = (list: string[]) => list.map((line) => JSON.parse(line))
  return { code, lines: parse(out), errors: parse(err) }
}

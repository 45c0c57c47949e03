import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { after, test } from 'node:test'
import { evalCommand } from './eval-command.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'candor-eval-'))
after(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, lines: readonly (object | string)[]): string {
  const to = path.join(folder, name)
  writeFileSync(to, lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'))
  return to
}

function run(...args: string[]): { code: number; out: string; errors: string } {
  let [out, errors] = ['', '']
  const code = evalCommand(
    args,
    (text) => (out += text),
    (text) => (errors += text),
  )
  return { code, out, errors }
}

const colours = { red: ['crimson', 'scarlet', 'ruby'], blue: ['navy', 'azure', 'cobalt'] }
const train = Object.entries(colours).flatMap(([label, words]) =>
  words.flatMap((word) =>
    [`i like ${word}`, `paint it ${word}`, `${word} please`].map((text) => ({ text, label })),
  ),
)
const trainFile = file('train.jsonl', train)
const testFile = file('test.jsonl', [
  { text: 'paint the wall navy', label: 'blue' },
  { text: 'something in scarlet', label: 'red' },
  { text: 'never learnt', label: 'green' },
])

test('one line of figures, and one line for each turn when they are asked for', () => {
  const predictions = path.join(folder, 'predictions.jsonl')
  const oos = file('oos.jsonl', [{ text: 'what time is it' }, { text: '', label: 'oos' }])
  const { code, out } = run(
    'intents',
    ...['--train', trainFile, '--test', testFile, '--oos', oos, '--predictions', predictions, '--first-tier'],
  )
  assert.equal(code, 0)
  assert.equal(out.trim().split('\n').length, 1)
  const figures = JSON.parse(out) as Record<string, number>
  assert.equal(figures.examples, train.length)
  assert.equal(figures.accuracy, 2 / 3)
  for (const name of ['macroF1', 'threshold', 'areaUnderRoc', 'calibrationError', 'trainingMs', 'turnMsP95'])
    assert.ok(Number.isFinite(figures[name]), name)
  const lines = readFileSync(predictions, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { intent: string | null; outOfScope: boolean })
  assert.deepEqual(
    lines.map(({ intent }) => intent).filter((_, i) => i !== 2 && i !== 3),
    ['blue', 'red', null],
  )
  assert.equal(lines[4]!.outOfScope, true)
})

test('what is wrong with a file is said with its line and field, and nothing is printed', () => {
  const cases: [name: string, lines: (object | string)[], wrong: RegExp][] = [
    ['no-json', ['{"text": "a"'], /no-json, line 1: not JSON/],
    ['no-object', ['7'], /line 1: not a JSON object/],
    ['no-text', [{ text: 'a', label: 'b' }, { label: 'b' }], /line 2: "text" is missing/],
    ['no-label', [{ text: 'a', label: 'b' }, '', { text: 'a', label: 3 }], /line 3: "label" is missing/],
    ['empty', [''], /has no line/],
  ]
  for (const [name, lines, wrong] of cases) {
    const { code, out, errors } = run(
      'intents',
      '--train',
      file(name, lines),
      '--test',
      testFile,
      '--first-tier',
    )
    assert.deepEqual([code, out], [2, ''], name)
    assert.match(errors, wrong)
  }
})

test('what is missing or unknown on the command line is said', () => {
  for (const [args, wrong] of [
    [[], /"intents"/],
    [['intents', '--test', testFile], /--train FILE is missing/],
    [['intents', '--train', trainFile], /--test FILE is missing/],
    [['intents', '--train', path.join(folder, 'nowhere'), '--test', testFile], /nowhere cannot be read/],
    [['intents', '--train', trainFile, '--test', testFile, '--seed', 'x'], /--seed x/],
    [['intents', '--frain', trainFile], /--frain/],
  ] as const) {
    const { code, errors } = run(...args)
    assert.equal(code, 2, args.join(' '))
    assert.match(errors, wrong)
  }
  assert.equal(run('--help').code, 0)
})

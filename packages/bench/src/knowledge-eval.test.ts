import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { knowledgeEval } from './knowledge-eval.ts'

const jsonLines = (rows: object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('')

test('data sets that are not here are skipped, with a sentence that says so', () => {
  const lines: string[] = []
  const figures = knowledgeEval({
    encoder: null,
    dataFolder: path.join(tmpdir(), 'no-such-folder'),
    print: (line) => lines.push(line),
  })
  assert.deepEqual(figures, [])
  assert.equal(lines.filter((line) => line.includes('skipped')).length, 4)
})

test('hits are counted: each question beside the article that its file names', (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'candor-knowledge-'))
  t.after(() => rmSync(folder, { recursive: true }))
  mkdirSync(path.join(folder, 'banking77'))
  mkdirSync(path.join(folder, 'tau-service'))
  writeFileSync(
    path.join(folder, 'banking77/train_5.jsonl'),
    jsonLines([
      { text: 'my card is lost', label: 'Lost_card' },
      { text: 'i need cash abroad', label: 'cash' },
      { text: 'change my address', label: 'address' },
      { text: 'a cheque bounced', label: 'cheque' },
    ]),
  )
  writeFileSync(
    path.join(folder, 'banking77/test.csv'),
    'text,category\nI lost my card,lost_card\n"cash, and ""abroad""\nplease",cash\nmy address,cheque\nxylophone,address\n',
  )
  writeFileSync(
    path.join(folder, 'tau-service/banking_documents.jsonl.gz'),
    gzipSync(
      jsonLines([
        { id: 'doc_(a)', title: 'Travel', content: '## Notice\n\nTell us before you travel.' },
        { id: 'doc_b', title: 'Disputes', content: 'Charges can be disputed within sixty days.' },
      ]),
    ),
  )
  writeFileSync(
    path.join(folder, 'tau-service/banking_tasks.jsonl'),
    jsonLines([
      { user_scenario: { instructions: 'Start: "Hi, I travel to Japan next month." End.' }, required_documents: ['doc_(a)'] },
      { user_scenario: { instructions: 'No opening; you dispute charges.' }, required_documents: ['doc_b'] },
    ]),
  ) // prettier-ignore
  const figures = knowledgeEval({ encoder: null, dataFolder: folder, print: () => {} })
  const of = (collection: string, row: string) =>
    figures.filter((figure) => figure.collection.includes(collection) && figure.row.includes(row)).map(({ hit1, hit3 }) => [hit1, hit3]) // prettier-ignore
  // Two of four: "my address" finds the address where the file says cheque, and nothing is found for "xylophone".
  assert.deepEqual(of('BANKING77', 'entry as one text'), [[0.5, 0.5]])
  assert.deepEqual(of('BANKING77', 'words and letters'), [[0.5, 0.5]])
  assert.deepEqual(of('openings', 'words and letters'), [[1, 1]])
  assert.deepEqual(of('stories', 'words and letters'), [[1, 1]])
})

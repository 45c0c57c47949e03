import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deflateSync } from 'node:zlib'
import { openArticleReader } from './article-reader.ts'
import { testPdf, testPdfOfStream } from './test-pdf.ts'

const lines = (y: number, texts: string[]) => texts.map((text, i) => ({ y: y - 14 * i, text }))

test('a PDF becomes headings, paragraphs and points; running titles and page numbers are left out', async (t) => {
  const reader = openArticleReader()
  t.after(() => reader.close())
  const page = (number: number, own: ReturnType<typeof lines>) => [
    { y: 800, size: 8, text: 'Air Example manual' },
    ...own,
    { y: 40, size: 8, text: `Page ${number} of 4` },
  ]
  const report = await reader.read(
    'pdf',
    testPdf([
      page(1, [
        { y: 740, size: 20, text: 'Baggage' } as never,
        ...lines(700, ['One piece of cabin baggage is free of', 'charge. It has at most eight kilo-', 'grams (with wheels).']),
        ...lines(630, ['Another paragraph.']),
      ]),
      page(2, [{ y: 740, size: 15, text: 'Hold' } as never, ...lines(700, ['You need:', '• a tag', '• a receipt']), ...lines(600, ['A sentence that goes'])]),
      page(3, lines(740, ['on over the page.'])),
      page(4, lines(740, ['The end.'])),
    ]),
  ) // prettier-ignore
  assert.ok(report.kind === 'read', JSON.stringify(report))
  assert.equal(report.page.title, 'Baggage')
  assert.deepEqual(report.page.body, [
    { kind: 'heading', level: 1, text: 'Baggage' },
    { kind: 'paragraph', text: 'One piece of cabin baggage is free of charge. It has at most eight kilograms (with wheels).' },
    { kind: 'paragraph', text: 'Another paragraph.' },
    { kind: 'heading', level: 2, text: 'Hold' },
    { kind: 'paragraph', text: 'You need:' },
    { kind: 'item', depth: 0, mark: '•', text: 'a tag' },
    { kind: 'item', depth: 0, mark: '•', text: 'a receipt' },
    { kind: 'paragraph', text: 'A sentence that goes on over the page.' },
    { kind: 'paragraph', text: 'The end.' },
  ]) // prettier-ignore
})

test('what is no PDF, a cut one and an empty one are refused by name, and the reader goes on', async (t) => {
  const reader = openArticleReader()
  t.after(() => reader.close())
  const whole = testPdf([lines(700, ['Some text.'])])
  const reasons = await Promise.all(
    [
      Buffer.from('hello'),
      Buffer.from('%PDF-1.7\n'),
      Buffer.alloc(11_000_000),
      testPdf([[]]),
      whole.subarray(0, 60),
    ].map(async (bytes) => {
      const report = await reader.read('pdf', bytes)
      return report.kind === 'unreadable' ? report.reason : report.kind
    }),
  )
  assert.deepEqual(reasons, ['malformed', 'malformed', 'too_large', 'empty', 'malformed'])
  assert.equal((await reader.read('pdf', whole)).kind, 'read')
  assert.equal((await reader.read('markdown', Buffer.from('Text.'))).kind, 'read')
})

test('a PDF that unfolds without end is ended before it has the memory, and the reader goes on', async (t) => {
  const reader = openArticleReader({ growthBytesMax: 150_000_000, timeoutMs: 30_000 })
  t.after(() => reader.close())
  // 512 MB of spaces in some hundred bytes: twice compressed.
  const bomb = deflateSync(deflateSync(Buffer.alloc(512_000_000, ' ')))
  const report = await reader.read('pdf', testPdfOfStream(bomb, '/Filter [/FlateDecode /FlateDecode]'))
  assert.ok(report.kind === 'unreadable', JSON.stringify(report).slice(0, 200))
  assert.equal(report.reason, 'too_much_memory')
  assert.equal((await reader.read('markdown', Buffer.from('Text.'))).kind, 'read')
})

test('a file that takes too long is given up, and the reader goes on', async (t) => {
  const reader = openArticleReader({ timeoutMs: 400 })
  t.after(() => reader.close())
  const slow = deflateSync(Buffer.from('BT /F1 11 Tf 1 0 0 1 72 700 Tm (x) Tj ET\n'.repeat(400_000)))
  const report = await reader.read('pdf', testPdfOfStream(slow, '/Filter /FlateDecode'))
  assert.ok(
    report.kind === 'unreadable' && report.reason === 'too_slow',
    JSON.stringify(report).slice(0, 200),
  )
  const after = openArticleReader()
  t.after(() => after.close())
  assert.equal((await after.read('markdown', Buffer.from('Text.'))).kind, 'read')
})

test('files that wait when the reader is closed are given up', async () => {
  const reader = openArticleReader()
  const waiting = [1, 2, 3].map(() => reader.read('markdown', Buffer.from('Text.')))
  await reader.close()
  for (const report of await Promise.all(waiting)) assert.equal(report.kind, 'unreadable')
})

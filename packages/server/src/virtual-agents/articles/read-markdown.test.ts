import assert from 'node:assert/strict'
import { test } from 'node:test'
import { markdownBytesMax, readMarkdown } from './read-markdown.ts'
import { Unreadable } from './read-page.ts'

const read = (text: string) => readMarkdown(Buffer.from(text))

test('Markdown becomes headings, paragraphs, points and rows of plain text', () => {
  const page = read(`# Baggage

One *piece* of [cabin baggage](https://air.example/cabin) is
\`free\`. ![A suitcase](x.png)

- eight **kg**
  - or less

    with a second paragraph
- no liquids

3. third
4. fourth

| Route | Weight |
|-------|--------|
| A–B   | 23 kg  |
| B–C   |        |

> quoted

    code here
`)
  assert.equal(page.title, 'Baggage')
  assert.deepEqual(page.body, [
    { kind: 'heading', level: 1, text: 'Baggage' },
    { kind: 'paragraph', text: 'One piece of cabin baggage is free. A suitcase' },
    { kind: 'item', depth: 0, mark: '•', text: 'eight kg' },
    { kind: 'item', depth: 1, mark: '•', text: 'or less' },
    { kind: 'paragraph', text: 'with a second paragraph' },
    { kind: 'item', depth: 0, mark: '•', text: 'no liquids' },
    { kind: 'item', depth: 0, mark: '3.', text: 'third' },
    { kind: 'item', depth: 0, mark: '4.', text: 'fourth' },
    { kind: 'row', header: true, cells: ['Route', 'Weight'] },
    { kind: 'row', header: false, cells: ['A–B', '23 kg'] },
    { kind: 'row', header: false, cells: ['B–C', ''] },
    { kind: 'paragraph', text: 'quoted' },
    { kind: 'paragraph', text: 'code here' },
  ])
})

test('front matter names the title and the language and is no text', () => {
  const page = read('---\ntitle: "Money back"\nlang: de\ndraft: [1, 2]\n---\nWir erstatten.')
  assert.deepEqual([page.title, page.lang, page.body], ['Money back', 'de', [{ kind: 'paragraph', text: 'Wir erstatten.' }]])
  assert.equal(read('---\n\ntext\n\n---\n\nmore').body.length, 2)
}) // prettier-ignore

test('HTML in Markdown leaves its text and nothing else', () => {
  for (const hostile of ['<script>EVIL</script>', 'a <script>EVIL</script> b', '<div onclick="EVIL">text</div>', 'a <img src=x onerror=EVIL> b', '<!-- EVIL -->', '[x](javascript:EVIL)', '<style>EVIL</style>', '<iframe src="EVIL"></iframe>']) {
    const text = JSON.stringify(read(`Before.\n\n${hostile}\n\nAfter.`).body)
    assert.ok(text.includes('Before.') && text.includes('After.'), hostile)
    if (!hostile.startsWith('[')) assert.ok(!text.includes('EVIL'), `${hostile}: ${text}`)
  } // prettier-ignore
})

test('Markdown made to take time or memory is refused or read within moments', () => {
  const startedAt = process.cpuUsage()
  for (const hostile of [
    '>'.repeat(50_000), '- '.repeat(50_000), '['.repeat(50_000), '*a '.repeat(40_000), '`'.repeat(50_000), '![['.repeat(20_000), '<a '.repeat(40_000),
    `${'| a '.repeat(2_000)}|\n${'|-'.repeat(2_000)}|\n${'| b\n'.repeat(2_000)}`, '# a\n'.repeat(50_000), '_'.repeat(50_000), '\\'.repeat(50_000),
    '[a]: <'.repeat(10_000), 'a\n'.repeat(150_000), '&'.repeat(90_000), '---\n'.repeat(40_000),
  ]) {
    try {
      read(hostile)
    } catch (error) {
      assert.ok(error instanceof Unreadable, `${hostile.slice(0, 10)}: ${String(error)}`)
    }
  } // prettier-ignore
  assert.throws(() => readMarkdown(Buffer.alloc(markdownBytesMax + 1, 'a')), Unreadable)
  const { user, system } = process.cpuUsage(startedAt)
  assert.ok((user + system) / 1e6 < 15, `${(user + system) / 1e6} s`)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blockText, passageCharactersMax, type Article, type Block } from './article.ts'
import { chunkArticle, splitText } from './chunk-article.ts'

const paragraph = (text: string): Block => ({ kind: 'paragraph', text })
const heading = (level: number, text: string): Block => ({ kind: 'heading', level, text })
const item = (text: string): Block => ({ kind: 'item', depth: 0, mark: '•', text })

function article(body: Block[], more: Partial<Article> = {}): Article {
  return {
    id: 'baggage',
    version: 3,
    title: 'Baggage',
    language: 'en',
    address: null,
    source: 'written',
    body,
    questions: [],
    approved: true,
    ...more,
  }
}

const words = (count: number): string => Array.from({ length: count }, (_, i) => `word${i}`).join(' ')

test('a passage stands under one heading and carries the path of headings above it', () => {
  const passages = chunkArticle(
    article([
      heading(1, 'Baggage'),
      paragraph('Rules for all flights.'),
      heading(2, 'Cabin'),
      heading(3, 'Size'),
      paragraph('55 × 40 × 23 cm.'),
      heading(2, 'Hold'),
      paragraph('23 kg.'),
    ]),
  )
  assert.deepEqual(
    passages.map(({ id, headings, text }) => ({ id, headings, text })),
    [
      { id: 'baggage@3#0', headings: [], text: 'Rules for all flights.' },
      { id: 'baggage@3#1', headings: ['Cabin', 'Size'], text: '55 × 40 × 23 cm.' },
      { id: 'baggage@3#2', headings: ['Hold'], text: '23 kg.' },
    ],
  )
})

test('what is too long for one passage is cut into pieces of about the same size', () => {
  const passages = chunkArticle(article(Array.from({ length: 11 }, (_, i) => paragraph(`${i} ${words(14)}`))))
  assert.equal(passages.length, 2)
  assert.ok(passages.every(({ text }) => text.length <= passageCharactersMax))
  assert.ok(Math.min(...passages.map(({ text }) => text.length)) > 400)
})

test('a sentence that announces a list is not parted from it', () => {
  const passages = chunkArticle(
    article([
      paragraph(words(60)),
      paragraph(words(57)),
      paragraph('You need:'),
      item('a passport'),
      item('a visa'),
    ]),
  )
  const withList = passages.find(({ text }) => text.includes('a passport'))!
  assert.match(withList.text, /You need:\n\n• a passport\n• a visa$/)
})

test('rows of a table that is cut keep the names of their columns', () => {
  const rows: Block[] = Array.from({ length: 40 }, (_, i) => ({
    kind: 'row',
    header: false,
    cells: [`Route ${i}`, `${i} kg`, 'one piece free of charge'],
  }))
  const header: Block = { kind: 'row', header: true, cells: ['Route', 'Weight', 'Pieces'] }
  const passages = chunkArticle(article([paragraph('Weights.'), header, ...rows]))
  assert.ok(passages.length > 1)
  for (const { text } of passages) assert.match(text, /Route \| Weight \| Pieces\nRoute \d+ \| \d+ kg/)
})

test('every line of a passage stands word for word in the article, and nothing of the article is lost', () => {
  const body: Block[] = [
    paragraph(words(400)),
    heading(2, 'A list'),
    ...Array.from({ length: 30 }, (_, i) => item(`${i} ${words(20)}`)),
    heading(2, 'Without a space'),
    paragraph('x'.repeat(3_000)),
    heading(2, 'Pairs'),
    paragraph('😀'.repeat(1_000)),
  ]
  const whole = body.map(blockText).join('\n')
  const passages = chunkArticle(article(body))
  for (const { text } of passages) {
    assert.ok(text.length <= passageCharactersMax, `${text.length} characters`)
    for (const line of text.split('\n')) assert.ok(whole.includes(line), line)
    assert.ok(text.isWellFormed(), 'no character is cut in two')
  }
  const letters = (text: string): string => text.replaceAll(/\s/g, '')
  assert.equal(
    letters(passages.map(({ text }) => text).join('')),
    letters(
      body
        .filter(({ kind }) => kind !== 'heading')
        .map(blockText)
        .join(''),
    ),
  )
})

test('a heading with nothing below it gives no passage', () => {
  assert.deepEqual(chunkArticle(article([heading(1, 'Alone'), heading(2, 'Also alone')])), [])
})

test('long text is cut after a sentence rather than within it', () => {
  const text = `${'a'.repeat(30)} b. ${'c'.repeat(10)} d. ${'e'.repeat(30)}`
  assert.deepEqual(splitText(text, 60), [`${'a'.repeat(30)} b. ${'c'.repeat(10)} d.`, 'e'.repeat(30)])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '@candor/protocol/refusals.ts'
import { articlesMax } from './article.ts'
import { IndexFault, loadIndex, saveIndex } from './index-bytes.ts'
import { buildIndex, search, type KnowledgeIndex } from './knowledge-index.ts'
import { letterEncoder, testArticles, testArticlesWithQuestions } from './test-articles.ts'

const plain = buildIndex(testArticles(), { encoder: null })
const first = (index: KnowledgeIndex, text: string) => search(index, text).passages[0]

test('a question finds the passage that answers it, word for word and with its link', () => {
  const found = first(plain, 'my suitcase was damaged')!
  assert.equal(found.article, 'baggage')
  assert.equal(found.heading, 'Damaged suitcases')
  assert.equal(found.text, 'Report damage at the desk within seven days. Keep the tag of the suitcase.')
  assert.equal(found.address, 'https://air.example/help/baggage')
})

test('other forms of a word and misspelt words are found', () => {
  for (const [text, heading] of [
    ['is damage reported', 'Damaged suitcases'],
    ['refunding flexible ticket', 'How to get your money back'],
    ['chek-in onlin', 'Online'],
    ['when is the depatrure desk clsoing', 'At the airport'],
  ] as const)
    assert.equal(first(plain, text)?.heading, heading, text)
})

test('a visitor who writes German is answered from German articles', () => {
  assert.equal(first(plain, 'wie viel kostet ein Koffer und was ist mit der Größe')?.article, 'gepaeck')
  assert.ok(
    search(plain, 'what about a suitcase of 23 kg').passages.every(({ language }) => language === 'en'),
  )
})

test('who writes in a language in which there is no article is not answered from another', () => {
  const index = buildIndex(testArticlesWithQuestions(), { encoder: letterEncoder() })
  const [text] = testArticlesWithQuestions().find(({ language }) => language === 'en')!.questions
  assert.equal(search(index, text!, { language: 'en' }).answered, true)
  const { answered, passages } = search(index, text!, { language: 'ar' })
  assert.deepEqual([answered, passages.length > 0], [false, true])
})

test('articles that nobody approved are never quoted', () => {
  const drafts = testArticles().map((article) => ({ ...article, approved: article.id !== 'refunds' }))
  const index = buildIndex(drafts, { encoder: null })
  const found = search(index, 'refund of flexible tickets, money back', { passagesMax: 10 })
  assert.ok(found.passages.length > 0)
  assert.ok(found.passages.every(({ article }) => article !== 'refunds'))
})

test('what has nothing in common with any article is not answered, and no passage is offered', () => {
  for (const text of ['', '😀', '....', 'qzx wvk', 'x'.repeat(100_000)]) {
    const result = search(plain, text)
    assert.equal(result.answered, false, text.slice(0, 20))
    assert.deepEqual(result.passages, [], text.slice(0, 20))
  }
  const empty = search(buildIndex([], { encoder: null }), 'anything')
  assert.deepEqual([empty.answered, empty.passages], [false, []])
})

test('an answer is given exactly when the first passage reaches the threshold', () => {
  const index = buildIndex(testArticlesWithQuestions(), { encoder: letterEncoder() })
  const texts = testArticlesWithQuestions().flatMap(({ questions }) => questions)
  const outcomes = new Set<boolean>()
  for (const text of [...texts, 'is there wifi on board', 'who won the football match', 'hello', 'my dog']) {
    const { passages, threshold, answered } = search(index, text, { language: 'en' })
    assert.equal(answered, (passages[0]?.probability ?? 0) >= threshold, text)
    for (const { probability } of passages) assert.ok(probability >= 0 && probability <= 1)
    outcomes.add(answered)
  }
  assert.equal(outcomes.size, 2)
})

test('the trace adds up to the score and names the words that were found', () => {
  const index = buildIndex(testArticlesWithQuestions(), { encoder: letterEncoder() })
  const { passages, query } = search(index, 'when do i get my refund xylophone')
  assert.deepEqual(query.unknown, ['xylophon'])
  assert.equal(query.encoded, true)
  assert.ok(passages[0]!.why.terms.includes('refund'))
  assert.equal(passages[0]!.why.question, 'when do i get the refund')
  for (const { score, why } of passages) {
    const sum = why.parts.reduce((all, { value, weight }) => all + value * weight, 0)
    assert.ok(Math.abs(sum - score) < 1e-9)
  }
})

test('the same articles in another order give the same bytes', () => {
  const articles = testArticlesWithQuestions()
  const encoder = letterEncoder()
  const one = saveIndex(buildIndex(articles, { encoder }))
  const other = saveIndex(buildIndex([...articles].reverse(), { encoder }))
  assert.ok(Buffer.from(one).equals(other))
})

test('what an earlier index has encoded is not encoded again, and the index is the same', () => {
  const articles = testArticlesWithQuestions()
  const plainEncoder = letterEncoder()
  const encoded: string[] = []
  const encoder = {
    parts: plainEncoder.parts,
    encode: (texts: readonly string[]) => {
      encoded.push(...texts)
      return plainEncoder.encode(texts)
    },
  }
  const before = loadIndex(saveIndex(buildIndex(articles, { encoder })), encoder)
  const changed = articles.map((article) => ({
    ...article,
    version: 2,
    questions: article.id === 'pets' ? [...article.questions, 'is my parrot welcome'] : article.questions,
  }))
  encoded.length = 0
  const again = saveIndex(buildIndex(changed, { encoder, previous: before }))
  assert.deepEqual(encoded, ['is my parrot welcome'])
  assert.ok(Buffer.from(again).equals(saveIndex(buildIndex(changed, { encoder }))))
})

test('an index that was saved and loaded answers exactly as before', () => {
  const encoder = letterEncoder()
  for (const index of [plain, buildIndex(testArticlesWithQuestions(), { encoder })]) {
    const loaded = loadIndex(saveIndex(index), index.encoder)
    for (const text of ['my dog', 'refund when', 'chek-in', 'Koffer', 'nothing of this kind'])
      assert.deepEqual(search(loaded, text), search(index, text))
    assert.ok(Buffer.from(saveIndex(loaded)).equals(saveIndex(index)))
  }
})

test('an index made with an encoder still answers by words where there is none', () => {
  const saved = saveIndex(buildIndex(testArticlesWithQuestions(), { encoder: letterEncoder() }))
  const { passages, query } = search(loadIndex(saved, null), 'when do i get my refund')
  assert.equal(query.encoded, false)
  assert.equal(passages[0]?.article, 'refunds')
})

test('bytes that are cut, changed or of something else are refused, at whatever place', () => {
  const saved = saveIndex(buildIndex(testArticlesWithQuestions(), { encoder: letterEncoder() }))
  const refused = (bytes: Uint8Array, encoder = letterEncoder()): void =>
    assert.throws(() => loadIndex(bytes, encoder), IndexFault)
  for (let length = 0; length < saved.length; length += 997) refused(saved.subarray(0, length))
  for (let at = 0; at < saved.length; at += at < 16 ? 1 : 997) {
    // Two bytes are reserved and say nothing.
    if (at === 6 || at === 7) continue
    const changed = saved.slice()
    changed[at]! ^= 0x40
    refused(changed)
  }
  refused(Uint8Array.from([...saved, 0]))
  refused(saved, letterEncoder(32))
})

test('an index holds so many articles and no more', () => {
  const many = Array.from({ length: articlesMax + 1 }, (_, i) => ({ ...testArticles()[0]!, id: `a${i}` }))
  assert.throws(
    () => buildIndex(many, { encoder: null }),
    (error) => error instanceof Refusal && error.code === 'too_large',
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openBm25 } from './bm25.ts'

const texts = ['the cat sat', 'the dog sat down by the dog', 'a bird'].map((text) => text.split(' '))

test('a text scores by the formula of BM25', () => {
  const { scores, weight } = openBm25(texts)
  // By hand: N = 3, lengths 3, 7, 2, mean 4; "dog" in one text, twice; "sat" in two.
  const idf = (having: number): number => Math.log(1 + (3 - having + 0.5) / (having + 0.5))
  const gain = (count: number, length: number): number =>
    (count * 2.2) / (count + 1.2 * (0.25 + (0.75 * length) / 4))
  assert.equal(weight('dog'), idf(1))
  const [first, second, third] = scores(['dog', 'sat'])
  assert.ok(Math.abs(first! - idf(2) * gain(1, 3)) < 1e-12)
  assert.ok(Math.abs(second! - (idf(1) * gain(2, 7) + idf(2) * gain(1, 7))) < 1e-12)
  assert.equal(third, 0)
})

test('a rare term counts for more than a common one, and a term that no text has for nothing', () => {
  const { weight, scores } = openBm25(texts)
  assert.ok(weight('cat') > weight('the'))
  assert.equal(weight('horse'), 0)
  assert.deepEqual([...scores(['horse'])], [0, 0, 0])
})

test('a term that is asked for twice counts once, and no text scores more than the most', () => {
  const { scores, scoreMax } = openBm25(texts)
  assert.deepEqual(scores(['cat', 'cat']), scores(['cat']))
  for (const terms of [['the', 'dog'], ['cat'], ['a', 'bird', 'sat']])
    assert.ok(scores(terms).every((score) => score < scoreMax(terms)))
})

test('the terms that a text shares come with the one that counts most first', () => {
  assert.deepEqual(openBm25(texts).shared(['the', 'cat', 'horse'], 0), ['cat', 'the'])
})

test('no texts and empty texts are no fault', () => {
  assert.deepEqual([...openBm25([]).scores(['a'])], [])
  assert.deepEqual([...openBm25([[], ['a']]).scores(['a'])].map(Boolean), [false, true])
})

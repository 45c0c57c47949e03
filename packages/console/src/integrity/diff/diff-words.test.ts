import assert from 'node:assert/strict'
import { test } from 'node:test'
import { diffWords } from './diff-words.ts'

const marked = (left: string, right: string) => {
  const words = diffWords(left, right)
  const show = (parts: { text: string; changed: boolean }[]) =>
    parts.map(({ text, changed }) => (changed ? `[${text}]` : text)).join('')
  return words && [show(words.left), show(words.right)]
}

test('within a line only the words that differ are marked', () => {
  assert.deepEqual(marked('send("https://pay.example/a",x);', 'send("https://pay.evil/a",x);'), [
    'send("https://pay.[example]/a",x);',
    'send("https://pay.[evil]/a",x);',
  ])
  assert.deepEqual(marked('f(a,b)', 'f(a,b,c)'), ['f(a,b)', 'f(a,b[,c])'])
})

test('lines with little in common are two lines', () => {
  assert.equal(diffWords('return new Promise(resolve)', 'document.cookie="a"'), null)
})

test('what is marked and what is not is the line', () => {
  const left = 'var a=1,b=2,c=[1,2,3].map(x=>x*2);'
  const right = 'var a=1,c=[1,2,4].map(y=>y*2);go();'
  const words = diffWords(left, right)!
  assert.equal(words.left.map(({ text }) => text).join(''), left)
  assert.equal(words.right.map(({ text }) => text).join(''), right)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { diffLines, type Block } from './diff-lines.ts'

function diff(left: readonly string[], right: readonly string[]): Block[] {
  const work = diffLines(left, right)
  for (;;) {
    const step = work.next()
    if (step.done) return step.value
  }
}

/** What a difference means: with it the left is the right, and the right the left. */
function holds(left: readonly string[], right: readonly string[]): Block[] {
  const blocks = diff(left, right)
  let i = 0
  let j = 0
  for (const block of blocks) {
    assert.equal(block.left, i)
    assert.equal(block.right, j)
    i += block.kind === 'same' ? block.lines.length : block.gone.length
    j += block.kind === 'same' ? block.lines.length : block.come.length
  }
  assert.deepEqual(
    blocks.flatMap((block) => (block.kind === 'same' ? block.lines : block.gone)),
    left,
  )
  assert.deepEqual(
    blocks.flatMap((block) => (block.kind === 'same' ? block.lines : block.come)),
    right,
  )
  return blocks
}

test('a skimmer between two statements is the one change', () => {
  const left = ['a()', 'b()', 'c()', '}', 'd()', '}']
  const right = ['a()', 'b()', 'steal()', '}', 'c()', '}', 'd()', '}']
  const changes = holds(left, right).filter(({ kind }) => kind === 'change')
  assert.equal(changes.length, 1)
  assert.deepEqual(changes[0], { kind: 'change', left: 2, right: 2, gone: [], come: ['steal()', '}'] })
})

test('equal, empty and wholly other scripts', () => {
  assert.deepEqual(
    holds(['a', 'b'], ['a', 'b']).map(({ kind }) => kind),
    ['same'],
  )
  assert.deepEqual(holds([], []), [])
  assert.equal(holds([], ['a']).length, 1)
  assert.equal(holds(['a'], []).length, 1)
  assert.equal(holds(['a', 'b'], ['c', 'd', 'e']).length, 1)
})

test('whatever is changed, both sides can be read back from the difference', () => {
  let seed = 11
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff
    return (seed >> 8) % below
  }
  for (let round = 0; round < 400; round++) {
    const alphabet = 2 + random(30)
    const left = Array.from({ length: random(40) }, () => String(random(alphabet)))
    const right = [...left]
    for (let change = random(8); change > 0; change--) {
      const at = random(right.length + 1)
      if (random(2) === 0) right.splice(at, random(4), String(random(alphabet)))
      else right.splice(at, 0, ...right.splice(random(right.length + 1), random(5)))
    }
    holds(left, right)
  }
})

test('twenty thousand statements with a hundred changes are compared in well under a second', (t) => {
  const left = Array.from({ length: 20_000 }, (_, i) => (i % 3 === 0 ? '}' : `call(${i % 7_000})`))
  const right = [...left]
  for (let i = 0; i < 100; i++) right.splice(i * 190, 1, `steal(${i})`, '}')
  const work = diffLines(left, right)
  const begun = performance.now()
  let longest = 0
  let changes = 0
  for (;;) {
    const step = performance.now()
    const { done, value } = work.next()
    longest = Math.max(longest, performance.now() - step)
    if (!done) continue
    changes = value.filter(({ kind }) => kind === 'change').length
    break
  }
  const took = performance.now() - begun
  t.diagnostic(`${Math.round(took)} ms, the longest step ${Math.round(longest)} ms`)
  assert.ok(changes >= 95 && changes <= 110, `${changes} changes`)
  assert.ok(took < 1_000, `${took} ms`)
})

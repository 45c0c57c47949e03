import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rowsOf } from './diff-rows.ts'
import type { Block } from './diff-lines.ts'

const lines = (count: number, from: number) => Array.from({ length: count }, (_, i) => `line ${from + i}`)

test('three lines around a change stay in sight, the rest is folded and counted', () => {
  const blocks: Block[] = [
    { kind: 'same', left: 0, right: 0, lines: lines(10, 1) },
    { kind: 'change', left: 10, right: 10, gone: ['a'], come: ['b', 'c'] },
    { kind: 'same', left: 11, right: 12, lines: lines(2, 12) },
    { kind: 'change', left: 13, right: 14, gone: ['d'], come: [] },
    { kind: 'same', left: 14, right: 14, lines: lines(9, 15) },
  ]
  const shown = rowsOf(blocks, new Set()).map((row) =>
    row.kind === 'fold'
      ? `fold ${row.count}`
      : `${row.left?.number ?? '-'} ${row.right?.number ?? '-'}${row.first ? ' first' : ''}`,
  )
  assert.deepEqual(shown, [
    'fold 7',
    '8 8',
    '9 9',
    '10 10',
    '11 11 first',
    '- 12',
    '12 13',
    '13 14',
    '14 - first',
    '15 15',
    '16 16',
    '17 17',
    'fold 6',
  ])
  assert.equal(rowsOf(blocks, new Set([0, 4])).filter(({ kind }) => kind === 'fold').length, 0)
})

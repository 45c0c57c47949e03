import assert from 'node:assert/strict'
import { test } from 'node:test'
import { columnsPerBlock, openArena } from './kernels.ts'

/** Whole numbers below a limit, the same every time. */
function numbers(count: number, limit: number): number[] {
  let state = 7
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32 - 0.5) * 2 * limit)
  })
}

test('scores and updates of weights are those of plain arithmetic', () => {
  const [features, columns, count] = [5, 2 * columnsPerBlock, 3]
  const arena = openArena(10_000)
  const weights = arena.floats(features * columns)
  const before = numbers(features * columns, 50)
  weights.view.set(before)
  const rows = arena.integers(count)
  rows.view.set([4, 0, 2])
  const values = arena.floats(count)
  values.view.set([2, -1, 0.5])
  const out = arena.floats(columns)
  const sum = (c: number): number =>
    2 * before[4 * columns + c]! - before[c]! + 0.5 * before[2 * columns + c]!
  arena.kernels.score(rows.at, values.at, count, weights.at, 4 * columns, out.at, 2)
  assert.deepEqual(
    [...out.view],
    Array.from({ length: columns }, (_, c) => sum(c)),
  )

  const steps = arena.floats(columns)
  steps.view[columnsPerBlock + 3] = 4
  arena.kernels.update(rows.at, values.at, count, weights.at, 4 * columns, steps.at, 2)
  const changed = [...weights.view].flatMap((value, i) =>
    value === before[i] ? [] : [[i, value - before[i]!]],
  )
  const at = columnsPerBlock + 3
  assert.deepEqual(changed, [
    [at, -4],
    [2 * columns + at, 2],
    [4 * columns + at, 8],
  ])
})

test('products of whole numbers are exact', () => {
  const [rows, inner, columns] = [8, 32, 16]
  const arena = openArena(100_000)
  const a = arena.shorts(rows * inner)
  a.view.set(numbers(rows * inner, 2_047))
  const matrix = numbers(inner * columns, 511)
  const b = arena.shorts(inner * columns)
  for (let k = 0; k < inner; k++)
    for (let n = 0; n < columns; n++)
      b.view[(n >> 3) * inner * 8 + (k >> 1) * 16 + (n & 7) * 2 + (k & 1)] = matrix[k * columns + n]!
  const out = arena.integers(rows * columns)
  arena.kernels.multiplyShorts(a.at, b.at, out.at, rows / 4, inner / 2, columns / 8)
  const plain = Array.from({ length: rows * columns }, (_, i) => {
    const [m, n] = [Math.floor(i / columns), i % columns]
    let sum = 0
    for (let k = 0; k < inner; k++) sum += a.view[m * inner + k]! * matrix[k * columns + n]!
    return sum
  })
  assert.deepEqual([...out.view], plain)
})

test('floats become whole numbers and floats again', () => {
  const arena = openArena(10_000)
  const from = arena.floats(8)
  from.view.set([1, -3, 0.5, 2.5, -0.25, 7, -8, 0])
  const largest = arena.floats(4)
  arena.kernels.largestSize(from.at, from.at + 32, largest.at)
  assert.equal(Math.max(...largest.view), 8)
  const scale = arena.floats(1)
  scale.view[0] = 2
  const shorts = arena.shorts(8)
  arena.kernels.roundToShorts(from.at, from.at + 32, scale.at, shorts.at)
  assert.deepEqual([...shorts.view], [2, -6, 1, 5, 0, 14, -16, 0])

  const whole = arena.integers(4)
  whole.view.set([10, -10, 3, 0])
  const [unit, scales, bias, least, out] = [1, 4, 4, 1, 4].map((count) => arena.floats(count))
  unit!.view[0] = 0.5
  scales!.view.set([1, 1, 2, 1])
  bias!.view.set([0, 1, 0, -1])
  arena.kernels.toFloats(whole.at, whole.at + 16, unit!.at, scales!.at, bias!.at, least!.at, out!.at)
  assert.deepEqual([...out!.view], [5, 0, 3, 0], 'nothing below the least')
})

test('one vector is multiplied with several that lie apart', () => {
  const arena = openArena(10_000)
  const query = arena.floats(8)
  query.view.set([1, 2, 3, 4, 5, 6, 7, 8])
  const keys = arena.floats(3 * 12)
  for (let i = 0; i < 3; i++) keys.view.set([i, 1, 0, 0, 0, 0, 0, i], 12 * i)
  const out = arena.floats(4)
  arena.kernels.dots(query.at, 32, keys.at, keys.at + 3 * 48, 48, out.at)
  assert.deepEqual([...out.view], [2, 11, 20, 0])
})

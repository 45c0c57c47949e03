import assert from 'node:assert/strict'
import { test } from 'node:test'
import { solveLinear } from './linear-solver.ts'

test('the weights are those with the least loss: no step in any direction makes it smaller', () => {
  const points = [
    [1, 0.2],
    [0.8, -0.1],
    [-0.2, 1],
    [0.1, 0.9],
    [0.5, 0.6],
    [-0.7, -0.6],
  ]
  const classes = Int32Array.from([0, 0, 1, 1, 0, -1])
  const cost = 2
  const { weights, columnsPadded } = solveLinear({
    examples: {
      starts: Int32Array.from({ length: points.length + 1 }, (_, i) => 2 * i),
      rows: Int32Array.from(points.flatMap(() => [0, 1])),
      values: Float32Array.from(points.flat()),
    },
    features: 2,
    columns: 2,
    classes,
    cost,
    rounds: 5_000,
    restMin: 0,
    seed: 1,
  })
  for (const column of [0, 1]) {
    const found = [0, 1, 2].map((row) => weights[row * columnsPadded + column]!)
    const loss = (w: number[]): number =>
      0.5 * w.reduce((sum, value) => sum + value * value, 0) +
      cost *
        points.reduce((sum, [x, y], i) => {
          const sign = classes[i] === column ? 1 : -1
          return sum + Math.max(0, 1 - sign * (w[0]! * x! + w[1]! * y! + w[2]!)) ** 2
        }, 0)
    for (const direction of [0, 1, 2])
      for (const step of [-0.02, 0.02]) {
        const moved = found.map((value, i) => (i === direction ? value + step : value))
        assert.ok(loss(moved) > loss(found) - 1e-4, `column ${column}, direction ${direction}`)
      }
  }
})

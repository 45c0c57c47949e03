import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Load } from './load-orders.ts'
import { mediansOf, type Cell } from './messages-bench.ts'
import { judge } from './messages-report.ts'

const saturation: Load = { kind: 'window', perPair: 4 }
const paced: Load = { kind: 'rate', perSecond: 2_000 }

function cell(system: string, load: Load, figures: Partial<Cell> = {}): Cell {
  return {
    system,
    load,
    sockets: 100,
    round: 0,
    p50Ms: 1,
    p99Ms: 5,
    maxMs: 9,
    seconds: 1,
    offered: 0,
    shed: 0,
    delivered: 0,
    sentInRun: 0,
    deliveredInRun: 0,
    acknowledgedInRun: 0,
    duplicates: 0,
    faults: {},
    lateP99Ms: 0,
    generatorCpuSeconds: 0,
    deliveredPerSecond: 0,
    serverCpuSeconds: 1,
    perCpuSecond: 1,
    othersShare: 0,
    sustained: true,
    ...figures,
  }
}

test('the ratio is that of saturation with the fewest sockets', () => {
  const cells = [
    cell('candor', saturation, { perCpuSecond: 16_000 }),
    cell('ejabberd', saturation, { perCpuSecond: 1_000 }),
    cell('candor', saturation, { perCpuSecond: 1, sockets: 5_000 }),
    cell('ejabberd', paced, { perCpuSecond: 9_999 }),
  ]
  const [ratio] = judge(cells)
  assert.match(ratio!.text, /16\.0 times/)
  assert.equal(ratio!.met, true)
  assert.equal(judge([cell('candor', saturation, { perCpuSecond: 14_000 }), cells[1]!])[0]!.met, false)
  assert.equal(judge([cells[0]!])[0]!.met, null)
})

test('a short latency of a rate that was not sustained meets no goal', () => {
  assert.equal(judge([cell('candor', paced)])[1]!.met, true)
  assert.equal(judge([cell('candor', paced, { sustained: false })])[1]!.met, false)
  assert.equal(
    judge([cell('candor', paced), cell('candor', paced, { sockets: 5_000, p99Ms: 10 })])[1]!.met,
    false,
  )
})

test('one disturbed round of three does not move the result', () => {
  const rounds = [4, 80, 5].map((p99Ms, round) => cell('candor', paced, { p99Ms, round }))
  assert.equal(mediansOf(rounds)[0]!.p99Ms, 5)
})

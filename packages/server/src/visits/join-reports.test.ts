import assert from 'node:assert/strict'
import { test } from 'node:test'
import { joinMsMax, openJoinWindow, settleMs } from './join-reports.ts'

const view = (name: string, at: number, browser = 'b', template = 1) => ({
  view: name,
  visit: `visit of ${name}`,
  template,
  browser,
  at,
})
const report = (at: number, script: number, hash: number, browser = 'b', template = 1) => ({
  template,
  browser,
  at,
  script,
  hash,
})

test('a report belongs to the view of the same browser and page that is nearest in time, also one that comes later', () => {
  const join = openJoinWindow()
  join.viewed(view('before', 0))
  join.reported(report(60_000, 2, 20))
  join.reported(report(60_000, 1, 10))
  join.reported(report(60_000, 1, 10))
  assert.deepEqual(join.take(60_000 + settleMs - 1), [])
  join.viewed(view('own', 62_000))
  join.viewed(view('of another browser', 60_000, 'c'))
  join.viewed(view('of another page', 60_000, 'b', 2))
  const [joined, ...more] = join.take(60_000 + settleMs)
  assert.deepEqual([joined!.view.view, joined!.pairs, joined!.first], ['own', [1, 10, 2, 20], true])
  assert.deepEqual(more, [])
  join.reported(report(61_000, 3, 30))
  const [again] = join.take(70_000)
  assert.deepEqual([again!.view.view, again!.pairs, again!.first], ['own', [3, 30], false])
})

test('what has no view within two minutes is given up', () => {
  const join = openJoinWindow()
  join.reported(report(0, 1, 10))
  assert.deepEqual(join.take(joinMsMax), [])
  join.viewed(view('too late', joinMsMax))
  assert.deepEqual(join.take(joinMsMax + 1), [])
  join.viewed(view('long ago', 0, 'd'))
  join.reported(report(joinMsMax + 1, 1, 10, 'd'))
  assert.deepEqual(join.take(3 * joinMsMax), [])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { joinVisits, visitPauseMsMax } from './join-visits.ts'

const tenant = 't'
const minute = 60_000
function ids(): () => string {
  let n = 0
  return () => `visit ${++n}`
}

test('page views without a long pause are one visit, and each visitor has their own', () => {
  const views = [
    { tenant, visitor: 'ana', at: 0 },
    { tenant, visitor: 'ben', at: 10 },
    { tenant, visitor: 'ana', at: 20 * minute },
    { tenant, visitor: 'ana', at: 45 * minute },
  ]
  const { visitOf, changed } = joinVisits(views, [], ids())
  assert.deepEqual(visitOf, ['visit 1', 'visit 2', 'visit 1', 'visit 1'])
  assert.deepEqual(
    changed.map(({ visitor, startedAt, lastAt, added }) => ({ visitor, startedAt, lastAt, added })),
    [
      { visitor: 'ana', startedAt: 0, lastAt: 45 * minute, added: 3 },
      { visitor: 'ben', startedAt: 10, lastAt: 10, added: 1 },
    ],
  )
})

test('after the pause another visit begins', () => {
  const views = [
    { tenant, visitor: 'ana', at: 0 },
    { tenant, visitor: 'ana', at: visitPauseMsMax },
    { tenant, visitor: 'ana', at: 2 * visitPauseMsMax + 1 },
  ]
  assert.deepEqual(joinVisits(views, [], ids()).visitOf, ['visit 1', 'visit 1', 'visit 2'])
})

test('a stored visit goes on with what is new to it, and is not changed in place', () => {
  const stored = { tenant, visitor: 'ana', id: 'stored', startedAt: 0, lastAt: minute, added: 0 }
  const { visitOf, changed } = joinVisits([{ tenant, visitor: 'ana', at: 2 * minute }], [stored], ids())
  assert.deepEqual(visitOf, ['stored'])
  assert.deepEqual(changed, [{ ...stored, lastAt: 2 * minute, added: 1 }])
  assert.equal(stored.added, 0)
})

test('the same visitor id under two tenants is two visitors', () => {
  const views = [
    { tenant: 'a', visitor: 'ana', at: 0 },
    { tenant: 'b', visitor: 'ana', at: 1 },
  ]
  assert.deepEqual(joinVisits(views, [], ids()).visitOf, ['visit 1', 'visit 2'])
})

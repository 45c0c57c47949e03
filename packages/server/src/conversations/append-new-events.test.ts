import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Actor } from '../tenants/actor.ts'
import { newEventsStatement } from './append-new-events.ts'
import type { Append } from './write-lane.ts'

const airline = '00000000-0000-7000-8000-00000000000a'
const retailer = '00000000-0000-7000-8000-00000000000b'
const early = '00000000-0000-7000-8000-0000000000c1'
const late = '00000000-0000-7000-8000-0000000000c2'

let ids = 0
function append(
  tenant: string,
  conversation: string,
  kind: Actor['kind'],
  more: Partial<Append> = {},
): Append {
  const actor = { tenant, kind, id: '00000000-0000-7000-8000-0000000000aa', name: kind }
  const id = `00000000-0000-7000-8000-${String(++ids).padStart(12, '0')}`
  return { facts: { id: conversation, tenant, visitor: actor.id }, id, type: 'message', actor, ...more }
}

function sortedOut(...appends: Append[]): ReturnType<typeof newEventsStatement> {
  return newEventsStatement({ appends, sealed: appends.map(() => null), done: [] })
}

test('conversations stand in the order in which everybody locks them, and each event keeps its place', () => {
  const statement = sortedOut(
    append(retailer, early, 'visitor'),
    append(airline, late, 'visitor'),
    append(airline, early, 'agent'),
    append(airline, late, 'agent'),
  )!
  assert.deepEqual(
    statement.places.map(({ group, nth }) => [group.tenant, group.conversation, group.place, nth]),
    [
      [retailer, early, 2, 1],
      [airline, late, 1, 1],
      [airline, early, 0, 1],
      [airline, late, 1, 2],
    ],
  )
  assert.deepEqual(statement.tenants, [airline, retailer])
  const { group } = statement.places[1]!
  assert.deepEqual([group.count, group.fromVisitor, group.lastBy, group.needsPerson], [2, 1, 'agent', true])
})

test('a note and a read mark ask for no handler and leave the last speaker alone', () => {
  const [place] = sortedOut(
    append(airline, early, 'agent', { type: 'note' }),
    append(airline, early, 'agent', { type: 'read', upTo: 7 }),
  )!.places
  const { lastBy, needsPerson, readStaff, readVisitor, count } = place!.group
  assert.deepEqual([lastBy, needsPerson, readStaff, readVisitor, count], [null, false, 7, null, 2])
})

test('what has to be judged one by one is not called ordinary', () => {
  const answer = (handlerEpoch?: number): Append =>
    append(airline, early, 'virtual-agent', handlerEpoch === undefined ? {} : { handlerEpoch })
  assert.equal(sortedOut(answer()), null)
  assert.equal(sortedOut(answer(1), answer(2)), null)
  assert.equal(sortedOut(answer(1), append(airline, early, 'visitor'), answer(1))?.places[0]!.group.epoch, 1)
  // What it decided is checked as what it says is, and speaks to nobody.
  const decided = append(airline, early, 'virtual-agent', { type: 'turn', handlerEpoch: 1 })
  assert.equal(sortedOut(append(airline, early, 'virtual-agent', { type: 'turn' })), null)
  assert.equal(sortedOut(decided, answer(2)), null)
  const [place] = sortedOut(decided)!.places
  assert.deepEqual([place!.group.epoch, place!.group.lastBy], [1, null])
  const mark = (upTo: number): Append => append(airline, early, 'visitor', { type: 'read', upTo })
  assert.equal(sortedOut(mark(1), mark(2)), null)
})

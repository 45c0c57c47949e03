import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openHeld } from './held.ts'

function counted<Value>(value: () => Value) {
  const load = async (): Promise<Value> => {
    load.count += 1
    return value()
  }
  load.count = 0
  return load
}

test('what is held is loaded once, also by many at the same time, until it is dropped', async () => {
  const held = openHeld<string>({ entriesMax: 10, clock: { now: () => 0 } })
  const load = counted(() => 'x')
  assert.deepEqual(await Promise.all([held.get('k', load), held.get('k', load)]), ['x', 'x'])
  await held.get('k', load)
  assert.equal(load.count, 1)
  held.drop('k')
  await held.get('k', load)
  assert.equal(load.count, 2)
})

test('a load that was under way when its key was dropped is not held', async () => {
  const held = openHeld<string>({ entriesMax: 10, clock: { now: () => 0 } })
  const slow = Promise.withResolvers<string>()
  const early = held.get('k', () => slow.promise)
  held.drop('k')
  assert.equal(await held.get('k', async () => 'new'), 'new')
  slow.resolve('old')
  assert.equal(await early, 'old')
  assert.equal(await held.get('k', () => assert.fail('is held')), 'new')
})

test('nothing is held of a failed load, of null, beyond its time or beyond the limit', async () => {
  let now = 0
  const held = openHeld<string | null>({ entriesMax: 2, msMax: 100, clock: { now: () => now } })
  await assert.rejects(
    held.get('k', async () => {
      throw new Error('away')
    }),
    /away/,
  )
  assert.equal(await held.get('k', async () => null), null)
  const load = counted(() => 'x')
  await held.get('k', load)
  assert.equal(load.count, 1)
  now = 100
  await held.get('k', load)
  assert.equal(load.count, 2)
  await held.get('l', load)
  await held.get('m', load)
  assert.equal(load.count, 4)
  await held.get('k', load)
  assert.equal(load.count, 5, 'the oldest of three')
})

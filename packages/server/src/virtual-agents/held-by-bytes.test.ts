import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openHeldByBytes } from './held-by-bytes.ts'

test('what was not asked for longest goes when there is no room, and what was just made stays', async () => {
  const held = openHeldByBytes<string>(100)
  const made: string[] = []
  const get = (key: string, bytes: number): Promise<string> =>
    held.get(key, 'v1', async () => {
      made.push(key)
      return { value: key, bytes }
    })
  for (const key of ['a', 'b']) await get(key, 40)
  await get('a', 40)
  await get('c', 40)
  await get('a', 40)
  assert.deepEqual(made, ['a', 'b', 'c'])
  assert.equal(held.bytes(), 80)
  await get('b', 40)
  assert.deepEqual(made, ['a', 'b', 'c', 'b'])
  await get('large', 500)
  assert.equal(held.bytes(), 500)
})

test('what it is made of has changed: it is made anew, once for all who wait', async () => {
  const held = openHeldByBytes<number>(100)
  let makings = 0
  const make = async (): Promise<{ value: number; bytes: number }> => ({ value: ++makings, bytes: 10 })
  assert.equal(await held.get('a', 'v1', make), 1)
  const both = [held.get('a', 'v2', make), held.get('a', 'v2', make)]
  assert.deepEqual(await Promise.all(both), [2, 2])
  assert.equal(held.bytes(), 10)
  held.drop('a')
  assert.equal(held.bytes(), 0)
  assert.equal(await held.get('a', 'v2', make), 3)
})

test('a making that fails is told to who waits and tried again by the next', async () => {
  const held = openHeldByBytes<string>(100)
  await assert.rejects(
    held.get('a', 'v1', async () => Promise.reject(new Error('away'))),
    /away/,
  )
  assert.equal(await held.get('a', 'v1', async () => ({ value: 'here', bytes: 1 })), 'here')
})

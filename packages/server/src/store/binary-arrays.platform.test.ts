import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { TestPlatform } from '../../test/test-platform.ts'
import { byteaArray, intArray, jsonbArray, textArray, uuidArray } from './binary-arrays.ts'

let platform: TestPlatform

before(async () => {
  platform = await TestPlatform.start()
})
after(async () => {
  await platform.stop()
  await TestPlatform.end()
})

test('binary arrays arrive in PostgreSQL as they were, nulls and foreign letters included', async () => {
  const uuids = ['0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b', null, 'ffffffff-ffff-4fff-bfff-ffffffffffff']
  const ints = [0, -1, null, 2_147_483_647, -2_147_483_648]
  const texts = ['', 'plain', null, '“naïve” {a,b} \\ " 中文 😀']
  const bytes = [Buffer.alloc(0), null, Buffer.from([0, 1, 254, 255])]
  const data = [null, '{"a":[1,"é"]}', 'null']
  const [row] = await platform.sql(
    'select $1::uuid[] as uuids, $2::int[] as ints, $3::text[] as texts, $4::bytea[] as bytes, $5::jsonb[] as data',
    [uuidArray(uuids), intArray(ints), textArray(texts), byteaArray(bytes), jsonbArray(data)],
  )
  assert.deepEqual(row, { uuids, ints, texts, bytes, data: [null, { a: [1, 'é'] }, null] })
})

test('an empty binary array is an empty array', async () => {
  const [row] = await platform.sql('select $1::uuid[] as uuids, $2::text[] as texts', [
    uuidArray([]),
    textArray([]),
  ])
  assert.deepEqual(row, { uuids: [], texts: [] })
})

test('what is no UUID is not written as one', () => {
  for (const wrong of [
    '',
    'x',
    '0190a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2g',
    '0190a1b2c3d47e5f8a6b7c8d9e0f1a2b----',
  ])
    assert.throws(() => uuidArray([wrong]), TypeError)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { filterOf, readAccessSearch } from './access-search.ts'

const id = '018f0000-0000-7000-8000-000000000001'

test('an address says what it can and nothing else', () => {
  const search = { customer: id, actor: `agent:${id}`, day: '2026-11-25', hour: 9, type: 'denial', entry: 7 }
  assert.deepEqual(readAccessSearch(search), search)
  assert.deepEqual(
    readAccessSearch({
      customer: 'x',
      actor: '"><',
      day: '2026-13-45',
      hour: 9,
      type: 'A B',
      more: 1,
      entry: -1,
    }),
    {},
  )
  assert.deepEqual(readAccessSearch({ day: '2026-11-25', hour: 24 }), { day: '2026-11-25' })
})

test('a day is a day of the reader’s clock, an hour an hour of it', () => {
  const day = filterOf({ day: '2026-11-25' })
  assert.equal(day.from, new Date(2026, 10, 25).toISOString())
  assert.equal(day.until, new Date(2026, 10, 26).toISOString())
  const hour = filterOf({ day: '2026-11-25', hour: 23, customer: id })
  assert.equal(hour.from, new Date(2026, 10, 25, 23).toISOString())
  assert.equal(hour.until, day.until)
  assert.equal(hour.customer, id)
})

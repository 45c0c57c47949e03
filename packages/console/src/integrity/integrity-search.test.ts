import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readIntegritySearch } from './integrity-search.ts'

const hash = `sha256-${'A1+/'.repeat(10)}abc=`

test('an address names an alarm, two bodies and the days of a report', () => {
  const search = {
    item: '018f0000-0000-7000-8000-000000000001',
    state: 'dismissed',
    script: '018f0000-0000-7000-8000-000000000002',
    left: hash,
    right: hash,
    layout: 'unified',
    from: '2026-11-01',
    to: '2026-11-25',
  }
  assert.deepEqual(readIntegritySearch(search), search)
  assert.deepEqual(readIntegritySearch({ item: 12 }), { item: '12' })
})

test('what makes no sense in an address is left out', () => {
  assert.deepEqual(
    readIntegritySearch({
      item: '<script>',
      state: 'gone',
      script: 7,
      left: 'sha256-short',
      right: `${hash}"`,
      layout: 'split',
      from: 'yesterday',
      to: '2026-13-41',
    }),
    {},
  )
})

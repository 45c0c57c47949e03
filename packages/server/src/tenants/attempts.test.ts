import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openAttempts } from './attempts.ts'

test('attempts are counted for a quarter of an hour from the first', () => {
  let now = 0
  const attempts = openAttempts({ now: () => now })
  for (let i = 0; i < 3; i++) attempts.take({ ada: 3 })
  now = 60_000
  assert.throws(() => attempts.take({ ada: 3 }), { code: 'too_many', retryAfterMs: 14 * 60_000 })
  attempts.take({ bo: 3 })
  now = 15 * 60_000
  attempts.take({ ada: 3 })
})

test('when one key is used up, none is counted: a locked-out pair does not use up its whole office', () => {
  const attempts = openAttempts({ now: () => 0 })
  attempts.take({ pair: 1, office: 2 })
  for (let i = 0; i < 5; i++) assert.throws(() => attempts.take({ pair: 1, office: 2 }), { code: 'too_many' })
  attempts.take({ other: 1, office: 2 })
  assert.throws(() => attempts.take({ third: 1, office: 2 }), { code: 'too_many' })
})

test('the right password forgets the wrong ones before it', () => {
  const attempts = openAttempts({ now: () => 0 })
  attempts.take({ pair: 1 })
  attempts.forget('pair')
  attempts.take({ pair: 1 })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { weakerThan } from './weaker-policy.ts'

const policy = `default-src 'self'; script-src 'self' 'nonce-…' 'report-sha256'; connect-src 'self' https://api.example; report-to candor`

test('the same policy, a stricter one and one more host are not weaker', () => {
  assert.equal(weakerThan(policy, policy), null)
  assert.equal(weakerThan(policy, `${policy}; form-action 'self'`), null)
  assert.equal(weakerThan(policy, policy.replace(' https://api.example', '')), null)
  assert.equal(weakerThan(policy, policy.replace('https://api', 'https://b.example https://api')), null)
  assert.equal(weakerThan(`img-src *`, `img-src https:`), null)
})

test('what is gone, no longer asked for, or open to everybody is said by name', () => {
  assert.equal(weakerThan(policy, policy.replace('; report-to candor', '')), 'report-to is gone')
  assert.equal(weakerThan(policy, policy.replace(` 'report-sha256'`, '')), `script-src lost 'report-sha256'`)
  assert.equal(
    weakerThan(policy, policy.replace(`script-src`, `script-src 'unsafe-eval'`)),
    `script-src allows 'unsafe-eval'`,
  )
  assert.equal(
    weakerThan(policy, policy.replace(`connect-src 'self'`, `connect-src *`)),
    'connect-src allows *',
  )
  assert.equal(weakerThan(policy, ''), 'default-src is gone')
  // Falls back to default-src, which allows everything.
  assert.equal(weakerThan(`connect-src 'self'`, `default-src *`), 'connect-src allows *')
})

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { networkOf, openOriginHashes } from './network-hash.ts'

test('a network is what is rented in one piece, however its addresses are written', () => {
  assert.equal(networkOf('203.0.113.7'), networkOf('::ffff:203.0.113.250'))
  assert.notEqual(networkOf('203.0.113.7'), networkOf('203.0.114.7'))
  assert.equal(networkOf('2001:db8:12:3400::1'), networkOf('2001:0db8:0012:ffff:1:2:3:4'))
  assert.notEqual(networkOf('2001:db8:12::1'), networkOf('2001:db8:13::1'))
  assert.equal(networkOf('fe80::1%eth0'), networkOf('fe80::2'))
  assert.equal(networkOf('::1'), '0:0:0')
})

test('the same address is the same all day, tells nothing without the salt, and is another tomorrow', () => {
  let now = Date.parse('2026-03-01T10:00:00Z')
  const hashes = openOriginHashes({ now: () => now, newSalt: () => randomBytes(32) })
  const first = hashes.of('203.0.113.7', 'Firefox')
  now += 3_600_000
  assert.deepEqual(hashes.of('203.0.113.7', 'Firefox'), first)
  assert.equal(hashes.of('203.0.113.8', 'Firefox').network, first.network)
  assert.notEqual(hashes.of('203.0.113.8', 'Firefox').browser, first.browser)
  assert.notEqual(hashes.of('203.0.113.7', 'Chrome').browser, first.browser)
  assert.match(first.network, /^-?\d{1,19}$/)
  now += 24 * 3_600_000
  assert.notEqual(hashes.of('203.0.113.7', 'Firefox').network, first.network)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { everyOf, readHosts } from './schedule.ts'

test('hosts are read from lines and commas, with or without https, once each', () => {
  assert.deepEqual(readHosts('pay.example, https://Vault.pay.example/\npay.example\n127.0.0.1:8443'), {
    hosts: ['pay.example', 'vault.pay.example', '127.0.0.1:8443'],
    wrong: null,
  })
  assert.deepEqual(readHosts('  '), { hosts: [], wrong: null })
})

test('what is no host is named', () => {
  for (const wrong of ['*', 'pay.example/path', 'http://pay.example', 'a..b', '.pay.example'])
    assert.equal(readHosts(`pay.example ${wrong}`).wrong, wrong)
})

test('a schedule that is not among the choices is told as well', () => {
  assert.equal(everyOf(15), 'Every 15 minutes')
  assert.equal(everyOf(120), 'Every 2 hours')
  assert.equal(everyOf(7), 'Every 7 minutes')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { originOf } from './site-origin.ts'

test('a site is meant by any of its addresses, however they are pasted', () => {
  assert.equal(originOf(' help.aurelia.example '), 'https://help.aurelia.example')
  assert.equal(originOf('https://help.aurelia.example/faq?page=2#top'), 'https://help.aurelia.example')
  assert.equal(originOf('http://127.0.0.1:8081/help'), 'http://127.0.0.1:8081')
})

test('what is no address of a site is not asked for', () => {
  for (const typed of ['', '   ', 'https://', 'ftp://files.example', 'two words'])
    assert.equal(originOf(typed), null, typed)
})

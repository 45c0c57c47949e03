import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeBase64url, encodeBase64url } from '../src/base64.ts'

test('base64url is spelled as node spells it, at every length and with every byte', () => {
  const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
  for (let length = 0; length <= all.length; length++)
    for (const bytes of [all.subarray(0, length), all.subarray(256 - length)]) {
      const text = encodeBase64url(bytes)
      assert.equal(text, bytes.toString('base64url'))
      assert.deepEqual(Buffer.from(decodeBase64url(text)!), Buffer.from(bytes))
    }
})

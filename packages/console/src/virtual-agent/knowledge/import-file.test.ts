import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileFormat, toBase64 } from './import-file.ts'

test('a file is read by the ending of its name, and what is not read is told before it is sent', () => {
  assert.deepEqual(
    ['Handbook.PDF', 'faq.md', 'page.htm', 'notes.txt', 'sheet.xlsx', 'README'].map(fileFormat),
    ['pdf', 'markdown', 'html', 'markdown', null, null],
  )
})

test('a file larger than one piece arrives byte for byte', () => {
  const bytes = Uint8Array.from({ length: 100_003 }, (_, i) => (i * 31) & 255)
  assert.deepEqual(new Uint8Array(Buffer.from(toBase64(bytes.buffer), 'base64')), bytes)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { skippedLog } from '../src/skipped-log.ts'

test('a server that skips the log gets no key without an entry', async () => {
  const lines: string[] = []
  const isWhole = await skippedLog((line) => lines.push(line))
  assert.equal(isWhole, true, lines.join('\n'))
  assert.equal(lines.filter((line) => line.endsWith('  ok')).length, 18)
})

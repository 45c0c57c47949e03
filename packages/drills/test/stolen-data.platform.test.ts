import assert from 'node:assert/strict'
import { test } from 'node:test'
import { stolenData } from '../src/stolen-data.ts'

test('who steals everything but the keyholder’s folder opens no conversation', async () => {
  const lines: string[] = []
  const holds = await stolenData((line) => lines.push(line))
  assert.equal(holds, true, lines.join('\n'))
  assert.ok(lines.includes('\n0 of 12 conversations opened.'))
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { notices } from '../src/notices.ts'

test('while the mail server dies and the sender is killed twice, everybody is told once and nobody in another’s name', async () => {
  const lines: string[] = []
  const holds = await notices((line) => lines.push(line), ['--small'])
  assert.equal(holds, true, lines.join('\n'))
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { logAttacks } from '../src/log-attacks.ts'

test('every attack on the access log is found by the verifier, with its index, and by the witness', async () => {
  const lines: string[] = []
  const found = await logAttacks((line) => lines.push(line))
  assert.equal(found, true, lines.join('\n'))
  const rows = lines.filter((line) => line.endsWith('  ok'))
  assert.equal(rows.length, 17)
  assert.equal(lines.at(-1), '\n17 of 17 attacks found.')
})

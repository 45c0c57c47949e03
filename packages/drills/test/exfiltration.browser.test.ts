import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import * as path from 'node:path'
import { test } from 'node:test'
import { runExfiltration } from '../src/exfiltration/exfiltration.ts'

test('a skimmer’s ways out of a payment page are stopped, reported and seen as docs/integrity-matrix.md says', async () => {
  const kept: unknown = JSON.parse(
    readFileSync(path.resolve(import.meta.dirname, '../src/exfiltration/outcomes.json'), 'utf8'),
  )
  assert.deepEqual(await runExfiltration(), kept)
})

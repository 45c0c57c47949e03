import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import * as path from 'node:path'
import { test } from 'node:test'
import { columns, failedControls, rowsOf, untriedHints, type Matrix } from '../src/exfiltration/matrix.ts'
import { policy } from '../src/exfiltration/shop.ts'
import { ways } from '../src/exfiltration/ways.ts'

const root = path.resolve(import.meta.dirname, '../../..')
const kept = JSON.parse(
  readFileSync(path.join(root, 'packages/drills/src/exfiltration/outcomes.json'), 'utf8'),
) as Matrix
const document = readFileSync(path.join(root, 'docs/integrity-matrix.md'), 'utf8')

test('docs/integrity-matrix.md shows the outcomes that are kept, and the policy of the run', () => {
  const rows = document
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[\s|-]+$/.test(line))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
  assert.deepEqual(rows, [columns, ...rowsOf(kept)])
  assert.ok(document.includes(`Content-Security-Policy: ${policy}`))
})

test('a way that does not lead out of the unprotected page fails the drill', () => {
  assert.deepEqual(failedControls(kept), [])
  for (const { id } of ways.filter(({ hint }) => !hint)) {
    const broken = structuredClone(kept)
    broken[id]!.none.arrived = false
    assert.deepEqual(failedControls(broken), [id])
  }
  // Hints are let off together only: one that is followed shows that the other could be.
  assert.deepEqual(untriedHints(kept), ['preconnect', 'dns-prefetch'])
  const followed = structuredClone(kept)
  followed['preconnect']!.none.arrived = true
  assert.deepEqual(failedControls(followed), ['dns-prefetch'])
})

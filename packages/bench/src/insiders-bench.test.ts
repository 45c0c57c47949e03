import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { test } from 'node:test'
import { measureInsiders } from './insiders-bench.ts'

test('what a bulk reader read is listed exactly, and a slow reader stands high in the review list', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'candor-insiders-'))
  try {
    const [list, review] = measureInsiders({ seed: 7, entries: 60_000 }, folder, () => undefined)
    assert.equal(list!.ratio, 'precision 1.000, recall 1.000')
    assert.match(review!.ratio, /^listed as no\. [12], with \d+$/)
    assert.equal(review!.isMet, true)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { containment } from '../src/containment.ts'

test('open widgets are stopped in time, in a real browser too, and nothing comes after it', async () => {
  const lines: string[] = []
  const held = await containment((line) => lines.push(line), { framesOpen: 200, inBrowser: 20 })
  const report = lines.join('\n')
  assert.equal(held, true, report)
  assert.match(report, /Open: 20 widgets in Chromium, 162 on sockets, 18 on event streams/)
  assert.equal(lines.filter((line) => line.endsWith('  ok')).length, 8, report)
})

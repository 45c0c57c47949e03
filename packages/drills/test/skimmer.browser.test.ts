import assert from 'node:assert/strict'
import { test } from 'node:test'
import { skimmerDrill } from '../src/skimmer.ts'

test('a skimmer in the tag manager reads a card once, is told by the browser that ran it, and is taken out', async () => {
  const lines: string[] = []
  const found = await skimmerDrill((line) => lines.push(line))
  const report = lines.join('\n')
  assert.equal(found, true, report)
  // That everything is looked at, and nothing twice.
  assert.equal(lines.filter((line) => line.includes(' ok ')).length, 9, report)
  assert.match(report, /the attacker has it: yes/)
})

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { counselConfirms } from '@candor/protocol/incidents-api.ts'
import { ruleColumns, ruleRow } from './rules-table.ts'
import { shippedRules } from './rules/shipped-rules.ts'

const page = readFileSync(new URL('../../../../../docs/clocks.md', import.meta.url), 'utf8')

test('docs/clocks.md lists exactly the rules that come with Candor, as they are', () => {
  const rows = page
    .slice(page.indexOf('## The rules'))
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
  const [heading, , ...body] = rows
  assert.deepEqual(heading, ruleColumns)
  assert.deepEqual(body, shippedRules.map(ruleRow))
})

test('docs/clocks.md says that counsel confirms, and how many rules were read', () => {
  assert.ok(page.includes(counselConfirms))
  const read = (how: string): number =>
    shippedRules.filter(({ verified }) => verified !== false && verified.how === how).length
  const unread = shippedRules.filter(({ verified }) => verified === false).length
  const says = `Of ${shippedRules.length} rules, the text of ${read('text')} was read, the deciding words of ${read('quotation')} in quotation, and ${unread} are known and were not read.`
  assert.ok(page.replaceAll('\n', ' ').includes(says), says)
})

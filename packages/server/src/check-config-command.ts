// npx candor check-config [--json]
import { parseArgs } from 'node:util'
import { describeFault, examineConfig } from './config.ts'

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } })
const { report, faults } = examineConfig()

if (values.json) {
  process.stdout.write(`${JSON.stringify({ settings: report, faults }, null, 2)}\n`)
} else {
  const rows = [['setting', 'value', 'from'], ...report.map((row) => [row.name, row.shown, row.source])]
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)))
  for (const [name, value, source] of rows) {
    process.stdout.write(`${name!.padEnd(widths[0]!)}  ${value!.padEnd(widths[1]!)}  ${source}\n`)
  }
  if (faults.length === 0) process.stdout.write('\nAll settings are right.\n')
  else
    process.stdout.write(
      `\n${faults.length === 1 ? '1 setting is' : `${faults.length} settings are`} wrong:\n${faults.map((fault) => `  ${describeFault(fault)}\n`).join('')}`,
    )
}
process.exitCode = faults.length === 0 ? 0 : 1

/** Columns as wide as their widest cell. */
export function printTable(print: (line: string) => void, head: string[], rows: string[][]): void {
  const widths = head.map((_, at) => Math.max(...[head, ...rows].map((row) => row[at]!.length)))
  for (const row of [head, widths.map((width) => '-'.repeat(width)), ...rows])
    print(
      row
        .map((cell, at) => cell.padEnd(widths[at]!))
        .join('  ')
        .trimEnd(),
    )
}

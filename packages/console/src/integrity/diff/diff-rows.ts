/** A difference as rows of a table: what is the same far from a change is folded away. */
import type { Block } from './diff-lines.ts'

interface Line {
  number: number
  text: string
}

export type DiffRow =
  | { kind: 'fold'; key: string; block: number; count: number }
  | {
      kind: 'line'
      key: string
      left?: Line
      right?: Line
      changed: boolean
      /** The first of its change. */
      first: boolean
    }

/** Lines around a change that stay in sight. */
const around = 3

export function rowsOf(blocks: readonly Block[], unfolded: ReadonlySet<number>): DiffRow[] {
  const rows: DiffRow[] = []
  blocks.forEach((block, b) => {
    if (block.kind === 'change') {
      const { gone, come } = block
      for (let i = 0; i < Math.max(gone.length, come.length); i++)
        rows.push({
          kind: 'line',
          key: `${b} ${i}`,
          changed: true,
          first: i === 0,
          ...(i < gone.length && { left: { number: block.left + i + 1, text: gone[i]! } }),
          ...(i < come.length && { right: { number: block.right + i + 1, text: come[i]! } }),
        })
      return
    }
    const { lines } = block
    const head = b === 0 ? 0 : around
    const tail = b === blocks.length - 1 ? 0 : around
    const folds = !unfolded.has(b) && lines.length > head + tail + 1
    for (let i = 0; i < lines.length; i++) {
      if (folds && i === head) {
        rows.push({ kind: 'fold', key: `${b} fold`, block: b, count: lines.length - head - tail })
        i = lines.length - tail - 1
        continue
      }
      const text = lines[i]!
      rows.push({
        kind: 'line',
        key: `${b} ${i}`,
        changed: false,
        first: false,
        left: { number: block.left + i + 1, text },
        right: { number: block.right + i + 1, text },
      })
    }
  })
  return rows
}

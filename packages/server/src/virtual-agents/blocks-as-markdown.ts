import type { Block } from '@candor/virtual-agent/knowledge/article.ts'

/** An article that was not written here, as Markdown to be edited: read again, it gives the same blocks. */
export function blocksAsMarkdown(body: readonly Block[]): string {
  const parts: string[] = []
  for (const [i, block] of body.entries()) {
    const before = body[i - 1]
    // A list or a table goes on; everything else stands apart.
    const goesOn =
      before !== undefined && before.kind === block.kind && (block.kind === 'item' || block.kind === 'row')
    const headerAgain = block.kind === 'row' && block.header && !(before?.kind === 'row' && before.header)
    if (parts.length > 0) parts.push(goesOn && !headerAgain ? '\n' : '\n\n')
    parts.push(markdownOf(block))
    const next = body[i + 1]
    if (block.kind === 'row' && block.header && !(next?.kind === 'row' && next.header))
      parts.push(`\n|${block.cells.map(() => ' --- |').join('')}`)
  }
  return parts.join('')
}

function markdownOf(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `${'#'.repeat(Math.min(6, Math.max(1, block.level)))} ${escaped(block.text)}`
    case 'paragraph':
      return block.text.split('\n').map(escaped).join('\n')
    case 'item':
      return `${'  '.repeat(block.depth)}${/^\d/.test(block.mark) ? block.mark : '-'} ${escaped(block.text)}`
    case 'row':
      return `|${block.cells.map((cell) => ` ${escaped(cell)} |`).join('')}`
  }
}

/** Characters that would be marks are marked as text (CommonMark §2.4). */
function escaped(text: string): string {
  return text
    .replaceAll(/[\\`*_[\]<>|~&#]/g, '\\$&')
    .replace(/^[-+=]/, '\\$&')
    .replace(/^(\s*\d+)([.)])/, '$1\\$2')
}

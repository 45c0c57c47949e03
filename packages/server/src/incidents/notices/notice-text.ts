import type { Notice } from './compose-notice.ts'

/** RFC 5322 §2.1.1: lines of at most 78 characters are read everywhere as they are. */
const lineCharactersMax = 76

export function noticeText(notice: Notice): string {
  const parts = [
    notice.title.toUpperCase(),
    notice.salutation,
    ...notice.sections.flatMap(({ title, blocks }) => [
      title.toUpperCase(),
      ...blocks.map((block) =>
        block.kind === 'paragraph'
          ? wrapped(block.text, '')
          : block.lines.map((line) => wrapped(line, '- ')).join('\n'),
      ),
    ]),
    notice.closing.join('\n'),
  ]
  return `${parts.join('\n\n')}\n`
}

function wrapped(text: string, mark: string): string {
  const lines: string[] = []
  let line = mark
  for (const word of text.split(/\s+/)) {
    const blank = line === mark || line === ' '.repeat(mark.length) ? '' : ' '
    if (line.length + blank.length + word.length > lineCharactersMax && blank !== '') {
      lines.push(line)
      line = ' '.repeat(mark.length) + word
    } else line += blank + word
  }
  return [...lines, line].join('\n')
}

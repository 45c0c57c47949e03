/** Writes small PDFs for tests: pages of lines, each with its place and size. */
export interface PdfLine {
  x?: number
  y: number
  size?: number
  text: string
}

export function testPdf(pages: readonly (readonly PdfLine[])[], { title }: { title?: string } = {}): Buffer {
  const streams = pages.map((lines) =>
    Buffer.from(
      lines
        .map(({ x = 72, y, size = 11, text }) => {
          // The bullet in the font's encoding.
          const escaped = text.replaceAll(/[\\()]/g, '\\$&').replaceAll('•', '\x95')
          return `BT /F1 ${size} Tf 1 0 0 1 ${x} ${y} Tm (${escaped}) Tj ET`
        })
        .join('\n'),
      'latin1',
    ),
  )
  return pdfOf(
    streams.map((content) => ({ content, filter: '' })),
    title,
  )
}

/** A PDF of one page whose content is compressed as `filter` says. */
export function testPdfOfStream(content: Buffer, filter: string): Buffer {
  return pdfOf([{ content, filter }])
}

function pdfOf(streams: { content: Buffer; filter: string }[], title?: string): Buffer {
  const objects: Buffer[] = []
  const add = (...parts: (string | Buffer)[]): number =>
    objects.push(
      Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part))),
    )
  const pageIds = streams.map((_, i) => 4 + 2 * i)
  add('<< /Type /Catalog /Pages 2 0 R >>')
  add(`<< /Type /Pages /Count ${streams.length} /Kids [${pageIds.map((id) => `${id} 0 R`).join(' ')}] >>`)
  add('<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>')
  for (const { content, filter } of streams) {
    const id = objects.length + 1
    add(
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${id + 1} 0 R /Resources << /Font << /F1 3 0 R >> >> >>`,
    )
    add(`<< /Length ${content.length} ${filter} >>\nstream\n`, content, '\nendstream')
  }
  const info = title === undefined ? null : add(`<< /Title (${title}) >>`)
  const parts: Buffer[] = [Buffer.from('%PDF-1.4\n')]
  const offsets: number[] = []
  let at = parts[0]!.length
  for (const [i, object] of objects.entries()) {
    offsets.push(at)
    const whole = Buffer.concat([Buffer.from(`${i + 1} 0 obj\n`), object, Buffer.from('\nendobj\n')])
    parts.push(whole)
    at += whole.length
  }
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('')
  const trailer = `<< /Size ${objects.length + 1} /Root 1 0 R ${info === null ? '' : `/Info ${info} 0 R`} >>`
  parts.push(
    Buffer.from(
      `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer\n${trailer}\nstartxref\n${at}\n%%EOF`,
    ),
  )
  return Buffer.concat(parts)
}

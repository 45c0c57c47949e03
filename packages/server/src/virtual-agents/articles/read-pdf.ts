import { getDocumentProxy } from 'unpdf'
import { articleBytesMax, type Block } from '@candor/virtual-agent/knowledge/article.ts'
import { checkedPage, cleanText, pdfBytesMax, Unreadable, type ReadPage } from './read-page.ts'

/** What is longer is no article. */
const pagesMax = 300
const headingCharactersMax = 150

/**
 * The text of a PDF, in the order in which the file draws it: paragraphs by the space between lines, headings by the
 * size of their letters, points by their marks. Lines that stand on most pages (running titles, page numbers) are
 * left out. Pictures of text stay pictures. Call it in a worker only: a PDF can be made to take any time and memory.
 *
 * @throws Unreadable
 */
export async function readPdf(bytes: Uint8Array): Promise<ReadPage> {
  if (bytes.length > pdfBytesMax) throw new Unreadable('too_large', `A PDF has at most ${pdfBytesMax} bytes.`)
  if (!Buffer.from(bytes.subarray(0, 1_024)).includes('%PDF-'))
    throw new Unreadable('malformed', 'This is no PDF.')
  try {
    // pdf.js takes the memory of the bytes over, so it gets its own.
    const pdf = await getDocumentProxy(Uint8Array.from(bytes), {
      useSystemFonts: false,
      disableFontFace: true,
      isImageDecoderSupported: false,
      isOffscreenCanvasSupported: false,
      enableXfa: false,
      maxImageSize: 1,
      verbosity: 0,
    })
    try {
      if (pdf.numPages > pagesMax) throw new Unreadable('too_large', `A PDF has at most ${pagesMax} pages.`)
      const lines = withoutRunningLines(await linesOf(pdf))
      const body = blocksOf(lines)
      const first = body.find((block) => block.kind === 'heading')
      return checkedPage({
        title: first?.kind === 'heading' ? first.text : await namedTitle(pdf),
        lang: null,
        body,
        canonical: null,
        noindex: false,
      })
    } finally {
      await pdf.loadingTask.destroy()
    }
  } catch (error) {
    if (error instanceof Unreadable || !(error instanceof Error)) throw error
    if (error.name === 'PasswordException')
      throw new Unreadable('encrypted', 'This PDF asks for a password.', error)
    throw new Unreadable('malformed', 'This PDF cannot be read.', error)
  }
}

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>

interface Line {
  text: string
  page: number
  /** Distance from the bottom of the page, and size of the letters, in points. */
  y: number
  height: number
}

async function namedTitle(pdf: Pdf): Promise<string | null> {
  const { info } = await pdf.getMetadata()
  const title = (info as Record<string, unknown>)['Title']
  return typeof title === 'string' ? title : null
}

async function linesOf(pdf: Pdf): Promise<Line[]> {
  const lines: Line[] = []
  let characters = 0
  for (let number = 1; number <= pdf.numPages; number++) {
    const page = await pdf.getPage(number)
    const { items } = await page.getTextContent()
    let line: Line | null = null
    let end = 0
    for (const item of items) {
      if (!('str' in item)) continue
      const [, , , , x, y] = item.transform as number[]
      const height = item.height || Math.abs((item.transform as number[])[3]!)
      characters += item.str.length
      if (characters > articleBytesMax) throw new Unreadable('too_large', `An article has at most ${articleBytesMax} bytes.`) // prettier-ignore
      if (item.str.trim() === '') {
        if (line !== null && item.str !== '') line.text += ' '
        continue
      }
      if (line === null || Math.abs(line.y - y!) > Math.max(line.height, height) * 0.5) {
        line = { text: item.str, page: number, y: y!, height }
        lines.push(line)
      } else {
        // A gap that no space was drawn into still parts words.
        if (x! - end > height * 0.2) line.text += ' '
        line.text += item.str
        line.height = Math.max(line.height, height)
      }
      end = x! + item.width
    }
    page.cleanup()
  }
  return lines.map((line) => ({ ...line, text: cleanText(line.text) })).filter(({ text }) => text !== '')
}

/** The first and last two lines of a page that, numbers aside, stand on at least half of the pages. */
function withoutRunningLines(lines: readonly Line[]): Line[] {
  const pages = Map.groupBy(lines, ({ page }) => page)
  const shape = (line: Line): string => line.text.replaceAll(/\d+/g, '#')
  const edges = new Map<string, number>()
  const atEdge = new Set<Line>()
  for (const own of pages.values())
    for (const line of new Set([...own.slice(0, 2), ...own.slice(-2)])) {
      atEdge.add(line)
      edges.set(shape(line), (edges.get(shape(line)) ?? 0) + 1)
    }
  const often = Math.max(3, pages.size / 2)
  return lines.filter((line) => !atEdge.has(line) || edges.get(shape(line))! < often)
}

function blocksOf(lines: readonly Line[]): Block[] {
  const body = usualHeight(lines)
  const sizes = [...new Set(lines.map(({ height }) => half(height)))]
    .filter((size) => size > body * 1.15)
    .sort((a, b) => b - a)
  const blocks: Block[] = []
  let before: Line | null = null
  for (const line of lines) {
    const level = line.text.length > headingCharactersMax ? 0 : sizes.indexOf(half(line.height)) + 1
    const point = /^([•◦▪●–*‣·-]|\d{1,3}[.)])\s+(\S.*)$/u.exec(line.text)
    const last = blocks.at(-1)
    if (level > 0) {
      if (last?.kind === 'heading' && last.level === Math.min(level, 6) && follows(before!, line))
        last.text += ` ${line.text}`
      else blocks.push({ kind: 'heading', level: Math.min(level, 6), text: line.text })
    } else if (point !== null)
      blocks.push({ kind: 'item', depth: 0, mark: /\d/.test(point[1]!) ? point[1]! : '•', text: point[2]! })
    else if (
      last !== undefined &&
      last.kind !== 'heading' &&
      last.kind !== 'row' &&
      continues(before!, line, last.text)
    )
      last.text = joined(last.text, line.text)
    else blocks.push({ kind: 'paragraph', text: line.text })
    before = line
  }
  return blocks
}

/** The height that most letters have. */
function usualHeight(lines: readonly Line[]): number {
  const letters = new Map<number, number>()
  for (const { height, text } of lines)
    letters.set(half(height), (letters.get(half(height)) ?? 0) + text.length)
  return [...letters].sort((a, b) => b[1] - a[1])[0]?.[0] ?? 0
}

const half = (height: number): number => Math.round(height * 2) / 2

/** Stands where the next line of the same text stands. */
function follows(before: Line, line: Line): boolean {
  const down = before.y - line.y
  return before.page === line.page && down > 0 && down < Math.max(before.height, line.height) * 1.7
}

/** Over the end of a page or column a sentence goes on when it was not ended. */
function continues(before: Line, line: Line, text: string): boolean {
  if (Math.abs(before.height - line.height) > before.height * 0.15) return false
  return (
    follows(before, line) ||
    (before.page !== line.page && !/[.!?:;]$/.test(text) && /^\p{Ll}/u.test(line.text))
  )
}

/** A hyphen at the end of a line parts a word. */
function joined(text: string, next: string): string {
  return /\p{Ll}-$/u.test(text) && /^\p{Ll}/u.test(next) ? text.slice(0, -1) + next : `${text} ${next}`
}

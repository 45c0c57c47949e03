import { createRequire } from 'node:module'
import PDFDocument from 'pdfkit'
import type { AffectedPerson, NoticeFacts } from '@candor/protocol/notices-api.ts'
import type { Notice } from '../compose-notice.ts'
import { vocabularies } from '../notice-words.ts'

/** One PDF of many letters, page after page: what is drawn is written, and only references to it stay in memory. */
export interface LetterPages {
  /** False, and nothing is drawn: the font cannot write this name or address. */
  add(letter: PrintedLetter): boolean
  end(): void
}

export interface PrintedLetter {
  notice: Notice
  person: Pick<AffectedPerson, 'name' | 'address'>
  company: NoticeFacts['company']
  code: string
  /** Small print at the foot, for who sorts the post: `7-000123`. */
  reference: string
}

export type Paper = 'a4' | 'letter'

const mm = 72 / 25.4
/** California asks for no less than 10 points (Cal. Civ. Code § 1798.82(d)(1)(C)). */
const bodyPoints = 10.5
const left = 25 * mm
const right = 20 * mm
const foot = 22 * mm
/**
 * The address lies in the window of a DIN 5008 form B envelope (20 to 105 mm from the left, 45 to 90 from the top) and,
 * folded in three, of a US No. 10 window envelope.
 */
const window = { top: 47 * mm, left: 25 * mm, width: 80 * mm, lineHeight: 4.8 * mm }
const bodyTop = 97 * mm

const require = createRequire(import.meta.url)
const fonts = {
  regular: require.resolve('@expo-google-fonts/source-serif-4/400Regular/SourceSerif4_400Regular.ttf'),
  bold: require.resolve('@expo-google-fonts/source-serif-4/600SemiBold/SourceSerif4_600SemiBold.ttf'),
}

/** @param write gets the bytes of the PDF as they come. */
export function openLetterPages(
  paper: Paper,
  title: string,
  write: (bytes: Buffer) => void,
  done: () => void,
): LetterPages {
  const doc = new PDFDocument({
    size: paper === 'a4' ? 'A4' : 'LETTER',
    margins: { top: 20 * mm, bottom: foot, left, right },
    bufferPages: true,
    autoFirstPage: false,
    compress: true,
    info: { Title: title, Producer: 'Candor', Creator: 'Candor' },
  })
  doc.on('data', write)
  doc.on('end', done)
  doc.registerFont('regular', fonts.regular)
  doc.registerFont('bold', fonts.bold)
  doc.font('bold').font('regular')

  return {
    add(letter) {
      const { name, address } = letter.person
      const lines = [name, ...(address ?? [])]
      if (!lines.every((line) => writes(doc, line))) return false
      draw(doc, letter, lines)
      doc.flushPages()
      return true
    },
    end: () => doc.end(),
  }
}

function draw(doc: PDFKit.PDFDocument, letter: PrintedLetter, address: readonly string[]): void {
  const { notice, company } = letter
  doc.addPage()
  const width = doc.page.width - left - right
  const first = doc.bufferedPageRange().start

  doc
    .font('bold')
    .fontSize(14)
    .text(company.name, left, 16 * mm, { width })
  doc.font('regular').fontSize(9).text(company.postal.join(' · '), { width })
  doc.text(`${company.phone} · ${company.email}`, { width })

  const returnLine = [company.name, ...company.postal].join(', ')
  doc
    .fontSize(6.5)
    .text(returnLine, window.left, window.top, { width: window.width, lineBreak: false, ellipsis: true })
  doc.fontSize(10.5)
  address.forEach((line, i) =>
    doc.text(line, window.left, window.top + 5 * mm + i * window.lineHeight, {
      width: window.width,
      lineBreak: false,
      ellipsis: true,
    }),
  )

  doc.font('bold').fontSize(15).text(notice.title, left, bodyTop, { width })
  doc.moveDown(0.6)
  doc.font('regular').fontSize(bodyPoints).text(notice.salutation, { width })
  for (const { title, blocks } of notice.sections) {
    doc.moveDown(0.7)
    // A heading stays with at least two lines of what it heads.
    keepTogether(doc, 16 * mm)
    doc.font('bold').fontSize(11.5).text(title, { width })
    doc.font('regular').fontSize(bodyPoints).moveDown(0.15)
    for (const block of blocks) {
      if (block.kind === 'paragraph') doc.text(block.text, { width, lineGap: 1.2, paragraphGap: 4 })
      else
        for (const line of block.lines)
          doc.text(`–  ${line}`, left + 3 * mm, doc.y, {
            width: width - 3 * mm,
            indent: -3 * mm,
            indentAllLines: false,
            lineGap: 1.2,
            paragraphGap: 2.5,
          })
      doc.x = left
    }
  }
  doc.moveDown(0.8)
  keepTogether(doc, 14 * mm)
  for (const line of notice.closing) doc.text(line, left, doc.y, { width })

  drawCode(doc, letter, width)
  numberPages(doc, letter, first)
}

function drawCode(doc: PDFKit.PDFDocument, { code, company, notice }: PrintedLetter, width: number): void {
  const height = 24 * mm
  doc.moveDown(1)
  keepTogether(doc, height + 2 * mm)
  const top = doc.y
  doc.rect(left, top, width, height).lineWidth(0.6).stroke('#000000')
  doc
    .font('bold')
    .fontSize(13.5)
    .text(code, left + 4 * mm, top + 4 * mm, {
      width: width - 8 * mm,
      characterSpacing: 0.8,
      lineBreak: false,
    })
  doc
    .font('regular')
    .fontSize(9)
    .text(vocabularies[notice.language].code(company.name), left + 4 * mm, top + 12 * mm, {
      width: width - 8 * mm,
    })
}

/** At the foot, outside what text flows into. */
function numberPages(doc: PDFKit.PDFDocument, { notice, reference }: PrintedLetter, first: number): void {
  const { start, count } = doc.bufferedPageRange()
  const pages = start + count - first
  for (let n = 0; n < pages; n++) {
    doc.switchToPage(first + n)
    const { bottom } = doc.page.margins
    doc.page.margins.bottom = 0
    const y = doc.page.height - 14 * mm
    doc.font('regular').fontSize(8)
    doc.text(vocabularies[notice.language].page(n + 1, pages), left, y, { lineBreak: false })
    doc.text(reference, left, y, { width: doc.page.width - left - right, align: 'right', lineBreak: false })
    doc.page.margins.bottom = bottom
  }
}

function keepTogether(doc: PDFKit.PDFDocument, height: number): void {
  if (doc.y + height > doc.page.height - foot) doc.addPage()
}

/** A missing glyph would be printed as a box, and the letter would go to nobody. */
function writes(doc: PDFKit.PDFDocument, text: string): boolean {
  // The library keeps the parsed font, and says nothing of missing glyphs otherwise.
  const { font } = (doc.font('regular') as unknown as { _font: { font: ParsedFont } })._font
  return [...text].every((character) => font.hasGlyphForCodePoint(character.codePointAt(0)!))
}

interface ParsedFont {
  hasGlyphForCodePoint(code: number): boolean
}

import { blockText, passageCharactersMax, type Article, type Block, type Passage } from './article.ts'

/**
 * Cuts an article into passages: each stands under one heading, has at most `passageCharactersMax` characters, and
 * consists of whole blocks wherever a block is short enough. The same article gives the same passages and ids.
 *
 * Every line of a passage stands word for word in the article, in its order. The only thing said twice is the
 * header row of a table that is cut, since rows without it say nothing.
 */
export function chunkArticle(article: Article): Passage[] {
  return sectionsOf(article)
    .flatMap(passagesOf)
    .map((passage, ordinal) => ({
      id: `${article.id}@${article.version}#${ordinal}`,
      article: article.id,
      version: article.version,
      ordinal,
      title: article.title,
      ...passage,
    }))
}

interface Section {
  headings: string[]
  blocks: Block[]
}

function sectionsOf(article: Article): Section[] {
  const sections: Section[] = []
  let path: { level: number; text: string }[] = []
  let section: Section = { headings: [], blocks: [] }
  for (const block of article.body) {
    if (block.kind !== 'heading') {
      section.blocks.push(block)
      continue
    }
    sections.push(section)
    // The title is shown with every passage: a first heading that repeats it says nothing more.
    path = [...path.filter(({ level }) => level < block.level), { level: block.level, text: block.text }]
    section = {
      headings: path.map(({ text }) => text).filter((text, i) => i > 0 || !sameWords(text, article.title)),
      blocks: [],
    }
  }
  sections.push(section)
  return sections.filter(({ blocks }) => blocks.length > 0)
}

function sameWords(a: string, b: string): boolean {
  return a.trim().toLowerCase() === b.trim().toLowerCase()
}

/** A piece that is not cut any more, and what stands between it and the piece before it. */
interface Piece {
  text: string
  gap: '\n' | '\n\n' | ' '
  /** What follows belongs to it: "You need:" before a list is no answer alone. */
  leads: boolean
  /** The header row that a passage which begins here has to repeat. */
  header: string | null
}

function passagesOf({ headings, blocks }: Section): { headings: string[]; text: string }[] {
  const pieces = piecesOf(blocks)
  const charactersAll = pieces.reduce((sum, { text, gap }) => sum + text.length + gap.length, 0)
  // Pieces of about the same size: 1,000 characters are read as 500 and 500, not as 900 and a rest.
  const aim = charactersAll / Math.ceil(charactersAll / passageCharactersMax)
  const passages: { headings: string[]; text: string }[] = []
  let text = ''
  const close = (): void => {
    if (text !== '') passages.push({ headings, text })
    text = ''
  }
  for (const [i, piece] of pieces.entries()) {
    const next = pieces[i + 1]
    const withNext = piece.leads && next !== undefined ? next.gap.length + next.text.length : 0
    const grown = text.length + piece.gap.length + piece.text.length + withNext
    if (grown > passageCharactersMax || (text.length >= aim && !pieces[i - 1]!.leads)) close()
    if (text === '' && piece.header !== null) {
      const withHeader = `${piece.header}\n${piece.text}`
      text = withHeader.length <= passageCharactersMax ? withHeader : piece.text
    } else text = text === '' ? piece.text : text + piece.gap + piece.text
  }
  close()
  return passages
}

function piecesOf(blocks: readonly Block[]): Piece[] {
  const pieces: Piece[] = []
  let header: string | null = null
  let before: Block['kind'] | null = null
  for (const block of blocks) {
    const text = blockText(block)
    if (text.trim() === '') continue
    const isHeader = block.kind === 'row' && block.header
    if (block.kind !== 'row') header = null
    const gap: Piece['gap'] = block.kind === before && block.kind !== 'paragraph' ? '\n' : '\n\n'
    const parts = splitText(text, passageCharactersMax)
    for (const [i, part] of parts.entries())
      pieces.push({
        text: part,
        gap: i === 0 ? gap : ' ',
        leads: isHeader || (i === parts.length - 1 && /[:：]$/.test(part)),
        header: isHeader ? null : header,
      })
    if (isHeader) header = text
    before = block.kind
  }
  return pieces
}

/** Cuts after a sentence where one ends in the second half of what fits, else between words, else anywhere. */
export function splitText(text: string, charactersMax: number): string[] {
  const parts: string[] = []
  let rest = text.trimEnd()
  while (rest.length > charactersMax) {
    const room = rest.slice(0, charactersMax)
    const sentences = [...room.matchAll(/[.!?؟…;](?=\s)/g)].map(({ index }) => index + 1)
    let at = sentences.findLast((end) => end > charactersMax / 2) ?? room.search(/\s\S*$/)
    if (at < charactersMax / 4) {
      at = charactersMax
      // A surrogate pair is one character.
      if (/[\uD800-\uDBFF]$/.test(room)) at -= 1
    }
    parts.push(rest.slice(0, at).trimEnd())
    rest = rest.slice(at).trimStart()
  }
  if (rest !== '') parts.push(rest)
  return parts
}

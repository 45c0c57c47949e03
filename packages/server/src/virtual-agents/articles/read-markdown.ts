import MarkdownIt from 'markdown-it'
import type { Block } from '@candor/virtual-agent/knowledge/article.ts'
import { decodeText, readHtmlText } from './read-html.ts'
import { checkedPage, cleanText, Unreadable, type ReadPage } from './read-page.ts'

/** Five times the text that an article may have: marks and addresses of links are not text. */
export const markdownBytesMax = 1_000_000

const parser = new MarkdownIt({ html: true, linkify: false, typographer: false, maxNesting: 60 })
type Token = ReturnType<typeof parser.parse>[number]

/**
 * Markdown (CommonMark, with tables) as blocks of plain text. HTML within it is read as a page is: its text stays,
 * its tags and scripts do not. The title is that of the front matter, else the first heading of level 1.
 *
 * @throws Unreadable
 */
export function readMarkdown(bytes: Uint8Array): ReadPage {
  if (bytes.length > markdownBytesMax)
    throw new Unreadable('too_large', `A Markdown file has at most ${markdownBytesMax} bytes.`)
  const { fields, text } = frontMatter(decodeText(bytes, 'utf-8').toWellFormed())
  const body = blocksOf(parser.parse(text, {}))
  const first = body.find((block) => block.kind === 'heading' && block.level === 1)
  const title = fields['title'] ?? (first?.kind === 'heading' ? first.text : null)
  return checkedPage({
    title,
    lang: fields['lang'] ?? fields['language'] ?? null,
    body,
    canonical: null,
    noindex: false,
  })
}

/** The lines between `---` at the very beginning, as far as they are plain `name: value`. */
function frontMatter(text: string): { fields: Record<string, string>; text: string } {
  const match = /^\uFEFF?---[ \t]*\r?\n(?=\w+:)([\s\S]{0,10000}?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(text)
  if (match === null) return { fields: {}, text }
  const fields: Record<string, string> = {}
  for (const line of match[1]!.split(/\r?\n/)) {
    const [, name, value] = /^(\w{1,40}):[ \t]+(\S.{0,500}?)[ \t]*$/.exec(line) ?? []
    if (name !== undefined) fields[name.toLowerCase()] = value!.replace(/^(["'])(.*)\1$/, '$2')
  }
  return { fields, text: text.slice(match[0].length) }
}

function blocksOf(tokens: readonly Token[]): Block[] {
  const blocks: Block[] = []
  const lists: { ordered: boolean; next: number }[] = []
  let heading = 0
  /** The mark of a point whose first text is still to come. */
  let mark: string | null = null
  let row: { cells: string[]; header: boolean } | null = null
  const add = (text: string): void => {
    if (text === '') return
    if (row !== null) row.cells.push(text)
    else if (heading > 0) blocks.push({ kind: 'heading', level: heading, text })
    else if (mark === null) blocks.push({ kind: 'paragraph', text })
    else {
      blocks.push({ kind: 'item', depth: lists.length - 1, mark, text })
      mark = null
    }
  }
  for (const token of tokens)
    switch (token.type) {
      case 'heading_open':
        heading = Number(token.tag.slice(1))
        break
      case 'heading_close':
        heading = 0
        break
      case 'bullet_list_open':
      case 'ordered_list_open':
        lists.push({ ordered: token.type === 'ordered_list_open', next: Number(token.attrGet('start') ?? 1) })
        mark = null
        break
      case 'bullet_list_close':
      case 'ordered_list_close':
        lists.pop()
        mark = null
        break
      case 'list_item_open': {
        const list = lists.at(-1)!
        mark = list.ordered ? `${list.next++}.` : '•'
        break
      }
      case 'tr_open':
        row = { cells: [], header: false }
        break
      case 'th_open':
        if (row !== null) row.header = true
        break
      case 'tr_close':
        if (row !== null && row.cells.length > 0) blocks.push({ kind: 'row', ...row })
        row = null
        break
      case 'inline': {
        const text = inlineText(token.children ?? [])
        // An empty cell still has its place in the row.
        if (row !== null) (row as { cells: string[] }).cells.push(text)
        else add(text)
        break
      }
      case 'code_block':
      case 'fence':
        add(cleanText(token.content))
        break
      case 'html_block':
        blocks.push(...readHtmlText(token.content).body)
        break
    }
  return blocks
}

/** Text of links, emphasis and code; of pictures, what is said instead of them. */
function inlineText(tokens: readonly Token[]): string {
  const parts: string[] = []
  /** The script or style whose content is being left out. */
  let within: string | null = null
  for (const token of tokens) {
    if (token.type === 'html_inline') {
      const tag = /^<(\/?)(script|style)\b/i.exec(token.content)
      if (tag !== null) within = tag[1] === '' ? tag[2]!.toLowerCase() : null
      if (/^<br\b/i.test(token.content)) parts.push(' ')
    } else if (within === null) {
      if (token.type === 'softbreak' || token.type === 'hardbreak') parts.push(' ')
      else if (token.type === 'text' || token.type === 'code_inline' || token.type === 'image')
        parts.push(token.content)
    }
  }
  return cleanText(parts.join(''))
}

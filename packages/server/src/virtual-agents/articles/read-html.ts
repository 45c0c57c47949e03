import { Parser } from 'htmlparser2'
import type { Block } from '@candor/virtual-agent/knowledge/article.ts'
import { blocksMax, checkedPage, cleanText, Unreadable, type ReadPage } from './read-page.ts'

/** A page of a support site has some 100 KB; what is larger is mostly script. */
export const htmlBytesMax = 2_000_000
/** Pages nest some thirty elements deep. Without a limit a small file makes a search through all open ones for each tag. */
const depthMax = 400

/** @throws Unreadable */
export function readHtml(bytes: Uint8Array, charset?: string | null): ReadPage {
  if (bytes.length > htmlBytesMax)
    throw new Unreadable('too_large', `A page has at most ${htmlBytesMax} bytes.`)
  return checkedPage(readHtmlText(decodeHtml(bytes, charset ?? null)))
}

/**
 * The text of a page: what stands in `main` or `article` where the page has one, without navigation, headers,
 * footers, asides, dialogs, forms, scripts and what is hidden. Nothing is loaded or run, and no tag is kept.
 */
export function readHtmlText(html: string): ReadPage {
  const reader = new PageReader()
  const parser = new Parser(
    {
      onopentag: (name, attributes) => reader.open(name, attributes),
      ontext: (text) => reader.text(text),
      onclosetag: (name) => reader.close(name),
    },
    { decodeEntities: true, lowerCaseTags: true, recognizeSelfClosing: false },
  )
  parser.write(html.toWellFormed())
  parser.end()
  return reader.page()
}

/** Nothing in these is text of the page. */
const skipped = new Set([
  'script', 'style', 'noscript', 'template', 'svg', 'math', 'iframe', 'frame', 'object', 'embed', 'applet', 'canvas',
  'audio', 'video', 'map', 'picture', 'nav', 'footer', 'aside', 'dialog', 'menu', 'button', 'select', 'datalist', 'textarea',
  'label', 'legend', 'option', 'progress', 'meter', 'output', 'search', 'marquee', 'plaintext', 'xmp', 'rp', 'rt',
]) // prettier-ignore
const skippedRoles = new Set([
  'navigation', 'banner', 'contentinfo', 'search', 'dialog', 'alertdialog', 'alert', 'complementary', 'menu', 'menubar',
  'toolbar', 'tablist', 'form', 'status', 'tooltip',
]) // prettier-ignore
/** Whole class names and ids that only furniture has. Parts of names are not enough: a wrapper may be `has-cookie-banner`. */
const furniture =
  /^(?:(?:cookie|consent|gdpr)s?[-_]?(?:banner|notice|bar|consent|popup|dialog|message|overlay)|breadcrumbs?(?:[-_](?:nav|list|trail))?|newsletter(?:[-_](?:form|box|signup))?|skip[-_]?(?:link|nav|to-content)|sr-only|visually-?hidden|screen-reader-text|(?:share|social)[-_]?(?:buttons?|links?|bar|icons?)|pagination)$/i

/** A class of these says something about the page, not about a part of it. */
const never = new Set(['html', 'body', 'main', 'article'])
const voids = new Set([
  'br',
  'hr',
  'img',
  'input',
  'meta',
  'link',
  'wbr',
  'col',
  'source',
  'track',
  'base',
  'area',
  'param',
])
const breaking = new Set([
  'p', 'div', 'section', 'main', 'article', 'header', 'form', 'fieldset', 'blockquote', 'pre', 'figure', 'figcaption', 'address', 'details',
  'center', 'hgroup', 'body', 'html', 'caption', 'dd', 'dl', 'ul', 'ol', 'table', 'thead', 'tbody', 'tfoot', 'hr',
]) // prettier-ignore
/** Where these stand in a cell, the table only lays the page out. */
const notInCells = new Set(['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'dl', 'table'])
/** Titles of what follows, also in lists of questions and in parts that unfold. */
const headingLevels: Record<string, number> = { h1: 1, h2: 2, h3: 3, h4: 4, h5: 5, h6: 6, dt: 6, summary: 6 }
/** So much text makes what a page marks as its main part worth leaving the rest. */
const mainCharactersMin = 100

interface Open {
  name: string
  /** Everything in it is left out. */
  skip: boolean
  main: boolean
  form: boolean
  pageHeader: boolean
}

interface Placed {
  block: Block
  main: boolean
  form: boolean
  pageHeader: boolean
}

interface List {
  ordered: boolean
  next: number
}

class PageReader {
  private readonly stack: Open[] = []
  private readonly lists: List[] = []
  private readonly placed: Placed[] = []
  private buffer: string[] = []
  /** What the text that is being read will be. */
  private kind: { kind: 'paragraph' } | { kind: 'heading'; level: number } | { kind: 'item'; depth: number; mark: string } = { kind: 'paragraph' } // prettier-ignore
  private row: { cells: string[]; header: boolean } | null = null
  private titleText: string[] | null = null
  private title: string | null = null
  private lang: string | null = null
  private canonical: string | null = null
  private noindex = false

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (name === 'meta' && /^(?:robots|candor)$/i.test(attributes['name'] ?? ''))
      this.noindex ||= /\b(?:noindex|none)\b/i.test(attributes['content'] ?? '')
    if (name === 'link' && /\bcanonical\b/i.test(attributes['rel'] ?? ''))
      this.canonical ??= attributes['href'] ?? null
    if (name === 'html') this.lang ??= attributes['lang'] ?? null
    const above = this.stack.at(-1)
    if (name === 'br') this.buffer.push(' ')
    if (name === 'hr' && above?.skip !== true) this.pause()
    if (name === 'img' || voids.has(name)) return
    if (this.stack.length >= depthMax)
      throw new Unreadable('too_deep', `Elements stand more than ${depthMax} deep in each other.`)
    const isMain = name === 'main' || name === 'article' || attributes['role'] === 'main'
    const skip = above?.skip === true || isFurniture(name, attributes)
    this.stack.push({
      name,
      skip,
      main: isMain || above?.main === true,
      form: name === 'form' || above?.form === true,
      pageHeader: (name === 'header' && !(above?.main === true)) || above?.pageHeader === true,
    })
    if (name === 'title' && this.title === null && !skip && !this.within('body')) this.titleText = []
    if (skip) return
    if (notInCells.has(name)) this.dissolveRow()
    if (name in headingLevels) {
      this.flush()
      this.kind = { kind: 'heading', level: headingLevels[name]! }
    } else if (name === 'ul' || name === 'ol') {
      this.flush()
      const start = Number.parseInt(attributes['start'] ?? '1', 10)
      this.lists.push({ ordered: name === 'ol', next: Number.isSafeInteger(start) ? start : 1 })
    } else if (name === 'li') {
      this.flush()
      const list = this.lists.at(-1) ?? { ordered: false, next: 1 }
      this.kind = {
        kind: 'item',
        depth: Math.max(0, this.lists.length - 1),
        mark: list.ordered ? `${list.next++}.` : '•',
      }
    } else if (name === 'tr') {
      this.flush()
      this.row = { cells: [], header: true }
    } else if (name === 'td' || name === 'th') {
      if (this.row === null) this.flush()
      else {
        this.buffer = []
        if (name === 'td') this.row.header = false
      }
    } else if (breaking.has(name)) this.pause()
  }

  text(text: string): void {
    if (this.titleText !== null) this.titleText.push(text)
    else if (this.stack.at(-1)?.skip !== true && !this.within('head')) this.buffer.push(text)
  }

  close(name: string): void {
    if (voids.has(name)) return
    const closed = this.stack.pop()
    if (closed === undefined) return
    if (name === 'title' && this.titleText !== null) {
      this.title = this.titleText.join('')
      this.titleText = null
      return
    }
    if (closed.skip) return
    if (name in headingLevels || name === 'li') {
      this.flush(closed)
      this.kind = { kind: 'paragraph' }
    } else if (name === 'ul' || name === 'ol') {
      this.flush(closed)
      this.lists.pop()
      this.kind = { kind: 'paragraph' }
    } else if ((name === 'td' || name === 'th') && this.row === null) this.flush(closed)
    else if ((name === 'td' || name === 'th') && this.row !== null) {
      this.row.cells.push(cleanText(this.buffer.join('')))
      this.buffer = []
    } else if (name === 'tr' && this.row !== null) {
      const { cells, header } = this.row
      this.row = null
      this.buffer = []
      // A single cell is no row of anything.
      if (cells.length === 1) this.place({ kind: 'paragraph', text: cells[0]! }, closed)
      else if (cells.some((cell) => cell !== '')) this.place({ kind: 'row', header, cells }, closed)
    } else if (breaking.has(name)) this.pause(closed)
  }

  page(): ReadPage {
    this.flush()
    const blocks = chooseBlocks(this.placed)
    const first = blocks.find((block) => block.kind === 'heading' && block.level === 1)
    const title = first?.kind === 'heading' ? first.text : this.title
    return { title, lang: this.lang, body: blocks, canonical: this.canonical, noindex: this.noindex }
  }

  /** An element that begins or ends a line. Within a cell, and within a point of a list, lines are one text. */
  private pause(where?: Open): void {
    if (this.row === null) this.flush(where)
    else this.buffer.push(' ')
  }

  private flush(where = this.stack.at(-1)): void {
    if (this.row !== null) return
    const text = cleanText(this.buffer.join(''))
    this.buffer = []
    if (text === '') return
    this.place({ ...this.kind, text }, where)
    // What follows within the same point or heading is text of its own.
    this.kind = { kind: 'paragraph' }
  }

  private place(block: Block, where: Open | undefined): void {
    if (block.kind === 'paragraph' && block.text === '') return
    if (this.placed.length >= blocksMax)
      throw new Unreadable('too_large', `A page has at most ${blocksMax} paragraphs.`)
    const { main = false, form = false, pageHeader = false } = where ?? {}
    this.placed.push({ block, main, form, pageHeader })
  }

  /** The table turned out to be layout: its cells are paragraphs. */
  private dissolveRow(): void {
    if (this.row === null) return
    const cells = [...this.row.cells, cleanText(this.buffer.join(''))]
    this.row = null
    this.buffer = []
    for (const text of cells) this.place({ kind: 'paragraph', text }, this.stack.at(-1))
  }

  private within(name: string): boolean {
    return this.stack.some((open) => open.name === name)
  }
}

function isFurniture(name: string, attributes: Readonly<Record<string, string>>): boolean {
  if (skipped.has(name)) return true
  if (never.has(name)) return false
  return (
    'hidden' in attributes ||
    attributes['aria-hidden'] === 'true' ||
    skippedRoles.has(attributes['role'] ?? '') ||
    /display:\s*none|visibility:\s*hidden/i.test(attributes['style'] ?? '') ||
    [attributes['id'] ?? '', ...(attributes['class'] ?? '').split(/\s+/)].some((one) => furniture.test(one))
  )
}

/** The narrowest part of the page that says enough: some pages mark none, some stand in one form as a whole. */
function chooseBlocks(placed: readonly Placed[]): Block[] {
  const choices = [
    placed.filter(({ main, form }) => main && !form),
    placed.filter(({ form, pageHeader }) => !form && !pageHeader),
    placed.filter(({ pageHeader }) => !pageHeader),
  ].map((some) => some.map(({ block }) => block))
  return choices.find((blocks) => charactersOf(blocks) >= mainCharactersMin) ?? choices.at(-1)!
}

function charactersOf(blocks: readonly Block[]): number {
  return blocks.reduce(
    (sum, block) =>
      sum +
      (block.kind === 'heading' ? 0 : block.kind === 'row' ? block.cells.join('').length : block.text.length),
    0,
  )
}

/** Bytes to text as a browser would: byte order mark, then what the server said, then what the page says, then UTF-8. */
function decodeHtml(bytes: Uint8Array, charset: string | null): string {
  const beginning = Buffer.from(bytes.subarray(0, 1_024)).toString('latin1')
  const mark = bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : null // prettier-ignore
  const named = /<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w-]{1,40})/i.exec(beginning)?.[1]
  return decodeText(bytes, mark ?? charset ?? named ?? 'utf-8')
}

/** A charset that nobody knows is read as UTF-8; bytes that are none become the replacement character. */
export function decodeText(bytes: Uint8Array, charset: string): string {
  let decoder: InstanceType<typeof TextDecoder>
  try {
    decoder = new TextDecoder(charset)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    decoder = new TextDecoder()
  }
  return decoder.decode(bytes)
}

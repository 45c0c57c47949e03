import {
  articleBytes,
  articleBytesMax,
  titleCharactersMax,
  type Block,
} from '@candor/virtual-agent/knowledge/article.ts'

/** What was read from one file or page. */
export interface ReadPage {
  title: string | null
  /** Of the document, as it says itself: `de`, `en-GB`. */
  lang: string | null
  body: Block[]
  /** Address that the page names as its own, as written; null when it names none. */
  canonical: string | null
  /** The page asks not to be found by searches. */
  noindex: boolean
}

export type UnreadableReason =
  'too_large' | 'too_deep' | 'empty' | 'malformed' | 'encrypted' | 'too_slow' | 'too_much_memory'

/** This file cannot become an article. The message is for the person who brought it. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable'
  readonly reason: UnreadableReason

  constructor(reason: UnreadableReason, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.reason = reason
  }
}

/** A manual with pictures. */
export const pdfBytesMax = 10_000_000

/** More pieces than a page of `articleBytesMax` bytes has; each takes memory of its own. */
export const blocksMax = 20_000

/** @throws Unreadable when there is no text, or more than an article may have */
export function checkedPage(page: ReadPage): ReadPage {
  if (!page.body.some((block) => block.kind !== 'heading'))
    throw new Unreadable('empty', 'There is no text in it.')
  if (page.body.length > blocksMax || articleBytes(page.body) > articleBytesMax)
    throw new Unreadable(
      'too_large',
      `An article has at most ${articleBytesMax} bytes of text; part this one.`,
    )
  return { ...page, title: page.title === null ? null : cutTitle(page.title) }
}

/** One line of text as an article keeps it: spaces joined, and nothing that cannot be seen. */
export function cleanText(text: string): string {
  return (
    text
      .toWellFormed()
      // Zero width space, soft hyphen, byte order mark: they part words unseen. Joiners are letters' own in Arabic.
      .replaceAll(/[\u200B\u00AD\uFEFF\u2060]/g, '')
      // Marks that turn the direction of what follows could make a text read as another one.
      .replaceAll(/[\u202A-\u202E\u2066-\u2069]/g, '')
      .replaceAll(/[\p{White_Space}\p{Cc}]+/gu, ' ')
      .trim()
  )
}

function cutTitle(title: string): string | null {
  const clean = cleanText(title)
  if (clean.length <= titleCharactersMax) return clean === '' ? null : clean
  const cut = clean.slice(0, titleCharactersMax - 1)
  return `${(/\s/.test(cut) ? cut.replace(/\s+\S*$/, '') : cut).replace(/[\uD800-\uDBFF]$/, '')}…`
}

import type { Language } from '../script.ts'

/** What a virtual agent may quote: one page of a tenant's knowledge, as plain text. Nothing of HTML is kept. */
export interface Article {
  /** The tenant's own key of the article; stays the same over its versions. */
  id: string
  /** Counts up with every change of the text; a quoted passage names the version that it was quoted from. */
  version: number
  title: string
  language: Language
  /** Page that is linked below the answer; null where the text stands nowhere else. */
  address: string | null
  source: ArticleSource
  body: Block[]
  /** How people ask for this, in their own words: matched, and never quoted. */
  questions: string[]
  /** A person of the tenant has read it. Only approved articles are indexed. */
  approved: boolean
}

export type ArticleSource = 'written' | 'markdown' | 'html' | 'pdf' | 'crawl'

export type Block =
  | { kind: 'heading'; level: number; text: string }
  | { kind: 'paragraph'; text: string }
  /** One point of a list; `depth` is 0 for the outermost list, `mark` is '•' or the number as it is shown. */
  | { kind: 'item'; depth: number; mark: string; text: string }
  /** One row of a table. `header` rows name the columns of the rows that follow. */
  | { kind: 'row'; header: boolean; cells: string[] }

/** A piece of an article that is short enough to be an answer. Its text stands word for word in the article. */
export interface Passage {
  /** `article@version#ordinal`: the same for the same text. */
  id: string
  article: string
  version: number
  ordinal: number
  title: string
  /** The headings that it stands under, outermost first, without the title. */
  headings: string[]
  text: string
}

/** More than a support site has; docs/bench.md says what an index of as many costs. */
export const articlesMax = 2_000
/** A long manual. What is longer is several articles. */
export const articleBytesMax = 200_000
export const titleCharactersMax = 200
export const addressCharactersMax = 2_000
export const questionsMax = 100
export const questionCharactersMax = 300
/** An answer is read in a small panel beside a page. */
export const passageCharactersMax = 900
/** Deeper lists are read as if they were of this depth. */
export const listDepthMax = 6

/** The text of a block as it is quoted. */
export function blockText(block: Block): string {
  switch (block.kind) {
    case 'heading':
    case 'paragraph':
      return block.text
    case 'item':
      return `${'  '.repeat(Math.min(block.depth, listDepthMax))}${block.mark} ${block.text}`
    case 'row':
      return block.cells.join(' | ')
  }
}

/** Bytes of everything that an article says, in UTF-8. */
export function articleBytes(body: readonly Block[]): number {
  return body.reduce((sum, block) => sum + utf8Bytes(blockText(block)) + 1, 0)
}

/** Why an article cannot be kept, each with the path of its field; none when it can. */
export function articleFaults(article: Article): { field: string; message: string }[] {
  const faults: { field: string; message: string }[] = []
  const check = (holds: boolean, field: string, message: string): void => {
    if (!holds) faults.push({ field, message })
  }
  check(/^[\w.~-]{1,100}$/.test(article.id), 'id', 'is 1 to 100 letters, digits, ., _, ~ or -')
  check(Number.isSafeInteger(article.version) && article.version >= 1, 'version', 'counts from 1')
  check(
    article.title.trim() !== '' && article.title.length <= titleCharactersMax,
    'title',
    `has 1 to ${titleCharactersMax} characters`,
  )
  check(article.address === null || isAddress(article.address), 'address', 'is an https address')
  check(article.questions.length <= questionsMax, 'questions', `are at most ${questionsMax}`)
  for (const [i, question] of article.questions.entries())
    check(
      question.trim() !== '' && question.length <= questionCharactersMax,
      `questions[${i}]`,
      `has 1 to ${questionCharactersMax} characters`,
    )
  check(
    article.body.some((block) => block.kind !== 'heading'),
    'body',
    'says something below its headings',
  )
  check(articleBytes(article.body) <= articleBytesMax, 'body', `has at most ${articleBytesMax} bytes of text`)
  return faults
}

/** A link goes under an answer as it is: only https, nobody's password in it. */
function isAddress(address: string): boolean {
  if (address.length > addressCharactersMax || !URL.canParse(address)) return false
  const { protocol, username, password } = new URL(address)
  return protocol === 'https:' && username === '' && password === ''
}

function utf8Bytes(text: string): number {
  return encoder.encode(text).length
}

const encoder = new TextEncoder()

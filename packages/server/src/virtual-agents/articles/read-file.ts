import type { ArticleSource } from '@candor/virtual-agent/knowledge/article.ts'
import { readHtml } from './read-html.ts'
import { readMarkdown } from './read-markdown.ts'
import type { ReadPage } from './read-page.ts'

/** What a file is. What a person wrote in the console is Markdown. */
export type FileKind = Extract<ArticleSource, 'markdown' | 'html' | 'pdf'>

/**
 * Reads a file into blocks of plain text. It may take long and much memory with files made to do that: the server
 * calls it through `openArticleReader`, which ends it.
 *
 * @throws Unreadable
 */
export async function readFile(kind: FileKind, bytes: Uint8Array, charset: string | null): Promise<ReadPage> {
  switch (kind) {
    case 'markdown':
      return readMarkdown(bytes)
    case 'html':
      return readHtml(bytes, charset)
    case 'pdf': {
      // 1.7 MB of program that most files do not need.
      const { readPdf } = await import('./read-pdf.ts')
      return readPdf(bytes)
    }
  }
}

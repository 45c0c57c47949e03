import { languages, type Language } from '@candor/virtual-agent/script.ts'
import { languageOf } from '@candor/virtual-agent/tokens.ts'
import { blockText, type Article, type ArticleSource } from '@candor/virtual-agent/knowledge/article.ts'
import type { ArticleReader } from './article-reader.ts'
import type { FileKind } from './read-file.ts'
import type { ReadPage, UnreadableReason } from './read-page.ts'

export interface ArticleFile {
  kind: FileKind
  bytes: Uint8Array
  /** As a server said it; null for files. */
  charset?: string | null
  id: string
  version: number
  source: ArticleSource
  address: string | null
  /** When the file names no title. */
  title: string
  /** When neither the file nor its words show one. */
  language: Language
}

export type ReadArticle =
  | { kind: 'read'; article: Article; page: ReadPage }
  | { kind: 'unreadable'; reason: UnreadableReason; message: string }

/** A file as an article that nobody has approved yet. Never rejects: what cannot be read says why. */
export async function readArticle(reader: ArticleReader, file: ArticleFile): Promise<ReadArticle> {
  const { kind, bytes, charset = null, id, version, source, address, title, language } = file
  const report = await reader.read(kind, bytes, charset)
  if (report.kind === 'unreadable') return report
  const { page } = report
  return {
    kind: 'read',
    page,
    article: {
      id,
      version,
      title: page.title ?? title,
      language: knownLanguage(page.lang) ?? languageOf(page.body.map(blockText).join('\n')) ?? language,
      address,
      source,
      body: page.body,
      questions: [],
      approved: false,
    },
  }
}

/** `de-AT` → `de`; null when it is none that the engine reads. */
export function knownLanguage(lang: string | null): Language | null {
  const primary = lang?.trim().toLowerCase().split(/[-_]/)[0]
  return languages.find((known) => known === primary) ?? null
}

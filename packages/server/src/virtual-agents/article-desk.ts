import { Refusal } from '@candor/protocol/refusals.ts'
import type { ArticleSummary } from '@candor/protocol/virtual-agent-api.ts'
import { titleCharactersMax, type Block } from '@candor/virtual-agent/knowledge/article.ts'
import { search } from '@candor/virtual-agent/knowledge/knowledge-index.ts'
import type { SearchResult } from '@candor/virtual-agent/knowledge/search-result.ts'
import type { Language } from '@candor/virtual-agent/script.ts'
import type { Actor } from '../tenants/actor.ts'
import { refuseField } from '../tenants/fields.ts'
import type { Articles } from './article-store.ts'
import type { CurrentAgents } from './current-agent.ts'

/** Articles as people bring them: written here, or read out of a document. */
export interface ArticleDesk {
  write(by: Actor, id: string, article: WrittenArticle): Promise<ArticleSummary>
  rewrite(by: Actor, id: string, version: number, article: WrittenArticle): Promise<ArticleSummary>
  /** Reads an article out of a document. @throws Refusal `invalid_field` when there is none in it */
  take(by: Actor, id: string, document: ImportedDocument): Promise<ArticleSummary>
  /** As the articles that are approved now would be searched; `not_trained` before there is an index of them. */
  search(tenant: string, text: string, language: Language | null): Promise<SearchResult>
}

export interface WrittenArticle {
  title: string
  language: Language
  address: string | null
  questions: string[]
  markdown: string
}

export interface ImportedDocument {
  format: 'markdown' | 'html' | 'pdf'
  language: Language
  /** Null: the one that the document names. */
  title: string | null
  address: string | null
  /** A PDF in base64. */
  content: string
}

export interface ReadDocument {
  title: string | null
  body: Block[]
}

/** @throws Refusal `invalid_field` or `too_large` for what cannot be read. */
export interface DocumentReaders {
  markdown(text: string): ReadDocument
  html(text: string): ReadDocument
  /** In a thread of its own: a document may be made to be slow. */
  pdf(bytes: Uint8Array): Promise<ReadDocument>
}

export function openArticleDesk(options: {
  articles: Articles
  readers: DocumentReaders
  agents: Pick<CurrentAgents, 'approvedArticles'>
}): ArticleDesk {
  const { articles, readers, agents } = options

  const given = ({ markdown, ...article }: WrittenArticle) => ({
    ...article,
    markdown,
    source: 'written' as const,
    body: readers.markdown(markdown).body,
  })

  return {
    write: async (by, id, article) => articles.add(by, id, given(article)),
    rewrite: async (by, id, version, article) => articles.change(by, id, version, given(article)),

    async take(by, id, { format, language, address, content, title }) {
      const read = format === 'pdf' ? await readers.pdf(bytesOf(content)) : readers[format](content)
      const named = (title ?? read.title)?.trim().slice(0, titleCharactersMax)
      if (!named) refuseField('title', 'is missing: the document names none')
      return articles.add(by, id, {
        title: named,
        language,
        address,
        questions: [],
        source: format,
        body: read.body,
        markdown: format === 'markdown' ? content : null,
      })
    },

    async search(tenant, text, language) {
      const index = await agents.approvedArticles(tenant)
      if (index === null)
        throw new Refusal('not_trained', 'The approved articles are not indexed yet: train the draft first.')
      return search(index, text, { language })
    },
  }
}

function bytesOf(base64: string): Uint8Array {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) refuseField('content', 'is base64')
  return Buffer.from(base64, 'base64')
}

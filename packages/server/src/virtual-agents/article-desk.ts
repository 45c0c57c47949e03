import { Refusal } from '@candor/protocol/refusals.ts'
import type { ArticleSummary } from '@candor/protocol/virtual-agent-api.ts'
import { search } from '@candor/virtual-agent/knowledge/knowledge-index.ts'
import type { SearchResult } from '@candor/virtual-agent/knowledge/search-result.ts'
import type { Language } from '@candor/virtual-agent/script.ts'
import type { Actor } from '../tenants/actor.ts'
import { refuseField } from '../tenants/fields.ts'
import type { Articles, GivenArticle } from './article-store.ts'
import type { ArticleReader } from './articles/article-reader.ts'
import type { FileKind } from './articles/read-file.ts'
import type { ReadPage } from './articles/read-page.ts'
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

/** Each waits for the one before; who would wait for more of them is better told so. */
const readingsMax = 20

export function openArticleDesk(options: {
  articles: Articles
  reader: Pick<ArticleReader, 'read'>
  agents: Pick<CurrentAgents, 'approvedArticles'>
}): ArticleDesk {
  const { articles, reader, agents } = options
  let readings = 0

  async function read(kind: FileKind, bytes: Uint8Array, field: string): Promise<ReadPage> {
    if (readings >= readingsMax)
      throw new Refusal('busy', 'Other documents are being read; try again in a moment.', {
        retryAfterMs: 5_000,
      })
    readings++
    try {
      const report = await reader.read(kind, bytes)
      if (report.kind === 'read') return report.page
      throw new Refusal(report.reason === 'too_large' ? 'too_large' : 'invalid_field', report.message, {
        field,
      })
    } finally {
      readings--
    }
  }

  async function given(article: WrittenArticle): Promise<GivenArticle> {
    const { body } = await read('markdown', Buffer.from(article.markdown), 'markdown')
    return { ...article, source: 'written', body }
  }

  return {
    write: async (by, id, article) => articles.add(by, id, await given(article)),
    rewrite: async (by, id, version, article) => articles.change(by, id, version, await given(article)),

    async take(by, id, { format, language, address, content, title }) {
      const bytes = format === 'pdf' ? bytesOf(content) : Buffer.from(content)
      const page = await read(format, bytes, 'content')
      const named = title ?? page.title
      if (named === null) refuseField('title', 'is missing: the document names none')
      return articles.add(by, id, {
        title: named,
        language,
        address,
        questions: [],
        source: format,
        body: page.body,
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

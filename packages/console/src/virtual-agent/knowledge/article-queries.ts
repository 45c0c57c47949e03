import { queryOptions } from '@tanstack/react-query'
import type { ArticleDetail, ArticleSummary, CrawlStatus } from '@candor/protocol/virtual-agent-api.ts'
import { api } from '../../live/api-client.ts'

const crawlMs = 1_000

export const articlesQuery = queryOptions({
  queryKey: ['virtual-agent', 'articles'],
  queryFn: ({ signal }) =>
    api.get<{ items: ArticleSummary[]; crawl: CrawlStatus }>('/virtual-agent/articles', signal),
  // While pages are being read, the list grows.
  refetchInterval: ({ state }) => (state.data?.crawl.state === 'running' ? crawlMs : false),
})

export const articleQuery = (id: string) =>
  queryOptions({
    queryKey: ['virtual-agent', 'article', id],
    queryFn: ({ signal }) => api.get<ArticleDetail>(`/virtual-agent/articles/${id}`, signal),
  })
